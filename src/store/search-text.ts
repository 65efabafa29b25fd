/**
 * Conditions on the searched text of a record (`search_text`, folded by `model/fold.ts`), which its trigram index holds with a digit in
 * the place of each space: pg_trgm cuts at all that is neither letter nor digit, and would not look across the gap between two words.
 */
import { uncounted } from './text-order.ts'

/** pg_trgm does not tell capitals from small letters, and digits stand beside letters seldom. */
const gap = '7'

/** The expression of the indexes `…_search_text`. */
const withoutGaps = `replace(t.search_text, ' ', '${gap}')`

/**
 * The text of `t` is like a pattern. Said twice: to the index, and exactly. What is said exactly is left out of the planner's
 * count, which would multiply the two, and comes first, since a walk along an index asks it of every row.
 */
export function searchTextLike(pattern: string, parameter: (value: string) => string): string {
  return `${uncounted(`t.search_text like ${parameter(pattern)}`)} and ${withoutGaps} like ${parameter(pattern.replaceAll(' ', gap))}`
}

/** Whether trigrams can tell anything of a folded part. */
export const hasTrigram = (part: string): boolean => part.length >= 3
