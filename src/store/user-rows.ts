/** SQL on people that no document covers: removal, and what the lifecycle must do to access, sessions and logins. */
import type { EdgeKind } from '../model/access-edges.ts'
import type { Edge } from '../model/edge-terms.ts'
import { edgeColumns, edgeOf } from './access-edges.ts'
import type { Database, Row, Transaction } from './database.ts'
import { noteFactors } from './factors.ts'
import { deleteOffline } from './oidc-artifacts.ts'
import { deletePeopleFromEfs } from './portals.ts'
import { forgetGuesses } from './sign-in-throttle.ts'

/** Removes people's rows; the child tables follow by their foreign keys, and accounts in Okta are queued for unassignment. */
export async function deleteUserRows(tx: Transaction, ids: readonly string[]): Promise<void> {
  await deletePeopleFromEfs(tx, ids)
  await tx.execute('delete from users where user_id = any($1)', [ids])
}

/**
 * Ends every session of these people at once, and what would come to life again with the person: what applications hold for offline access,
 * links and codes that are out, an invitation among them, and browsers that are not asked for a factor. What they consented to stays.
 */
export async function endSessions(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.execute('delete from auth_state where user_id = any($1)', [ids])
  await deleteOffline(tx, ids)
  await tx.execute('delete from gatehouse.remembered_device where user_id = any($1)', [ids])
  await tx.execute(
    `update login set pswd_reset_token = null, pswd_reset_token_made = null, pswd_reset_token_exp = null, sms_reset_token = null, sms_reset_token_made = null, sms_reset_token_exp = null
     where user_id = any($1) and managed_sys_id = '0' and (pswd_reset_token is not null or sms_reset_token is not null)`, [ids])
}

/** Memberships of one kind of people who are held, held with them: what takes them away can tell what it took. */
export async function holdMemberships(tx: Transaction, kind: EdgeKind, ids: readonly string[]): Promise<Edge[]> {
  const rows = await tx.query<Row>(`select ${edgeColumns(kind)} from ${kind.table} m where m.${kind.sourceColumn} = any($1) order by m.membership_id for update of m`, [ids], `memberships_of_${kind.kind}`)
  return rows.map(edgeOf)
}

/** Accounts related to these people in a status of `open`, without those already named, and to whom. Family are other people. */
export async function openRelated(tx: Pick<Database, 'query'>, ids: readonly string[], open: readonly string[]): Promise<{ id: string; primary: string }[]> {
  return tx.query<{ id: string; primary: string }>(
    `select distinct u.user_id as id, m.primary_user_id as primary from user_to_user_membership m join users u on u.user_id = m.related_user_id
     where m.primary_user_id = any($1) and u.user_id <> all($1) and u.status = any($2)
       and u.system_flag is distinct from 'Y' and m.type_id is distinct from 'FAMILY' order by 1, 2`, [ids, open])
}

/** Holds those of some people whose status is still among `open`, also from being given anything. */
export async function holdOpen(tx: Transaction, ids: readonly string[], open: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select user_id as id from users where user_id = any($1) and status = any($2) order by user_id for update`, [ids, open])
  return rows.map(({ id }) => id)
}

/** Who is related to whom below these people, however far down, whatever became of them; and which status each has: null for who ends with nobody, as a record of the system. */
export async function relatedBelow(db: Pick<Database, 'query'>, ids: readonly string[]): Promise<{ id: string; primary: string; status: string | null }[]> {
  const related = `m.primary_user_id, m.related_user_id from user_to_user_membership m`
  return db.query<{ id: string; primary: string; status: string | null }>(
    `with recursive below(primary_id, id) as (
       select ${related} where m.primary_user_id = any($1) and m.type_id is distinct from 'FAMILY'
       union select ${related} join below b on m.primary_user_id = b.id where m.type_id is distinct from 'FAMILY')
     select b.id, b.primary_id as primary, case when u.system_flag is distinct from 'Y' then u.status end as status
     from below b join users u on u.user_id = b.id order by 1, 2`, [ids])
}

/** Whether an account would end with somebody. */
export async function isFollowing(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.first(`select from user_to_user_membership where related_user_id = $1 and type_id is distinct from 'FAMILY' limit 1`, [id])) !== undefined
}

/** Holds people and their numbers in EFS, also from being referred to: what is given to somebody who goes would go with them. */
export async function holdWhole(tx: Transaction, ids: readonly string[]): Promise<void> {
  for (const [table, column] of [['users', 'user_id'], ['efs.panelists', 'person_id'], ['efs.users', 'person_id']] as const) {
    await tx.execute(`select from ${table} where ${column} = any($1) order by ${column} for update`, [ids])
  }
}

/** Holds a person, so that what only once or only so often may be done is counted; false when there is no such person. */
export async function lockPerson(tx: Transaction, userId: string): Promise<boolean> {
  return (await tx.first('select from users where user_id = $1 for no key update', [userId])) !== undefined
}

/** Whether a person is one that the server keeps for itself. */
export async function isOfSystem(tx: Pick<Transaction, 'first'>, userId: string): Promise<boolean> {
  return (await tx.first(`select from users where user_id = $1 and system_flag = 'Y'`, [userId])) !== undefined
}

/** The lock on the login that signs in here; lifting it forgets the failures, and what was guessed at the name. Of whom wrong passwords in a row were counted. */
export async function setLocks(tx: Transaction, ids: readonly string[], marker: 'LOCKED_ADMIN' | 'NOT_LOCKED'): Promise<string[]> {
  await tx.execute(
    `update login set lock_marker = $2::text, auth_fail_count = case when $2::text = 'NOT_LOCKED' then 0 else auth_fail_count end,
       otp_fail_count = case when $2::text = 'NOT_LOCKED' then 0 else otp_fail_count end
     where user_id = any($1) and managed_sys_id = '0'`, [ids, marker])
  return marker === 'NOT_LOCKED' ? forgetGuesses(tx, ids) : []
}

/** What follows in this transaction goes by dates that somebody has set: it may end the last super administrator too. */
export async function goByDates(tx: Pick<Transaction, 'execute'>): Promise<void> {
  await tx.execute(`select set_config('gatehouse.expiry', 'true', true)`)
}

/** What a person has of which nothing is left after a reset. */
export interface Credentials {
  userId: string
  /** A password, or a way to set one that is open at this moment. */
  password: boolean
  factors: boolean
  answers: boolean
}

export async function credentialsOf(tx: Transaction, ids: readonly string[]): Promise<Credentials[]> {
  return tx.query<Credentials & Row>(
    `select u.user_id as "userId",
       exists (select from login l where l.user_id = u.user_id and l.managed_sys_id = '0'
         and (l.password is not null or l.pswd_reset_token is not null or l.sms_reset_token is not null)) as password,
       exists (select from user_auth_param p where p.user_id = u.user_id) as factors,
       exists (select from user_identity_ans a where a.user_id = u.user_id) as answers
     from users u where u.user_id = any($1)`, [ids])
}

/**
 * Back to before the first sign-in: no password, no answers, no codes, no factors: one of them may be somebody else's. What was
 * accepted of usage policies counts no more.
 * @param given those of them whose password is new, and to be changed at the first sign-in
 */
export async function resetLogins(tx: Transaction, ids: readonly string[], given: readonly string[], now: Date): Promise<void> {
  await tx.execute(
    `update login set password = case when user_id = any($2) then password end, first_time_login = 'Y', reset_pwd = '1', pwd_change_count = 0, auth_fail_count = 0, otp_fail_count = 0, lock_marker = 'NOT_LOCKED',
      pswd_reset_token = null, pswd_reset_token_exp = null, sms_reset_token = null, sms_reset_token_exp = null, challenge_response_fail_count = 0
     where user_id = any($1) and managed_sys_id = '0'`, [ids, given])
  await forgetGuesses(tx, ids)
  await tx.execute('delete from user_identity_ans where user_id = any($1)', [ids])
  await tx.execute('delete from user_auth_param where user_id = any($1)', [ids])
  await noteFactors(tx, ids)
  await tx.execute('update users set date_it_policy_approved = null, claim_date = null, date_challenge_resp_changed = null, policies_asked_since = $2 where user_id = any($1)', [ids, now])
}

/** So many, in the order of ids, after one. */
export interface IdPage {
  after: string
  limit: number
}

/** People whose start date has come, and whose last date has not passed: those are ended as they are. */
export async function dueToStart(db: Pick<Database, 'query'>, today: string, { after, limit }: IdPage): Promise<string[]> {
  const rows = await db.query<{ user_id: string }>(
    `select user_id from users where status = 'PENDING_START_DATE' and start_date <= $1 and coalesce(last_date, 'infinity') >= $1 and coalesce(system_flag, 'N') <> 'Y' and user_id > $2 order by user_id limit $3`, [today, after, limit])
  return rows.map((row) => row.user_id)
}

/** People whose last date has passed and who are still here. */
export async function dueToLeave(db: Pick<Database, 'query'>, today: string, { after, limit }: IdPage): Promise<string[]> {
  const rows = await db.query<{ user_id: string }>(
    `select user_id from users where coalesce(last_date, 'infinity') < $1 and status not in ('TERMINATED', 'DELETED', 'DECEASED', 'RETIRED')
       and coalesce(system_flag, 'N') <> 'Y' and user_id > $2 order by user_id limit $3`, [today, after, limit])
  return rows.map((row) => row.user_id)
}

/** Active people whose password has expired by `now` and who last signed in, or were made, before `since`. */
export async function dueToFallInactive(db: Pick<Database, 'query'>, now: string, since: string, { after, limit }: IdPage): Promise<string[]> {
  const rows = await db.query<{ user_id: string }>(
    `select u.user_id from users u join login l on l.user_id = u.user_id and l.managed_sys_id = '0'
     where u.status = 'ACTIVE' and l.pwd_exp < $1 and coalesce(l.last_login, u.create_date) < $2
       and coalesce(u.system_flag, 'N') <> 'Y' and u.user_id > $3 order by u.user_id limit $4`, [now, since, after, limit])
  return rows.map((row) => row.user_id)
}
