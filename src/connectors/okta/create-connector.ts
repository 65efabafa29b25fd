/** The connector to the org that the settings name, with real time and a real network. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../../config.ts'
import { GatehouseError } from '../../errors.ts'
import { beforeRequest, noteLimit } from '../../sync/alone.ts'
import type { Connector, RemoteError } from '../../sync/connector.ts'
import { createOktaClient } from './client.ts'
import { createOktaConnector } from './connector.ts'
import { createRateBudget } from './rate-budget.ts'

/**
 * @param onError told of every error received, also of those that a retry mends
 * Errors: `configuration` when the org or its key is not set.
 */
export function connectOkta(
  config: Pick<Config, 'OKTA_ORG_URL' | 'OKTA_API_TOKEN' | 'OKTA_RATE_SHARE_PERCENT'>,
  onError: (error: RemoteError, attempt: number) => void,
): Connector {
  const { OKTA_ORG_URL: orgUrl, OKTA_API_TOKEN: token } = config
  if (!orgUrl || !token) {
    const detail = 'Set OKTA_ORG_URL and OKTA_API_TOKEN to say which Okta org to keep in step.'
    throw new GatehouseError('configuration', detail)
  }
  if (!URL.canParse(orgUrl) || !/^https?:$/.test(new URL(orgUrl).protocol)) {
    throw new GatehouseError('configuration', 'OKTA_ORG_URL must be an address such as https://example.okta.com.')
  }
  return createOktaConnector(createOktaClient({
    orgUrl,
    authorization: () => `SSWS ${token}`,
    budget: createRateBudget(config.OKTA_RATE_SHARE_PERCENT),
    now: Date.now,
    sleep: async (ms) => void (await sleep(ms)),
    random: Math.random,
    onError,
    beforeRequest,
    onLimit: (bucket, limit) => noteLimit(bucket, limit, Math.max(1, Math.floor((limit * config.OKTA_RATE_SHARE_PERCENT) / 100))),
  }))
}
