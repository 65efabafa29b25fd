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

const each = (make: (person: PersonDocument) => string) => ({ some }: Directory) => some.map((person) => filtered(make(person)))
const filtered = (text: string) => listPath({ filter: text, count: 25 })
const quoted = (text: string) => JSON.stringify(text)

const cases: readonly Case[] = [
  { what: 'userName eq', most, paths: each(({ userName }) => `userName eq ${quoted(userName)}`) },
  { what: 'employeeNumber eq', most, paths: each(({ employeeNumber }) => `employeeNumber eq ${quoted(employeeNumber)}`) },
  { what: 'emails.value eq', most, paths: each(({ emails }) => `emails.value eq ${quoted(emails[0]!.value)}`) },
  { what: 'emails[type and value]', most, paths: each(({ emails: [email] }) => `emails[type eq ${quoted(email!.type)} and value eq ${quoted(email!.value)}]`) },
  { what: 'attributes.badgeNumber eq', most, paths: each(({ attributes }) => `attributes.badgeNumber eq ${quoted(attributes.badgeNumber as string)}`) },
  { what: 'supervisors.supervisor eq', most, paths: each(({ id, supervisors }) => `supervisors.supervisor eq ${quoted(supervisors[0]?.supervisor ?? id)}`) },
  { what: 'affiliations.organization eq', most, paths: ({ people }) => departments(people).map((id) => filtered(`affiliations.organization eq ${quoted(id)}`)) },
  { what: 'status eq, one in 350', most, paths: ({ some }) => some.map(() => filtered('status eq "RETIRED"')) },
  { what: 'familyName eq and status eq', most, paths: each(({ name }) => `name.familyName eq ${quoted(name.familyName)} and status eq "ACTIVE"`) },
  { what: 'userName eq or emails.value eq', most, paths: each(({ userName, emails }) => `userName eq ${quoted(userName)} or emails.value eq ${quoted(emails.at(-1)!.value)}`) },
]

/** Departments, which are about as large in every world. */
function departments(people: number): string[] {
  const all = generateOrganizations(worldOf(people)).filter((one) => one.organizationType === 'DEPARTMENT')
  const step = all.length / 60
  return Array.from({ length: 60 }, (_, n) => all[Math.floor(n * step)]!.id)
}
