/** Random worlds of access for properties: small graphs with circles, periods, rights, things that are off or for everyone. */
import fc from 'fast-check'
import { edgeKinds, edgeKind } from '../src/model/access-edges.ts'
import type { Database } from '../src/store/database.ts'
import type { World, WorldEdge } from './access-reference.ts'

const day = 86_400_000
export const rights = ['READ', 'SIGN']

const names = { u: ['ann', 'bob', 'eve'], g: ['1', '2', '3'], r: ['1', '2', '3'], s: ['1', '2', '3'], o: ['1', '2'] }

/** Periods of a pair that do not overlap, in days from now. */
const periods = fc.oneof(
  { weight: 3, arbitrary: fc.constant([[null, null]]) },
  { weight: 2, arbitrary: fc.subarray([[-2, -1], [-1, 1], [1, 2]], { minLength: 1 }) },
  { weight: 1, arbitrary: fc.constantFrom([[null, 1]], [[-1, null]], [[null, -1]], [[1, null]]) },
) as fc.Arbitrary<[number | null, number | null][]>

const pair = fc.constantFrom(...edgeKinds).chain((kind) => fc.record({
  kind: fc.constant(kind.kind),
  source: fc.constantFrom(...names[kind.source]).map((id) => kind.source + id),
  target: fc.constantFrom(...names[kind.target]).map((id) => kind.target + id),
  periods,
  rights: fc.subarray(rights),
})).filter(({ source, target }) => source !== target)

/** The world, with times in milliseconds from `now`. */
export function worlds(now: number): fc.Arbitrary<World> {
  const nodes = (['g', 'r', 's', 'o'] as const).flatMap((letter) => names[letter].map((id) => letter + id))
  return fc.record({
    pairs: fc.uniqueArray(pair, { selector: ({ source, target }) => source + target, minLength: 5, maxLength: 28, size: 'max' }),
    off: fc.subarray(nodes.filter((node) => node[0] !== 's'), { maxLength: 2 }),
    everyone: fc.subarray(nodes.filter((node) => 'gs'.includes(node[0]!)), { maxLength: 1 }),
    eve: fc.constantFrom(['ACTIVE', null], ['PENDING_INITIAL_LOGIN', 'LOCKED'], ['TERMINATED', null], ['ACTIVE', 'DISABLED'], ['ACTIVE', 'LOCKED']),
  }).map(({ pairs, off, everyone, eve }) => {
    let count = 0
    const instant = (days: number | null) => (days === null ? null : now + days * day)
    return {
      people: new Map(names.u.map((id) => [id, id === 'eve' ? { status: eve[0] as string, secondary: eve[1] as string | null } : { status: 'ACTIVE', secondary: null }])),
      nodes: new Map(nodes.map((node) => [node, { active: !off.includes(node), everyone: everyone.includes(node) }])),
      edges: pairs.flatMap((one) => one.periods.map(([start, end]): WorldEdge => (
        { kind: one.kind, id: `m${++count}`, source: one.source, target: one.target, start: instant(start), end: instant(end), rights: one.rights }))),
    }
  })
}

const tables = { g: ['grp', 'grp_id', 'grp_name'], r: ['role', 'role_id', 'role_name'], o: ['company', 'company_id', 'company_name'], s: ['res', 'resource_id', 'name'] } as const
const tableOf = (node: string) => tables[node[0] as keyof typeof tables]

/** Empties everything about access and people, without a trace. */
export async function emptyWorld(db: Database): Promise<void> {
  await db.execute(`delete from users; delete from grp; delete from role; delete from res; delete from company_to_company_membership; delete from company;
    delete from gatehouse.access_edge; delete from gatehouse.access_node; delete from gatehouse.membership_history; delete from gatehouse.user_status_history`)
}

export async function makeWorld(db: Database, world: World): Promise<void> {
  await db.execute(`insert into access_rights (access_right_id, name) values ('READ', 'Read'), ('SIGN', 'Sign') on conflict do nothing`)
  for (const [id, { status, secondary }] of world.people) await db.execute('insert into users (user_id, last_name, status, secondary_status) values ($1, $1, $2, $3)', [id, status, secondary])
  for (const [node, { active, everyone }] of world.nodes) await makeNode(db, node, active, everyone)
  for (const edge of world.edges) await makeEdge(db, edge)
}

export async function makeNode(db: Database, node: string, active: boolean, everyone: boolean): Promise<void> {
  const [table, id, name] = tableOf(node)
  await db.execute(`insert into ${table} (${id}, ${name}${table === 'res' ? ', resource_type_id' : ''}) values ($1, $2${table === 'res' ? `, 'WEBSERVICE'` : ''})`, [node.slice(1), `name of ${node}`])
  await setNode(db, node, active, everyone)
}

export async function setNode(db: Database, node: string, active: boolean, everyone: boolean): Promise<void> {
  const [table, id] = tableOf(node)
  const flag = { grp: 'assign_to_all', res: 'is_public', role: undefined, company: undefined }[table]
  if (flag) await db.execute(`update ${table} set ${flag} = $2 where ${id} = $1`, [node.slice(1), everyone ? 'Y' : 'N'])
  if (table !== 'res') await db.execute(`update ${table} set status = $2 where ${id} = $1`, [node.slice(1), active ? 'ACTIVE' : 'DELETED'])
}

const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString())

export async function makeEdge(db: Database, { kind, id, source, target, start, end, rights: had }: WorldEdge): Promise<void> {
  const { table, sourceColumn, targetColumn } = edgeKind(kind)
  await db.execute(`insert into ${table} (membership_id, ${sourceColumn}, ${targetColumn}, start_date, end_date) values ($1, $2, $3, $4, $5)`, [id, source.slice(1), target.slice(1), iso(start), iso(end)])
  await setRights(db, kind, id, had)
}

export async function setRights(db: Database, kind: string, id: string, had: readonly string[]): Promise<void> {
  const { rightsTable } = edgeKind(kind)
  await db.execute(`delete from ${rightsTable} where membership_id = $1 and access_right_id <> all($2)`, [id, had])
  for (const right of had) await db.execute(`insert into ${rightsTable} (membership_id, access_right_id) values ($1, $2) on conflict do nothing`, [id, right])
}

export async function setDates(db: Database, kind: string, id: string, start: number | null, end: number | null): Promise<void> {
  await db.execute(`update ${edgeKind(kind).table} set start_date = $2, end_date = $3 where membership_id = $1`, [id, iso(start), iso(end)])
}

export async function removeEdge(db: Database, kind: string, id: string): Promise<void> {
  await db.execute(`delete from ${edgeKind(kind).table} where membership_id = $1`, [id])
}
