/** The verbs on sites and usage policies: one road for the three of them. */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { isObject, type Collection, type Document } from '../model/attribute.ts'
import { mergePatch } from '../model/merge-patch.ts'
import { questionGroup, securityQuestion } from '../model/security-questions.ts'
import { contentProvider, itPolicy, itPolicyVersion } from '../model/site-records.ts'
import { validateEntry } from '../model/validate.ts'
import { checkVersion, type Versions } from '../records/versions.ts'
import type { Transaction } from '../store/database.ts'
import { deleteSiteRecord, insertSiteRecord, isDecided, readSiteRecord, retireVersions, updateSiteRecord, type VersionedRecord } from '../store/site-records.ts'

export interface SiteKind {
  collection: Collection
  /** As events and documents name it. */
  name: string
  action: string
  /** Settles what follows from a change, and refuses what must not change. */
  settle: (tx: Transaction, ctx: Context, after: Document, before?: Document) => Promise<Document>
}

const hostPattern = /^(?:\*|(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d{1,5})?)$/

export const siteKind: SiteKind = {
  collection: contentProvider, name: 'ContentProvider', action: 'content-provider',
  settle: async (_tx, _ctx, after) => {
    if (!hostPattern.test(after.domainPattern as string)) throw refused('domainPattern', 'must be a host name such as www.example.com, *.example.com or *')
    if (after.loginUrl !== undefined && !/^https?:$/.test(URL.parse(after.loginUrl as string)?.protocol ?? '')) throw refused('loginUrl', 'must be a web address')
    return after
  },
}

export const policyKind: SiteKind = {
  collection: itPolicy, name: 'ItPolicy', action: 'it-policy',
  settle: async (_tx, ctx, after, before) => {
    const now = ctx.now().toISOString()
    const begins = after.active === true && before?.active !== true
    return { ...after, inForceSince: begins ? now : before?.inForceSince, changed: now }
  },
}

export const versionKind: SiteKind = {
  collection: itPolicyVersion, name: 'ItPolicyVersion', action: 'it-policy.version',
  settle: async (tx, ctx, after, before) => {
    const changed = before && (before.content !== after.content || before.name !== after.name)
    if (changed && (await isDecided(tx, before.id as string))) throw new GatehouseError('conflict', 'Somebody has decided on this version: it stays as it is. Make another version.')
    // The policy is held, so that two versions do not take each other's place at once.
    await readSiteRecord(tx, itPolicy, after.policyId as string, true).catch((error: unknown) => {
      throw error instanceof GatehouseError && error.code === 'not_found' ? new GatehouseError('invalid_reference', `policyId: there is no usage policy ${String(after.policyId)}.`, { problems: [{ path: 'policyId', message: 'is no usage policy' }] }) : error
    })
    if (after.active === true) {
      const retired = await retireVersions(tx, after)
      await recordEvents(tx, ctx, retired.map((id) => ({ action: 'it-policy.version.update', targetType: 'ItPolicyVersion', targetId: id, changes: [{ path: 'active', before: true, after: false }] })))
    }
    return { ...after, created: before?.created ?? ctx.now().toISOString() }
  },
}

const asItIs = async (_tx: Transaction, _ctx: Context, after: Document) => after
export const questionGroupKind: SiteKind = { collection: questionGroup, name: 'QuestionGroup', action: 'question-group', settle: asItIs }
export const questionKind: SiteKind = { collection: securityQuestion, name: 'SecurityQuestion', action: 'security-question', settle: asItIs }

const refused = (path: string, message: string) => new GatehouseError('invalid_value', `${path}: ${message}.`, { problems: [{ path, message }] })

async function told(tx: Transaction, ctx: Context, { action, name }: SiteKind, verb: string, targetId: string, change: { before?: Document; after?: Document }): Promise<void> {
  await recordEvents(tx, ctx, [{ action: `${action}.${verb}`, targetType: name, targetId, changes: [{ path: '', ...change }] }])
}

/** Errors: `invalid_…`, `already_exists`, `invalid_reference`. */
export function createSiteRecord(ctx: Context, kind: SiteKind, input: unknown): Promise<VersionedRecord> {
  const given = validateEntry(kind.collection, input)
  return ctx.db.transaction(async (tx) => {
    const document = await kind.settle(tx, ctx, { ...given, id: ctx.newId() })
    await insertSiteRecord(tx, kind.collection, document)
    const made = await readSiteRecord(tx, kind.collection, document.id as string)
    await told(tx, ctx, kind, 'create', document.id as string, { after: made.document })
    return made
  })
}

/** By JSON Merge Patch. Errors: `not_found`, `version_mismatch`, and those of creation. */
export function patchSiteRecord(ctx: Context, kind: SiteKind, id: string, patch: unknown, versions?: Versions): Promise<VersionedRecord> {
  return change(ctx, kind, id, versions, (before) => mergePatch(before, patch))
}

/** The same, by what the whole record shall be. */
export function replaceSiteRecord(ctx: Context, kind: SiteKind, id: string, input: unknown, versions?: Versions): Promise<VersionedRecord> {
  return change(ctx, kind, id, versions, (before) => (isObject(input) ? { id: before.id, ...input } : input))
}

function change(ctx: Context, kind: SiteKind, id: string, versions: Versions, changed: (before: Document) => unknown): Promise<VersionedRecord> {
  return ctx.db.transaction(async (tx) => {
    const { document: before, version } = await readSiteRecord(tx, kind.collection, id, true)
    checkVersion({ meta: { version } }, versions)
    const given = validateEntry(kind.collection, changed(before), before)
    await updateSiteRecord(tx, kind.collection, await kind.settle(tx, ctx, { ...given, id }, before))
    const after = await readSiteRecord(tx, kind.collection, id)
    await told(tx, ctx, kind, 'update', id, { before, after: after.document })
    return after
  })
}

/** Errors: `not_found`, `version_mismatch`, `still_referenced`. */
export function removeSiteRecord(ctx: Context, kind: SiteKind, id: string, versions?: Versions): Promise<void> {
  return ctx.db.transaction(async (tx) => {
    const { document: before, version } = await readSiteRecord(tx, kind.collection, id, true)
    checkVersion({ meta: { version } }, versions)
    await deleteSiteRecord(tx, kind.collection, id)
    await told(tx, ctx, kind, 'delete', id, { before })
  })
}
