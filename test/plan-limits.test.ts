/** The guard alone: which counts break which limits, and what is said then. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../src/config.ts'
import { brokenLimits, limitedOperations, limitsOf, readLimitList, type LimitCounts, type LimitSetting } from '../src/model/plan-limits.ts'
import { checkSettings } from '../src/portals/settings.ts'

const breaks = (counts: LimitCounts, people: number, settings: Partial<Record<LimitSetting, string>> = {}) => brokenLimits(counts, people, limitsOf({}, settings))

describe('limits', () => {
  const table: [what: string, counts: LimitCounts, people: number, settings: Partial<Record<LimitSetting, string>>, broken: string[]][] = [
    ['nothing to do', {}, 0, {}, []],
    ['a first run', { create: 50_000, groupAdd: 50_000 }, 50_000, {}, []],
    ['a fifth', { deactivate: 200 }, 1000, {}, []],
    ['more than a fifth', { deactivate: 201 }, 1000, {}, ['201 accounts to deactivate, and the limit is 20 % of 1,000 people, which is 200 (limit_deactivate)']],
    ['more than 500', { groupRemove: 501 }, 1_000_000, {}, ['501 group memberships to remove, and the limit is 500 (limit_group_remove)']],
    ['both', { deactivate: 600, delete: 600 }, 600, {}, [
      '600 accounts to deactivate, and the limit is 500 (limit_deactivate)', '600 accounts to delete, and the limit is 100 (limit_delete)']],
    ['all of a small portal', { deactivate: 3, groupRemove: 3 }, 3, {}, []],
    ['all of a portal that is not so small', { deactivate: 11 }, 11, {}, ['11 accounts to deactivate, and the limit is 20 % of 11 people, but at least 10 (limit_deactivate)']],
    ['a number of its own, where none may', { delete: 1 }, 3, { limit_delete: '0' }, ['1 account to delete, and the limit is 0 (limit_delete)']],
    ['no limit', { deactivate: 5000 }, 5000, { limit_deactivate: 'none' }, []],
    ['a share alone', { deactivate: 5000 }, 100_000, { limit_deactivate: '7.5%' }, []],
    ['what gives, once it has a limit', { create: 31 }, 100, { limit_create: '30' }, ['31 accounts to create, and the limit is 30 (limit_create)']],
  ]
  test.for(table)('%s', ([, counts, people, settings, broken]) => expect(breaks(counts, people, settings)).toEqual(broken))

  test('of the portal come before the defaults, and tighten what the operator says without loosening any of it', () => {
    const operator = readLimitList('limit_delete=7;limit_suspend = none; limit_deactivate=100 10%; limit_unlink=50')
    expect(limitsOf(operator, { limit_delete: '9', limit_suspend: '3', limit_deactivate: '5%', limit_unlink: 'none', limit_group_remove: 'none' }))
      .toMatchObject({ delete: { most: 7 }, suspend: { most: 3 }, deactivate: { most: 100, percent: 5 }, unlink: { most: 50 }, groupRemove: {}, massDelete: { most: 500, percent: 20 } })
    const limit = fc.oneof(fc.constant('none'), fc.nat(900).map(String), fc.nat(100).map((share) => `${share}%`), fc.tuple(fc.nat(900), fc.nat(100)).map(([most, share]) => `${most} ${share}%`))
    fc.assert(fc.property(limit, limit, fc.nat(1000), fc.nat(2000), (ours, theirs, count, people) => {
      const [outer, both] = [limitsOf({ limit_delete: ours }), limitsOf({ limit_delete: ours }, { limit_delete: theirs })]
      const isBroken = (limits: typeof outer) => brokenLimits({ delete: count }, people, limits).length > 0
      expect(isBroken(both)).toBe(isBroken(outer) || isBroken(limitsOf({}, { limit_delete: theirs })))
    }), { numRuns: 300 })
  })

  test('are settings of a portal, and are refused where they are no limits', () => {
    expect(checkSettings({ limit_delete: '500 20%', limit_create: null })).toEqual({ limit_delete: '500 20%', limit_create: null })
    for (const value of ['', 'many', '-1', '5 %', '20% 500', '1000000000000', '500  20%', '1e3']) {
      expect(() => checkSettings({ limit_delete: value }), value).toThrow(expect.objectContaining({ code: 'invalid_value' }))
    }
  })

  test('of the installation are checked at the start', () => {
    expect(readConfig({ PLAN_LIMITS: 'limit_mass_delete=5000 50%; limit_delete=none' }).PLAN_LIMITS).toContain('5000')
    for (const text of ['limit_delete', 'limit_delete=much', 'limit_delete=1=2', 'limit_delete=20% 5', 'limit_delete=1 limit_suspend=2']) expect(() => readConfig({ PLAN_LIMITS: text }), text).toThrow(/PLAN_LIMITS/)
    expect(() => readLimitList('limit_love=1')).toThrow('there is no limit_love')
  })

  test('less never breaks what more does not', () => {
    const kinds = Object.keys(limitedOperations) as (keyof typeof limitedOperations)[]
    fc.assert(fc.property(fc.constantFrom(...kinds), fc.nat(2000), fc.nat(2000), fc.nat(3000), (kind, count, less, people) => {
      const more = breaks({ [kind]: count }, people)
      expect(more.length === 0 && breaks({ [kind]: Math.min(count, less) }, people).length > 0).toBe(false)
      expect(count <= 10 && more.length > 0).toBe(false)
    }), { numRuns: 300 })
  })
})
