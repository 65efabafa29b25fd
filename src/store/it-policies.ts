/** SQL on usage policies as people are asked for them: what is asked, what they decided, and who has not. */
import type { AskedVersion } from '../model/it-policy.ts'
import { policyDecisionAttributes, undecidedAttributes } from '../model/listings.ts'
import { patternsOf } from '../model/site-records.ts'
import { countsSql } from '../model/user-statuses.ts'
import type { Database, Transaction } from './database.ts'
import type { SqlCondition } from './filter-sql.ts'
import type { Listing } from './list-rows.ts'

/** Up to when what was written counts: what lies further ahead was written by a clock that was wrong (`clockSkewMs`). */
const upTo = (now: string) => `${now}::timestamptz + interval '5 minutes'`

/** What is asked for now, as the person $1 stands to it at the instant $2. */
const asked = `select v.version_id as "versionId", v.it_policy_id as "policyId", v.name, v.content, p.confirmation, p.approve_type as "approveType", p.create_date as "inForceSince", v.content_provider_id as "contentProviderId",
     d.accepted = 'Y' as accepted, d.submit_date as decided
   from it_policy_version v join it_policy p on p.it_policy_id = v.it_policy_id
   left join lateral (select h.accepted, h.submit_date from user_it_policy_history h
     where h.user_id = $1 and h.version_id = v.version_id and h.submit_date <= ${upTo('$2')}
       and h.submit_date > coalesce((select u.policies_asked_since from users u where u.user_id = $1 and u.policies_asked_since <= ${upTo('$2')}), '-infinity')
     order by h.submit_date desc, h.id desc limit 1) d on true
   where p.active = 'Y' and v.active = 'Y'`

/**
 * Every version that is asked for now, of a person: by all sites, which come first, by those named, and by those that a host may
 * belong to. The one question of what somebody owes; a sign-in asks it before it knows the sites, as statements travel together.
 */
export async function askedVersions(db: Pick<Database, 'query'>, userId: string, { sites, host }: { sites: readonly string[]; host?: string }, now: Date): Promise<AskedVersion[]> {
  return db.query(
    `${asked} and (v.content_provider_id is null or v.content_provider_id = any($3)
       or v.content_provider_id in (select c.content_provider_id from content_provider c where lower(c.domain_pattern) = any($4)))
     order by v.content_provider_id nulls first, v.version_id`, [userId, now, sites, host === undefined ? [] : patternsOf(host)], 'asked_policies')
}

/** A version, if it is asked for now; `countsFrom`: what is decided sooner counts for nothing. That may lie minutes ahead, by the clock of another server. */
export async function askedVersion(db: Pick<Database, 'first'>, userId: string, versionId: string, now: Date): Promise<(AskedVersion & { countsFrom: string | null }) | undefined> {
  return db.first(
    `select a.*, greatest(case when a."inForceSince" <= ${upTo('$2')} then a."inForceSince" end,
       (select u.policies_asked_since from users u where u.user_id = $1 and u.policies_asked_since <= ${upTo('$2')})) + interval '1 millisecond' as "countsFrom"
     from (${asked} and v.version_id = $3) a`, [userId, now, versionId])
}

export async function insertDecision(tx: Transaction, decision: { id: string; userId: string; versionId: string; at: string; accepted: boolean; name: string; contentProviderId: string | null }): Promise<void> {
  const { id, userId, versionId, at, accepted, name, contentProviderId } = decision
  await tx.execute('insert into user_it_policy_history (id, user_id, version_id, submit_date, accepted, name, content_provider_id) values ($1, $2, $3, $4, $5, $6, $7)',
    [id, userId, versionId, at, accepted ? 'Y' : 'N', name, contentProviderId])
  if (accepted) await tx.execute('update users set date_it_policy_approved = $2 where user_id = $1', [userId, at])
}

/** What a person decided, the newest first; to be narrowed by `user_id`. */
export const decisionListing: Listing = { name: 'PolicyDecision', table: 'user_it_policy_history', idColumn: 'id', attributes: policyDecisionAttributes, collections: [], order: ['decided'], descending: true }

/** People who could sign in and what they decided on a version, in the order of their ids; to be narrowed by `version_id`, and by `undecidedAt` to those who have to decide. */
export const undecidedListing: Listing = {
  name: 'UndecidedPerson', idColumn: 'user_id', attributes: undecidedAttributes, collections: [], order: ['id'],
  table: `(select v.version_id, u.user_id, u.user_name, u.display_name, case when d.accepted = 'N' then d.submit_date end as declined_at, case when d.accepted = 'Y' then d.submit_date end as accepted_at,
      u.policies_asked_since as asked_since, p.create_date as in_force_since, p.approve_type
    from it_policy_version v join it_policy p on p.it_policy_id = v.it_policy_id cross join users u
    left join lateral (select h.accepted, h.submit_date from user_it_policy_history h where h.user_id = u.user_id and h.version_id = v.version_id order by h.submit_date desc, h.id desc limit 1) d on true
    where ${countsSql('u')} and u.user_name is not null and u.system_flag is distinct from 'Y')`,
}

/** Those who have not accepted it at a moment, or not again in its time (`policyDue` judges one person so), as the `scope` of a list. */
export const undecidedAt = (now: Date) => (first: number): SqlCondition => {
  const at = `$${first}`
  const since = (column: string) => `coalesce(case when ${column} <= ${upTo(at)} then ${column} end, '-infinity')`
  return {
    sql: `not coalesce((select h.accepted = 'Y' and h.submit_date > ${since('t.asked_since')} and h.submit_date >= ${since('t.in_force_since')}
        and (t.approve_type = 'ONCE' or h.submit_date > ${at}::timestamptz - interval '8760 hours')
      from user_it_policy_history h where h.user_id = t.user_id and h.version_id = t.version_id and h.submit_date <= ${upTo(at)} order by h.submit_date desc, h.id desc limit 1), false)`,
    params: [now.toISOString()],
  }
}
