/**
 * Which steps of a plan have been overtaken by what happened here since it was made, though the person is as they were:
 * memberships are no part of a person's version, and the worker of the queues may have been there first.
 */
import type { Context } from '../context.ts'
import { standingOf } from '../store/account-standing.ts'
import type { Database } from '../store/database.ts'
import { placesLeft, type LinkPlace } from '../store/references.ts'
import { beginWith } from './record.ts'
import type { StoredStep } from './stored-plan.ts'
import { closingActions, type ActionKind, type SyncStep } from './steps.ts'

const giving: readonly ActionKind[] = ['create', 'adopt', 'hookPassword', 'activate', 'unsuspend', 'groupAdd']

const nameOf = ({ population, uid, portalId }: LinkPlace) => `${population} ${uid} ${portalId}`

/** Steps that would give something to somebody who has no place for it any more: step number → what has changed. */
export async function leftSteps(db: Pick<Database, 'query'>, steps: readonly StoredStep[]): Promise<Map<number, string>> {
  const concerned = steps.filter(({ step }) => !step.undoes && step.actions.some(({ kind }) => giving.includes(kind)))
  const left = new Set((await placesLeft(db, concerned.flatMap(({ step }) => step.links))).map(nameOf))
  return new Map(concerned.flatMap(({ number, step }): [number, string][] => {
    const gone = step.links.find((link) => left.has(nameOf(link)))
    if (!gone) return []
    return [[number, gone.portalId === null ? 'the person is no administrator any more' : `the person has left portal ${gone.portalId}`]]
  }))
}

/**
 * Why a step has nothing to do any more, though the person is as they were: the worker of the queues was there first, or
 * somebody is back. (The step's own links: `leftSteps`.)
 */
export async function settledOtherwise(ctx: Context, { queued, personId, accountId, actions, undoes }: SyncStep): Promise<string | undefined> {
  if (undoes) return undefined
  const generation = queued?.generation
  if (queued && generation !== undefined && !(await beginWith(ctx, { ...queued, generation }))) return 'the account has been dealt with, or queued anew, since the plan was made'
  const closes = queued !== null && actions.some(({ kind }) => closingActions.includes(kind))
  const portalsOf = (kind: ActionKind) => actions.flatMap((action) => (action.kind === kind && 'portalIds' in action ? (action.portalIds ?? []) : []))
  const [left, joined] = [portalsOf('groupRemove'), portalsOf('groupAdd')]
  if (accountId === null || (!closes && left.length + joined.length === 0)) return undefined
  const standing = (await standingOf(ctx.db, [{ uuid: accountId, person_id: personId }])).get(accountId)
  if (closes && standing?.wanted) return 'somebody refers to the account again'
  if (joined.some((id) => !standing?.portals.includes(id))) return 'the account does not belong to the portal any more'
  return standing?.portals.some((id) => left.includes(id)) ? 'the account belongs to the portal again' : undefined
}
