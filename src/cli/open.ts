/**
 * Opens what is there: settings → database, migrated → master key. Apart from main.ts, so that a command does not load the whole server
 * before it does its work.
 */
import { readConfig, type Config } from '../config.ts'
import type { Actor, Context } from '../context.ts'
import { newId } from '../model/id.ts'
import { ensureAuditEpoch } from '../store/audit-epochs.ts'
import type { Database } from '../store/database.ts'
import type { MasterKey } from '../store/master-key.ts'
import { migrate, readMigrations } from '../store/migrate.ts'
import { openDatabase, type OpenDatabase } from '../store/open.ts'
import { openMasterKey } from '../store/open-master-key.ts'

export interface Opened {
  config: Config
  db: Database
  masterKey: MasterKey
  database: OpenDatabase
  /** Whether nothing was there before: the database is new and empty. */
  made: boolean
  /** A context for whoever acts: a command, a job, the server itself. */
  context: (actor: Partial<Actor> & Pick<Actor, 'source' | 'principal'>) => Context
  close: () => Promise<void>
}

/** Opens the database (migrated) and the master key for a command or for the server. */
export async function open(env: Record<string, string | undefined>, role: 'server' | 'client'): Promise<Opened> {
  const config = readConfig(env)
  const database = await openDatabase(config, { role, applicationName: `gatehouse-${role}` })
  const { db } = database
  try {
    const made = (await migrate(db)).length === readMigrations().length
    const masterKey = await openMasterKey(db, config)
    await ensureAuditEpoch(db, new Date())
    const base: Omit<Context, 'actor' | 'authority'> = { db, config, now: () => new Date(), newId }
    const context: Opened['context'] = (actor) => ({ ...base, actor: { userId: null, ip: null, correlationId: newId(), ...actor } })
    return { config, db, masterKey, database, made, context, close: database.close }
  } catch (error) {
    await database.close()
    throw error
  }
}
