/** The connector to the org that the settings name, with real time and a real network. */
import type { Config } from '../../config.ts'
import { GatehouseError } from '../../errors.ts'
import type { MasterKey } from '../../store/master-key.ts'
import { beforeRequest, noteLimit, pause } from '../../sync/alone.ts'
import type { Connector, RemoteError } from '../../sync/connector.ts'
import { createOktaClient, type OktaClient, type OktaClientOptions } from './client.ts'
import { clientKeys, type KeyContext } from './client-keys.ts'
import { createOktaConnector } from './connector.ts'
import { createRateBudget, type RateBudget } from './rate-budget.ts'
import { createServiceCredentials } from './service-token.ts'

export type OktaConfig = Pick<Config, 'OKTA_ORG_URL' | 'OKTA_API_TOKEN' | 'OKTA_CLIENT_ID' | 'OKTA_PRIVATE_KEY_FILE' | 'OKTA_PRIVATE_KEY_ID' | 'OKTA_SCOPES' | 'OKTA_RATE_SHARE_PERCENT'>

/** Where keys made here are kept; needed when OKTA_CLIENT_ID is set without a file. */
export interface KeyPlace {
  ctx: KeyContext
  masterKey: MasterKey
}

type OnError = (error: RemoteError, attempt: number) => void

/** What this process has used of an org's limits, whichever run it was: one that follows another at once begins no burst. */
const budgets = new Map<string, RateBudget>()

function budgetOf(orgUrl: string, sharePercent: number, purpose: 'work' | 'token'): RateBudget {
  const key = `${new URL(orgUrl).origin} ${sharePercent} ${purpose}`
  let budget = budgets.get(key)
  if (!budget) budgets.set(key, (budget = createRateBudget(sharePercent)))
  return budget
}

/**
 * Milliseconds since 1970 as they were when the process began, and counted on from there: a clock that is set in the middle
 * of a run must not end a pause, nor make one of hours. How far it is from Okta's, the Date header tells.
 */
const steadyNow = () => performance.timeOrigin + performance.now()

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
    budget: budgetOf(orgUrl, config.OKTA_RATE_SHARE_PERCENT, 'work'),
    now: steadyNow,
    sleep: pause,
    random: Math.random,
    onError,
    beforeRequest,
    onLimit: (bucket, limit) => noteLimit(bucket, limit, Math.max(1, Math.floor((limit * config.OKTA_RATE_SHARE_PERCENT) / 100))),
  } satisfies Partial<OktaClientOptions>
  if (clientId === undefined) return createOktaClient({ ...options, authorization: () => `SSWS ${token}` })
  const app = { clientId, scopes: config.OKTA_SCOPES.split(' '), keys: clientKeys(config, keys) }
  const credentials = createServiceCredentials(app, { ...options, budget: budgetOf(orgUrl, config.OKTA_RATE_SHARE_PERCENT, 'token') })
  return createOktaClient({ ...options, ...credentials })
}
