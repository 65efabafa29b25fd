/** SQL on gatehouse.remembered_device: browsers that are not asked for a second factor again for a while. */
import type { Database, Transaction } from './database.ts'

export interface RememberedDevice {
  id: string
  device: string | null
  ip: string | null
  created: string
  expires: string
}

/** The most a person may have; the oldest gives way. */
const most = 20

/** Remembers a browser for so many days, or for so many more; the id it has from now on: one that was remembered before keeps its own. */
export async function rememberDevice(tx: Transaction, one: { id: string; userId: string; mark: Buffer; device: string; ip: string | null; now: Date; days: number }): Promise<string> {
  const { id, userId, mark, device, ip, now, days } = one
  const kept = await tx.first<{ id: string }>(
    `insert into gatehouse.remembered_device (device_id, user_id, mark, device, created_at, expires_at, ip_address) values ($1, $2, $3, $4, $5, $5::timestamptz + make_interval(days => $6), $7)
     on conflict (user_id, mark) do update set created_at = excluded.created_at, expires_at = excluded.expires_at, device = excluded.device, ip_address = excluded.ip_address returning device_id as id`, [id, userId, mark, device, now, days, ip])
  await tx.execute(`delete from gatehouse.remembered_device where device_id in (select device_id from gatehouse.remembered_device where user_id = $1 order by created_at desc, device_id desc offset ${most})`, [userId])
  return kept!.id
}

export async function isRemembered(db: Pick<Database, 'first'>, userId: string, mark: Buffer, now: Date): Promise<boolean> {
  return (await db.first('select from gatehouse.remembered_device where user_id = $1 and mark = $2 and expires_at > $3 and created_at <= $3', [userId, mark, now])) !== undefined
}

export function rememberedDevices(db: Pick<Database, 'query'>, userId: string, now: Date): Promise<RememberedDevice[]> {
  return db.query('select device_id as id, device, ip_address as ip, created_at as created, expires_at as expires from gatehouse.remembered_device where user_id = $1 and expires_at > $2 order by created_at desc, device_id', [userId, now])
}

/** Forgets one, or all of a person but the one of the mark `but`; the ids of those that were there. */
export async function forgetDevices(tx: Pick<Transaction, 'query'>, userId: string, { id, but }: { id?: string | undefined; but?: Buffer | undefined } = {}): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'delete from gatehouse.remembered_device where user_id = $1 and ($2::text is null or device_id = $2) and mark is distinct from $3 returning device_id as id', [userId, id ?? null, but ?? null])
  return rows.map((row) => row.id).toSorted()
}

/** Forgets those of the next so many people behind one in the order of their ids; whose they were, in that order. */
export async function forgetDevicesOfNext(tx: Pick<Transaction, 'query'>, after: string, people: number): Promise<{ userId: string; id: string }[]> {
  return tx.query(
    `with gone as (
       delete from gatehouse.remembered_device where user_id in (select distinct user_id from gatehouse.remembered_device where user_id > $1 order by user_id limit $2)
       returning user_id, device_id)
     select user_id as "userId", device_id as id from gone order by user_id, device_id`, [after, people])
}
