/** One group, role, resource or organisation given to, or taken from, everyone a filter finds: planned person by person, then applied. */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { counted } from '../model/counted.ts'
import { edgeKind, memberships, nodeTypes, type EdgeKind } from '../model/access-edges.ts'
import { isObject, type Document } from '../model/attribute.ts'
import { grantsMore, meantPeriod, readTerms, sameTerms, saysOpen, termsOf, type Edge, type EdgeTerms } from '../model/edge-terms.ts'
import { user } from '../model/user.ts'
import { checkInstant } from '../model/values.ts'
import { isDoable, refuseMoved, type StepRunner } from '../plans/apply.ts'
import { countPeople, edgesBetween, knownRights, readThings, readVersions, type Thing } from '../store/access-edges.ts'
import type { Transaction } from '../store/database.ts'
import { checkQuery } from '../records/veil.ts'
import { listIds, type ListQuery } from '../store/list-records.ts'
import { makePlan, type Filled } from '../plans/make.ts'
import { findWhom, readWhom, refuseRest, type Whom } from '../plans/whom.ts'
import { findReads, insertReads } from '../store/plan-reads.ts'
import { insertSteps, listSteps, type Plan, type PlanStep } from '../store/plans.ts'
import { isMoved, pairOf, periodsOf, putEdges, removeEdges } from './edges.ts'
import { named, objection, propose } from './judge-edge.ts'

const page = 1000

export interface GrantRequest extends Whom {
  operation: 'assign' | 'unassign'
  /** The letters of the kind of edge, and what is given. */
  kind: string
  target: string
  terms: EdgeTerms
  /** The end is to be open, whatever the duration. */
  open?: boolean
}

export const isGrantRequest = (body: unknown): boolean => isObject(body) && (body.operation === 'assign' || body.operation === 'unassign')

/** Reads a request to plan one. Errors: `invalid_body`, `invalid_value`, `required_attribute`, `unknown_attribute`. */
export function grantRequest(body: unknown): GrantRequest {
  const { operation, filter, q, includeHidden, options, kind: _, ...rest } = body as Document
  refuseRest(rest)
  const whom = readWhom({ filter, q, includeHidden })
  if (!isObject(options)) throw new GatehouseError('required_attribute', `options: must name what to ${String(operation)}: one of ${names.join(', ')}, by its id.`)
  const { kind, target, given } = readTarget(options)
  const own = { operation: operation as GrantRequest['operation'], ...whom, kind: kind.kind, target } as const
  return { ...own, ...(operation === 'assign' ? { terms: readTerms(given), open: saysOpen(given) } : { terms: startOnly(given) }) }
}

const kinds = new Map<string, EdgeKind>(memberships.map((kind) => [nodeTypes[kind.target].toLowerCase(), kind]))
const names = [...kinds.keys()]

function readTarget(options: Document): { kind: EdgeKind; target: string; given: Document } {
  const chosen = names.filter((name) => options[name] !== undefined)
  const [name] = chosen
  const target = name === undefined ? undefined : options[name]
  if (chosen.length !== 1 || typeof target !== 'string' || target.includes('\u0000') || !target.isWellFormed()) {
    throw new GatehouseError('invalid_value', `options: must name one of ${names.join(', ')}, by its id.`)
  }
  return { kind: kinds.get(name!)!, target, given: Object.fromEntries(Object.entries(options).filter(([key]) => key !== name)) }
}

function startOnly(given: Document): EdgeTerms {
  const other = Object.keys(given).find((key) => key !== 'start')
  if (other !== undefined) throw new GatehouseError('unknown_attribute', `options.${other}: unassign takes a start at most.`)
  if (given.start === undefined) return { rights: [] }
  const checked = checkInstant(given.start)
  if ('message' in checked) throw new GatehouseError('invalid_value', `options.start: ${checked.message}.`)
  return { start: checked.value as string, rights: [] }
}

/** Plans it: a step a person, with what would change, or why it cannot be. Errors: `invalid_reference` for what is not there. */
export async function planGrants(ctx: Context, request: GrantRequest): Promise<Plan> {
  const kind = memberships.find((one) => one.kind === request.kind)!
  const target = await checkedTarget(ctx, kind, request)
  await checkQuery(ctx, user, request)
  const { query, found, hidden } = await findWhom(ctx, request)
  const title = `${request.operation} ${nodeTypes[kind.target].toLowerCase()} ${named(target)}: ${counted(found, 'person', 'people')}, ${request.filter ?? request.q ?? ''}`
  return makePlan(ctx, { kind: 'grants', title, options: { ...request } }, (planId) => fill(ctx, planId, { request, kind, target, query, hidden }))
}

interface Grants {
  request: GrantRequest
  kind: EdgeKind
  target: Thing
  query: Omit<ListQuery, 'count'>
  hidden: number
}

async function fill(ctx: Context, planId: string, { request, kind, target, query, hidden }: Grants): Promise<Filled> {
  const targetVersions = await readVersions(ctx.db, kind.target, [target.id])
  await ctx.db.transaction((tx) => insertReads(tx, planId, nodeTypes[kind.target], targetVersions))
  const counts: Record<string, number> = hidden === 0 ? {} : { hidden }
  const room = { left: target.most === null ? Infinity : target.most - (await countPeople(ctx.db, kind, target.id, ctx.now(), [])).all }
  let planned = 0
  for (let cursor: string | undefined; ;) {
    const { ids, next } = await listIds(ctx.db, user, { ...query, count: page, cursor })
    const steps = await stepsFor(ctx, request, kind, target, ids, room)
    for (const step of steps) {
      step.step = ++planned
      counts[step.action] = (counts[step.action] ?? 0) + 1
    }
    const versions = await readVersions(ctx.db, 'u', ids)
    await ctx.db.transaction(async (tx) => {
      await insertSteps(tx, planId, steps)
      await insertReads(tx, planId, 'User', versions)
    })
    if (next === undefined) return { counts, steps: planned }
    cursor = next
  }
}

async function checkedTarget(ctx: Context, kind: EdgeKind, { target, terms }: GrantRequest): Promise<Thing> {
  const path = `options.${nodeTypes[kind.target].toLowerCase()}`
  const refuse = (at: string, message: string) => new GatehouseError('invalid_reference', `${at}: ${message}.`, { problems: [{ path: at, message }] })
  const thing = (await readThings(ctx.db, kind.target, [target])).get(target)
  if (!thing) throw refuse(path, `there is no ${nodeTypes[kind.target]} with the id ${target}`)
  const known = await knownRights(ctx.db, terms.rights)
  const missing = terms.rights.find((right) => !known.has(right))
  if (missing !== undefined) throw refuse('options.rights', `there is no Right with the id ${missing}`)
  return thing
}

/** `room` is how many more people it may be given to; whoever comes when there is none is a conflict. */
async function stepsFor(ctx: Context, request: GrantRequest, kind: EdgeKind, target: Thing, ids: readonly string[], room: { left: number }): Promise<PlanStep[]> {
  const people = await readThings(ctx.db, 'u', ids)
  const periods = Map.groupBy(await edgesBetween(ctx.db, kind, ids, ids.map(() => target.id)), ({ source }) => source)
  // Whoever is gone by now is left out.
  return ids.flatMap((id) => people.get(id) ?? []).map((person) => {
    const step = { step: 0, resource: 'Membership', targetId: person.id, label: named(person) }
    const own = periods.get(person.id) ?? []
    const outcome = request.operation === 'assign' ? assignment(ctx, request, kind, person, target, own, room) : removal(request, kind, target, own)
    return { ...step, ...outcome }
  })
}

type Outcome = Pick<PlanStep, 'action' | 'changes' | 'problems'>
const conflict = (message: string): Outcome => ({ action: 'conflict', problems: [{ message }] })

function assignment(ctx: Context, { terms, open }: GrantRequest, kind: EdgeKind, person: Thing, target: Thing, periods: readonly Edge[], room: { left: number }): Outcome {
  const proposal = propose(ctx, kind, { source: person.id, target: target.id, terms, ...(open === undefined ? {} : { open }) }, periods, target)
  const { before, after } = proposal
  if (before && sameTerms(before, after)) return { action: 'unchanged' }
  const until = ({ end }: EdgeTerms) => (end === undefined ? Infinity : Date.parse(end))
  const from = ({ start }: EdgeTerms) => (start === undefined ? -Infinity : Date.parse(start))
  const other = periods.find((one) => one !== before && from(one) < until(after) && from(after) < until(one))
  if (other) return conflict('has it already for part of this time')
  const reason = objection(ctx, kind, proposal, person, target)
  if (reason !== undefined) return conflict(reason)
  const isCounted = periods.some((one) => until(one) > ctx.now().getTime())
  if (!isCounted && grantsMore(before, after, ctx.now()) && room.left-- <= 0) return conflict(`is one more than the ${counted(target.most!, 'person', 'people')} it is for`)
  const change = { path: `${kind.segment}[${target.id}]`, ...(before ? { before: termsOf(before) } : {}), after: termsOf(after) }
  return { action: before ? 'update' : 'create', changes: [change] }
}

function removal({ terms }: GrantRequest, kind: EdgeKind, target: Thing, periods: readonly Edge[]): Outcome {
  try {
    const meant = meantPeriod(kind, periods, terms.start)
    return meant ? { action: 'delete', changes: [{ path: `${kind.segment}[${target.id}]`, before: termsOf(meant) }] } : { action: 'unchanged' }
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error
    return conflict(error.message)
  }
}

type Version = { resource: string; id: string; version: number }

/** How affiliations are written, which are entries of a person's record: by the verbs of the directory. */
export interface AffiliationWriter {
  put: (tx: Transaction, ctx: Context, organization: string, wanted: readonly { person: string; terms: EdgeTerms }[]) => Promise<{ document: Document }[]>
  remove: (tx: Transaction, ctx: Context, organization: string, people: readonly string[], start?: string) => Promise<{ document: Document }[]>
}

/** Carries out steps of such a plan: each membership with the dates that the plan showed. Errors: `plan_stale` for one that has changed since. */
async function runSteps(affiliations: AffiliationWriter, tx: Transaction, ctx: Context, plan: Plan, steps: readonly PlanStep[]): Promise<Version[]> {
  const { operation, kind, target, terms } = plan.options as unknown as GrantRequest
  const people = steps.map((step) => step.targetId!)
  if (operation === 'assign' && kind !== 'uo') {
    await putEdges(tx, ctx, kind, steps.map((step) => ({ source: step.targetId!, target, terms: termsOfStep(step, 'after'), planned: changeOf(step).before ?? null, open: true })))
    await refuseMovedTarget(tx, plan)
    return []
  }
  const gone = steps.find(({ changes }) => changes === undefined)
  if (gone) throw new GatehouseError('plan_stale', 'Somebody of the plan has been erased since it was made.')
  // Held first, so that what is compared stays so.
  await readThings(tx, 'u', people, 'no key update')
  const moved = await movedAmong(tx, plan, steps)
  if (moved) throw new GatehouseError('plan_stale', `The membership of ${moved} has changed since the plan was made; make the plan again.`)
  if (kind === 'uo') {
    const written = operation === 'assign'
      ? await affiliations.put(tx, ctx, target, steps.map((step) => ({ person: step.targetId!, terms: termsOfStep(step, 'after') })))
      : await affiliations.remove(tx, ctx, target, people, terms.start)
    return written.map(({ document }) => ({ resource: 'User', id: document.id as string, version: (document.meta as Document).version as number }))
  }
  await removeEdges(tx, ctx, kind, people.map((source) => ({ source, target })), terms.start)
  await refuseMovedTarget(tx, plan)
  return []
}

/** The thing itself is held with its members by now. Later batches go by what its members are judged by as they are put. Errors: `plan_stale` before the first write. */
async function refuseMovedTarget(tx: Transaction, plan: Plan): Promise<void> {
  if (plan.appliedThrough > 0) return
  const { kind, target } = plan.options as unknown as GrantRequest
  const letter = edgeKind(kind).target
  const [[current], read] = [await readVersions(tx, letter, [target]), await findReads(tx, plan.id, nodeTypes[letter], [target])]
  if (read.get(target) !== current?.version) refuseMoved(plan, [{ resource: nodeTypes[letter], id: target }])
}

/** Somebody whose membership is another than the plan saw: their record's version doesn't tell. */
async function movedPeriods(tx: Transaction, plan: Plan): Promise<{ resource: string; id: string }[]> {
  for (let after = plan.appliedThrough; ;) {
    const steps = await listSteps(tx, plan.id, { after, count: page })
    const id = await movedAmong(tx, plan, steps.filter((step) => isDoable(step) && step.changes !== undefined))
    if (id !== undefined) return [{ resource: 'the membership of User', id }]
    if (steps.length < page) return []
    after = steps.at(-1)!.step
  }
}

async function movedAmong(tx: Transaction, plan: Plan, steps: readonly PlanStep[]): Promise<string | undefined> {
  const { operation, kind: name, target } = plan.options as unknown as GrantRequest
  const kind = edgeKind(name)
  const pairs = steps.map((step) => ({ source: step.targetId!, target, step }))
  const periods = await periodsOf(tx, kind, pairs)
  return pairs.find(({ source, step }) => {
    const { start } = termsOfStep(step, operation === 'assign' ? 'after' : 'before')
    return isMoved(changeOf(step).before ?? null, periods.get(pairOf({ source, target }))?.find((one) => one.start === start))
  })?.source
}

/** Carries out such plans, given what writes affiliations. */
export const grantsRunner = (affiliations: AffiliationWriter): StepRunner =>
  Object.assign((...[tx, ctx, plan, steps]: Parameters<StepRunner>) => runSteps(affiliations, tx, ctx, plan, steps), { moved: movedPeriods, people: true as const })

interface Change {
  before?: Document
  after?: Document
}

const changeOf = ({ changes }: PlanStep): Change => (changes as Change[])[0]!

const termsOfStep = (step: PlanStep, which: keyof Change): EdgeTerms => {
  const terms = changeOf(step)[which] as Partial<EdgeTerms> | undefined
  return { ...terms, rights: terms?.rights ?? [] }
}
