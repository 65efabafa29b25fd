/** The `when` of a mapping: whether a row is of a kind. Texts are compared without case and surrounding spaces. */
import type { Condition, Format } from './mapping.ts'
import type { SourceRecord } from './source-row.ts'
import { columnReader, isUnread } from './value-rule.ts'

export type RecordTest = (record: SourceRecord) => boolean

/** A test of one condition, or of several that must all hold; none always holds. */
export function makeTest(format: Format, when: Condition | Condition[] | undefined): RecordTest {
  const tests = (when === undefined ? [] : [when].flat()).map((condition) => makeOne(format, condition))
  return (record) => tests.every((test) => test(record))
}

const fold = (text: string) => text.trim().toLowerCase()

function makeOne(format: Format, condition: Condition): RecordTest {
  const read = columnReader(format, condition.column)
  const wanted = (condition.oneOf ?? [condition.equals ?? condition.contains ?? '']).map(fold)
  return (record) => {
    const values = read(record)
    // Bytes and objects are something, though no text equals them.
    if (isUnread(values)) return condition.present === true
    if (condition.present !== undefined) return condition.present === values.some((value) => value.trim() !== '')
    // An empty column equals the empty text.
    const folded = values.length === 0 ? [''] : values.map(fold)
    if (condition.contains !== undefined) return folded.some((value) => value.includes(wanted[0]!))
    return folded.some((value) => wanted.includes(value))
  }
}
