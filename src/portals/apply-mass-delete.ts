/**
 * Carrying a mass delete out, in one transaction: all of it or nothing, with an event a person. References go by
 * cascade, and the database queues each account for the worker (sync/drain.ts). Undoing brings everybody back under the
 * same numbers, within MASS_DELETE_UNDO_HOURS; until then the plan keeps what went, where nothing shows it.
 */
import { recordEvents, type NewEvent } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { counted } from '../model/counted.ts'
import { documentChanges } from '../model/document-diff.ts'
import { auditedChanges, type Metadata } from '../model/metadata.ts'
import { documentOf } from '../model/rows.ts'
import { closingPolicy, type DeprovisioningPolicy } from '../model/portal-settings.ts'
import { user } from '../model/user.ts'
import { lockPlan, refuseMoved } from '../plans/apply.ts'
import { actOnPlan, ofPlan } from '../plans/events.ts'
import { clearReferences, regainReferences } from '../records/clear-references.ts'
import { guardPeople, guardReach } from '../records/guard.ts'
import { refuseOutdated } from '../records/refuse-outdated.ts'
import { isRetryable, type Transaction } from '../store/database.ts'
import { markOtherMapping } from '../store/account-mappings.ts'
import { holdMembers, keepMembers, movedMembers, planAfresh, purgeKept, removedMembers, removeMembers, type RemovedMember, type Stretch } from '../store/mass-delete.ts'
import { loadMetadata, loadMetadataAnew } from '../store/metadata.ts'
import { advancePlan, completePlan, markSteps, readPlan, type Plan } from '../store/plans.ts'
import { readPortalSettings } from '../store/portals.ts'
import { loadRecords } from '../store/records.ts'
import { forgetKept, putBackMembers, readKeptMembers, tieMembers, type KeptMember } from '../store/undo-mass-delete.ts'
import { lockedPortal } from './portals.ts'

const stepsAtOnce = 2000

interface Options {
  portalId: number
  deletePersons: boolean
  /** What the guard took for the accounts' fate; absent in plans of older versions. */
  policy?: DeprovisioningPolicy
}

const optionsOf = (plan: Plan) => plan.options as unknown as Options

/** Applies a plan. Errors: `plan_state`, `plan_stale` and those of the guards; nothing has been written then. */
export async function applyMassDelete(asked: Context, planId: string): Promise<Plan> {
  return asked.db.transaction(async (tx) => {
    await planAfresh(tx)
    await lockPlan(tx, planId)
    const plan = await actOnPlan(tx, asked, planId, 'plan.apply', ['planned'], 'applying')
    const ctx = ofPlan(asked, plan)
    const { portalId, policy } = optionsOf(plan)
    await lockedPortal(tx, portalId)
    if (policy !== undefined && policy !== closingPolicy(await readPortalSettings(tx), portalId)) {
      throw new GatehouseError('plan_stale', 'What becomes of the accounts has been changed since the plan was made (deprovisioning_policy); nothing was written. Make a new plan.')
    }
    await holdMembers(tx, planId)
    refuseMoved(plan, await movedMembers(tx, planId, portalId))
    const metadata = await loadMetadata(tx, ctx.db)
    for (let after = 0; after < plan.steps; after += stepsAtOnce) {
      await applyStretch(tx, ctx, { planId, portalId, after, through: after + stepsAtOnce }, metadata)
    }
    await advancePlan(tx, planId, plan.steps)
    await completePlan(tx, planId, ctx.actor.principal, ctx.now())
    return readPlan(tx, planId)
  })
}

async function applyStretch(tx: Transaction, ctx: Context, stretch: Stretch, metadata: Metadata): Promise<void> {
  const leaving = await removedMembers(tx, stretch)
  const gone = leaving.filter((one) => one.delete_person)
  await guardReach(tx, ctx, leaving.map((one) => one.person_id))
  await guardPeople(tx, ctx, gone.map((one) => one.person_id))
  const told = await eventsOf(tx, leaving, stretch.portalId, metadata)
  if (ctx.config.MASS_DELETE_UNDO_HOURS > 0) await keepMembers(tx, stretch)
  const { taken } = await clearReferences(tx, ctx, user, gone.map((one) => one.person_id))
  const events = told.map((event) => ({ ...event, changes: [...event.changes ?? [], ...taken.get(event.targetId) ?? []] }))
  await removeMembers(tx, stretch)
  // Another mapping may count for who stays in other portals, or as an administrator.
  await markOtherMapping(tx, leaving.flatMap((one) => (one.delete_person ? [] : one.person_id)))
  await recordEvents(tx, ctx, events)
}

/** One event a person: that they left the portal, or (with all that they were) that they are gone. */
async function eventsOf(tx: Transaction, leaving: readonly RemovedMember[], portalId: number, metadata: Metadata): Promise<NewEvent[]> {
  const records = await loadRecords(tx, user, leaving.filter((one) => one.delete_person).map((one) => one.person_id))
  return leaving.map(({ person_id: id }) => {
    const record = records.get(id)
    const left = { path: 'portals', before: portalId }
    if (!record) return { action: 'portal.removeUser', targetType: 'User', targetId: id, changes: [left] }
    return { action: 'user.delete', targetType: 'User', targetId: id, changes: [...auditedChanges(documentChanges(user, documentOf(user, record), undefined), metadata), left] }
  })
}

/**
 * Brings everybody back under the same numbers and ids. Goes on after somebody whose place has been taken, or whose values are refused by now, and keeps why.
 * Errors: `plan_state`, also once the window has closed.
 */
export async function undoMassDelete(asked: Context, planId: string): Promise<Plan> {
  const hours = asked.config.MASS_DELETE_UNDO_HOURS
  return asked.db.transaction(async (tx) => {
    await planAfresh(tx)
    await lockPlan(tx, planId)
    // Undone before, but for some whose place had been taken: once it is free they come back too.
    const { status: before } = await readPlan(tx, planId)
    const plan = await actOnPlan(tx, asked, planId, 'plan.undo', ['applied', 'undone'], 'undone')
    const ctx = ofPlan(asked, plan)
    if (Date.parse(plan.applied!) + hours * 3_600_000 <= ctx.now().getTime()) {
      throw new GatehouseError('plan_state', `The mass delete was applied on ${plan.applied}, and can be undone for ${counted(hours, 'hour')} (MASS_DELETE_UNDO_HOURS).`)
    }
    const { portalId } = optionsOf(plan)
    await lockedPortal(tx, portalId)
    const metadata = await loadMetadataAnew(tx, ctx.db)
    const back: KeptMember[] = []
    let refused: string | undefined
    for (let after = 0; ;) {
      const members = await readKeptMembers(tx, planId, after, stepsAtOnce)
      if (members.length === 0) break
      const result = await putBack(tx, ctx, plan, members, metadata)
      back.push(...result.back)
      refused ??= result.refused
      after = members.at(-1)!.step
    }
    if (back.length === 0) throw new GatehouseError('plan_state', refused ?? (before === 'undone' ? 'The mass delete has been undone already; nobody is left to come back.' : 'Nothing is left that could come back: what the plan has kept is gone.'))
    await tieMembers(tx, back)
    await forgetKept(tx, planId, back.map(({ step }) => step))
    return readPlan(tx, planId)
  })
}

/** Those who are back, and why the first of the others is not. */
async function putBack(tx: Transaction, ctx: Context, plan: Plan, members: readonly KeptMember[], metadata: Metadata): Promise<{ back: KeptMember[]; refused?: string }> {
  const { portalId } = optionsOf(plan)
  await guardReach(tx, ctx, members.filter(({ person }) => !person).map(({ personId }) => personId))
  const put = async (some: readonly KeptMember[]) => {
    const people = some.flatMap(({ person }) => (person ? [person] : []))
    const regained = await tx.savepoint(async () => {
      await refuseOutdated(tx, metadata, people)
      const entries = await regainReferences(tx, ctx, people)
      await putBackMembers(tx, portalId, some)
      return entries
    })
    await markOtherMapping(tx, some.map(({ personId }) => personId))
    await recordEvents(tx, ctx, some.map(({ personId, person }) => (
      { action: person ? 'user.delete.undo' : 'portal.removeUser.undo', targetType: 'User', targetId: personId, changes: [{ path: 'portals', after: portalId }, ...regained.get(personId) ?? []] })))
    await markSteps(tx, plan.id, some.map(({ step }) => ({ step, status: 'undone' })))
  }
  try {
    await put(members)
    return { back: [...members] }
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
  const back: KeptMember[] = []
  let refused: string | undefined
  for (const member of members) {
    try {
      await put([member])
      back.push(member)
    } catch (error) {
      if (!isRefusal(error)) throw error
      refused ??= error.message
      await markSteps(tx, plan.id, [{ step: member.step, status: 'failed', result: { code: error.code, detail: error.message } }])
    }
  }
  await advancePlan(tx, plan.id, plan.appliedThrough, members.length - back.length)
  return { back, refused }
}

/**
 * Their place has been taken (somebody has their user name, or they have joined anew), or what they have is declared otherwise by now. What was
 * only done at the same moment says nothing of anybody: the whole is tried again, with the declarations as they are then.
 */
function isRefusal(error: unknown): error is GatehouseError {
  return !isRetryable(error) && error instanceof GatehouseError && error.status >= 400 && error.status < 500
}

/** Forgets what mass deletes have kept that cannot be undone any more; how many people. */
export async function purgeMassDeletes({ db, config, now }: Pick<Context, 'db' | 'config' | 'now'>): Promise<number> {
  return purgeKept(db, new Date(now().getTime() - config.MASS_DELETE_UNDO_HOURS * 3_600_000).toISOString())
}
