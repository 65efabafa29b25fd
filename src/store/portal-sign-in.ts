/** SQL on signing in to portals through Okta: sign-ins under way, whom an account stands for, the sessions that came of it. */
import { linkStatus } from '../model/link-statuses.ts'
import type { Database, Transaction } from './database.ts'

type Reader = Pick<Database, 'first'>
type Writer = Pick<Database, 'execute'>

export interface BegunSignIn {
  stateHash: Buffer
  browserHash: Buffer
  portalId: number
  sealed: Buffer
  expires: Date
}

export async function insertBegun(db: Writer, { stateHash, browserHash, portalId, sealed, expires }: BegunSignIn, now: Date): Promise<void> {
  await db.execute(
    'insert into gatehouse.portal_sign_in (state_hash, browser_hash, portal_id, sealed, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)',
    [stateHash, browserHash, portalId, sealed, now, expires])
}

/** What was begun in this browser at this portal, taken away by whoever is first to come back with it. */
export async function takeBegun(db: Reader, { stateHash, browserHash, portalId }: Omit<BegunSignIn, 'sealed' | 'expires'>, now: Date): Promise<Buffer | undefined> {
  const row = await db.first<{ sealed: Buffer }>(
    'delete from gatehouse.portal_sign_in where state_hash = $1 and browser_hash = $2 and portal_id = $3 and expires_at > $4 returning sealed',
    [stateHash, browserHash, portalId, now])
  return row?.sealed
}

/** Removes sign-ins that nobody came back from, and tokens that are of no use any more; those of a session go with it. */
export async function sweepPortalSignIns(db: Writer, now: Date): Promise<void> {
  await db.execute('delete from gatehouse.portal_sign_in where expires_at <= $1', [now])
  await db.execute('delete from efs.iam_token_data t where expires_at <= $1 and not exists (select from efs.portal_session p where p.token_key = t.session_id)', [now])
}

export interface PortalMember {
  uid: number
  personId: string
  /** Whether the link lets them in. */
  assigned: boolean
}

/** Whom an account in Okta stands for at this portal. */
export async function findMember(db: Reader, portalId: number, uuid: string): Promise<PortalMember | undefined> {
  return db.first(
    `select r.user_id as uid, p.person_id as "personId", coalesce(r.status, $3) = $3 as assigned
     from efs.iam_portal_user_reference r join efs.panelists p on p.uid = r.user_id where r.portal_id = $1 and r.uuid = $2`,
    [portalId, uuid, linkStatus.ASSIGNED])
}

export interface PortalSession {
  tokenKey: string
  userId: string
  sessionId: string
  portalId: number
  uid: number
  uuid: string
  created: string
  tokensExpire: string
  refreshed: number
}

const columns = `token_key as "tokenKey", user_id as "userId", session_id as "sessionId", portal_id as "portalId", uid, uuid, created_at as created,
  tokens_expire_at as "tokensExpire", refreshed`

export async function insertPortalSession(tx: Pick<Transaction, 'execute'>, one: Omit<PortalSession, 'refreshed'>): Promise<void> {
  await tx.execute(
    'insert into efs.portal_session (token_key, user_id, session_id, portal_id, uid, uuid, created_at, tokens_expire_at) values ($1, $2, $3, $4, $5, $6, $7, $8)',
    [one.tokenKey, one.userId, one.sessionId, one.portalId, one.uid, one.uuid, one.created, one.tokensExpire])
}

/** The portal session of a session, if it is one. */
export async function readPortalSession(db: Reader, sessionId: string): Promise<PortalSession | undefined> {
  return db.first(`select ${columns} from efs.portal_session where session_id = $1`, [sessionId])
}

/** Takes the right to refresh the tokens until a moment; false while somebody else has it. */
export async function claimRefresh(db: Writer, tokenKey: string, now: Date, until: Date): Promise<boolean> {
  return (await db.execute(
    'update efs.portal_session set refreshing_until = $3 where token_key = $1 and (refreshing_until is null or refreshing_until <= $2)', [tokenKey, now, until])) === 1
}

/** Whether somebody is refreshing them. */
export async function isRefreshing(db: Reader, tokenKey: string, now: Date): Promise<boolean> {
  return (await db.first('select from efs.portal_session where token_key = $1 and refreshing_until > $2', [tokenKey, now])) !== undefined
}

/** Gives that right back; with when the new tokens end, if there are new ones. False when the session has ended meanwhile. */
export async function endRefresh(db: Writer, tokenKey: string, tokensExpire: Date | null): Promise<boolean> {
  return (await db.execute(
    `update efs.portal_session set refreshing_until = null, tokens_expire_at = coalesce($2, tokens_expire_at), refreshed = refreshed + case when $2::timestamptz is null then 0 else 1 end
     where token_key = $1`, [tokenKey, tokensExpire])) === 1
}

/** Ends every session that was begun at a portal. */
export async function endPortalSessions(db: Writer, portalId: number): Promise<void> {
  await db.execute('delete from public.auth_state s using efs.portal_session p where p.portal_id = $1 and s.user_id = p.user_id and s.session_id = p.session_id', [portalId])
}

/** The client secret of a portal, encrypted. */
export async function readPortalSecret(db: Reader, portalId: number): Promise<{ secret: Buffer; created: string } | undefined> {
  return db.first('select secret_encrypted as secret, created_at as created from efs.portal_secret where portal_id = $1', [portalId])
}

export async function writePortalSecret(db: Writer, portalId: number, encrypted: Buffer, now: Date): Promise<void> {
  await db.execute(
    `insert into efs.portal_secret (portal_id, secret_encrypted, created_at) values ($1, $2, $3)
     on conflict (portal_id) do update set secret_encrypted = excluded.secret_encrypted, created_at = excluded.created_at`, [portalId, encrypted, now])
}

export async function deletePortalSecret(db: Writer, portalId: number): Promise<boolean> {
  return (await db.execute('delete from efs.portal_secret where portal_id = $1', [portalId])) === 1
}
