/**
 * Rows that bring edges of access: each is held against the periods that stand between its two ends, and judged as a
 * write would judge it: dates, statuses, limits, circles. What earlier rows of the import make counts as being there.
 */
import { named, objection, propose, type Proposal } from '../access/judge-edge.ts'
import { GatehouseError } from '../errors.ts'
import { edgeKind, nodeKey, nodeTypes, type EdgeKind, type Letter } from '../model/access-edges.ts'
import type { Document } from '../model/attribute.ts'
import { counted } from '../model/counted.ts'
import { grantsMore, periodOf, readTerms, sameTerms, termsOf, type Edge, type EdgeTerms } from '../model/edge-terms.ts'
import { countPeople, edgesBetween, hierarchyPairs, readThings, readVersions, type Thing } from '../store/access-edges.ts'
import { findPlanKeys, type PlanKey } from '../store/plans.ts'
import type { MappedRecord } from './map-record.ts'
import { nameProblems } from './name-problems.ts'
import { note, type NewStep, type Planned, type Planning } from './planning.ts'
import { keyText } from './resolve-rows.ts'

/** What a step of an edge does when it is applied. */
export interface EdgeStepChange {
  kind: string
  source: string
  target: string
  /** All that the period will say. */
  terms: EdgeTerms
  /** What it says now: null when there is none. Absent for groups of an LDIF, which only add. */
  before?: Document | null
  fields?: { path: string; before?: unknown; after?: unknown }[]
}

/** A row whose ends were found. */
export interface EdgeDraft {
  row: MappedRecord
  /** Its ends by their ids, and what it says of the period. */
  document: Document
  step?: NewStep
  /** The line of the same batch that already means the edge. */
  blockedBy?: number
}

interface Wanted {
  draft: EdgeDraft
  source: string
  target: string
  terms: EdgeTerms
  key: string
}

interface World {
  kind: EdgeKind
  periods: Map<string, Edge[]>
  sources: Map<string, Thing>
  targets: Map<string, Thing>
}

const until = ({ end }: EdgeTerms) => (end === undefined ? Infinity : Date.parse(end))
const from = ({ start }: EdgeTerms) => (start === undefined ? -Infinity : Date.parse(start))
const pairOf = ({ source, target }: { source: string; target: string }) => `${source} ${target}`
const periodKey = (kind: EdgeKind, { source, target }: { source: string; target: string }, { start }: EdgeTerms) => `${kind.kind} ${source} ${target} ${start ?? ''}`

/** Gives each draft its step. `own` are the keys of the batch, which its edges join. */
export async function planEdges(planning: Planning, drafts: readonly EdgeDraft[], own: Map<string, PlanKey>, keys: PlanKey[], reads: Planned['reads']): Promise<void> {
  for (const [letters, some] of Map.groupBy(drafts, ({ row }) => row.edge!)) {
    const world = await readWorld(planning, edgeKind(letters), some, own, reads)
    const wanted = some.flatMap((draft) => readWanted(planning, world, draft))
    const earlier = await findPlanKeys(planning.ctx.db, planning.planId, 'Edge', wanted.map(({ key }) => key))
    for (const one of wanted) {
      const first = own.get(`Edge ${one.key}`) ?? planning.inFlight.keys.get(`Edge ${one.key}`) ?? earlier.get(one.key)
      if (first) {
        one.draft.step = against(one.draft, world, `line ${first.line} of the import already means this edge`)
        if (own.has(`Edge ${one.key}`)) one.draft.blockedBy = first.line
        continue
      }
      one.draft.step = await judge(planning, world, one)
      if (one.draft.step.action === 'conflict') continue
      const made = { resource: 'Edge', key: one.key, targetId: one.source, line: one.draft.row.line }
      own.set(`Edge ${one.key}`, made)
      keys.push(made)
    }
  }
}

async function readWorld(planning: Planning, kind: EdgeKind, drafts: readonly EdgeDraft[], own: ReadonlyMap<string, PlanKey>, reads: Planned['reads']): Promise<World> {
  const { db } = planning.ctx
  const [sources, targets] = [drafts.map(({ document }) => document.source as string), drafts.map(({ document }) => document.target as string)]
  for (const [letter, ids] of [[kind.source, sources], [kind.target, targets]] as const) {
    const name = nodeTypes[letter]
    reads.set(name, [...(reads.get(name) ?? []), ...await readVersions(db, letter, [...new Set(ids)])])
  }
  return {
    kind, sources: await thingsOf(planning, kind.source, namesIn(drafts, 'source'), own), targets: await thingsOf(planning, kind.target, namesIn(drafts, 'target'), own),
    periods: Map.groupBy(await edgesBetween(db, kind, sources, targets), pairOf),
  }
}

/** What rows call an end, by its id: those that the import makes have no other name yet. */
function namesIn(drafts: readonly EdgeDraft[], path: 'source' | 'target'): Map<string, string | null> {
  return new Map(drafts.map(({ row, document }) => [document[path] as string, row.references.find((one) => one.path === path && one.by !== 'id')?.value ?? null]))
}

/** Nodes as they will stand once the rows so far are applied. */
async function thingsOf(planning: Planning, letter: Letter, names: ReadonlyMap<string, string | null>, own: ReadonlyMap<string, PlanKey>): Promise<Map<string, Thing>> {
  const ids = [...names.keys()]
  const found = await readThings(planning.ctx.db, letter, ids)
  const standing = letter === 'u' ? await plannedStanding(planning, ids, own) : new Map<string, string>()
  return new Map(ids.map((id): [string, Thing] => {
    const known = found.get(id) ?? { id, name: names.get(id)!, status: 'ACTIVE', most: null, seconds: null, nests: true }
    return [id, { ...known, ...planning.things.get(nodeKey(letter, id)), ...(standing.has(id) ? { status: standing.get(id)! } : {}) }]
  }))
}

/** Whether people leave or come back by rows of the import: kept among its keys, since they may be a million. */
export const standingKey = (id: string, left: boolean): string => keyText({ path: left ? 'left' : 'returned', value: id })

async function plannedStanding(planning: Planning, ids: readonly string[], own: ReadonlyMap<string, PlanKey>): Promise<Map<string, string>> {
  const byKey = new Map([...new Set(ids)].flatMap((id) => [true, false].map((left) => [standingKey(id, left), { id, status: left ? 'TERMINATED' : 'ACTIVE' }] as const)))
  const stored = await findPlanKeys(planning.ctx.db, planning.planId, 'User', [...byKey.keys()])
  return new Map([...byKey].flatMap(([key, { id, status }]) => (stored.has(key) || planning.inFlight.keys.has(`User ${key}`) || own.has(`User ${key}`) ? [[id, status] as const] : [])))
}

/** What a row wants, a row that says nothing of a value leaving it as it is; or nothing, and the draft has its refusal. */
function readWanted({ ctx, metadata }: Planning, world: World, draft: EdgeDraft): Wanted[] {
  const { source, target, ...given } = draft.document as Document & { source: string; target: string }
  try {
    const said = readTerms(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)))
    const periods = world.periods.get(pairOf({ source, target })) ?? []
    const before = 'start' in given ? periods.find(({ start }) => start === said.start) : meant(periods, ctx.now().getTime())
    const start = 'start' in given ? said.start : before ? before.start : periods.length > 0 ? ctx.now().toISOString() : undefined
    const end = 'end' in given ? said.end : before?.end
    const description = 'description' in given ? said.description : before?.description
    const terms: EdgeTerms = {
      ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }),
      rights: 'rights' in given ? said.rights : before?.rights ?? [], ...(description === undefined ? {} : { description }),
    }
    return [{ draft, source, target, terms, key: periodKey(world.kind, { source, target }, terms) }]
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error
    draft.step = { ...baseOf(draft, world), action: 'error', problems: nameProblems(draft.row, error.problems.length > 0 ? error.problems : [{ message: error.message }], metadata) }
    return []
  }
}

/** The period that a row without a start means: the one in force, else the next. Those that are over are left alone. */
function meant(periods: readonly Edge[], now: number): Edge | undefined {
  const open = periods.filter((one) => until(one) > now)
  return open.find((one) => from(one) <= now) ?? open.toSorted((a, b) => from(a) - from(b))[0]
}

function baseOf({ row, document }: EdgeDraft, { kind, sources, targets }: World) {
  const [source, target] = [document.source as string, document.target as string]
  const names = { source: namesIn([{ row, document }], 'source'), target: namesIn([{ row, document }], 'target') }
  const label = (things: Map<string, Thing>, id: string, path: 'source' | 'target') => names[path].get(id) ?? named(things.get(id)!)
  return {
    resource: kind.source === 'u' ? 'Membership' : 'Edge', targetId: source, line: row.line,
    label: `${label(sources, source, 'source')} has ${nodeTypes[kind.target]} ${label(targets, target, 'target')}`,
  }
}

const against = (draft: EdgeDraft, world: World, message: string): NewStep => ({ ...baseOf(draft, world), action: 'conflict', problems: [{ message }] })

async function judge(planning: Planning, world: World, { draft, source, target, terms }: Wanted): Promise<NewStep> {
  const { ctx } = planning
  const { kind } = world
  const periods = world.periods.get(pairOf({ source, target })) ?? []
  // An end that the row says to be open stays so, whatever the target's memberships last by default.
  const proposal = propose(ctx, kind, { source, target, terms, open: 'end' in draft.document }, periods, world.targets.get(target)!)
  const { before, after } = proposal
  if (before && sameTerms(before, after)) return { ...baseOf(draft, world), action: 'unchanged' }
  const other = periods.find((one) => one !== before && from(one) < until(after) && from(after) < until(one))
  if (other) return against(draft, world, `it is there already for part of this time: ${periodOf(other)}`)
  const reason = objection(ctx, kind, proposal, world.sources.get(source)!, world.targets.get(target)!)
    ?? await noRoom(planning, world, proposal, periods) ?? await circle(planning, world, proposal)
  if (reason !== undefined) return against(draft, world, reason)
  world.periods.set(pairOf(after), [...periods.filter((one) => one !== before), after])
  const [old, now] = [before && termsOf(before), termsOf(after)]
  const change: EdgeStepChange = { kind: kind.kind, source, target, terms: { ...now, rights: after.rights }, before: old ?? null, ...(old ? { fields: changedFields(old, now) } : {}) }
  return { ...baseOf(draft, world), action: before ? 'update' : 'create', changes: change }
}

const changedFields = (before: Document, after: Document) => ['end', 'rights', 'description']
  .filter((path) => JSON.stringify(before[path]) !== JSON.stringify(after[path])).map((path) => ({ path, before: before[path], after: after[path] }))

/** MAX_USER_NUMBER, with the people whom earlier rows have put in. */
async function noRoom(planning: Planning, { kind, targets }: World, { before, after }: Proposal, periods: readonly Edge[]): Promise<string | undefined> {
  const { ctx, room } = planning
  const target = targets.get(after.target)!
  const isCounted = periods.some((one) => until(one) > ctx.now().getTime())
  if (kind.source !== 'u' || target.most === null || isCounted || !grantsMore(before, after, ctx.now())) return undefined
  const key = nodeKey(kind.target, after.target)
  const left = room.get(key) ?? target.most - (await countPeople(ctx.db, kind, after.target, ctx.now(), [])).all
  note(planning, room, key, left > 0 ? left - 1 : left)
  return left > 0 ? undefined : `${nodeTypes[kind.target]} ${named(target)} is for ${counted(target.most, 'person', 'people')} at most, and this is one more`
}

/** Whether the edge would put something below itself, by what stands and by what earlier rows add. */
async function circle(planning: Planning, { kind, sources }: World, { before, after }: Proposal): Promise<string | undefined> {
  if (kind.source !== kind.target || before) return undefined
  return (await closesCircle(planning, kind, after)) ? `${nodeTypes[kind.source]} ${named(sources.get(after.source)!)} would stand below itself` : undefined
}

/** The same of two ends alone; where it would not, the edge counts as being there for those to come. */
export async function closesCircle(planning: Planning, kind: EdgeKind, { source, target }: Pick<Edge, 'source' | 'target'>): Promise<boolean> {
  let above = planning.above.get(kind.kind)
  if (!above) {
    above = new Map()
    for (const { source, target } of await hierarchyPairs(planning.ctx.db, kind)) above.set(source, [...(above.get(source) ?? []), target])
    planning.above.set(kind.kind, above)
  }
  const seen = new Set<string>()
  for (const open = [target]; open.length > 0;) {
    const node = open.pop()!
    if (node === source) return true
    if (seen.has(node)) continue
    seen.add(node)
    open.push(...(above.get(node) ?? []))
  }
  note(planning, above, source, [...(above.get(source) ?? []), target])
  return false
}
