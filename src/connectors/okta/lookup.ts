/** Finding accounts in Okta: search expressions, cut into requests of a length that every proxy takes. */
import { externalIdField } from '../../model/account-mapping.ts'
import { isObject } from '../../model/attribute.ts'
import { comparedText } from '../../model/text.ts'
import type { AccountState, CorrelationKeys, RemoteAccount } from '../../sync/connector.ts'
import type { OktaClient } from './client.ts'
import { OktaError } from './errors.ts'

export interface OktaUser {
  id: string
  status: string
  transitioningToStatus?: string | null
  lastLogin?: string | null
  profile: Record<string, unknown>
}

const states: Record<string, AccountState> = {
  STAGED: 'staged',
  PROVISIONED: 'pending',
  RECOVERY: 'pending',
  PASSWORD_EXPIRED: 'pending',
  LOCKED_OUT: 'pending',
  ACTIVE: 'active',
  SUSPENDED: 'suspended',
  DEPROVISIONED: 'deactivated',
}

const becoming: Record<string, AccountState> = { ACTIVE: 'pending', DEPROVISIONED: 'deactivated' }

/**
 * Okta's user as the engine sees it. Activating and deactivating go on after the answer: one still being activated counts
 * as pending, since activating again would be refused, and one being deactivated as deactivated, since it will be.
 */
export function accountOf(user: OktaUser): RemoteAccount {
  if (typeof user?.id !== 'string' || !/^[!-~]{1,20}$/.test(user.id) || !isObject(user.profile)) {
    const facts = { status: 200, code: 'unexpected_answer', requestId: null, request: '/api/v1/users' }
    throw new OktaError('the answer is no user: an id of 1 to 20 characters and a profile were expected', facts)
  }
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)
  return {
    id: user.id,
    state: becoming[user.transitioningToStatus ?? ''] ?? states[user.status] ?? 'pending',
    status: user.status,
    externalId: text(user.profile[externalIdField]),
    login: text(user.profile['login']) ?? '',
    email: text(user.profile['email']),
    profile: user.profile,
    ...(user.status === 'PROVISIONED' ? { isUnclaimed: true } : {}),
    ...(typeof user.lastLogin === 'string' ? { lastLogin: user.lastLogin } : {}),
  }
}

const longestExpression = 3500

/** A term of a search expression: `profile.login eq "ada@example.com"`. */
export function term(attribute: string, value: string): string {
  return `${attribute} eq "${value.replace(/["\\]/g, '\\$&')}"`
}

/** Expressions that together hold all terms, none longer than a query may be. */
export function expressionsOf(terms: readonly string[]): string[] {
  const expressions: string[] = []
  let current = ''
  for (const one of new Set(terms)) {
    if (current !== '' && encodeURIComponent(current).length + encodeURIComponent(one).length > longestExpression) {
      expressions.push(current)
      current = ''
    }
    current = current === '' ? one : `${current} or ${one}`
  }
  return current === '' ? [] : [...expressions, current]
}

/**
 * For each set of keys, the accounts that match any of them. Okta's index may lag a second behind: what it does not
 * show yet is caught when the login turns out to be taken.
 */
export async function findAccounts(
  client: OktaClient, keys: readonly CorrelationKeys[], hasExternalId: boolean,
): Promise<RemoteAccount[][]> {
  const terms = keys.flatMap(({ externalId, login, email }) => [
    ...(hasExternalId ? [term(`profile.${externalIdField}`, externalId)] : []),
    term('profile.login', login),
    ...(email === null ? [] : [term('profile.email', email)]),
  ])
  const byKey = new Map<string, Map<string, RemoteAccount>>()
  for (const search of expressionsOf(terms)) {
    for await (const page of client.pages<OktaUser>('/api/v1/users', { search, limit: '200' })) {
      for (const user of page) index(byKey, accountOf(user))
    }
  }
  return keys.map((key) => {
    const found = new Map<string, RemoteAccount>()
    for (const mark of marksOf(key.externalId, key.login, key.email)) {
      for (const [id, account] of byKey.get(mark) ?? []) found.set(id, account)
    }
    return [...found.values()]
  })
}

/** Accounts by id, many a request. */
export async function findByIds(client: OktaClient, ids: readonly string[]): Promise<Map<string, RemoteAccount>> {
  const found = new Map<string, RemoteAccount>()
  for (const search of expressionsOf(ids.map((id) => term('id', id)))) {
    for await (const page of client.pages<OktaUser>('/api/v1/users', { search, limit: '200' })) {
      for (const user of page) found.set(user.id, accountOf(user))
    }
  }
  return found
}

function index(byKey: Map<string, Map<string, RemoteAccount>>, account: RemoteAccount): void {
  for (const mark of marksOf(account.externalId, account.login, account.email)) {
    const accounts = byKey.get(mark) ?? new Map<string, RemoteAccount>()
    byKey.set(mark, accounts.set(account.id, account))
  }
}

function marksOf(externalId: string | null, login: string, email: string | null): string[] {
  const marks = [`login ${comparedText(login)}`]
  if (externalId !== null) marks.push(`id ${externalId}`)
  if (email !== null) marks.push(`email ${comparedText(email)}`)
  return marks
}
