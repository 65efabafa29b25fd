/** The composition root: settings → database → migrations → server and jobs. The only place that wires. */
import type { FastifyInstance } from 'fastify'
import { setTimeout as sleep } from 'node:timers/promises'
import { authenticateSession } from './access/session-identity.ts'
import { runMining, undoMining } from './access/mining-plan.ts'
import { grantsRunner } from './access/grants.ts'
import { tellOfEnds } from './access/membership-ends.ts'
import { dropOldEvents } from './audit/retention.ts'
import { createRefusals } from './audit/refusals.ts'
import { sealEvents } from './audit/seal.ts'
import { connectOkta, type KeyPlace } from './connectors/okta/create-connector.ts'
import { publicUrl, type Config } from './config.ts'
import { open, type Opened } from './cli/open.ts'
import type { Context } from './context.ts'
import { putAffiliations, removeAffiliations } from './directory/affiliations.ts'
import { runBulk } from './directory/bulk.ts'
import { runMerge } from './directory/merge.ts'
import { undoMerge } from './directory/merge-undo.ts'
import { GatehouseError } from './errors.ts'
import { amrOf } from './model/amr.ts'
import { queuePopulations } from './model/queue-states.ts'
import { endPeople, followParents, inactivatePeople, startPeople } from './directory/nightly.ts'
import { newUser, writeUsers } from './directory/users.ts'
import { startJobs, type Job } from './jobs/runner.ts'
import { syncJobs } from './jobs/sync-jobs.ts'
import { sendMessages } from './notify/send-messages.ts'
import { tellPeople } from './notify/tell-people.ts'
import { addOpenId, askedTheme } from './oidc/mount.ts'
import { createOpenIdProvider, type OpenIdProvider } from './oidc/provider.ts'
import type { SessionOf } from './oidc/provider-context.ts'
import { addPages } from './pages/serve-pages.ts'
import { themeFor } from './pages/themes.ts'
import { applyPlan, giveUpBroken } from './plans/apply.ts'
import { applyMassDelete, purgeMassDeletes, undoMassDelete } from './portals/apply-mass-delete.ts'
import { massDeleteNeeds } from './portals/mass-delete.ts'
import { accessGraphRoutes } from './rest/access-graph.ts'
import { accessQuestionRoutes } from './rest/access-questions.ts'
import { auditRoutes } from './rest/audit.ts'
import { addDocs } from './rest/docs-page.ts'
import { factorRoutes } from './rest/factors.ts'
import { edgeRoutes } from './rest/edges.ts'
import { readCookie } from './rest/cookies.ts'
import { addHealth } from './rest/health.ts'
import { delegationRoutes, ownAccessRoutes } from './rest/delegations.ts'
import { keyRoutes } from './rest/keys.ts'
import { lifecycleRoutes } from './rest/lifecycle.ts'
import { meRoutes } from './rest/me.ts'
import { messageRoutes } from './rest/messages.ts'
import { metadataRoutes } from './rest/metadata.ts'
import { consentRoutes, oidcClientRoutes } from './rest/oidc-clients.ts'
import { oktaRoutes } from './rest/okta.ts'
import { addOktaHook } from './rest/okta-hook.ts'
import { organizationRoutes } from './rest/organizations.ts'
import { ownAddressRoutes } from './rest/own-addresses.ts'
import { addOutbox } from './rest/outbox-page.ts'
import { passwordPolicyRoutes } from './rest/password-policies.ts'
import { adoptionNeeds, bulkNeeds, grantNeeds, importNeeds, mergeNeeds, miningNeeds, planRoutes, type PlanKind } from './rest/plans.ts'
import { efsAdminRoutes } from './rest/efs-admins.ts'
import { portalMappingRoutes } from './rest/portal-mapping.ts'
import { oktaPasswordRoutes } from './rest/okta-password.ts'
import { portalSignInRoutes } from './rest/portal-sign-in.ts'
import { portalRoutes } from './rest/portals.ts'
import { queueRoutes } from './rest/unassignment-queue.ts'
import { recoveryRoutes } from './rest/recovery.ts'
import { recordRoutes } from './rest/records.ts'
import type { Route } from './rest/route.ts'
import { secretWordRoutes } from './rest/secret-word.ts'
import { siteRoutes } from './rest/site-records.ts'
import { securityQuestionRoutes } from './rest/security-questions.ts'
import { sessionRoutes } from './rest/sessions.ts'
import { signInRoutes } from './rest/sign-in.ts'
import { addRoutes, createServer, type BaseContext } from './rest/server.ts'
import { questionLimiter, secretLimiter } from './rest/limits.ts'
import { forgetOldKeys, rotateOldKeys } from './signin/oidc-keys.ts'
import { tellOfExpiry } from './signin/password-expiry.ts'
import { revokeTokens } from './signin/portal-revocation.ts'
import { sweepArtifacts } from './store/oidc-artifacts.ts'
import { sweepSecrets } from './store/oidc-clients.ts'
import { firstAdministrator, type FirstAdministrator } from './signin/first-administrator.ts'
import { recoverAccounts } from './signin/recovery.ts'
import { unlockPeople } from './signin/locks.ts'
import { sweep } from './signin/sessions-open.ts'
import { sweepThrottle } from './signin/throttle.ts'
import { putWorkersBehind } from './signin/worker-priority.ts'
import { sweepKeys } from './store/idempotency.ts'
import { sweepMessages } from './store/messages.ts'
import type { MasterKey } from './store/master-key.ts'
import { sweepPortalSignIns } from './store/portal-sign-in.ts'
import { closeMemcached } from './store/token-memcached.ts'
import { openMasterKey } from './store/open-master-key.ts'
import { endTurns } from './sync/alone.ts'
import { countQueue } from './store/unassignment-queue.ts'
import { drainInSlices } from './sync/drain.ts'
import { createErrorLog } from './sync/error-log.ts'
import { checkPortalSetup, type PortalFinding } from './sync/check-portal.ts'
import { applySync, undoSync, type SyncRun } from './sync/run.ts'
import { runAdoption } from './transfer/adopt-apply.ts'
import { runImport } from './transfer/apply-import.ts'

const runGrants = grantsRunner({ put: putAffiliations, remove: removeAffiliations })

/** How plans of each kind are applied and undone. */
export const planKinds: Readonly<Record<string, PlanKind>> = {
  bulk: { needs: bulkNeeds, apply: (ctx, planId, progress) => applyPlan(ctx, planId, runBulk, { progress }) },
  grants: { needs: grantNeeds, apply: (ctx, planId, progress) => applyPlan(ctx, planId, runGrants, { progress }) },
  'efs-adopt': { needs: adoptionNeeds, apply: (ctx, planId, progress) => applyPlan(ctx, planId, runAdoption, { progress }) },
  import: { needs: importNeeds, apply: (ctx, planId, progress) => applyPlan(ctx, planId, runImport, { progress }) },
  sync: { needs: () => [{ resource: 'portals', right: 'UPDATE' }], apply: applySyncPlan, undo: undoSyncPlan },
  'mass-delete': { needs: massDeleteNeeds, apply: applyMassDelete, undo: undoMassDelete },
  merge: { needs: mergeNeeds, apply: (ctx, planId) => applyPlan(ctx, planId, runMerge), undo: undoMerge },
  mining: { needs: miningNeeds, apply: (ctx, planId, progress) => applyPlan(ctx, planId, runMining, { progress }), undo: undoMining },
}

/** A sync plan needs the remote system that it is about. */
async function applySyncPlan(ctx: Context, planId: string, progress?: (done: number, of: number) => void): Promise<void> {
  await applySync(await syncRun(ctx, progress), planId)
}

async function undoSyncPlan(ctx: Context, planId: string, progress?: (done: number, of: number) => void): Promise<void> {
  const { guarded, stopped, planId: undoId } = await undoSync(await syncRun(ctx, progress), planId)
  if (guarded) throw new GatehouseError('plan_state', `The undo is the plan ${undoId}, and it was stopped: ${stopped}`)
}

/** A run of the sync with a connection of its own. Errors: `conflict` when no org is set: the request is right, and nobody can carry it out. */
async function syncRun(ctx: Context, progress?: (done: number, of: number) => void): Promise<SyncRun> {
  if (ctx.config.OKTA_ORG_URL === undefined) throw new GatehouseError('conflict', 'No Okta org is set (OKTA_ORG_URL), so nothing can be asked of it.')
  return { ...(await connectedRun(ctx)), onProgress: ({ done, of }) => progress?.(done, of ?? done) }
}

/** What a run needs to speak to Okta. Errors: `configuration` when it is not said to which org, or how. */
export async function connectedRun(ctx: Context): Promise<SyncRun> {
  const errorLog = createErrorLog(ctx.db, ctx.now)
  const connector = connectOkta(ctx.config, (error, attempt) => errorLog.note(error, attempt), await oktaKeys(ctx))
  return { ctx, connector, errorLog }
}

async function checkPortal(ctx: Context, portalId: number): Promise<PortalFinding[]> {
  const { connector, errorLog } = await syncRun(ctx)
  return checkPortalSetup(ctx.db, connector, portalId).finally(() => errorLog.flush())
}

/** Where the keys of our service app in Okta are kept, when it is one whose keys are made here. */
async function oktaKeys(ctx: Context): Promise<KeyPlace | undefined> {
  const { OKTA_CLIENT_ID: clientId, OKTA_PRIVATE_KEY_FILE: file } = ctx.config
  return clientId === undefined || file !== undefined ? undefined : { ctx, masterKey: await openMasterKey(ctx.db, ctx.config) }
}

const drainTimes = { sliceMs: 15_000, pauseMs: 1_000, forMs: 57_000 }

/** Works the unassignment queues off for almost a minute, when there is an org to ask and anything is due. */
async function drainUnassignments(ctx: Context, stop: AbortSignal): Promise<void> {
  if (!ctx.config.OKTA_ORG_URL) return
  const due = await Promise.all(queuePopulations.map((population) => countQueue(ctx.db, population)))
  if (due.every((one) => one.due === 0)) return
  const { connector, errorLog } = await syncRun(ctx)
  const pause = (ms: number) => sleep(ms, undefined, { signal: stop }).catch(() => {})
  await drainInSlices({ ctx, connector, errorLog, until: () => stop.aborted }, { ...drainTimes, sleep: pause, now: () => performance.now() })
}

/** Every route of the REST door. */
export function allRoutes(masterKey: MasterKey): Route[] {
  return [
    ...recordRoutes, ...edgeRoutes, ...accessQuestionRoutes, ...accessGraphRoutes, ...organizationRoutes, ...lifecycleRoutes, ...metadataRoutes, ...sessionRoutes, ...planRoutes(planKinds), ...portalRoutes, ...efsAdminRoutes, ...portalSignInRoutes(masterKey), ...oktaPasswordRoutes(), ...portalMappingRoutes(checkPortal), ...oktaRoutes, ...queueRoutes,
    ...auditRoutes(masterKey), ...keyRoutes, ...oidcClientRoutes, ...consentRoutes, ...delegationRoutes, ...ownAccessRoutes, ...secretWordRoutes, ...messageRoutes, ...siteRoutes, ...passwordPolicyRoutes, ...signInRoutes, ...factorRoutes(masterKey), ...ownAddressRoutes(masterKey), ...recoveryRoutes(masterKey), ...securityQuestionRoutes, ...meRoutes,
  ]
}

/** Not 0, which the provider takes for none. */
const longAgo = 1_000

/** Who has signed in at a browser, to the end: by the cookie that our own pages set. */
export const signedInBy = (base: BaseContext): SessionOf => async ({ cookie }) => {
  const token = readCookie(cookie, 'session', base.config.PUBLIC_URL?.startsWith('https:') ?? false)
  const found = token === undefined ? undefined : await authenticateSession(base, token, false)
  if (!found || found.session.nextStep !== null) return undefined
  // How strongly goes with when: a weaker proof, however new, does not make an older, stronger one new.
  const { userId, sessionId, provedLevel: level, proved, provedBy } = found.session
  // Where nobody knows when, it was long ago: an application that wants a fresh proof asks for one.
  return { userId, sessionId, level, authTime: new Date(proved ?? longAgo), methods: amrOf(provedBy, level) }
}

/** The themes of pages that a door makes itself. */
export const themesOf = ({ config, db }: BaseContext) => (host: string, asked: () => Promise<string | undefined>) => themeFor(config, db, host, asked)

/** The HTTP server with every route, not listening yet, and the OpenID provider in it; `watch` sees it before any route is. */
export function buildServer(base: BaseContext, masterKey: MasterKey, openId = createOpenIdProvider({ base, masterKey, sessionOf: signedInBy(base), themeAt: themesOf(base), log: () => {} }), watch?: (server: FastifyInstance) => void): FastifyInstance {
  const server = createServer(base)
  watch?.(server)
  const refusals = createRefusals(base, (error) => server.log.error({ err: error }, 'a refusal could not be noted in the audit'))
  server.addHook('onClose', refusals.flush)
  addOpenId(server, { base }, openId, { secrets: secretLimiter(base.config), questions: questionLimiter(base.config), refusals })
  addHealth(server, base)
  addOktaHook(server, base)
  const routes = allRoutes(masterKey)
  addRoutes(server, base, routes, refusals)
  addDocs(server, routes, base)
  addPages(server, base, askedTheme(openId))
  addOutbox(server, base, masterKey)
  server.addHook('onClose', () => closeMemcached())
  return server
}

export interface Running {
  url: string
  /** Where people find the pages, by the name that they must be opened by. */
  pages: string
  server: FastifyInstance
  /** Set when this start made the first administrator. */
  administrator?: FirstAdministrator
  /** Resolves when the server has been told to stop and everything is closed. */
  stopped: Promise<void>
  stop: () => Promise<void>
}

/**
 * Starts everything: database, first administrator, HTTP, jobs. A signal stops it, also while it starts. `tell` gets the first
 * administrator as soon as they are made, before the server answers anybody: their password is shown once, whatever comes of the start.
 */
export async function serve(env: Record<string, string | undefined>, tell: (administrator: FirstAdministrator) => void = () => {}): Promise<Running> {
  const parts: (() => Promise<unknown>)[] = []
  const { stopped, stop, ready } = stopping(parts)
  try {
    const opened = await open(env, 'server')
    parts.push(opened.close)
    await putWorkersBehind()
    const system = opened.context({ source: 'SYSTEM', principal: 'first start' })
    const openId = createOpenIdProvider({ base: system, masterKey: opened.masterKey, sessionOf: signedInBy(system), themeAt: themesOf(system), log: (error, message) => server.log.error({ err: error }, message) })
    const server: FastifyInstance = buildServer(system, opened.masterKey, openId)
    parts.push(() => closeServer(server))
    const administrator = await firstAdministrator(system, async (tx, document) => (await writeUsers(tx, system, [{ action: 'user.create', after: await newUser(system, document) }]))[0]!)
    if (administrator) tell(administrator)
    const url = await listen(server, opened.config)
    const failed = (message: string, error: unknown) => server.log.error({ err: error }, message)
    const syncing = syncJobs({ config: opened.config, context: (principal) => opened.context({ source: 'JOB', principal }), run: (ctx) => syncRun(ctx) })
    const working: Awaited<ReturnType<typeof startJobs>>[] = []
    parts.push(async () => {
      // All are told before any is waited for: a run that has been ended must not be followed by the next one.
      await Promise.all([...working.map(({ stop: stopJobs }) => stopJobs()), endTurns()])
    })
    for (const jobs of [scheduledJobs(opened, openId), syncing]) working.push(await startJobs(opened.database.options, jobs, { log: failed, now: system.now }))
    ready()
    return { url, pages: publicUrl(opened.config), server, administrator, stopped, stop }
  } catch (error) {
    ready()
    // What stands against closing is less telling than what stood against starting.
    await stop().catch(() => {})
    throw error
  }
}

/** Errors: `configuration` when the address or port cannot be had. */
async function listen(server: FastifyInstance, config: Config): Promise<string> {
  const { HOST: host, PORT: port } = config
  const { level } = server.log
  // Fastify's own line about it would stand, as JSON, among those that `gatehouse serve` prints for people.
  if (level === 'info') server.log.level = 'warn'
  const url = await server.listen({ host, port }).finally(() => (server.log.level = level)).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall !== 'listen' && error.syscall !== 'getaddrinfo') throw error
    const reason = error.code === 'EADDRINUSE' ? 'another program listens there' : error.code
    throw new GatehouseError('configuration', `The server cannot listen on HOST ${host}, PORT ${port}: ${reason}. Choose another with HOST or PORT, as in PORT=8081 npm start.`, { cause: error })
  })
  // Only now is it known which port that is.
  if (port === 0 && config.PUBLIC_URL === undefined) Object.assign(config, { PUBLIC_URL: `http://localhost:${new URL(url).port}` })
  return url
}

const drainMs = 10_000

/** Lets requests under way come to their end; a client that takes longer than that is cut off. */
async function closeServer(server: FastifyInstance): Promise<void> {
  const { server: http } = server
  const patience = setTimeout(() => http.closeAllConnections(), drainMs)
  // A connection whose last answer has gone out would otherwise stay for as long as clients like to reuse it.
  const sweep = setInterval(() => http.closeIdleConnections(), 50)
  await server.close().finally(() => {
    clearTimeout(patience)
    clearInterval(sweep)
  })
}

/**
 * Stops what has been started, the last part first, when told to by a call or a signal. A signal that comes before all
 * is `ready` waits for that; more of them change nothing (a terminal and npm both pass Ctrl-C on).
 */
function stopping(parts: (() => Promise<unknown>)[]): Pick<Running, 'stopped' | 'stop'> & { ready: () => void } {
  const { promise: started, resolve: ready } = Promise.withResolvers<void>()
  const { promise: stopped, resolve, reject } = Promise.withResolvers<void>()
  let begun = false
  const stop = async () => {
    if (!begun) {
      begun = true
      started.then(() => closeAll(parts)).finally(() => signals.forEach((signal) => process.off(signal, onSignal))).then(resolve, reject)
    }
    return stopped
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const onSignal = () => void stop().catch(() => {})
  for (const signal of signals) process.on(signal, onSignal)
  return { stopped, stop, ready }
}

/** One part that cannot be closed does not keep the others open. */
async function closeAll(parts: (() => Promise<unknown>)[]): Promise<void> {
  const part = parts.pop()
  if (!part) return
  await part().finally(() => closeAll(parts))
}

const sweptAtOnce = 1000

/** Removes what is outdated a batch at a time, so that nobody waits for it and none is too much. */
async function inBatches(sweep: (batch: number) => Promise<number>): Promise<void> {
  while ((await sweep(sweptAtOnce)) === sweptAtOnce);
}

/** What runs by itself. Whatever depends on the day runs every hour and asks for today in the configured zone. */
function scheduledJobs({ db, config, masterKey, context }: Opened, openId: OpenIdProvider): Job[] {
  const job = (principal: string) => context({ source: 'JOB', principal })
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)
  return [
    { name: 'seal-audit', schedule: '* * * * *', work: () => sealEvents(db, masterKey, () => new Date()) },
    { name: 'tell-of-ends', schedule: '* * * * *', work: () => tellOfEnds(job('tell-of-ends')) },
    { name: 'tell-of-expiry', schedule: '50 * * * *', work: () => tellOfExpiry(job('tell-of-expiry')) },
    { name: 'unlock-people', schedule: '* * * * *', work: () => unlockPeople(job('unlock-people')) },
    { name: 'sweep-sessions', schedule: '*/5 * * * *', work: () => sweep(job('sweep-sessions')) },
    { name: 'revoke-portal-tokens', schedule: '* * * * *', work: (stop) => revokeTokens(job('revoke-portal-tokens'), masterKey, { stop }) },
    { name: 'sweep-portal-sign-ins', schedule: '*/5 * * * *', work: () => sweepPortalSignIns(db, new Date()) },
    { name: 'sweep-attempts', schedule: '*/5 * * * *', work: () => sweepThrottle(job('sweep-attempts')) },
    { name: 'recover-accounts', schedule: '* * * * *', work: () => recoverAccounts(job('recover-accounts'), masterKey) },
    { name: 'tell-people', schedule: '* * * * *', work: () => tellPeople(job('tell-people')) },
    { name: 'send-messages', schedule: '* * * * *', work: () => sendMessages({ db, config, masterKey, now: () => new Date() }) },
    { name: 'sweep-messages', schedule: '25 * * * *', work: () => inBatches((batch) => sweepMessages(db, hoursAgo(24 * config.MESSAGE_RETENTION_DAYS), batch)) },
    { name: 'start-people', schedule: '5 * * * *', work: () => startPeople(job('start-people')) },
    { name: 'end-people', schedule: '10 * * * *', work: () => endPeople(job('end-people')) },
    { name: 'follow-parents', schedule: '3 * * * *', work: () => followParents(job('follow-parents')) },
    { name: 'inactivate-people', schedule: '40 3 * * *', work: () => inactivatePeople(job('inactivate-people')) },
    { name: 'drop-old-events', schedule: '30 2 * * *', work: () => dropOldEvents(job('drop-old-events'), config.AUDIT_RETENTION_DAYS) },
    { name: 'tell-of-ended-sessions', schedule: '* * * * *', work: (stop) => openId.tellOfEnded(stop) },
    { name: 'sweep-openid', schedule: '*/10 * * * *', work: () => sweepArtifacts(db, new Date().toISOString()) },
    { name: 'sweep-client-secrets', schedule: '55 * * * *', work: () => inBatches((batch) => sweepSecrets(db, hoursAgo(24), batch)) },
    { name: 'rotate-openid-keys', schedule: '20 2 * * *', work: () => rotateOldKeys(job('rotate-openid-keys'), masterKey) },
    { name: 'forget-openid-keys', schedule: '22 2 * * *', work: () => forgetOldKeys(job('forget-openid-keys')) },
    { name: 'drain-unassignments', schedule: '* * * * *', work: (stop) => drainUnassignments(job('drain-unassignments'), stop) },
    { name: 'purge-mass-deletes', schedule: '35 * * * *', work: () => purgeMassDeletes(job('purge-mass-deletes')) },
    { name: 'give-up-broken-plans', schedule: '45 * * * *', work: () => giveUpBroken(job('give-up-broken-plans'), hoursAgo(24)) },
    { name: 'sweep-idempotency-keys', schedule: '15 * * * *', work: () => inBatches((batch) => sweepKeys(db, hoursAgo(24), batch)) },
  ]
}
