/** What is called by its name on the command line: people by their user name, all else by the name they show. */
import { groupKind, resourceKind, roleKind } from '../access/access-records.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { nodeTypes, type Letter } from '../model/access-edges.ts'
import { valueAt, type Resource } from '../model/attribute.ts'
import { organization } from '../model/organization.ts'
import { documentOf } from '../model/rows.ts'
import { user } from '../model/user.ts'
import { namedAt } from '../store/access-people.ts'
import type { Moment } from '../store/access-walk.ts'
import { comparedText } from '../model/text.ts'
import { findByKey } from '../store/find-by-key.ts'
import { loadRecords } from '../store/records.ts'

const resources: Record<Letter, { resource: Resource; name: string }> = {
  u: { resource: user, name: 'userName' }, g: { resource: groupKind.resource, name: 'displayName' }, r: { resource: roleKind.resource, name: 'name' },
  s: { resource: resourceKind.resource, name: 'name' }, o: { resource: organization, name: 'name' },
}

/** The path of the attribute that names records of a kind. */
export const namePath = (letter: Letter) => resources[letter].name

/**
 * The id of what has this name, in whatever letters; what is nobody's name is taken for an id, perhaps of something that is there no more and
 * that a past moment is asked about. Errors: `conflict` when several have the name.
 */
export async function namedId({ db }: Pick<Context, 'db'>, letter: Letter, given: string): Promise<string> {
  const { resource, name } = resources[letter]
  const found = (await findByKey(db, resource, name, [given])).get(comparedText(given)) ?? []
  if (found.length > 1) {
    // Of several whose names differ in case, what is written exactly so is meant.
    const records = await loadRecords(db, resource, found, { collections: [], custom: false })
    const exact = found.filter((id) => valueAt(documentOf(resource, records.get(id)!), name) === given)
    if (exact.length === 1) return exact[0]!
    throw new GatehouseError('conflict', `${found.length} records of the kind ${resource.name} are called ${given}; give the id: ${found.join(', ')}.`)
  }
  return found[0] ?? given
}

/** The same of what had the name at a moment: it may be called otherwise by now, or be no more, or something else may be called so. */
export async function namedIdAt(ctx: Pick<Context, 'db'>, letter: Letter, given: string, moment: Moment): Promise<string> {
  // Of people the history keeps how they stood, and not what they were called.
  if (letter === 'u' || !moment.past) return namedId(ctx, letter, given)
  const found = await namedAt(ctx.db, letter, given, moment)
  // The question itself takes the resource that is written exactly so.
  if (letter === 's' && found.length > 1) return given
  if (found.length > 1) throw new GatehouseError('conflict', `${found.length} records of the kind ${nodeTypes[letter]} were called ${given} then; give the id: ${found.join(', ')}.`)
  return found[0] ?? given
}

/** The id of what has this name, or this id. Errors: `not_found`, `conflict` when several have the name. */
export async function idOf(ctx: Pick<Context, 'db'>, letter: Letter, given: string): Promise<string> {
  const { resource } = resources[letter]
  const id = await namedId(ctx, letter, given)
  if (!(await loadRecords(ctx.db, resource, [id], { collections: [], custom: false })).has(id)) throw new GatehouseError('not_found', `There is no ${resource.name} with the name or id ${given}.`)
  return id
}

/** `Role:Clerk` as `Role:` and the id; what is no such text stays, for whoever reads it to refuse. */
export async function namedNode(ctx: Pick<Context, 'db'>, text: string): Promise<string> {
  const at = text.indexOf(':')
  const letter = (Object.keys(nodeTypes) as Letter[]).find((one) => nodeTypes[one] === text.slice(0, at))
  return letter === undefined ? text : `${text.slice(0, at + 1)}${await namedId(ctx, letter, text.slice(at + 1))}`
}
