/** Moving in from a MariaDB in tests: a server for the file, planning, applying, and what stands against single rows. */
import { afterAll, beforeAll } from 'vitest'
import { openSource } from '../src/connectors/efs/source.ts'
import { readSourceAddress } from '../src/connectors/efs/source-address.ts'
import type { Context } from '../src/context.ts'
import { applyPlan } from '../src/plans/apply.ts'
import type { Plan, PlanStep } from '../src/store/plans.ts'
import { runAdoption } from '../src/transfer/adopt-apply.ts'
import { planAdoption } from '../src/transfer/adopt-plan.ts'
import { verifyAdoption, type Verified } from '../src/transfer/adopt-verify.ts'
import type { EfsMapping } from '../src/transfer/efs-mapping.ts'
import { against, stepsOf } from './import-harness.ts'
import { hasMariadb, mariadb, type Mariadb } from './mariadb.ts'

/** The server of a test file; stopped after it. */
export function efsServer(more: readonly string[] = []): () => Mariadb {
  let server: Mariadb | undefined
  beforeAll(async () => {
    if (hasMariadb) server = await mariadb(more)
  }, 600_000)
  afterAll(() => server?.stop())
  return () => server!
}

export async function planFrom(ctx: Context, url: string, mapping: EfsMapping = {}, zone?: string): Promise<Plan> {
  const address = readSourceAddress(url)
  const source = await openSource(address, zone)
  try {
    return await planAdoption(ctx, source, address.shown, mapping)
  } finally {
    await source.close()
  }
}

export const applyAdoption = (ctx: Context, planId: string): Promise<Plan> => applyPlan(ctx, planId, runAdoption)

export async function adopted(ctx: Context, url: string, mapping: EfsMapping = {}): Promise<{ plan: Plan; verified: Verified }> {
  const { id } = await planFrom(ctx, url, mapping)
  const plan = await applyAdoption(ctx, id)
  return { plan, verified: await verifyAdoption(ctx, id) }
}

/** What was not taken over as it stood: `action table row: column value message`. */
export async function complaints(ctx: Context, planId: string): Promise<string[]> {
  return (await stepsOf(ctx.db, planId)).filter((step) => step.problems !== undefined).map(complaintOf)
}

const complaintOf = (step: PlanStep): string => `${step.action} ${step.source}${step.line === undefined ? '' : ` ${step.line}`}: ${against(step)}`
