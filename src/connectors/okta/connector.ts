/**
 * Okta behind the engine's contract: which endpoint does what. Facts: Okta's management API (users, groups, schemas).
 */
import { defaultMapping, externalIdField, type Mapping } from '../../model/account-mapping.ts'
import { oktaSystemId } from '../../model/link-statuses.ts'
import type { Connector } from '../../sync/connector.ts'
import { createUser, listAccounts, moveUser, readUser, removeUser, userPath } from './accounts.ts'
import type { OktaClient } from './client.ts'
import { OktaError } from './errors.ts'
import { createGroupCalls } from './groups.ts'
import { readEvents } from './events.ts'
import { findAccounts } from './lookup.ts'
import { declarationOf, differences, profileOf } from './profile.ts'

const schemaPath = '/api/v1/meta/schemas/user/default'

interface Schema {
  definitions?: Record<string, { properties?: Record<string, unknown> }>
}

/** Makes the connector. It remembers groups and the schema it has looked up, so a run makes its own. */
export function createOktaConnector(client: OktaClient, mapping: Mapping = defaultMapping): Connector {
  let hasExternalId: boolean | null = null

  async function undeclaredFields(): Promise<string[]> {
    const known = await declaredFields(client)
    hasExternalId = known === null || known.has(externalIdField)
    return known === null ? [] : mapping.map((rule) => rule.target).filter((target) => !known.has(target))
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
    ...createGroupCalls(client),
    read: (accountId) => readUser(client, accountId),
    accounts: () => listAccounts(client),
    events: (from) => readEvents(client, from),
    async find(keys) {
      if (hasExternalId === null) await undeclaredFields()
      return findAccounts(client, keys, hasExternalId ?? false)
    },
    create: (profile, activation) => createUser(client, profile, activation),
    async update(accountId, fields) {
      // Null removes a value: only what differs is sent, and the rest of the profile is left alone.
      const profile = Object.fromEntries(fields.map(({ field, after }) => [field, after]))
      await client.request('POST', userPath(accountId), { body: { profile } })
    },
    activate: (accountId, activation) =>
      moveUser(client, accountId, 'activate', ['pending', 'active'], { sendEmail: String(activation === 'mail') }),
    unsuspend: (accountId) => moveUser(client, accountId, 'unsuspend', ['active', 'pending']),
    suspend: (accountId) => moveUser(client, accountId, 'suspend', ['suspended']),
    deactivate: (accountId) => moveUser(client, accountId, 'deactivate', ['deactivated'], { sendEmail: 'false' }),
    remove: (accountId) => removeUser(client, accountId),
  }
}

/**
 * The fields of the user schema. Null where our key may not read it: then all are taken for declared, and Okta complains
 * if they are not.
 */
async function declaredFields(client: OktaClient): Promise<Set<string> | null> {
  try {
    const { body } = await client.request<Schema>('GET', schemaPath)
    return new Set(Object.values(body.definitions ?? {}).flatMap((part) => Object.keys(part.properties ?? {})))
  } catch (error) {
    if (error instanceof OktaError && error.status === 403) return null
    throw error
  }
}
