/** Lists over attribute lists: every such route takes the same parameters and answers the same page. */
import type { Context } from '../context.ts'
import type { Document } from '../model/attribute.ts'
import type { Database, Row } from '../store/database.ts'
import { documentOfRow, listRows, sortable, type Listing, type RowQuery } from '../store/list-rows.ts'
import { listParameters, type Answer, type Call, type QueryParameter, type Route } from './route.ts'

const shared = new Set(['filter', 'sortBy', 'sortOrder', 'count', 'cursor', 'total'])
const parameters = listParameters.filter(({ name }) => shared.has(name))

interface Options {
  /** Columns that must hold what the address or a parameter says. */
  where?: (call: Call) => Record<string, unknown> | Promise<Record<string, unknown>>
  /** A further condition for this caller, over the alias t. */
  scope?: (ctx: Context) => RowQuery['scope']
  /** A further condition of what was asked for. */
  narrow?: (call: Call) => RowQuery['scope']
  /** Further parameters, which `where` and `narrow` read. */
  query?: readonly QueryParameter[]
  /** Rows as callers see them; by default what the attribute list names. */
  show?: (rows: readonly Row[], db: Database, ctx: Context) => readonly unknown[] | Promise<readonly unknown[]>
}

/** What a route needs to be such a list. */
export function listed(listing: Listing, { where, scope, narrow, query = [], show }: Options = {}): Pick<Route, 'query' | 'sortable' | 'handle'> {
  const shown = show ?? ((rows: readonly Row[]): Document[] => rows.map((row) => documentOfRow(listing, row)))
  return {
    query: [...query, ...parameters],
    sortable: sortable(listing),
    handle: async (call): Promise<Answer> => {
      const { filter, sortBy, sortOrder, count, cursor, total } = call.query as Record<string, string> & { count?: number; total?: boolean; sortOrder?: 'ascending' | 'descending' }
      const conditions = await where?.(call)
      const { rows, ...page } = await listRows(call.ctx.db, listing, { filter, sortBy, sortOrder, count: count ?? 100, cursor, total, where: conditions, scope: narrow?.(call) ?? scope?.(call.ctx) })
      return { body: { items: await shown(rows, call.ctx.db, call.ctx), ...page } }
    },
  }
}
