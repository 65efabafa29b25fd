/** Which sites a sign-in is for. One host signs people in (decisions/0045): its own site counts for all, whichever is named besides. */
import { publicUrl } from '../config.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { hasSite, siteOfHost } from '../store/site-records.ts'

type Reader = Pick<Database, 'query'>

/** The site of our own address. What a request says of the host is not asked: it could name the site that asks least. */
export const ownSite = (db: Reader, { config }: Pick<Context, 'config'>): Promise<string | undefined> => siteOfHost(db, new URL(publicUrl(config)).host)

/** The sites whose least level and usage policies count: our own, and the one that is named. */
export async function sitesOf(db: Reader, ctx: Pick<Context, 'config'>, siteId: string | null): Promise<string[]> {
  const own = await ownSite(db, ctx)
  return [...new Set([own ?? [], siteId ?? []].flat())]
}

/** Errors: `invalid_reference`. */
export async function refuseUnknownSite(db: Pick<Database, 'first'>, site: string): Promise<void> {
  if (!(await hasSite(db, site))) throw new GatehouseError('invalid_reference', 'site: there is no such site.', { problems: [{ path: 'site', message: 'there is no such site' }] })
}
