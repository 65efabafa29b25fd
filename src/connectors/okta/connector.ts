/**
 * Okta behind the engine's contract: which endpoint does what, what an answer means, and how a request that must not
 * happen twice is found again after its answer was lost. Facts: Okta's management API (users, groups, schemas).
 */
import { defaultMapping, externalIdField, type Mapping } from '../../model/account-mapping.ts'
import { oktaSystemId } from '../../model/link-statuses.ts'
import type { Connector, FieldChange, Profile, RemoteAccount } from '../../sync/connector.ts'
import type { OktaClient } from './client.ts'
import { isDuplicate, OktaError } from './errors.ts'
import { accountOf, findAccounts, findGroupId, type OktaUser } from './lookup.ts'
import { declarationOf, differences, profileOf } from './profile.ts'

const schemaPath = '/api/v1/meta/schemas/user/default'

interface SchemaPart {
  properties?: Record<string, unknown>
}

/** Makes the connector. It remembers groups it has looked up, so a run makes its own. */
export function createOktaConnector(client: OktaClient, mapping: Mapping = defaultMapping): Connector {
  const groups = new Map<string, string>()
  let hasExternalId: boolean | null = null

  async function undeclaredFields(): Promise<string[]> {
    const { body } = await client.request<{ definitions?: Record<string, SchemaPart> }>('GET', schemaPath)
    const known = new Set(Object.values(body.definitions ?? {}).flatMap((part) => Object.keys(part.properties ?? {})))
    hasExternalId = known.has(externalIdField)
    return mapping.map((rule) => rule.target).filter((target) => !known.has(target))
  }

  async function groupIdOf(group: string): Promise<string> {
    const id = groups.get(group) ?? (await findGroupId(client, group, isMissing))
    if (id === null) throw missingGroup(group)
    groups.set(group, id)
    return id
  }

  return {
    systemId: oktaSystemId,
    mapping,
    profileOf: (values) => profileOf(mapping, values),
    differences: (profile, account) => differences(mapping, profile, account),
    undeclaredFields,
    async declareFields(fields) {
      const properties = Object.fromEntries(fields.map((field) => [field, declarationOf(field)]))
      const definitions = { custom: { id: '#custom', type: 'object', properties } }
      await client.request('POST', schemaPath, { body: { definitions } })
      hasExternalId = true
    },
    async findGroup(group) {
      const id = await findGroupId(client, group, isMissing)
      if (id !== null) groups.set(group, id)
      return id
    },
    async createGroup(name) {
      groups.set(name, await createGroup(client, name))
    },
    async *groupMembers(group) {
      const path = `/api/v1/groups/${await groupIdOf(group)}/users`
      for await (const page of client.pages<OktaUser>(path, { limit: '200' })) yield page.map((user) => user.id)
    },
    async groupsOf(accountId) {
      const ids: string[] = []
      for await (const page of client.pages<{ id: string }>(`${userPath(accountId)}/groups`)) ids.push(...page.map((one) => one.id))
      return ids
    },
    async addToGroup(group, accountId) {
      await client.request('PUT', `/api/v1/groups/${await groupIdOf(group)}/users/${accountId}`)
    },
    async removeFromGroup(group, accountId) {
      const path = `/api/v1/groups/${await groupIdOf(group)}/users/${accountId}`
      await client.request('DELETE', path).catch(unlessMissing)
    },
    read: (accountId) => readUser(client, accountId),
    async find(keys) {
      if (hasExternalId === null) await undeclaredFields()
      return findAccounts(client, keys, hasExternalId ?? false)
    },
    create: (profile, activation) => createUser(client, profile, activation),
    async update(accountId, fields) {
      // Null removes a value: only what differs is sent, and the rest of the profile is left alone.
      const profile = Object.fromEntries(fields.map(({ field, after }: FieldChange) => [field, after]))
      await client.request('POST', userPath(accountId), { body: { profile } })
    },
    activate: (accountId, activation) =>
      move(client, accountId, 'activate', ['pending', 'active'], { sendEmail: String(activation === 'mail') }),
    unsuspend: (accountId) => move(client, accountId, 'unsuspend', ['active', 'pending']),
    suspend: (accountId) => move(client, accountId, 'suspend', ['suspended']),
    deactivate: (accountId) => move(client, accountId, 'deactivate', ['deactivated'], { sendEmail: 'false' }),
    remove: (accountId) => removeUser(client, accountId),
  }
}

function userPath(accountId: string): string {
  return `/api/v1/users/${encodeURIComponent(accountId)}`
}

function isMissing(error: unknown): boolean {
  return error instanceof OktaError && error.status === 404 && error.code === 'E0000007'
}

function unlessMissing(error: unknown): void {
  if (!isMissing(error)) throw error
}

function missingGroup(group: string): OktaError {
  const facts = { status: 404, code: 'E0000007', requestId: null, request: 'GET /api/v1/groups' }
  return new OktaError(`There is no group "${group}" in Okta.`, facts)
}

/** By id or login. A login with a slash cannot stand in a path, and is nobody's id. */
async function readUser(client: OktaClient, idOrLogin: string): Promise<RemoteAccount | null> {
  try {
    return accountOf((await client.request<OktaUser>('GET', userPath(idOrLogin))).body)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

const createAttempts = 4

/**
 * Creates an account, once: when no answer came, or the login is taken, whoever has the login is looked at first. If it
 * carries this person's id it is the account we made; only when nobody has it is the create sent again.
 */
async function createUser(client: OktaClient, profile: Profile, activation: string): Promise<RemoteAccount> {
  const query = { activate: String(activation === 'mail') }
  for (let attempt = 1; ; attempt++) {
    try {
      const { body } = await client.request<OktaUser>('POST', '/api/v1/users', { query, body: { profile }, repeatable: false })
      return await wakened(client, accountOf(body), activation)
    } catch (error) {
      const isUnknown = error instanceof OktaError && error.isOutcomeUnknown
      if (!isUnknown && !isDuplicate(error)) throw error
      const existing = await readUser(client, profile['login']!)
      if (existing && existing.externalId === profile[externalIdField]) return wakened(client, existing, activation)
      if (existing || !isUnknown || attempt === createAttempts) throw error
      await client.backOff(attempt)
    }
  }
}

/** Without the activation mail an account is made staged and activated in a second step. */
async function wakened(client: OktaClient, account: RemoteAccount, activation: string): Promise<RemoteAccount> {
  if (activation !== 'silent' || account.state !== 'staged') return account
  await move(client, account.id, 'activate', ['pending', 'active'], { sendEmail: 'false' })
  return { ...account, state: 'pending' }
}

/**
 * A lifecycle operation. They are not idempotent: the second one is refused, so after a lost answer or a refusal the
 * account itself says whether it got where it should be.
 */
async function move(
  client: OktaClient, accountId: string, operation: string, reached: readonly string[], query: Record<string, string> = {},
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.request('POST', `${userPath(accountId)}/lifecycle/${operation}`, { query, repeatable: false })
      return
    } catch (error) {
      if (!(error instanceof OktaError) || error.status === 401 || error.status === 429) throw error
      const account = await readUser(client, accountId)
      if (account && reached.includes(account.state)) return
      if (!account || !error.isOutcomeUnknown || attempt === createAttempts) throw error
      await client.backOff(attempt)
    }
  }
}

/** The second half of Okta's two-step delete; asked of anything but a deactivated account it would deactivate it. */
async function removeUser(client: OktaClient, accountId: string): Promise<void> {
  await client.request('DELETE', userPath(accountId), { query: { sendEmail: 'false' } }).catch(unlessMissing)
}

/** A group may be there already, made by another run or by a create whose answer was lost. */
async function createGroup(client: OktaClient, name: string): Promise<string> {
  const description = 'Members are kept by Gatehouse.'
  try {
    const body = { profile: { name, description } }
    return (await client.request<{ id: string }>('POST', '/api/v1/groups', { body, repeatable: false })).body.id
  } catch (error) {
    const id = error instanceof OktaError ? await findGroupId(client, name, isMissing) : null
    if (id === null) throw error
    return id
  }
}
