/** The veil over sensitive data for one actor: what answers leave out, which filters are refused, what a write may not touch. */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { allRules, type Mapping } from '../model/account-mapping.ts'
import type { Document, Resource } from '../model/attribute.ts'
import { conditionOf } from '../model/filter-condition.ts'
import { parseFilter } from '../model/filter.ts'
import type { Metadata } from '../model/metadata.ts'
import { hiddenIn, hiddenSource, isPersonal, keepHidden, showsAccounts, veiled, veilFor, type Veil } from '../model/veil.ts'
import { checkAccesses } from '../store/access-of-person.ts'
import { momentOf } from '../store/access-walk.ts'
import { readMappings } from '../store/account-mappings.ts'
import { loadMetadata } from '../store/metadata.ts'
import { may } from './guard.ts'

type Asking = Pick<Context, 'db' | 'authority' | 'actor' | 'now'>

const mayReadAll = ({ authority }: Asking): boolean => may(authority, { resource: 'sensitive', right: 'READ' })

/** The veil for somebody who may not read sensitive data. Only what shows remote accounts needs the mappings, which are a statement of their own. */
async function veilOf(ctx: Asking, overAccounts: boolean): Promise<Veil> {
  const { db } = ctx
  const metadata = await loadMetadata(db, db)
  return veilFor(metadata, await heldBy(ctx, metadata), overAccounts ? allRules(await readMappings(db)) : [])
}

/** Which resources of elements that are not public the actor has. */
async function heldBy({ db, actor: { userId }, now }: Asking, metadata: Metadata): Promise<Set<string>> {
  const asked = [...new Set(metadata.elements.flatMap(({ isPublic, resourceId }) => (isPublic === false && resourceId ? [resourceId] : [])))]
  if (asked.length === 0 || userId === null) return new Set()
  const answers = await checkAccesses(db, asked.map((resource) => ({ user: userId, resource })), momentOf(now(), undefined))
  return new Set(asked.filter((_, place) => answers[place]!.allowed))
}

/** What an actor sees of anything that is answered. */
export async function seenBy<T>(ctx: Asking, value: T): Promise<T> {
  return mayReadAll(ctx) ? value : veiled(value, await veilOf(ctx, showsAccounts(value)))
}

const refusal = (where: string, path: string) =>
  new GatehouseError('forbidden', `${where}: ${path} is sensitive, and whoever asks has no right to it.`, { problems: [{ path, message: 'is sensitive' }] })

/** Errors: `forbidden` for a filter or an order that tells something about what one may not read. */
export async function checkQuery(ctx: Asking, resource: Resource, { filter, sortBy }: { filter?: string; sortBy?: string }): Promise<void> {
  if (mayReadAll(ctx)) return
  const sorted = sortBy === undefined ? undefined : resource.attributes.find((one) => one.path.toLowerCase() === sortBy.trim().toLowerCase())
  if (sorted && isPersonal(sorted)) throw refusal('sortBy', sorted.path)
  if (filter === undefined || filter.trim() === '') return
  const hidden = hiddenIn(conditionOf(parseFilter(filter), resource), await veilOf(ctx, false))
  if (hidden !== undefined) throw refusal('filter', hidden)
}

/** Errors: `forbidden` for a mapping that would carry what one may not read to where one may. */
export async function checkSources(ctx: Asking, rules: Mapping): Promise<void> {
  (await sourcesGuard(ctx))(rules)
}

/** The same for a transaction about to begin, which reads the mapping. */
export async function sourcesGuard(ctx: Asking): Promise<(rules: Mapping) => void> {
  const veil = mayReadAll(ctx) ? undefined : await veilOf(ctx, true)
  return (rules) => {
    const hidden = veil && hiddenSource(rules, veil)
    if (hidden !== undefined) throw refusal('The mapping', hidden)
  }
}

/** Errors: `forbidden` for a body that names what one may not change, were it only to clear it. */
export async function checkNamed(ctx: Asking, resource: Resource, body: unknown): Promise<void> {
  if (typeof body !== 'object' || body === null) return
  const veil = await keptFrom(ctx, await loadMetadata(ctx.db, ctx.db))
  if (!veil) return
  const { attributes } = body as { attributes?: unknown }
  const named = [
    ...resource.attributes.filter((one) => isPersonal(one) && one.path in body).map((one) => one.path),
    ...(typeof attributes === 'object' && attributes !== null ? Object.keys(attributes).filter((name) => veil.has(name.toLowerCase())).map((name) => `attributes.${name}`) : []),
  ]
  if (named[0] !== undefined) throw refusal('The body', named[0])
}

/** What an actor may not change; undefined for those who may change sensitive data. */
export async function keptFrom(ctx: Asking, metadata: Metadata): Promise<Veil | undefined> {
  return may(ctx.authority, { resource: 'sensitive', right: 'UPDATE' }) ? undefined : veilFor(metadata, await heldBy(ctx, metadata))
}

/** Leaves what is hidden as it was in a document about to be written; into `after`. Errors: `forbidden` for what would change it. */
export function keepSensitive(resource: Resource, before: Document | undefined, after: Document, veil: Veil): void {
  keepHidden(resource, before, after, veil, (path) => {
    throw refusal('The change', path)
  })
}
