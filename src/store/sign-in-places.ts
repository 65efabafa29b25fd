/** SQL on gatehouse.sign_in_place: devices and networks that people have signed in from. */
import type { Database, Transaction } from './database.ts'

export type PlaceKind = 'DEVICE' | 'NETWORK'

/** The most of a kind that are known of a person; the longest unused is forgotten. */
const mostOfAKind = 50

/** For so long a place counts as seen just now: writing it at every sign-in would cost a row of each, and one of their index. */
const secondsKept = 86_400

export interface KnownPlaces {
  /** Those of them that the person has come from before. */
  known: ReadonlySet<PlaceKind>
  /** Whether nothing needs to be noted of them. */
  isNoted: boolean
}

/** Of where a person signs in from, what is known. */
export async function knownPlaces(db: Pick<Database, 'query'>, userId: string, marks: Readonly<Record<PlaceKind, Buffer>>, now: Date): Promise<KnownPlaces> {
  const rows = await db.query<{ kind: PlaceKind; fresh: boolean }>(
    `select kind, abs(extract(epoch from $4::timestamptz - last_seen)) < ${secondsKept} as fresh from gatehouse.sign_in_place
     where user_id = $1 and (kind, mark) in (('DEVICE', $2::bytea), ('NETWORK', $3::bytea))`, [userId, marks.DEVICE, marks.NETWORK, now], 'known_places')
  return { known: new Set(rows.map(({ kind }) => kind)), isNoted: rows.filter(({ fresh }) => fresh).length === Object.keys(marks).length }
}

/** Notes where a person signs in from. The person is held. */
export function notePlaces(tx: Transaction, userId: string, marks: Readonly<Record<PlaceKind, Buffer>>, now: Date): void {
  tx.later(
    `with here(kind, mark) as (values ('DEVICE', $2::bytea), ('NETWORK', $3::bytea)),
     known as (update gatehouse.sign_in_place p set last_seen = $4 from here h where p.user_id = $1 and p.kind = h.kind and p.mark = h.mark returning p.kind),
     fresh as (insert into gatehouse.sign_in_place (user_id, kind, mark, last_seen)
       select $1, h.kind, h.mark, $4 from here h where h.kind not in (select kind from known) on conflict do nothing returning kind),
     forgotten as (delete from gatehouse.sign_in_place p where p.user_id = $1 and (p.kind, p.mark) in (
       select o.kind, o.mark from (select kind, mark, row_number() over (partition by kind order by last_seen desc) as place
         from gatehouse.sign_in_place where user_id = $1) o where o.place >= ${mostOfAKind} and o.kind in (select kind from fresh)))
     select`, [userId, marks.DEVICE, marks.NETWORK, now], 'note_places')
}

/** Whether a person has signed in from a network before. */
export async function knowsNetwork(db: Pick<Database, 'first'>, userId: string, mark: Buffer): Promise<boolean> {
  return (await db.first(`select from gatehouse.sign_in_place where user_id = $1 and kind = 'NETWORK' and mark = $2`, [userId, mark])) !== undefined
}

/** Forgets places that nobody came from since; a batch at a time. */
export async function sweepPlaces(db: Pick<Database, 'execute'>, since: Date, batch: number): Promise<number> {
  return db.execute(
    `delete from gatehouse.sign_in_place where (user_id, kind, mark) in (
       select user_id, kind, mark from gatehouse.sign_in_place where last_seen < $1 limit $2 for update skip locked)`, [since, batch])
}
