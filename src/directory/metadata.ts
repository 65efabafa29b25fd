/** The verbs on metadata: the types of things, and the attributes that administrators declare for them. */
import { GatehouseError } from '../errors.ts'
import type { Context } from '../context.ts'
import { recordEvents } from '../audit/record.ts'
import { isObject, type Document } from '../model/attribute.ts'
import type { DataType } from '../model/data-type.ts'
import { refusal } from '../model/metadata.ts'
import { organization } from '../model/organization.ts'
import { user } from '../model/user.ts'
import { logins } from '../model/user-links.ts'
import { fixedGroupings, metadataElement, metadataType, openGroupings } from '../model/metadata-records.ts'
import { mergePatch } from '../model/merge-patch.ts'
import { validateEntry } from '../model/validate.ts'
import { refuseUnless } from '../records/guard.ts'
import { checkVersion, type Versions } from '../records/versions.ts'
import type { Transaction } from '../store/database.ts'
import { deleteElement, deleteType, groupingOfType, insertElement, insertType, lockElement, lockType, readElement, readType, spelledOtherwise, updateElement, updateType, usesOfElement, valuesUnlike, type Versioned } from '../store/metadata-records.ts'
import { clientsTold, lockClaims } from '../store/oidc-clients.ts'
import { forgetMetadata, mismatches } from '../store/metadata.ts'

type Written = { before?: Document | undefined; after?: Document | undefined }

async function written(tx: Transaction, ctx: Context, action: string, targetType: string, id: string, { before, after }: Written, paths: readonly string[] = []): Promise<void> {
  const whole = { path: '', ...(before ? { before } : {}), ...(after ? { after } : {}) }
  await recordEvents(tx, ctx, [{ action, targetType, targetId: id, result: 'SUCCESS', changes: [whole, ...paths.map((path) => ({ path }))] }])
}

/**
 * The same of an attribute. What a sensitive one is by default is many people's value of it, and its valid values are all that theirs can be:
 * neither stands in the audit, no more than the values themselves, also where the same change makes it sensitive or no longer so.
 */
async function writtenElement(tx: Transaction, ctx: Context, action: string, id: string, { before, after }: Written): Promise<void> {
  if (before?.sensitive !== true && after?.sensitive !== true) return written(tx, ctx, action, 'MetadataElement', id, { before, after })
  const told = (document?: Document) => (document ? Object.fromEntries(Object.entries(document).filter(([key]) => !valuesOfOthers.includes(key))) : undefined)
  const changed = valuesOfOthers.filter((path) => JSON.stringify(before?.[path]) !== JSON.stringify(after?.[path]))
  await written(tx, ctx, action, 'MetadataElement', id, { before: told(before), after: told(after) }, changed)
}

const valuesOfOthers: readonly string[] = ['defaultValue', 'validValues']

async function change<T>(ctx: Context, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const result = await ctx.db.transaction(work)
  forgetMetadata()
  return result
}

/** Makes a metadata type; its id is the caller's, a word such as CONTRACTOR. Errors: `already_exists`, `invalid_…`. */
export function createType(ctx: Context, input: unknown): Promise<Versioned> {
  const type = validateEntry(metadataType, input)
  refuseGrouping(type.grouping as string)
  return change(ctx, async (tx) => {
    await insertType(tx, type)
    await written(tx, ctx, 'metadata.type.create', 'MetadataType', type.id as string, { after: type })
    return readType(tx, type.id as string)
  })
}

/** A grouping does not change later, and one that no attribute knows makes a type that nothing can have. Errors: `invalid_value`. */
function refuseGrouping(grouping: string): void {
  if (openGroupings.includes(grouping)) return
  const message = fixedGroupings.includes(grouping) ? `is ${grouping}, whose types come with the server; none are added` : `must be one of ${openGroupings.join(', ')}`
  throw new GatehouseError('invalid_value', `grouping: ${message}.`, { problems: [{ path: 'grouping', message }] })
}

/** Changes a type's words or takes it out of use: by merge patch, or replaced by what is given. */
export function patchType(ctx: Context, id: string, patch: unknown, versions?: Versions): Promise<Versioned> {
  return changeType(ctx, id, versions, (before) => mergePatch(before, patch))
}

export function replaceType(ctx: Context, id: string, input: unknown, versions?: Versions): Promise<Versioned> {
  return changeType(ctx, id, versions, (before) => replacement(before, input))
}

function changeType(ctx: Context, id: string, versions: Versions, changed: (before: Document) => unknown): Promise<Versioned> {
  return change(ctx, async (tx) => {
    await lockType(tx, id)
    const { document: before, version } = await readType(tx, id)
    checkVersion({ meta: { version } }, versions)
    const after = { ...validateEntry(metadataType, changed(before), before), id }
    await updateType(tx, id, after)
    await written(tx, ctx, 'metadata.type.update', 'MetadataType', id, { before, after })
    return readType(tx, id)
  })
}

/** A body that is put may leave out what names the record, and what the server alone decides. */
function replacement(before: Document, input: unknown): unknown {
  return isObject(input) ? { id: before.id, ...(before.isSystem === undefined ? {} : { isSystem: before.isSystem }), ...input } : input
}

/** Removes a type that nothing uses. Errors: `system_record`, `still_referenced`. */
export function removeType(ctx: Context, id: string, versions?: Versions): Promise<void> {
  return change(ctx, async (tx) => {
    await lockType(tx, id)
    const { document: before, version } = await readType(tx, id)
    checkVersion({ meta: { version } }, versions)
    if (before.isSystem === true) throw new GatehouseError('system_record', `${id} is a type of the system; set active to false to take it out of use.`)
    await deleteType(tx, id)
    await written(tx, ctx, 'metadata.type.delete', 'MetadataType', id, { before })
  })
}

/** Declares a custom attribute. Errors: `already_exists` for the same name and type, `invalid_value` for a validator that is no regular expression. */
export function createElement(ctx: Context, input: unknown): Promise<Versioned> {
  return change(ctx, async (tx) => ({ document: await declareElement(tx, ctx, { ...(isObject(input) ? input : {}), id: ctx.newId() }), version: 1 }))
}

/** The same in the caller's transaction, under an id of the caller's. */
export async function declareElement(tx: Transaction, ctx: Context, { id, ...input }: Document): Promise<Document> {
  const element: Document = { ...checkElement(validateEntry(metadataElement, input)), id }
  if (isHidden(element)) await refuseWhileTold(tx, element.name as string)
  await checkPlace(tx, element, {})
  await insertElement(tx, element)
  await checkDefault(tx, element)
  await writtenElement(tx, ctx, 'metadata.element.create', id as string, { after: element })
  forgetMetadata()
  return element
}

/** Changes a declaration. Values that people already have are left alone until they are next changed; of another data type they must be all of them. */
export function patchElement(ctx: Context, id: string, patch: unknown, versions?: Versions): Promise<Versioned> {
  return changeElement(ctx, id, versions, (before) => mergePatch(before, patch))
}

export function replaceElement(ctx: Context, id: string, input: unknown, versions?: Versions): Promise<Versioned> {
  return changeElement(ctx, id, versions, (before) => replacement(before, input))
}

function changeElement(ctx: Context, id: string, versions: Versions, changed: (before: Document) => unknown): Promise<Versioned> {
  return change(ctx, async (tx) => {
    await lockElement(tx, id)
    const { document: before, version } = await readElement(tx, id)
    checkVersion({ meta: { version } }, versions)
    const after: Document = { ...checkElement(validateEntry(metadataElement, changed(before), before)), id }
    // Values that were hidden would be shown.
    const shows = (before.sensitive === true && after.sensitive !== true) || (before.isPublic === false && (after.isPublic !== false || before.resourceId !== after.resourceId))
    const hides = isHidden(before)
    if (shows || (hides && before.name !== after.name)) refuseUnless(ctx.authority, [{ resource: 'sensitive', right: 'READ' }])
    if (isHidden(after) && !(hides && before.name === after.name)) await refuseWhileTold(tx, after.name as string)
    const moved = (['name', 'typeId', 'multiValued'] as const).some((key) => before[key] !== after[key])
    if (moved && (await usesOfElement(tx, id)) > 0) throw new GatehouseError('still_referenced', 'name, typeId and multiValued cannot change while records have values of this attribute.')
    if (before.dataType !== after.dataType) await refuseUnlike(tx, after)
    await checkPlace(tx, after, before)
    await updateElement(tx, id, after)
    await checkDefault(tx, after)
    await writtenElement(tx, ctx, 'metadata.element.update', id, { before, after })
    return readElement(tx, id)
  })
}

const kept: Record<DataType, string> = { STRING: 'a text', INTEGER: '7, not 007', DECIMAL: '1.5, not 1.50', BOOLEAN: 'true', DATE: '2026-11-21', DATETIME: '2026-11-21T08:30:00.000Z' }

/** Filters take values for what is declared: other than rules for what is new, a type must hold of all that is there. Errors: `still_referenced`. */
async function refuseUnlike(tx: Transaction, element: Document): Promise<void> {
  const type = element.dataType as DataType
  const unlike = await valuesUnlike(tx, element)
  if (unlike === 0) return
  const message = `${unlike} ${unlike === 1 ? 'value' : 'values'} of records ${unlike === 1 ? 'is' : 'are'} not such as ${type} values are kept (${kept[type]}): change or remove those first`
  throw new GatehouseError('still_referenced', `dataType: ${message}.`, { problems: [{ path: 'dataType', message }] })
}

/** Where attributes can be declared: what every record of a sort has, and the groupings of the types that decide what else it has. */
const everyTypes: readonly unknown[] = [user.custom, organization.custom, logins.custom].map((custom) => custom!.everyType)
const groupings = [...new Set([user, organization].flatMap(({ attributes }) => attributes.flatMap(({ path, grouping }) => (path === 'typeId' || path === 'subTypeId' ? [grouping!] : []))))]

/** Errors: `invalid_value` for a type that no record can have; `already_exists` for a name that SCIM, which does not count case, could not tell from another. */
async function checkPlace(tx: Transaction, element: Document, before: Document): Promise<void> {
  const { name, typeId } = element as { name: string; typeId: string }
  const refuse = (code: 'invalid_value' | 'already_exists', path: string, message: string) => new GatehouseError(code, `${path}: ${message}.`, { problems: [{ path, message }] })
  if (typeId !== before.typeId && !everyTypes.includes(typeId)) {
    const grouping = await groupingOfType(tx, typeId)
    if (grouping !== undefined && !groupings.includes(grouping)) throw refuse('invalid_value', 'typeId', `is of the grouping ${grouping}, and no record has a typeId of that; name one of ${groupings.join(' or ')}`)
  }
  if (name === before.name && typeId === before.typeId) return
  const other = await spelledOtherwise(tx, element)
  if (other !== undefined) throw refuse('already_exists', 'name', `is declared as ${other} already; names are the same whatever the case of their letters`)
}

const isHidden = ({ sensitive, isPublic }: Document) => sensitive === true || isPublic === false

/** What applications learn of people would be what is hidden from now on. Errors: `conflict`, naming them. */
async function refuseWhileTold(tx: Transaction, name: string): Promise<void> {
  await lockClaims(tx)
  const told = await clientsTold(tx, name)
  if (told.length > 0) throw new GatehouseError('conflict', `${told.join(', ')}: learn ${name} of people by a claim of their own. Take it out of their claims first, or leave it open to all.`)
}

/** Removes a declaration that no record has values of. Errors: `still_referenced`. */
export function removeElement(ctx: Context, id: string, versions?: Versions): Promise<void> {
  return change(ctx, async (tx) => {
    await lockElement(tx, id)
    const { document: before, version } = await readElement(tx, id)
    checkVersion({ meta: { version } }, versions)
    if ((await usesOfElement(tx, id)) > 0) throw new GatehouseError('still_referenced', 'Records have values of this attribute; remove those first.')
    await deleteElement(tx, id)
    await writtenElement(tx, ctx, 'metadata.element.delete', id, { before })
  })
}

function checkElement(element: Document): Document {
  const refuse = (path: string, message: string) => new GatehouseError('invalid_value', `${path}: ${message}.`, { problems: [{ path, message }] })
  const name = element.name as string
  if (!/^[A-Za-z][\w$:.-]*$/.test(name)) throw refuse('name', 'must begin with a letter and hold letters, digits and _ - $ : . alone, so that filters can name it')
  if (name in {}) throw refuse('name', 'is a word that programs cannot use as a name')
  if (element.maxLength !== undefined && (element.maxLength as number) < 1) throw refuse('maxLength', 'must be at least 1')
  const rules = { dataType: element.dataType as DataType, maxLength: (element.maxLength as number | undefined) ?? null }
  const validValues = (element.validValues ?? []) as string[]
  validValues.forEach((value, index) => {
    const message = refusal({ ...rules, validValues: [] }, value)
    if (message) throw refuse(`validValues[${index}]`, message)
  })
  const wrong = element.defaultValue === undefined ? undefined : refusal({ ...rules, validValues }, element.defaultValue as string)
  if (wrong) throw refuse('defaultValue', wrong)
  return element
}

/** A default must have the form that values must have. To be called once the pattern is known to be one. */
async function checkDefault(tx: Transaction, element: Document): Promise<void> {
  if (element.defaultValue === undefined || element.validator === undefined) return
  const wrong = await mismatches(tx, [{ value: element.defaultValue as string, pattern: element.validator as string }])
  const message = `does not have the form ${String(element.validator)}`
  if (wrong.length > 0) throw new GatehouseError('invalid_value', `defaultValue: ${message}.`, { problems: [{ path: 'defaultValue', message }] })
}
