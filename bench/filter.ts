/** Filters that an index serves: one person or a few, by what stands in their own row and in their child tables. */
import { generateOrganizations } from '../src/transfer/generate.ts'
import type { PersonDocument } from '../src/transfer/generate-documents.ts'
import type { Bench } from './bench.ts'
import { worldOf } from './database.ts'
import { inBothSizes, listPath, type Case, type Directory } from './two-sizes.ts'

const most = 20

export const filter: Bench = {
  name: 'filter',
  doc: 'lists by indexed filters, whole documents of up to 25 people a page',
  run: (options) => inBothSizes(options, cases),
}

const each = (what: string, make: (person: PersonDocument) => string): Case => ({
  what, most, paths: ({ some }: Directory) => some.map((person) => filtered(make(person))),
})
const filtered = (text: string) => listPath({ filter: text, count: 25 })
const quoted = (text: unknown) => JSON.stringify(text)

const cases: readonly Case[] = [
  each('userName eq', ({ userName }) => `userName eq ${quoted(userName)}`),
  each('employeeNumber eq', ({ employeeNumber }) => `employeeNumber eq ${quoted(employeeNumber)}`),
  each('emails.value eq', ({ emails }) => `emails.value eq ${quoted(emails[0]!.value)}`),
  each('emails[type and value]', ({ emails: [email] }) =>
    `emails[type eq ${quoted(email!.type)} and value eq ${quoted(email!.value)}]`),
  each('attributes.badgeNumber eq', ({ attributes }) => `attributes.badgeNumber eq ${quoted(attributes.badgeNumber)}`),
  each('supervisors.supervisor eq', ({ id, supervisors: [one] }) => `supervisors.supervisor eq ${quoted(one?.supervisor ?? id)}`),
  { what: 'affiliations.organization eq', most, paths: ({ people }) =>
    departments(people).map((id) => filtered(`affiliations.organization eq ${quoted(id)}`)) },
  each('status eq, one in 350', () => 'status eq "RETIRED"'),
  // A family name has more bearers among more people.
  { comparable: false, ...each('familyName eq and status eq', ({ name }) => `name.familyName eq ${quoted(name.familyName)} and status eq "ACTIVE"`) },
  each('userName eq or emails.value eq', ({ userName, emails }) =>
    `userName eq ${quoted(userName)} or emails.value eq ${quoted(emails.at(-1)!.value)}`),
]

/** Departments, which are about as large in every world. */
function departments(people: number): string[] {
  const all = generateOrganizations(worldOf(people)).filter((one) => one.organizationType === 'DEPARTMENT')
  const step = all.length / 60
  return Array.from({ length: 60 }, (_, n) => all[Math.floor(n * step)]!.id)
}
