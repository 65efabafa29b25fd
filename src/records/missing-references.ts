/**
 * What records refer to and is not there, all of it. The database says so of one reference, and it alone decides; only a record that is
 * refused already is asked about the others, so that whoever sent it can mend everything at once.
 */
import type { Context } from '../context.ts'
import { GatehouseError, type Problem } from '../errors.ts'
import { valueAt, type Attribute, type Document, type Resource } from '../model/attribute.ts'
import { isRecordName, type RecordName } from '../model/records.ts'
import type { Database, Transaction } from '../store/database.ts'
import { standingIds } from '../store/standing-ids.ts'
import type { Pending } from './record-kind.ts'

interface Use extends Problem {
  path: string
  target: RecordName
  id: string
}

/** The problems of records that are about to be written, in the order of the attribute lists. Who is kept to some people learns nothing of others here. */
export async function missingReferences(db: Pick<Database, 'query'>, { authority }: Pick<Context, 'authority'>, resource: Resource, pending: readonly Pending[]): Promise<Problem[]> {
  const own = new Set(pending.map(({ after }) => after.id))
  const uses = pending.flatMap(({ before, after }) => newUses(resource, before?.document, after)).filter(({ target, id }) => !own.has(id) && !(target === 'User' && authority?.reach))
  const missing = new Set<string>()
  for (const [target, some] of Map.groupBy(uses, (use) => use.target)) {
    const ids = [...new Set(some.map(({ id }) => id))]
    const found = await standingIds(db, target, ids)
    for (const id of ids) if (!found.includes(id)) missing.add(`${target} ${id}`)
  }
  const problems = uses.filter(({ target, id }) => missing.has(`${target} ${id}`)).map(({ path, message }) => ({ path, message }))
  return [...new Map(problems.map((one) => [`${one.path} ${one.message}`, one])).values()]
}

function newUses(resource: Resource, before: Document | undefined, after: Document): Use[] {
  const old = new Map(resource.collections.flatMap(({ path }) => ((before?.[path] ?? []) as Document[]).map((entry) => [`${path} ${String(entry.id)}`, entry])))
  return [
    ...usesIn(resource.attributes, before, after, ''),
    ...resource.collections.flatMap(({ path, attributes }) => ((after[path] ?? []) as Document[]).flatMap((entry) => usesIn(attributes, old.get(`${path} ${String(entry.id)}`), entry, `${path}.`))),
  ]
}

/** Types are held against their groupings elsewhere, and what is read-only nobody sends. */
function usesIn(attributes: readonly Attribute[], before: Document | undefined, after: Document, prefix: string): Use[] {
  return attributes.flatMap(({ path, references, grouping, mutability, side }) => {
    if (!isRecordName(references) || grouping !== undefined || mutability === 'readOnly' || side?.single) return []
    const old = [before && valueAt(before, path)].flat()
    const ids = [valueAt(after, path)].flat().filter((id): id is string => typeof id === 'string' && !old.includes(id))
    return ids.map((id) => ({ path: prefix + path, target: references, id, message: `there is no ${references} with the id ${id}` }))
  })
}

/** The refusal of a reference to nothing, with the records that were to be written: `writing` asks about the rest of them. */
class ReferenceRefused extends GatehouseError {
  readonly resource: Resource
  readonly pending: readonly Pending[]

  constructor({ message, problems, cause }: GatehouseError, resource: Resource, pending: readonly Pending[]) {
    super('invalid_reference', message, { problems, cause })
    this.resource = resource
    this.pending = pending
  }
}

/** What the database said when it was to write records, in a catch; of a reference to nothing with which records these were. */
export function refusedWith(error: unknown, resource: Resource, pending: readonly Pending[]): unknown {
  return error instanceof GatehouseError && error.code === 'invalid_reference' ? new ReferenceRefused(error, resource, pending) : error
}

/** A transaction that writes records: refused for one reference to nothing, it names all of them. They are asked about once it is over and its connection is free. */
export async function writing<T>(ctx: Context, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return ctx.db.transaction(work).catch(async (error: unknown) => {
    if (!(error instanceof ReferenceRefused)) throw error
    const problems = await missingReferences(ctx.db, ctx, error.resource, error.pending).catch(() => [])
    if (problems.length < 2) throw error
    throw new GatehouseError('invalid_reference', `${problems[0]!.path}: ${problems[0]!.message} (and ${problems.length - 1} more).`, { cause: error, problems })
  })
}
