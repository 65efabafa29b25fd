/**
 * Planning a mass delete: whom it takes out of a portal, a step each, and what it cannot make of rows. Leaving one portal
 * loses no other: the panelist goes only with their last one, and the person only when asked, with the panelist, and
 * when nothing else keeps them here (decision 39).
 */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { rules } from '../model/lifecycle.ts'
import type { Need } from '../model/own-access.ts'
import { brokenLimits, limitsOf, readLimitList, stopReason } from '../model/plan-limits.ts'
import { closingKinds, closingPolicy, type DeprovisioningPolicy } from '../model/portal-settings.ts'
import { user } from '../model/user.ts'
import { checkQuery } from '../records/veil.ts'
import { listIds } from '../store/list-records.ts'
import { countMembers, memberScope, readMembers, resolveRows, type Member, type NamedRow } from '../store/mass-delete.ts'
import { readPortalSettings } from '../store/portals.ts'
import { makePlan } from '../plans/make.ts'
import { insertReads } from '../store/plan-reads.ts'
import { insertSteps, type Plan, type PlanStep } from '../store/plans.ts'
import { outsideReach, reachScope } from '../store/reach.ts'
import { openRelated } from '../store/user-rows.ts'
import { mostRows, readRow, type MassDeleteRequest, type RowText } from './mass-delete-request.ts'
import { readPortalDocument, type Portal } from './portals.ts'

export const massDeleteKind = 'mass-delete'

/** Whoever takes people out of portals gives and takes access; persons for good, their records too. */
export const massDeleteNeeds = ({ deletePersons }: Readonly<Record<string, unknown>>): readonly Need[] => [
  { resource: 'portals', right: 'GRANT' }, ...(deletePersons === true ? [{ resource: 'people', right: 'DELETE' } as const] : []),
]

/** Makes the plan; stopped when it takes out more than the portal's limit. Errors: `not_found`, `invalid_filter`, `forbidden`. */
export async function planMassDelete(ctx: Context, portalId: number, request: MassDeleteRequest): Promise<Plan> {
  const portal = await readPortalDocument(ctx.db, portalId)
  const { filter, source, deletePersons } = request
  if (filter !== undefined) await checkQuery(ctx, user, { filter })
  const policy = closingPolicy(await readPortalSettings(ctx.db), portalId)
  const title = `Mass delete from portal ${portalId}: ${filter ?? source ?? 'a list'}${deletePersons ? ', with their persons' : ''}`
  return makePlan(ctx, { kind: massDeleteKind, title, options: { portalId, deletePersons, policy, ...(filter === undefined ? {} : { filter }) } }, async (planId) => {
    const steps = new Steps(ctx, planId, portalId, deletePersons)
    if (filter !== undefined) await planFilter(ctx, steps, portalId, filter)
    else await planRows(ctx, steps, portalId, request.rows ?? [])
    await steps.countLeftOpen()
    return { counts: steps.counts, steps: steps.count, stopReason: await stopped(ctx, portal, policy, steps) }
  })
}

/** Why a guard stops it, if one does. What the worker of the queue will do to accounts is judged here: later nothing asks any more. */
async function stopped({ db, config }: Context, portal: Portal, policy: DeprovisioningPolicy, steps: Steps): Promise<string | undefined> {
  const limits = limitsOf(readLimitList(config.PLAN_LIMITS), portal.settings)
  const closed = Object.fromEntries(closingKinds[policy].map((kind) => [kind, steps.closing]))
  const broken = brokenLimits({ massDelete: steps.counts.delete ?? 0, ...closed }, await countMembers(db, portal.id), limits)
  return broken.length > 0 ? stopReason(broken) : undefined
}

const page = 1000

async function planFilter(ctx: Context, steps: Steps, portalId: number, filter: string): Promise<void> {
  const member = memberScope(portalId)
  const reach = reachScope(ctx.authority?.reach)
  const scope = (first: number) => {
    const own = member(first)
    const within = reach?.(first + own.params.length)
    return within ? { sql: `${own.sql} and (${within.sql})`, params: [...own.params, ...within.params] } : own
  }
  for (let cursor: string | undefined; ;) {
    const { ids, next } = await listIds(ctx.db, user, { filter, count: page, cursor, scope })
    const members = await readMembers(ctx.db, portalId, ids)
    // Whoever has left by now is left out.
    await steps.add(ids.flatMap((id) => (members.has(id) ? [{ member: members.get(id)! }] : [])))
    if (next === undefined) return
    cursor = next
  }
}

const rowsAtOnce = 5000

async function planRows(ctx: Context, steps: Steps, portalId: number, pages: AsyncIterable<RowText[]> | Iterable<RowText[]>): Promise<void> {
  let waiting: RowText[] = []
  let seen = 0
  for await (const rows of pages) {
    seen += rows.length
    if (seen > mostRows) throw new GatehouseError('invalid_file', `More than ${mostRows} rows: cut the file into several.`)
    waiting.push(...rows)
    for (; waiting.length >= rowsAtOnce; waiting = waiting.slice(rowsAtOnce)) await resolvePage(ctx, steps, portalId, waiting.slice(0, rowsAtOnce))
  }
  if (waiting.length > 0) await resolvePage(ctx, steps, portalId, waiting)
}

interface Found {
  member?: Member
  line?: number
  /** The row as it stood. */
  text?: string
  problem?: string
}

async function resolvePage(ctx: Context, steps: Steps, portalId: number, texts: readonly RowText[]): Promise<void> {
  const read = texts.map((row) => ({ line: row.line, text: row.text ?? '', row: readRow(row) }))
  const named = read.flatMap(({ row }) => (row !== null && typeof row !== 'string' ? [row] : []))
  const resolved = new Map((await resolveRows(ctx.db, portalId, named)).map((one) => [one.line, one]))
  const ids = [...new Set([...resolved.values()].flatMap(({ members }) => members))]
  const reach = ctx.authority?.reach
  // To who may administer some people only, the others are not there.
  const outside = new Set(reach ? await outsideReach(ctx.db, reach, ids) : [])
  const members = await readMembers(ctx.db, portalId, ids)
  await steps.add(read.flatMap(({ line, text, row }): Found[] => {
    if (row === null) return []
    if (typeof row === 'string') return [{ line, text, problem: row }]
    const { members: found, others } = resolved.get(line)!
    const within = found.filter((id) => !outside.has(id) && members.has(id))
    if (within.length === 1) return [{ member: members.get(within[0]!)!, line, text }]
    return [{ line, text, problem: problemOf(row, within.length, reach ? 0 : others) }]
  }))
}

function problemOf({ key }: NamedRow, members: number, others: number): string {
  if (members > 1) return `names ${members} people of this portal: write uid:, id:, userName: or email: before it`
  if (others > 0) return 'names somebody who is not in this portal'
  return `names nobody${key === 'any' ? '' : ` by ${key}`}`
}

/** The steps of a plan as they come, numbered and counted; nobody is taken out twice. */
class Steps {
  readonly counts: Record<string, number> = {}
  count = 0
  /** How many of those who leave have an account that is closed with that. */
  closing = 0
  /** Persons who go. */
  private readonly gone: string[] = []
  private readonly seen = new Map<string, number | undefined>()
  private readonly ctx: Context
  private readonly planId: string
  private readonly portalId: number
  private readonly deletePersons: boolean

  constructor(ctx: Context, planId: string, portalId: number, deletePersons: boolean) {
    this.ctx = ctx
    this.planId = planId
    this.portalId = portalId
    this.deletePersons = deletePersons
  }

  async add(found: readonly Found[]): Promise<void> {
    const steps = found.map((one) => this.stepOf(one))
    for (const { action, targetId, changes } of steps) {
      this.counts[action] = (this.counts[action] ?? 0) + 1
      if (!(changes as { deletePerson?: boolean } | undefined)?.deletePerson) continue
      this.counts.persons = (this.counts.persons ?? 0) + 1
      this.gone.push(targetId!)
    }
    const reads = found.flatMap(({ member }) => (member ? [{ id: member.person_id, version: member.version }] : []))
    await this.ctx.db.transaction(async (tx) => {
      await insertSteps(tx, this.planId, steps)
      await insertReads(tx, this.planId, 'User', reads)
    })
  }

  /** Other deletions end the accounts related to a person; this one can be undone whole, so it says how many it leaves to somebody else (decision 6). */
  async countLeftOpen(): Promise<void> {
    if (this.gone.length === 0 || !this.ctx.config.TERMINATE_RELATED_USERS) return
    const left = new Set((await openRelated(this.ctx.db, this.gone, rules.terminate.from!)).map(({ id }) => id))
    if (left.size > 0) this.counts.relatedLeftOpen = left.size
  }

  private stepOf({ member, line, text, problem }: Found): PlanStep {
    const base = { step: ++this.count, resource: 'User', ...(line === undefined ? {} : { line }) }
    if (!member) return { ...base, action: 'error', label: text!.slice(0, 255).replaceAll('\0', ' ').toWellFormed(), problems: [{ message: problem }] }
    const named = { ...base, targetId: member.person_id, label: member.label }
    if (this.seen.has(member.person_id)) return { ...named, action: 'skipped', problems: [{ message: `was named before, in row ${this.seen.get(member.person_id)}` }] }
    this.seen.set(member.person_id, line)
    if (member.closes) this.closing += 1
    const kept = this.deletePersons ? keptBecause(member) : undefined
    return {
      ...named, action: 'delete',
      changes: { portal: this.portalId, uid: member.uid, last: !member.elsewhere, deletePerson: this.deletePersons && kept === undefined },
      ...(kept === undefined ? {} : { problems: [{ message: `the person is kept: ${kept}` }] }),
    }
  }
}

function keptBecause({ elsewhere, admin, system }: Member): string | undefined {
  if (elsewhere) return 'they are in another portal too'
  if (admin) return 'they administer EFS'
  return system ? 'theirs is a record of the system' : undefined
}
