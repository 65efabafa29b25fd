/** Routes of plans of every kind: what they would do, step by step, and applying them. */
import { grantRequest, isGrantRequest, planGrants } from '../access/grants.ts'
import { planMining } from '../access/mining-plan.ts'
import { miningRequest } from '../access/mining-request.ts'
import { actingContext } from '../access/authorize.ts'
import { bulkRequest, planBulk } from '../directory/bulk.ts'
import { mergeRequest, planMerge } from '../directory/merge.ts'
import { GatehouseError } from '../errors.ts'
import type { Authority, Context } from '../context.ts'
import { isObject } from '../model/attribute.ts'
import { needOf } from '../model/lifecycle.ts'
import { ownResources, type Need } from '../model/own-access.ts'
import { cancelPlan } from '../plans/apply.ts'
import { releasePlan } from '../plans/release.ts'
import { may, refuseUnless } from '../records/guard.ts'
import { seenBy } from '../records/veil.ts'
import { notePlanStop, planListing, planOfRow, readPlan, stepListing, stepOfRow, type Plan } from '../store/plans.ts'
import { listed } from './listing.ts'
import { guarded, urlOf, type Answer, type Call, type Route } from './route.ts'

/** How plans of a kind are applied and undone; the composition root knows all kinds. */
export interface PlanKind {
  apply: (ctx: Context, planId: string, progress?: (done: number, of: number) => void) => Promise<unknown>
  undo?: (ctx: Context, planId: string, progress?: (done: number, of: number) => void) => Promise<unknown>
  /** What whoever carries a plan out must have in Gatehouse besides the right to plans. */
  needs: (options: Readonly<Record<string, unknown>>) => readonly Need[]
}

const tag = 'Plans'
const change: readonly Need[] = [{ resource: 'plans', right: 'UPDATE' }]
const plan = { component: 'Plan' }

const made = (ctx: Context, body: Plan): Answer => ({ body, location: urlOf(ctx, '/plans', body.id) })

export const bulkNeeds: PlanKind['needs'] = ({ operation }) => [needOf(operation as Parameters<typeof needOf>[0])]
/** An affiliation is an entry of the person's record. */
export const grantNeeds: PlanKind['needs'] = ({ kind }) => kind === 'uo' ? [{ resource: 'people', right: 'READ' }, { resource: 'people', right: 'UPDATE' }] : [{ resource: 'access', right: 'GRANT' }, { resource: 'people', right: 'READ' }]
/** Mined roles are made and given, and take the place of grants. */
export const miningNeeds: PlanKind['needs'] = () => [{ resource: 'access', right: 'CREATE' }, { resource: 'access', right: 'UPDATE' }, { resource: 'access', right: 'GRANT' }, { resource: 'people', right: 'READ' }]

/** Whoever merges sees and writes everything about two people, and gives one of them what the other has. */
export const mergeNeeds: PlanKind['needs'] = () => [
  { resource: 'access', right: 'GRANT' },
  { resource: 'people', right: 'UPDATE' }, { resource: 'people', right: 'DELETE' }, { resource: 'sensitive', right: 'READ' }, { resource: 'sensitive', right: 'UPDATE' },
]
/** An import brings people, organisations, what access is made of, and who has what; a status may disable, lift a lock or reset. */
export const importNeeds: PlanKind['needs'] = () => [
  { resource: 'people', right: 'CREATE' }, { resource: 'people', right: 'UPDATE' }, { resource: 'people', right: 'RESET' }, { resource: 'sensitive', right: 'UPDATE' },
  { resource: 'organizations', right: 'CREATE' }, { resource: 'organizations', right: 'UPDATE' },
  { resource: 'access', right: 'CREATE' }, { resource: 'access', right: 'UPDATE' }, { resource: 'access', right: 'GRANT' },
]
/** A running EFS brings portals, and people in them. */
export const adoptionNeeds: PlanKind['needs'] = () => [
  { resource: 'people', right: 'CREATE' }, { resource: 'people', right: 'UPDATE' }, { resource: 'people', right: 'RESET' }, { resource: 'sensitive', right: 'UPDATE' },
  { resource: 'portals', right: 'CREATE' }, { resource: 'portals', right: 'UPDATE' },
]

async function planned<R extends object>({ ctx }: Call, needs: PlanKind['needs'], request: R, plan: (ctx: Context, request: R) => Promise<Plan>): Promise<Answer> {
  refuseUnless(ctx.authority, needs(Object.fromEntries(Object.entries(request))))
  return made(ctx, await plan(ctx, request))
}

/** Reads what kind of plan a body asks for. Imports and syncs are planned where their files and remote systems are: by the command line. */
async function makePlan(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const kind = isObject(body) ? body.kind : undefined
  if (kind === 'bulk' && isGrantRequest(body)) return planned(call, grantNeeds, grantRequest(body), planGrants)
  if (kind === 'bulk') return planned(call, bulkNeeds, bulkRequest(body), planBulk)
  if (kind === 'merge') return planned(call, mergeNeeds, mergeRequest(body), planMerge)
  if (kind === 'mining') {
    if (ctx.authority?.reach) throw new GatehouseError('forbidden', 'Whoever asks may administer some people only, and roles are mined from everybody.')
    const { kind: _, ...request } = body as Record<string, unknown>
    return planned(call, miningNeeds, miningRequest(request), planMining)
  }
  throw new GatehouseError('invalid_value', 'kind: must be bulk, merge or mining; imports and syncs are planned by the command line.')
}

/** The same for a person at their own address: the duplicate merges into them. */
async function mergeInto(call: Call): Promise<Answer> {
  const { params, body } = call
  if (!isObject(body)) throw new GatehouseError('invalid_body', 'The body must name the `duplicate` by its id.')
  const other = Object.keys(body).find((key) => key !== 'duplicate' && key !== 'take')
  if (other !== undefined) throw new GatehouseError('unknown_attribute', `${other}: is not part of a merge into the person at this address.`)
  return planned(call, mergeNeeds, mergeRequest({ ...body, survivor: params.id }), planMerge)
}

const mostWaitedFor = 1000
/** Large plans being carried out by this server. Each further request would only hold a connection while it waits. */
const underWay = new Set<string>()

/**
 * Carries a plan out: to its end when it is small, else until its first batch is done; true when it goes on from there
 * behind the request, with what its caller may do at each batch. What stops it then stands in the plan, which can be applied again and goes on where it was.
 */
async function begun(carry: PlanKind['apply'], ctx: Context, plan: Plan, steps: number): Promise<boolean> {
  const work = (progress?: () => void) => carry(ctx, plan.id, progress)
  if (steps <= mostWaitedFor) {
    await work()
    return false
  }
  if (underWay.has(plan.id)) return true
  underWay.add(plan.id)
  const first = Promise.withResolvers<boolean>()
  work(() => first.resolve(true)).then(
    () => first.resolve(false),
    async (error: unknown) => {
      first.reject(error as Error)
      const reason = error instanceof GatehouseError ? error.message : 'Something went wrong on our side.'
      await notePlanStop(ctx.db, plan.id, reason).catch(() => {})
    },
  ).finally(() => underWay.delete(plan.id))
  return first.promise
}

/**
 * The caller's context, which for the batches behind the first one is found anew at each: the same one while they may do what they
 * could. Errors of that: `forbidden` once they may no longer apply this plan; what was done until then stays done.
 */
function renewing({ ctx, authorityNow }: Call, plan: Plan, needs: readonly Need[]): Context {
  const print = (authority: Authority | undefined) => JSON.stringify(authority, (_key, value: unknown) => (value instanceof Set ? [...value].sort() : value))
  const renew = async () => {
    const authority = await authorityNow()
    const over = (why: string) => new GatehouseError('forbidden', `The plan was stopped on its way, since whoever applied it may no longer do so. ${why} Whoever may can apply it again: it goes on where it is.`)
    if (!authority) throw over('Their key works no more, or they may not sign in.')
    const missing = needs.find((need) => !may(authority, need))
    if (missing) throw over(`It needs the right ${missing.right} on "${ownResources[missing.resource].name}".`)
    if (authority.reach && plan.actorId !== ctx.actor.userId) throw over('They may administer some people only, and another has made the plan.')
    if (print(authority) !== print(last.authority)) last = actingContext(ctx, authority)
    return last
  }
  let last: Context = { ...ctx, renew }
  return last
}

/** Who may administer some people only sees the plans they made, which speak of none but those. */
const ownOnly = ({ authority, actor }: Context) => (authority?.reach ? (actor.userId ?? undefined) : undefined)

/** A plan that the caller may see, or `not_found`. */
async function seenPlan(ctx: Context, id: string): Promise<Plan> {
  const found = await readPlan(ctx.db, id)
  const own = ownOnly(ctx)
  if (own !== undefined && found.actorId !== own) throw new GatehouseError('not_found', `There is no plan with the id ${id}.`)
  return found
}

const planList = listed(planListing, {
  query: [{ name: 'kind', type: 'string', doc: 'Only plans of this kind.' }, { name: 'status', type: 'string', doc: 'Only plans in this state.' }],
  where: ({ ctx, query: { kind, status } }) => ({ kind, status, actor_id: ownOnly(ctx) }),
  show: (rows) => rows.map(planOfRow),
})

const stepList = listed(stepListing, {
  query: [{ name: 'action', type: 'string', doc: 'Only steps of this action: create, update, delete, unchanged, conflict, error, waiting, skipped.' }, { name: 'failed', type: 'boolean', doc: 'Only steps that failed.' }],
  where: async ({ ctx, params, query: { action, failed } }) => {
    await seenPlan(ctx, params.id!)
    return { plan_id: params.id, action, ...(failed === true ? { noted: 'failed' } : {}) }
  },
  show: (rows, _db, ctx) => seenBy(ctx, rows.map(stepOfRow)),
})

/** The routes, given how plans of each kind are applied. */
export function planRoutes(kinds: Readonly<Record<string, PlanKind>>): readonly Route[] {
  const act = async (call: Call, name: 'apply' | 'undo'): Promise<Answer> => {
    const { ctx, params } = call
    const found = await seenPlan(ctx, params.id!)
    const kind = kinds[found.kind]
    const needs = kind?.needs(found.options) ?? []
    refuseUnless(ctx.authority, needs)
    const carry = kind?.[name]
    if (!carry) throw new GatehouseError('plan_state', name === 'undo' ? `A plan of the kind ${found.kind} cannot be undone.` : `A plan of the kind ${found.kind} is applied by the command line.`)
    const going = await begun(carry, renewing(call, found, [...change, ...needs]), found, name === 'undo' ? found.appliedThrough : found.steps - found.appliedThrough)
    return { status: going ? 202 : 200, body: await readPlan(ctx.db, found.id) }
  }
  const answer = async ({ ctx, params }: Call, act: (ctx: Context, id: string) => Promise<Plan>): Promise<Answer> => {
    const { id } = await seenPlan(ctx, params.id!)
    return { body: await act(ctx, id) }
  }
  return guarded('plans', [
    { method: 'GET', path: '/plans', scope: 'read', tag, operation: 'listPlans', summary: 'Lists plans, the newest first.', answer: { ...plan, list: true }, ...planList },
    { method: 'POST', path: '/plans', scope: 'write', tag, operation: 'createPlan', summary: 'Plans a bulk operation over a filter, the merge of two people, or mined roles instead of single grants.', body: { component: 'PlanRequest' }, answer: plan, status: 201, reach: 'query', heavy: ({ body }) => (isObject(body) && body.kind === 'mining' ? 2 : 0), handle: makePlan },
    { method: 'POST', path: '/users/:id/merge', scope: 'write', tag, operation: 'mergeUser', summary: 'Plans the merge of a duplicate into this person; apply the plan to carry it out.', body: { component: 'MergeInto' }, answer: plan, status: 201, handle: mergeInto },
    { method: 'GET', path: '/plans/:id', scope: 'read', tag, operation: 'readPlan', summary: 'Reads a plan and its totals.', answer: plan, handle: (call) => answer(call, seenPlan) },
    { method: 'GET', path: '/plans/:id/steps', scope: 'read', tag, operation: 'listPlanSteps', summary: 'Lists the steps of a plan in order.', answer: { component: 'PlanStep', list: true }, ...stepList },
    { method: 'POST', path: '/plans/:id/apply', scope: 'write', tag, operation: 'applyPlan', summary: 'Applies exactly this plan; refuses when what it read has changed. A large plan is answered with 202 and goes on behind the request.', answer: plan, defers: true, needs: change, reach: 'query', handle: (call) => act(call, 'apply') },
    { method: 'POST', path: '/plans/:id/undo', scope: 'write', tag, operation: 'undoPlan', summary: 'Takes back what a plan did, where that is possible.', answer: plan, defers: true, needs: change, reach: 'query', handle: (call) => act(call, 'undo') },
    { method: 'POST', path: '/plans/:id/release', scope: 'admin', tag, operation: 'releasePlan', summary: 'Lets a plan that a guard has stopped go, once, for a reason. The limits stay as they are.', body: { component: 'Release' }, answer: plan, needs: [{ resource: 'plans', right: 'UPDATE' }, { resource: 'system', right: 'UPDATE' }],
      handle: (call) => answer(call, (ctx, id) => releasePlan(ctx, id, call.body)) },
    { method: 'POST', path: '/plans/:id/cancel', scope: 'write', tag, operation: 'cancelPlan', summary: 'Gives a plan up; what it has done so far stays done.', answer: plan, needs: change, reach: 'query', handle: (call) => answer(call, cancelPlan) },
  ], 'query')
}
