/** Routes of OpenID clients: applications that sign people in here; and of what people have allowed them. */
import { GatehouseError } from '../errors.ts'
import { isObject, type Document } from '../model/attribute.ts'
import { checkUser } from '../signin/sessions.ts'
import { createClient, deleteClient, patchClient, readClientWithSecrets, removeSecret, replaceClient, rotateSecret } from '../signin/oidc-clients.ts'
import { revokeConsent } from '../signin/oidc-consents.ts'
import { clientListing, clientOfRow } from '../store/oidc-clients.ts'
import { listConsents } from '../store/oidc-consents.ts'
import { listed } from './listing.ts'
import { guarded, urlOf, type Answer, type Call, type Route } from './route.ts'

const tag = 'OpenID'
const client = { component: 'Client' }
const shown = (document: Document): Answer => ({ body: document, version: (document.meta as Document).version as number })

async function rotate({ ctx, params, body }: Call): Promise<Answer> {
  if (body !== undefined && !isObject(body)) throw new GatehouseError('invalid_body', 'The body must be a JSON object.')
  const { overlapHours = 24, ...rest } = (body ?? {}) as Document
  const unknown = Object.keys(rest)[0]
  if (unknown !== undefined) throw new GatehouseError('unknown_attribute', `${unknown}: is not known here; known is overlapHours.`)
  return { secret: true, body: await rotateSecret(ctx, params.id!, overlapHours as number) }
}

export const oidcClientRoutes: readonly Route[] = guarded('clients', [
  { method: 'GET', path: '/oidc/clients', scope: 'admin', tag, operation: 'listClients', summary: 'Lists OpenID clients by name.', answer: { ...client, list: true }, ...listed(clientListing, { show: (rows) => rows.map(clientOfRow) }) },
  { method: 'POST', path: '/oidc/clients', scope: 'admin', tag, operation: 'createClient', summary: 'Makes an OpenID client; its secret is shown in this answer only.', body: client, answer: client, status: 201,
    handle: async ({ ctx, body }) => {
      const made = await createClient(ctx, body)
      return { ...shown(made), secret: true, location: urlOf(ctx, '/oidc/clients', made.id) }
    } },
  { method: 'GET', path: '/oidc/clients/:id', scope: 'admin', tag, operation: 'readClient', summary: 'Reads an OpenID client.', answer: client,
    handle: async ({ ctx, params }) => shown(await readClientWithSecrets(ctx, params.id!)) },
  { method: 'PUT', path: '/oidc/clients/:id', scope: 'admin', tag, operation: 'replaceClient', summary: 'Replaces an OpenID client; its secrets stay.', body: client, answer: client,
    handle: async ({ ctx, params, body, versions }) => shown(await replaceClient(ctx, params.id!, body, versions)) },
  { method: 'PATCH', path: '/oidc/clients/:id', scope: 'admin', tag, operation: 'patchClient', summary: 'Changes an OpenID client by JSON Merge Patch.', body: client, answer: client,
    handle: async ({ ctx, params, body, versions }) => shown(await patchClient(ctx, params.id!, body, versions)) },
  { method: 'DELETE', path: '/oidc/clients/:id', scope: 'admin', tag, operation: 'deleteClient', summary: 'Removes an OpenID client with its tokens and what people allowed it.', status: 204,
    handle: async ({ ctx, params, versions }) => {
      await deleteClient(ctx, params.id!, versions)
      return {}
    } },
  { method: 'POST', path: '/oidc/clients/:id/secrets', scope: 'admin', tag, operation: 'rotateClientSecret', summary: 'Makes a new secret, shown in this answer only; those before work on for overlapHours.', needs: [{ resource: 'clients', right: 'UPDATE' }], unversioned: true, body: { component: 'ClientSecretRequest' }, bodyRequired: false, answer: { component: 'ClientSecret' }, status: 201, handle: rotate },
  { method: 'DELETE', path: '/oidc/clients/:id/secrets/:secretId', scope: 'admin', tag, operation: 'removeClientSecret', summary: 'Ends a secret at once.', needs: [{ resource: 'clients', right: 'UPDATE' }], unversioned: true, status: 204,
    handle: async ({ ctx, params }) => {
      await removeSecret(ctx, params.id!, params.secretId!)
      return {}
    } },
])

const mine = { tag: 'My account', needs: [], reach: 'free', caller: 'signed-in' } as const

export const consentRoutes: readonly Route[] = [
  { ...mine, method: 'GET', path: '/me/consents', scope: 'read', operation: 'listMyConsents', summary: 'Lists what one has allowed applications, and which of our own, which nobody is asked about, may act while one is away.', answer: { component: 'Consent', list: true },
    handle: async ({ ctx, session }) => ({ body: { items: await listConsents(ctx.db, session!.userId, ctx.now()) } }) },
  { ...mine, method: 'DELETE', path: '/me/consents/:clientId', scope: 'write', unversioned: true, operation: 'revokeMyConsent', summary: 'Takes back what one has allowed an application, with the tokens that came of it.', status: 204,
    handle: async ({ ctx, session, params }) => {
      await revokeConsent({ ...ctx, authority: undefined }, session!.userId, params.clientId!)
      return {}
    } },
  ...guarded('people', [
    { method: 'GET', path: '/users/:id/consents', scope: 'read', tag, operation: 'listUserConsents', summary: 'Lists what a person has allowed applications, and which of our own, which nobody is asked about, may act while they are away.', answer: { component: 'Consent', list: true },
      handle: async ({ ctx, params }) => {
        await checkUser(ctx.db, params.id!)
        return { body: { items: await listConsents(ctx.db, params.id!, ctx.now()) } }
      } },
    { method: 'DELETE', path: '/users/:id/consents/:clientId', scope: 'write', needs: [{ resource: 'people', right: 'RESET' }], unversioned: true, tag, operation: 'revokeUserConsent', summary: 'Takes back what a person has allowed an application, with the tokens that came of it.', status: 204,
      handle: async ({ ctx, params }) => {
        await revokeConsent(ctx, params.id!, params.clientId!)
        return {}
      } },
  ]),
]
