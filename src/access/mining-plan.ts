/**
 * A proposal of roles as a plan: first the roles with what they hold, a step each; then person by person, in one step, the
 * roles given and the single grants they replace taken away, so that at no moment anybody has less or more.
 */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { edgeKind } from '../model/access-edges.ts'
import { sameTerms, type Edge, type EdgeTerms } from '../model/edge-terms.ts'
import type { StepRunner } from '../plans/apply.ts'
import { lockRecords, writeRecords } from '../records/write-records.ts'
import type { Transaction } from '../store/database.ts'
import { actOnPlan, ofPlan } from '../plans/events.ts'
import { makePlan, type Filled } from '../plans/make.ts'
import { insertSteps, listSteps, markSteps, type Plan, type PlanStep } from '../store/plans.ts'
import { newAccessRecord, removeLocked, roleKind } from './access-records.ts'
import { pairOf, periodsOf, putEdges, removeEdges } from './edges.ts'
import type { MiningRequest } from './mining-request.ts'
import { proposeRoles, type Proposal } from './mining.ts'

interface RoleChange {
  name: string
  holds: { kind: 'rs' | 'rr'; id: string; rights: string[] }[]
}

interface PersonChange {
  roles: string[]
  grants: ({ kind: 'us' | 'ur' } & Edge)[]
}

const batch = 500

/** Plans it. Errors: those of the proposal; `invalid_value` when there is nothing to replace. */
export async function planMining(ctx: Context, request: MiningRequest): Promise<Plan> {
  const proposal = await proposeRoles(ctx, request)
  if (proposal.roles.length === 0) throw new GatehouseError('invalid_value', 'There are no single grants that a role could replace.')
  const title = `${proposal.roles.length} mined roles instead of ${proposal.grants - proposal.left.length} single grants`
  const { roles: _, left: __, ...figures } = proposal
  return makePlan(ctx, { kind: 'mining', title, options: { ...request, figures } }, (planId) => fill(ctx, planId, proposal))
}

async function fill(ctx: Context, planId: string, proposal: Proposal): Promise<Filled> {
  const roleSteps = proposal.roles.map((role, index): PlanStep => ({
    step: index + 1, action: 'create', resource: 'Role', targetId: ctx.newId(), label: `${role.name} (${planId.slice(-8)})`,
    changes: { name: `${role.name} (${planId.slice(-8)})`, holds: role.holds.map(({ node, rights }) => ({ kind: node.startsWith('Role:') ? 'rr' : 'rs', id: node.slice(node.indexOf(':') + 1), rights })) } satisfies RoleChange,
  }))
  await ctx.db.transaction((tx) => insertSteps(tx, planId, roleSteps))
  const people = [...personChanges(proposal, roleSteps.map(({ targetId }) => targetId!))]
  for (let from = 0; from < people.length; from += batch) {
    await ctx.db.transaction(async (tx) => {
      const steps = await personSteps(tx, people.slice(from, from + batch), roleSteps.length + from + 1)
      await insertSteps(tx, planId, steps)
    })
  }
  return { counts: { create: roleSteps.length, update: people.length }, steps: roleSteps.length + people.length }
}

interface Exchange {
  person: string
  roles: string[]
  /** What the roles replace: kind of edge and id of the thing. */
  things: Set<string>
}

function personChanges({ roles }: Proposal, roleIds: readonly string[]): Iterable<Exchange> {
  const changes = new Map<string, Exchange>()
  roles.forEach(({ people, holds }, index) => {
    for (const person of people) {
      const change = changes.get(person) ?? { person, roles: [], things: new Set() }
      changes.set(person, change)
      change.roles.push(roleIds[index]!)
      for (const { node } of holds) change.things.add(`${node.startsWith('Role:') ? 'ur' : 'us'} ${node.slice(node.indexOf(':') + 1)}`)
    }
  })
  return changes.values()
}

/** Each with the grants as they stand, so that applying can tell whether they still do, and undoing can put them back. */
async function personSteps(tx: Transaction, people: readonly Exchange[], first: number): Promise<PlanStep[]> {
  const grants = new Map(people.map(({ person }): [string, PersonChange['grants']] => [person, []]))
  for (const kind of ['us', 'ur'] as const) {
    const pairs = people.flatMap(({ person, things }) => [...things].filter((thing) => thing.startsWith(kind)).map((thing) => ({ source: person, target: thing.slice(3) })))
    for (const edges of (await periodsOf(tx, edgeKind(kind), pairs)).values()) {
      for (const edge of edges.filter(({ end }) => end === undefined)) grants.get(edge.source)!.push({ kind, ...edge })
    }
  }
  return people.map(({ person, roles }, index) => ({
    step: first + index, action: 'update', resource: 'Membership', targetId: person, label: person, changes: { roles, grants: grants.get(person)! } satisfies PersonChange,
  }))
}

const ofRoles = (steps: readonly PlanStep[]) => steps.filter(({ resource }) => resource === 'Role').map(({ targetId, changes }) => ({ id: targetId!, ...changes as RoleChange }))
const ofPeople = (steps: readonly PlanStep[]) => steps.filter(({ resource }) => resource === 'Membership').map(({ targetId, changes }) => ({ id: targetId!, ...changes as PersonChange }))

/** Carries out steps. A grant that has changed since makes its person's step fail, with nothing changed for them. */
export const runMining: StepRunner = async (tx, ctx, _plan, steps) => {
  const [roles, people] = [ofRoles(steps), ofPeople(steps)]
  await writeRecords(tx, ctx, roleKind, roles.map(({ id, name }) => ({ action: 'role.create', after: { ...newAccessRecord(ctx, roleKind, { name }), id } })))
  for (const kind of ['rs', 'rr'] as const) {
    await putEdges(tx, ctx, kind, roles.flatMap(({ id, holds }) => holds.filter((one) => one.kind === kind).map((one) => ({ source: id, target: one.id, terms: { rights: one.rights } }))))
  }
  await putEdges(tx, ctx, 'ur', people.flatMap(({ id, roles: given }) => given.map((target) => ({ source: id, target, terms: { rights: [] } }))))
  for (const kind of ['us', 'ur'] as const) await takeAway(tx, ctx, kind, people.flatMap(({ grants }) => grants.filter((one) => one.kind === kind)))
  return []
}

async function takeAway(tx: Transaction, ctx: Context, kind: 'us' | 'ur', grants: readonly Edge[]): Promise<void> {
  const standing = await periodsOf(tx, edgeKind(kind), grants)
  const changed = grants.find((grant) => !standing.get(pairOf(grant))?.some((one) => one.id === grant.id && sameTerms(one, grant)))
  if (changed) throw new GatehouseError('conflict', `The grant ${changed.id} of ${changed.target} has changed since the plan was made; make the plan again.`)
  for (const [start, some] of Map.groupBy(grants, (one) => one.start)) await removeEdges(tx, ctx, kind, some, start)
}

const asBefore = ({ start, rights, description }: Edge): EdgeTerms =>
  ({ ...(start === undefined ? {} : { start }), rights, ...(description === undefined ? {} : { description }) })

/** The grants that people's mined roles stand for to this day: who has lost a role has lost what it gave, and an undo is no way back to it. */
async function stillGiven(tx: Transaction, { now }: Context, roles: readonly ({ id: string } & RoleChange)[], people: readonly ({ id: string } & PersonChange)[]): Promise<PersonChange['grants']> {
  const holds = new Map(roles.map((role) => [role.id, role.holds]))
  const periods = await periodsOf(tx, edgeKind('ur'), people.flatMap(({ id, roles: given }) => given.map((target) => ({ source: id, target }))))
  const isOpen = ({ end }: Edge) => end === undefined || Date.parse(end) > now().getTime()
  return people.flatMap(({ id, roles: given, grants }) => {
    const had = given.filter((target) => periods.get(pairOf({ source: id, target }))?.some(isOpen))
    const things = new Set(had.flatMap((role) => holds.get(role)!.map((one) => `${one.kind === 'rr' ? 'ur' : 'us'} ${one.id}`)))
    return grants.filter((one) => things.has(`${one.kind} ${one.target}`))
  })
}

/** Puts the single grants back, where people still have them by the roles, and removes the roles. Errors: `plan_state`; `still_referenced` when others have a role by now. */
export async function undoMining(asked: Context, planId: string): Promise<void> {
  await asked.db.transaction(async (tx) => {
    const plan = await actOnPlan(tx, asked, planId, 'plan.undo', ['applied'], 'undone')
    const ctx = ofPlan(asked, plan)
    const steps = (await listSteps(tx, planId, { count: plan.steps })).filter(({ status, changes }) => status !== 'failed' && changes !== undefined)
    const people = ofPeople(steps)
    const back = await stillGiven(tx, ctx, ofRoles(steps), people)
    for (const kind of ['us', 'ur'] as const) {
      await putEdges(tx, ctx, kind, back.filter((one) => one.kind === kind).map((one) => ({ source: one.source, target: one.target, terms: asBefore(one), open: true })))
    }
    await removeEdges(tx, ctx, 'ur', people.flatMap(({ id, roles }) => roles.map((target) => ({ source: id, target }))))
    for (const { document } of (await lockRecords(tx, roleKind.resource, ofRoles(steps).map((role) => role.id))).values()) {
      await removeLocked(tx, ctx, roleKind.resource, document)
    }
    await markSteps(tx, planId, steps.map(({ step }) => ({ step, status: 'undone' as const })))
  })
}
