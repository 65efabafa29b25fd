/**
 * What one sees who may not read sensitive data: attributes marked personal, custom attributes declared sensitive, and
 * those that are not public and whose resource one has not, are taken out of documents, of what changed (`{ path, before, after }`) and of plans; a filter that asks for them is
 * found out. Names decide, wherever they stand, so that no form of answer is forgotten.
 */
import { isObject, valueAt, setValueAt, type Attribute, type Document, type Resource } from './attribute.ts'
import type { Mapping } from './account-mapping.ts'
import { sourcesIn } from './account-expression.ts'
import type { Condition } from './filter-condition.ts'
import type { Element, Metadata } from './metadata.ts'
import { organization } from './organization.ts'
import { user } from './user.ts'

/**
 * The names of the custom attributes that are hidden, in lower case, and `account.` with the fields of remote accounts that are
 * made of something hidden; names of ours are the same for all.
 */
export type Veil = ReadonlySet<string>

export const isPersonal = (attribute: Pick<Attribute, 'sensitivity'>): boolean => attribute.sensitivity === 'personal'

const lastPart = (path: string) => path.slice(path.lastIndexOf('.') + 1).toLowerCase()

const attributesOf = ({ attributes, collections }: Resource) => [...attributes, ...collections.flatMap((one) => one.attributes)]
const personalNames = new Set([user, organization].flatMap(attributesOf).filter(isPersonal).map(({ path }) => lastPart(path)))

/**
 * @param held resources that the actor has, of elements that are not public
 * @param rules of the mappings in force, whose fields show what they are made of; none for what shows no accounts
 */
export function veilFor(metadata: Metadata, held: ReadonlySet<string>, rules: Mapping = []): Veil {
  const isShown = ({ isPublic, resourceId }: Element) => isPublic !== false || held.has(resourceId ?? '')
  const veil = new Set(metadata.elements.filter((one) => one.sensitive || !isShown(one)).map((one) => one.name.toLowerCase()))
  for (const { target, value } of rules) if (sourcesIn(value).some((source) => hides(veil, source))) veil.add(accountField(target))
  return veil
}

const accountField = (field: string) => `account.${field.toLowerCase()}`

/** The first source of a mapping that is hidden; undefined when there is none. */
export const hiddenSource = (rules: Mapping, veil: Veil): string | undefined => rules.flatMap(({ value }) => sourcesIn(value)).find((source) => hides(veil, source))

const customName = (path: string) => /(?:^|\.)attributes\.(.+)$/.exec(path)?.[1]?.toLowerCase()

function hides(veil: Veil, path: string): boolean {
  if (path.startsWith('account.')) return veil.has(path.toLowerCase())
  const custom = customName(path)
  return custom === undefined ? personalNames.has(lastPart(path)) : veil.has(custom)
}

/** A copy of anything that is answered, without what the veil hides. */
export function veiled<T>(value: T, veil: Veil): T {
  if (Array.isArray(value)) return value.map((one: unknown) => veiled(one, veil)) as T
  if (!isObject(value)) return value
  if (typeof value.path === 'string' && hides(veil, value.path)) return { path: value.path } as T
  if (typeof value.field === 'string' && veil.has(accountField(value.field))) return { ...(value.kind === undefined ? {} : { kind: value.kind }), field: value.field } as T
  const shown = Object.entries(value).filter(([key]) => !personalNames.has(key.toLowerCase()))
  return Object.fromEntries(shown.map(([key, inner]) => [key, isObject(inner) && key === 'attributes' ? withoutHidden(inner, veil) : isObject(inner) && isAccount(value, key) ? withoutFields(inner, veil) : veiled(inner, veil)])) as T
}

/** Whether anything that is answered shows a remote account or a field of one: only there a veil needs the rules of mappings. */
export function showsAccounts(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(showsAccounts)
  if (!isObject(value)) return false
  if (typeof value.field === 'string' || (typeof value.path === 'string' && value.path.startsWith('account.'))) return true
  for (const key in value) if (isObject(value[key]) ? isAccount(value, key) || showsAccounts(value[key]) : Array.isArray(value[key]) && value[key].some(showsAccounts)) return true
  return false
}

/** The profile of a remote account: in a step of a plan, or in an event (`{ path: 'account', after }`). */
const isAccount = (holder: Document, key: string) => key === 'profile' || (holder.path === 'account' && (key === 'before' || key === 'after'))

const withoutFields = (profile: Document, veil: Veil) => Object.fromEntries(Object.entries(profile).filter(([field]) => !veil.has(accountField(field))))

const withoutHidden = (custom: Document, veil: Veil) => Object.fromEntries(Object.entries(custom).filter(([name]) => !veil.has(name.toLowerCase())))

/** The first hidden attribute that a condition asks about; undefined when there is none. */
export function hiddenIn(condition: Condition, veil: Veil): string | undefined {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.terms.map((term) => hiddenIn(term, veil)).find((path) => path !== undefined)
    case 'not':
      return hiddenIn(condition.term, veil)
    case 'some':
      return condition.condition && hiddenIn(condition.condition, veil)
    case 'custom':
      // Without a name it asks about all of them.
      return (condition.name === undefined ? veil.size > 0 : veil.has(condition.name.toLowerCase())) ? `attributes.${condition.name ?? ''}` : undefined
    default:
      return isPersonal(condition.attribute) ? condition.attribute.path : undefined
  }
}

/**
 * The document that somebody may write who may not change what is hidden: what they leave out stays as it was. Calls
 * `refuse` with the path of what they would change. Writes into `after`.
 */
export function keepHidden(resource: Pick<Resource, 'attributes' | 'collections'>, before: Document | undefined, after: Document, veil: Veil, refuse: (path: string) => never): void {
  for (const attribute of resource.attributes) {
    if (!isPersonal(attribute)) continue
    const [old, now] = [before && valueAt(before, attribute.path), valueAt(after, attribute.path)]
    if (now !== undefined && now !== old) refuse(attribute.path)
    setValueAt(after, attribute.path, old)
  }
  keepHiddenCustom(before, after, veil, refuse, '')
  for (const collection of resource.collections) {
    if (!collection.custom) continue
    const old = new Map(((before?.[collection.path] ?? []) as Document[]).map((entry) => [entry.id, entry]))
    const entries = after[collection.path] as Document[] | undefined
    if (!entries) continue
    after[collection.path] = entries.map((entry, index) => {
      const kept = { ...entry }
      keepHiddenCustom(old.get(entry.id), kept, veil, refuse, `${collection.path}[${index}].`)
      return kept
    })
  }
}

function keepHiddenCustom(before: Document | undefined, after: Document, veil: Veil, refuse: (path: string) => never, prefix: string): void {
  const old = (before?.attributes ?? {}) as Document
  const now = (after.attributes ?? {}) as Document
  const hidden = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((name) => veil.has(name.toLowerCase()))
  if (hidden.length === 0) return
  const kept = { ...now }
  for (const name of hidden) {
    if (now[name] !== undefined && JSON.stringify(now[name]) !== JSON.stringify(old[name])) refuse(`${prefix}attributes.${name}`)
    if (old[name] !== undefined) kept[name] = old[name]
  }
  after.attributes = kept
}
