/** Carries out the actions of one step in the connected system, one after the other, up to the first that fails. */
import { RemoteError, type Connector } from './connector.ts'
import type { Action, SyncStep, TakenField } from './steps.ts'

export interface Performed {
  /** Actions that succeeded, in order. */
  done: Action[]
  /** What stopped the rest. */
  failed: { action: Action; error: RemoteError } | null
  blocked: boolean
  /** The account, once known. */
  accountId: string | null
}

/** Writes values of an account into the directory. Errors: RemoteError for what the directory refuses. */
export type TakeOver = (personId: string, fields: readonly TakenField[]) => Promise<void>

/** Errors of the connected system end the step and are returned; anything else is thrown. */
export async function perform(connector: Connector, step: SyncStep, takeOver?: TakeOver): Promise<Performed> {
  const result: Performed = { done: [], failed: null, blocked: false, accountId: step.accountId }
  for (const action of step.actions) {
    if (action.kind === 'blocked') {
      result.blocked = true
      continue
    }
    try {
      if (action.kind === 'takeOver') await takeOver?.(step.personId!, action.fields)
      else if (action.kind !== 'report') result.accountId = await performAction(connector, action, result.accountId)
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error
      return { ...result, failed: { action, error } }
    }
    result.done.push(action)
  }
  return result
}

/** Gives the id of the account after the action. */
async function performAction(connector: Connector, action: Action, accountId: string | null): Promise<string | null> {
  if (action.kind === 'create') return (await connector.create(action.profile, action.activation)).id
  if (action.kind === 'adopt') return action.accountId
  if (action.kind === 'declareFields') await connector.declareFields(action.fields)
  else if (action.kind === 'createGroup') await connector.createGroup(action.group)
  else if (accountId !== null) await performOnAccount(connector, action, accountId)
  return accountId
}

async function performOnAccount(connector: Connector, action: Action, accountId: string): Promise<void> {
  switch (action.kind) {
    case 'update': return connector.update(accountId, action.fields)
    case 'hookPassword': return connector.hookPassword(accountId)
    case 'activate': return connector.activate(accountId, action.activation === 'mail')
    case 'unsuspend': return connector.unsuspend(accountId)
    case 'suspend': return connector.suspend(accountId)
    case 'deactivate': return connector.deactivate(accountId)
    case 'delete': return connector.remove(accountId)
    case 'groupAdd': return connector.addToGroup(action.group, accountId)
    case 'groupRemove': return connector.removeFromGroup(action.group, accountId)
  }
}
