/** SQL on USER_IT_POLICY_HISTORY: what a person accepted and declined. */
import type { Database } from './database.ts'

export async function policyDecisions(db: Pick<Database, 'query'>, userId: string): Promise<unknown[]> {
  return db.query(
    `select id, version_id as "versionId", name, accepted = 'Y' as accepted, submit_date as at, content_provider_id as "contentProviderId"
     from user_it_policy_history where user_id = $1 order by submit_date, id limit 10000`, [userId])
}
