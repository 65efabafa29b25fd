/** SQL on gatehouse.oidc_consent: what people have allowed applications, and what our own hold of them without having asked. */
import type { Database, Transaction } from './database.ts'
import { artifactLives } from './oidc-artifacts.ts'
import { clientAsRead, type ClientAsRead } from './oidc-clients.ts'

export interface Consent {
  clientId: string
  clientName: string
  /** One of our own, which nobody is asked about. */
  firstParty: boolean
  scopes: string[]
  created: string
  lastModified: string
}

/**
 * The consents of a person, by the name of the application; the first 1000. One of our own needs none, and stands there while it holds
 * something that outlives the sign-in; where nothing was noted, all that is known is that it does.
 */
export async function listConsents(db: Pick<Database, 'query'>, userId: string, now: Date): Promise<Consent[]> {
  return db.query(
    `with held as (
       select a.client_id, min(a.create_date) as since, max(a.create_date) as last from gatehouse.oidc_artifact a where a.user_id = $1 and a.kind = 'RefreshToken' and a.client_id is not null and ${artifactLives('a', '$2')} group by a.client_id)
     select c.client_id as "clientId", c.name as "clientName", c.first_party = 'Y' as "firstParty",
       coalesce(o.scopes, array['offline_access']) as scopes, coalesce(o.create_date, h.since) as created, coalesce(o.last_update, h.last) as "lastModified"
     from (select * from gatehouse.oidc_consent where user_id = $1) o full join held h on h.client_id = o.client_id
       join gatehouse.oidc_client c on c.client_id = coalesce(o.client_id, h.client_id)
     where c.first_party = 'N' or h.client_id is not null
     order by gatehouse.name_order(c.name) collate "C", c.client_id limit 1000`, [userId, now.toISOString()])
}

/** What was noted of one; undefined when nothing was. */
export async function readConsent(db: Pick<Database, 'first'>, userId: string, clientId: string): Promise<Pick<Consent, 'scopes'> | undefined> {
  return db.first('select scopes from gatehouse.oidc_consent where user_id = $1 and client_id = $2', [userId, clientId], 'read_oidc_consent')
}

// What is noted of a client that is changed at this moment would outlive what the change takes away.
const insert = `with seen as (${clientAsRead('$2', '$5')})
  insert into gatehouse.oidc_consent as o (user_id, client_id, scopes, create_date, last_update) select $1, $2, $3::text[], $4::timestamptz, $4::timestamptz where exists (select from seen)`

const both = 'array(select distinct s from unnest(o.scopes || excluded.scopes) s order by s)'
const holdsSome = `exists (select from gatehouse.oidc_artifact a where a.user_id = $1 and a.client_id = $2 and a.kind in ('RefreshToken', 'AuthorizationCode') and ${artifactLives('a', '$4')})`

/** Adds scopes to what a person allows a client, as that was read; whether that was anything new. */
export async function addConsent(db: Pick<Database, 'execute'>, userId: string, client: ClientAsRead, scopes: readonly string[], now: string): Promise<boolean> {
  return (await db.execute(
    `${insert}
     on conflict (user_id, client_id) do update set last_update = excluded.last_update,
       scopes = ${both}
     where not o.scopes @> excluded.scopes`, [userId, client.id, scopes, now, client.version])) === 1
}

/**
 * Notes what one of our own is given: beside what it had while something of it lives that it had that by, a refresh token or a code that becomes
 * one, and else in the place of it. Whether that says anything new. One after the other for a person and a client: of two codes at once each would
 * take the other for nothing.
 */
export async function noteTrusted(tx: Pick<Transaction, 'execute'>, userId: string, client: ClientAsRead, scopes: readonly string[], now: string): Promise<boolean> {
  await tx.execute(`select pg_advisory_xact_lock(hashtext('gatehouse.trust'), hashtext($1 || ' ' || $2))`, [userId, client.id])
  return (await tx.execute(
    `${insert}
     on conflict (user_id, client_id) do update set last_update = excluded.last_update, scopes = case when ${holdsSome} then ${both} else excluded.scopes end
     where not o.scopes @> excluded.scopes or not (o.scopes <@ excluded.scopes or ${holdsSome})`, [userId, client.id, scopes, now, client.version])) === 1
}

export async function deleteConsent(db: Pick<Database, 'execute'>, userId: string, clientId: string): Promise<boolean> {
  return (await db.execute('delete from gatehouse.oidc_consent where user_id = $1 and client_id = $2', [userId, clientId])) === 1
}

/** Forgets what everybody has allowed a client. */
export async function deleteConsentsOfClient(db: Pick<Database, 'execute'>, clientId: string): Promise<void> {
  await db.execute('delete from gatehouse.oidc_consent where client_id = $1', [clientId])
}
