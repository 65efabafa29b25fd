/**
 * Bad days on purpose. A fault names the requests it meets (method, path, chance, how many) and what happens to them:
 *
 *     status       an error answer before anything is done (429, 500, 503, … with Okta's body and headers)
 *     concurrency  429 with X-Rate-Limit-Limit 0 and Remaining 0
 *     html         a 503 (or `status`) whose body is HTML, as a proxy in between would send
 *     reset        the connection is reset before anything is done
 *     lost-answer  everything is done, then the connection is cut: the client cannot know
 *     cut-body     everything is done, half of the answer's body arrives
 *     slow         the request waits `delayMs` first, then goes on (to the next fault that meets it, or to its end)
 *     index-lag    everything is done, but searches and member lists show it only after `delayMs`; goes on, too
 *
 * Four kinds meet event hooks instead, by `eventType`: hook-lost, hook-duplicate (sent again after `delayMs`),
 * hook-reorder (held back for `delayMs`, so that later ones overtake it) and hook-delay, which is the same.
 */
import { OktaError, validationError } from './errors.ts'
import { isRecord } from './credentials.ts'
import type { Random } from './random.ts'

export const faultKinds = [
  'status', 'concurrency', 'html', 'reset', 'lost-answer', 'cut-body', 'slow', 'index-lag',
  'hook-lost', 'hook-duplicate', 'hook-reorder', 'hook-delay',
] as const

export type FaultKind = (typeof faultKinds)[number]

export interface Fault {
  id: string
  kind: FaultKind
  /** Any when absent. */
  method?: string
  /** `*` stands for one segment, `**` for any rest; any path when absent. */
  path?: string
  /** For hooks: `*` stands for any rest; any event when absent. */
  eventType?: string
  status: number
  errorCode?: string
  delayMs: number
  /** Seconds until X-Rate-Limit-Reset of a 429. */
  resetSeconds: number
  /** Meets at most this many; no limit when absent. */
  count?: number
  /** Lets this many matching requests through first. */
  skip: number
  /** Chance of meeting a matching request, 0–1. */
  probability: number
  /** How many it has met. */
  hits: number
}

export interface FaultPlan {
  /** Adds one; throws E0000001 for what is wrong with it. */
  add(input: unknown): Fault
  /** Adds all of a list, or none where one of them is wrong. */
  addAll(inputs: readonly unknown[]): Fault[]
  /** Faults that strike a request, in order; counts them. Ends at the first after which the request does not go on. */
  strike(method: string, path: string): Fault[]
  /** Faults that strike the delivery of an event to a hook. */
  strikeHook(eventType: string): Fault[]
  list(): Fault[]
  remove(id: string): boolean
  clear(): void
  /** Begins the dice anew. */
  seed(random: Random): void
}

const fields = [
  'kind', 'method', 'path', 'eventType', 'status', 'errorCode', 'delayMs', 'resetSeconds', 'count', 'skip', 'probability',
]
const defaultStatus: Partial<Record<FaultKind, number>> = { concurrency: 429, html: 503 }

/** Reads a fault as the controls and fault files write it. */
export function readFault(input: unknown, id: string): Fault {
  if (!isRecord(input)) throw new OktaError('E0000003')
  const problems: string[] = []
  const { kind, method, path, eventType, errorCode } = input
  const kindKnown = (faultKinds as readonly unknown[]).includes(kind)
  if (!kindKnown) problems.push(`kind: Has to be one of ${faultKinds.join(', ')}`)
  const whole = (name: string, standard: number, most: number) => {
    const value = input[name] ?? standard
    const good = typeof value === 'number' && value >= 0 && value <= most
    if (!good) problems.push(`${name}: Has to be a number from 0 to ${most}`)
    return value as number
  }
  for (const [name, value] of Object.entries({ method, path, eventType, errorCode })) {
    if (value !== undefined && typeof value !== 'string') problems.push(`${name}: Has to be text`)
  }
  for (const name of Object.keys(input)) if (!fields.includes(name)) problems.push(`${name}: Is not known`)
  const fault: Fault = {
    id,
    kind: kind as FaultKind,
    status: whole('status', defaultStatus[kind as FaultKind] ?? 500, 599),
    delayMs: whole('delayMs', 1000, 86_400_000),
    resetSeconds: whole('resetSeconds', 1, 3600),
    skip: whole('skip', 0, 1e9),
    probability: whole('probability', 1, 1),
    hits: 0,
  }
  if (typeof method === 'string') fault.method = method.toUpperCase()
  if (typeof path === 'string') fault.path = path
  if (typeof eventType === 'string') fault.eventType = eventType
  if (typeof errorCode === 'string') fault.errorCode = errorCode
  if (input['count'] !== undefined) fault.count = whole('count', 1, 1e9)
  if (problems.length > 0) throw validationError(problems)
  return fault
}

/** Whether `path` fits a pattern with `*` (one segment) and `**` (any rest). */
export function pathMatches(pattern: string, path: string): boolean {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) => (part === '**' ? '.*' : part === '*' ? '[^/]+' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')))
    .join('')
  return new RegExp(`^${source}$`).test(path)
}

function meets(fault: Fault, method: string, path: string): boolean {
  if (fault.kind.startsWith('hook-') || (fault.method !== undefined && fault.method !== method)) return false
  return fault.path === undefined || pathMatches(fault.path, path)
}

function meetsHook(fault: Fault, eventType: string): boolean {
  return fault.kind.startsWith('hook-') && (fault.eventType === undefined || pathMatches(fault.eventType.replaceAll('*', '**'), eventType))
}

export function createFaultPlan(random: Random): FaultPlan {
  let faults: Fault[] = []
  let skipped = new Map<string, number>()
  let dice = random
  let made = 0

  function strikes(fault: Fault, concerns: boolean): boolean {
    if (!concerns || (fault.count !== undefined && fault.hits >= fault.count)) return false
    const passed = skipped.get(fault.id) ?? 0
    if (passed < fault.skip) {
      skipped.set(fault.id, passed + 1)
      return false
    }
    return fault.probability >= 1 || dice() < fault.probability
  }

  return {
    add(input) {
      return this.addAll([input])[0]!
    },
    addAll(inputs) {
      // All are read before one is armed: whoever is told of a mistake has armed nothing.
      const read = inputs.map((input, index) => readFault(input, `fault-${made + index + 1}`))
      made += read.length
      faults.push(...read)
      return read
    },
    strike(method, path) {
      const struck: Fault[] = []
      for (const fault of faults) {
        if (!strikes(fault, meets(fault, method, path))) continue
        fault.hits += 1
        struck.push(fault)
        if (fault.kind !== 'slow' && fault.kind !== 'index-lag') break
      }
      return struck
    },
    strikeHook(eventType) {
      const struck = faults.filter((fault) => strikes(fault, meetsHook(fault, eventType)))
      for (const fault of struck) fault.hits += 1
      return struck
    },
    list: () => faults.map((fault) => ({ ...fault })),
    remove(id) {
      const before = faults.length
      faults = faults.filter((fault) => fault.id !== id)
      return faults.length < before
    },
    clear() {
      faults = []
      skipped = new Map()
    },
    seed(fresh) {
      dice = fresh
    },
  }
}
