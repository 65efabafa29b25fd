/** What a verb is given, in tests: a fresh database, the real clock unless told otherwise, an actor of the tests. */
import type { Context } from '../src/context.ts'
import { readConfig } from '../src/config.ts'
import { newId } from '../src/model/id.ts'
import type { Database, DatabaseOptions } from '../src/store/database.ts'
import { open, testDatabase } from './database.ts'

/** A context on a database of its own, or on the one of `database`. `env` are settings, `now` the clock. */
export async function testContext(env: Record<string, string> = {}, now: () => Date = () => new Date(), database?: DatabaseOptions): Promise<Context> {
  return { ...contextOn(database ? open({ ...database, poolSize: 5 }) : await testDatabase(), env), now }
}

/** A context on a database that the caller closes. */
export function contextOn(db: Database, env: Record<string, string> = {}): Context {
  return {
    db, config: readConfig({ LOG_LEVEL: 'silent', ...env }), now: () => new Date(), newId,
    actor: { userId: null, principal: 'test', source: 'SYSTEM', ip: null, correlationId: newId() },
  }
}
