/** What people change of themselves: the attributes that the lists say are theirs to change, and nothing beside them. */
import { GatehouseError, type Problem } from '../errors.ts'
import type { Context } from '../context.ts'
import { isObject, type Document } from '../model/attribute.ts'
import { elementsFor, type Metadata } from '../model/metadata.ts'
import { user } from '../model/user.ts'
import type { Versions } from '../records/versions.ts'
import { allRows } from '../store/list-rows.ts'
import type { Transaction } from '../store/database.ts'
import { enrolledPhones } from '../store/factors.ts'
import { loadMetadata } from '../store/metadata.ts'
import { elementListing, elementOfRow } from '../store/metadata-records.ts'
import { changeUser, patchedDocument, readUser, refuseUnborn } from './users.ts'

const own = new Set([...user.attributes, ...user.collections].filter((one) => one.selfEditable).map(({ path }) => path))
const known = new Set([...[...user.attributes, ...user.collections].map(({ path }) => path.split('.')[0]!), 'attributes', 'meta'])

/**
 * Changes what a merge patch names of oneself. Errors: `read_only_attribute`, naming every attribute that is not one's own
 * to change, whatever its value; and everything that changing a person can meet.
 */
export async function patchSelf(ctx: Context, id: string, patch: unknown, versions?: Versions): Promise<Document> {
  if (!isObject(patch)) throw new GatehouseError('invalid_body', 'A merge patch must be a JSON object.')
  return changeUser(ctx, id, 'user.update', async (before, tx) => {
    refuse(foreignIn(patch, before, await loadMetadata(tx, ctx.db)))
    const after = patchedDocument(before, patch)
    refuseUnborn(ctx, after, before)
    if (codePhones(after) !== codePhones(before)) refuse([{ path: 'phoneNumbers', message: await whyNumbersStay(tx, id, before, after) }])
    if (copies(after, before)) refuse([{ path: 'addresses.copyFromLocationId', message: 'is not yours to name; write the address itself' }])
    return after
  }, versions)
}

const told = ['id', 'name', 'displayName', 'description', 'dataType', 'required', 'multiValued', 'maxLength', 'validValues'] as const

/** The custom attributes that are one's own to change, in the order of forms: what a form has to know of them, and no more. */
export async function ownElements({ db }: Pick<Context, 'db'>, id: string): Promise<Document[]> {
  const { typeId, subTypeId } = await readUser(db, id, [])
  const apply = new Set([...elementsFor(await loadMetadata(db, db), user.custom, typeId, subTypeId).values()].filter((one) => one.selfEditable).map((one) => one.id))
  const rows = await allRows(db, elementListing, { sortBy: 'displayOrder', where: { self_editable: 'Y' } })
  return rows.map(elementOfRow).filter((one) => apply.has(one.id as string)).map((one) => Object.fromEntries(told.flatMap((path) => (one[path] === undefined ? [] : [[path, one[path]]]))))
}

function refuse(problems: Problem[]): void {
  if (problems.length === 0) return
  const list = problems.map(({ path, message }) => `${path}: ${message}`).join('; ')
  throw new GatehouseError('read_only_attribute', `${list}.`, { problems })
}

function foreignIn(patch: Document, before: Document, metadata: Metadata): Problem[] {
  const elements = elementsFor(metadata, user.custom, before.typeId, before.subTypeId)
  const message = 'is not yours to change; ask whoever administers your record'
  const custom = isObject(patch.attributes) ? Object.keys(patch.attributes).filter((name) => elements.get(name)?.selfEditable !== true).map((name) => ({ path: `attributes.${name}`, message })) : []
  const named = Object.keys(patch).filter((path) => !own.has(path) && known.has(path) && !(path === 'attributes' && isObject(patch.attributes)))
  return [...named.map((path) => ({ path, message })), ...custom]
}

/** Whether an address is to be taken from a location that it did not come from before: people may look up no organisation's. */
function copies(after: Document, before: Document): boolean {
  const named = (document: Document) => ((document.addresses ?? []) as Document[]).filter((one) => one.copyFromLocationId !== undefined).map((one) => `${String(one.id)} ${String(one.copyFromLocationId)}`)
  const known = new Set(named(before))
  return named(after).some((one) => !known.has(one))
}

/** Why the numbers that are marked for codes do not change here, and what to do: it may be a factor that keeps one, or an administrator's mark. */
async function whyNumbersStay(tx: Transaction, userId: string, before: Document, after: Document): Promise<string> {
  const marked = ({ phoneNumbers = [] }: Document) => (phoneNumbers as Document[]).filter(({ isForSms }) => isForSms === true)
  const kept = new Set(marked(after).map((phone) => codePhones({ phoneNumbers: [phone] })))
  const changed = marked(before).filter((phone) => !kept.has(codePhones({ phoneNumbers: [phone] })))
  if (changed.length === 0) return 'a number is marked for codes by adding it as a way of signing in'
  const enrolled = await enrolledPhones(tx, userId)
  return changed.some(({ id }) => enrolled.has(id as string))
    ? 'a number that your codes are sent to stays as it is; remove codes by SMS from your ways of signing in first'
    : 'a number that an administrator has marked for codes stays as it is; ask whoever administers your record'
}

/** Numbers that prove who somebody is: whoever sits at an open session must not be able to put their own in. */
function codePhones(document: Document): string {
  const phones = ((document.phoneNumbers ?? []) as Document[]).filter((phone) => phone.isForSms === true)
  return phones.map(({ value, countryCd, areaCd, phoneExt }) => JSON.stringify([value, countryCd, areaCd, phoneExt])).sort().join()
}
