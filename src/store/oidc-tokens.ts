/** SQL on access tokens as the REST door asks about them: one statement a request, and nothing kept from it. */
import { personCounts } from './access-walk.ts'
import type { Database } from './database.ts'
import { artifactLives } from './oidc-artifacts.ts'
import { ownRightsSql } from './own-access.ts'

export interface FoundToken {
  userId: string
  clientId: string
  clientName: string
  /** Whether its person may sign in. */
  active: boolean
  scope: string | null
  audience: string | null
  thumbprint: string | null
  rights: string[]
  deep: boolean
  restricted: boolean
}

const { ctes, rights, deep } = ownRightsSql('(select user_id from k)', '$2::timestamptz')

// A token acts as its person, or as the service account of its client. It counts while its client does, while its grant
// stands, and while the sign-in lasts that it was tied to.
const findTokenSql = `with recursive k as materialized (
   select coalesce(a.user_id, c.user_id) as user_id, c.client_id, c.name as client_name, a.scope, a.audience, a.thumbprint, ${personCounts('$2', false)} as active
   from gatehouse.oidc_artifact a join gatehouse.oidc_client c on c.client_id = a.client_id join users u on u.user_id = coalesce(a.user_id, c.user_id)
   where a.artifact_hash = any($1) and a.kind in ('AccessToken', 'ClientCredentials') and ${artifactLives('a', '$2')} and c.is_active = 'Y'
     and (a.kind = 'AccessToken') = (a.user_id is not null)
     and (a.kind = 'ClientCredentials' or exists (select from gatehouse.oidc_artifact g where g.grant_hash = a.grant_hash and g.kind = 'Grant' and ${artifactLives('g', '$2')}))
     and (a.uid_hash is null or exists (select from gatehouse.oidc_artifact s where s.uid_hash = a.uid_hash and s.kind = 'Session' and s.session_id is not null and ${artifactLives('s', '$2')}))),
   ${ctes}
   select k.user_id as "userId", k.client_id as "clientId", k.client_name as "clientName", k.active, k.scope, k.audience, k.thumbprint,
     ${rights} as rights, ${deep} as deep, exists (select from gatehouse.delegation d where d.user_id = k.user_id) as restricted from k`

/** The token under one of these hashes (it does not tell of which kind it is), with its person's rights at this moment. */
export async function findToken(db: Pick<Database, 'first'>, hashes: readonly Buffer[], at: string): Promise<FoundToken | undefined> {
  return db.first(findTokenSql, [hashes, at], 'find_oidc_token')
}
