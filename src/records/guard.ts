/**
 * What the actor may do in Gatehouse itself, as verbs ask it: whether they have a right, whether people are within their
 * reach, and that they act on nobody who has more than they have. What is given along edges, the database guards itself
 * (migration 0015). Who acts without an authority is trusted: the command line, jobs, the server.
 */
import type { Authority, Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { Attribute, Document } from '../model/attribute.ts'
import { ownResources, rightKey, type Need } from '../model/own-access.ts'
import { user } from '../model/user.ts'
import type { Transaction } from '../store/database.ts'
import { peopleBeyond } from '../store/own-access.ts'
import { outsideReach } from '../store/reach.ts'
import { relatedBelow } from '../store/user-rows.ts'

type Reader = Pick<Transaction, 'query'>

/** Whether somebody has a right. */
export function may(authority: Authority | undefined, need: Need): boolean {
  return authority === undefined || authority.rights === 'all' || authority.rights.has(rightKey(need))
}

/** Errors: `forbidden`, naming the first right that is missing. */
export function refuseUnless(authority: Authority | undefined, needs: readonly Need[]): void {
  const missing = needs.find((need) => !may(authority, need))
  if (missing) throw new GatehouseError('forbidden', `This needs the right ${missing.right} on "${ownResources[missing.resource].name}", which whoever asks does not have.`)
}

/**
 * The rights that somebody may give to others, as the database names them; undefined when that is all. Who is restricted
 * gives none: nobody would be restricted by what they give.
 */
export function givenRights(authority: Authority | undefined): string[] | undefined {
  if (!authority) return undefined
  if (authority.reach) return []
  return authority.rights === 'all' ? undefined : [...authority.rights].map((one) => one.toUpperCase())
}

/** As the database refuses a reference to nobody. */
function unknown(path: string, id: string): GatehouseError {
  const message = `there is no User with the id ${id}`
  return new GatehouseError('invalid_reference', `${path}: ${message}.`, { problems: [{ path, message }] })
}

const absent = (id: string) => new GatehouseError('not_found', `There is no User with the id ${id}.`)

/** Errors: `not_found` for the first of these people who is not within the actor's reach, as if they were not there. */
export async function guardReach(db: Reader, { authority }: Pick<Context, 'authority'>, ids: readonly string[]): Promise<void> {
  if (!authority?.reach || ids.length === 0) return
  const [outside] = await outsideReach(db, authority.reach, ids)
  if (outside !== undefined) throw absent(outside)
}

/** What the server keeps for itself stays as it came, whoever asks and by whatever way. Errors: `system_record`. */
export function refuseSystem(before: Document | undefined): void {
  if (before?.systemFlag === true) throw new GatehouseError('system_record', `${String(before.displayName ?? before.id)} is a record of the system: it is nobody's to change or to delete.`)
}

/**
 * Before people are changed, reset, merged or deleted. Errors: `not_found` for who is not within reach, `forbidden` for
 * who has rights here that the actor has not, or who administers anything when the actor is restricted.
 */
export async function guardPeople(db: Reader, ctx: Pick<Context, 'authority' | 'actor'>, ids: readonly string[]): Promise<void> {
  await guardReach(db, ctx, ids)
  const rights = givenRights(ctx.authority)
  const others = ids.filter((id) => id !== ctx.actor.userId)
  if (rights === undefined || others.length === 0) return
  const [beyond] = await peopleBeyond(db, others, rights)
  if (beyond !== undefined) throw new GatehouseError('forbidden', `The person ${beyond} has rights in Gatehouse that you do not have, or you may administer only some people and they administer too.`)
}

/**
 * After people were written. By anybody: to whom they were related, has no rights that the actor has not, since accounts end with those
 * they are related to, by a date or by somebody who does not look. By somebody restricted: all of them are still, or now, within reach,
 * and so is whoever ends with them. Errors: `forbidden`; `invalid_reference` for who is not to be known of.
 */
export async function guardPlaces(tx: Reader, ctx: Pick<Context, 'authority' | 'actor'>, written: readonly Placed[]): Promise<void> {
  const { authority } = ctx
  if (!authority || written.length === 0) return
  await guardRelations(tx, ctx, written)
  const { reach } = authority
  if (!reach) return
  for (const { before, after } of written) {
    const foreign = newEntries('affiliations', ['organization'], before, after).map(({ organization }) => organization as string).find((id) => reach.organizations && !reach.organizations.includes(id))
    if (foreign !== undefined) throw new GatehouseError('forbidden', `affiliations: you may put people into organisations that you administer, and ${foreign} is not one of them.`)
  }
  const [outside] = await outsideReach(tx, reach, written.map(({ id }) => id))
  if (outside !== undefined) throw new GatehouseError('forbidden', 'The person would not be among those whom you may administer; give them an organisation, group or supervisor that makes them so.')
}

/** What of a person's document names other people and is written by callers: `alternateId`, and `supervisor` of each of `supervisors`. */
const naming = user.attributes.filter(isNaming).map(({ path }) => path)
const namingEntries = user.collections.flatMap((collection) => collection.attributes.filter(isNaming).map(({ path }) => ({ collection: collection.path, path })))

function isNaming({ references, mutability }: Attribute): boolean {
  return references === 'User' && mutability === 'readWrite'
}

/**
 * Before people are written: whoever is newly named and is neither within reach, nor the actor themselves, nor written along with them, is
 * answered as nobody is, and nobody likewise, whatever else is wrong. Errors: `invalid_reference`.
 */
export async function guardNamed(tx: Reader, { authority, actor }: Pick<Context, 'authority' | 'actor'>, pending: readonly Placed[]): Promise<void> {
  const reach = authority?.reach
  if (!reach) return
  const together = new Set(pending.filter(({ before }) => !before).map(({ id }) => id))
  const named = pending.flatMap(({ before, after }) => [
    ...naming.filter((path) => after[path] !== undefined && after[path] !== before?.[path]).map((path) => ({ path, id: after[path] as string })),
    ...namingEntries.flatMap(({ collection, path }) => newEntries(collection, [path], before, after).map((entry) => ({ path: `${collection}.${path}`, id: entry[path] as string }))),
  ]).filter(({ id }) => id !== actor.userId && !together.has(id))
  const outside = named.length === 0 ? [] : await outsideReach(tx, reach, named.map(({ id }) => id))
  const hidden = named.find(({ id }) => outside.includes(id))
  if (hidden) throw unknown(hidden.path, hidden.id)
}

interface Placed {
  id: string
  before?: Document
  after: Document
}

/** Nobody is newly related, and no last date is newly set, so that accounts end which the actor could not end by themselves. */
export async function guardRelations(tx: Reader, { authority, actor }: Pick<Context, 'authority' | 'actor'>, written: readonly Placed[]): Promise<void> {
  const [reach, rights] = [authority?.reach, givenRights(authority)]
  if (rights === undefined) return
  const entries = written.flatMap(({ before, after }) => newEntries('relations', ['user', 'type'], before, after))
  const named = entries.map(({ user }) => user as string)
  const [stranger] = reach && named.length > 0 ? await outsideReach(tx, reach, named) : []
  if (stranger !== undefined) throw unknown('relations.user', stranger)
  const below = async (ids: readonly string[]) => (ids.length === 0 ? [] : (await relatedBelow(tx, ids)).map(({ id }) => id))
  // Family are other people, and end with nobody.
  const following = entries.filter(({ type }) => type !== 'FAMILY').map(({ user }) => user as string)
  const ending = [...following, ...await below(following)]
  const dated = reach ? await below(written.filter(isDated).map(({ id }) => id)) : []
  const [far] = reach && ending.length + dated.length > 0 ? await outsideReach(tx, reach, [...ending, ...dated]) : []
  if (far !== undefined) {
    throw new GatehouseError('forbidden', 'relations, lastDate: an account is related to the person, or to whom they are related, that is not among those whom you may administer, and it would end with them. Somebody who may administer both can do this.')
  }
  const others = ending.filter((id) => id !== actor.userId)
  const [beyond] = others.length > 0 ? await peopleBeyond(tx, others, rights) : []
  if (beyond !== undefined) throw new GatehouseError('forbidden', `relations: ${beyond} would end with the person, and has rights in Gatehouse that you do not have, or you may administer only some people and they administer too.`)
}

/** Whether a last date was set, or somebody who had left came back to one. */
function isDated({ before, after }: Placed): boolean {
  const dateOf = (document: Document | undefined) => (['TERMINATED', 'RETIRED', 'DECEASED'].includes(document?.status as string) ? undefined : document?.lastDate)
  return dateOf(after) !== undefined && dateOf(after) !== dateOf(before)
}

/** Entries of a collection that were not there before, by these attributes of theirs. */
function newEntries(collection: string, attributes: readonly string[], before: Document | undefined, after: Document): Document[] {
  const entries = (document: Document | undefined) => (document?.[collection] ?? []) as Document[]
  const keyOf = (entry: Document) => JSON.stringify(attributes.map((one) => entry[one] ?? null))
  const old = new Set(entries(before).map(keyOf))
  return entries(after).filter((entry) => !old.has(keyOf(entry)))
}
