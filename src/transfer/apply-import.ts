/** Carrying out the steps of an import, many of a kind at once, through the same writers as every verb. */
import { declareElement } from '../directory/metadata.ts'
import { organizationKind } from '../directory/organization-record.ts'
import { userKind } from '../directory/user-record.ts'
import { lockRecords, writeRecords, type Pending, type RecordKind } from '../directory/write-records.ts'
import type { Context } from '../context.ts'
import type { Document } from '../model/attribute.ts'
import { affiliations } from '../model/user-links.ts'
import { user } from '../model/user.ts'
import type { StepRunner } from '../plans/apply.ts'
import type { Transaction } from '../store/database.ts'
import type { PlanStep } from '../store/plans.ts'
import { mergeEntries } from './merge-import.ts'
import { updatedDocument } from './plan-rows.ts'
import { resources, type Kind } from './resolve-rows.ts'

type Version = { resource: string; id: string; version: number }

/** Steps in their order; neighbours of one kind go together. */
export const runImport: StepRunner = async (tx, ctx, _plan, steps) => {
  const versions: Version[] = []
  for (const group of neighbours(steps)) versions.push(...(await runGroup(tx, ctx, group)))
  return versions
}

function neighbours(steps: readonly PlanStep[]): PlanStep[][] {
  const groups: PlanStep[][] = []
  for (const step of steps) {
    const last = groups.at(-1)
    if (last && last[0]!.resource === step.resource && (step.resource === 'Affiliation' || last[0]!.action === step.action)) last.push(step)
    else groups.push([step])
  }
  return groups
}

async function runGroup(tx: Transaction, ctx: Context, steps: PlanStep[]): Promise<Version[]> {
  const { resource, action } = steps[0]!
  if (resource === 'MetadataElement') {
    for (const step of steps) await declareElement(tx, ctx, (step.changes as { document: Document }).document)
    return []
  }
  if (resource === 'Affiliation') return versionsOf('User', await runAffiliations(tx, ctx, steps))
  const kind = resource as Kind
  const pending = action === 'create' ? steps.map((step) => creation(kind, step)) : await updates(tx, kind, steps)
  return versionsOf(kind, await writeRecords(tx, ctx, recordKinds[kind], pending))
}

const recordKinds: Record<Kind, RecordKind> = { User: userKind, Organization: organizationKind }

const versionsOf = (resource: string, documents: readonly Document[]): Version[] =>
  documents.map((document) => ({ resource, id: document.id as string, version: (document.meta as Document).version as number }))

function creation(kind: Kind, step: PlanStep): Pending {
  const { document } = step.changes as { document: Document }
  return { action: `${kind.toLowerCase()}.create`, after: withPassword(document, step) }
}

async function updates(tx: Transaction, kind: Kind, steps: readonly PlanStep[]): Promise<Pending[]> {
  const found = await lockRecords(tx, resources[kind], [...new Set(steps.map((step) => step.targetId!))])
  const pending = new Map<string, Pending>()
  for (const step of steps) {
    const before = found.get(step.targetId!)!
    const current = pending.get(step.targetId!)?.after ?? before.document
    const after = updatedDocument(kind, current, (step.changes as { patch: Document }).patch)
    pending.set(step.targetId!, { action: `${kind.toLowerCase()}.update`, before, after: withPassword(after, step) })
  }
  return [...pending.values()]
}

/** The hash goes to the login that signs in here. */
function withPassword(document: Document, step: PlanStep): Document {
  if (!step.secret) return document
  const password = step.secret.toString()
  return { ...document, logins: ((document.logins ?? []) as Document[]).map((login) => (login.managedSystem === '0' ? { ...login, password } : login)) }
}

async function runAffiliations(tx: Transaction, ctx: Context, steps: readonly PlanStep[]): Promise<Document[]> {
  const byUser = Map.groupBy(steps, (step) => step.targetId!)
  const found = await lockRecords(tx, user, [...byUser.keys()])
  const pending = [...byUser].map(([id, own]): Pending => {
    const before = found.get(id)!
    const entries = own.map((step) => (step.changes as { entry: Document }).entry)
    return { action: 'user.affiliations.import', before, after: { ...before.document, affiliations: mergeEntries(affiliations, (before.document.affiliations ?? []) as Document[], entries) } }
  })
  return writeRecords(tx, ctx, userKind, pending)
}
