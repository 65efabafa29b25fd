/**
 * The rows of an import that could not be taken, written back in the format of their file so that they can be mended
 * and imported again. The plan knows their lines, the file their text: both are walked side by side, in flat memory.
 */
import { createWriteStream, rmSync } from 'node:fs'
import type { Database } from '../store/database.ts'
import { rejectedLines } from '../store/rejected-steps.ts'
import type { ImportFile } from './plan-import.ts'
import { readRecords, type FileLayout, type MappedRow } from './read-records.ts'
import { rejectWriter, type RejectWriter } from './write-rejects.ts'

/** Writes the rejected rows of one file, which the plan knows as `source`; their number. Without any, no file is made. */
export async function collectRejects(db: Pick<Database, 'query'>, planId: string, file: ImportFile, source: string, target: string): Promise<number> {
  const rejected = linesOf(db, planId, source)
  let next = await rejected.next()
  if (next.done) return 0
  let writer: RejectWriter | undefined
  const onLayout = (layout: FileLayout) => {
    writer = rejectWriter(layout, () => {
      // A file of the last run has served. Written over, it, or what a link in its place leads to, would keep its mode.
      rmSync(target, { force: true })
      return createWriteStream(target, { flags: 'wx', mode: 0o600 })
    })
  }
  let written = 0
  for await (const row of readRecords(file.path, file.mapping, { onLayout })) {
    while (!next.done && next.value.line < row.line) next = await rejected.next()
    if (next.done) break
    if (row.line === 0 || row.line !== next.value.line || row.line === written) continue
    await writer!.add({ line: row.line, reasons: next.value.reasons, source: row.source, ...rawOf(row) })
    written = row.line
  }
  return writer?.end() ?? 0
}

const rawOf = (row: MappedRow) => (row.kind === 'problem' && row.raw !== undefined ? { raw: row.raw } : {})

const page = 1000

/** Rejected lines in the order of the file, each with all its reasons. */
async function* linesOf(db: Pick<Database, 'query'>, planId: string, source: string): AsyncGenerator<{ line: number; reasons: string[] }> {
  for (let after = -1; ;) {
    const found = await rejectedLines(db, planId, source, after, page)
    yield* found
    if (found.length < page) return
    after = found.at(-1)!.line
  }
}
