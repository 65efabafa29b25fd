/** By what texts are put in order and found: the expressions of the indexes in `migrations/`. */
import type { Attribute } from '../model/attribute.ts'

/** The empty come last in ascending order (RFC 7644 §3.4.2.3). */
const orEmpty = (text: string): string => `coalesce(${text}, chr(1114111)) collate "C"`

/** Names by their letters, other texts by code points without case. */
export const textOrder = ({ byLetters }: Pick<Attribute, 'byLetters'>, column: string): string => orEmpty(byLetters ? placeOfName(column) : `lower(${column})`)

/** A text as `textOrder` holds it. */
export const ordered = ({ byLetters }: Pick<Attribute, 'byLetters'>, text: string): string => (byLetters ? placeOfName(text) : `lower(${text})`)

/** By what a name stands in order; an index has it. */
const placeOfName = (text: string) => `gatehouse.name_order(${text})`

/** The same condition, left out of the planner's count: it takes it for true of nearly all rows, and counts by what stands beside it alone. */
export const uncounted = (condition: string): string => `nullif(${condition}, false) is not null`

/**
 * Whether a sortable text is one of an array's, but for case. The array holds lower case. Names that differ in accents alone stand in
 * one place of their order, and are told apart after it.
 */
export function isOneOf(attribute: Pick<Attribute, 'byLetters'>, column: string, array: string): string {
  if (!attribute.byLetters) return `${textOrder(attribute, column)} = any(${array})`
  return `(${textOrder(attribute, column)} = any(array(select ${placeOfName('v')} from unnest(${array}) v)) and ${uncounted(`lower(${column}) = any(${array})`)})`
}
