/** By what texts are put in order and found: the expressions of the indexes in `migrations/`. */
import type { Attribute } from '../model/attribute.ts'

/** The empty come last in ascending order (RFC 7644 §3.4.2.3). */
const orEmpty = (text: string): string => `coalesce(${text}, chr(1114111)) collate "C"`

/** Names by their letters, other texts by code points without case. */
export const textOrder = ({ byLetters }: Pick<Attribute, 'byLetters'>, column: string): string => orEmpty(byLetters ? nameOrder(column) : `lower(${column})`)

/** A text as `textOrder` holds it. */
export const ordered = ({ byLetters }: Pick<Attribute, 'byLetters'>, text: string): string => (byLetters ? nameOrder(text) : `lower(${text})`)

const nameOrder = (text: string) => `gatehouse.name_order(${text})`

/** The same condition hidden from the planner's arithmetic: it takes it for true of nearly all, and counts one that stands beside it alone. */
export const hidden = (condition: string): string => `nullif(${condition}, false) is not null`

/**
 * Whether a sortable text is one of an array's, but for case. The array holds lower case. Names that differ in accents alone stand in
 * one place of their order, and are told apart after it.
 */
export function isOneOf(attribute: Pick<Attribute, 'byLetters'>, column: string, array: string): string {
  if (!attribute.byLetters) return `${textOrder(attribute, column)} = any(${array})`
  return `(${textOrder(attribute, column)} = any(array(select ${nameOrder('v')} from unnest(${array}) v)) and ${hidden(`lower(${column}) = any(${array})`)})`
}
