/** Distinguished names as text (RFC 4514): the parts that importing and exporting need. */

interface Rdn {
  type: string
  value: string
}

/**
 * The relative names of a DN from the entry upwards; of a multi-valued one each part stands by itself with the same
 * depth. Spaces around separators are allowed, as old directories write them. Undefined when it is no DN.
 */
export function parseDn(dn: string): (Rdn & { depth: number })[] | undefined {
  const parts: (Rdn & { depth: number })[] = []
  let depth = 0
  for (const { text, separator } of splitDn(dn)) {
    const equals = text.indexOf('=')
    if (equals < 1) return undefined
    const type = text.slice(0, equals).trim().toLowerCase()
    parts.push({ depth, type, value: unescapeValue(text.slice(equals + 1)) })
    if (separator !== '+') depth++
  }
  return parts
}

/** The value of an attribute in the relative name at a depth (0 is the entry itself), or undefined. */
export function rdnValue(dn: string, type: string, depth = 0): string | undefined {
  const wanted = type.toLowerCase()
  return parseDn(dn)?.find((part) => part.depth === depth && part.type === wanted)?.value
}

/** The values by which the entry itself is called: its login, as a rule. */
export const ownNames = (dn: string): string[] => (parseDn(dn) ?? []).filter(({ depth }) => depth === 0).map(({ value }) => value)

function* splitDn(dn: string): Generator<{ text: string; separator: string }> {
  let start = 0
  let quoted = false
  for (let at = 0; at < dn.length; at++) {
    const char = dn[at]!
    if (char === '\\') at++
    else if (char === '"') quoted = !quoted
    else if (!quoted && (char === ',' || char === '+' || char === ';')) {
      yield { text: dn.slice(start, at), separator: char }
      start = at + 1
    }
  }
  yield { text: dn.slice(start), separator: '' }
}

function unescapeValue(text: string): string {
  // An escaped space at the end belongs to the value.
  const trimmed = text.trimStart().replace(/(?<!\\)\s+$/, '').replace(/^"(.*)"$/s, '$1')
  if (!trimmed.includes('\\')) return trimmed
  return trimmed.replace(/((?:\\[0-9a-fA-F]{2})+)|\\(.)/gs, (_, hex: string | undefined, char: string) =>
    hex === undefined ? char : Buffer.from(hex.replaceAll('\\', ''), 'hex').toString('utf8'))
}

/** A value made safe to stand in a DN. */
export function escapeDnValue(value: string): string {
  return value
    .replace(/[\\",+;<>=]/g, '\\$&')
    .replace(/[\x00-\x1f\x7f]/g, (char) => `\\${char.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replace(/^[ #]| $/g, '\\$&')
}
