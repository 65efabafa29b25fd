/**
 * Back-channel logout (OpenID Connect Back-Channel Logout 1.0): clients are told of sign-ins that have ended, at the console, by
 * an administrator, with the person. Whoever cannot be told is told again, ever later, until it is given up, which the audit
 * notes. So are those whom the provider itself could not tell when somebody signed out at an application.
 */
import type Provider from 'oidc-provider'
import { recordEvents } from '../audit/record.ts'
import { leasedUntil, mostAttempts, mostInARow, nextAttempt, nextAttempts } from '../model/retries.ts'
import type { Transaction } from '../store/database.ts'
import { takeEndedSessions } from '../store/oidc-artifacts.ts'
import { endLogout, insertLogouts, putOffClient, putOffLogout, takeLogouts, type DueLogout } from '../store/oidc-logouts.ts'
import { openPayload } from './adapter.ts'
import { contextOf, type DoorState } from './provider-context.ts'

const sessionsAtOnce = 100
const toldAtOnce = 20

/** How many sessions had ended. Ends early, between two rounds, when told to stop. */
export async function tellOfEnded({ provider, state }: { provider: Provider; state: DoorState }, stop?: AbortSignal): Promise<number> {
  let ended = 0
  for (let taken = sessionsAtOnce; taken === sessionsAtOnce && !stop?.aborted; ended += taken) taken = await queueEnded(state)
  const run: Run = { provider, state, failures: new Map() }
  while (!stop?.aborted) {
    const now = state.base.now()
    const due = await takeLogouts(state.base.db, now, leasedUntil(now), toldAtOnce)
    await Promise.all(due.map((one) => tellOne(run, one)))
    for (const clientId of new Set(due.map((one) => one.clientId))) await rest(run, clientId)
    if (due.length < toldAtOnce) break
  }
  return ended
}

interface Run {
  provider: Provider
  state: DoorState
  /** How often clients could not be told: in a row, up to now, and in all. */
  failures: Map<string, { inARow: number; total: number }>
}

/** Takes sessions that have ended and notes whom to tell, in one transaction: a server that dies here forgets nobody. */
async function queueEnded(state: DoorState): Promise<number> {
  const { db, now } = state.base
  return db.transaction(async (tx) => {
    const rows = await takeEndedSessions(tx, sessionsAtOnce)
    const logouts = rows.flatMap((row): DueLogout[] => {
      const { accountId: userId, authorizations = {} } = openPayload(state, row) as { accountId?: string; authorizations?: Record<string, { sid?: string }> }
      return Object.entries(authorizations).flatMap(([clientId, { sid }]) => (sid === undefined || userId === undefined ? [] : [{ clientId, sid, userId, attempts: 0 }]))
    })
    if (logouts.length > 0) await insertLogouts(tx, logouts, now(), now())
    return rows.length
  })
}

interface Told {
  backchannelLogoutUri?: string
  backchannelLogout: (sub: string, sid: string) => Promise<void>
}

async function tellOne(run: Run, one: DueLogout): Promise<void> {
  const { provider, state } = run
  const { db, now } = state.base
  const failures = run.failures.get(one.clientId) ?? { inARow: 0, total: 0 }
  run.failures.set(one.clientId, failures)
  try {
    const client = (await provider.Client.find(one.clientId)) as unknown as Told | undefined
    if (client?.backchannelLogoutUri !== undefined) await client.backchannelLogout(one.userId, one.sid)
    failures.inARow = 0
  } catch (error) {
    failures.inARow++
    if (failures.total++ === 0) state.log(error, `the client ${one.clientId} could not be told of a logout`)
    const due = nextAttempt(one.attempts, now())
    if (due) return putOffLogout(db, one, due)
    await db.transaction(async (tx) => {
      await endLogout(tx, one)
      await recordGivenUp(state, tx, one.clientId, 1)
    })
    return
  }
  await endLogout(db, one)
}

/** A client that failed again and again is left alone until its next attempt is due, with all that waits for it: each try costs the others time. */
async function rest({ state, failures }: Run, clientId: string): Promise<void> {
  const failed = failures.get(clientId)!
  if (failed.inARow < mostInARow) return
  failed.inARow = 0
  await state.base.db.transaction(async (tx) => {
    const now = state.base.now()
    const givenUp = await putOffClient(tx, clientId, now, nextAttempts(now))
    if (givenUp > 0) await recordGivenUp(state, tx, clientId, givenUp)
  })
}

/** Nobody's id: the event is the client's, and erasing people does not look there. */
async function recordGivenUp(state: DoorState, tx: Transaction, clientId: string, logouts: number): Promise<void> {
  const changes = [{ path: 'attempts', after: mostAttempts }, { path: 'logouts', after: logouts }]
  await recordEvents(tx, contextOf(state, null, 'tell-of-ended-sessions'), [{ action: 'client.logout.given-up', targetType: 'Client', targetId: clientId, result: 'remote_error', changes }])
}

/** Has clients told later whom the provider could not tell itself. */
export function retryLogouts(provider: Provider, state: DoorState): void {
  provider.on('backchannel.error', (_ctx, _error, { clientId }, userId, sid) => {
    const { db, now } = state.base
    void insertLogouts(db, [{ clientId, sid, userId, attempts: 1 }], nextAttempt(1, now())!, now())
      .catch((error: unknown) => state.log(error, `that the client ${clientId} has to be told of a logout could not be noted`))
  })
}
