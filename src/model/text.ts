/** Which texts PostgreSQL can keep, and how one that it cannot is shown. Pure. */

/** Why a text cannot be stored; undefined when it can. */
export function textFault(text: string): string | undefined {
  if (text.includes('\u0000')) return 'holds the character U+0000, which cannot be stored'
  return text.isWellFormed() ? undefined : 'holds half of a surrogate pair, which is not a character'
}

/** The beginning of a text, of at most so many characters: never half of one. */
export function cutText(text: string, most: number): string {
  return text.length <= most ? text : Array.from(text.slice(0, most * 2)).slice(0, most).join('')
}

/** A text that can be stored: ␀ stands for U+0000 and � for half a pair. */
export const shownText = (text: string): string => text.replaceAll('\u0000', '␀').toWellFormed()

/** The same for every text in a value, names of members included. */
export function shownTexts<T>(value: T): T
export function shownTexts(value: unknown): unknown {
  if (typeof value === 'string') return shownText(value)
  if (Array.isArray(value)) return value.map((one: unknown) => shownTexts(one))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [shownText(name), shownTexts(inner)]))
}

/** The first text in a value that cannot be stored: the way to it, and why. A member whose name cannot be is one too. */
export function faultIn(value: unknown, steps: (string | number)[] = []): { steps: (string | number)[]; fault: string } | undefined {
  if (typeof value === 'string') {
    const fault = textFault(value)
    return fault === undefined ? undefined : { steps, fault }
  }
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, inner] of Object.entries(value)) {
    const at = [...steps, Array.isArray(value) ? Number(name) : name]
    const named = textFault(name)
    const found = named === undefined ? faultIn(inner, at) : { steps: at, fault: named }
    if (found) return found
  }
  return undefined
}
