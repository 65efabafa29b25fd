/** People with awkward values, made by the verbs, for holding SQL and the in-memory filter against each other. */
import fc from 'fast-check'
import type { Context } from '../src/context.ts'
import { createElement } from '../src/directory/metadata.ts'
import { createOrganization } from '../src/directory/organizations.ts'
import { createUser, readUser } from '../src/directory/users.ts'
import type { Document } from '../src/model/attribute.ts'
import { searchText } from '../src/model/fold.ts'
import { user } from '../src/model/user.ts'

// Case, accents, wildcards, escapes, words within words, letters whose case is odd, the highest code points.
const names = [
  'Müller', 'MÜLLER', 'Muller', 'Mueller', "O'Brien", 'o’brien', 'Jean-Luc', 'a%b', 'a_b', 'a\\b', 'axb', 'İpek', 'ipek', 'ISIK', 'Işık',
  'ΣΟΦΟΣ', 'σοφος', 'σοφός', 'Straße', 'STRASSE', '王小明', '😀 Smith', 'Smith', 'smithson', 'van der Berg', '\u{10ffff}', '\uffee', 'K', 'k', ' x ',
]

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })
const nameOf = fc.constantFrom(...names)
const day = fc.constantFrom('2020-02-29', '2026-01-01', '2026-01-02', '1999-12-31')
const instant = fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.001Z', '2025-06-30T23:59:59.999Z')
const flag = fc.boolean()

const email = fc.record({
  value: fc.constantFrom('anna@example.com', 'Anna@Example.com', 'mueller@example.org', 'müller@example.org', 'x_y@example.com'),
  type: maybe(fc.constantFrom('WORK_EMAIL', 'HOME_EMAIL')),
  name: maybe(nameOf),
  active: maybe(flag),
})

const phone = fc.record({
  value: fc.constantFrom('5550100', '5550199'),
  areaCd: maybe(fc.constant('020')),
  isForSms: maybe(flag),
})

const affiliation = fc.record({
  organization: fc.constantFrom('C1', 'C2'),
  start: maybe(instant),
  rights: maybe(fc.subarray(['R1', 'R2'])),
})

const attributes = fc.record({
  department: maybe(nameOf),
  level: maybe(fc.constantFrom('1', '2', '10', '-3')),
  skills: maybe(fc.array(nameOf, { minLength: 1, maxLength: 3 })),
})

const person = fc.record({
  name: fc.record({ givenName: maybe(nameOf), familyName: maybe(nameOf), middleName: maybe(nameOf) }),
  nickName: maybe(nameOf),
  title: maybe(nameOf),
  employeeNumber: maybe(fc.constantFrom('1', '01', 'A1', 'a1', '10')),
  employeeType: maybe(fc.constantFrom('FULL-TIME', 'INTERN')),
  status: maybe(fc.constantFrom('ACTIVE', 'INACTIVE')),
  sex: maybe(fc.constantFrom('M', 'F')),
  isVisible: maybe(flag),
  birthdate: maybe(day),
  startDate: maybe(day),
  alternateStartDate: maybe(instant),
  emails: maybe(fc.array(email, { maxLength: 3 })),
  phoneNumbers: maybe(fc.array(phone, { maxLength: 2 })),
  affiliations: maybe(fc.array(affiliation, { maxLength: 1 })),
  attributes: maybe(attributes),
  dn: maybe(fc.array(nameOf, { minLength: 1, maxLength: 2 })),
})

const collections = user.collections.map(({ path }) => path)

/** Some forty people and those the migrations make, as documents with everything in them. */
export async function madePeople(ctx: Context): Promise<Document[]> {
  for (const id of ['C1', 'C2']) {
    const made = await createOrganization(ctx, { name: id })
    await ctx.db.execute('update company set company_id = $1 where company_id = $2', [id, made.id])
    await ctx.db.execute('insert into access_rights (access_right_id, name) values ($1, $1)', [id.replace('C', 'R')])
  }
  await createElement(ctx, { name: 'department' })
  await createElement(ctx, { name: 'level', dataType: 'INTEGER' })
  await createElement(ctx, { name: 'skills', multiValued: true })
  await createElement(ctx, { name: 'dn', typeId: 'DEFAULT_LOGIN', multiValued: true })
  for (const [index, { dn, ...given }] of fc.sample(person, { numRuns: 40, seed: 2026 }).entries()) {
    const userName = `${names[index % names.length]!.trim()}.${index}`
    const login = { login: userName, managedSystem: '0', ...(dn === undefined ? {} : { attributes: { dn } }) }
    await createUser(ctx, JSON.parse(JSON.stringify({ ...given, userName, logins: [login] })))
  }
  const apart = [{ value: 'anna@example.com', type: 'WORK_EMAIL' }, { value: 'mueller@example.org', type: 'HOME_EMAIL' }]
  await createUser(ctx, { userName: 'apart', emails: apart })
  // The person of the migrations was not written by a verb, which derives what searches look in.
  await ctx.db.execute(`update users set search_text = $1 where user_id = '3000'`, [searchText(['System'])])
  // As an import from elsewhere may leave it: the column holds instants.
  await ctx.db.execute(`update users set birthdate = birthdate + interval '5 hours'`)
  const ids = await ctx.db.query<{ id: string }>('select user_id as id from users')
  return Promise.all(ids.map(({ id }) => readUser(ctx.db, id, collections)))
}
