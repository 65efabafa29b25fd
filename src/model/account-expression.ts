/**
 * What a field of an account may be made of (pure): a source, a constant, and a few functions over them. Data, never
 * code: nothing here is evaluated but by this file, and every expression ends after as many steps as it has nodes.
 *
 *     "title"                                               the attribute of the person
 *     {"constant": "Panel"}                                 always this
 *     {"first": [a, b]}                                     the first that has a value
 *     {"join": [a, b], "with": " "}                         those that have a value, in a row
 *     {"lower": a}  {"upper": a}  {"email": a}              letters; only what is shaped like an e-mail address
 *     {"substring": a, "start": 0, "length": 20}            characters, counted from 0
 *     {"map": a, "values": {"Germany": "DE"}, "otherwise": b}   one for the other; without `otherwise`, no value
 */

export type Expression =
  | string
  | { constant: string }
  | { first: Expression[] }
  | { join: Expression[]; with?: string }
  | { lower: Expression }
  | { upper: Expression }
  | { email: Expression }
  | { substring: Expression; start?: number; length?: number }
  | { map: Expression; values: Record<string, string>; otherwise?: Expression }

/** The parts of an expression that are expressions themselves. */
export function partsOf(expression: Expression): Expression[] {
  if (typeof expression === 'string' || 'constant' in expression) return []
  if ('first' in expression) return expression.first
  if ('join' in expression) return expression.join
  if ('lower' in expression) return [expression.lower]
  if ('upper' in expression) return [expression.upper]
  if ('email' in expression) return [expression.email]
  if ('substring' in expression) return [expression.substring]
  return [expression.map, ...(expression.otherwise === undefined ? [] : [expression.otherwise])]
}

/** The sources that an expression reads, in the order in which they stand there. */
export function sourcesIn(expression: Expression): string[] {
  return typeof expression === 'string' ? [expression] : partsOf(expression).flatMap(sourcesIn)
}

export const emailShape = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/

/** The value of an expression, or null for none; a blank is none. `values` are those of the sources. */
export function evaluate(expression: Expression, values: Readonly<Record<string, string | null>>): string | null {
  const of = (one: Expression) => evaluate(one, values)
  if (typeof expression === 'string') return present(values[expression] ?? null)
  if ('constant' in expression) return present(expression.constant)
  if ('first' in expression) {
    for (const one of expression.first) {
      const value = of(one)
      if (value !== null) return value
    }
    return null
  }
  if ('join' in expression) return present(expression.join.flatMap((one) => of(one) ?? []).join(expression.with ?? ''))
  if ('lower' in expression) return of(expression.lower)?.toLowerCase() ?? null
  if ('upper' in expression) return of(expression.upper)?.toUpperCase() ?? null
  if ('email' in expression) {
    const value = of(expression.email)
    return value !== null && emailShape.test(value) ? value : null
  }
  if ('substring' in expression) return cut(of(expression.substring), expression.start ?? 0, expression.length)
  const key = of(expression.map)
  if (key !== null && Object.hasOwn(expression.values, key)) return present(expression.values[key]!)
  return expression.otherwise === undefined ? null : of(expression.otherwise)
}

function cut(value: string | null, start: number, length?: number): string | null {
  // By code points: half a character is none.
  return value === null ? null : present([...value].slice(start, length === undefined ? undefined : start + length).join(''))
}

function present(value: string | null): string | null {
  const trimmed = value?.trim() ?? ''
  return trimmed === '' ? null : trimmed
}

/** The only values an expression can have, where it says so itself; null when they depend on the person. */
export function possibleValues(expression: Expression): string[] | null {
  if (typeof expression === 'string') return null
  if ('constant' in expression) return [expression.constant]
  if (!('map' in expression)) return null
  const rest = expression.otherwise === undefined ? [] : possibleValues(expression.otherwise)
  return rest === null ? null : [...Object.values(expression.values), ...rest]
}
