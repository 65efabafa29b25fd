/** What somebody loses who leaves or is deleted: groups, roles and direct resources. Affiliations say where they were, and stay. */
import { memberships, type EdgeKind } from '../model/access-edges.ts'
import type { FieldChange } from '../model/document-diff.ts'
import { edgeField, endedAt, type Edge, type EdgeChange } from '../model/edge-terms.ts'
import { writeEdges } from '../store/access-edges.ts'
import type { Transaction } from '../store/database.ts'
import { holdMemberships } from '../store/user-rows.ts'

const kinds = memberships.filter(({ kind }) => kind !== 'uo')

/** What people who are held have, kind by kind. */
export async function accessOf(tx: Transaction, ids: readonly string[]): Promise<{ kind: EdgeKind; edge: Edge }[]> {
  const found: { kind: EdgeKind; edge: Edge }[] = []
  for (const kind of kinds) found.push(...(await holdMemberships(tx, kind, ids)).map((edge) => ({ kind, edge })))
  return found
}

/** Takes it away, or ends it at an instant, once what is handed back is called; what that changes is noted by person at once. */
export async function takeAccess(tx: Transaction, ids: readonly string[], at: Date | undefined, taken: Map<string, FieldChange[]>): Promise<() => Promise<void>> {
  const byKind = Map.groupBy(await accessOf(tx, ids), ({ kind }) => kind)
  const changes = [...byKind].map(([kind, own]): [EdgeKind, EdgeChange[]] => {
    const edges = own.map(({ edge }) => edge)
    return [kind, at ? endedAt(edges, at) : edges.map((before) => ({ before }))]
  })
  for (const [kind, own] of changes) {
    for (const change of own) taken.set(change.before!.source, [...taken.get(change.before!.source) ?? [], edgeField(kind, change)])
  }
  return async () => {
    for (const [kind, own] of changes) await writeEdges(tx, kind, own)
  }
}
