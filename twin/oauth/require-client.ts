/** The client of an OAuth request. */
import { findClient } from '../apps.ts'
import type { OktaApp, Org } from '../state.ts'
import { invalidClient } from './oauth-error.ts'

/** An active client; throws `invalid_client`. */
export function requireClient(org: Org, clientId: string | undefined): OktaApp {
  const app = clientId === undefined ? undefined : findClient(org, clientId)
  if (app?.status !== 'ACTIVE') throw invalidClient('Invalid value for \'client_id\' parameter.')
  return app
}
