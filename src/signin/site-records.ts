/** Sites, usage policies with their versions, and security questions: what follows from a change of each. */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { Collection, Document } from '../model/attribute.ts'
import { questionGroup, securityQuestion } from '../model/security-questions.ts'
import { contentProvider, itPolicy, itPolicyVersion } from '../model/site-records.ts'
import { smallVerbs, type SmallKind } from '../records/small-records.ts'
import type { Transaction } from '../store/database.ts'
import { deleteSiteRecord, holdSite, insertSiteRecord, isDecided, readSiteRecord, retireVersions, updateSiteRecord, versionAskedOn } from '../store/site-records.ts'

const hostPattern = /^(?:\*|(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d{1,5})?)$/

function settleSite(_tx: Transaction, _ctx: Context, after: Document): Document {
  if (!hostPattern.test(after.domainPattern as string)) throw refused('domainPattern', 'must be a host name such as www.example.com, *.example.com or *')
  if (after.loginUrl !== undefined && !/^https?:$/.test(URL.parse(after.loginUrl as string)?.protocol ?? '')) throw refused('loginUrl', 'must be a web address')
  return after
}

/** A version without a site is asked for on all of them: nobody who deletes a site means that. */
async function refuseAsked(tx: Transaction, siteId: string): Promise<void> {
  const asked = await versionAskedOn(tx, siteId)
  if (asked) throw new GatehouseError('still_referenced', `The version ${asked.id} of a usage policy (${asked.name}) is in force on this site alone and would be asked for everywhere; put it out of force (active: false) or name another site first.`)
}

function settlePolicy(_tx: Transaction, ctx: Context, after: Document, before?: Document): Document {
  const now = ctx.now().toISOString()
  const begins = after.active === true && before?.active !== true
  return { ...after, inForceSince: begins ? now : before?.inForceSince, changed: now }
}

async function settleVersion(tx: Transaction, ctx: Context, after: Document, before?: Document): Promise<Document> {
  const changed = before && (before.content !== after.content || before.name !== after.name)
  if (changed && (await isDecided(tx, before.id as string))) throw new GatehouseError('conflict', 'Somebody has decided on this version: it stays as it is. Make another version.')
  // The policy is held, so that two versions do not take each other's place at once.
  await readSiteRecord(tx, itPolicy, after.policyId as string, true).catch((error: unknown) => {
    throw error instanceof GatehouseError && error.code === 'not_found' ? new GatehouseError('invalid_reference', `policyId: there is no usage policy ${String(after.policyId)}.`, { problems: [{ path: 'policyId', message: 'is no usage policy' }] }) : error
  })
  if (after.active === true) {
    // The site is held too: whoever deletes it looks first for versions that are in force on it.
    if (after.contentProviderId !== undefined) await holdSite(tx, after.contentProviderId as string)
    const retired = await retireVersions(tx, after)
    await recordEvents(tx, ctx, retired.map((id) => ({ action: 'it-policy.version.update', targetType: 'ItPolicyVersion', targetId: id, changes: [{ path: 'active', before: true, after: false }] })))
  }
  return { ...after, created: before?.created ?? ctx.now().toISOString() }
}

/** What `store/site-records.ts` does for each of them. */
const stored = (collection: Collection): Pick<SmallKind, 'collection' | 'read' | 'insert' | 'update' | 'remove'> => ({
  collection,
  read: (db, id, lock) => readSiteRecord(db, collection, id, lock),
  insert: (tx, document) => insertSiteRecord(tx, collection, document),
  update: (tx, document) => updateSiteRecord(tx, collection, document),
  remove: (tx, id) => deleteSiteRecord(tx, collection, id),
})

const refused = (path: string, message: string) => new GatehouseError('invalid_value', `${path}: ${message}.`, { problems: [{ path, message }] })

export const sites = smallVerbs({ ...stored(contentProvider), name: 'ContentProvider', action: 'content-provider', hintedAt: true, settle: settleSite, refuseRemoval: refuseAsked })
export const policies = smallVerbs({ ...stored(itPolicy), name: 'ItPolicy', action: 'it-policy', settle: settlePolicy })
export const policyVersions = smallVerbs({ ...stored(itPolicyVersion), name: 'ItPolicyVersion', action: 'it-policy.version', settle: settleVersion })
export const questionGroups = smallVerbs({ ...stored(questionGroup), name: 'QuestionGroup', action: 'question-group' })
export const questions = smallVerbs({ ...stored(securityQuestion), name: 'SecurityQuestion', action: 'security-question' })
