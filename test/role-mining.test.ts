/** Mining alone: whatever the grants are, the roles give exactly those; and the sets measured in companies, where they are. */
import fc from 'fast-check'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Grant } from '../src/model/grant-matrix.ts'
import { mineRoles, type MinedRoles, type MiningOptions } from '../src/model/role-mining.ts'
import { root } from '../tools/house-rules.ts'

const options: MiningOptions = { minimise: 'roles', seed: 1, leastPeople: 1, leastThings: 1, expired: () => false }

const key = ([person, thing]: Grant) => `${person} ${thing}`
const given = ({ roles, left }: MinedRoles) =>
  new Set([...roles.flatMap(({ people, things }) => people.flatMap((person) => things.map((thing) => key([person, thing])))), ...left.map(key)])
const assignments = ({ roles }: MinedRoles) => roles.reduce((sum, { people, things }) => sum + people.length + things.length, 0)

const size = 12
const matrices = fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 90 })
// Made of roles, as real grants are: a few sets of things, and people who have some of them.
const structured = fc.record({
  bundles: fc.array(fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 }),
  holders: fc.array(fc.array(fc.nat(4), { maxLength: 3 }), { minLength: 1, maxLength: size }),
}).map(({ bundles, holders }) => ({ bundles, grants: holders.flatMap((list, person) => list.flatMap((index) => (bundles[index] ?? []).map((thing): Grant => [person, thing]))) }))

describe('any grants', () => {
  test.each(['roles', 'complexity'] as const)('are reproduced exactly (%s)', (minimise) => {
    fc.assert(fc.property(matrices, fc.integer(), (grants, seed) => {
      const mined = mineRoles(size, size, grants, { ...options, minimise, seed })
      expect(given(mined)).toEqual(new Set(grants.map(key)))
      expect(mined.left).toEqual([])
      expect(mined.roles.length).toBeGreaterThanOrEqual(mined.atLeast)
    }), { numRuns: minimise === 'roles' ? 150 : 15 })
  })

  test('need no more roles than they were made from, nor more than there are people or things', () => {
    fc.assert(fc.property(structured, ({ bundles, grants }) => {
      const { roles } = mineRoles(size, size, grants, options)
      expect(roles.length).toBeLessThanOrEqual(Math.min(bundles.length, new Set(grants.map(([person]) => person)).size, new Set(grants.map(([, thing]) => thing)).size))
    }), { numRuns: 150 })
  })

  test('stay single where a role would be too small', () => {
    fc.assert(fc.property(matrices, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), (grants, leastPeople, leastThings) => {
      const mined = mineRoles(size, size, grants, { ...options, leastPeople, leastThings })
      expect(given(mined)).toEqual(new Set(grants.map(key)))
      for (const { people, things } of mined.roles) expect([people.length >= leastPeople, things.length >= leastThings]).toEqual([true, true])
    }), { numRuns: 100 })
  })

  test('give the same roles for the same seed', () => {
    fc.assert(fc.property(matrices, fc.integer(), (grants, seed) => {
      expect(mineRoles(size, size, grants, { ...options, seed })).toEqual(mineRoles(size, size, grants, { ...options, seed }))
    }), { numRuns: 50 })
  })

  test('are covered exactly even when there is no time, which the answer says', () => {
    // A crown: everyone has everything but one thing; no grant dominates another, so that a search is needed.
    const crown = Array.from({ length: size }, (_, person) => Array.from({ length: size }, (_, thing): Grant => [person, thing])).flat().filter(([person, thing]) => person !== thing)
    const mined = mineRoles(size, size, crown, { ...options, expired: () => true })
    expect(given(mined)).toEqual(new Set(crown.map(key)))
    expect(mined.complete).toBe(false)
    const longer = mineRoles(size, size, crown, options)
    expect(longer.complete).toBe(true)
    // Six roles: 12 is at most the number of ways to choose 3 of 6 (de Caen, Gregory, Pullman 1981); five give 10.
    expect(longer.roles.length).toBe(6)
  })
})

const data = join(root, '../shared/data/role-mining')
if (existsSync(data)) {
  describe('grants measured in companies', () => {
    const setOf = (name: string) => readFileSync(join(data, `${name}.txt`), 'utf8').trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number) as unknown as Grant)
    // The numbers of roles are the least published; for each, as many grants no two of which fit one role prove it least.
    test.each([['hc', 14], ['domino', 20], ['emea', 34], ['fire1', 64]] as const)('%s: %i roles, exact, and no set of roles has fewer', (name, roles) => {
      const grants = setOf(name)
      const mined = mineRoles(4000, 4000, grants, options)
      expect([mined.roles.length, mined.atLeast, mined.complete]).toEqual([roles, roles, true])
      expect(given(mined)).toEqual(new Set(grants.map(key)))
      // Each of the 34 people of emea has things that nobody else has: roles cannot save anything there.
      if (name !== 'emea') expect(assignments(mined)).toBeLessThan(grants.length)
    })
  })
}
