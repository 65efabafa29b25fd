/** SQL on gatehouse.oidc_client and its secrets. */
import type { Document } from '../model/attribute.ts'
import { sourcesOf } from '../model/account-mapping.ts'
import { claimRules, clientAttributes, clientLists } from '../model/oidc-client.ts'
import { personCounts } from './access-walk.ts'
import type { Database, Row, Transaction } from './database.ts'
import { documentOfRow, type Listing } from './list-rows.ts'

type Reader = Pick<Database, 'query' | 'first'>

/** Clients, by name. */
export const clientListing: Listing = {
  name: 'Client', table: 'gatehouse.oidc_client', idColumn: 'client_id', attributes: clientAttributes, collections: [], order: ['name'],
}

/** A row as a document: without secrets, which stand elsewhere. */
export function clientOfRow(row: Row): Document {
  const lists = Object.fromEntries(clientLists.map(({ path, column }) => [path, row[column]]))
  return { ...documentOfRow(clientListing, row), ...lists, ...(row.public_keys === null ? {} : { keys: row.public_keys }), ...(row.claims === null ? {} : { claims: row.claims }) }
}

export async function readClientRow(db: Reader, id: string, lock = false): Promise<Document | undefined> {
  const row = await db.first<Row>(`select * from gatehouse.oidc_client where client_id = $1${lock ? ' for update' : ''}`, [id], lock ? undefined : 'read_oidc_client')
  return row && clientOfRow(row)
}

/** A client at a version: the one that somebody was asked about, or that was trusted. */
export interface ClientAsRead {
  id: string
  version: number
}

/**
 * Finds a client only as it was read, and keeps it so until the end of the transaction: stands against the lock of `changeClient`, which takes
 * away what was given so far, and would not see what is being written at that moment.
 */
export const clientAsRead = (id: string, version: string) => `select from gatehouse.oidc_client where client_id = ${id} and version = ${version} for key share`

const written = clientAttributes.filter(({ mutability }) => mutability !== 'readOnly')
const flagOf = (value: unknown) => (typeof value === 'boolean' ? (value ? 'Y' : 'N') : (value ?? null))

function columnsOf(client: Document): [names: string[], values: unknown[]] {
  const names = [...written.map(({ column }) => column), ...clientLists.map(({ column }) => column), 'public_keys', 'claims']
  return [names, [...written.map(({ path }) => flagOf(client[path])), ...clientLists.map(({ path }) => client[path]), ...[client.keys, client.claims].map((one) => (one === undefined ? null : JSON.stringify(one)))]]
}

export async function insertClient(tx: Transaction, id: string, client: Document, now: string, createdBy: string | null): Promise<void> {
  const [names, values] = columnsOf(client)
  const all = [id, now, now, createdBy, ...values]
  await tx.execute(`insert into gatehouse.oidc_client (client_id, create_date, last_update, created_by, ${names.join(', ')}) values (${all.map((_, place) => `$${place + 1}`).join(', ')})`, all)
}

export async function updateClient(tx: Transaction, id: string, client: Document, now: string): Promise<void> {
  const [names, values] = columnsOf(client)
  await tx.execute(
    `update gatehouse.oidc_client set version = version + 1, last_update = $2, ${names.map((name, place) => `${name} = $${place + 3}`).join(', ')} where client_id = $1`, [id, now, ...values])
}

export async function deleteClientRow(tx: Transaction, id: string): Promise<void> {
  await tx.execute('delete from gatehouse.oidc_client where client_id = $1', [id])
}

export interface SecretRow {
  id: string
  created: string
  expires: string | null
}

/** The secrets of a client that still work, the oldest first; never what they are. */
export async function listSecrets(db: Reader, clientId: string, now: string): Promise<SecretRow[]> {
  return db.query(`select secret_id as id, create_date as created, expires_at as expires from gatehouse.oidc_client_secret
    where client_id = $1 and (expires_at is null or expires_at > $2) order by secret_id`, [clientId, now])
}

/**
 * A client with the level that its site wants, the hashes of its secrets that work, in hex (what a secret that somebody shows is held
 * against), and whether its service account may act now.
 */
export async function readClientToAuthenticate(db: Reader, id: string, now: string): Promise<{ client: Document; secretHashes: string[]; siteLevel: number; acts: boolean } | undefined> {
  const row = await db.first<Row & { hashes: string[]; site_level: number | null; acts: boolean | null }>(
    `select c.*, array(select encode(s.secret_hash, 'hex') from gatehouse.oidc_client_secret s
       where s.client_id = c.client_id and (s.expires_at is null or s.expires_at > $2) order by s.secret_id) as hashes,
       (select l.level from content_provider p join auth_level l on l.auth_level_id = p.min_auth_level where p.content_provider_id = c.site_id) as site_level,
       (select ${personCounts('$2', false)} from users u where u.user_id = c.user_id) as acts
     from gatehouse.oidc_client c where c.client_id = $1`, [id, now], 'authenticate_oidc_client')
  return row && { client: clientOfRow(row), secretHashes: row.hashes, siteLevel: row.site_level ?? 0, acts: row.acts ?? false }
}

export async function insertSecret(tx: Transaction, secret: { id: string; clientId: string; hash: Buffer; now: string; createdBy: string | null }): Promise<void> {
  await tx.execute('insert into gatehouse.oidc_client_secret (secret_id, client_id, secret_hash, create_date, created_by) values ($1, $2, $3, $4, $5)',
    [secret.id, secret.clientId, secret.hash, secret.now, secret.createdBy])
}

/** Gives the secrets there are an end, unless they have an earlier one. */
export async function expireSecrets(tx: Transaction, clientId: string, at: string): Promise<void> {
  await tx.execute('update gatehouse.oidc_client_secret set expires_at = least(expires_at, $2) where client_id = $1', [clientId, at])
}

export async function deleteSecrets(tx: Transaction, clientId: string, secretId: string | null): Promise<number> {
  return tx.execute('delete from gatehouse.oidc_client_secret where client_id = $1 and secret_id = coalesce($2, secret_id)', [clientId, secretId])
}

/** Forgets some of the secrets that lapsed before an instant, passing over what others hold; how many. When they would lapse, the audit has from their rotation. */
export async function sweepSecrets(db: Pick<Database, 'execute'>, before: Date, batch: number): Promise<number> {
  return db.execute(
    'delete from gatehouse.oidc_client_secret where secret_id in (select secret_id from gatehouse.oidc_client_secret where expires_at < $1 limit $2 for update skip locked)', [before, batch])
}

/** The levels of sign-in that have a name, weakest first. */
export async function authLevels(db: Reader): Promise<{ id: string; level: number }[]> {
  return db.query('select auth_level_id as id, level from auth_level order by level', [], 'auth_levels')
}

/** The redirect addresses of clients in use that begin so, in small letters, and so all of one origin and some of its neighbours. */
export async function redirectUrisAt(db: Reader, origin: string): Promise<string[]> {
  const rows = await db.query<{ uri: string }>(`select distinct uri from gatehouse.oidc_client, unnest(redirect_uris) uri where is_active = 'Y' and starts_with(lower(uri), $1)`, [origin.toLowerCase()], 'redirect_uris_at')
  return rows.map(({ uri }) => uri)
}

/** The names of all claims that clients have of their own. */
export async function ownClaims(db: Reader): Promise<string[]> {
  const rows = await db.query<{ name: string }>(`select distinct jsonb_object_keys(claims) as name from gatehouse.oidc_client where claims is not null order by 1`, [], 'own_claims')
  return rows.map(({ name }) => name).filter((name) => !(name in Object.prototype))
}

/** Held by whoever gives an application claims of its own, and by whoever hides an attribute: each sees what the other has done. */
export async function lockClaims(tx: Transaction): Promise<void> {
  await tx.execute(`select pg_advisory_xact_lock(hashtext('gatehouse.claims'))`)
}

/** The names of clients that learn a custom attribute by claims of their own. */
export async function clientsTold(db: Reader, attribute: string): Promise<string[]> {
  const rows = await db.query<Row>('select * from gatehouse.oidc_client where claims is not null order by name')
  const source = `attributes.${attribute}`.toLowerCase()
  return rows.map(clientOfRow).filter((client) => sourcesOf(claimRules(client)).some((one) => one.toLowerCase() === source)).map(({ name }) => name as string)
}
