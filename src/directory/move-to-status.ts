/** A file names the status in which somebody shall be; the way there is an operation of the lifecycle like any other. */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { accountOperationTo, operationTo, type Operation } from '../model/lifecycle.ts'
import { hasLeft } from '../model/user-statuses.ts'
import { afterOperation, isAhead } from './lifecycle.ts'

/**
 * The person as an operation leaves them that leads to the `status` and `secondaryStatus` of a row (null: none, absent:
 * whatever the operation leaves). The operation is undefined when nothing changes. Errors: `transition_not_allowed`.
 */
export function movedTo(ctx: Context, before: Document, row: Document): { moved: Document; operation?: Operation } {
  const byStatus = row.status === before.status ? undefined : towardsStatus(ctx, before, row)
  const moved = byStatus?.moved ?? before
  const wanted = row.secondaryStatus === undefined ? moved.secondaryStatus : row.secondaryStatus ?? undefined
  if (wanted === moved.secondaryStatus) return byStatus ?? { moved }
  const operation = accountOperationTo(moved.secondaryStatus, wanted)
  if (!operation) throw notAllowed('secondaryStatus', moved.secondaryStatus, wanted)
  return { moved: afterOperation(ctx, moved, operation, { lastDate: row.lastDate }), operation: byStatus?.operation ?? operation }
}

const waiting: readonly unknown[] = ['PENDING_START_DATE', 'PENDING_APPROVAL', 'PENDING_USER_VALIDATION', 'TERMINATED', 'DELETED', 'RETIRED']

/** A row that calls somebody active whose first day lies ahead means: from that day on. */
export function fromFirstDay(ctx: Context, before: Document, row: Document): Document {
  const first = row.startDate === undefined ? before.startDate : row.startDate
  return row.status === 'ACTIVE' && waiting.includes(before.status) && isAhead(ctx, first) ? { ...row, status: 'PENDING_START_DATE' } : row
}

/** A row that calls somebody terminated whose last day, there in the row, lies ahead means: after that day. The nightly job does so, and disables them with it. */
export function untilLastDay(ctx: Context, before: Document, row: Document): Document {
  if (row.status !== 'TERMINATED' || hasLeft(before.status) || !isAhead(ctx, row.lastDate)) return row
  const { status: _, active: __, secondaryStatus, ...rest } = row
  return secondaryStatus === undefined || secondaryStatus === 'DISABLED' ? rest : { ...rest, secondaryStatus }
}

function towardsStatus(ctx: Context, before: Document, row: Document): { moved: Document; operation: Operation } {
  const { status, secondaryStatus, startDate, lastDate } = row
  const operation = operationTo(before.status, status)
  // Whoever left may have been disabled with it: the nightly job does so.
  const disables = secondaryStatus === 'DISABLED' && (operation === 'terminate' || operation === 'retire')
  const moved = operation && afterOperation(ctx, before, operation, { startDate, lastDate, disables })
  // Paid or not, and the word of old files: kinds of one leave.
  if (moved && operation === 'leave') return { moved: { ...moved, status }, operation }
  if (!moved || moved.status !== status) throw notAllowed('status', before.status, status)
  return { moved, operation: operation! }
}

function notAllowed(path: string, from: unknown, to: unknown): GatehouseError {
  return new GatehouseError('transition_not_allowed', `${path}: no operation leads from ${String(from ?? 'none')} to ${String(to ?? 'none')}; leave the column out, or use the person's own operations.`)
}
