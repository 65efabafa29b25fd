/**
 * Back-channel logout (OpenID Connect Back-Channel Logout 1.0): clients are told of sign-ins that have ended, at the console, by
 * an administrator, with the person. Whoever cannot be told is told again, ever later, until it is given up, which the audit
 * notes. So are those whom the provider itself could not tell when somebody signed out at an application.
 */
import type Provider from 'oidc-provider'
import { recordEvents } from '../audit/record.ts'
import { leasedUntil, nextAttempt } from '../model/retries.ts'
import { takeEndedSessions } from '../store/oidc-artifacts.ts'
import { endLogout, insertLogouts, putOffLogout, takeLogouts, type DueLogout } from '../store/oidc-logouts.ts'
import { openPayload } from './adapter.ts'
import { contextOf, type DoorState } from './provider-context.ts'

const sessionsAtOnce = 100
const clientsAtOnce = 20

/** How many sessions had ended. */
export async function tellOfEnded({ provider, state }: { provider: Provider; state: DoorState }): Promise<number> {
  let ended = 0
  for (let taken = sessionsAtOnce; taken === sessionsAtOnce; ended += taken) taken = await queueEnded(state)
  for (;;) {
    const now = state.base.now()
    const due = await takeLogouts(state.base.db, now, leasedUntil(now), clientsAtOnce)
    await Promise.all(due.map((one) => tellOne(provider, state, one)))
    if (due.length < clientsAtOnce) return ended
  }
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

async function tellOne(provider: Provider, state: DoorState, one: DueLogout): Promise<void> {
  const { db, now } = state.base
  try {
    const client = (await provider.Client.find(one.clientId)) as unknown as Told | undefined
    if (client?.backchannelLogoutUri !== undefined) await client.backchannelLogout(one.userId, one.sid)
  } catch (error) {
    state.log(error, `the client ${one.clientId} could not be told of a logout`)
    const due = nextAttempt(one.attempts, now())
    if (due) return putOffLogout(db, one, due)
    await db.transaction(async (tx) => {
      const changes = [{ path: 'user', after: one.userId }, { path: 'attempts', after: one.attempts }]
      await recordEvents(tx, contextOf(state, null, 'tell-of-ended-sessions'), [{ action: 'client.logout.given-up', targetType: 'Client', targetId: one.clientId, result: 'remote_error', changes }])
      await endLogout(tx, one)
    })
    return
  }
  await endLogout(db, one)
}

/** Has clients told later whom the provider could not tell itself. */
export function retryLogouts(provider: Provider, state: DoorState): void {
  provider.on('backchannel.error', (_ctx, _error, { clientId }, userId, sid) => {
    const { db, now } = state.base
    void insertLogouts(db, [{ clientId, sid, userId, attempts: 1 }], nextAttempt(1, now())!, now())
      .catch((error: unknown) => state.log(error, `that the client ${clientId} has to be told of a logout could not be noted`))
  })
}
