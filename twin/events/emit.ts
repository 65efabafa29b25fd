/** Writing the System Log: one entry an event, in the name of whoever's request it is, at once or late by option. */
import { randomUUID } from 'node:crypto'
import { currentCaller } from '../caller.ts'
import type { OktaApp, OktaGroup, OktaUser, Org } from '../state.ts'
import { eventTypes } from './event-types.ts'
import type { EventType } from './event-types.ts'
import { queueForHooks } from './hook-queue.ts'
import type { Actor, LogEvent, Target } from './log-store.ts'

export const systemActor: Actor = {
  id: 'system', type: 'SystemPrincipal', alternateId: 'system@okta.com', displayName: 'Okta System',
}

export interface EventDetails {
  targets?: Target[]
  /** Other than who made the request. */
  actor?: Actor
  result?: 'SUCCESS' | 'FAILURE' | 'DENY'
  reason?: string
  severity?: LogEvent['severity']
  debug?: Record<string, unknown>
}

/** Writes an entry; it is persisted (and sent to hooks) when the org's lag has passed. */
export function emit(org: Org, type: EventType, details: EventDetails = {}): void {
  const event = entry(org, type, details)
  const { logLagSeconds, logJitterSeconds } = org.options
  const lag = logLagSeconds + (logJitterSeconds > 0 ? logJitterSeconds * org.random() : 0)
  if (lag === 0) persist(org, event)
  else org.schedule.at(org.now() + lag * 1000, () => persist(org, event))
}

function persist(org: Org, event: LogEvent): void {
  org.log.add(event)
  queueForHooks(org, event)
}

function entry(org: Org, type: EventType, details: EventDetails): LogEvent {
  const caller = currentCaller()
  const { targets, result = 'SUCCESS', reason = null, severity = 'INFO', debug = {} } = details
  const { ipAddress = null, userAgent = null, requestId = randomUUID() } = caller ?? {}
  return {
    uuid: randomUUID(),
    published: org.timestamp(),
    eventType: type,
    version: '0',
    severity,
    displayMessage: eventTypes[type][0],
    legacyEventType: null,
    actor: { ...(details.actor ?? caller?.actor ?? systemActor), detailEntry: null },
    client: { userAgent: { rawUserAgent: userAgent, os: 'Unknown', browser: 'UNKNOWN' }, zone: 'null', device: 'Unknown', id: null, ipAddress, geographicalContext: null },
    outcome: { result, reason },
    target: targets ? targets.map((target) => ({ ...target, detailEntry: null })) : null,
    transaction: { type: caller ? 'WEB' : 'JOB', id: requestId, detail: {} },
    debugContext: { debugData: { requestId, ...debug } },
    authenticationContext: { authenticationProvider: null, credentialProvider: null, credentialType: null, issuer: null, interface: null, authenticationStep: 0, externalSessionId: 'unknown' },
    securityContext: { asNumber: null, asOrg: null, isp: null, domain: null, isProxy: null },
    request: { ipChain: ipAddress === null ? [] : [{ ip: ipAddress, geographicalContext: null, version: 'V4', source: null }] },
  }
}

export function userTarget(user: OktaUser): Target {
  const { login, firstName, lastName } = user.profile
  return { id: user.id, type: 'User', alternateId: String(login), displayName: `${String(firstName ?? '')} ${String(lastName ?? '')}`.trim() }
}

export function groupTarget(group: OktaGroup): Target {
  return { id: group.id, type: 'UserGroup', alternateId: 'unknown', displayName: group.profile.name }
}

export function appTarget(app: OktaApp): Target {
  const label = String(app.document['label'])
  return { id: app.id, type: 'AppInstance', alternateId: label, displayName: label }
}

/** A user's place in an app, as membership events name it beside the user and the app. */
export function appUserTarget(user: OktaUser): Target {
  return { ...userTarget(user), id: user.id, type: 'AppUser' }
}

export function userActor(user: OktaUser): Actor {
  return { ...userTarget(user), type: 'User' }
}

export function clientActor(app: OktaApp): Actor {
  return { id: app.clientId, type: 'PublicClientApp', alternateId: app.clientId, displayName: String(app.document['label']) }
}
