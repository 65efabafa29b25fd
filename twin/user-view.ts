/** A user as Okta's JSON shows it: secrets left out, `mobilePhone` and `secondEmail` null rather than absent. */
import { isRecord } from './credentials.ts'
import type { OktaUser, Org } from './state.ts'

type Json = Record<string, unknown>

/** `base` is the address the client used; links are absolute. */
export function userJson(org: Org, user: OktaUser, base: string): Json {
  const self = `${base}/api/v1/users/${user.id}`
  return {
    id: user.id,
    status: user.status,
    ...(user.transitioningTo ? { transitioningToStatus: user.transitioningTo } : {}),
    created: user.created,
    activated: user.activated,
    statusChanged: user.statusChanged,
    lastLogin: user.lastLogin,
    lastUpdated: user.lastUpdated,
    passwordChanged: user.passwordChanged,
    type: { id: org.typeId },
    profile: { mobilePhone: null, secondEmail: null, ...user.profile },
    credentials: credentialsJson(user),
    _links: { self: { href: self }, ...actions(user, self) },
  }
}

function credentialsJson(user: OktaUser): Json {
  const { password, recoveryQuestion, provider } = user.credentials
  return {
    ...(password ? { password: {} } : {}),
    ...(recoveryQuestion ? { recovery_question: { question: recoveryQuestion.question } } : {}),
    provider,
  }
}

const offered: Record<OktaUser['status'], string[]> = {
  STAGED: ['activate', 'deactivate'],
  PROVISIONED: ['reactivate', 'deactivate'],
  ACTIVE: ['suspend', 'reset_password', 'expire_password', 'deactivate'],
  RECOVERY: ['reactivate', 'reset_password', 'deactivate'],
  PASSWORD_EXPIRED: ['reset_password', 'deactivate'],
  LOCKED_OUT: ['unlock', 'deactivate'],
  SUSPENDED: ['unsuspend', 'deactivate'],
  DEPROVISIONED: ['activate'],
}

function actions(user: OktaUser, self: string): Json {
  const links: Json = {}
  for (const operation of offered[user.status]) {
    const name = operation.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
    links[name] = { href: `${self}/lifecycle/${operation}`, method: 'POST' }
  }
  return links
}

/** The version tag of a user, weak as Okta's are. */
export function userEtag(user: OktaUser): string {
  return `W/"${user.id}.${user.version}"`
}

/** `fields=id,status,profile:(login,email)`: keeps these of a user's JSON; unknown names are passed over. */
export function projectFields(json: Json, fields: string): Json {
  const result: Json = {}
  for (const part of fields.matchAll(/([A-Za-z_]\w*)(?::\(([^)]*)\))?/g)) {
    const [, name = '', inner] = part
    if (!Object.hasOwn(json, name)) continue
    const value = json[name]
    if (inner === undefined || !isRecord(value)) result[name] = value
    else {
      const names = inner.split(',').map((item) => item.trim())
      result[name] = Object.fromEntries(Object.entries(value).filter(([key]) => names.includes(key)))
    }
  }
  return result
}
