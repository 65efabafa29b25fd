/** Exporting records and edges of access as documents, in id order and flat memory, at one moment of the database. */
import { nodeTypes, type EdgeKind, type Letter } from '../model/access-edges.ts'
import type { Document, Resource } from '../model/attribute.ts'
import { termsOf } from '../model/edge-terms.ts'
import { parseFilter } from '../model/filter.ts'
import { project, selectionOf } from '../model/project.ts'
import { documentOf } from '../model/rows.ts'
import type { Database, Transaction } from '../store/database.ts'
import { edgesAfter, type ExportedEdge } from '../store/export-edges.ts'
import { listIds } from '../store/list-records.ts'
import { loadRecords } from '../store/records.ts'
import { rowEdges } from './importable.ts'

export interface ExportQuery {
  filter?: string
  /** Hidden people and groups too, as a copy for moving wants. */
  includeHidden?: boolean
}

const page = 500

/** The documents, each with everything an import takes back. Runs in one snapshot, so that a long export is one moment. */
export async function exportRecords<T>(db: Database, resource: Resource, query: ExportQuery, write: (documents: AsyncGenerator<Document>) => Promise<T>): Promise<T> {
  if (query.filter !== undefined) parseFilter(query.filter)
  return atOneMoment(db, (tx) => write(documentsOf(tx, resource, query)))
}

/** The same for edges of access of every kind but those that are entries of their records. */
export async function exportEdges<T>(db: Database, query: Pick<ExportQuery, 'includeHidden'>, write: (documents: AsyncGenerator<Document>) => Promise<T>): Promise<T> {
  return atOneMoment(db, (tx) => write(edgeDocuments(tx, query.includeHidden === true)))
}

function atOneMoment<T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    await tx.execute('set local statement_timeout = 0')
    return work(tx)
  }, 'begin isolation level repeatable read read only')
}

async function* edgeDocuments(tx: Transaction, includeHidden: boolean): AsyncGenerator<Document> {
  for (const kind of rowEdges) {
    for (let after = ''; ;) {
      const found = await edgesAfter(tx, kind, after, page, includeHidden)
      for (const edge of found) yield edgeDocument(kind, edge)
      if (found.length < page) break
      after = found.at(-1)!.id
    }
  }
}

/** An edge has no id of its own in a file: its ends and its start say which one it is, so that an open start is said too. */
function edgeDocument(kind: EdgeKind, { source, target, sourceName, targetName, start, end, created, createdBy, grantedBy, ...terms }: ExportedEdge): Document {
  const node = (letter: Letter, id: string, name: string | undefined): Document => ({ type: nodeTypes[letter], id, ...(name === undefined ? {} : { name }) })
  const { rights, description } = termsOf(terms)
  return {
    source: node(kind.source, source, sourceName), target: node(kind.target, target, targetName), start: start ?? null, end: end ?? null,
    ...(rights === undefined ? {} : { rights }), ...(description === undefined ? {} : { description }),
    ...(created === undefined ? {} : { created }), ...(createdBy === undefined ? {} : { createdBy }), ...(grantedBy === undefined ? {} : { grantedBy }),
    meta: { resourceType: 'Edge' },
  }
}

async function* documentsOf(tx: Transaction, resource: Resource, query: ExportQuery): AsyncGenerator<Document> {
  const selection = { ...selectionOf(resource, undefined), collections: exported(resource) }
  for (let cursor: string | undefined; ;) {
    const found = await listIds(tx, resource, { filter: filterOf(resource, query), count: page, cursor })
    const records = await loadRecords(tx, resource, found.ids, { collections: selection.collections })
    for (const id of found.ids) {
      const document = project(resource, documentOf(resource, records.get(id)!), selection, '')
      if (document.systemFlag === true) continue
      delete (document.meta as Document).location
      yield document
    }
    if (found.next === undefined) return
    cursor = found.next
  }
}

/** Logins belong to their systems and keys to their holders; notes, relations, supervisors and affiliations travel. */
function exported(resource: Resource): string[] {
  return resource.collections.map((one) => one.path).filter((path) => path !== 'logins' && path !== 'keys')
}

function filterOf(resource: Resource, { filter, includeHidden }: ExportQuery): string | undefined {
  if (!includeHidden || !resource.attributes.some((one) => one.path === 'isVisible')) return filter
  const all = '(isVisible eq true or isVisible eq false)'
  return filter === undefined ? all : `${all} and (${filter})`
}
