/** Files for the tests of src/transfer, from texts and bytes in memory. */
import type { Document } from '../src/model/attribute.ts'
import { parseMapping, type Mapping } from '../src/transfer/mapping.ts'
import { readRecords, type MappedRow } from '../src/transfer/read-records.ts'
import type { MappedProblem, MappedRecord } from '../src/transfer/map-record.ts'

/** A file that arrives in pieces of a size, so that every boundary falls everywhere. */
export async function* bytes(content: string | Buffer, size = 7): AsyncGenerator<Buffer> {
  const buffer = Buffer.from(content as string)
  for (let at = 0; at < buffer.length; at += size) yield buffer.subarray(at, at + size)
}

export async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** Rows without their size in bytes, which only batching asks for. */
export const sizeless = <T extends object>(rows: readonly T[]): Omit<T, 'size'>[] => rows.map((row) => {
  const { size: _, ...rest } = row as T & { size?: number }
  return rest
})

export const text = async (pieces: AsyncIterable<string>): Promise<string> => (await all(pieces)).join('')

/** A mapping for CSV unless it says otherwise. */
export const mappingOf = (given: Partial<Mapping>): Mapping => parseMapping(JSON.stringify({ format: 'csv', records: [], ...given }))

export const mapped = (content: string | Buffer, mapping: Parameters<typeof readRecords>[1]): Promise<MappedRow[]> =>
  all(readRecords(bytes(content), mapping))

/** What stands against rows, and against the records of rows of which something cannot be read. */
export const problems = (rows: readonly MappedRow[]): MappedProblem[] => rows.flatMap((row): MappedProblem[] =>
  (row.kind === 'problem' ? [row] : row.kind === 'record' ? (row.unread ?? []).map(({ message, ...cell }) => ({ kind: 'problem', line: row.line, ...cell, reason: message, source: row.source })) : []))
/** Records of rows that can be read. */
export const records = (rows: readonly MappedRow[]): MappedRecord[] => rows.filter((row) => row.kind === 'record' && !row.unread) as MappedRecord[]
export const documents = (rows: readonly MappedRow[]): Document[] => records(rows).map(({ document }) => document)
