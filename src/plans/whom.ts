/** Whom a bulk plan is about: everyone whom a filter or a search finds, read and found in one way for all of them. */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { user } from '../model/user.ts'
import { countHidden, countMatches, type ListQuery } from '../store/list-records.ts'
import { reachScope } from '../store/reach.ts'

const mostPeople = 1_000_000

export interface Whom {
  filter?: string
  q?: string
  /** Hidden people too (isVisible false), whom a filter leaves out unless it asks about isVisible. */
  includeHidden?: true
}

/** Reads whom a body means. Errors: `invalid_value`, `required_attribute` when it names nobody. */
export function readWhom({ filter, q, includeHidden }: Document): Whom {
  for (const [name, value] of [['filter', filter], ['q', q]] as const) {
    if (value !== undefined && typeof value !== 'string') throw new GatehouseError('invalid_value', `${name}: must be a text.`)
  }
  if (isBlank(filter) && isBlank(q)) throw new GatehouseError('required_attribute', 'filter: is required; a bulk operation never means everyone by accident.')
  if (includeHidden !== undefined && typeof includeHidden !== 'boolean') throw new GatehouseError('invalid_value', 'includeHidden: must be true or false.')
  return { filter: filter as string | undefined, q: q as string | undefined, ...(includeHidden ? { includeHidden } : {}) }
}

const isBlank = (text: unknown) => typeof text !== 'string' || text.trim() === ''

/** Errors: `unknown_attribute` for what is left of a body that no part of it has read. */
export function refuseRest(rest: Document): void {
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw new GatehouseError('unknown_attribute', `${unknown}: is not part of a bulk operation.`)
}

export interface FoundPeople {
  query: Omit<ListQuery, 'count'>
  found: number
  /** How many hidden people are found as well, and left out. */
  hidden: number
}

/** Finds them within the reach of whoever asks. Errors: `invalid_value` for more than a million. */
export async function findWhom(ctx: Context, { filter, q, includeHidden }: Whom): Promise<FoundPeople> {
  const query = { filter, q, includeHidden, scope: reachScope(ctx.authority?.reach) }
  const found = await countMatches(ctx.db, user, query)
  if (found > mostPeople) throw new GatehouseError('invalid_value', `filter: finds more than ${mostPeople} people; narrow it.`)
  return { query, found, hidden: await countHidden(ctx.db, user, query, found) }
}
