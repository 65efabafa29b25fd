/** SQL on single grants: what people were given directly, as role mining reads it. */
import { memberships } from '../model/access-edges.ts'
import { inForce, personCounts, withRights } from './access-walk.ts'
import type { Database } from './database.ts'

export interface DirectGrant {
  userId: string
  node: string
  rights: string[]
  /** It has an end: a role without one would give more. */
  dated: boolean
}

/** Grants in force of resources or roles (`targets` are letters) to people who count, all or these; `most` of them. */
export function directGrants(db: Pick<Database, 'query'>, targets: readonly string[], userIds: readonly string[] | undefined, at: string, most: number): Promise<DirectGrant[]> {
  const parts = memberships.filter(({ target }) => targets.includes(target)).map((kind) =>
    `select m.user_id as "userId", ${withRights.standing(kind)}, m.end_date is not null as dated from public.${kind.table} m
     where ${inForce('m', '$1::timestamptz')} and ($2::text[] is null or m.user_id = any($2))`)
  return db.query<DirectGrant>(
    `select g."userId", g.node, array(select unnest(g.rights) order by 1) as rights, g.dated from (${parts.join(' union all ')}) g
     join users u on u.user_id = g."userId" where ${personCounts('$1::timestamptz', false)} order by g."userId", g.node limit $3`, [at, userIds ?? null, most])
}

/** What nodes are called. */
export async function nodeNames(db: Pick<Database, 'query'>, nodes: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.query<{ node: string; name: string | null }>('select node, name from gatehouse.access_node where node = any($1) and recorded_to is null', [nodes])
  return new Map(rows.flatMap(({ node, name }) => (name === null ? [] : [[node, name]])))
}
