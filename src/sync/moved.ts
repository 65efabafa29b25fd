/**
 * Whether an account is still as a plan saw it (pure), as far as the plan builds on it: the fields it would write have
 * the values it read, or already those it would write (a run that was killed had got so far); the account is in the
 * state that an operation begins in, or ends in. What the plan does not touch may change as it likes.
 */
import type { AccountState, Connector, FieldChange, RemoteAccount } from './connector.ts'
import type { Action, SyncStep } from './steps.ts'

const reached: Partial<Record<Action['kind'], readonly AccountState[]>> = {
  activate: ['pending', 'active'], unsuspend: ['active', 'pending'], suspend: ['suspended'], deactivate: ['deactivated'], delete: ['deactivated'],
}

/** Whether the step builds on what the account was. Memberships are safe to add and remove whatever has happened. */
export function buildsOnAccount(step: Pick<SyncStep, 'accountId' | 'actions'>): boolean {
  return step.accountId !== null && step.actions.some(({ kind }) => kind === 'update' || kind === 'adopt' || reached[kind] !== undefined)
}

/**
 * What has changed, or null.
 * @param differences those of the connector, for an account and the values that it would get
 */
export function movedReason(
  step: Pick<SyncStep, 'personId' | 'actions'>, account: RemoteAccount | null, differences: Connector['differences'],
): string | null {
  const { actions } = step
  if (account === null) return actions.some(({ kind }) => kind === 'delete') ? null : 'the account is gone'
  const isOther = actions.some(({ kind }) => kind === 'adopt') && account.externalId !== null && account.externalId !== step.personId
  if (isOther) return 'the account belongs to another person now'
  return stateMoved(actions, account) ?? fieldsMoved(actions, account, differences)
}

function stateMoved(actions: readonly Action[], account: RemoteAccount): string | null {
  const moves = actions.filter((action) => reached[action.kind] !== undefined)
  const first = moves[0]
  const from = first && 'from' in first ? first.from : undefined
  if (from === undefined) return null
  const fits: readonly AccountState[] = [from, ...moves.flatMap(({ kind }) => reached[kind] ?? [])]
  // Somebody who activates their account meanwhile is deactivated all the same.
  const isOpen = first!.kind === 'deactivate' && from === 'pending' && account.state === 'active'
  return fits.includes(account.state) || isOpen ? null : `the account is ${account.status} now`
}

/** Field by field, what an account has instead of what was, or would be, written: whatever mapping counts today. */
export function unlikeWritten(fields: readonly FieldChange[], account: RemoteAccount, differences: Connector['differences']): Map<string, string | null> {
  const written = Object.fromEntries(fields.flatMap(({ field, after }) => (after === null ? [] : [[field, after]])))
  const mapping = fields.map(({ field }) => ({ target: field, value: 'id' }))
  return new Map(differences(written, account, mapping).map((change) => [change.field, change.before]))
}

function fieldsMoved(actions: readonly Action[], account: RemoteAccount, differences: Connector['differences']): string | null {
  const fields = actions.flatMap((action) => (action.kind === 'update' ? action.fields : []))
  const now = unlikeWritten(fields, account, differences)
  const moved = fields.filter(({ field, before }) => now.has(field) && now.get(field) !== before).map(({ field }) => field)
  return moved.length > 0 ? `${moved.join(', ')} ${moved.length === 1 ? 'has' : 'have'} been changed on the other side` : null
}
