/**
 * Regular expressions in mappings, kept from running away. JavaScript's engine backtracks, so a pattern like `(a+)+b`
 * takes exponential time; here a pattern may not repeat a group that itself repeats or branches, may hold two open-ended
 * repeats at most, no back-references and no look-around, and is tried on short values only.
 */

const maxPattern = 200
/** The longest value a pattern is tried on: with two open repeats the worst case is about its third power. */
export const maxMatched = 512
const maxOpenRepeats = 2

/** The compiled pattern (Unicode mode); a text that says why it is refused. */
export function safePattern(source: string): RegExp | string {
  if (source.length > maxPattern) return `The pattern is longer than ${maxPattern} characters.`
  if (/\\[1-9]|\\k</.test(source)) return 'The pattern refers back to a group.'
  if (/\(\?(?!:|<[A-Za-z])/.test(source)) return 'The pattern looks ahead or behind.'
  const risk = riskOf(source)
  if (risk) return risk
  try {
    return new RegExp(source, 'u')
  } catch {
    return 'The pattern is no regular expression.'
  }
}

function riskOf(source: string): string | undefined {
  const open: boolean[] = []
  let risky = false
  let closed: boolean | undefined
  let repeats = 0
  const pattern = /\\.|\[(?:\\.|[^\]\\])*\]|\(\?:|\(\?<\w+>|[()|]|[*+?]|\{\d+(?:,\d*)?\}|[\s\S]/gu
  for (const [piece] of source.matchAll(pattern)) {
    const quantifier = /^(?:[*+]|\{\d+(?:,\d*)?\})$/.test(piece)
    if (quantifier && closed) return 'The pattern repeats a group that itself repeats or branches.'
    if (/^(?:[*+]|\{\d+,\})$/.test(piece) && ++repeats > maxOpenRepeats) {
      return `The pattern holds more than ${maxOpenRepeats} open-ended repeats.`
    }
    closed = undefined
    if (piece.startsWith('(')) {
      open.push(risky)
      risky = false
    } else if (piece === ')') {
      closed = risky
      risky = (open.pop() ?? false) || risky
    } else if (quantifier || piece === '|' || piece === '?') risky = true
  }
  return undefined
}
