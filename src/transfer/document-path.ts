/**
 * Paths into a document as mappings and CSV headers write them: `name.familyName`, `emails[0].value`,
 * `attributes.ou[1]`, `attributes["cost centre"]`, and `emails[].value` for an entry per value.
 */
import { isObject, type Document } from '../model/attribute.ts'

/** A name, an index, or `each` (-1): one entry for each value. */
export type Step = string | number
export const each = -1

const plainName = /^[A-Za-z_$][\w$-]*$/
const stepPattern = /\.?([A-Za-z_$][\w$-]*)|\[(\d{0,4})\]|\[("(?:[^"\\]|\\.)*")\]/y

/** The steps of a path; a text that says what is wrong when it is none. */
export function parsePath(path: string): Step[] | string {
  const steps: Step[] = []
  const pattern = new RegExp(stepPattern.source, 'y')
  while (pattern.lastIndex < path.length) {
    const at = pattern.lastIndex
    const found = pattern.exec(path)
    const dotted = path[at] === '.'
    if (!found || (found[1] !== undefined && dotted === (at === 0))) return `"${path}" is no path: look at character ${at + 1}.`
    if (found[1] !== undefined) steps.push(found[1])
    else if (found[2] !== undefined) steps.push(found[2] === '' ? each : Number(found[2]))
    else steps.push(readQuoted(found[3]!))
  }
  if (typeof steps[0] !== 'string') return `"${path}" is no path: it must begin with a name.`
  return steps
}

function readQuoted(quoted: string): string {
  try {
    return JSON.parse(quoted) as string
  } catch {
    return quoted.slice(1, -1)
  }
}

/** The text of a path. */
export function formatPath(steps: readonly Step[]): string {
  let path = ''
  for (const step of steps) {
    if (typeof step === 'number') path += step === each ? '[]' : `[${step}]`
    else if (!plainName.test(step)) path += `[${JSON.stringify(step)}]`
    else path += path === '' ? step : `.${step}`
  }
  return path
}

/** Sets a value, making objects and arrays on the way. Names that objects have from birth become own properties. */
export function setPath(document: Document, steps: readonly Step[], value: unknown): void {
  let target: object = document
  for (let at = 0; at < steps.length - 1; at++) {
    const step = steps[at]!
    let inner = own(target, step)
    if (typeof inner !== 'object' || inner === null) {
      inner = typeof steps[at + 1] === 'number' ? [] : {}
      put(target, step, inner)
    }
    target = inner as object
  }
  put(target, steps.at(-1)!, value)
}

function own(target: object, step: Step): unknown {
  return Object.hasOwn(target, step) ? (target as Record<Step, unknown>)[step] : undefined
}

function put(target: object, step: Step, value: unknown): void {
  if (step === '__proto__') Object.defineProperty(target, step, { value, enumerable: true, writable: true, configurable: true })
  else (target as Record<Step, unknown>)[step] = value
}

/** Every leaf of a document with its path; null, undefined, empty arrays and empty objects are no leaves. */
export function* leaves(value: unknown, steps: Step[] = []): Generator<{ steps: Step[]; value: unknown }> {
  if (value === null || value === undefined) return
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) yield* leaves(value[at], [...steps, at])
  } else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) yield* leaves(inner, [...steps, key])
  } else yield { steps, value }
}

/** Takes the holes out of every array, which rows with empty columns leave behind. */
export function closeGaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((entry) => entry !== undefined).map(closeGaps)
  if (!isObject(value)) return value
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'object' && inner !== null) put(value, key, closeGaps(inner))
  }
  return value
}
