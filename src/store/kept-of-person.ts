/** SQL on what is kept about a person beside their record, page by page: for their own download. */
import { memberships, nodeOf } from '../model/access-edges.ts'
import type { Database, Row } from './database.ts'

type Reader = Pick<Database, 'query'>

const page = 1000

/** Reads rows of a person, $1, after the one whose `key`, an array of text, is $2, $3, …; nulls stand before the first. */
async function* pages(db: Reader, sql: string, userId: string, keys: number): AsyncGenerator<Row[]> {
  for (let after: (string | null)[] = Array.from({ length: keys }, () => null); ;) {
    const rows = await db.query<{ key: string[] } & Row>(`${sql} limit ${page}`, [userId, ...after])
    yield rows.map(({ key: _, ...row }) => row)
    if (rows.length < page) return
    after = rows.at(-1)!.key
  }
}

const nameOf = (node: string) => `coalesce((select n.name from gatehouse.access_node n where n.node = ${node} and n.recorded_to is null),
  (select n.name from gatehouse.access_node n where n.node = ${node} and n.recorded_to is not null order by n.recorded_to desc limit 1)) as name`
const dates = (row: string) => `${row}.start_date as start, ${row}.end_date as "end", ${row}.description, ${row}.recorded_from as "recordedFrom"`

/** Memberships as they stand, whatever their dates, kind by kind; then what stood before, the oldest first. Who gave them is theirs, and not told. */
export async function* membershipPages(db: Reader, userId: string): AsyncGenerator<Row[]> {
  for (const { table, target, targetColumn, rightsTable } of memberships) {
    const node = `'${target}' || m.${targetColumn}`
    yield* told(pages(db,
      `select array[m.membership_id] as key, ${node} as node, ${nameOf(node)}, ${dates('m')}, null as "recordedTo",
         array(select x.access_right_id from ${rightsTable} x where x.membership_id = m.membership_id order by 1) as rights
       from ${table} m where m.user_id = $1 and ($2::text is null or m.membership_id > $2) order by m.membership_id`, userId, 1))
  }
  yield* told(pages(db,
    `select array[h.recorded_to::text, h.kind, h.membership_id] as key, h.target as node, ${nameOf('h.target')}, ${dates('h')}, h.recorded_to as "recordedTo", h.rights
     from gatehouse.membership_history h where h.user_id = $1 and ($2::text is null or (h.recorded_to, h.kind, h.membership_id) > ($2::timestamptz, $3::text, $4::text))
     order by h.recorded_to, h.kind, h.membership_id`, userId, 3))
}

async function* told(rows: AsyncIterable<Row[]>): AsyncGenerator<Row[]> {
  for await (const some of rows) yield some.map(({ node, ...row }) => withoutNulls({ ...nodeOf(node as string), ...row }))
}

const withoutNulls = (row: Row): Row => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))

/** How somebody stood before, and until when, the oldest first. */
export async function* statusPages(db: Reader, userId: string): AsyncGenerator<Row[]> {
  const rows = pages(db,
    `select array[h.recorded_to::text] as key, h.status, h.secondary_status as "secondaryStatus", h.recorded_to as until
     from gatehouse.user_status_history h where h.user_id = $1 and ($2::text is null or h.recorded_to > $2::timestamptz) order by h.recorded_to`, userId, 1)
  for await (const some of rows) yield some.map(withoutNulls)
}

/** Devices and networks that somebody is known to come from: of each is kept a hash with the person's id, by which it is known again (a network can be guessed from it), and when it was last seen. Fifty of a kind at most. */
export function placesOf(db: Reader, userId: string): Promise<Row[]> {
  return db.query(`select kind, last_seen as "lastSeen" from gatehouse.sign_in_place where user_id = $1 order by kind, last_seen desc, mark`, [userId])
}

/** Accounts in Okta that are to be taken from somebody and have not been yet. One of a kind at most. */
export function removalsOf(db: Reader, userId: string): Promise<Row[]> {
  const of = (table: string, portals: string) => `select uuid, email, created_at as since, ${portals} as portals from efs.${table} where person_id = $1`
  return db.query(`${of('iam_portal_user_group_unassignment_queue', 'portals')} union all ${of('iam_user_unassignment_queue', `'{}'::integer[]`)}`, [userId])
}

/** Plans that have done something to somebody: which, and what came of it. What others would still do is whose plan it is to tell. */
export async function* planPages(db: Reader, userId: string): AsyncGenerator<Row[]> {
  yield* pages(db,
    `select array[s.plan_id, s.step_no::text] as key, s.plan_id as "planId", s.step_no as step, p.kind, s.action, case s.status when 'planned' then 'done' else s.status end as status, p.created_at as created
     from gatehouse.plan_step s join gatehouse.plan p using (plan_id)
     where s.target_id = $1 and (p.status in ('applied', 'undone') or s.step_no <= p.applied_through) and ($2::text is null or (s.plan_id, s.step_no) > ($2::text, $3::integer)) order by s.plan_id, s.step_no`, userId, 2)
}
