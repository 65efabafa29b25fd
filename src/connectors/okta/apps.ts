/**
 * The app behind a client_id. Usually that is the app's own id; one that was chosen at creation is found by listing
 * apps, since their filter does not know it, and `/oauth2/v1/clients` tells whether that is worth while.
 */
import { isObject } from '../../model/attribute.ts'
import type { RemoteApp } from '../../sync/connector.ts'
import type { OktaClient } from './client.ts'
import { isMissing } from './errors.ts'

interface OktaApp {
  id: string
  label?: string
  status?: string
  credentials?: { oauthClient?: { client_id?: string } }
  settings?: { oauthClient?: { redirect_uris?: unknown } }
}

export async function findApp(client: OktaClient, clientId: string): Promise<RemoteApp | null> {
  const direct = await found<OktaApp>(client, `/api/v1/apps/${encodeURIComponent(clientId)}`)
  if (direct && clientOf(direct) === clientId) return remoteApp(direct)
  if (await found(client, `/oauth2/v1/clients/${encodeURIComponent(clientId)}`) === null) return null
  for await (const page of client.pages<OktaApp>('/api/v1/apps', { limit: '200' })) {
    const app = page.find((one) => clientOf(one) === clientId)
    if (app) return remoteApp(app)
  }
  return null
}

export async function appHasGroup(client: OktaClient, appId: string, groupId: string): Promise<boolean> {
  return (await found(client, `/api/v1/apps/${encodeURIComponent(appId)}/groups/${encodeURIComponent(groupId)}`)) !== null
}

async function found<T>(client: OktaClient, path: string): Promise<T | null> {
  try {
    return (await client.request<T>('GET', path)).body
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

function clientOf(app: OktaApp): string {
  return app.credentials?.oauthClient?.client_id ?? app.id
}

function remoteApp({ id, label, status, settings }: OktaApp): RemoteApp {
  const uris = isObject(settings?.oauthClient) ? settings.oauthClient.redirect_uris : []
  return {
    id, label: label ?? id, isActive: status === 'ACTIVE',
    redirectAddresses: Array.isArray(uris) ? uris.filter((one): one is string => typeof one === 'string') : [],
  }
}
