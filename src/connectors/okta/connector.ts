/**
 * Okta behind the engine's contract: which endpoint does what. Facts: Okta's management API (users, groups, schemas).
 */
import { defaultMapping, externalIdField, type Mapping } from '../../model/account-mapping.ts'
import { oktaSystemId } from '../../model/link-statuses.ts'
import type { Connector } from '../../sync/connector.ts'
import { activateUser, createUser, hookPassword, listAccounts, moveUser, readUser, removeUser, userPath } from './accounts.ts'
import { appHasGroup, findApp } from './apps.ts'
import type { OktaClient } from './client.ts'
import { OktaError } from './errors.ts'
import { readEvents } from './events.ts'
import { createGroupCalls } from './groups.ts'
import { issuerProblem } from './issuer.ts'
import { findAccounts, findByIds } from './lookup.ts'
import { baseRules, rulesOf, type FieldRules, type OktaSchema } from './field-rules.ts'
import { declarationOf, differences, mappingProblems, profileOf } from './profile.ts'

const schemaPath = '/api/v1/meta/schemas/user/default'

/** Makes the connector. It remembers groups and the schema it has looked up, so a run makes its own. */
export function createOktaConnector(client: OktaClient, mapping: Mapping = defaultMapping): Connector {
  const groups = createGroupCalls(client)
  let rules: FieldRules = baseRules
  /** Null where our key may not read the schema: all fields are taken for declared then, and Okta complains if not. */
  let declared: ReadonlySet<string> | null | undefined

  async function readSchema(): Promise<ReadonlySet<string> | null> {
    const schema = await userSchema(client)
    const known = schema && rulesOf(schema)
    rules = known?.rules ?? baseRules
    return (declared = known?.declared ?? null)
  }

  return {
    systemId: oktaSystemId,
    mapping,
    profileOf: (values, own = mapping) => profileOf(own, values, rules),
    differences: (profile, account, own = mapping) => differences(own, profile, account),
    async undeclaredFields(own = mapping) {
      const known = await readSchema()
      const fields = known === null ? [] : [...new Set(own.map((rule) => rule.target))].filter((target) => !known.has(target))
      // They will be declared, so their values are held to what they are declared as.
      rules = { ...Object.fromEntries(fields.map((field) => [field, { ...baseRules[field], max: declarationOf(field).maxLength as number }])), ...rules }
      return fields
    },
    async schemaProblems(own) {
      const known = declared === undefined ? await readSchema() : declared
      return known === null ? [] : mappingProblems(own, rules, known)
    },
    declarationOf,
    async declareFields(fields) {
      const properties = Object.fromEntries(fields.map((field) => [field, declarationOf(field)]))
      const definitions = { custom: { id: '#custom', type: 'object', properties } }
      await client.request('POST', schemaPath, { body: { definitions } })
      if (declared) declared = new Set([...declared, ...fields])
    },
    ...groups,
    findApp: (clientId) => findApp(client, clientId),
    async appHasGroup(appId, group) {
      const id = await groups.findGroup(group)
      return id !== null && appHasGroup(client, appId, id)
    },
    issuerProblem: (issuer) => issuerProblem(issuer, (error) => client.note(error)),
    read: (accountId) => readUser(client, accountId),
    accounts: () => listAccounts(client),
    events: (from) => readEvents(client, from),
    readMany: (accountIds) => findByIds(client, accountIds),
    async find(keys) {
      const known = declared === undefined ? await readSchema() : declared
      return findAccounts(client, keys, known === null || known.has(externalIdField))
    },
    create: (profile, activation) => createUser(client, profile, activation),
    async update(accountId, fields) {
      // Null removes a value: only what differs is sent, and the rest of the profile is left alone.
      const profile = Object.fromEntries(fields.map(({ field, after }) => [field, after]))
      await client.request('POST', userPath(accountId), { body: { profile } })
    },
    hookPassword: (accountId) => hookPassword(client, accountId),
    activate: (accountId, withMail) => activateUser(client, accountId, withMail),
    unsuspend: (accountId) => moveUser(client, accountId, 'unsuspend', ['active', 'pending']),
    suspend: (accountId) => moveUser(client, accountId, 'suspend', ['suspended']),
    deactivate: (accountId) => moveUser(client, accountId, 'deactivate', ['deactivated'], { sendEmail: 'false' }),
    remove: (accountId) => removeUser(client, accountId),
  }
}

/** The user schema; null where our key may not read it. */
async function userSchema(client: OktaClient): Promise<OktaSchema | null> {
  try {
    return (await client.request<OktaSchema>('GET', schemaPath)).body
  } catch (error) {
    if (error instanceof OktaError && error.status === 403) return null
    throw error
  }
}
