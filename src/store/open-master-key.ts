/**
 * Finding the master key at start and holding it against the check value in the database, so that a missing or wrong
 * key is one clear error before anything is read or written; and replacing it by another.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Config } from '../config.ts'
import { GatehouseError } from '../errors.ts'
import type { Database, Row, Transaction } from './database.ts'
import { rewriteKept } from './kept-rows.ts'
import { newMasterKey, parseMasterKey, type MasterKey } from './master-key.ts'

export type KeyConfig = Pick<Config, 'GATEHOUSE_MASTER_KEY' | 'GATEHOUSE_MASTER_KEY_FILE' | 'GATEHOUSE_DATA'>

interface EncryptedColumn {
  table: string
  /** The primary key, as text: a value is bound to its row. */
  key: string
  column: string
  purpose: string
}

/** Every column encrypted with the master key. Rotation re-encrypts these; one that is missing here would be lost. */
export const encryptedColumns: readonly EncryptedColumn[] = [
  { table: 'gatehouse.signing_key', key: 'key_id', column: 'private_key_encrypted', purpose: 'signing-key' },
  { table: 'public.user_auth_param', key: 'param_id', column: 'secret_encrypted', purpose: 'factor' },
  { table: 'gatehouse.message', key: 'message_id', column: 'secrets_encrypted', purpose: 'message' },
  { table: 'gatehouse.data_key', key: 'name', column: 'key_encrypted', purpose: 'data-key' },
  { table: 'efs.portal_secret', key: 'portal_id::text', column: 'secret_encrypted', purpose: 'portal-secret' },
]

const settingName = 'master_key'
const checkPurpose = 'key-check'
const checkText = 'gatehouse'

/**
 * The installation's master key: from GATEHOUSE_MASTER_KEY, the file of GATEHOUSE_MASTER_KEY_FILE, or `master.key` in
 * the data folder, which is made when the database has never seen a key. Errors: `configuration`.
 */
export async function openMasterKey(db: Database, config: KeyConfig): Promise<MasterKey> {
  const expected = await readCheck(db)
  const { key, made, isNext } = findKey(config, expected)
  if (isNext) renameSync(nextKeyFile(config), keyFile(config))
  const stored = expected ?? (await storeCheck(db, key))
  if (stored.keyId === key.id && isRight(stored, key)) return key
  // Two servers with a data folder each began at once on one database: the later one's new key serves nothing.
  if (made) rmSync(keyFile(config), { force: true })
  throw wrongKey(config, stored.keyId, key.id)
}

/**
 * Whether the key at hand is the one that the rows belong to; nothing is made or written. The id of that key, undefined
 * where they have never seen one. `rows` says whose they are. Errors: `configuration`.
 */
export async function checkMasterKey(db: Pick<Database, 'first'>, config: KeyConfig, rows = 'this database'): Promise<string | undefined> {
  const expected = await readCheck(db)
  if (!expected) return undefined
  const { key } = findKey(config, expected, rows)
  if (expected.keyId !== key.id || !isRight(expected, key)) throw wrongKey(config, expected.keyId, key.id, rows)
  return key.id
}

/**
 * Replaces the master key: re-encrypts everything in one transaction; how many values. Servers that still run with the
 * old key must be restarted. Errors: `configuration` when `old` is not the key in use.
 */
export async function rotateMasterKey(db: Database, old: MasterKey, next: MasterKey): Promise<number> {
  return db.transaction(async (tx) => {
    const check = await readCheck(tx, ' for update')
    if (check && check.keyId !== old.id) {
      throw new GatehouseError(
        'configuration',
        `The database belongs to the master key ${check.keyId}, not to ${old.id}: give the current one.`,
      )
    }
    let values = 0
    for (const column of encryptedColumns) values += await reencrypt(tx, column, old, next)
    values += await reencryptKept(tx, old, next)
    await tx.execute(
      `insert into gatehouse.setting as s (name, value) values ($1, $2)
       on conflict (name) do update set value = excluded.value, updated_at = now()`,
      [settingName, checkValue(next)],
    )
    return values
  })
}

/**
 * Rotates the key that was made under the data folder. The new one is written beside it first and takes its place when
 * the database has it; a crash in between is mended at the next start.
 */
export async function rotateMadeKey(db: Database, config: KeyConfig): Promise<number> {
  const old = await openMasterKey(db, config)
  if (config.GATEHOUSE_MASTER_KEY !== undefined || config.GATEHOUSE_MASTER_KEY_FILE !== undefined) {
    throw new GatehouseError(
      'configuration',
      'The master key comes from the environment: make the new one there and give both.',
    )
  }
  const path = nextKeyFile(config)
  makeKey(path)
  const values = await rotateMasterKey(db, old, readKey(path)!)
  renameSync(path, keyFile(config))
  return values
}

async function reencrypt(
  tx: Transaction,
  { table, key, column, purpose }: EncryptedColumn,
  old: MasterKey,
  next: MasterKey,
): Promise<number> {
  const rows = await tx.query<{ key: string; value: Buffer }>(
    `select ${key} as key, ${column} as value from ${table} where ${column} is not null for update`,
  )
  for (const row of rows) {
    const value = next.encrypt(old.decrypt(row.value, purpose, row.key), purpose, row.key)
    await tx.execute(`update ${table} set ${column} = $2 where ${key} = $1`, [row.key, value])
  }
  return rows.length
}

/**
 * The same for rows that plans keep to bring people back (an undone merge, or mass delete): they hold these columns as JSON does.
 * What an earlier rotation left behind stays unreadable, and stands in the way of nothing.
 */
async function reencryptKept(tx: Transaction, old: MasterKey, next: MasterKey): Promise<number> {
  let values = 0
  for (const { table: name, key, column, purpose } of encryptedColumns) {
    const table = name.replace(/^public\./, '')
    const renew = (row: Row) => {
      const text = row[column]
      if (typeof text !== 'string' || text.slice(4, 20) !== old.id) return row
      values++
      return { ...row, [column]: `\\x${next.encrypt(old.decrypt(Buffer.from(text.slice(2), 'hex'), purpose, String(row[key])), purpose, String(row[key])).toString('hex')}` }
    }
    await rewriteKept(tx, table, renew)
  }
  return values
}

interface Check {
  keyId: string
  check: string
}

async function readCheck(db: Pick<Database, 'first'>, lock = ''): Promise<Check | undefined> {
  return (await db.first<{ value: Check }>(`select value from gatehouse.setting where name = $1${lock}`, [settingName]))
    ?.value
}

async function storeCheck(db: Database, key: MasterKey): Promise<Check> {
  await db.execute('insert into gatehouse.setting (name, value) values ($1, $2) on conflict (name) do nothing', [
    settingName,
    checkValue(key),
  ])
  return (await readCheck(db))!
}

function checkValue(key: MasterKey): string {
  return JSON.stringify({
    keyId: key.id,
    check: key.encrypt(checkText, checkPurpose).toString('base64'),
  } satisfies Check)
}

function isRight(stored: Check, key: MasterKey): boolean {
  return key.decrypt(Buffer.from(stored.check, 'base64'), checkPurpose).toString() === checkText
}

interface FoundKey {
  key: MasterKey
  /** It was made just now. */
  made: boolean
  /** It stands where a rotation that did not come to its end has left it. */
  isNext?: boolean
}

function findKey(config: KeyConfig, expected: Check | undefined, rows = 'this database'): FoundKey {
  const { GATEHOUSE_MASTER_KEY: given, GATEHOUSE_MASTER_KEY_FILE: file } = config
  if (given !== undefined && file !== undefined) {
    throw new GatehouseError(
      'configuration',
      'GATEHOUSE_MASTER_KEY and GATEHOUSE_MASTER_KEY_FILE are both set: keep one.',
    )
  }
  if (given !== undefined) return { key: parseMasterKey(given, 'GATEHOUSE_MASTER_KEY'), made: false }
  if (file !== undefined) {
    const key = readKey(file)
    if (!key)
      throw new GatehouseError('configuration', `GATEHOUSE_MASTER_KEY_FILE names ${file}, and there is no such file.`)
    return { key, made: false }
  }
  return keyOfFolder(config, expected, rows)
}

function keyOfFolder(config: KeyConfig, expected: Check | undefined, rows: string): FoundKey {
  const path = keyFile(config)
  const known = readKey(path)
  if (known && known.id === expected?.keyId) return { key: known, made: false }
  const next = readKey(nextKeyFile(config))
  if (next && next.id === expected?.keyId) return { key: next, made: false, isNext: true }
  if (known) return { key: known, made: false }
  if (expected) {
    throw new GatehouseError(
      'configuration',
      `The master key is missing: ${rows} belongs to the key ${expected.keyId}, and neither ` +
        `GATEHOUSE_MASTER_KEY nor GATEHOUSE_MASTER_KEY_FILE is set, nor is there ${path}. ` +
        'Bring the key back; without it, what it encrypted cannot be read.',
    )
  }
  const made = makeKey(path)
  return { key: readKey(path)!, made }
}

function wrongKey(config: KeyConfig, expected: string, found: string, rows = 'this database'): GatehouseError {
  const source =
    config.GATEHOUSE_MASTER_KEY !== undefined
      ? 'GATEHOUSE_MASTER_KEY'
      : (config.GATEHOUSE_MASTER_KEY_FILE ?? keyFile(config))
  return new GatehouseError(
    'configuration',
    `The master key of ${source} is the wrong one: ${rows} belongs to the key ${expected}, ` +
      `and this is ${found}. Put the right key there.`,
  )
}

const keyFile = (config: KeyConfig) => join(config.GATEHOUSE_DATA, 'master.key')
const nextKeyFile = (config: KeyConfig) => join(config.GATEHOUSE_DATA, 'master.key.next')

function readKey(path: string): MasterKey | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new GatehouseError('configuration', `The master key file ${path} cannot be read (${code}).`, { cause: error })
  }
  return parseMasterKey(text, path)
}

/** Makes the file with a new key, mode 600; false when another process was first. It appears whole or not at all. */
function makeKey(path: string): boolean {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeSync(file, `${newMasterKey()}\n`)
    fsyncSync(file)
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    closeSync(file)
    rmSync(draft, { force: true })
  }
}
