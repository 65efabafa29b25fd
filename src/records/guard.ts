/**
 * What the actor may do in Gatehouse itself, as verbs ask it: whether they have a right, whether people are within their
 * reach, and that they act on nobody who has more than they have. What is given along edges, the database guards itself
 * (migration 0015). Who acts without an authority is trusted: the command line, jobs, the server.
 */
import type { Authority, Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { ownResources, rightKey, type Need } from '../model/own-access.ts'
import type { Transaction } from '../store/database.ts'
import { peopleBeyond } from '../store/own-access.ts'
import { outsideReach } from '../store/reach.ts'

type Reader = Pick<Transaction, 'query'>

/** Whether somebody has a right. */
export function may(authority: Authority | undefined, need: Need): boolean {
  return authority === undefined || authority.rights === 'all' || authority.rights.has(rightKey(need))
}

/** Errors: `forbidden`, naming the first right that is missing. */
export function refuseUnless(authority: Authority | undefined, needs: readonly Need[]): void {
  const missing = needs.find((need) => !may(authority, need))
  if (missing) throw new GatehouseError('forbidden', `This needs the right ${missing.right} on "${ownResources[missing.resource].name}", which the person of this key does not have.`)
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
 * After people were written by somebody who is restricted: all of them are still, or now, within reach, and so is whomever they were related
 * to, since accounts end with those they are related to. Errors: `forbidden`; `invalid_reference` for who is not to be known of.
 */
export async function guardPlaces(tx: Reader, { authority }: Pick<Context, 'authority'>, written: readonly { id: string; before?: Document; after: Document }[]): Promise<void> {
  const reach = authority?.reach
  if (!reach || written.length === 0) return
  for (const { before, after } of written) {
    const foreign = newlyNamed('affiliations', ['organization'], before, after).find((id) => reach.organizations && !reach.organizations.includes(id))
    if (foreign !== undefined) throw new GatehouseError('forbidden', `affiliations: you may put people into organisations that you administer, and ${foreign} is not one of them.`)
  }
  const named = written.flatMap(({ before, after }) => newlyNamed('relations', ['user', 'type'], before, after))
  const [stranger] = named.length > 0 ? await outsideReach(tx, reach, named) : []
  if (stranger !== undefined) throw unknown('relations.user', stranger)
  const [outside] = await outsideReach(tx, reach, written.map(({ id }) => id))
  if (outside !== undefined) throw new GatehouseError('forbidden', 'The person would not be among those whom you may administer; give them an organisation, group or supervisor that makes them so.')
}

/** What entries of a collection name that were not there before, in these two of their attributes. */
function newlyNamed(collection: string, [attribute, beside]: readonly [string, string?], before: Document | undefined, after: Document): string[] {
  const entries = (document: Document | undefined) => (document?.[collection] ?? []) as Document[]
  const keyOf = (entry: Document) => JSON.stringify([entry[attribute], beside && entry[beside]])
  const old = new Set(entries(before).map(keyOf))
  return entries(after).filter((entry) => !old.has(keyOf(entry))).map((entry) => entry[attribute] as string)
}
