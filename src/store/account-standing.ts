/** What still speaks for an account whose panelist or administrator is gone: references, wanted memberships, an administrator's role. */
import { linkStatus } from '../model/link-statuses.ts'
import type { Database } from './database.ts'
import { countsSql } from '../model/user-statuses.ts'

type Reader = Pick<Database, 'query'>

const { ASSIGNED } = linkStatus

/** Whether anything speaks for an account, but for what is of one portal: what `standingOf` calls wanted, for counting many. */
export const isWantedSql = (uuid: string, person: string, butPortal?: string) => {
  const elsewhere = (column: string) => (butPortal === undefined ? 'true' : `${column} is distinct from ${butPortal}`)
  return `(exists (select from efs.iam_portal_user_reference r where r.uuid = ${uuid} and coalesce(r.status, ${ASSIGNED}) = ${ASSIGNED} and ${elsewhere('r.portal_id')})
      or exists (select from efs.iam_user_reference a where a.uuid = ${uuid} and coalesce(a.status, ${ASSIGNED}) = ${ASSIGNED})
      or exists (select from public.users u where u.user_id = ${person} and ${countsSql('u')} and (
        exists (select from efs.panelists i join efs.portal_panelist n on n.user_id = i.uid where i.person_id = u.user_id and ${elsewhere('n.portal_id')}
          and not exists (select from efs.iam_portal_user_reference r where r.portal_id = n.portal_id and r.user_id = n.user_id and r.uuid <> ${uuid}))
        or exists (select from efs.users e where e.person_id = u.user_id and not exists (select from efs.iam_user_reference a where a.user_id = e.uid and a.uuid <> ${uuid})))))`
}

export interface Standing {
  uuid: string
  /** Portals in which the account is referred to, or whose members include the person while they are active and have no other there. */
  portals: number[]
  /** Whether a live reference, a wanted membership or an administrator's role is left. */
  wanted: boolean
}

/** What still speaks for some accounts. `person_id` may be null where nobody knows whose account it was. */
export async function standingOf(
  db: Reader, accounts: readonly { uuid: string; person_id: string | null }[],
): Promise<Map<string, Standing>> {
  const rows = await db.query<Standing>(
    `with q as (select * from jsonb_to_recordset($1) as q(uuid text, person_id text)), speaks as (
       select q.uuid, r.portal_id, coalesce(r.status, $2) = $2 as live
       from q join efs.iam_portal_user_reference r on r.uuid = q.uuid
       union all
       select q.uuid, null, coalesce(a.status, $2) = $2 from q join efs.iam_user_reference a on a.uuid = q.uuid
       union all
       select q.uuid, m.portal_id, true
       from q join public.users u on u.user_id = q.person_id
         join efs.panelists p on p.person_id = u.user_id join efs.portal_panelist m on m.user_id = p.uid
       where ${countsSql('u')} and not exists (
         select from efs.iam_portal_user_reference r where r.portal_id = m.portal_id and r.user_id = m.user_id and r.uuid <> q.uuid)
       union all
       select q.uuid, null, true
       from q join public.users u on u.user_id = q.person_id join efs.users e on e.person_id = u.user_id
       where ${countsSql('u')} and not exists (select from efs.iam_user_reference a where a.user_id = e.uid and a.uuid <> q.uuid)
     )
     select uuid, coalesce(array_agg(distinct portal_id) filter (where portal_id is not null and live), '{}') as portals,
       bool_or(live) as wanted
     from speaks group by uuid`,
    [JSON.stringify(accounts), ASSIGNED],
  )
  return new Map(rows.map((row) => [row.uuid, row]))
}
