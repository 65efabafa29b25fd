/**
 * The opposite of what a step did (pure): the actions that succeeded, last one first, each taken back as far as the
 * account is still what the step made of it. What cannot be taken back says so.
 *
 *     update, takeOver → the values before          groupAdd ↔ groupRemove        suspend ↔ unsuspend
 *     deactivate → activate (Okta has dropped the password and direct app assignments: those stay lost)
 *     create → deactivate, unless its owner has signed in since          adopt → the link goes, the account stays
 *     delete, unlink → not at all
 */
import { linkStatus, type LinkStatus } from '../model/link-statuses.ts'
import type { Activation, Connector, FieldChange, RemoteAccount } from './connector.ts'
import { unlikeWritten } from './moved.ts'
import { reactivation } from './plan.ts'
import type { Action, StepLink, SyncStep, TakenField } from './steps.ts'

export interface DoneStep {
  planId: string
  number: number
  step: SyncStep
  accountId: string | null
  /** How many of its actions succeeded, those that were blocked not counted. */
  done: number
}

export interface UndoView {
  /** The account as it is now. */
  account: RemoteAccount | null
  /** The person's version now; null when they are gone. */
  version: number | null
  /** What the person has at a path of the user document; asked only of who is there. */
  valueOf: (path: string) => string | null
  activation: Activation
  differences: Connector['differences']
}

/** The step that takes a step back; null when it did nothing that lasts. */
export function undoStep(done: DoneStep, view: UndoView): SyncStep | null {
  const { step, accountId } = done
  const succeeded = step.actions.filter((action) => action.kind !== 'blocked').slice(0, done.done)
  const wasMade = succeeded.some(({ kind }) => kind === 'create')
  // What was made is closed as a whole, its first activation with it.
  const actions = succeeded.filter(({ kind }) => !wasMade || kind !== 'activate').toReversed().flatMap((action) => opposite(action, view))
  if (actions.length === 0) return null
  const wasAdopted = succeeded.some(({ kind }) => kind === 'adopt')
  const kinds = new Set(actions.map(({ kind }) => kind))
  const links = view.account === null ? [] : step.links.map((link) => linkAfter(link, wasMade, kinds))
  const isUnlinked = wasAdopted && step.links.every((link) => link.changes === null)
  return {
    personId: view.version === null ? null : step.personId, version: view.version, label: step.label, login: null, accountId,
    links, outcome: isUnlinked ? 'gone' : linkStatus.UNASSIGNED, queued: step.queued, ...(step.queuedToo ? { queuedToo: step.queuedToo } : {}),
    actions: isUnlinked ? [...actions, { kind: 'unlink', reason: 'the account was adopted: the link goes, the account stays' }] : actions,
    undoes: { planId: done.planId, step: done.number },
  }
}

/** A link after the undo: as before, but never claiming a place in the group that the account has just left. */
function linkAfter(link: StepLink, wasMade: boolean, kinds: ReadonlySet<Action['kind']>): StepLink {
  const was = link.before ?? (link.changes === null && !wasMade ? linkStatus.UNASSIGNED : linkStatus.ASSIGNED)
  const becomes = kinds.has('deactivate') ? linkStatus.DEACTIVATED
    : link.portalId !== null && kinds.has('groupRemove') ? linkStatus.UNASSIGNED : (was as LinkStatus)
  return { ...link, becomes }
}

const lost: Partial<Record<Action['kind'], string>> = {
  delete: 'the account was deleted for good',
  unlink: 'the link led to an account that had vanished',
}

function opposite(action: Action, view: UndoView): Action[] {
  const { account } = view
  const blocked = (reason: string): Action[] => [{ kind: 'blocked', reason: `cannot be taken back: ${reason}` }]
  const reason = 'taken back'
  if (action.kind === 'settle' || action.kind === 'adopt' || action.kind === 'blocked' || action.kind === 'report') return []
  if (action.kind === 'declareFields' || action.kind === 'createGroup' || action.kind === 'hookPassword') return []
  if (lost[action.kind]) return blocked(lost[action.kind]!)
  if (action.kind === 'takeOver') return view.version === null ? blocked('the person is gone') : valuesBack(action.fields, view)
  if (account === null) return blocked('the account is gone')
  switch (action.kind) {
    case 'groupAdd': return [{ kind: 'groupRemove', group: action.group, reason }]
    case 'groupRemove': return [{ kind: 'groupAdd', group: action.group, reason }]
    case 'update': return fieldsBack(action.fields, account, view)
    case 'suspend': return account.state === 'suspended' ? [{ kind: 'unsuspend', reason, from: 'suspended' }] : blocked(`it is ${account.status} now`)
    case 'unsuspend': return account.state === 'active' ? [{ kind: 'suspend', reason, from: 'active' }] : blocked(`it is ${account.status} now, and only an ACTIVE account can be suspended`)
    case 'deactivate': return revived(action.from, view)
    case 'activate': return action.from === 'deactivated' ? closed(account, reason) : blocked('an account that was staged cannot be staged again')
    case 'create': return account.lastLogin === undefined ? closed(account, 'it was made by this plan') : blocked('its owner has signed in with it since; close it by taking them out of the portal')
    default: return []
  }
}

function closed(account: RemoteAccount, reason: string): Action[] {
  return account.state === 'deactivated' ? [] : [{ kind: 'deactivate', reason, from: account.state }]
}

function revived(from: string | undefined, { account, activation }: UndoView): Action[] {
  if (account!.state !== 'deactivated') return [{ kind: 'blocked', reason: `cannot be taken back: it is ${account!.status} now` }]
  const wasOpen = from === undefined || from === 'active' || from === 'pending'
  const note = wasOpen ? 'a new password and direct app assignments are needed' : `it was ${from} before, which does not come back`
  return [{ kind: 'activate', activation: wasOpen && reactivation(activation) === 'mail' ? 'mail' : 'silent', reason: `taken back; ${note}`, from: 'deactivated' }]
}

/** Only fields that still have what the plan wrote: a newer change is not ours to undo. */
function fieldsBack(fields: readonly FieldChange[], account: RemoteAccount, view: UndoView): Action[] {
  if (account.state === 'deactivated') return [{ kind: 'blocked', reason: 'cannot be taken back: the profile of a deactivated account is not written' }]
  const changed = unlikeWritten(fields, account, view.differences)
  const same = fields.filter(({ field }) => !changed.has(field))
  const moved = fields.filter(({ field }) => changed.has(field)).map(({ field }) => field)
  return [...(same.length > 0 ? [{ kind: 'update' as const, fields: same.map(turned), reason: 'taken back' }] : []), ...changedSince(moved)]
}

/** The same of what was taken into the directory. */
function valuesBack(fields: readonly TakenField[], { valueOf }: UndoView): Action[] {
  const same = fields.filter(({ path, after }) => valueOf(path) === after)
  const moved = fields.filter((field) => !same.includes(field)).map(({ path }) => path)
  return [...(same.length > 0 ? [{ kind: 'takeOver' as const, fields: same.map(turned), reason: 'taken back' }] : []), ...changedSince(moved)]
}

function turned<Field extends FieldChange>(field: Field): Field {
  return { ...field, before: field.after, after: field.before }
}

function changedSince(fields: readonly string[]): Action[] {
  return fields.length > 0 ? [{ kind: 'blocked', reason: `cannot be taken back: ${fields.join(', ')} changed since` }] : []
}
