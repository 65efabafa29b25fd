/** SQL on gatehouse.sign_in_place: devices and networks that people have signed in from. */
import type { Database, Transaction } from './database.ts'

export type PlaceKind = 'DEVICE' | 'NETWORK'

/** The most of a kind that are known of a person; the longest unused is forgotten. */
const mostOfAKind = 50

/** Notes where a person signs in from; the kinds that are new for them. */
export async function notePlaces(tx: Transaction, userId: string, marks: Readonly<Record<PlaceKind, Buffer>>, now: Date): Promise<Set<PlaceKind>> {
  const known = await tx.query<{ kind: PlaceKind }>(
    `update gatehouse.sign_in_place set last_seen = $4 where user_id = $1 and ((kind = 'DEVICE' and mark = $2) or (kind = 'NETWORK' and mark = $3)) returning kind`,
    [userId, marks.DEVICE, marks.NETWORK, now], 'see_places')
  const fresh = (['DEVICE', 'NETWORK'] as const).filter((kind) => !known.some((one) => one.kind === kind))
  for (const kind of fresh) {
    await tx.execute('insert into gatehouse.sign_in_place (user_id, kind, mark, last_seen) values ($1, $2, $3, $4) on conflict do nothing', [userId, kind, marks[kind], now], 'add_place')
    await tx.execute(
      `delete from gatehouse.sign_in_place where (user_id, kind, mark) in (
         select user_id, kind, mark from gatehouse.sign_in_place where user_id = $1 and kind = $2 order by last_seen desc offset ${mostOfAKind})`, [userId, kind], 'trim_places')
  }
  return new Set(fresh)
}

/** Forgets places that nobody came from since; a batch at a time. */
export async function sweepPlaces(db: Pick<Database, 'execute'>, since: Date, batch: number): Promise<number> {
  return db.execute(
    `delete from gatehouse.sign_in_place where (user_id, kind, mark) in (
       select user_id, kind, mark from gatehouse.sign_in_place where last_seen < $1 limit $2 for update skip locked)`, [since, batch])
}
