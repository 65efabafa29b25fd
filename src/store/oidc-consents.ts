/** SQL on gatehouse.oidc_consent: what people have allowed applications, and what our own hold of them without having asked. */
import type { Database } from './database.ts'
import { artifactLives } from './oidc-artifacts.ts'

export interface Consent {
  clientId: string
  clientName: string
  /** One of our own, which nobody is asked about. */
  firstParty: boolean
  scopes: string[]
  created: string
  lastModified: string
}

const shown = `select o.client_id as "clientId", c.name as "clientName", c.first_party = 'Y' as "firstParty", o.scopes, o.create_date as created, o.last_update as "lastModified"
  from gatehouse.oidc_consent o join gatehouse.oidc_client c on c.client_id = o.client_id`

/**
 * The consents of a person, by the name of the application; the first 1000. One of our own needs none, and stands there while it holds
 * something that outlives the sign-in.
 */
export async function listConsents(db: Pick<Database, 'query'>, userId: string, now: Date): Promise<Consent[]> {
  return db.query(
    `${shown} where o.user_id = $1 and (c.first_party = 'N' or exists (select from gatehouse.oidc_artifact a
       where a.user_id = $1 and a.client_id = o.client_id and a.kind = 'RefreshToken' and ${artifactLives('a', '$2')}))
     order by gatehouse.name_order(c.name) collate "C", o.client_id limit 1000`, [userId, now.toISOString()])
}

export async function readConsent(db: Pick<Database, 'first'>, userId: string, clientId: string): Promise<Consent | undefined> {
  return db.first(`${shown} where o.user_id = $1 and o.client_id = $2`, [userId, clientId], 'read_oidc_consent')
}

/** Adds scopes to what a person allows a client; whether that was anything new. */
export async function addConsent(db: Pick<Database, 'execute'>, userId: string, clientId: string, scopes: readonly string[], now: string): Promise<boolean> {
  return (await db.execute(
    `insert into gatehouse.oidc_consent as o (user_id, client_id, scopes, create_date, last_update) values ($1, $2, $3, $4, $4)
     on conflict (user_id, client_id) do update set last_update = excluded.last_update,
       scopes = array(select distinct s from unnest(o.scopes || excluded.scopes) s order by s)
     where not o.scopes @> excluded.scopes`, [userId, clientId, scopes, now])) === 1
}

export async function deleteConsent(db: Pick<Database, 'execute'>, userId: string, clientId: string): Promise<boolean> {
  return (await db.execute('delete from gatehouse.oidc_consent where user_id = $1 and client_id = $2', [userId, clientId])) === 1
}

/** Forgets what everybody has allowed a client. */
export async function deleteConsentsOfClient(db: Pick<Database, 'execute'>, clientId: string): Promise<void> {
  await db.execute('delete from gatehouse.oidc_consent where client_id = $1', [clientId])
}
