/**
 * Writes down what a step has done, in one transaction: references, the LOGIN row, the queue, the audit events (one a
 * remote write) and the plan's own note. A push that failed is never recorded as done: the mark stays, the status too.
 */
import { recordEvents, type NewEvent } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { linkStatus } from '../model/link-statuses.ts'
import type { Transaction } from '../store/database.ts'
import { markSteps } from '../store/plans.ts'
import { sentSteps } from '../store/sync-plans.ts'
import { lockVersion, removeLinks, removeLinksTo, replacesKnowingly, writeAccountLogin, writeLink } from '../store/references.ts'
import { beginEntry, closeQueueEntry, holdEntry, keepSent, queueAccount, type QueueRow } from '../store/unassignment-queue.ts'
import type { Connector } from './connector.ts'
import type { Performed } from './perform.ts'
import { closingActions, remoteActions, type Action, type ActionKind, type QueueEntry, type SyncStep } from './steps.ts'

/** PROV_STATUS is an operation and how it went: `CREATED`, `FAIL_CREATE`. */
const operations: Partial<Record<ActionKind, { done: string; failed: string }>> = {
  create: { done: 'CREATED', failed: 'FAIL_CREATE' },
  adopt: { done: 'UPDATED', failed: 'FAIL_UPDATE' },
  update: { done: 'UPDATED', failed: 'FAIL_UPDATE' },
  groupAdd: { done: 'UPDATED', failed: 'FAIL_UPDATE' },
  // Leaving the group is the first half of closing: its failure must not hide that closing had begun before.
  groupRemove: { done: 'UPDATED', failed: 'FAIL_DISABLE' },
  hookPassword: { done: 'UPDATED', failed: 'FAIL_ENABLE' },
  activate: { done: 'ENABLED', failed: 'FAIL_ENABLE' },
  unsuspend: { done: 'ENABLED', failed: 'FAIL_ENABLE' },
  suspend: { done: 'DISABLED', failed: 'FAIL_DISABLE' },
  deactivate: { done: 'DISABLED', failed: 'FAIL_DISABLE' },
  delete: { done: 'DELETED', failed: 'FAIL_DELETE' },
  unlink: { done: 'DELETED', failed: 'FAIL_DELETE' },
}

/** What says most about the account wins over what came with it. */
const telling: readonly ActionKind[] = ['delete', 'deactivate', 'suspend', 'create', 'activate', 'unsuspend']

export async function recordStep(
  tx: Transaction, ctx: Context, systemId: string, step: SyncStep, performed: Performed,
): Promise<void> {
  const isWhole = performed.failed === null && !performed.blocked
  if (step.undoes && isWhole) await markSteps(tx, step.undoes.planId, [{ step: step.undoes.step, status: 'undone' }])
  // Nothing was done over there: what a verb has written it has audited.
  const here: readonly ActionKind[] = ['report', 'takeOver', ...(step.undoes && step.queued === null ? ['blocked' as const] : [])]
  if (performed.failed === null && step.actions.every(({ kind }) => here.includes(kind))) return
  const now = ctx.now().toISOString()
  const version = step.personId === null ? null : await lockVersion(tx, step.personId)
  let isLinked = true
  if (performed.failed === null && step.outcome === 'gone' && performed.accountId !== null) {
    if (step.undoes) isLinked = await removeLinks(tx, performed.accountId, step.links)
    else await removeLinksTo(tx, performed.accountId)
  } else {
    await writeLinks(tx, step, performed, version, now)
  }
  const isElsewhere = step.undoes !== undefined && step.outcome === 'gone' && isLinked
  if (step.personId !== null && version !== null && performed.accountId !== null && !isElsewhere) {
    await writeAccountLogin(tx, {
      loginId: ctx.newId(), personId: step.personId, systemId, login: knownLogin(step, performed),
      provStatus: provStatusOf(step, performed), agrees: isWhole, active: activeAfter(step, performed),
    }, now)
  }
  for (const entry of [step.queued, step.queuedToo]) {
    if (entry && step.undoes) await queueAgain(tx, step, entry)
    else if (entry && isWhole) await closeQueueEntry(tx, entry.population, entry.id, entry.uuid, entry.generation)
  }
  await recordEvents(tx, ctx, eventsOf(step, performed))
}

async function writeLinks(
  tx: Transaction, step: SyncStep, performed: Performed, version: number | null, now: string,
): Promise<void> {
  if (performed.accountId === null || (performed.done.length === 0 && performed.failed === null)) return
  // Whoever is wanted gets the account that was found or made. Of one who is not, every account has to go.
  if (step.actions.some(({ kind }) => kind === 'adopt' || kind === 'create')) await replacesKnowingly(tx)
  for (const link of step.links) {
    const isKept = version !== null && await writeLink(tx, {
      ...link, uuid: performed.accountId, status: performed.failed || step.outcome === 'gone' ? null : (link.becomes ?? step.outcome),
      // What was taken back differs from the directory again: the next run has to see it.
      done: performed.failed === null && !performed.blocked && step.undoes === undefined, current: version === step.version,
    }, now)
    // Left the portal, or vanished altogether, while the account was being made: it must not be forgotten.
    if (!isKept) await queueAccount(tx, { ...link, uuid: performed.accountId, email: step.login, personId: step.personId })
  }
}

const hourMs = 3_600_000

/**
 * An account whose leaving was taken back has still nobody who refers to it: the next run judges it anew. The worker leaves
 * it alone for an hour, so that the directory can be mended first.
 */
async function queueAgain(tx: Transaction, step: SyncStep, { population, uid, uuid }: QueueEntry): Promise<void> {
  if (uuid === null) return
  await queueAccount(tx, { population, uid, uuid, email: step.label.includes('@') ? step.label : null, personId: step.personId, portalId: null })
  await holdEntry(tx, population, uid, hourMs)
}

/** The login as the account has it now: unknown when the push of it failed. */
function knownLogin(step: SyncStep, performed: Performed): string | null {
  return performed.failed && !performed.done.some((action) => action.kind === 'create') ? null : step.login
}

function provStatusOf(step: SyncStep, performed: Performed): string | null {
  if (performed.failed) return operations[performed.failed.action.kind]?.failed ?? null
  const kinds = performed.done.map((action) => action.kind)
  const kind = telling.find((one) => kinds.includes(one))
  if (kind) return operations[kind]!.done
  // Found closed as it should be, whatever else was done: a run that crashed had closed it, and who comes back has to be let in again.
  if (isClosing(step)) return 'DISABLED'
  const other = kinds.find((one) => operations[one])
  return other ? operations[other]!.done : null
}

function isClosing(step: SyncStep): boolean {
  return step.outcome === linkStatus.SUSPENDED || step.outcome === linkStatus.DEACTIVATED
}

function activeAfter(step: SyncStep, performed: Performed): boolean | null {
  return performed.failed ? null : !isClosing(step) && step.outcome !== 'gone'
}

/** Notes that an account is about to be closed, so that after a crash it is known who did it. */
export async function announceClosing(tx: Transaction, ctx: Context, systemId: string, step: SyncStep): Promise<void> {
  const { personId } = step
  if (personId === null || !step.actions.some((action) => closingActions.includes(action.kind))) return
  const row = { loginId: ctx.newId(), personId, systemId, login: null, provStatus: 'PENDING_DISABLE', agrees: false, active: null }
  await writeAccountLogin(tx, row, ctx.now().toISOString())
}

const isRemote = ({ kind }: Action) => remoteActions.includes(kind)

/** Whether the step changes anything over there. */
export const isSent = ({ actions }: SyncStep): boolean => actions.some(isRemote)

function eventsOf(step: SyncStep, performed: Performed): NewEvent[] {
  const done = performed.done.filter((action) => action.kind === 'adopt' || isRemote(action)).map((action) => eventOf(step, action, performed.accountId))
  const { failed } = performed
  // A create that nobody knows the end of is told by `noteUnanswered`, which also looks what became of it.
  if (!failed || !failed.error.isOutcomeUnknown || !isRemote(failed.action) || isCreateLost(performed)) return done
  return [...done, { ...eventOf(step, failed.action, performed.accountId), result: 'unanswered' }]
}

/** Whether an account may have been made that nobody here knows. */
export const isCreateLost = ({ failed }: Performed): boolean => failed?.action.kind === 'create' && failed.error.isOutcomeUnknown

function eventOf(step: Pick<SyncStep, 'personId' | 'label'>, action: Action, accountId: string | null): NewEvent {
  return {
    action: `account.${action.kind}`,
    targetType: step.personId === null ? 'Account' : 'User',
    targetId: step.personId ?? accountId ?? step.label.slice(0, 255),
    changes: changesOf(action, accountId),
  }
}

const sentPerPage = 200

/**
 * Accounts that such steps have made and nobody refers to. They are queued: whoever is still wanted is linked by the next
 * run, and of the others nobody else would ever know. An account that a search does not show yet is found by its login.
 */
async function madeUnanswered(ctx: Context, connector: Connector) {
  const steps = await ctx.db.transaction((tx) => sentSteps(tx, sentPerPage))
  const creates = steps.flatMap(({ changes }) => {
    const step = changes as SyncStep | null
    const action = step?.actions?.find(({ kind }) => kind === 'create')
    return step?.personId && action?.kind === 'create' ? [{ step, personId: step.personId, profile: action.profile }] : []
  })
  if (creates.length === 0) return []
  const found = await connector.find(creates.map(({ personId, profile }) => ({ externalId: personId, login: profile['login']!, email: null })))
  return creates.flatMap(({ step, personId }, index) => {
    const own = found[index]!.find(({ externalId }) => externalId === personId)
    return own ? [{ links: step.links, uuid: own.id, email: step.login, personId }] : []
  })
}

/**
 * Steps that a run was at when it died: what they do over there may have been done, and nobody has written it down. Each
 * such action gets its event, with the result `unanswered`; the step is planned again. Only for whoever has the turn.
 */
export async function noteUnanswered(ctx: Context, connector: Connector): Promise<void> {
  for (;;) {
    const made = await madeUnanswered(ctx, connector)
    const found = await ctx.db.transaction(async (tx) => {
      const steps = await sentSteps(tx, sentPerPage)
      for (const { links, ...account } of made) for (const link of links) await queueAccount(tx, { ...link, ...account })
      // Nothing is left of what has been erased.
      await recordEvents(tx, ctx, steps.flatMap(({ changes }) => (changes ? unansweredOf(changes as SyncStep) : [])))
      for (const [planId, own] of Map.groupBy(steps, (one) => one.planId)) await markSteps(tx, planId, own.map(({ step }) => ({ step, status: 'planned' })))
      return steps.length
    })
    if (found < sentPerPage) return
  }
}

type Sent = Pick<SyncStep, 'personId' | 'accountId' | 'label' | 'actions'>

function unansweredOf(sent: Sent): NewEvent[] {
  return sent.actions.filter(isRemote).map((action) => ({ ...eventOf(sent, action, sent.accountId), result: 'unanswered' }))
}

/** Notes what the worker is about to do to an entry's account: for `beginWith`, should it die before that is written down. */
export async function announceSending(tx: Transaction, ctx: Context, systemId: string, entry: QueueRow, step: SyncStep): Promise<void> {
  const { personId, accountId, actions } = step
  await announceClosing(tx, ctx, systemId, step)
  await keepSent(tx, entry, { personId, accountId, label: accountId ?? '', actions } satisfies Sent)
}

/**
 * Begins with an entry of a queue: what a worker that died was at with it gets its events, as in `noteUnanswered`. Gives the
 * entry as it is now; undefined when it is gone, or was queued anew meanwhile.
 */
export async function beginWith(ctx: Context, entry: Parameters<typeof beginEntry>[1]): Promise<QueueRow | undefined> {
  return ctx.db.transaction(async (tx) => {
    const row = await beginEntry(tx, entry, ctx.now().toISOString())
    if (row?.sent) await recordEvents(tx, ctx, unansweredOf(row.sent as Sent))
    return row
  })
}

function changesOf(action: Action, accountId: string | null): { path: string; before?: unknown; after?: unknown }[] {
  switch (action.kind) {
    case 'create': return [{ path: 'account', after: { id: accountId, ...action.profile } }]
    case 'adopt': return [{ path: 'account', after: { id: accountId } }]
    case 'update': return action.fields.map(({ field, before, after }) => ({ path: `account.${field}`, before, after }))
    case 'groupAdd': return [{ path: 'account.groups', after: action.group }]
    case 'groupRemove': return [{ path: 'account.groups', before: action.group }]
    case 'createGroup': return [{ path: 'group', after: action.group }]
    case 'declareFields': return [{ path: 'schema', after: action.fields }]
    default: return [{ path: 'account.id', after: accountId }]
  }
}
