/** JSON Lines: one JSON object a line, UTF-8. Empty lines are left out. */
import { GatehouseError } from '../errors.ts'
import { isPlain } from '../model/json.ts'
import { faultOf } from '../model/json-fault.ts'
import { maxRecordLength, parseRows, type RowParser, type SourceRow } from './source-row.ts'
import { hasBadBytes, notUtf8, openText, type Encoding, type Source } from './text-source.ts'
import { lineSplitter, type Line } from './text-lines.ts'

/**
 * The documents of a JSON Lines file in flat memory. Throws `invalid_file` when the file is one JSON array.
 * What a JSON parser says of a bad line is not passed on: V8 quotes the text, which may hold a password.
 */
export async function* readJsonl(
  source: Source,
  options: { encoding?: Encoding; limit?: number } = {},
): AsyncGenerator<SourceRow> {
  const text = openText(source, options.encoding)
  yield* parseRows(text.chunks, jsonRows(options.limit ?? maxRecordLength, text.damaged))
}

function jsonRows(limit: number, damaged: () => boolean): RowParser {
  const splitter = lineSplitter(limit)
  let first = true
  const take = (lines: Line[]): SourceRow[] => {
    const rows: SourceRow[] = []
    for (const { line, text } of lines) {
      if (text !== undefined && text.trim() === '') continue
      if (first && text?.trimStart().startsWith('[')) {
        throw new GatehouseError('invalid_file', 'The file is a JSON array. Write one document a line instead (JSON Lines).')
      }
      first = false
      rows.push(toRow(line, text, limit, damaged()))
    }
    return rows
  }
  return { push: (text) => take(splitter.push(text)), end: () => take(splitter.end()) }
}

function toRow(line: number, text: string | undefined, limit: number, damaged: boolean): SourceRow {
  if (text === undefined) return { line, reason: `The line is longer than ${limit} characters.` }
  if (damaged && hasBadBytes(text)) return { line, reason: notUtf8, raw: text, column: badKey(text) }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const position = /position (\d+)/.exec(String(error))?.[1]
    const where = position === undefined ? 'It ends too early.' : `Look at character ${Number(position) + 1}.`
    return { line, reason: `The line is not valid JSON. ${where}`, raw: text }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { line, reason: 'The line is not a JSON object.', raw: text }
  }
  const fault = jsonFault(text, value)
  if (fault !== undefined) return { line, reason: `The line cannot be taken: ${fault}.`, raw: text }
  return { line, values: value as Record<string, unknown> }
}

/** What is wrong with a text that JSON.parse has read all the same, and where. It never holds a piece of the text. */
export function jsonFault(text: string, value: unknown): string | undefined {
  if (isPlain(text, value)) return undefined
  const { at, message } = faultOf(text) ?? { at: 0, message: 'it is not valid JSON' }
  return `${message}, at character ${at + 1}`
}

/** The key before the first bad byte, as far as it can be told without parsing. */
function badKey(text: string): string | undefined {
  const before = text.slice(0, text.search(/[\udc80-\udcff]/))
  return [...before.matchAll(/"([A-Za-z][\w.-]*)"\s*:/g)].at(-1)?.[1]
}
