/** Why is every path that the reference finds, and nothing else; doing what why-not says is missing gives access. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { askedMoment, mayAccess } from '../src/access/effective.ts'
import { why, whyNot, type ShownStep, type Thing } from '../src/access/explain.ts'
import { edgeKinds, nodeTypes, type Letter } from '../src/model/access-edges.ts'
import { cheapestPaths, type Step } from '../src/model/access-paths.ts'
import { referencePaths } from './access-reference.ts'
import { emptyWorld, makeEdge, makeWorld, removeEdge, rights, setDates, setNode, setRights, worlds } from './access-worlds.ts'
import { testContext } from './context.ts'

const ctx = await testContext()
const { db } = ctx

const letterOf = Object.fromEntries(Object.entries(nodeTypes).map(([letter, type]) => [type, letter as Letter]))
const keyOf = ({ type, id }: Thing) => letterOf[type]! + id
const nodesOf = (path: readonly ShownStep[]) => [keyOf(path[0]!.source), ...path.map(({ target }) => keyOf(target))].join(' ')

test('why tells every path there is, shortest first', async () => {
  let several = 0
  await fc.assert(fc.asyncProperty(worlds(Date.now()), async (world) => {
    await emptyWorld(db)
    await makeWorld(db, world)
    const moment = askedMoment(ctx, new Date(Date.now() + 1000).toISOString())
    for (const user of world.people.keys()) for (const resource of ['1', '2', '3']) for (const right of [null, ...rights]) {
      const check = { user, resource, ...(right ? { right } : {}) }
      const { allowed, paths, more } = await why(ctx, check, moment)
      const wanted = referencePaths(world, user, `s${resource}`, right, Date.parse(moment.at))
      expect(allowed).toBe(await mayAccess(ctx, check, moment))
      if (!more) expect(paths.map(nodesOf).toSorted()).toEqual(wanted)
      else expect([paths.length, paths.map(nodesOf).every((one) => wanted.includes(one))]).toEqual([100, true])
      const lengths = paths.map(({ length }) => length)
      expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
      if (wanted.length > 1) several++
    }
  }), { numRuns: 15, seed: 5, endOnFailure: true })
  expect(several).toBeGreaterThan(10)
}, 300_000)

/** Does what a step lacks, as an administrator would. */
async function mend({ source, target, membershipId, missing = [] }: ShownStep, right: string | null, to: string): Promise<void> {
  const { kind } = edgeKinds.find((one) => one.source === letterOf[source.type] && one.target === letterOf[target.type])!
  const needed = right !== null && keyOf(target) === to ? [right] : []
  for (const { what } of missing) {
    if (what === 'membership') {
      await removeEdge(db, kind, membershipId ?? '')
      await makeEdge(db, { kind, id: `mend ${source.id} ${target.id}`.slice(0, 32), source: keyOf(source), target: keyOf(target), start: null, end: null, rights: needed })
    }
    if (what === 'date') await setDates(db, kind, membershipId!, null, Date.now() + 3_600_000)
    if (what === 'status') await setNode(db, keyOf(target), true, false)
    if (what === 'right') await setRights(db, kind, membershipId!, needed)
  }
}

test('doing what the nearest path lacks gives access', async () => {
  let mended = 0
  await fc.assert(fc.asyncProperty(worlds(Date.now()), fc.constantFrom('1', '2', '3'), fc.constantFrom(null, ...rights), async (world, resource, right) => {
    await emptyWorld(db)
    await makeWorld(db, world)
    const check = { user: 'ann', resource, ...(right ? { right } : {}) }
    const soon = () => askedMoment(ctx, new Date(Date.now() + 1000).toISOString())
    const answer = await whyNot(ctx, check, soon())
    expect(answer.allowed).toBe(await mayAccess(ctx, check, soon()))
    expect(answer.paths.length > 0).toBe(!answer.allowed)
    if (answer.allowed) return
    for (const step of answer.paths[0]!) await mend(step, right, `s${resource}`)
    expect(await mayAccess(ctx, check, soon())).toBe(true)
    mended++
  }), { numRuns: 30, seed: 9, endOnFailure: true })
  expect(mended).toBeGreaterThan(10)
}, 300_000)

test('what is missing is told in words, the nearest path first', async () => {
  await emptyWorld(db)
  await db.execute(`
    insert into users (user_id, last_name, display_name, status, secondary_status) values ('ann', 'A', 'Ann A', 'ACTIVE', null), ('cy', 'C', 'Cy C', 'ACTIVE', 'DISABLED'), ('boss', 'B', 'Bo S', 'ACTIVE', null);
    insert into grp (grp_id, grp_name) values ('staff', 'Staff'), ('pool', 'Pool');
    insert into role (role_id, role_name, status) values ('clerk', 'Clerk', 'ACTIVE'), ('old', 'Old clerk', 'DELETED');
    insert into res (resource_id, resource_type_id, name) values ('ledger', 'WEBSERVICE', 'Ledger');
    insert into user_grp (user_id, grp_id, membership_id, end_date, created_by, granted_by, description) values ('ann', 'staff', 'm1', '2026-01-01T00:00:00Z', 'boss', 'boss', 'REQ-1');
    insert into user_role (user_id, role_id, membership_id) values ('ann', 'old', 'm2'), ('cy', 'clerk', 'm3');
    insert into grp_role (membership_id, role_id, grp_id) values ('e1', 'clerk', 'staff'), ('e2', 'clerk', 'pool');
    insert into resource_role (membership_id, resource_id, role_id) values ('e3', 'ledger', 'clerk'), ('e4', 'ledger', 'old')`)
  const { paths } = await whyNot(ctx, { user: 'ann', resource: 'Ledger' }, askedMoment(ctx, undefined))
  expect(paths.map((path) => path.flatMap(({ missing = [] }) => missing.map(({ message }) => message)))).toEqual([
    ['The membership of the group ended on 2026-01-01T00:00:00.000Z.'],
    ['The Role Old clerk is not active.'],
    ['Ann A does not have the Role Clerk.'],
    ['Ann A does not have the Group Pool.'],
    ['Ann A does not have the Resource Ledger.'],
  ])
  expect(paths[0]![0]).toMatchObject({ description: 'REQ-1', createdBy: { id: 'boss', name: 'Bo S' }, grantedBy: 'boss', membershipId: 'm1' })
  const blocked = await whyNot(ctx, { user: 'cy', resource: 'ledger' }, askedMoment(ctx, undefined))
  expect([blocked.allowed, blocked.paths, blocked.missing?.[0]?.message]).toEqual([false, [], expect.stringContaining('Cy C is ACTIVE and DISABLED')])
  await db.execute(`delete from user_grp where membership_id = 'm1'`)
  const later = await whyNot(ctx, { user: 'ann', resource: 'Ledger' }, askedMoment(ctx, undefined))
  expect(later.paths.flat(2).flatMap(({ missing = [] }) => missing.map(({ message }) => message))).toContainEqual(expect.stringMatching(/^Ann A no longer has the Group Staff: .* was taken away on /))
})

test('a search through very many paths ends', () => {
  // Forty storeys of two nodes each, all joined: 2^40 paths.
  const step = (source: string, target: string): Step => ({ source, target, lacks: [], cost: 1 })
  const storeys = Array.from({ length: 40 }, (_, n) => [`a${n}`, `b${n}`])
  const steps = storeys.flatMap((here, n) => here.flatMap((source) => (storeys[n + 1] ?? ['end']).map((target) => step(source, target))))
  const paths = cheapestPaths([...storeys[0]!.map((target) => step('start', target)), ...steps], 'start', 'end')
  const first = Array.from({ length: 100 }, () => paths.next().value as Step[])
  expect(first.every((path) => path.length === 41)).toBe(true)
  expect(new Set(first.map((path) => path.map(({ target }) => target).join())).size).toBe(100)
})

test('more than lies near is loaded decides nothing: the check does, and the answer says that it saw a part', async () => {
  await emptyWorld(db)
  // One statement after the other, so that each is planned with what is there by then.
  for (const statement of [
    `insert into users (user_id, last_name, display_name, status) values ('ann', 'A', 'Ann A', 'ACTIVE'), ('bob', 'B', 'Bob B', 'ACTIVE')`,
    `insert into res (resource_id, resource_type_id, name) values ('hub', 'WEBSERVICE', 'Hub')`,
    `insert into role (role_id, role_name) select 'r' || n, 'Role ' || n from generate_series(1, 20001) n`,
    'analyze role',
    `insert into resource_role (membership_id, resource_id, role_id) select 'e' || n, 'hub', 'r' || n from generate_series(1, 20001) n`,
  ]) await db.execute(statement)
  for (const n of [19_999, 20_000, 20_001]) {
    await db.execute(`delete from user_role where user_id = 'ann' and role_id <> $1`, [`r${n}`])
    await db.execute(`insert into user_role (user_id, role_id, membership_id) values ('ann', $1, $2) on conflict do nothing`, [`r${n}`, `n${n}`])
    expect(await whyNot(ctx, { user: 'ann', resource: 'hub' }, askedMoment(ctx, undefined))).toMatchObject({ allowed: true, paths: [], more: false })
  }
  const not = await whyNot(ctx, { user: 'bob', resource: 'hub' }, askedMoment(ctx, undefined))
  expect([not.allowed, not.paths.length > 0, not.more]).toEqual([false, true, true])
}, 120_000)
