/** SQL on the steps of an import that were refused when planning or failed when applying. */
import type { Database } from './database.ts'

/** Lines of a source after one, in order, with what stood against each; `planned` alone leaves out those that failed when applying. */
export async function rejectedLines(db: Pick<Database, 'query'>, planId: string, source: string, after: number, count: number, planned = false): Promise<{ line: number; reasons: string[] }[]> {
  return db.query(
    `select line, array_agg(distinct coalesce(p.reason, s.result->>'detail', 'refused')) as reasons
     from gatehouse.plan_step s
     left join lateral (select concat_ws(': ', coalesce(e->>'column', e->>'path'), e->>'message') as reason from jsonb_array_elements(coalesce(s.problems, '[]')) e) p on s.status <> 'failed'
     where s.plan_id = $1 and s.source = $2 and s.line > $3 and (s.action in ('error', 'conflict') or (s.status = 'failed' and not $5))
     group by line order by line limit $4`, [planId, source, after, count, planned])
}
