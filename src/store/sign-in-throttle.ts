/** SQL on gatehouse.sign_in_throttle: attempts to sign in, counted where every server sees them. */
import type { Database, Transaction } from './database.ts'

export interface Marks {
  address: Buffer
  account: Buffer
}

export const windowMinutes = 15

/** Counts an attempt under both marks; how many there were within the window. A clock that went back shortens no window. */
export async function countAttempt(tx: Transaction, { address, account }: Marks, now: Date): Promise<{ address: number; account: number }> {
  const over = `t.began_at <= excluded.began_at - make_interval(mins => ${windowMinutes})`
  const rows = await tx.query<{ kind: string; attempts: number }>(
    `insert into gatehouse.sign_in_throttle as t (kind, mark, began_at, attempts) values ('ADDRESS', $1, $3, 1), ('ACCOUNT', $2, $3, 1)
     on conflict (kind, mark) do update set attempts = case when ${over} then 1 else t.attempts + 1 end,
       began_at = case when ${over} then excluded.began_at else least(t.began_at, excluded.began_at) end
     returning kind, attempts`, [address, account, now], 'count_attempt')
  const of = (kind: string) => rows.find((row) => row.kind === kind)!.attempts
  return { address: of('ADDRESS'), account: of('ACCOUNT') }
}

/** An attempt that succeeded counts for nothing. Other failures from the address stay counted. */
export async function uncountAttempt(tx: Transaction, { address, account }: Marks): Promise<void> {
  await tx.execute(`update gatehouse.sign_in_throttle set attempts = greatest(attempts - 1, 0) where kind = 'ADDRESS' and mark = $1`, [address], 'uncount_attempt')
  await tx.execute(`delete from gatehouse.sign_in_throttle where kind = 'ACCOUNT' and mark = $1`, [account], 'uncount_attempts')
}

/** Removes counts past their window, a batch at a time, around those in use; how many. */
export async function sweepAttempts(db: Pick<Database, 'execute'>, now: Date, batch: number): Promise<number> {
  return db.execute(
    `delete from gatehouse.sign_in_throttle where (kind, mark) in (
       select kind, mark from gatehouse.sign_in_throttle where began_at <= $1::timestamptz - make_interval(mins => ${windowMinutes}) limit $2 for update skip locked)`, [now, batch])
}
