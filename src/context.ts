/** What every verb is given: where to write, what time it is, where new ids come from, and who is asking. */
import type { Config } from './config.ts'
import type { Database } from './store/database.ts'

export interface Actor {
  /** The person acting, when it is one. */
  userId: string | null
  /** What they showed: a login, the name of an API key, or the name of a job. */
  principal: string
  source: 'REST' | 'CLI' | 'JOB' | 'SYNC' | 'IMPORT' | 'SYSTEM'
  ip: string | null
  /** Ties all events of one request, run or job together. */
  correlationId: string
}

export interface Context {
  db: Database
  config: Config
  now: () => Date
  newId: () => string
  actor: Actor
}
