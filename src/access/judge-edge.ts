/** What becomes of an edge that somebody wants, and what stands against it: pure, so that a plan and a write judge alike. */
import type { Context } from '../context.ts'
import { endsOf, grantsMore, type Edge, type EdgeChange, type EdgeTerms } from '../model/edge-terms.ts'
import type { EdgeKind } from '../model/access-edges.ts'
import type { Document } from '../model/attribute.ts'
import { hasLeft } from '../model/user-statuses.ts'
import type { Thing } from '../store/access-edges.ts'

export interface Wanted {
  source: string
  target: string
  terms: EdgeTerms
  /** Without an end it stays open, whatever the duration that the target sets. */
  open?: boolean
  /** What the period must be by now, as a plan saw it; null: not there. */
  planned?: Document | null
}

export interface Proposal extends EdgeChange {
  after: Edge
}

/** The period with that start as it will be; a duration is that of people's memberships, and no other edge ends by it. Whoever widens what it gives answers for it; cutting it back changes no giver. */
export function propose(ctx: Context, { source: from }: EdgeKind, { source, target, terms, open }: Wanted, periods: readonly Edge[], thing: Thing): Proposal {
  const before = periods.find((one) => one.start === terms.start)
  const end = terms.end ?? (open || from !== 'u' ? undefined : endByDuration(ctx, terms, before, thing))
  const after: Edge = { id: before?.id ?? ctx.newId(), source, target, ...terms, ...(end === undefined ? {} : { end }) }
  const { created, createdBy, grantedBy } = before ?? {}
  const kept = { ...(created === undefined ? {} : { created }), ...(createdBy === undefined ? {} : { createdBy }), ...(grantedBy === undefined ? {} : { grantedBy }) }
  const { userId, principal } = ctx.actor
  const own = { created: ctx.now().toISOString(), ...(userId === null ? {} : { createdBy: userId }), grantedBy: principal.slice(0, 255) }
  return { ...(before ? { before } : {}), after: { ...after, ...(before && !grantsMore(before, after, ctx.now()) ? kept : own) } }
}

/** A period without a start had its end reckoned when it was first given: giving it again does not move the end. */
function endByDuration(ctx: Context, { start }: EdgeTerms, before: Edge | undefined, { seconds }: Thing): string | undefined {
  if (seconds === null) return undefined
  if (start === undefined && before?.end !== undefined) return before.end
  const end = new Date((start === undefined ? ctx.now().getTime() : Date.parse(start)) + seconds * 1000)
  return Number.isNaN(end.getTime()) || end.getUTCFullYear() > 9999 ? undefined : end.toISOString()
}

/** Why it cannot be, or undefined. What gives nothing from now on (the past, a shorter end) is refused to nobody. */
export function objection({ now }: Pick<Context, 'now'>, kind: EdgeKind, { before, after }: Proposal, source: Thing, target: Thing): string | undefined {
  const ends = endsOf(kind)
  if (kind.kind === 'ss' && !before && !source.nests) return `The resource ${named(source)} is of a type that does not stand below others.`
  if (!grantsMore(before, after, now())) return undefined
  if (kind.source === 'u' && hasLeft(source.status)) return `${named(source)} is ${source.status}; who has left can be given nothing.`
  if (target.status !== 'ACTIVE') return `The ${ends.target.toLowerCase()} ${named(target)} is ${target.status}; only an active one can be given.`
  return undefined
}

export const named = ({ id, name }: Thing) => name ?? id
