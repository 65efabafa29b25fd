/** The verbs on organisations: create, replace, patch, delete. */
import { GatehouseError } from '../errors.ts'
import type { Context } from '../context.ts'
import { isObject, type Document } from '../model/attribute.ts'
import { mergePatch } from '../model/merge-patch.ts'
import { organization } from '../model/organization.ts'
import { documentOf } from '../model/rows.ts'
import { validateDocument } from '../model/validate.ts'
import { lockHierarchy } from '../store/organizations.ts'
import { loadRecords } from '../store/records.ts'
import { organizationKind } from './organization-record.ts'
import { clearReferences } from '../records/clear-references.ts'
import { writing } from '../records/missing-references.ts'
import { checkVersion, type Versions } from '../records/versions.ts'
import { lockRecords, recordRemovals, writeRecords } from '../records/write-records.ts'

/** The document of a new organisation, checked. */
export function newOrganization(ctx: Context, input: unknown, trusted = false): Document {
  const document = validateDocument(organization, input, undefined, trusted)
  document.id ??= ctx.newId()
  return document
}

/** Makes an organisation. Errors: `invalid_…` with paths, `circular_dependency`, `conflict` for a nesting not allowed. */
export async function createOrganization(ctx: Context, input: unknown): Promise<Document> {
  const [created] = await createOrganizations(ctx, [newOrganization(ctx, input)])
  return created!
}

/** Makes many organisations in one transaction; parents may be among them, whatever their order. */
export async function createOrganizations(ctx: Context, documents: readonly Document[]): Promise<Document[]> {
  return writing(ctx, (tx) => writeRecords(tx, ctx, organizationKind, documents.map((after) => ({ action: 'organization.create', after: { ...after } }))))
}

/** Replaces an organisation's document; `parents` that it does not name are removed. */
export async function replaceOrganization(ctx: Context, id: string, input: unknown, versions?: Versions): Promise<Document> {
  return changeOrganization(ctx, id, 'organization.replace', (before) => {
    const given = isObject(input) ? { parents: [], ...input } : input
    return { ...validateDocument(organization, given, before), id }
  }, versions)
}

/** Changes what a JSON Merge Patch names. */
export async function patchOrganization(ctx: Context, id: string, patch: unknown, versions?: Versions): Promise<Document> {
  if (!isObject(patch)) throw new GatehouseError('invalid_body', 'A merge patch must be a JSON object.')
  return changeOrganization(ctx, id, 'organization.update', (before) => ({ ...validateDocument(organization, mergePatch(before, patch), before), id }), versions)
}

/** One change of one organisation, under a lock. */
export async function changeOrganization(ctx: Context, id: string, action: string, change: (before: Document) => Document, versions?: Versions): Promise<Document> {
  return writing(ctx, async (tx) => {
    await lockHierarchy(tx)
    const before = (await lockRecords(tx, organization, [id])).get(id)!
    checkVersion(before.document, versions)
    const [result] = await writeRecords(tx, ctx, organizationKind, [{ action, before, after: change(before.document) }])
    return result!
  })
}

/** Removes an organisation for good. Errors: `still_referenced` while people or organisations belong to it. */
export async function deleteOrganization(ctx: Context, id: string, versions?: Versions): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const { document } = (await lockRecords(tx, organization, [id])).get(id)!
    checkVersion(document, versions)
    const used = await tx.first<{ people: boolean; below: boolean }>(
      `select exists (select from user_affiliation where company_id = $1) as people,
        exists (select from company_to_company_membership where company_id = $1) as below`, [id])
    if (used?.people || used?.below) {
      const who = [...(used.people ? ['people'] : []), ...(used.below ? ['organisations'] : [])].join(' and ')
      throw new GatehouseError('still_referenced', `There are ${who} that belong to this organisation; move or remove them first.`)
    }
    const { taken } = await clearReferences(tx, ctx, organization, [id])
    await tx.execute('delete from company where company_id = $1', [id])
    await recordRemovals(tx, ctx, organization, [{ document, besides: taken.get(id) ?? [] }])
  })
}

/** An organisation's document, or `not_found`. */
export async function readOrganization(db: Pick<Context['db'], 'query'>, id: string, collections?: readonly string[]): Promise<Document> {
  const record = (await loadRecords(db, organization, [id], { collections })).get(id)
  if (!record) throw new GatehouseError('not_found', `There is no Organization with the id ${id}.`)
  return documentOf(organization, record)
}
