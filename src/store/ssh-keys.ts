/** SQL on the SSH keys of people, as sshd asks for them. Reads these columns alone, so that a role of its own can be given no more. */
import { personCounts } from './access-walk.ts'
import type { Database } from './database.ts'

/** Accents in their letters or behind them: the name is the same, and its letters' size counts. */
const forms = '$1::text, normalize($1::text, NFC), normalize($1::text, NFD)'

/** Keys that let somebody in under a login of a managed system: of a person who may sign in, by a login that may be used. Wrong passwords lock a password, not keys. */
export async function sshKeysOf(db: Pick<Database, 'query'>, login: string, system: string, now: string): Promise<string[]> {
  const rows = await db.query<{ value: string }>(
    `select k.key_value as value from (
       select n.user_id, n.is_active, n.status, n.lock_marker from login n where n.lowercase_login in (select lower(one) from unnest(array[${forms}]) one) and n.login in (${forms}) and n.managed_sys_id = $2
       order by array_position(array[${forms}], n.login::text) limit 1
     ) l join users u on u.user_id = l.user_id join user_key k on k.user_id = l.user_id
     where l.is_active = 'Y' and l.status = 'ACTIVE' and l.lock_marker is distinct from 'LOCKED_ADMIN'
       and ${personCounts('$3', false)} and k.key_type = 'SSH' and (k.expires_at is null or k.expires_at > $3::timestamptz)
     order by k.user_key_id limit 100`, [login, system, now])
  return rows.map((row) => row.value)
}
