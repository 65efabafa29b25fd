/** What is wrong with a body that is not the JSON we take, and where: one strict pass over the grammar of RFC 8259. */

/** The most objects and lists that may stand in one another. */
export const deepest = 50

export interface Fault {
  /** The place in the text, from 0. */
  at: number
  message: string
}

interface Walk {
  text: string
  at: number
  depth: number
}

/** The first fault, or undefined when there is none. */
export function faultOf(text: string): Fault | undefined {
  const walk: Walk = { text, at: 0, depth: 0 }
  return value(walk) ?? (skipBlank(walk) < text.length ? fault(walk, 'expected the end of the body') : undefined)
}

const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y
const escape = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y

function skipBlank(walk: Walk): number {
  while (' \t\r\n'.includes(walk.text[walk.at] ?? '.')) walk.at++
  return walk.at
}

function fault({ text, at }: Walk, expected: string): Fault {
  return { at, message: at >= text.length ? `${expected}, but the body ends` : expected }
}

function value(walk: Walk): Fault | undefined {
  switch (walk.text[skipBlank(walk)]) {
    case '{':
      return container(walk, '}', member(new Set()))
    case '[':
      return container(walk, ']', value)
    case '"':
      return textFault(walk)
    default:
      scalar.lastIndex = walk.at
      if (!scalar.test(walk.text)) return fault(walk, 'expected a value')
      walk.at = scalar.lastIndex
      return undefined
  }
}

function container(walk: Walk, close: ']' | '}', inner: (walk: Walk) => Fault | undefined): Fault | undefined {
  if (++walk.depth > deepest) return fault(walk, `nested deeper than ${deepest} levels`)
  walk.at++
  if (walk.text[skipBlank(walk)] !== close) {
    for (;;) {
      const found = inner(walk)
      if (found) return found
      const next = walk.text[skipBlank(walk)]
      if (next === close) break
      if (next !== ',') return fault(walk, `expected "," or "${close}"`)
      walk.at++
    }
  }
  walk.at++
  walk.depth--
  return undefined
}

function member(names: Set<string>): (walk: Walk) => Fault | undefined {
  return (walk) => {
    const start = skipBlank(walk)
    if (walk.text[start] !== '"') return fault(walk, 'expected a name in double quotes')
    const found = textFault(walk)
    if (found) return found
    const name = JSON.parse(walk.text.slice(start, walk.at)) as string
    if (names.has(name)) return { at: start, message: 'the name stands twice in one object' }
    names.add(name)
    if (walk.text[skipBlank(walk)] !== ':') return fault(walk, 'expected ":"')
    walk.at++
    return value(walk)
  }
}

function textFault(walk: Walk): Fault | undefined {
  const { text } = walk
  for (walk.at++; text[walk.at] !== '"'; ) {
    if (walk.at >= text.length) return fault(walk, 'expected a double quote')
    if (text[walk.at] === '\\') {
      escape.lastIndex = walk.at
      if (!escape.test(text)) return fault(walk, 'expected one of the escapes \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX')
      walk.at = escape.lastIndex
    } else if (text[walk.at]! < ' ') return fault(walk, 'expected an escape such as \\n for a control character')
    else walk.at++
  }
  walk.at++
  return undefined
}
