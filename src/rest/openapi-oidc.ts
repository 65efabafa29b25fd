/** Schemas of OpenID clients, their secrets, and consents. */
import { clientAttributes, clientLists, grantTypes } from '../model/oidc-client.ts'
import { allScopes } from '../model/oidc-scopes.ts'
import { objectSchema, type Schema } from './openapi-attributes.ts'
import { flag, instant, integer, list, object, readOnly, text } from './openapi-words.ts'

const values: Record<string, readonly string[]> = { grantTypes, scopes: allScopes }

function client(): Schema {
  const { properties, ...rest } = objectSchema(clientAttributes)
  const lists = clientLists.map(({ path, doc }): [string, Schema] => [path, list(doc, { type: 'string', ...(values[path] ? { enum: [...values[path]] } : {}) })])
  return {
    title: 'OpenID client', description: 'An application that signs people in by OpenID Connect, or acts as a service account by client credentials.', ...rest,
    properties: {
      ...properties, ...Object.fromEntries(lists),
      keys: { type: 'object', description: 'The public keys of the client, as a JWK set; for private_key_jwt.' },
      claims: { type: 'object', description: 'What it learns of people with the scope profile, beside the claims of that: by the name of the claim, an expression over attributes of the person, as in the mapping of a portal.', additionalProperties: { $ref: '#/components/schemas/MappingExpression' } },
      secret: readOnly(text('The client_secret; only in the answer that makes the client.')),
      secrets: readOnly(list('Its secrets that work, without what they are.', object('Secret', 'When a secret was made, and when it ends.', {
        id: text('Names the secret.'), created: instant('When it was made.'), expires: instant('When it ceases to work.'),
      }, ['id', 'created']))),
    },
  }
}

const consent = object('Consent', 'What a person has allowed an application, or one of our own holds of them without having asked.', {
  clientId: { ...text('The client.'), 'x-references': 'Client' },
  clientName: text('Its name.'),
  firstParty: flag('One of our own: nobody was asked. It is listed while it has a refresh token.'),
  scopes: list('The scopes allowed.', text('A scope.')),
  created: instant('When the person first consented, or one of our own first held it.'),
  lastModified: instant('When they last did, or when it came to hold more.'),
}, ['clientId', 'clientName', 'firstParty', 'scopes', 'created', 'lastModified'])

export const oidcComponents: Record<string, Schema> = {
  Client: client(),
  Consent: consent,
  ClientSecretRequest: object('New secret', 'How long the secrets before are to work on.', { overlapHours: { ...integer('Hours, 0 to 2160; default 24.'), default: 24 } }),
  ClientSecret: object('Client secret', 'A new secret of a client.', {
    id: text('The client.'), secret: text('The client_secret; in this answer only.'), previousExpires: instant('When those before cease to work.'),
  }, ['id', 'secret', 'previousExpires']),
}
