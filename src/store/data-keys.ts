/** Keys of ours in gatehouse.data_key, encrypted with the master key: made once, the same for all servers. */
import type { Database } from './database.ts'
import { newMasterKey, parseMasterKey, type MasterKey } from './master-key.ts'

const purpose = 'data-key'

/** The key of this name, made at first use: it encrypts and derives for purposes of its own, as the master key does. */
export async function openDataKey(db: Pick<Database, 'first' | 'execute'>, masterKey: MasterKey, name: string, now: Date): Promise<MasterKey> {
  for (;;) {
    const row = await db.first<{ key: Buffer }>('select key_encrypted as key from gatehouse.data_key where name = $1', [name])
    if (row) return parseMasterKey(masterKey.decrypt(row.key, purpose, name).toString(), `The key ${name}`)
    await db.execute('insert into gatehouse.data_key (name, key_encrypted, created_at) values ($1, $2, $3) on conflict do nothing', [name, masterKey.encrypt(newMasterKey(), purpose, name), now])
  }
}
