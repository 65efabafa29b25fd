/**
 * Filters as SQL: the same people as the in-memory filter finds, every value a parameter, and expressions that the
 * indexes know.
 */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { valueAt, type Attribute, type Document } from '../src/model/attribute.ts'
import { conditionOf } from '../src/model/filter-condition.ts'
import { matchFilter } from '../src/model/filter-match.ts'
import { printFilter } from '../src/model/filter-print.ts'
import { comparisons, parseFilter, type Filter, type Literal } from '../src/model/filter.ts'
import { organization } from '../src/model/organization.ts'
import { user } from '../src/model/user.ts'
import { compileFilter, compileSearch, type SqlCondition } from '../src/store/filter-sql.ts'
import { listIds } from '../src/store/list-records.ts'
import { testContext } from './context.ts'
import { entries, filters } from './filter-arbitraries.ts'
import { madePeople } from './filter-people.ts'

const ctx = await testContext()
const people = await madePeople(ctx)

async function foundBySql(filter: Filter): Promise<string[]> {
  const { sql, params } = compileFilter(filter, user, 1)
  const rows = await ctx.db.query<{ id: string }>(`select t.user_id as id from users t where ${sql}`, params)
  return rows.map(({ id }) => id).sort()
}

const foundInMemory = (filter: Filter) => people.filter((one) => matchFilter(filter, one, user)).map(({ id }) => id as string).sort()

/** The values that people have at a path, and texts cut from them or changed in case. */
function literals(values: unknown[]): fc.Arbitrary<Literal> {
  const known = values.length > 0 ? values : ['']
  return fc.tuple(fc.constantFrom(...known), fc.nat(3), fc.nat(3), fc.constantFrom('as is', 'cut', 'upper', 'lower', 'null'))
    .map(([value, from, to, how]) => {
      if (how === 'null') return null
      if (typeof value !== 'string' || how === 'as is') return value as Literal
      const points = [...value]
      return how === 'cut' ? points.slice(from, points.length - to).join('') : how === 'upper' ? value.toUpperCase() : value.toLowerCase()
    })
}

const flat = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value])

function leavesOf(paths: readonly string[], attributes: readonly Attribute[], owners: readonly Document[]): fc.Arbitrary<Filter> {
  const all = paths.map((path) => {
    const attribute = attributes.find((one) => one.path === path)!
    const values = owners.flatMap((owner) => flat(valueAt(owner, path)))
    return leaf(path, attribute.type, values)
  })
  return fc.oneof(...all)
}

const equality = ['eq', 'ne'] as const
const orders = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const

function leaf(path: string, type: Attribute['type'], values: unknown[]): fc.Arbitrary<Filter> {
  const isTime = type === 'date' || type === 'dateTime'
  const asStored = isTime || type === 'boolean'
  const compare = fc.record({
    kind: fc.constant('compare' as const),
    path: fc.constantFrom(path, path.toUpperCase()),
    operator: fc.constantFrom(...(type === 'boolean' ? equality : isTime ? orders : comparisons)),
    value: asStored ? fc.constantFrom(...(values.length > 0 ? values as Literal[] : [null])) : literals(values),
  }).map((filter) => (filter.value === null && filter.operator !== 'ne' ? { ...filter, operator: 'eq' as const } : filter))
  return fc.oneof({ weight: 6, arbitrary: compare }, { weight: 1, arbitrary: fc.constant<Filter>({ kind: 'present', path }) })
}

const entriesOf = (path: string) => people.flatMap((one) => (one[path] ?? []) as Document[])

function collectionLeaves(path: string, inner: readonly string[]): { plain: fc.Arbitrary<Filter>; chosen: fc.Arbitrary<Filter> } {
  const { attributes } = user.collections.find((one) => one.path === path)!
  const leaf = leavesOf(inner, attributes, entriesOf(path))
  const outside = leaf.map((one) => ('path' in one ? { ...one, path: `${path}.${one.path}` } : one))
  return { plain: outside, chosen: entries(fc.constant(path), leaf) }
}

const own = leavesOf([
  'id', 'userName', 'active', 'status', 'name.givenName', 'name.familyName', 'name.middleName', 'nickName', 'title',
  'sex', 'employeeNumber', 'employeeType', 'displayName', 'sortName', 'primaryEmail', 'isVisible', 'systemFlag',
  'birthdate', 'startDate', 'alternateStartDate', 'typeId',
], user.attributes, people)

const parts = [
  collectionLeaves('emails', ['id', 'value', 'type', 'name', 'primary', 'active']),
  collectionLeaves('phoneNumbers', ['value', 'areaCd', 'isForSms']),
  collectionLeaves('affiliations', ['organization', 'start', 'rights']),
  collectionLeaves('logins', ['login', 'managedSystem', 'firstTimeLogin', 'created']),
]

const customValues = people.flatMap((one) => Object.values((one.attributes ?? {}) as Document).flatMap(flat))
const customPaths = ['attributes.department', 'attributes.LEVEL', 'attributes.skills', 'logins.attributes.dn']
const custom = fc.oneof(...customPaths.map((path) => leaf(path, 'string', customValues)))
const numeric = fc.record({
  kind: fc.constant('compare' as const),
  path: fc.constantFrom('attributes.level', 'attributes.department'),
  operator: fc.constantFrom(...orders),
  value: fc.constantFrom(-3, 0, 1, 1.5, 2, 10),
})
const whole = fc.constantFrom<Filter>(
  ...['emails', 'affiliations', 'logins', 'attributes', 'name', 'meta', 'notes'].map((path): Filter => ({ kind: 'present', path })),
  ...[
    'emails eq null', 'emails ne null', 'emails.type eq null', 'secretFailCount ge 0', 'secretFailCount ne 0',
    'meta.created gt "2020-01-01"',
  ].map(parseFilter),
)
const weigh = (weight: number, arbitrary: fc.Arbitrary<Filter>) => ({ weight, arbitrary })
const anyLeaf = fc.oneof(
  weigh(4, own), weigh(1, whole), weigh(1, numeric), weigh(2, custom), ...parts.map(({ plain }) => weigh(1, plain)),
)
const chosen = fc.oneof(...parts.map((one) => one.chosen), entries(fc.constant('logins'), leaf('attributes.dn', 'string', customValues)))

describe('SQL finds whom the in-memory filter finds', () => {
  test('by one comparison', async () => {
    await fc.assert(fc.asyncProperty(anyLeaf, async (filter) => {
      expect(await foundBySql(filter), printFilter(filter)).toEqual(foundInMemory(filter))
    }), { numRuns: 600 })
  })

  test('by any filter, and by its negation the others', async () => {
    await fc.assert(fc.asyncProperty(filters(anyLeaf, chosen, 3), async (filter) => {
      const found = await foundBySql(filter)
      expect(found, printFilter(filter)).toEqual(foundInMemory(filter))
      const others = await foundBySql({ kind: 'not', term: filter })
      expect([...found, ...others].sort()).toEqual(people.map(({ id }) => id).sort())
    }), { numRuns: 300 })
  })

  test('after printing and parsing', async () => {
    await fc.assert(fc.asyncProperty(filters(anyLeaf, chosen, 2), async (filter) => {
      expect(await foundBySql(parseFilter(printFilter(filter)))).toEqual(await foundBySql(filter))
    }), { numRuns: 50 })
  })
})

describe('finds', () => {
  const count = async (text: string) => (await foundBySql(parseFilter(text))).length
  const all = people.length

  test('the same people however a path or a status is written', async () => {
    const same = [
      'status eq "ACTIVE"', 'STATUS EQ "active"', 'urn:ietf:params:scim:schemas:core:2.0:User:status eq "Active"', 'not (status ne "ACTIVE")',
    ]
    const counts = await Promise.all(same.map(count))
    expect(new Set(counts).size).toBe(1)
    expect(counts[0]).toBeGreaterThan(0)
    expect(await count('employeeType eq "INTERN"')).toBeGreaterThan(0)
    for (const path of ['userType', 'urn:ietf:params:scim:schemas:core:2.0:User:userType']) {
      expect(await count(`${path} eq "INTERN"`)).toBe(await count('employeeType eq "INTERN"'))
    }
    const number = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber'
    expect(await count(`${number} eq "a1"`)).toBe(await count('employeeNumber eq "A1"'))
    expect(await count('phones.value sw "555"')).toBe(await count('phoneNumbers sw "555"'))
  })

  test('nobody twice, and everybody by a condition or its opposite', async () => {
    const texts = [
      'emails co "@"', 'attributes.skills co ""', 'nickName eq "muller"', 'startDate gt "2020-01-01"', 'active eq true',
      'emails[type pr]',
    ]
    for (const text of texts) {
      expect(await count(text) + await count(`not (${text})`), text).toBe(all)
    }
  })

  test('what holds for one and the same entry', async () => {
    const people = await foundBySql(parseFilter('emails[type eq "HOME_EMAIL" and value sw "anna@"]'))
    const looser = await foundBySql(parseFilter('emails.type eq "HOME_EMAIL" and emails.value sw "anna@"'))
    expect(people.length).toBeGreaterThan(0)
    expect(looser.length).toBeGreaterThan(people.length)
    expect(looser).toEqual(expect.arrayContaining(people))
  })

  test('wildcards of LIKE as the letters they are', async () => {
    for (const [text, wanted] of [['a%b', 'a%b'], ['a_b', 'a_b'], [String.raw`a\\b`, 'a\\b']] as const) {
      const found = people.filter(({ userName }) => String(userName).includes(wanted)).length
      expect(found, wanted).toBeGreaterThan(0)
      expect(await count(`userName co "${text}"`)).toBe(found)
    }
  })

  test('a date in an attribute of instants as its first instant in UTC', async () => {
    expect(await count('alternateStartDate ge "2026-01-01"')).toBe(await count('alternateStartDate ge "2026-01-01T01:00:00+01:00"'))
    expect(await count('alternateStartDate gt "2026-01-01"')).toBe(await count('alternateStartDate eq "2026-01-01T00:00:00.001Z"'))
  })
})

describe('refused, saying what is wrong', () => {
  test.each([
    ['shoeSize eq 43', 'shoeSize is not an attribute of User'],
    ['name.nothing pr', 'name.nothing is not an attribute of User'],
    ['name eq "x"', 'name cannot be compared as a whole; name one of name.formatted, name.familyName, name.givenName, '
      + 'name.middleName, name.honorificPrefix, name.honorificSuffix'],
    ['emails.shoe pr', 'shoe is not an attribute of emails'],
    ['emails[shoe pr]', 'shoe is not an attribute of emails'],
    ['emails[userName pr]', 'userName is not an attribute of emails'],
    ['title[value pr]', 'title has no entries that [ ] could choose among'],
    ['emails.value[type pr]', 'emails.value has no entries that [ ] could choose among'],
    ['addresses eq "x"', 'addresses cannot be compared as a whole; name one of its attributes'],
    ['urn:ietf:params:scim:schemas:core:2.0:Group:title pr', 'urn:ietf:params:scim:schemas:core:2.0:Group:title is not an attribute of User'],
    ['__proto__.x pr', undefined],
    ['constructor pr', 'constructor is not an attribute of User'],
    ['secretWord eq "x"', 'secretWord cannot be filtered by'],
    ['secretWord pr', 'secretWord cannot be filtered by'],
    ['logins.password sw "$argon2"', 'password cannot be filtered by'],
    ['logins[password pr]', 'password cannot be filtered by'],
    ['userHandle pr', 'userHandle cannot be filtered by'],
    ['meta.version gt 1', 'meta.version cannot be filtered by'],
    ['active gt true', 'active: takes true or false, with eq or ne'],
    ['isVisible eq "true"', 'isVisible: takes true or false, with eq or ne'],
    ['title eq 5', 'title: takes a text in double quotes'],
    ['title gt true', 'title: takes a text in double quotes'],
    ['title gt null', 'title: null goes with eq and ne alone'],
    ['emails co null', 'emails: null goes with eq and ne alone'],
    ['secretFailCount eq "5"', 'secretFailCount: takes a number, with eq, ne, gt, ge, lt or le'],
    ['secretFailCount co 5', 'secretFailCount: takes a number, with eq, ne, gt, ge, lt or le'],
    ['startDate eq "2026-02-30"', 'startDate: 2026-02-30 is not a day of the calendar'],
    ['startDate eq "2026-01-01T00:00:00Z"', 'startDate: must be a date of the form 2026-11-21'],
    ['startDate co "2026"', 'startDate: is a time; it takes eq, ne, gt, ge, lt or le'],
    ['meta.created gt "yesterday"', 'meta.created: must be an instant with its offset, of the form 2026-11-21T08:30:00Z'],
    ['meta.created gt 5', 'meta.created: must be an instant with its offset, of the form 2026-11-21T08:30:00Z'],
    ['attributes eq "x"', 'attributes: name one, as in attributes.department eq "Sales"'],
    ['attributes.level co 5', 'attributes.level: co takes a text in double quotes'],
    ['attributes.level gt true', 'attributes.level: true and false go with eq and ne alone'],
    ['attributes.level gt null', 'attributes.level: null goes with eq and ne alone'],
  ])('%s', (text, message) => {
    expect(() => compileFilter(parseFilter(text), user, 1)).toThrow(expect.objectContaining({
      code: 'invalid_filter', ...(message === undefined ? {} : { message: expect.stringContaining(`filter: ${message}`) }),
    }))
    expect(() => matchFilter(parseFilter(text), {}, user)).toThrow('filter: ')
  })

  test('naming what can be filtered by, and nothing else', () => {
    for (const text of ['shoeSize eq 43', 'secretWord pr']) {
      expect(() => compileFilter(parseFilter(text), user, 1)).toThrow(/; choose among id, .*userName, .*emails, .*attributes\.NAME\.$/)
      expect(() => compileFilter(parseFilter(text), user, 1)).not.toThrow(/among.*(secretWord|meta\.version)/)
    }
    expect(() => compileFilter(parseFilter('emails.shoe pr'), user, 1)).toThrow(/choose among id, .*value/)
  })
})

test('every attribute that can be filtered by compiles and runs, of people and organisations alike', async () => {
  const literalOf = {
    string: '"x"', reference: '"x"', boolean: 'true', integer: '1', decimal: '1', date: '"2026-01-01"',
    dateTime: '"2026-01-01T00:00:00Z"', binary: 'null',
  }
  for (const resource of [user, organization]) {
    const inEntries = resource.collections.flatMap(({ path, attributes }) =>
      attributes.map((one) => ({ ...one, path: `${path}.${one.path}` })))
    const texts = [...resource.attributes, ...inEntries]
      .filter((one) => one.filterable && one.returned !== 'never')
      .flatMap(({ path, type }) => [`${path} pr`, `${path} eq ${literalOf[type]}`, `${path} ne ${literalOf[type]}`])
    expect(texts.length).toBeGreaterThan(50)
    for (const text of texts) {
      const { sql, params } = compileFilter(parseFilter(text), resource, 1)
      await ctx.db.query(`select from ${resource.table} t where ${sql}`, params)
    }
  }
})

test('values and the names of custom attributes are parameters, numbered from where the caller says', () => {
  const mark = `x'; --`
  const text = `userName eq "${mark}" or emails[value co "${mark}"] or attributes.mark sw "${mark}" or secretFailCount gt 77`
  const { sql, params } = compileFilter(parseFilter(text), user, 5)
  expect(sql).not.toMatch(/--|mark|77/)
  expect(params).toContain(mark)
  const places = [...sql.matchAll(/\$(\d+)/g)].map(([, place]) => Number(place))
  expect(places.sort((a, b) => a - b)).toEqual(params.map((_, index) => index + 5))
  expect(conditionOf(parseFilter('userName ne null'), user)).toEqual(conditionOf(parseFilter('not (not (userName pr))'), user))
})

describe('is served by an index', () => {
  beforeAll(async () => {
    await ctx.db.execute(`insert into users (user_id, last_name, status, is_visible, search_text)
      select 'crowd' || n, 'Crowd', 'ACTIVE', 'Y', ' crowd' || n % 3 || ' number' || n from generate_series(1, 20000) n`)
    await ctx.db.execute('vacuum analyze users')
  })

  test.each([
    ['userName eq "x"', 'users_by_user_name'],
    ['name.familyName sw "mu"', 'users_by_last_name'],
    ['employeeNumber ge "100"', 'users_by_employee_id'],
    ['startDate lt "2026-01-01"', 'users_by_start_date'],
    ['meta.created gt "2026-01-01T00:00:00Z"', 'users_by_create_date'],
    ['status eq "retired"', 'users_status'],
    ['companyOwnerId eq "x"', 'users_company_owner'],
    ['id eq "x"', 'users_pkey'],
    ['userName co "uller"', 'users_search_text'],
    ['userName co "1.n"', 'users_search_text'],
    ['primaryEmail eq "anna@example.com"', 'users_search_text'],
    ['nickName ew "王小明"', 'users_search_text'],
    ['emails co "@example.com"', 'users_search_text'],
    ['emails[type eq "WORK_EMAIL" and value co "@example.com"] or userName co "muller"', 'users_search_text'],
    ['emails eq "anna@example.com"', 'email_address_value'],
    ['attributes.department eq "Sales"', 'user_attribute_values_value'],
    ['affiliations.organization eq "C1"', 'user_affiliation_company'],
    ['supervisors.supervisor eq "x"', 'org_structure_supervisor'],
  ])('%s: %s', async (text, index) => {
    const { sql, params } = compileFilter(parseFilter(text), user, 1)
    expect(await planOf(sql, params)).toContain(index)
  })

  test('across the gap between two words, and a digit is no gap', async () => {
    await ctx.db.execute(`insert into users (user_id, last_name, user_name, status, is_visible, search_text) values
      ('gap1', 'Gap', 'mi.de', 'ACTIVE', 'Y', ' mi de'), ('gap2', 'Gap', 'mi7de', 'ACTIVE', 'Y', ' mi7de'), ('gap3', 'Gap', 'de.mi', 'ACTIVE', 'Y', ' de mi')`)
    const found = async ({ sql, params }: SqlCondition) => (await ctx.db.query<{ id: string }>(`select t.user_id as id from users t where ${sql} order by 1`, params)).map(({ id }) => id)
    for (const [text, ids] of [['userName co "i.d"', ['gap1']], ['userName co "i7d"', ['gap2']], ['userName sw "mi"', ['gap1', 'gap2']], ['userName ew ".mi"', ['gap3']]] as const) {
      expect(await found(compileFilter(parseFilter(`name.familyName eq "Gap" and ${text}`), user, 1)), text).toEqual(ids)
    }
    expect(await found(compileSearch('mi de', 1))).toEqual(['gap1', 'gap3'])
    expect(await found(compileSearch('7de', 1))).toEqual([])
  })

  test('q', async () => {
    const { sql, params } = compileSearch('müller anna', 1)
    expect(await planOf(sql, params)).toContain('users_search_text')
  })

  test('and those who meet the rest of a filter are found page by page, however few of the searched they are', async () => {
    await ctx.db.execute(`update users set nickname = 'rowd1' where user_id like 'crowd%' and search_text like '%rowd1%' and hashtext(user_id) % 100 = 0`)
    const rare = (await ctx.db.query<{ id: string }>(`select user_id as id from users where nickname = 'rowd1'`)).map(({ id }) => id)
    expect(rare.length).toBeGreaterThan(20)
    const found: string[] = []
    for (let cursor: string | undefined, first = true; first || cursor; first = false) {
      const page = await listIds(ctx.db, user, { filter: 'nickName co "rowd1"', count: 7, cursor })
      expect(page.ids.length).toBe(page.next ? 7 : page.ids.length)
      found.push(...page.ids)
      cursor = page.next
    }
    expect(found).toHaveLength(rare.length)
    expect(found.toSorted()).toEqual(rare.toSorted())
    expect((await listIds(ctx.db, user, { filter: 'maidenName co "rowd1"', count: 7 })).ids).toEqual([])
  })

  test('who has a rare word is found page by page, beside common words and filters', async () => {
    // Behind those whom the sample shows.
    await ctx.db.execute(`update users set search_text = search_text || ' zumalacarregui' where user_id like 'crowd%' and hashtext(user_id) > 0 and hashtext(user_id) % 50 = 0`)
    const all = (await ctx.db.query<{ id: string }>(`select user_id as id from users where search_text like '% zumalacarregui%' order by hashtext(user_id), user_id`)).map(({ id }) => id)
    expect(all.length).toBeGreaterThan(20)
    for (const query of [{ q: 'zumala' }, { q: 'crowd1 zumal' }, { q: 'zumalacarregui crowd1', filter: 'active eq true' }]) {
      const found: string[] = []
      for (let cursor: string | undefined, first = true; first || cursor; first = false) {
        const page = await listIds(ctx.db, user, { ...query, count: 7, cursor })
        found.push(...page.ids)
        cursor = page.next
      }
      const expected = query.q === 'zumala' ? all : (await ctx.db.query<{ id: string }>(`select user_id as id from users where user_id = any($1) and search_text like '% crowd1%' order by hashtext(user_id), user_id`, [all])).map(({ id }) => id)
      expect(expected.length).toBeGreaterThan(7)
      expect(found).toEqual(expected)
    }
  })

  test.each([
    ['the common, without an order', { q: 'crowd1' }, 'Index Only Scan using users_found'],
    ['the common, by a part of it', { filter: 'userName co "rowd1"' }, 'Index Only Scan using users_found'],
    ['the common, by name', { q: 'crowd1', sortBy: 'sortName' }, 'Index Only Scan using users_by_sort_name'],
    ['the rare, without an order', { q: 'number1234' }, 'users_search_words'],
    ['the rare beside the common', { q: 'crowd1 number1234' }, 'users_search_words'],
    ['the rare, by a part of it', { filter: 'userName co "umber1234"' }, 'users_search_text'],
    ['the rare, by name', { q: 'number1234', sortBy: 'sortName' }, 'users_search_text'],
    ['the common, by their addresses', { filter: 'emails.value co "rowd1"' }, 'Index Only Scan using users_found'],
    ...user.attributes.filter(({ searched }) => searched).map(({ path }): [string, { filter: string }, string] => [`the common, asked of ${path}`, { filter: `${path} co "rowd1" and active eq true and systemFlag eq false` }, 'Index Only Scan using users_found']),
  ])('a page of %s', async (_, query, index) => {
    const plans: string[] = []
    const explaining = { query: async (sql: string, params: unknown[]) => {
      plans.push((await ctx.db.query<Record<string, string>>(`explain ${sql}`, params)).map((row) => Object.values(row)[0]).join('\n'))
      return ctx.db.query(sql, params)
    } }
    await listIds(explaining as unknown as typeof ctx.db, user, { ...query, count: 25 })
    expect(plans.join('\n')).toContain(index)
  })
})

/** The plan when reading the whole table of people is out of the question, as it is with a million of them. */
async function planOf(condition: string, params: unknown[]): Promise<string> {
  return ctx.db.transaction(async (tx) => {
    await tx.execute('set local enable_seqscan = off; set local enable_indexscan = off')
    const rows = await tx.query<Record<string, string>>(`explain select t.user_id from users t where ${condition}`, params)
    return rows.map((row) => Object.values(row)[0]).join('\n')
  })
}
