/** What planning an import carries from batch to batch, and how planned steps are stored. */
import type { Context } from '../context.ts'
import type { Document } from '../model/attribute.ts'
import type { Metadata } from '../model/metadata.ts'
import type { Thing } from '../store/access-edges.ts'
import type { Transaction } from '../store/database.ts'
import { wantedBy, wantedKey } from '../store/plan-settle.ts'
import { insertReads, insertReferred } from '../store/plan-reads.ts'
import { insertPlanKeys, insertSteps, type PlanKey, type PlanStep } from '../store/plans.ts'
import type { Reference } from './map-record.ts'
import type { Mapping } from './mapping.ts'

export interface Planning {
  ctx: Context
  planId: string
  /** Types and elements, those that the plan itself will declare included. */
  metadata: Metadata
  /** What the mapping of the file at hand says of custom attributes. */
  declare?: Mapping['declare']
  /** The number of the last step. */
  steps: number
  counts: Record<string, number>
  /** The batch that is being stored, for the database may not know it yet: how its rows are found, by resource and key, and its steps. */
  inFlight: { keys: ReadonlyMap<string, PlanKey>; steps: readonly NewStep[] }
  /** Groups and roles whose rows say more than that they are there, by node: limits, durations, a status. */
  things: Map<string, Partial<Thing>>
  /** How many more people a group or role may be given to, by node; of those that rows gave. */
  room: Map<string, number>
  /** What stands above what by kind of hierarchy, rows of the import included; of those that rows change. */
  above: Map<string, Map<string, string[]>>
  /** Takes back, last first, what the batch at hand has noted in the maps above. */
  changed: (() => void)[]
  /** Ids of what records refer to and no import brings, by its sort: those that are known to be there. */
  known: Map<string, ReadonlySet<string>>
  /** Ids of records whose versions are noted because rows name them, by resource; the last of them, for they may be a million. */
  noted: Map<string, ReadonlySet<string>>
  /** Whether rows say where organisations stand, or change what they are: whether all of it fits is asked at the end. */
  nests: boolean
  /** Whether rows tie people to each other: circles are looked for at the end. */
  ties: boolean
  /** Whether any record waits for another that stands later: it may yet be refused. */
  waits: boolean
  /** Whoever plans has settled who is who: two rows are not one person for sharing an e-mail. */
  isSettled?: true
}

/** Notes something in one of the maps, until the batch is planned anew. */
export function note<K, V>(planning: Planning, map: Map<K, V>, key: K, value: V): void {
  const before = map.get(key)
  planning.changed.push(() => (before === undefined ? map.delete(key) : map.set(key, before)))
  map.set(key, value)
}

/** Under which name the keys of records that are refused are kept. */
export const refusedKey = (resource: string): string => `refused ${resource}`

/** A planning that has come across nothing yet. */
export function newPlanning(ctx: Context, planId: string, metadata: Metadata): Planning {
  return { ctx, planId, metadata, steps: 0, counts: {}, inFlight: { keys: new Map(), steps: [] }, things: new Map(), room: new Map(), above: new Map(), changed: [], known: new Map(), noted: new Map(), nests: false, ties: false, waits: false }
}

export type NewStep = Omit<PlanStep, 'step'>

export interface Planned {
  steps: NewStep[]
  keys: PlanKey[]
  /** Records that were read, by resource. */
  reads: Map<string, { id: string; version: number }[]>
  /** Records that steps only name, by resource: the people, organisations and rights that rows refer to. */
  referred?: Map<string, { id: string; version: number }[]>
}

/** A reference to a record that stands later in the import: set by a step of its own, at the end. */
export interface Late {
  document: Document
  references: Reference[]
}

/** Numbers the steps and stores them with what they read and how they are found. */
export async function storePlanned(tx: Transaction, planning: Planning, source: string | undefined, planned: Planned): Promise<void> {
  const steps: PlanStep[] = planned.steps.map((step) => ({ source, ...step, step: ++planning.steps }))
  for (const { action } of steps) planning.counts[action] = (planning.counts[action] ?? 0) + 1
  await insertSteps(tx, planning.planId, steps)
  await insertPlanKeys(tx, planning.planId, planned.keys.map((one) => (one.resource === wantedKey ? { ...one, key: wantedBy(one.line, source) } : one)))
  for (const [resource, reads] of planned.reads) await insertReads(tx, planning.planId, resource, reads)
  for (const [resource, reads] of planned.referred ?? []) await insertReferred(tx, planning.planId, resource, reads)
}
