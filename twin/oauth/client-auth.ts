/** How a client shows who it is: a secret (Basic or in the body), a signed assertion, or, as a public client, not at all. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { clientCredentials } from '../apps.ts'
import type { OktaApp, Org } from '../state.ts'
import { assertionType, verifyAssertion } from './client-assertion.ts'
import type { Form } from './form.ts'
import { invalidClient, OAuthError } from './oauth-error.ts'
import { requireClient } from './require-client.ts'
import type { AuthorizationServer } from './store.ts'

/** The client of a request to a token, introspection or revocation endpoint; throws `invalid_client`. */
export async function authenticateClient(org: Org, server: AuthorizationServer, request: FastifyRequest, form: Form): Promise<OktaApp> {
  const basic = readBasic(request.headers.authorization)
  const given = [basic, form['client_secret'], form['client_assertion']].filter((part) => part !== undefined)
  if (given.length > 1) throw new OAuthError('invalid_request', 'Cannot supply multiple client credentials.')
  if (form['client_assertion'] !== undefined) {
    if (form['client_assertion_type'] !== assertionType) throw invalidClient('The client_assertion_type is invalid.')
    return verifyAssertion(org, server, request, form['client_assertion'], form['client_id'])
  }
  const [clientId, secret] = basic ?? [form['client_id'], form['client_secret']]
  const app = requireClient(org, clientId)
  const method = String(clientCredentials(app)['token_endpoint_auth_method'])
  const presented = basic ? 'client_secret_basic' : secret === undefined ? 'none' : 'client_secret_post'
  // Okta takes a secret either way, whichever of the two the app names.
  const fits = presented === 'none' ? method === 'none' : method.startsWith('client_secret')
  if (!fits) throw invalidClient('Client authentication failed. Either the client or the client credentials are invalid.')
  if (presented !== 'none' && !sameText(String(clientCredentials(app)['client_secret']), secret!)) {
    throw invalidClient('The client secret supplied for a confidential client is invalid.')
  }
  return app
}

function readBasic(header: string | undefined): [string, string] | undefined {
  const encoded = /^Basic\s+([A-Za-z0-9+/=]+)\s*$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const [, id = '', secret = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  try {
    return [formDecode(id), formDecode(secret)]
  } catch {
    throw invalidClient('The Authorization header is not well-formed.')
  }
}

function formDecode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}

function sameText(left: string, right: string): boolean {
  const [one, other] = [left, right].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(one!, other!)
}
