/** The answers in SQL are those of a plain implementation in memory, now, later, and afterwards for every moment of an edited past. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accessOf, askedMoment, checkMany, peopleOf } from '../src/access/effective.ts'
import type { ThingLetter } from '../src/store/access-walk.ts'
import { nodeKey, nodeTypes, type Letter } from '../src/model/access-edges.ts'
import { reference, referenceAllows, type World } from './access-reference.ts'
import { emptyWorld, makeEdge, makeWorld, removeEdge, rights, setDates, setNode, setRights, worlds } from './access-worlds.ts'
import { testContext } from './context.ts'

const ctx = await testContext()
const { db } = ctx

const letterOf = Object.fromEntries(Object.entries(nodeTypes).map(([letter, type]) => [type, letter as Letter]))

/** Every answer there is about a world, as text that can be compared. */
async function answers(world: World, at: string): Promise<string[]> {
  const people = [...world.people.keys()]
  const resources = [...world.nodes.keys()].filter((node) => node[0] === 's')
  const asked = people.flatMap((user) => resources.flatMap((node) => [undefined, ...rights].map((right) => ({ user, resource: node.slice(1), ...(right ? { right } : {}) }))))
  const checks = await checkMany(ctx, { checks: asked, at })
  const found = checks.flatMap(({ allowed }, place) => (allowed ? [`may ${Object.values(asked[place]!).join(' ')}`] : []))
  for (const user of people) {
    const { items } = await accessOf(ctx, user, askedMoment(ctx, at), { count: 100 })
    for (const { type, id, rights: had, direct, inherited, everyone } of items) found.push(`has ${user} ${nodeKey(letterOf[type]!, id)} ${had.join()} ${[direct, inherited, everyone].join()}`)
  }
  for (const node of world.nodes.keys()) {
    for (const right of node[0] === 's' ? [undefined, ...rights] : [undefined]) {
      const { items, total } = await peopleOf(ctx, node[0] as ThingLetter, node.slice(1), { right, at, count: 100, total: right !== 'READ' })
      found.push(`people ${node} ${right} ${items.map(({ id }) => id).join()} ${total ?? items.length}`)
    }
  }
  return found
}

/** The same, from the reference. */
function expected(world: World, at: string): string[] {
  const [people, moment] = [[...world.people.keys()], Date.parse(at)]
  const resources = [...world.nodes.keys()].filter((node) => node[0] === 's')
  const found = people.flatMap((user) => resources.flatMap((node) => [null, ...rights].flatMap((right) =>
    referenceAllows(world, user, node, right, moment) ? [`may ${[user, node.slice(1), ...(right ? [right] : [])].join(' ')}`] : [])))
  for (const user of people) {
    const having = [...reference(world, user, moment)].toSorted(([a], [b]) => (a < b ? -1 : 1))
    for (const [node, { rights: had, direct, inherited, everyone }] of having) found.push(`has ${user} ${node} ${[...had].toSorted().join()} ${[direct, inherited, everyone].join()}`)
  }
  for (const node of world.nodes.keys()) {
    for (const right of node[0] === 's' ? [undefined, ...rights] : [undefined]) {
      const having = people.filter((user) => referenceAllows(world, user, node, right ?? null, moment))
      found.push(`people ${node} ${right} ${having.join()} ${having.length}`)
    }
  }
  return found
}

const now = Date.now()
const soon = new Date(now + 1.5 * 86_400_000).toISOString()

test('checks, lists and people are those of the reference, now and later', async () => {
  let allowed = 0
  await fc.assert(fc.asyncProperty(worlds(now), async (world) => {
    await emptyWorld(db)
    await makeWorld(db, world)
    for (const at of [new Date(Date.now() + 1000).toISOString(), soon]) {
      const wanted = expected(world, at)
      allowed += wanted.filter((one) => one.startsWith('may')).length
      expect(await answers(world, at)).toEqual(wanted)
    }
  }), { numRuns: 20, seed: 7, endOnFailure: true })
  expect(allowed).toBeGreaterThan(100)
}, 300_000)

let made = 0

type Edit = (world: World, pick: (count: number) => number) => Promise<World>

const replaced = <T>(list: readonly T[], place: number, ...items: T[]) => list.toSpliced(place, 1, ...items)

/** Edits of a world, each done in the database and in the world alike. */
const edits: Record<string, Edit> = {
  async remove(world, pick) {
    const place = pick(world.edges.length)
    await removeEdge(db, world.edges[place]!.kind, world.edges[place]!.id)
    return { ...world, edges: replaced(world.edges, place) }
  },
  async again(world, pick) {
    const place = pick(world.edges.length)
    const edge = { ...world.edges[place]!, id: `n${++made}`, start: null, end: null }
    if (world.edges.some((one, other) => other !== place && one.source === edge.source && one.target === edge.target)) return world
    await removeEdge(db, world.edges[place]!.kind, world.edges[place]!.id)
    await makeEdge(db, edge)
    return { ...world, edges: replaced(world.edges, place, edge) }
  },
  async dates(world, pick) {
    const place = pick(world.edges.length)
    const edge = { ...world.edges[place]!, start: null, end: pick(2) === 0 ? now - 1000 : null }
    if (world.edges.some((one, other) => other !== place && one.source === edge.source && one.target === edge.target)) return world
    await setDates(db, edge.kind, edge.id, edge.start, edge.end)
    return { ...world, edges: replaced(world.edges, place, edge) }
  },
  async rights(world, pick) {
    const place = pick(world.edges.length)
    const edge = { ...world.edges[place]!, rights: rights.filter(() => pick(2) === 0) }
    await setRights(db, edge.kind, edge.id, edge.rights)
    return { ...world, edges: replaced(world.edges, place, edge) }
  },
  async node(world, pick) {
    const node = [...world.nodes.keys()][pick(world.nodes.size)]!
    const state = { active: node[0] === 's' || pick(2) === 0, everyone: 'gs'.includes(node[0]!) && pick(4) === 0 }
    await setNode(db, node, state.active, state.everyone)
    return { ...world, nodes: new Map(world.nodes).set(node, state) }
  },
  async person(world, pick) {
    const person = [...world.people.keys()][pick(world.people.size)]!
    const state = [{ status: 'ACTIVE', secondary: null }, { status: 'TERMINATED', secondary: null }, { status: 'ACTIVE', secondary: 'DISABLED' }][pick(3)]!
    await db.execute('update users set status = $2, secondary_status = $3 where user_id = $1', [person, state.status, state.secondary])
    return { ...world, people: new Map(world.people).set(person, state) }
  },
}

/** Somebody goes for good: what they had stays known, as of then. */
let gone = 0
edits.gone = async (world, pick) => {
  gone++
  const person = [...world.people.keys()][pick(world.people.size)]!
  await db.execute('delete from users where user_id = $1', [person])
  const people = new Map(world.people)
  people.delete(person)
  return { ...world, people, edges: world.edges.filter(({ source }) => source !== `u${person}`) }
}

/** An instant between what has been done and what will be, whole milliseconds from both. */
async function instantBetween(): Promise<string> {
  await db.execute('select pg_sleep(0.002)')
  const [row] = await db.query<{ at: string }>('select clock_timestamp() as at')
  await db.execute('select pg_sleep(0.002)')
  return row!.at
}

test('every moment of an edited past is answered as it was answered then', async () => {
  const scripts = fc.array(fc.tuple(fc.constantFrom(...Object.keys(edits)), fc.infiniteStream(fc.nat())), { minLength: 3, maxLength: 6 })
  let different = 0
  await fc.assert(fc.asyncProperty(worlds(now), scripts, async (first, script) => {
    await emptyWorld(db)
    await makeWorld(db, first)
    const recorded: { at: string; wanted: string[]; given: string[]; people: World['people'] }[] = []
    let world = first
    for (const [name, numbers] of [['', undefined] as const, ...script]) {
      if (numbers && world.edges.length > 0 && world.people.size > 0) world = await edits[name]!(world, (count) => numbers.next().value! % count)
      const at = await instantBetween()
      recorded.push({ at, wanted: expected(world, at), given: await answers(world, new Date(Date.now() + 1000).toISOString()), people: world.people })
    }
    different += new Set(recorded.map(({ wanted }) => wanted.join('\n'))).size - 1
    for (const { at, wanted, given, people } of recorded) {
      expect(given).toEqual(wanted)
      // Those are asked about who were there then.
      expect(await answers({ ...world, people }, at)).toEqual(wanted)
    }
  }), { numRuns: 8, seed: 11, endOnFailure: true })
  expect(different).toBeGreaterThan(5)
  expect(gone).toBeGreaterThan(1)
}, 300_000)

test('pages of what a person has and of who has it, one by one, are the whole', async () => {
  await fc.assert(fc.asyncProperty(worlds(now), async (world) => {
    await emptyWorld(db)
    await makeWorld(db, world)
    const moment = askedMoment(ctx, undefined)
    for (const user of world.people.keys()) {
      const paged = await walkPages((cursor) => accessOf(ctx, user, moment, { count: 2, ...(cursor === undefined ? {} : { cursor }) }))
      expect(paged).toEqual((await accessOf(ctx, user, moment, { count: 100 })).items)
    }
    for (const node of world.nodes.keys()) {
      const ask = (count: number, cursor?: string) => peopleOf(ctx, node[0] as ThingLetter, node.slice(1), { count, ...(cursor === undefined ? {} : { cursor }) })
      expect(await walkPages((cursor) => ask(1, cursor))).toEqual((await ask(100)).items)
    }
  }), { numRuns: 6, seed: 3, endOnFailure: true })
}, 60_000)

async function walkPages<T>(page: (cursor: string | undefined) => Promise<{ items: T[]; next?: string }>): Promise<T[]> {
  const all: T[] = []
  let cursor: string | undefined
  do {
    const { items, next } = await page(cursor)
    all.push(...items)
    cursor = next
  } while (cursor !== undefined)
  return all
}
