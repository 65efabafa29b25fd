/** What lists of edges are made of at a past moment: the rows that the database knew then, and things and people as they were. */
import { nodeTypes, type EdgeKind, type Letter } from '../model/access-edges.ts'
import { edgeColumns, type Thing } from './access-edges.ts'
import { edgesSql, membershipsSql, nodesSql, ofUser, peopleSql } from './access-walk.ts'
import type { Database } from './database.ts'

const keptColumns = `h.membership_id as id, h.user_id as source, substr(h.target, 2) as target, h.start_date as start, h.end_date as "end", h.description,
  h.create_date as created, h.created_by as "createdBy", h.granted_by as "grantedBy", to_json(h.rights) as rights`
const thingColumns = (source: string) => `e.membership_id as id, ${source} as source, substr(e.target, 2) as target, e.start_date as start, e.end_date as "end", e.description,
  e.create_date as created, e.created_by as "createdBy", e.granted_by as "grantedBy", to_json(e.rights) as rights`

/** Edges of one kind that had the node ($1, its id) at one end and were in force at the moment. */
export function pastEdgesSql(kind: EdgeKind, end: 'source' | 'target', at: string): string {
  const node = `'${kind[end]}' || $1::text`
  if (kind.source !== 'u') return edgesSql(thingColumns('substr(e.source, 2)'), `e.kind = '${kind.kind}' and e.${end} = ${node}`, at, true)
  const ofTarget = (row: string) => (row === 'h' ? `h.target = ${node}` : `${row}.${kind.targetColumn} = $1::text`)
  return membershipsSql({ standing: edgeColumns, kept: keptColumns }, end === 'source' ? ofUser('$1::text') : ofTarget, at, true, [kind])
}

/** Edges into a thing ($1, its node) from all but people; their source is a node. */
export const pastHoldersSql = (at: string): string => edgesSql(thingColumns('e.source'), 'e.target = $1::text', at, true)

/** A join that gives `t.name`, what a node was called at the moment. */
export const pastNameSql = (node: string, at: string): string => `left join lateral (${nodesSql('n.name', `n.node = ${node}`, at, true)} limit 1) t on true`

/** Somebody or something by id as they were at the moment, also when they are gone since. */
export async function readThen(db: Pick<Database, 'first'>, letter: Letter, id: string, at: string): Promise<Pick<Thing, 'id' | 'name'> | undefined> {
  const sql = letter === 'u' ? peopleSql(ofUser('$1'), '$2::timestamptz', true) : nodesSql('n.name', `n.node = '${letter}' || $1::text`, '$2::timestamptz', true)
  const row = await db.first<{ name?: string | null; display_name?: string | null }>(sql, [id, at], `read_then_${nodeTypes[letter]}`)
  return row && { id, name: row.name ?? row.display_name ?? null }
}
