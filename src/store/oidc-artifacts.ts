/**
 * SQL on gatehouse.oidc_artifact: what the OpenID provider keeps between requests, under hashes of what its holders show.
 * A code or refresh token is consumed by one statement, so that of two servers one redeems it.
 */
import { hash as digest } from 'node:crypto'
import type { Database, Transaction } from './database.ts'
import { clientAsRead } from './oidc-clients.ts'

type Reader = Pick<Database, 'query' | 'first'>
type Writer = Pick<Database, 'execute'>

/** What a row is found by: a hash of its kind and of what its holder shows. */
export const artifactHash = (kind: string, id: string): Buffer => digest('sha256', `${kind}:${id}`, 'buffer')

export interface ArtifactRow {
  hash: Buffer
  kind: string
  grantHash: Buffer | null
  uidHash: Buffer | null
  userId: string | null
  clientId: string | null
  sessionId: string | null
  scope: string | null
  audience: string | null
  thumbprint: string | null
  payload: Buffer
  expires: string
}

export interface FoundArtifact {
  hash: Buffer
  payload: Buffer
  consumed: string | null
}

/** Lives at the instant: neither past its end nor written in the future, by a clock that was wrong, which would give it as much more. */
export const artifactLives = (a: string, at: string) => `${a}.expires_at > ${at}::timestamptz and ${a}.create_date <= ${at}::timestamptz + interval '5 minutes'`

// A session whose sign-in has ended has lost its SESSION_ID, and is as good as gone.
const found = `select artifact_hash as hash, payload, consumed_at as consumed from gatehouse.oidc_artifact a
  where ${artifactLives('a', '$2')} and (kind <> 'Session' or user_id is null or session_id is not null)`

export async function findArtifact(db: Reader, hash: Buffer, now: string): Promise<FoundArtifact | undefined> {
  return db.first(`${found} and artifact_hash = $1`, [hash, now], 'find_oidc_artifact')
}

/** A session by the name that tokens know it by. */
export async function findArtifactByUid(db: Reader, uidHash: Buffer, now: string): Promise<FoundArtifact | undefined> {
  return db.first(`${found} and uid_hash = $1 and kind = 'Session'`, [uidHash, now], 'find_oidc_session')
}

const columns = `artifact_hash, kind, grant_hash, uid_hash, user_id, client_id, session_id, scope, audience, thumbprint, payload, expires_at, create_date`
const values = (row: ArtifactRow, now: string) =>
  [row.hash, row.kind, row.grantHash, row.uidHash, row.userId, row.clientId, row.sessionId, row.scope, row.audience, row.thumbprint, row.payload, row.expires, now]
const insert = `insert into gatehouse.oidc_artifact as a (${columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

const saveSql = `${insert} on conflict (artifact_hash) do update set user_id = excluded.user_id, client_id = excluded.client_id, session_id = excluded.session_id,
      grant_hash = excluded.grant_hash, uid_hash = excluded.uid_hash, payload = excluded.payload, expires_at = excluded.expires_at, create_date = excluded.create_date`

/** Writes one, in the place of what stood there. */
export async function saveArtifact(db: Writer, row: ArtifactRow, now: string): Promise<void> {
  await db.execute(saveSql, values(row, now), 'save_oidc_artifact')
}

/** The same beside what else a transaction writes: it travels with that. */
export function keepArtifact(tx: Pick<Transaction, 'later'>, row: ArtifactRow, now: string): void {
  tx.later(saveSql, values(row, now), 'save_oidc_artifact')
}

const grantSql = `with seen as (${clientAsRead('$6', '$14')}),
    allowed as (select from gatehouse.oidc_consent where user_id = $5 and client_id = $6 and scopes @> $15::text[] for key share)
  insert into gatehouse.oidc_artifact (${columns}) select $1::bytea, $2, $3::bytea, $4::bytea, $5, $6, $7, $8, $9, $10, $11::bytea, $12::timestamptz, $13::timestamptz where exists (select from seen) and ($15::text[] is null or exists (select from allowed))`
const widenSql = `with seen as (${clientAsRead('$4', '$5')}) update gatehouse.oidc_artifact set payload = $2, create_date = $3 where artifact_hash = $1 and exists (select from seen)`

/**
 * Writes a grant of a client that is as it was read at this version; whether it is. One that was there already is only written over: what has been
 * revoked meanwhile does not come back.
 * @param by the scopes that the person has to have allowed still, for one that rests on that
 */
export async function saveGrantRow(db: Writer, row: ArtifactRow, { version, isNew, by }: { version: number; isNew: boolean; by?: readonly string[] | undefined }, now: string): Promise<boolean> {
  if (isNew) return (await db.execute(grantSql, [...values(row, now), version, by ?? null], 'insert_oidc_grant')) === 1
  return (await db.execute(widenSql, [row.hash, row.payload, now, row.clientId, version], 'widen_oidc_grant')) === 1
}

/** Writes one that must not have been there; whether it was not. What is past its time does not count. */
export async function insertArtifact(db: Writer, row: ArtifactRow, now: string): Promise<boolean> {
  return (await db.execute(`${insert} on conflict (artifact_hash) do update set expires_at = excluded.expires_at, create_date = excluded.create_date where a.expires_at <= excluded.create_date`, values(row, now), 'insert_oidc_artifact')) === 1
}

/** Marks a code, refresh token or pushed request as used; whether it was not yet. */
export async function consumeArtifact(db: Writer, hash: Buffer, now: string): Promise<boolean> {
  return (await db.execute('update gatehouse.oidc_artifact set consumed_at = $2 where artifact_hash = $1 and consumed_at is null', [hash, now], 'consume_oidc_artifact')) === 1
}

export async function deleteArtifact(db: Writer, hash: Buffer): Promise<void> {
  await db.execute('delete from gatehouse.oidc_artifact where artifact_hash = $1', [hash], 'delete_oidc_artifact')
}

/** What of the provider's rests on a session, when it is one of this person. */
export async function restingOn(db: Reader, userId: string, sessionId: string): Promise<Buffer[]> {
  const rows = await db.query<{ hash: Buffer }>('select artifact_hash as hash from gatehouse.oidc_artifact where user_id = $1 and session_id = $2', [userId, sessionId], 'resting_on')
  return rows.map(({ hash }) => hash)
}

/** Has them rest on another sign-in of the same person. */
export function giveToSession(tx: Transaction, hashes: readonly Buffer[], userId: string, sessionId: string): void {
  tx.later('update gatehouse.oidc_artifact set session_id = $3 where user_id = $2 and artifact_hash = any($1)', [hashes, userId, sessionId])
}

const offline = (a: string) => `(${a}.kind = 'RefreshToken' or ${a}.kind = 'AccessToken' and ${a}.uid_hash is null)`

/** Everything that comes from a grant, and the grant; of one kind, when it is named. */
export async function deleteGrant(db: Writer, grantHash: Buffer, kind: string | null = null): Promise<number> {
  return db.execute('delete from gatehouse.oidc_artifact where grant_hash = $1 and kind = coalesce($2, kind)', [grantHash, kind], 'delete_oidc_grant')
}

/** Every grant, code and token of a person; of one client, when it is named. */
export async function deleteArtifactsOf(db: Writer, userId: string, clientId: string | null): Promise<number> {
  return db.execute(`delete from gatehouse.oidc_artifact where user_id = $1 and client_id = coalesce($2, client_id)`, [userId, clientId])
}

/**
 * What these people granted that is not tied to a sign-in, with all that comes of it: grants, refresh tokens, codes that are out. The
 * consents stay. With the grant what a rotation is writing at this moment is worth nothing. Of the session `but` what ends with it
 * is left. The clients that had tokens for offline access. The one way for every verb; triggers
 * do alike, for writes around the verbs: of migration 0052 when a login is closed, goes, or gets a password that its person did not set in
 * a session, which leave nothing; of 0061 when it has no password here any more, which leaves what rests on sessions that go on.
 */
export async function deleteOffline(db: Reader, userIds: readonly string[], but: string | null = null): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `with kept as (
       select t.grant_hash from gatehouse.oidc_artifact s join gatehouse.oidc_artifact t on t.uid_hash = s.uid_hash and t.kind = 'AccessToken' and t.grant_hash is not null
       where s.user_id = any($1) and s.session_id = $2 and s.kind = 'Session' and not exists (select from gatehouse.oidc_artifact o where o.grant_hash = t.grant_hash and ${offline('o')})),
     gone as (
       delete from gatehouse.oidc_artifact a where a.user_id = any($1) and a.grant_hash is not null and a.grant_hash not in (select grant_hash from kept)
       returning a.client_id, ${offline('a')} as offline)
     select distinct client_id as id from gone where offline order by 1`, [userIds, but], 'delete_oidc_offline')
  return rows.map(({ id }) => id)
}

/** The next so many people behind one, in the order of their ids, who have granted something. */
export async function nextWithGrants(db: Reader, after: string, people: number): Promise<string[]> {
  const rows = await db.query<{ id: string }>('select distinct user_id as id from gatehouse.oidc_artifact where user_id > $1 and grant_hash is not null order by user_id limit $2', [after, people])
  return rows.map(({ id }) => id)
}

/** Every grant, code and token of a client. */
export async function deleteArtifactsOfClient(db: Writer, clientId: string): Promise<number> {
  return db.execute('delete from gatehouse.oidc_artifact where client_id = $1', [clientId])
}

/** Whether there are sessions of the provider whose sign-in has ended. */
export async function hasEndedSessions(db: Reader): Promise<boolean> {
  return (await db.first(`select from gatehouse.oidc_artifact where kind = 'Session' and user_id is not null and session_id is null limit 1`)) !== undefined
}

/** Some of the provider's sessions whose sign-in has ended, taken away: each by one server, which then tells the clients. */
export async function takeEndedSessions(db: Reader, most: number): Promise<{ hash: Buffer; payload: Buffer }[]> {
  return db.query(
    `delete from gatehouse.oidc_artifact where artifact_hash in (
       select artifact_hash from gatehouse.oidc_artifact where kind = 'Session' and user_id is not null and session_id is null limit $1 for update skip locked)
     returning artifact_hash as hash, payload`, [most])
}

/** Removes what is past its time, a batch a statement, passing over what others hold; how many in all. */
export async function sweepArtifacts(db: Writer, now: string, batch = 1000): Promise<number> {
  for (let gone = 0; ;) {
    const rows = await db.execute(
      `delete from gatehouse.oidc_artifact where artifact_hash in (
         select artifact_hash from gatehouse.oidc_artifact where expires_at <= $1 limit $2 for update skip locked)`, [now, batch])
    gone += rows
    if (rows < batch) return gone
  }
}
