/**
 * gatehouse keys ssh: what sshd's AuthorizedKeysCommand runs at every sign-in. It reads the database and nothing else: no
 * master key, no migration, and little code to load. No key is no error: sshd refuses whoever has none.
 */
import type { Command } from 'commander'
import { readConfig } from '../config.ts'
import { GatehouseError } from '../errors.ts'
import { parseSshKey } from '../model/ssh-key.ts'
import { openDatabase } from '../store/open.ts'
import { sshKeysOf } from '../store/ssh-keys.ts'

export function addSshCommand(keys: Command): void {
  keys
    .command('ssh')
    .description('Prints the SSH keys by which somebody may sign in, for AuthorizedKeysCommand of sshd; nothing when there are none.')
    .argument('<login>', 'the login, in exactly these letters')
    .option('--system <id>', 'the managed system whose logins are meant; 0 is Gatehouse itself', '0')
    .option('--json', 'answer for machines')
    .action(printKeys)
}

async function printKeys(login: string, { system, json }: { system: string; json?: boolean }): Promise<void> {
  const usable = login.length > 0 && login.length <= 220 && !/\p{Cc}/u.test(login) && login.isWellFormed()
  if (!usable || !/^[\x21-\x7e]{1,32}$/.test(system)) throw new GatehouseError('invalid_value', 'This is no login.')
  const config = readConfig(process.env)
  const database = await openDatabase({ ...config, DATABASE_POOL_SIZE: 2 }, { role: 'client', applicationName: 'gatehouse-ssh', patienceMs: 3000 })
  try {
    const values = await sshKeysOf(database.db, login, system, new Date().toISOString())
    // Parsed again, and without the comment: whatever came into the table by another way than ours, sshd gets keys only.
    const lines = values.flatMap((value) => {
      const key = parseSshKey(value)
      return 'message' in key ? [] : [`${key.type} ${key.blob}`]
    })
    if (json) console.log(JSON.stringify(lines))
    else if (lines.length > 0) console.log(lines.join('\n'))
  } finally {
    await database.close()
  }
}
