/** Routes of API keys: made, listed and revoked by administrators. */
import { createKey, keyOfRow, readApiKey, revokeKey, type Scope } from '../access/api-keys.ts'
import { GatehouseError } from '../errors.ts'
import { isObject } from '../model/attribute.ts'
import { checkInstant } from '../model/values.ts'
import { keyListing } from '../store/api-keys.ts'
import { listed } from './listing.ts'
import { guarded, urlOf, type Answer, type Call, type Route } from './route.ts'

const tag = 'API keys'
const key = { component: 'ApiKey' }

/** Makes a key of what a body says; its token is in this answer alone. */
export async function makeKey({ ctx, body }: Pick<Call, 'ctx' | 'body'>, path = '/keys'): Promise<Answer> {
  const wrong = (path: string, message: string) => new GatehouseError('invalid_value', `${path}: ${message}.`, { problems: [{ path, message }] })
  if (!isObject(body)) throw new GatehouseError('invalid_body', 'The body must be a JSON object.')
  const { userId, name, scopes, expires, ...rest } = body
  const unknown = Object.keys(rest)[0]
  if (unknown !== undefined) throw new GatehouseError('unknown_attribute', `${unknown}: is not an attribute of a key.`, { problems: [{ path: unknown, message: 'is not an attribute of a key' }] })
  if (typeof userId !== 'string' || userId.length > 32) throw wrong('userId', 'must be the id of the person the key acts for')
  if (typeof name !== 'string' || name.trim() === '' || name.length > 40 || name.includes('\u0000')) throw wrong('name', 'must be a text of 1 to 40 characters')
  if (!Array.isArray(scopes)) throw wrong('scopes', 'must be a list among read, write, admin')
  const until = expires === undefined || expires === null ? { value: null } : checkInstant(expires)
  if ('message' in until) throw wrong('expires', until.message)
  const made = await createKey(ctx, { userId, name, scopes: scopes as Scope[], expires: until.value as string | null })
  return { secret: true, location: urlOf(ctx, path, made.id), body: { ...made, userId, name, scopes, ...(until.value === null ? {} : { expires: until.value }) } }
}

export const keyRoutes: readonly Route[] = guarded('keys', [
  { method: 'GET', path: '/keys', scope: 'admin', tag, operation: 'listKeys', summary: 'Lists API keys, without their tokens.', answer: { ...key, list: true }, ...listed(keyListing, { show: (rows) => rows.map(keyOfRow) }) },
  { method: 'GET', path: '/keys/:id', scope: 'admin', tag, operation: 'readKey', summary: 'Reads an API key, without its token.', answer: key,
    handle: async ({ ctx, params }) => ({ body: await readApiKey(ctx, params.id!) }) },
  { method: 'POST', path: '/keys', scope: 'admin', tag, operation: 'createKey', summary: 'Makes an API key; the token is shown in this answer only.', body: key, answer: key, status: 201, handle: (call) => makeKey(call) },
  { method: 'DELETE', path: '/keys/:id', scope: 'admin', tag, operation: 'revokeKey', summary: 'Revokes an API key at once.', status: 204,
    handle: async ({ ctx, params }) => {
      await revokeKey(ctx, params.id!)
      return {}
    } },
])
