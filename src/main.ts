/** The composition root: settings → database → migrations → server and jobs. The only place that wires. */
import type { FastifyInstance } from 'fastify'
import { readConfig, type Config } from './config.ts'
import type { Actor, Context } from './context.ts'
import { runBulk } from './directory/bulk.ts'
import { runMerge, undoMerge } from './directory/merge.ts'
import { newId } from './model/id.ts'
import { applyPlan } from './plans/apply.ts'
import { addHealth } from './rest/health.ts'
import { keyRoutes } from './rest/keys.ts'
import { lifecycleRoutes } from './rest/lifecycle.ts'
import { metadataRoutes } from './rest/metadata.ts'
import { planRoutes, type PlanKind } from './rest/plans.ts'
import { recordRoutes } from './rest/records.ts'
import type { Route } from './rest/route.ts'
import { addRoutes, createServer, type BaseContext } from './rest/server.ts'
import type { Database } from './store/database.ts'
import type { MasterKey } from './store/master-key.ts'
import { migrate } from './store/migrate.ts'
import { openDatabase, type OpenDatabase } from './store/open.ts'
import { openMasterKey } from './store/open-master-key.ts'

export interface Opened {
  config: Config
  db: Database
  masterKey: MasterKey
  database: OpenDatabase
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
    await migrate(db)
    const masterKey = await openMasterKey(db, config)
    const base: BaseContext = { db, config, now: () => new Date(), newId }
    const context: Opened['context'] = (actor) => ({ ...base, actor: { userId: null, ip: null, correlationId: newId(), ...actor } })
    return { config, db, masterKey, database, context, close: database.close }
  } catch (error) {
    await database.close()
    throw error
  }
}

/** How plans of each kind are applied and undone. */
export function planKinds(_masterKey: MasterKey): Record<string, PlanKind> {
  return {
    bulk: { apply: (ctx, planId) => applyPlan(ctx, planId, runBulk) },
    merge: { apply: (ctx, planId) => applyPlan(ctx, planId, runMerge), undo: undoMerge },
  }
}

/** Every route of the REST door. */
export function allRoutes(masterKey: MasterKey): Route[] {
  return [...recordRoutes, ...lifecycleRoutes, ...metadataRoutes, ...planRoutes(planKinds(masterKey)), ...keyRoutes]
}

/** The HTTP server with every route, not listening yet. */
export function buildServer(base: BaseContext, masterKey: MasterKey): FastifyInstance {
  const server = createServer(base)
  addHealth(server, base)
  addRoutes(server, base, allRoutes(masterKey))
  return server
}
