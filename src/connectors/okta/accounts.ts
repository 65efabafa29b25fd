/**
 * Users in Okta: reading, creating once, moving through their lifecycle, removing. A request that must not happen twice
 * is found again after its answer was lost, never blindly repeated.
 */
import { externalIdField } from '../../model/account-mapping.ts'
import type { AccountState, Activation, Profile, RemoteAccount } from '../../sync/connector.ts'
import type { OktaClient } from './client.ts'
import { isDuplicate, isMissing, OktaError } from './errors.ts'
import { accountOf, type OktaUser } from './lookup.ts'

/** By id or login. */
export function userPath(idOrLogin: string): string {
  return `/api/v1/users/${encodeURIComponent(idOrLogin)}`
}

/** The user with this id or login, or null. */
export async function readUser(client: OktaClient, idOrLogin: string): Promise<RemoteAccount | null> {
  try {
    return accountOf((await client.request<OktaUser>('GET', userPath(idOrLogin))).body)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

const deactivated = { filter: 'status eq "DEPROVISIONED"' }

/** Every user: the list leaves out those that are deactivated, and a filter shows them. */
export async function* listAccounts(client: OktaClient): AsyncGenerator<RemoteAccount[]> {
  for (const query of [{}, deactivated]) {
    for await (const page of client.pages<OktaUser>('/api/v1/users', { ...query, limit: '200' })) {
      yield page.map(accountOf)
    }
  }
}

const attempts = 4
/** Okta asks us for the password at the first sign-in. */
const hookCredentials = { credentials: { password: { hook: { type: 'default' } } } }

/**
 * Creates an account, once: when no answer came, or the login is taken, whoever has the login is looked at first. If it
 * carries this person's id it is the account we made; only when nobody has it is the create sent again.
 */
export async function createUser(client: OktaClient, profile: Profile, activation: Activation): Promise<RemoteAccount> {
  // With a password there is nothing to be activated by mail, and none is sent.
  const credentials = activation === 'hook' ? hookCredentials : {}
  const request = { query: { activate: String(activation === 'mail' || activation === 'hook') }, body: { profile, ...credentials }, repeatable: false, expects: 'something' as const }
  for (let attempt = 1; ; attempt++) {
    try {
      const { body } = await client.request<OktaUser>('POST', '/api/v1/users', request)
      return accountOf(body)
    } catch (error) {
      if (!(error instanceof OktaError)) throw error
      const isUnknown = error.isOutcomeUnknown
      if (!isUnknown && !isDuplicate(error)) throw error
      const existing = await lookAfter(client, profile['login']!, error)
      if (existing && existing.externalId === profile[externalIdField]) return existing
      if (existing || !isUnknown || attempt === attempts) throw error
      await client.backOff(attempt)
    }
  }
}

/** What became of a request; where that cannot be seen either, that it may have been carried out is the news. */
async function lookAfter(client: OktaClient, idOrLogin: string, error: OktaError): Promise<RemoteAccount | null> {
  return readUser(client, idOrLogin).catch((failure: unknown) => {
    throw error.isOutcomeUnknown ? error : failure
  })
}

const opened: readonly AccountState[] = ['pending', 'active']

export async function activateUser(client: OktaClient, accountId: string, withMail: boolean): Promise<void> {
  await moveUser(client, accountId, 'activate', opened, { sendEmail: String(withMail) })
}

/** Only a STAGED user takes it. One that has been activated meanwhile, by an attempt of ours whose answer was lost or by somebody there, is left. */
export async function hookPassword(client: OktaClient, accountId: string): Promise<void> {
  try {
    await client.request('POST', userPath(accountId), { body: hookCredentials })
  } catch (error) {
    const account = error instanceof OktaError && error.status === 400 ? await lookAfter(client, accountId, error) : null
    if (!account || !opened.includes(account.state)) throw error
  }
}

/**
 * A lifecycle operation. They are not idempotent: the second one is refused, so after a lost answer or a refusal the
 * account itself says whether it got where it should be.
 */
export async function moveUser(
  client: OktaClient, accountId: string, operation: string, reached: readonly AccountState[],
  query: Record<string, string> = {},
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.request('POST', `${userPath(accountId)}/lifecycle/${operation}`, { query, repeatable: false })
      return
    } catch (error) {
      if (!(error instanceof OktaError) || error.status === 401 || error.status === 429) throw error
      const account = await lookAfter(client, accountId, error)
      if (account && reached.includes(account.state)) return
      if (!account || !error.isOutcomeUnknown || attempt === attempts) throw error
      await client.backOff(attempt)
    }
  }
}

/**
 * The second half of Okta's two-step delete. Asked while the account is still being deactivated, Okta answers as well
 * and only deactivates it: so the account itself says whether it is gone.
 */
export async function removeUser(client: OktaClient, accountId: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.request('DELETE', userPath(accountId), { query: { sendEmail: 'false' } })
    } catch (error) {
      if (!isMissing(error)) throw error
      return
    }
    if ((await readUser(client, accountId)) === null) return
    if (!(await client.backOff(attempt, 'stillDeactivating'))) {
      const facts = { status: 200, code: 'not_deleted', requestId: null, request: `DELETE ${userPath(accountId)}` }
      throw new OktaError('the account is still there after it was deleted: its deactivation takes its time', facts)
    }
  }
}
