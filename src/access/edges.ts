/**
 * The verbs on edges of access, for every kind alike: put and remove, in one transaction with one audit event each. A
 * membership's event is the person's, and their record's version stays as it is (decisions/0016). Affiliations and the
 * hierarchy of organisations are entries of their records and come by directory/.
 */
import { recordEvents, type NewEvent } from '../audit/record.ts'
import { guardReach } from '../records/guard.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { edgeKind, nodeTypes, type EdgeKind, type Letter } from '../model/access-edges.ts'
import type { Document } from '../model/attribute.ts'
import { counted } from '../model/counted.ts'
import { edgeField, grantsMore, meantPeriod, readTerms, sameTerms, saysOpen, type Edge, type EdgeChange } from '../model/edge-terms.ts'
import {
  countPeople, edgesBetween, findCircle, knownRights, lockEdges, readThings, writeEdges, type Thing,
} from '../store/access-edges.ts'
import type { Transaction } from '../store/database.ts'
import { concernsAdministrators, keepingAdministrators } from './last-administrator.ts'
import { named, objection, propose, type Proposal, type Wanted } from './judge-edge.ts'

export interface PutEdge {
  edge: Edge
  source: Thing
  target: Thing
  /** False when the period was there already. */
  created: boolean
}

/**
 * Makes the period with that start what `input` says: `{start, end, rights, description}`; an end of null stays open whatever the duration. Errors: `not_found` for either
 * end, `invalid_…` with paths, `period_overlap`, `circular_dependency`, `conflict` for a limit, a status or a type.
 */
export async function putEdge(ctx: Context, kindName: string, source: string, target: string, input: unknown): Promise<PutEdge> {
  const terms = readTerms(input)
  const [put] = await ctx.db.transaction((tx) => putEdges(tx, ctx, kindName, [{ source, target, terms, open: saysOpen(input) }]))
  return put!
}

/** Many of one kind in the caller's transaction, all or none; no two of them of the same pair and start. */
export async function putEdges(tx: Transaction, ctx: Context, kindName: string, wanted: readonly Wanted[]): Promise<PutEdge[]> {
  const kind = ownKind(kindName)
  if (kind.source === 'u') await guardReach(tx, ctx, wanted.map(({ source }) => source))
  const ends = await holdEnds(tx, kind, wanted)
  await checkRights(tx, wanted)
  const periods = await periodsOf(tx, kind, wanted)
  refuseMoved(kind, wanted, periods)
  const proposals = wanted.map((one) => propose(ctx, kind, one, periods.get(pairOf(one)) ?? [], ends.target.get(one.target)!))
  const changes = proposals.filter(({ before, after }) => !before || !sameTerms(before, after))
  for (const change of changes) {
    const reason = objection(ctx, kind, change, ends.source.get(change.after.source)!, ends.target.get(change.after.target)!)
    if (reason !== undefined) throw new GatehouseError('conflict', reason)
  }
  await checkLimits(tx, ctx, kind, ends.target, changes)
  await write(tx, kind, changes)
  await checkCircles(tx, kind, ends, changes)
  await recordEvents(tx, ctx, changes.map((change) => eventOf(kind, change)))
  return proposals.map(({ before, after }) => ({
    edge: before && sameTerms(before, after) ? before : after, created: !before, source: ends.source.get(after.source)!, target: ends.target.get(after.target)!,
  }))
}

/** Errors: `plan_stale` for a period that is another than a plan saw. */
function refuseMoved(kind: EdgeKind, wanted: readonly Wanted[], periods: ReadonlyMap<string, Edge[]>): void {
  const moved = wanted.find((one) => one.planned !== undefined && isMoved(one.planned, periods.get(pairOf(one))?.find(({ start }) => start === one.terms.start)))
  if (moved) throw new GatehouseError('plan_stale', `The ${kind.label} ${moved.target} of ${moved.source} has changed since the plan was made; plan the row again.`)
}

/** Whether a period is another than a plan saw it. */
export function isMoved(planned: Document | null, current: Edge | undefined): boolean {
  if (!planned || !current) return (planned ?? undefined) !== current
  return !sameTerms({ ...planned, rights: (planned.rights ?? []) as string[] }, current)
}

/** Removes the period with that start, or the only one. False when there is none. Errors: `not_found` for either end, `conflict` naming several. */
export async function removeEdge(ctx: Context, kindName: string, source: string, target: string, start?: string): Promise<boolean> {
  return (await ctx.db.transaction((tx) => removeEdges(tx, ctx, kindName, [{ source, target }], start))) > 0
}

/** The same for many pairs in the caller's transaction; how many were removed. */
export async function removeEdges(tx: Transaction, ctx: Context, kindName: string, pairs: readonly Omit<Wanted, 'terms'>[], start?: string): Promise<number> {
  const kind = ownKind(kindName)
  if (kind.source === 'u') await guardReach(tx, ctx, pairs.map(({ source }) => source))
  await holdEnds(tx, kind, pairs)
  const periods = await periodsOf(tx, kind, pairs)
  const changes = pairs.flatMap((pair): EdgeChange[] => {
    const before = meantPeriod(kind, periods.get(pairOf(pair)) ?? [], start)
    return before ? [{ before }] : []
  })
  await write(tx, kind, changes)
  await recordEvents(tx, ctx, changes.map((change) => eventOf(kind, change)))
  return changes.length
}

async function write(tx: Transaction, kind: EdgeKind, changes: readonly EdgeChange[]): Promise<void> {
  const work = () => writeEdges(tx, kind, changes)
  await (concernsAdministrators(kind, changes) ? keepingAdministrators(tx, work) : work())
}

function ownKind(name: string): EdgeKind {
  if (name === 'uo' || name === 'oo') throw new Error(`edges of the kind ${name} are entries of a record`)
  return edgeKind(name)
}

export const pairOf = ({ source, target }: { source: string; target: string }) => `${source} ${target}`

export async function periodsOf(db: Pick<Transaction, 'query'>, kind: EdgeKind, pairs: readonly { source: string; target: string }[]): Promise<Map<string, Edge[]>> {
  const found = await edgesBetween(db, kind, pairs.map((one) => one.source), pairs.map((one) => one.target))
  return Map.groupBy(found, pairOf)
}

interface Ends {
  source: Map<string, Thing>
  target: Map<string, Thing>
}

/**
 * Holds both ends: people first, and what stands in the way o → g → r → s, so that writers wait for each other and never
 * in a circle. What only so many people may have is held against others who give it; else many may give it side by side.
 */
async function holdEnds(tx: Transaction, kind: EdgeKind, pairs: readonly { source: string; target: string }[]): Promise<Ends> {
  const [sources, targets] = [pairs.map((one) => one.source), pairs.map((one) => one.target)]
  if (kind.source === kind.target) {
    await lockEdges(tx, kind)
    const both = await heldThings(tx, kind.source, [...sources, ...targets])
    return { source: both, target: both }
  }
  const source = await heldThings(tx, kind.source, sources)
  if (kind.source !== 'u') return { source, target: await heldThings(tx, kind.target, targets) }
  const limited = (found: Map<string, Thing>) => [...found.values()].some(({ most }) => most !== null)
  const free = !limited(await readThings(tx, kind.target, targets))
  const target = free ? await heldThings(tx, kind.target, targets, 'share') : undefined
  // Somebody may have set a limit in between.
  return { source, target: target && !limited(target) ? target : await heldThings(tx, kind.target, targets) }
}

async function heldThings(tx: Transaction, letter: Letter, ids: readonly string[], hold: 'share' | 'no key update' = 'no key update'): Promise<Map<string, Thing>> {
  const found = await readThings(tx, letter, ids, hold)
  const missing = ids.find((id) => !found.has(id))
  if (missing !== undefined) throw new GatehouseError('not_found', `There is no ${nodeTypes[letter]} with the id ${missing}.`)
  return found
}

async function checkRights(tx: Transaction, wanted: readonly Wanted[]): Promise<void> {
  const known = await knownRights(tx, wanted.flatMap(({ terms }) => terms.rights))
  const problems = [...new Set(wanted.flatMap(({ terms }) => terms.rights))].filter((right) => !known.has(right))
    .map((right) => ({ path: 'rights', message: `there is no Right with the id ${right}` }))
  if (problems.length > 0) throw new GatehouseError('invalid_reference', `rights: ${problems.map(({ message }) => message).join('; ')}.`, { problems })
}

/** MAX_USER_NUMBER counts the people who have it now or later, each once. Errors: `conflict` with the numbers. */
async function checkLimits(tx: Transaction, { now }: Context, kind: EdgeKind, targets: ReadonlyMap<string, Thing>, changes: readonly Proposal[]): Promise<void> {
  const given = changes.filter(({ before, after }) => grantsMore(before, after, now()))
  for (const [id, own] of Map.groupBy(given, ({ after }) => after.target)) {
    const target = targets.get(id)!
    if (kind.source !== 'u' || target.most === null) continue
    const people = [...new Set(own.map(({ after }) => after.source))]
    const { all, among } = await countPeople(tx, kind, id, now(), people)
    const more = people.length - among.size
    if (more > 0 && all + more > target.most) {
      throw new GatehouseError('conflict', `${nodeTypes[kind.target]} ${named(target)} is for ${counted(target.most, 'person', 'people')} at most and has ${all}; ${counted(more, 'more does', 'more do')} not fit.`)
    }
  }
}

async function checkCircles(tx: Transaction, kind: EdgeKind, ends: Ends, changes: readonly Proposal[]): Promise<void> {
  const added = changes.filter(({ before }) => !before).map(({ after }) => after)
  if (kind.source !== kind.target || added.length === 0) return
  const circle = await findCircle(tx, kind, added)
  if (!circle) return
  throw new GatehouseError('circular_dependency', `The ${nodeTypes[kind.source].toLowerCase()} ${named(ends.source.get(circle)!)} would stand below itself; take out one of the edges between them first.`)
}

/** One event an edge: the person's for a membership, else that of what has it. */
function eventOf(kind: EdgeKind, { before, after }: EdgeChange): NewEvent {
  const { source } = (after ?? before)!
  const targetType = nodeTypes[kind.source]
  const operation = !before ? 'add' : after ? 'update' : 'remove'
  return { action: `${targetType.toLowerCase()}.${kind.segment}.${operation}`, targetType, targetId: source, changes: [edgeField(kind, { before, after })] }
}
