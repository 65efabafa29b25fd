/** Every edge of access of one kind, page by page in the order of their ids, with what both ends are called. */
import type { EdgeKind, Letter } from '../model/access-edges.ts'
import type { Edge } from '../model/edge-terms.ts'
import { edgeColumns, edgeOf } from './access-edges.ts'
import type { Database, Row } from './database.ts'

/** Where what people call a node, and may find it by, stands; people by their user names. */
const names: Record<Letter, { table: string; id: string; name: string }> = {
  u: { table: 'users', id: 'user_id', name: 'user_name' },
  g: { table: 'grp', id: 'grp_id', name: 'grp_name' },
  r: { table: 'role', id: 'role_id', name: 'role_name' },
  s: { table: 'res', id: 'resource_id', name: 'name' },
  o: { table: 'company', id: 'company_id', name: 'company_name' },
}

export interface ExportedEdge extends Edge {
  sourceName?: string
  targetName?: string
}

/** The edges after one. Those of the server's own people are left out, and those of hidden people unless `includeHidden` is asked for. */
export async function edgesAfter(db: Pick<Database, 'query'>, kind: EdgeKind, after: string, count: number, includeHidden: boolean): Promise<ExportedEdge[]> {
  const [source, target] = [names[kind.source], names[kind.target]]
  const shown = kind.source === 'u' ? ` and a.system_flag is distinct from 'Y'${includeHidden ? '' : ` and a.is_visible = 'Y'`}` : ''
  const rows = await db.query<Row>(
    `select ${edgeColumns(kind)}, a.${source.name} as "sourceName", b.${target.name} as "targetName" from ${kind.table} m
     join ${source.table} a on a.${source.id} = m.${kind.sourceColumn} join ${target.table} b on b.${target.id} = m.${kind.targetColumn}
     where m.membership_id > $1${shown} order by m.membership_id limit $2`, [after, count], `edges_after_${kind.kind}_${includeHidden ? 'all' : ''}`)
  return rows.map((row) => edgeOf(row) as ExportedEdge)
}
