/** SQL on CONTENT_PROVIDER, IT_POLICY and IT_POLICY_VERSION, one record at a time; each has a version, the ETag. */
import { GatehouseError } from '../errors.ts'
import type { Attribute, Collection, Document } from '../model/attribute.ts'
import { columnsOf, toColumn } from '../model/rows.ts'
import { questionGroup, securityQuestion } from '../model/security-questions.ts'
import { contentProvider, itPolicy, itPolicyVersion, patternsOf } from '../model/site-records.ts'
import type { Database, Transaction } from './database.ts'
import { documentOfRow, type Listing } from './list-rows.ts'

export async function hasSite(db: Pick<Transaction, 'first'>, siteId: string): Promise<boolean> {
  return (await db.first('select from content_provider where content_provider_id = $1', [siteId])) !== undefined
}

/** Of the sites whose pattern is among $1, the one that says it most exactly first. */
const mostExactFirst = `order by c.domain_pattern like '*%', length(c.domain_pattern) desc, c.content_provider_id`

const ofHost = (patterns: string) => `lower(c.domain_pattern) = any(${patterns})`

/** The theme of the site that a host belongs to: of the one that says it most exactly. */
export async function themeOfHost(db: Pick<Database, 'first'>, host: string): Promise<string | undefined> {
  return (await db.first<{ theme: string }>(
    `select c.ui_theme_id as theme from content_provider c where ${ofHost('$1')} and c.ui_theme_id is not null ${mostExactFirst} limit 1`, [patternsOf(host)]))?.theme
}

/** The theme of a site. */
export async function themeOfSite(db: Pick<Database, 'first'>, siteId: string): Promise<string | undefined> {
  return (await db.first<{ theme: string | null }>('select ui_theme_id as theme from content_provider where content_provider_id = $1', [siteId]))?.theme ?? undefined
}

/** The theme of the site that the application belongs to which something of the provider's is for. */
export async function themeOfArtifact(db: Pick<Database, 'first'>, hash: Buffer, now: string): Promise<string | undefined> {
  return (await db.first<{ theme: string }>(
    `select c.ui_theme_id as theme from gatehouse.oidc_artifact a join gatehouse.oidc_client o on o.client_id = a.client_id
     join content_provider c on c.content_provider_id = o.site_id where a.artifact_hash = $1 and a.expires_at > $2 and c.ui_theme_id is not null`, [hash, now]))?.theme
}

export interface SignInSite {
  id: string
  /** The level that it asks for at least; 0 where it asks for nothing. */
  level: number
}

/** The sites that count for a sign-in: the one that a host belongs to, in the same way, and the one that is named. */
export async function sitesThatCount(db: Pick<Database, 'query'>, host: string, named: string | null): Promise<{ own?: SignInSite; named?: SignInSite }> {
  const sites = await db.query<SignInSite & { own: boolean }>(
    `select c.content_provider_id as id, coalesce(l.level, 0) as level, ${ofHost('$1')} as own
     from content_provider c left join auth_level l on l.auth_level_id = c.min_auth_level
     where ${ofHost('$1')} or c.content_provider_id = $2 ${mostExactFirst}`, [patternsOf(host), named], 'sites_that_count')
  return { own: sites.find(({ own }) => own), named: sites.find(({ id }) => id === named) }
}

export interface VersionedRecord {
  document: Document
  version: number
}

const listingOf = (name: string, { table, idColumn, attributes }: Collection, order: readonly string[]): Listing => ({ name, table, idColumn, attributes, collections: [], order })

export const siteListings = {
  contentProvider: listingOf('ContentProvider', contentProvider, ['name']),
  itPolicy: listingOf('ItPolicy', itPolicy, ['id']),
  itPolicyVersion: listingOf('ItPolicyVersion', itPolicyVersion, ['id']),
  questionGroup: listingOf('QuestionGroup', questionGroup, ['name']),
  securityQuestion: listingOf('SecurityQuestion', securityQuestion, ['id']),
}

/** One record, or `not_found`; held until the transaction ends when asked for. */
export async function readSiteRecord(db: Pick<Database, 'first'>, kind: Collection, id: string, lock = false): Promise<VersionedRecord> {
  const row = await db.first(`select * from ${kind.table} where ${kind.idColumn} = $1${lock ? ' for update' : ''}`, [id])
  if (!row) throw new GatehouseError('not_found', `There is no ${kind.label} with the id ${id}.`)
  return { document: documentOfRow(kind, row), version: row.version as number }
}

/** The primary key aside, everything the list names: stamps are the verb's. */
export async function insertSiteRecord(tx: Transaction, kind: Collection, document: Document): Promise<void> {
  const list = columnsOf(kind.attributes)
  await tx.execute(`insert into ${kind.table} (${list.map(({ column }) => column).join(', ')}) values (${list.map((_, index) => `$${index + 1}`).join(', ')})`, list.map((one) => cell(one, document)))
}

export async function updateSiteRecord(tx: Transaction, kind: Collection, document: Document): Promise<void> {
  const list = columnsOf(kind.attributes).filter(({ column }) => column !== kind.idColumn)
  const sets = list.map(({ column }, index) => `${column} = $${index + 2}`)
  await tx.execute(`update ${kind.table} set ${sets.join(', ')}, version = version + 1 where ${kind.idColumn} = $1`, [document.id, ...list.map((one) => cell(one, document))])
}

/** Errors: `still_referenced`. */
export async function deleteSiteRecord(tx: Transaction, kind: Collection, id: string): Promise<void> {
  await tx.execute(`delete from ${kind.table} where ${kind.idColumn} = $1`, [id])
}

const cell = (attribute: Attribute, document: Document) => toColumn(attribute, document[attribute.path] ?? attribute.default)

/** Takes the place of the version that was asked for, of one policy on one site; the ids of those that are no longer. */
export async function retireVersions(tx: Transaction, { id, policyId, contentProviderId }: Document): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `update it_policy_version set active = 'N', version = version + 1 where it_policy_id = $1 and content_provider_id is not distinct from $2 and active = 'Y' and version_id <> $3 returning version_id as id`,
    [policyId, contentProviderId ?? null, id])
  return rows.map((row) => row.id)
}

/** Holds a site, if it is there, so that nobody deletes it meanwhile. */
export async function holdSite(tx: Transaction, siteId: string): Promise<void> {
  await tx.execute('select from content_provider where content_provider_id = $1 for key share', [siteId])
}

/** The first of the versions in force that are asked for on one site alone. */
export async function versionAskedOn(tx: Transaction, siteId: string): Promise<{ id: string; name: string } | undefined> {
  return tx.first(`select version_id as id, name from it_policy_version where content_provider_id = $1 and active = 'Y' order by version_id limit 1`, [siteId])
}

/** Whether anybody has decided on a version. */
export async function isDecided(tx: Transaction, versionId: string): Promise<boolean> {
  return (await tx.first('select from user_it_policy_history where version_id = $1 limit 1', [versionId])) !== undefined
}
