/**
 * Documents as CSV (RFC 4180, CRLF): a column for each path that some document has (`emails[0].value`,
 * `attributes["cost centre"]`), so that reading the file without a mapping gives the documents back. What CSV cannot
 * tell apart comes back absent: the empty text, null, empty lists. The columns must be known before the first row, so
 * the documents are walked twice.
 */
import type { Document } from '../model/attribute.ts'
import { edgeEntry } from '../model/edge-terms.ts'
import { GatehouseError } from '../errors.ts'
import { formatPath, leaves, type Step } from './document-path.ts'
import { callName, kinds, resources, type Kind } from './importable.ts'
import { guardCell } from './spreadsheet-guard.ts'
import { inBatches } from './write-batches.ts'

/** The columns for a set of documents, in the order of the model; `otherwise` where there are none. Holds the paths in memory, not the documents. */
export async function csvColumns(documents: AsyncIterable<Document>, always: readonly string[] = [], otherwise: readonly string[] = []): Promise<string[]> {
  const found = new Map<string, Step[]>(always.map((column) => [column, [column]]))
  for await (const document of documents) {
    for (const { steps } of leaves(document)) {
      const path = formatPath(steps)
      if (!found.has(path)) found.set(path, steps)
    }
  }
  if (found.size === always.length && otherwise.length > 0) return [...otherwise]
  return [...found].sort(([, a], [, b]) => compareSteps(a, b)).map(([path]) => path)
}

const heads = [...kinds.flatMap((kind) => [...resources[kind].attributes, ...resources[kind].collections]), ...['source', 'target'].map((path) => ({ path })), ...edgeEntry.attributes]
  .map(({ path }) => path.split('.')[0]!)

/** The columns that a file of edges has whether it needs them or not: without one a row says nothing of it. */
export const edgeColumns: readonly string[] = ['start', 'end']

/** The header of a file with nothing in it: an import takes it, and knows of what there is none. */
export const emptyColumns = (kind: Kind | 'Edge'): readonly string[] =>
  [...(kind === 'Edge' ? ['source.type', 'source.id', 'target.type', 'target.id', ...edgeColumns] : ['id', callName[kind]]), 'meta.resourceType']

const rank = (head: Step): number => {
  const at = heads.indexOf(String(head))
  return at < 0 ? heads.length : at
}

function compareSteps(a: Step[], b: Step[]): number {
  const byHead = rank(a[0]!) - rank(b[0]!)
  if (byHead !== 0) return byHead
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [left, right] = [a[at]!, b[at]!]
    if (left === right) continue
    if (typeof left === 'number' && typeof right === 'number') return left - right
    return String(left) < String(right) ? -1 : 1
  }
  return a.length - b.length
}

export interface CsvWriting {
  delimiter?: string
  /** False writes cells that a spreadsheet would take for formulas as they are. */
  guard?: boolean
}

/**
 * The text of a file; give it to `pipeline` with a stream. Throws `internal_error` when a document has a path that is
 * not among the columns: better no file than one with less in it.
 */
export function csvText(documents: AsyncIterable<Document>, columns: readonly string[], options: CsvWriting = {}): AsyncGenerator<string> {
  return inBatches(rows(documents, columns, options))
}

async function* rows(documents: AsyncIterable<Document>, columns: readonly string[], options: CsvWriting): AsyncGenerator<string> {
  const { delimiter = ',', guard = true } = options
  const places = new Map(columns.map((column, at) => [column, at]))
  yield csvLine(columns, delimiter)
  for await (const document of documents) {
    const cells = new Array<string>(columns.length).fill('')
    for (const { steps, value } of leaves(document)) {
      const path = formatPath(steps)
      const at = places.get(path)
      if (at === undefined) throw new GatehouseError('internal_error', `A document has ${path}, which is not among the columns: it changed while it was exported. Export again.`)
      cells[at] = guard && typeof value === 'string' ? guardCell(value) : String(value)
    }
    yield csvLine(cells, delimiter)
  }
}

/** One line of CSV. Spaces at an end are quoted, since many readers drop them. */
export function csvLine(cells: readonly string[], delimiter: string): string {
  const quoted = cells.map((cell) =>
    /["\r\n]|^\s|\s$/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell)
  return `${quoted.join(delimiter)}\r\n`
}
