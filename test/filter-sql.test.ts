/**
 * Filters as SQL: the same people as the in-memory filter finds, every value a parameter, and expressions that the
 * indexes know.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { valueAt, type Attribute, type Document } from '../src/model/attribute.ts'
import { conditionOf } from '../src/model/filter-condition.ts'
import { matchFilter } from '../src/model/filter-match.ts'
import { printFilter } from '../src/model/filter-print.ts'
import { comparisons, parseFilter, type Filter, type Literal } from '../src/model/filter.ts'
import { organization } from '../src/model/organization.ts'
import { user } from '../src/model/user.ts'
import { compileFilter, compileSearch } from '../src/store/filter-sql.ts'
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

function leaf(path: string, type: Attribute['type'], values: unknown[]): fc.Arbitrary<Filter> {
  const isTime = type === 'date' || type === 'dateTime'
  const operators = type === 'boolean' ? ['eq', 'ne'] as const : isTime ? ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const : comparisons
  const value = isTime || type === 'boolean' ? fc.constantFrom(...(values.length > 0 ? values as Literal[] : [null])) : literals(values)
  const compare = fc.record({ kind: fc.constant('compare' as const), path: fc.constantFrom(path, path.toUpperCase()), operator: fc.constantFrom(...operators), value })
    .map((filter) => (filter.value === null && filter.operator !== 'ne' ? { ...filter, operator: 'eq' as const } : filter))
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
  'id', 'userName', 'active', 'status', 'name.givenName', 'name.familyName', 'name.middleName', 'nickName', 'title', 'sex', 'employeeNumber', 'employeeType',
  'displayName', 'sortName', 'primaryEmail', 'isVisible', 'systemFlag', 'birthdate', 'startDate', 'alternateStartDate', 'typeId', 'secretFailCount',
].filter((path) => path !== 'secretFailCount'), user.attributes, people)

const parts = [
  collectionLeaves('emails', ['id', 'value', 'type', 'name', 'primary', 'active']),
  collectionLeaves('phoneNumbers', ['value', 'areaCd', 'isForSms']),
  collectionLeaves('affiliations', ['organization', 'start', 'rights']),
  collectionLeaves('logins', ['login', 'managedSystem', 'firstTimeLogin', 'created']),
]

const customValues = people.flatMap((one) => Object.values((one.attributes ?? {}) as Document).flatMap(flat))
const custom = fc.oneof(...['attributes.department', 'attributes.LEVEL', 'attributes.skills', 'logins.attributes.dn'].map((path) => leaf(path, 'string', customValues)))
const numeric = fc.record({
  kind: fc.constant('compare' as const), path: fc.constantFrom('attributes.level', 'attributes.department'),
  operator: fc.constantFrom('eq' as const, 'ne' as const, 'gt' as const, 'ge' as const, 'lt' as const, 'le' as const), value: fc.constantFrom(-3, 0, 1, 1.5, 2, 10),
})
const whole = fc.constantFrom<Filter>(
  ...['emails', 'affiliations', 'logins', 'attributes', 'name', 'meta', 'notes'].map((path): Filter => ({ kind: 'present', path })),
  ...['emails eq null', 'emails ne null', 'emails.type eq null', 'secretFailCount ge 0', 'secretFailCount ne 0', 'meta.created gt "2020-01-01"'].map(parseFilter),
)
const anyLeaf = fc.oneof({ weight: 4, arbitrary: own }, { weight: 1, arbitrary: whole }, { weight: 1, arbitrary: numeric }, { weight: 2, arbitrary: custom },
  ...parts.map(({ plain }) => ({ weight: 1, arbitrary: plain })))
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
