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

/** Whom a restricted administrator may administer; the parts narrow each other down. */
export interface Reach {
  /** People of these organisations. */
  organizations?: readonly string[]
  /** Members of these groups. */
  groups?: readonly string[]
  /** People whom the administrator supervises, or whom those supervise too. */
  reports?: { supervisor: string; below: boolean }
}

/** What the actor may do in Gatehouse itself. */
export interface Authority {
  /** As `people READ` (model/own-access.ts); `all` is not asked further. */
  rights: 'all' | ReadonlySet<string>
  /** Absent: everybody. */
  reach?: Reach
}

export interface Context {
  db: Database
  config: Config
  now: () => Date
  newId: () => string
  actor: Actor
  /** Absent for those who are trusted with everything: the command line, jobs, the server itself. */
  authority?: Authority
  /**
   * The same context with what the actor may do at this moment; the very same one while that is what it was. For work that
   * goes on behind its request. Errors: `forbidden` once they may no longer do it.
   */
  renew?: () => Promise<Context>
}
