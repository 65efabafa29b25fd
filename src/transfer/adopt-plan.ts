/**
 * Planning `gatehouse efs adopt`: everything that a running EFS has of portals, people and their accounts becomes a step,
 * read in one snapshot and chunk by chunk. The plan holds all that applying needs: EFS is not asked again.
 */
import type { EfsSource } from '../connectors/efs/source.ts'
import type { Context } from '../context.ts'
import { adoptedTables } from '../model/adopted-rows.ts'
import { notePlanOptions } from '../store/adopted-rows.ts'
import { loadMetadata } from '../store/metadata.ts'
import { makePlan, type Filled } from '../plans/make.ts'
import type { Plan } from '../store/plans.ts'
import { planPeople } from './adopt-people.ts'
import { countTokens, planErrors, planQueue } from './adopt-plain-rows.ts'
import { planPortals } from './adopt-portals.ts'
import { noteRead, publishedTable, refusedRow, storeSteps, type Adoption } from './adoption.ts'
import type { EfsMapping } from './efs-mapping.ts'
import { planLateReferences } from './plan-late.ts'
import { newPlanning, type NewStep } from './planning.ts'

export const adoptionKind = 'efs-adopt'

/** Of each table, by its name there: its rows, those of them that stand here afterwards, and their checksum. */
export type AdoptedTotals = Record<string, { rows: number; taken: number; checksum: string }>

export interface AdoptionOptions {
  /** Where it comes from, without the password. */
  source: string
  version: string
  timeZone: string
  tables?: AdoptedTotals
  /** Rows of iam_token_data, which stay behind. */
  tokens?: number
  /** Tables that know no transactions. */
  loose?: string[]
}

/** Plans the adoption. Errors: `invalid_mapping`, `remote_error`; the plan is cancelled then. */
export async function planAdoption(ctx: Context, source: EfsSource, shown: string, mapping: EfsMapping = {}, progress?: (rows: number) => void): Promise<Plan> {
  const options: AdoptionOptions = { source: shown, version: source.version, timeZone: source.zone }
  return makePlan(ctx, { kind: adoptionKind, title: `adopt ${shown}`, options: { ...options } }, (planId) => fill(ctx, planId, source, mapping, progress))
}

async function fill(ctx: Context, planId: string, source: EfsSource, mapping: EfsMapping, progress: ((rows: number) => void) | undefined): Promise<Filled> {
  const adoption: Adoption = {
    planning: { ...newPlanning(ctx, planId, await loadMetadata(ctx.db, ctx.db)), isSettled: true },
    source, mapping, tallies: new Map(), administrators: new Map(), matched: new Set(), portals: new Set(), loose: new Set(), progress, read: 0,
  }
  await planTables(adoption)
  const tables = Object.fromEntries([...adoption.tallies].map(([name, { rows, taken }]) => [name, { rows, taken: taken.rows, checksum: taken.text }]))
  await notePlanOptions(ctx.db, planId, { tables, tokens: await countTokens(adoption), loose: [...adoption.loose] })
  return adoption.planning
}

async function planTables(adoption: Adoption): Promise<void> {
  for (const { name } of Object.values(adoptedTables)) noteRead(adoption, name, 0)
  await planPortals(adoption)
  await planPeople(adoption, 'users')
  await planPeople(adoption, 'panelists')
  await planLateReferences(adoption.planning)
  await planShared(adoption)
  await planQueue(adoption)
  await planErrors(adoption)
}

const mostShared = 1000

/** An account that several panelists have, or a panelist with several accounts, is for a person to judge: both links are kept. */
async function planShared(adoption: Adoption): Promise<void> {
  const table = adoptedTables.panelistLinks
  if (!await publishedTable(adoption, table)) return
  const steps: NewStep[] = []
  for (const [one, other, message] of [
    ['uuid', 'user_id', 'is the account of several panelists'], ['user_id', 'uuid', 'is a panelist with several accounts'],
  ] as const) {
    const found = await adoption.source.figures(`select ${one === 'uuid' ? `convert(trim(trailing '\\0' from uuid) using utf8mb4)` : one}, group_concat(distinct ${other === 'uuid' ? `convert(trim(trailing '\\0' from uuid) using utf8mb4)` : other} order by ${other} separator ', ')
      from ${table.name} where uuid is not null and user_id is not null group by ${one} having count(distinct ${other}) > 1 order by ${one} limit ${mostShared}`)
    for (const [value, others] of found) steps.push(refusedRow({ name: table.name, resource: 'SharedAccount' }, undefined, 'conflict', [{ column: one, value: value ?? '', message: `${message}: ${others}. The links are kept; the sync reports them until one goes` }]))
  }
  await storeSteps(adoption, steps)
}
