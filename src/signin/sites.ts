/** Which sites a sign-in is for. One host signs people in (decisions/0045): its own site counts for all, whichever is named besides. */
import { publicUrl } from '../config.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { hasSite, sitesThatCount } from '../store/site-records.ts'

type Reader = Pick<Database, 'query'>

export interface SignInSites {
  ids: readonly string[]
  /** The level that they ask for at least. */
  level: number
}

/**
 * The sites whose least level and usage policies count: that of our own address, first, and the one that is named. What a
 * request says of the host is not asked: it could name the site that asks least.
 */
export async function sitesOf(db: Reader, ctx: Pick<Context, 'config'>, siteId: string | null): Promise<SignInSites> {
  const { own, named } = await sitesThatCount(db, ownHost(ctx), siteId)
  const sites = [own ?? [], named ?? []].flat()
  return { ids: [...new Set(sites.map(({ id }) => id))], level: Math.max(0, ...sites.map(({ level }) => level)) }
}

/** The host that signs people in. */
export const ownHost = ({ config }: Pick<Context, 'config'>): string => new URL(publicUrl(config)).host

/** Errors: `invalid_reference`. */
export async function refuseUnknownSite(db: Pick<Database, 'first'>, site: string): Promise<void> {
  if (!(await hasSite(db, site))) throw new GatehouseError('invalid_reference', 'site: there is no such site.', { problems: [{ path: 'site', message: 'there is no such site' }] })
}
