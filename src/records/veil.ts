/** The veil over sensitive data for one actor: what answers leave out, which filters are refused, what a write may not touch. */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { allRules, type Mapping } from '../model/account-mapping.ts'
import type { Document, Resource } from '../model/attribute.ts'
import { conditionOf } from '../model/filter-condition.ts'
import { parseFilter } from '../model/filter.ts'
import type { Metadata } from '../model/metadata.ts'
import { hiddenIn, hiddenSource, isPersonal, keepHidden, veiled, veilFor, type Veil } from '../model/veil.ts'
import { readMappings } from '../store/account-mappings.ts'
import { loadMetadata } from '../store/metadata.ts'
import { may } from './guard.ts'

type Asking = Pick<Context, 'db' | 'authority'>

/** The veil for an actor; undefined for those who may read sensitive data. */
export async function veilOf({ db, authority }: Asking): Promise<Veil | undefined> {
  return may(authority, { resource: 'sensitive', right: 'READ' }) ? undefined : veilFor(await loadMetadata(db, db), allRules(await readMappings(db)))
}

/** What an actor sees of anything that is answered. */
export async function seenBy<T>(ctx: Asking, value: T): Promise<T> {
  const veil = await veilOf(ctx)
  return veil ? veiled(value, veil) : value
}

const refusal = (where: string, path: string) =>
  new GatehouseError('forbidden', `${where}: ${path} is sensitive, and the person of this key has no right to it.`, { problems: [{ path, message: 'is sensitive' }] })

/** Errors: `forbidden` for a filter or an order that tells something about what one may not read. */
export async function checkQuery(ctx: Asking, resource: Resource, { filter, sortBy }: { filter?: string; sortBy?: string }): Promise<void> {
  const veil = await veilOf(ctx)
  if (!veil) return
  const sorted = sortBy === undefined ? undefined : resource.attributes.find((one) => one.path.toLowerCase() === sortBy.trim().toLowerCase())
  if (sorted && isPersonal(sorted)) throw refusal('sortBy', sorted.path)
  if (filter === undefined || filter.trim() === '') return
  const hidden = hiddenIn(conditionOf(parseFilter(filter), resource), veil)
  if (hidden !== undefined) throw refusal('filter', hidden)
}

/** Errors: `forbidden` for a mapping that would carry what one may not read to where one may. */
export async function checkSources(ctx: Asking, rules: Mapping): Promise<void> {
  const veil = await veilOf(ctx)
  const hidden = veil && hiddenSource(rules, veil)
  if (hidden !== undefined) throw refusal('The mapping', hidden)
}

/** Errors: `forbidden` for a body that names what one may not change, were it only to clear it. */
export async function checkNamed({ db, authority }: Asking, resource: Resource, body: unknown): Promise<void> {
  if (may(authority, { resource: 'sensitive', right: 'UPDATE' }) || typeof body !== 'object' || body === null) return
  const { attributes } = body as { attributes?: unknown }
  const veil = veilFor(await loadMetadata(db, db))
  const named = [
    ...resource.attributes.filter((one) => isPersonal(one) && one.path in body).map((one) => one.path),
    ...(typeof attributes === 'object' && attributes !== null ? Object.keys(attributes).filter((name) => veil.has(name.toLowerCase())).map((name) => `attributes.${name}`) : []),
  ]
  if (named[0] !== undefined) throw refusal('The body', named[0])
}

/** Leaves what is hidden as it was in a document about to be written; into `after`. Errors: `forbidden` for what would change it. */
export function keepSensitive({ authority }: Pick<Context, 'authority'>, resource: Resource, before: Document | undefined, after: Document, metadata: Metadata): void {
  if (may(authority, { resource: 'sensitive', right: 'UPDATE' })) return
  keepHidden(resource, before, after, veilFor(metadata), (path) => {
    throw refusal('The change', path)
  })
}
