/** Exporting people or organisations as documents, in id order and flat memory, at one moment of the database. */
import type { Document, Resource } from '../model/attribute.ts'
import { parseFilter } from '../model/filter.ts'
import { project, selectionOf } from '../model/project.ts'
import { documentOf } from '../model/rows.ts'
import type { Database, Transaction } from '../store/database.ts'
import { listIds } from '../store/list-records.ts'
import { loadRecords } from '../store/records.ts'

export interface ExportQuery {
  filter?: string
  /** Hidden and system people too, as a copy for moving wants. */
  everyone?: boolean
}

const page = 500

/** The documents, each with everything an import takes back. Runs in one snapshot, so that a long export is one moment. */
export async function exportRecords<T>(db: Database, resource: Resource, query: ExportQuery, write: (documents: AsyncGenerator<Document>) => Promise<T>): Promise<T> {
  if (query.filter !== undefined) parseFilter(query.filter)
  return db.transaction(async (tx) => {
    await tx.execute('set local statement_timeout = 0')
    return write(documentsOf(tx, resource, query))
  }, 'begin isolation level repeatable read read only')
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

function filterOf(resource: Resource, { filter, everyone }: ExportQuery): string | undefined {
  if (!everyone || resource.name !== 'User') return filter
  const all = '(isVisible eq true or isVisible eq false)'
  return filter === undefined ? all : `${all} and (${filter})`
}
