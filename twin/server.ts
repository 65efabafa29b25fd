/**
 * The Okta double: a server that answers the parts of Okta a synchronisation and a sign-in need, with Okta's rules,
 * errors, headers and bad days. It stands alone: nothing here knows who its clients are. A request's way stands in
 * `request-hooks.ts`. To add a part of Okta, write its routes over `Org` and register them in `buildServer`.
 */
import Fastify from 'fastify'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { assignmentRoutes } from './app-assignments.ts'
import { appRoutes } from './apps.ts'
import { parseBody } from './body.ts'
import { createCallLog } from './calls.ts'
import { createClock } from './clock.ts'
import { peopleControls } from './control-people.ts'
import { settingControls } from './control-settings.ts'
import { controlRoutes, loadFaults } from './controls.ts'
import { errorBody, OktaError } from './errors.ts'
import { eventHookRoutes } from './events/event-hooks.ts'
import { inlineHookRoutes } from './events/inline-hooks.ts'
import { logRoutes } from './events/log-routes.ts'
import { createFaultPlan } from './faults.ts'
import { groupRuleRoutes } from './group-rules.ts'
import { groupRoutes } from './groups.ts'
import { defaultOptions } from './options.ts'
import type { OrgOptions } from './options.ts'
import { authnRoutes } from './oauth/authn.ts'
import { oauthRoutes } from './oauth/routes.ts'
import { serverRoutes } from './oauth/servers.ts'
import type { Random } from './random.ts'
import { createRateLimiter, noLimits } from './rate-limit.ts'
import type { RateLimitOptions } from './rate-limit.ts'
import { addRequestHooks, newErrorId } from './request-hooks.ts'
import type { Served } from './request-hooks.ts'
import { schemaRoutes } from './schemas.ts'
import { loadSeed } from './seed.ts'
import type { Seed } from './seed.ts'
import { serviceAppRoutes } from './service-apps.ts'
import { createOrg } from './state.ts'
import { userRoutes } from './users.ts'

export interface TwinOptions {
  /** SSWS tokens that are let in. */
  token?: string
  tokens?: readonly string[]
  seed?: Seed
  /** A list of faults, or `{seed, faults}`, as a fault file holds them. */
  faults?: unknown
  rateLimits?: Partial<RateLimitOptions>
  options?: Partial<OrgOptions>
  clock?: () => Date
  random?: Random
  /** How many calls the recording keeps, how many entries the System Log. */
  recordedCalls?: number
  loggedEvents?: number
  /** Bytes. */
  bodyLimit?: number
}

export interface Twin extends Served {
  app: FastifyInstance
  inject: FastifyInstance['inject']
  /** Back to how it was created, seed and faults included. */
  reset(): void
  /** Gives the address, such as `http://127.0.0.1:8090`; port 0 picks a free one. */
  listen(port: number, host?: string): Promise<string>
  close(): Promise<void>
}

type Running = Served & Pick<Twin, 'reset'>

/** Makes a double; nothing listens until `listen`. A bad seed or fault throws an error that names its row. */
export function createTwin(options: TwinOptions): Twin {
  const running = createRunning(options)
  const app = buildServer(running, options.bodyLimit ?? 1024 * 1024)
  app.addHook('onClose', async () => running.org.schedule.clear())
  return {
    ...running,
    app,
    inject: app.inject.bind(app) as FastifyInstance['inject'],
    async listen(port, host = '127.0.0.1') {
      const address = await app.listen({ port, host })
      running.org.address = address
      return address
    },
    close: () => app.close(),
  }
}

function createRunning(options: TwinOptions): Running {
  const random = options.random ?? Math.random
  const base = options.clock ?? (() => new Date())
  const tokens = () => [...(options.tokens ?? []), ...(options.token === undefined ? [] : [options.token])]
  const faults = createFaultPlan(random)
  const rateLimits = { ...noLimits, ...options.rateLimits }
  const limits = createRateLimiter(rateLimits)
  const fresh = () => {
    const org = createOrg({ clock: createClock(base), random, options: { ...defaultOptions, ...options.options }, loggedEvents: options.loggedEvents ?? 50_000 })
    return Object.assign(org, { hookFaults: faults.strikeHook, isLimited: () => limits.options.plan !== 'off' })
  }
  const running: Running = {
    org: fresh(),
    calls: createCallLog(options.recordedCalls ?? 10_000),
    faults,
    limits,
    tokens: new Set(tokens()),
    reset() {
      running.org.schedule.clear()
      // The routes hold on to `org`, so it is filled anew rather than replaced.
      Object.assign(running.org, { ...fresh(), address: running.org.address })
      running.calls.clear()
      running.faults.clear()
      running.limits.options = rateLimits
      running.limits.reset()
      running.tokens.clear()
      for (const token of tokens()) running.tokens.add(token)
      fill(running, options)
    },
  }
  fill(running, options)
  return running
}

function fill(running: Running, options: TwinOptions): void {
  if (options.seed) explained('seed', () => loadSeed(running.org, options.seed))
  if (options.faults) explained('faults', () => loadFaults(running.faults, options.faults))
}

/** What is refused here was given by an operator, who needs the causes rather than Okta's code. */
function explained(what: string, load: () => void): void {
  try {
    load()
  } catch (error) {
    if (!(error instanceof OktaError)) throw error
    throw new Error(`${what}: ${error.causes.length > 0 ? error.causes.join('; ') : error.message}`, { cause: error })
  }
}

function buildServer(running: Running, bodyLimit: number): FastifyInstance {
  const { org } = running
  const app = Fastify({
    bodyLimit,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    // A login of 100 characters may be 900 when every one is percent-encoded.
    routerOptions: { maxParamLength: 1000 },
    frameworkErrors: (_error, _request, reply: FastifyReply) => {
      void reply.code(400).send(errorBody('E0000003', 'The request was not well-formed.', [], newErrorId(org)))
    },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, parseBody)
  addRequestHooks(app, running)
  const paths: RegExp[] = []
  app.addHook('onRoute', (route) => {
    paths.push(new RegExp(`^${route.url.replace(/:[^/]+/g, '[^/]+')}$`))
  })
  for (const register of [userRoutes, groupRoutes, groupRuleRoutes, appRoutes, assignmentRoutes, schemaRoutes, logRoutes, eventHookRoutes, inlineHookRoutes]) register(app, org)
  for (const register of [serviceAppRoutes, serverRoutes, authnRoutes, oauthRoutes]) register(app, org)
  controlRoutes(app, running)
  settingControls(app, running)
  peopleControls(app, org, running.tokens)
  app.setNotFoundHandler((request) => {
    const path = request.url.split('?', 1)[0]!
    throw new OktaError(paths.some((known) => known.test(path)) ? 'E0000022' : 'E0000008')
  })
  return app
}
