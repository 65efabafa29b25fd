/** Routes of /me: what people see and change of themselves, whatever their rights. */
import { removeEntry, addEntry } from '../directory/entries.ts'
import { ownElements, patchSelf } from '../directory/self-service.ts'
import { userKind } from '../directory/user-record.ts'
import { readUser } from '../directory/users.ts'
import { revokeKey } from '../access/api-keys.ts'
import { GatehouseError } from '../errors.ts'
import { isObject, type Document } from '../model/attribute.ts'
import { project, projectEntry, selectionOf } from '../model/project.ts'
import { keys } from '../model/user-links.ts'
import { user } from '../model/user.ts'
import { refuseStale } from '../signin/factors.ts'
import { leastLength } from '../signin/password-policy.ts'
import { endSessions } from '../signin/sessions.ts'
import { deviceOf } from '../signin/sessions-open.ts'
import { decisionListing } from '../store/it-policies.ts'
import { liveSessions, sessionListing } from '../store/sessions.ts'
import { accessQuestionRoutes } from './access-questions.ts'
import { makeKey } from './keys.ts'
import { listed } from './listing.ts'
import { exportOf } from './me-export.ts'
import { attributesParameter, urlOf, type Answer, type Call, type Route } from './route.ts'
import { changePassword } from './sign-in.ts'

const base = { tag: 'My account', needs: [], reach: 'free', caller: 'signed-in' } as const
const me = (call: Pick<Call, 'session'>) => call.session!.userId

/** About themselves people need no right: nothing is veiled, and what they may change is theirs. The database gives nothing by it. */
const own = <C extends Pick<Call, 'ctx'>>(call: C) => ({ ...call.ctx, authority: undefined })

function shownSelf(call: Pick<Call, 'ctx' | 'query'>, document: Document): Answer {
  const selection = selectionOf(user, call.query.attributes as string | undefined)
  return { body: project(user, document, selection, urlOf(call.ctx, '', 'me')), version: (document.meta as Document).version as number }
}

/** Scopes are a list here, as where such a key is made. */
function shownKey(key: Document): Document {
  const { scopes, ...shown } = projectEntry(keys.attributes, key, keys.path, undefined)
  return { ...shown, ...(typeof scopes === 'string' ? { scopes: scopes.split(' ') } : {}) }
}
const myKeys = async (call: Call) => ((await readUser(call.ctx.db, me(call), [keys.path])).keys ?? []) as Document[]

async function addKey(call: Call): Promise<Answer> {
  const { body } = call
  if (!isObject(body)) throw new GatehouseError('invalid_body', 'The body must be a JSON object.')
  const { type, ...rest } = body
  if (type !== 'API' && type !== 'SSH') throw new GatehouseError('invalid_value', 'type: must be API or SSH.', { problems: [{ path: 'type', message: 'must be API or SSH' }] })
  if ('userId' in rest) throw new GatehouseError('unknown_attribute', 'userId: your keys act for you.')
  // A key outlives the session, and asks for no factor.
  await refuseStale(call.ctx, call.session!)
  if (type === 'API') {
    const made = await makeKey({ ctx: own(call), body: { ...rest, userId: me(call) } }, '/me/keys')
    return { ...made, body: { ...(made.body as Document), type } }
  }
  const { entry } = await addEntry(own(call), userKind, me(call), keys, { ...rest, type })
  return { body: shownKey(entry), location: urlOf(call.ctx, '/me/keys', entry.id) }
}

async function removeKey(call: Call): Promise<Answer> {
  const { keyId } = call.params
  const key = (await myKeys(call)).find(({ id }) => id === keyId)
  if (!key) throw new GatehouseError('not_found', `You have no key with the id ${keyId}.`)
  if (key.type === 'API') await revokeKey(own(call), keyId!)
  else await removeEntry(own(call), userKind, me(call), keys, keyId!)
  return {}
}

const sessions = listed(sessionListing, { scope: (ctx) => liveSessions(ctx.now(), ctx.config.SESSION_IDLE_MINUTES), where: (call) => ({ user_id: me(call) }) })

async function mySessions(call: Call): Promise<Answer> {
  const { body, ...answer } = await sessions.handle(call)
  const { items, ...page } = body as { items: Document[] }
  return { ...answer, body: { items: items.map((one) => ({ ...one, current: one.id === call.session!.sessionId })), ...page } }
}

/** What may be asked about a person, asked about oneself. */
function mine(operation: string, as: Pick<Route, 'operation' | 'summary'>): Route {
  const { path, method, query, answer, handle } = accessQuestionRoutes.find((one) => one.operation === operation)!
  return { ...base, ...as, method, scope: 'read', path: path.replace('/users/:id', '/me'), ...(query ? { query } : {}), ...(answer ? { answer } : {}),
    handle: (call) => handle({ ...call, ctx: own(call), params: { ...call.params, id: me(call) } }) }
}

export const meRoutes: readonly Route[] = [
  { ...base, method: 'GET', path: '/me', scope: 'read', operation: 'readMe', summary: 'Reads the record of whoever is signed in.', query: [attributesParameter], answer: { component: 'User' },
    handle: async (call) => shownSelf(call, await readUser(call.ctx.db, me(call), selectionOf(user, call.query.attributes as string | undefined).collections)) },
  { ...base, method: 'PATCH', path: '/me', scope: 'write', operation: 'patchMe', summary: 'Changes what people may change of themselves, by JSON Merge Patch.', body: { component: 'User' }, answer: { component: 'User' },
    handle: async (call) => shownSelf({ ...call, query: {} }, await patchSelf(own(call), me(call), call.body, call.versions)) },
  { ...base, method: 'GET', path: '/me/attributes', scope: 'read', operation: 'listMyAttributes', summary: 'Lists the custom attributes that are one\'s own to change, and which values they take.', answer: { component: 'MetadataElement', list: true },
    handle: async (call) => ({ body: { items: await ownElements(call.ctx, me(call)) } }) },
  { ...base, method: 'GET', path: '/me/password', scope: 'read', operation: 'readMyPasswordRules', summary: 'Says how long a new password of one\'s own has to be at least.', answer: { component: 'PasswordRules' },
    handle: async (call) => ({ body: { passwordLength: await leastLength(call.ctx, me(call)) } }) },
  { ...base, method: 'POST', path: '/me/password', scope: 'write', operation: 'changeMyPassword', secretBody: true, summary: 'Changes one\'s own password; all other sessions end.', body: { component: 'PasswordChange' }, answer: { component: 'SignInState' }, handle: changePassword },
  { ...base, method: 'GET', path: '/me/sessions', scope: 'read', operation: 'listMySessions', summary: 'Lists where one is signed in, the newest first.', answer: { component: 'Session', list: true }, ...sessions, handle: mySessions },
  { ...base, method: 'DELETE', path: '/me/sessions', scope: 'write', operation: 'endMySessions', summary: 'Ends all one\'s sessions but this one, and offline access of applications; remembered devices but this one are asked again.', status: 204,
    handle: async (call) => {
      await endSessions(own(call), me(call), undefined, { session: call.session!.sessionId, device: deviceOf(me(call), call.visit?.device) })
      return {}
    } },
  { ...base, method: 'DELETE', path: '/me/sessions/:sessionId', scope: 'write', operation: 'endMySession', summary: 'Ends one of one\'s sessions at once.', status: 204,
    handle: async (call) => {
      await endSessions(own(call), me(call), call.params.sessionId)
      return {}
    } },
  { ...base, method: 'GET', path: '/me/keys', scope: 'read', operation: 'listMyKeys', summary: 'Lists one\'s API keys, without their tokens, and public keys.', answer: { component: 'OwnKey', list: true },
    handle: async (call) => ({ body: { items: (await myKeys(call)).map(shownKey) } }) },
  { ...base, method: 'POST', path: '/me/keys', scope: 'write', operation: 'addMyKey', summary: 'Adds an SSH key, or makes an API key whose token is shown in this answer only.', body: { component: 'OwnKey' }, answer: { component: 'OwnKey' }, status: 201, handle: addKey },
  { ...base, method: 'DELETE', path: '/me/keys/:keyId', scope: 'write', operation: 'removeMyKey', summary: 'Removes one of one\'s keys at once.', status: 204, handle: removeKey },
  { ...base, method: 'GET', path: '/me/it-policies', scope: 'read', operation: 'listMyPolicyDecisions', summary: 'Lists what one decided on usage policies, the newest first.', answer: { component: 'PolicyDecision', list: true },
    ...listed(decisionListing, { where: (call) => ({ user_id: me(call) }) }) },
  mine('listUserAccess', { operation: 'listMyAccess', summary: 'Lists every group, organisation, role and resource that one has, with rights, direct or inherited.' }),
  { ...base, method: 'GET', path: '/me/export', scope: 'read', operation: 'exportMe', summary: 'Everything that is kept about whoever is signed in, but what is secret, as one JSON document.', answer: { component: 'OwnExport' },
    handle: async (call) => ({ stream: exportOf(own(call), me(call)), headers: { 'content-type': 'application/json; charset=utf-8', 'content-disposition': 'attachment; filename="my-data.json"' } }) },
]
