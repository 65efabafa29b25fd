/** JSON from outside: strict, valid UTF-8, no name twice in an object, no nesting beyond reason. RFC 8259. */
import { GatehouseError } from '../errors.ts'

const deepest = 50
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The value of a body. Errors: `invalid_json`, saying where. */
export function parseJson(body: Buffer | string): unknown {
  const text = typeof body === 'string' ? body : decode(body)
  checkDepth(text)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new GatehouseError('invalid_json', `The body is not valid JSON: ${(error as Error).message}.`)
  }
  checkNames(text)
  return value
}

function decode(body: Buffer): string {
  try {
    return decoder.decode(body)
  } catch {
    throw new GatehouseError('invalid_json', 'The body is not valid UTF-8.')
  }
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs

function checkDepth(text: string): void {
  let depth = 0
  for (let i = 0, inside = false; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inside) {
      if (code === 0x5c) i++
      else if (code === 0x22) inside = false
    } else if (code === 0x22) inside = true
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > deepest) throw new GatehouseError('invalid_json', `The body is nested deeper than ${deepest} levels.`)
    } else if (code === 0x7d || code === 0x5d) depth--
  }
}

/** JSON.parse keeps the last of two equal names; which one was meant nobody knows. */
function checkNames(text: string): void {
  const objects: (Set<string> | null)[] = []
  let expectsName = false
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{') {
      objects.push(new Set())
      expectsName = true
    } else if (token === '[') {
      objects.push(null)
      expectsName = false
    } else if (token === '}' || token === ']') {
      objects.pop()
      expectsName = false
    } else if (token === ',') expectsName = objects.at(-1) !== null
    else if (token !== ':' && expectsName) {
      const name = JSON.parse(token) as string
      const names = objects.at(-1)
      if (names?.has(name)) throw new GatehouseError('invalid_json', `The name ${token} stands twice in one object.`)
      names?.add(name)
      expectsName = false
    }
  }
}
