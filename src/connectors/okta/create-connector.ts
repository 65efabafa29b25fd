/** The connector to the org that the settings name, with real time and a real network. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../../config.ts'
import { GatehouseError } from '../../errors.ts'
import type { MasterKey } from '../../store/master-key.ts'
import { beforeRequest, noteLimit } from '../../sync/alone.ts'
import type { Connector, RemoteError } from '../../sync/connector.ts'
import { createOktaClient, type OktaClient, type OktaClientOptions } from './client.ts'
import { clientKeys, type KeyContext } from './client-keys.ts'
import { createOktaConnector } from './connector.ts'
import { createRateBudget } from './rate-budget.ts'
import { createServiceCredentials } from './service-token.ts'

export type OktaConfig = Pick<Config, 'OKTA_ORG_URL' | 'OKTA_API_TOKEN' | 'OKTA_CLIENT_ID' | 'OKTA_PRIVATE_KEY_FILE' | 'OKTA_PRIVATE_KEY_ID' | 'OKTA_SCOPES' | 'OKTA_RATE_SHARE_PERCENT'>

/** Where keys made here are kept; needed when OKTA_CLIENT_ID is set without a file. */
export interface KeyPlace {
  ctx: KeyContext
  masterKey: MasterKey
}

type OnError = (error: RemoteError, attempt: number) => void

/**
 * @param onError told of every error received, also of those that a retry mends
 * Errors: `configuration` when the org, or how to show it who we are, is not set.
 */
export function connectOkta(config: OktaConfig, onError: OnError, keys?: KeyPlace): Connector {
  return createOktaConnector(connectOktaClient(config, onError, keys))
}

/** The client alone. Errors: `configuration`. */
export function connectOktaClient(config: OktaConfig, onError: OnError, keys?: KeyPlace): OktaClient {
  const { OKTA_ORG_URL: orgUrl, OKTA_API_TOKEN: token, OKTA_CLIENT_ID: clientId } = config
  if (!orgUrl || (token === undefined) === (clientId === undefined)) {
    throw new GatehouseError('configuration', 'Set OKTA_ORG_URL, and either OKTA_API_TOKEN or OKTA_CLIENT_ID, to say which Okta org to keep in step and how to show it who we are.')
  }
  const options = {
    orgUrl,
    budget: createRateBudget(config.OKTA_RATE_SHARE_PERCENT),
    now: Date.now,
    sleep: async (ms) => void (await sleep(ms)),
    random: Math.random,
    onError,
    beforeRequest,
    onLimit: (bucket, limit) => noteLimit(bucket, limit, Math.max(1, Math.floor((limit * config.OKTA_RATE_SHARE_PERCENT) / 100))),
  } satisfies Partial<OktaClientOptions>
  if (clientId === undefined) return createOktaClient({ ...options, authorization: () => `SSWS ${token}` })
  const app = { clientId, scopes: config.OKTA_SCOPES.split(' '), keys: clientKeys(config, keys) }
  const credentials = createServiceCredentials(app, { ...options, budget: createRateBudget(config.OKTA_RATE_SHARE_PERCENT) })
  return createOktaClient({ ...options, ...credentials })
}
