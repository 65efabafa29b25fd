/**
 * What a reader hands on: the records of a file as they stand there, and the rows that could not be read. Readers know
 * a format and nothing of people; what a record means is the mapping's business.
 */

/** A record of the file. `line` is the physical line on which it begins, counted from 1. */
export interface SourceRecord {
  line: number
  /**
   * CSV: column → text. LDIF: attribute description in lower case → values (a Buffer where the bytes are no UTF-8).
   * JSON Lines: the document.
   */
  values: Record<string, unknown>
  /** LDIF only: the distinguished name. */
  dn?: string
  /** About how many characters of the file it takes. */
  size?: number
  /** CSV: cells that are no text in the encoding of the file, their values as they are shown. */
  damaged?: readonly { column: string; value: string; reason: string }[]
}

/** A row that could not be read. `raw` is its text, for the reject file alone: it may hold a password. */
export interface RowProblem {
  line: number
  column?: string
  value?: string
  reason: string
  raw?: string
  /** The record, when it could be read and only something in it is wrong. */
  record?: SourceRecord
  size?: number
}

export type SourceRow = SourceRecord | RowProblem

export const isProblem = (row: SourceRow): row is RowProblem => 'reason' in row

/** A reader of one format: text goes in as it arrives, the rows that it completes come out. */
export interface RowParser {
  push: (text: string) => SourceRow[]
  end: () => SourceRow[]
}

/**
 * No record may be longer than this many characters. It bounds the memory of a reader whatever the file holds: a quote
 * that is never closed, or a line without an end.
 */
export const maxRecordLength = 4 * 1024 * 1024

/** The rows of a stream of text, in the order of the file. */
export async function* parseRows(chunks: AsyncIterable<string>, parser: RowParser): AsyncGenerator<SourceRow> {
  let read = 0
  // Rows that are completed together share what was read for them: no more is asked of their sizes.
  const sized = (rows: SourceRow[]) => {
    for (const row of rows) row.size = read / rows.length
    if (rows.length > 0) read = 0
    return rows
  }
  for await (const chunk of chunks) {
    read += chunk.length
    yield* sized(parser.push(chunk))
  }
  yield* sized(parser.end())
}
