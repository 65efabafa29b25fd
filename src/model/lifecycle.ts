/**
 * The life of a person as a table: which operation is allowed in which status, and what it leaves behind.
 *
 *   PENDING_APPROVAL ─decline▶ APPROVAL_DECLINED   LEAVE_OF_ABSENCE · USER_LEAVE_WITH_PAY
 *          │ activate                                    ▲ leave   │ return
 *          ▼                                             │         ▼
 *   PENDING_START_DATE ─activate / start date─▶ ACTIVE ◀──────────────── PENDING_INITIAL_LOGIN
 *                                                  │ deactivate ▶ DELETED  ─┐
 *                                                  │ terminate ▶ TERMINATED ├─ rehire / activate ▶ ACTIVE
 *                                                  └ retire, decease ───────┘ (not from DECEASED)
 *
 * The account status is a second, independent axis: null ⇄ DISABLED (disable, enable), null ⇄ LOCKED_ADMIN (lock,
 * unlock), LOCKED (too many wrong passwords; unlock). An administrator's lock never opens by itself, and locking does
 * not take the place of a disabling, which unlocking would then lift.
 */
import { GatehouseError } from '../errors.ts'
import type { Document } from './attribute.ts'
import type { Need } from './own-access.ts'
import { isActive, type SecondaryStatus, type Status } from './user-statuses.ts'

export const operations = ['activate', 'disable', 'enable', 'deactivate', 'terminate', 'rehire', 'leave', 'return', 'convert', 'reset', 'lock', 'unlock', 'decline', 'retire', 'decease'] as const
export type Operation = (typeof operations)[number]

const signingIn: readonly string[] = ['reset', 'lock', 'unlock', 'enable', 'disable']

/** What one must have in Gatehouse to carry an operation out, or to delete. */
export function needOf(operation: Operation | 'delete'): Need {
  return { resource: 'people', right: operation === 'delete' ? 'DELETE' : signingIn.includes(operation) ? 'RESET' : 'UPDATE' }
}

interface Rule {
  /** The statuses it is allowed in; absent means any. */
  from?: readonly Status[]
  /** Statuses in which it has nothing left to do and says so by changing nothing. */
  done?: readonly Status[]
  to?: Status
  /** The account status afterwards; absent leaves it. */
  secondary?: SecondaryStatus | null
  doc: string
}

const open: readonly Status[] = ['ACTIVE', 'INACTIVE', 'PENDING_START_DATE', 'PENDING_APPROVAL', 'PENDING_USER_VALIDATION', 'PENDING_INITIAL_LOGIN', 'LEAVE', 'LEAVE_OF_ABSENCE', 'USER_LEAVE_WITH_PAY']
const present: readonly Status[] = ['ACTIVE', 'INACTIVE', 'PENDING_INITIAL_LOGIN']
const away: readonly Status[] = ['LEAVE', 'LEAVE_OF_ABSENCE', 'USER_LEAVE_WITH_PAY']

export const rules: Record<Operation, Rule> = {
  activate: {
    from: ['INACTIVE', 'PENDING_START_DATE', 'PENDING_APPROVAL', 'PENDING_USER_VALIDATION', 'PENDING_INITIAL_LOGIN', 'DELETED', 'ACTIVE'],
    to: 'ACTIVE', secondary: null, doc: 'Makes the person active, whatever they waited for, or takes a deactivation back.',
  },
  disable: { from: open, secondary: 'DISABLED', doc: 'Keeps the person from signing in; what they may reach stays.' },
  enable: { from: open, secondary: null, doc: 'Lifts a disabling, and any lock with it.' },
  deactivate: { from: open, done: ['DELETED', 'TERMINATED'], to: 'DELETED', doc: 'Takes the person out of every system; the record stays and activate brings them back.' },
  terminate: { from: [...open, 'DELETED', 'APPROVAL_DECLINED'], done: ['TERMINATED'], to: 'TERMINATED', secondary: null, doc: 'The person has left: memberships are ended or removed.' },
  rehire: { from: ['TERMINATED', 'DELETED', 'RETIRED'], to: 'ACTIVE', secondary: null, doc: 'The same person comes back, under the same identity.' },
  leave: { from: present, to: 'LEAVE_OF_ABSENCE', doc: 'A leave of absence, or a leave with pay.' },
  return: { from: away, to: 'ACTIVE', doc: 'Back from a leave.' },
  convert: { from: open, doc: 'Changes the type of the person, employee to contractor for example.' },
  reset: { from: present, to: 'PENDING_INITIAL_LOGIN', secondary: null, doc: 'Puts the account back to where it stood before the first sign-in; lets in nobody who waits or is away.' },
  lock: { from: open, secondary: 'LOCKED_ADMIN', doc: 'An administrator\'s lock: only an administrator lifts it.' },
  unlock: { from: open, secondary: null, doc: 'Lifts a lock, whether by failures or by an administrator.' },
  decline: { from: ['PENDING_APPROVAL', 'PENDING_USER_VALIDATION'], done: ['APPROVAL_DECLINED'], to: 'APPROVAL_DECLINED', doc: 'The person is not taken on.' },
  retire: { from: open, done: ['RETIRED'], to: 'RETIRED', secondary: null, doc: 'The person has retired: memberships are ended or removed; rehire brings them back.' },
  decease: { done: ['DECEASED'], to: 'DECEASED', secondary: null, doc: 'The person has died: memberships are removed, affiliations stay; nothing brings them back.' },
}

/** Those that let in somebody locked or disabled besides what they are for, with a right that does not by itself. */
export const liftingBesides: readonly Operation[] = operations.filter((operation) => rules[operation].secondary === null && rules[operation].to === 'ACTIVE' && needOf(operation).right !== needOf('enable').right)

/** The person after an operation, or undefined when it has nothing left to do. Errors: `transition_not_allowed`. */
export function transition(document: Document, operation: Operation): Document | undefined {
  const rule = rules[operation]
  const status = document.status as Status
  if (rule.done?.includes(status)) return undefined
  if (rule.from && !rule.from.includes(status)) {
    throw new GatehouseError('transition_not_allowed', `${operation} is not possible for a person who is ${status}; it is from ${rule.from.join(', ')}.`)
  }
  if ((operation === 'unlock' || operation === 'lock') && document.secondaryStatus === 'DISABLED') {
    throw new GatehouseError('transition_not_allowed', operation === 'lock' ? 'The person is disabled already.' : 'The person is disabled, not locked; use enable.')
  }
  const after: Document = { ...document, status: rule.to ?? status }
  if (rule.secondary === null) delete after.secondaryStatus
  else if (rule.secondary !== undefined) after.secondaryStatus = rule.secondary
  return after
}

/** By which operations a status that a file names is reached, in the order in which they are tried; others are nobody's to set. */
const towards: Partial<Record<Status, readonly Operation[]>> = {
  ACTIVE: ['return', 'activate', 'rehire'],
  PENDING_START_DATE: ['rehire', 'activate'],
  PENDING_INITIAL_LOGIN: ['reset'],
  APPROVAL_DECLINED: ['decline'],
  TERMINATED: ['terminate'],
  DELETED: ['deactivate'],
  LEAVE: ['leave'],
  LEAVE_OF_ABSENCE: ['leave'],
  USER_LEAVE_WITH_PAY: ['leave'],
  RETIRED: ['retire'],
  DECEASED: ['decease'],
}

/** The operation that leads from one status to another; undefined when none does. */
export function operationTo(from: unknown, to: unknown): Operation | undefined {
  return towards[to as Status]?.find((operation) => rules[operation].from?.includes(from as Status) ?? true)
}

/** The same for the account status. A lock by failures is nobody's to set. */
export function accountOperationTo(from: unknown, to: unknown): Operation | undefined {
  if (to === undefined) return from === 'DISABLED' ? 'enable' : 'unlock'
  return to === 'DISABLED' ? 'disable' : to === 'LOCKED_ADMIN' ? 'lock' : undefined
}

/** The status of a new person: what was asked for, else waiting for a start date ahead, else for the first sign-in. */
export function initialStatus(document: Document, active: boolean | undefined, today: string): Document {
  const waits = typeof document.startDate === 'string' && document.startDate > today
  const status = document.status ?? (waits ? 'PENDING_START_DATE' : 'PENDING_INITIAL_LOGIN')
  // A status that came along, from an import, may say already that the person is not active.
  const disables = active === false && (document.status === undefined || isOpen(document))
  const secondary = document.secondaryStatus ?? (disables ? 'DISABLED' : undefined)
  return { ...document, status, ...(secondary === undefined ? {} : { secondaryStatus: secondary }) }
}

/** Whoever waits for a first day that is taken away would wait for ever: they are as if made without one. */
export function withoutWaiting(before: Document, document: Document): Document {
  const left = before.status === 'PENDING_START_DATE' && document.status === before.status && before.startDate !== undefined && document.startDate === undefined
  return left ? { ...document, status: 'PENDING_INITIAL_LOGIN' } : document
}

/**
 * Setting `active` on an existing person sets or clears DISABLED, and nothing else: false also for who is locked or away, so that they
 * are not let in by what opens the lock or ends the leave; true opens no lock and ends no leave. A lock that a disabling has taken the
 * place of stands in the login still, and is there again once that is lifted.
 * @param before the person as they are, with their logins
 * Errors: `transition_not_allowed` for true where something else keeps them from being active.
 */
export function withActive(document: Document, active: boolean | undefined, before: Document): Document {
  if (active === undefined || active === isOpen(document)) return active === false ? disabled(document) : document
  if (!active) return transition(document, 'disable')!
  if (document.secondaryStatus === 'DISABLED') return { ...transition(document, 'enable')!, ...lockOf(before) }
  const [what, way] = document.secondaryStatus === undefined ? [document.status, 'an operation of theirs that leads from it'] : [document.secondaryStatus, 'unlock']
  throw new GatehouseError('transition_not_allowed', `active: the person is ${String(what)}, which \`active\` does not change; use ${way}.`)
}

function lockOf({ logins = [] }: Document): Document {
  const marker = (logins as Document[]).find(({ managedSystem }) => managedSystem === '0')?.lockMarker
  return marker === 'LOCKED' || marker === 'LOCKED_ADMIN' ? { secondaryStatus: marker } : {}
}

/** Whoever has left altogether needs no disabling. */
function disabled(document: Document): Document {
  return document.secondaryStatus !== 'DISABLED' && open.includes(document.status as Status) ? transition(document, 'disable')! : document
}

function isOpen(document: Document): boolean {
  return isActive(document.status, document.secondaryStatus)
}
