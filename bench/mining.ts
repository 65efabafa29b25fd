/** Role mining: how many roles, how long it takes, on grants made of roles with some noise and, where they are, on published sets. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { diceOf } from '../src/model/dice.ts'
import type { Grant } from '../src/model/grant-matrix.ts'
import { mineRoles, type MiningOptions } from '../src/model/role-mining.ts'
import { root } from '../tools/house-rules.ts'
import { timeFigure, type Bench, type Figure } from './bench.ts'

const seconds = 30

export const mining: Bench = {
  name: 'mining',
  doc: 'roles that reproduce grants exactly: how many, and how long it takes',
  run: async () => [...published(), ...generated()].flatMap(({ name, grants, least }) => figuresOf(name, grants, least)),
}

interface Case {
  name: string
  grants: Grant[]
  /** The fewest roles that are known. */
  least?: number
}

const sets: readonly [string, number][] = [['hc', 14], ['domino', 20], ['emea', 34], ['fire1', 64]]

function published(): Case[] {
  const folder = join(root, '../shared/data/role-mining')
  if (!existsSync(folder)) return []
  return sets.map(([name, least]) => ({
    name, least, grants: readFileSync(join(folder, `${name}.txt`), 'utf8').trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number) as unknown as Grant),
  }))
}

/** People with one to four of so many bundles of things; without noise the bundles are an answer. */
function generated(): Case[] {
  return [[1000, 50, 0], [5000, 200, 0], [1000, 50, 20]].map(([people, bundles, noise]) => {
    const dice = diceOf(people! + noise!)
    const things = bundles! * 5
    const contents = Array.from({ length: bundles! }, () => Array.from({ length: 3 + dice.below(12) }, () => dice.below(things)))
    const grants = Array.from({ length: people! }, (_, person) => Array.from({ length: 1 + dice.below(4) }, () => contents[dice.below(bundles!)]!).flat().map((thing): Grant => [person, thing])).flat()
    for (let extra = 0; extra < noise!; extra++) grants.push([dice.below(people!), dice.below(things)])
    return { name: `${people} people, ${bundles} bundles, ${noise} odd grants`, grants, ...(noise === 0 ? { least: bundles! } : {}) }
  })
}

function figuresOf(name: string, grants: Grant[], least: number | undefined): Figure[] {
  return (['roles', 'complexity'] as const).flatMap((minimise) => {
    const began = performance.now()
    const options: MiningOptions = { minimise, seed: 1, leastPeople: 1, leastThings: 1, expired: () => performance.now() - began > seconds * 1000 }
    const { roles, atLeast, complete } = mineRoles(1 + Math.max(...grants.map(([person]) => person)), 1 + Math.max(...grants.map(([, thing]) => thing)), grants, options)
    const took = performance.now() - began
    const assignments = roles.reduce((sum, { people }) => sum + people.length, 0)
    const contents = roles.reduce((sum, { things }) => sum + things.length, 0)
    const distinct = new Set(grants.map(([person, thing]) => `${person} ${thing}`)).size
    const what = `${name}, ${distinct} grants, fewest ${minimise === 'roles' ? 'roles' : 'of all'}`
    const measured = `${roles.length} roles (at least ${atLeast}), ${assignments} assignments + ${contents} contents${complete ? '' : ', time ran out'}`
    return [
      { what, measured, ...(least === undefined || minimise !== 'roles' ? {} : { target: `≤ ${least} roles`, met: roles.length <= least }) },
      timeFigure(`${what}, time`, took, minimise === 'roles' ? 5000 : seconds * 1500),
    ]
  })
}
