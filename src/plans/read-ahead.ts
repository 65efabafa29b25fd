/**
 * The next batch of a plan, read and made ready while the database writes the last one. Only a saving of time: what
 * could not be read or made ready ahead is read and made in its turn, and a batch that another process has taken
 * meanwhile is dropped.
 */
import type { Context } from '../context.ts'
import type { Transaction } from '../store/database.ts'
import { listBatch, type PlanStep } from '../store/plans.ts'

export interface Batch<P> {
  steps: PlanStep[]
  /** What `Ahead` made of its steps. */
  prepared?: P
}

/**
 * Makes what it can of steps before their turn, writing nothing; undefined where what stands before them (`behind`,
 * being written at this moment) might matter.
 */
export type Ahead<P> = (ctx: Context, steps: readonly PlanStep[], behind: readonly PlanStep[]) => Promise<P | undefined>

export interface ReadAhead<P> {
  /** The batch after a step. What was made ready for somebody who might do other things is not used. */
  take: (tx: Transaction, ctx: Context, after: number) => Promise<Batch<P>>
  /** Begins with the batch behind this one. */
  begin: (ctx: Context, behind: readonly PlanStep[]) => void
  /** Waits until nothing is read any more. */
  settle: () => Promise<void>
}

export function readAhead<P>(planId: string, count: number, ahead: Ahead<P> | undefined): ReadAhead<P> {
  let next: { after: number; ctx: Context; batch: Promise<Batch<P> | undefined> } | undefined
  const read = async (ctx: Context, behind: readonly PlanStep[], after: number): Promise<Batch<P>> => {
    const steps = await listBatch(ctx.db, planId, after, count)
    return { steps, prepared: await ahead!(ctx, steps, behind).catch(() => undefined) }
  }
  return {
    async take(tx, ctx, after) {
      const found = next?.after === after && next.ctx === ctx ? await next.batch : undefined
      return found ?? { steps: await listBatch(tx, planId, after, count) }
    },
    begin(ctx, behind) {
      const after = behind.at(-1)!.step
      if (ahead && next?.after !== after) next = { after, ctx, batch: read(ctx, behind, after).catch(() => undefined) }
    },
    async settle() {
      await next?.batch
    },
  }
}
