/** What-if foretells exactly what the reference finds changed for everybody, and changes nothing. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyChanges, type Change } from '../src/access/what-if-changes.ts'
import { whatIf } from '../src/access/what-if.ts'
import { edgeKinds, nodeOf } from '../src/model/access-edges.ts'
import { givenOf, reachesOf } from '../src/model/access-effect.ts'
import { reference, type World, type WorldEdge } from './access-reference.ts'
import { emptyWorld, makeWorld, rights, worlds } from './access-worlds.ts'
import { testContext } from './context.ts'

const ctx = await testContext()
const { db } = ctx

/** Now, and before and after what worlds begin and end within. */
const moments = [0, 0, 0.5, 1.5, 3].map((days) => days * 86_400_000)

type Proposal = { body: Record<string, unknown>; change: (world: World) => World }

/** A proposed change, for the API and for the reference alike. */
function proposal(world: World, name: string, pick: (count: number) => number): Proposal {
  const edge = world.edges[pick(world.edges.length)]!
  const node = [...world.nodes.keys()][pick(world.nodes.size)]!
  const onEdges = (change: (edges: WorldEdge[]) => WorldEdge[]) => (before: World) => ({ ...before, edges: change(before.edges) })
  const onNode = (state: { active: boolean; everyone: boolean }) => (before: World) => ({ ...before, nodes: new Map(before.nodes).set(node, state) })
  if (name === 'remove') return { body: { op: 'remove', membershipId: edge.id }, change: onEdges((edges) => edges.filter(({ id }) => id !== edge.id)) }
  if (name === 'change') {
    const had = rights.filter(() => pick(2) === 0)
    return { body: { op: 'change', membershipId: edge.id, start: null, end: null, rights: had }, change: onEdges((edges) => edges.map((one) => (one.id === edge.id ? { ...one, start: null, end: null, rights: had } : one))) }
  }
  if (name === 'add') {
    const kind = edgeKinds[pick(edgeKinds.length)]!
    const of = (letter: string, place: number) => (letter === 'u' ? [...world.people.keys()].map((id) => `u${id}`) : [...world.nodes.keys()].filter((one) => one[0] === letter)).at(place)!
    const [source, target] = [of(kind.source, pick(2)), of(kind.target, -1)]
    // No verb closes a circle, though the worlds have some.
    if (source === target || leads(world, target, source)) return proposal(world, 'remove', pick)
    return { body: { op: 'add', source: nodeOf(source), target: nodeOf(target), rights }, change: onEdges((edges) => [...edges, { kind: kind.kind, id: `new${edges.length}`, source, target, start: null, end: null, rights }]) }
  }
  const state = world.nodes.get(node)!
  if (name === 'person') {
    const person = [...world.people.keys()][pick(world.people.size)]!
    const status = pick(2) === 0 ? 'ACTIVE' : 'TERMINATED'
    return { body: { op: 'status', type: 'User', id: person, status }, change: (before) => ({ ...before, people: new Map(before.people).set(person, { status, secondary: null }) }) }
  }
  if (name === 'public' && 'gs'.includes(node[0]!)) return { body: { op: 'public', ...nodeOf(node), public: !state.everyone }, change: onNode({ ...state, everyone: !state.everyone }) }
  if (name === 'status' && node[0] !== 's') return { body: { op: 'status', ...nodeOf(node), status: !state.active ? 'ACTIVE' : node[0] === 'o' ? 'INACTIVE' : 'DELETED' }, change: onNode({ ...state, active: !state.active }) }
  return { body: { op: 'delete', ...nodeOf(node) }, change: onNode({ active: false, everyone: false }) }
}

/** Whether edges between things of one kind lead from one to the other, whatever their dates. */
function leads({ edges }: World, from: string, to: string, seen = new Set<string>()): boolean {
  if (from === to) return true
  if (from[0] !== to[0] || seen.has(from)) return false
  seen.add(from)
  return edges.some(({ source, target }) => source === from && target[0] === from[0] && leads({ edges } as World, target, to, seen))
}

/** Everything people have of groups, roles, organisations and resources: `ann r1`, `ann s1` and `ann s1 READ`. */
function pairs(world: World, at: number): Set<string> {
  return new Set([...world.people.keys()].flatMap((user) => [...reference(world, user, at)].flatMap(([node, had]) => [`${user} ${node}`, ...(node[0] === 's' ? [...had.rights].map((right) => `${user} ${node} ${right}`) : [])])))
}

test('what-if foretells what everybody gains and loses', async () => {
  // The people of the first start are everybody too.
  await db.execute('delete from users')
  let seen = 0
  const names = ['remove', 'change', 'add', 'person', 'public', 'status', 'delete']
  await fc.assert(fc.asyncProperty(worlds(Date.now()), fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }), fc.infiniteStream(fc.nat()), fc.constantFrom(...moments), async (world, kinds, numbers, ahead) => {
    await emptyWorld(db)
    await makeWorld(db, world)
    const pick = (count: number) => numbers.next().value! % count
    // Two changes of one edge or thing would each speak of it as it is, not as the other leaves it.
    const proposals = kinds.map((name) => proposal(world, name, pick)).filter(({ body }, place, all) => all.findIndex((one) => JSON.stringify(subject(one.body)) === JSON.stringify(subject(body))) === place)
    const at = ahead === 0 ? Date.now() : Date.now() + ahead
    const effect = await whatIf(ctx, { changes: proposals.map(({ body }) => body), ...(ahead === 0 ? {} : { at: new Date(at).toISOString() }) })
    const [before, after] = [world, proposals.reduce((made, { change }) => change(made), world)].map((one) => pairs(one, at)) as [Set<string>, Set<string>]
    const [gained, lost] = [[...after].filter((one) => !before.has(one)), [...before].filter((one) => !after.has(one))]
    const words = (list: string[], count: number, letters: string) => list.filter((one) => one.split(' ').length === count && letters.includes(one.split(' ')[1]![0]!)).length
    const people = (list: string[]) => new Set(list.map((one) => one.split(' ')[0])).size
    expect(effect).toMatchObject({
      people: { gaining: people(gained), losing: people(lost) },
      memberships: { gained: words(gained, 2, 'gro'), lost: words(lost, 2, 'gro') },
      pairs: { gained: words(gained, 2, 's'), lost: words(lost, 2, 's') }, rights: { gained: words(gained, 3, 's'), lost: words(lost, 3, 's') }, more: false,
    })
    const told = effect.examples.map(({ user, group, role, organization, resource, right, change }) => `${change} ${user.id} ${group ? `g${group.id}` : role ? `r${role.id}` : organization ? `o${organization.id}` : `s${resource!.id}`}${right ? ` ${right}` : ''}`)
    expect(told.toSorted()).toEqual([...gained.map((one) => `gained ${one}`), ...lost.map((one) => `lost ${one}`)].toSorted())
    const count = (list: string[], node: string) => list.filter((one) => one.split(' ').slice(1).join(' ') === node).length
    const listed = [
      ...effect.groups.map((one) => [`g${one.group.id}`, one] as const), ...effect.roles.map((one) => [`r${one.role.id}`, one] as const), ...effect.organizations.map((one) => [`o${one.organization.id}`, one] as const),
      ...effect.resources.map((one) => [`s${one.resource.id}${one.right ? ` ${one.right}` : ''}`, one] as const),
    ]
    for (const [node, { gained: more, lost: fewer }] of listed) expect([node, more, fewer]).toEqual([node, count(gained, node), count(lost, node)])
    expect(listed.map(([node]) => node).toSorted()).toEqual([...new Set([...gained, ...lost].map((one) => one.split(' ').slice(1).join(' ')))].toSorted())
    if (gained.length + lost.length > 0) seen++
  }), { numRuns: 60, seed: 13, endOnFailure: true })
  expect(seen).toBeGreaterThan(10)
}, 300_000)

test('a role that gives nothing is lost all the same, and what begins later counts later', async () => {
  await emptyWorld(db)
  await db.execute(`insert into users (user_id, last_name, status) values ('ann', 'A', 'ACTIVE'), ('bob', 'B', 'ACTIVE'); insert into role (role_id, role_name) values ('empty', 'Empty');
    insert into user_role (user_id, role_id, membership_id, start_date) values ('ann', 'empty', 'm1', null), ('bob', 'empty', 'm2', now() + interval '10 days')`)
  const body = { changes: [{ op: 'delete', type: 'Role', id: 'empty' }] }
  expect(await whatIf(ctx, body)).toMatchObject({
    people: { losing: 1, gaining: 0 }, memberships: { lost: 1 }, pairs: { lost: 0 }, roles: [{ role: { type: 'Role', id: 'empty', name: 'Empty' }, lost: 1, gained: 0 }], resources: [],
  })
  const later = new Date(Date.now() + 11 * 86_400_000).toISOString()
  expect(await whatIf(ctx, { ...body, at: later })).toMatchObject({ at: later, people: { losing: 2 }, memberships: { lost: 2 } })
  await expect(whatIf(ctx, { ...body, at: '2020-01-01' })).rejects.toMatchObject({ code: 'invalid_parameter' })
  await expect(whatIf(ctx, { ...body, at: 7 })).rejects.toMatchObject({ code: 'invalid_body' })
})

const subject = ({ membershipId, type, id, source, target }: Record<string, unknown>) => [membershipId, type, id, source, target]

test('what cannot be asked is refused with its place', async () => {
  for (const [body, code] of [
    [{}, 'invalid_body'], [{ changes: [] }, 'invalid_body'], [{ changes: [{ op: 'fly' }] }, 'invalid_body'], [{ changes: [{ op: 'constructor' }] }, 'invalid_body'],
    [{ changes: [{ op: 'remove', membershipId: 'none' }] }, 'invalid_reference'], [{ changes: [{ op: 'delete', type: 'Role', id: 'none' }] }, 'invalid_reference'],
    [{ changes: [{ op: 'status', type: 'User', id: 'none', status: 'ACTIVE' }] }, 'invalid_reference'], [{ changes: [{ op: 'public', type: 'Role', id: 'r', public: true }] }, 'invalid_body'],
    [{ changes: [{ op: 'add', source: { type: 'Role', id: 'r' }, target: { type: 'Group', id: 'g' } }] }, 'invalid_body'],
  ] as const) await expect(whatIf(ctx, body)).rejects.toMatchObject({ code })
})

test('what no verb would do is refused', async () => {
  await emptyWorld(db)
  await db.execute(`insert into role (role_id, role_name) values ('low', 'Low'), ('high', 'High'), ('top', 'Top');
    insert into role_to_role_membership (membership_id, role_id, member_role_id) values ('lh', 'high', 'low'), ('ht', 'top', 'high')`)
  const add = (source: string, target: string, more: object = {}) => ({ op: 'add', source: { type: 'Role', id: source }, target: { type: 'Role', id: target }, ...more })
  const asked = (...changes: object[]) => whatIf(ctx, { changes })
  await expect(asked(add('top', 'low'))).rejects.toMatchObject({ code: 'invalid_body', problems: [{ path: 'changes[0]' }] })
  await expect(asked({ op: 'remove', membershipId: 'ht' }, add('top', 'low'))).resolves.toMatchObject({ people: { losing: 0 } })
  await expect(asked({ op: 'remove', membershipId: 'ht' }, add('top', 'low'), add('high', 'top'))).rejects.toMatchObject({ problems: [{ path: 'changes[2]' }] })
  await db.execute(`insert into role (role_id, role_name) values ('old', 'Old'); insert into role_to_role_membership (membership_id, role_id, member_role_id, start_date, end_date) values ('lo', 'old', 'low', '2020-01-01', '2021-01-01')`)
  await expect(asked(add('old', 'low'))).rejects.toMatchObject({ problems: [{ path: 'changes[0]' }] })
  await expect(asked(add('low', 'top'), add('top', 'old'), add('old', 'low'))).rejects.toMatchObject({ problems: [{ path: 'changes[2]' }] })
  await expect(asked(add('low', 'top', { start: '2030-01-01T00:00:00Z', end: '2029-01-01T00:00:00Z' }))).rejects.toMatchObject({ problems: [{ path: 'changes[0].end' }] })
  await db.execute(`insert into grp (grp_id, grp_name) values ('g', 'G'); insert into grp_role (membership_id, grp_id, role_id) values ('lh', 'g', 'low')`)
  await expect(asked({ op: 'remove', membershipId: 'lh' }, add('high', 'low'))).rejects.toMatchObject({ problems: [{ path: 'changes[0].membershipId' }] })
  await expect(asked({ op: 'status', type: 'Role', id: 'low', status: 'active' })).rejects.toMatchObject({ problems: [{ path: 'changes[0].status', message: 'must be one of ACTIVE, PENDING_APPROVAL, DELETED' }] })
  await expect(asked({ op: 'status', type: 'User', id: 'x', status: 'BOGUS' })).rejects.toMatchObject({ problems: [{ path: 'changes[0].status' }] })
  await expect(asked({ op: 'status', type: 'Role', id: 'low', status: 'ACTIVE', secondaryStatus: 'LOCKED' })).rejects.toMatchObject({ problems: [{ path: 'changes[0].secondaryStatus' }] })
})

test('circles are looked for in so many edges and no more', () => {
  const ranks = Array.from({ length: 2000 }, (_, n) => ({ id: `e${n}`, source: `r${n}`, target: `r${n + 1}` }))
  const nodes = new Map([...ranks.map(({ source }) => source), 'r2000', ...Array.from({ length: 600 }, (_, n) => `rx${n}`)].map((node) => [node, { node, name: null, active: true, everyone: false }]))
  const edges = new Map(ranks.map((one) => [`rr ${one.id}`, { ...one, kind: 'rr', start: null, end: null, rights: [], description: null, created: null, createdBy: null, grantedBy: null, recorded: null, removed: null }]))
  // Each removal has what lies behind the last one worked out anew.
  const changes = Array.from({ length: 600 }, (_, n): Change[] => [{ op: 'remove', membershipId: `e${n}` }, { op: 'add', kind: 'rr', source: 'r2000', target: `rx${n}` }]).flat()
  expect(() => applyChanges({ ranks, edges, nodes, people: new Map() }, changes)).toThrow(expect.objectContaining({ code: 'question_too_large' }))
  expect(applyChanges({ ranks, edges, nodes, people: new Map() }, changes.slice(0, 20)).edges.size).toBe(2000)
})

test('rights that are made up are refused before anything is worked out, and so are too many', async () => {
  await emptyWorld(db)
  await db.execute(`insert into role (role_id, role_name) values ('giver', 'Giver'); insert into res (resource_id, resource_type_id, name) values ('given', 'WEBSERVICE', 'Given')`)
  const asked = (had: string[]) => whatIf(ctx, { changes: [{ op: 'add', source: { type: 'Role', id: 'giver' }, target: { type: 'Resource', id: 'given' }, rights: had }] })
  await expect(asked([...rights, 'made up'])).rejects.toMatchObject({ code: 'invalid_reference', message: expect.stringContaining('made up') })
  await expect(asked(Array.from({ length: 101 }, (_, n) => `r${n}`))).rejects.toMatchObject({ code: 'invalid_body' })
  await expect(asked(['\u0000'])).rejects.toMatchObject({ code: 'invalid_body' })
  await expect(asked(rights)).resolves.toMatchObject({ people: { gaining: 0 } })
})

test('working it out stops after each thing and tells how much it has become', () => {
  const nodes = new Map(['sx', 'ra', 'rb'].map((node) => [node, { node, name: null, active: true, everyone: false }]))
  const edge = (source: string, target: string, had: string[]) => ({ kind: source[0]! + target[0]!, id: source + target, source, target, start: null, end: null, rights: had, description: null, created: null, createdBy: null, grantedBy: null, recorded: null, removed: null })
  const state = { nodes, edges: [edge('ra', 'sx', ['READ']), edge('rb', 'ra', [])] }
  const given = givenOf(['sx'], state, state)
  expect(given).toEqual([{ node: 'sx' }, { node: 'sx', right: 'READ' }])
  // The resource, which three nodes give, and the right, which two do; and the same on the other side.
  expect([...reachesOf(given, state, state)]).toEqual([0, 3, 5, 0, 3, 5])
})
