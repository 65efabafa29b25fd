/** `…/v1/logout`: ends the session of the person whom the ID token names, and goes back to an address of the app. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { compactVerify, decodeProtectedHeader } from 'jose'
import { clientSettings, findClient } from '../apps.ts'
import { isRecord } from '../credentials.ts'
import { emit, userActor, userTarget } from '../events/emit.ts'
import type { Org } from '../state.ts'
import { readForm, readQuery } from './form.ts'
import type { Form } from './form.ts'
import { sendPage, sendProblemPage } from './html.ts'
import { keysOf } from './keys.ts'
import { issuerOf, pathsOf, serverOf } from './servers.ts'
import { findSession, sessionCookie } from './sessions.ts'
import type { AuthorizationServer } from './store.ts'

/** Registers logout at every server on `app`. */
export function logoutRoutes(app: FastifyInstance, org: Org): void {
  for (const path of pathsOf('logout')) {
    app.get(path, (request, reply) => logout(org, request, reply, readQuery(request)))
    app.post(path, (request, reply) => logout(org, request, reply, readForm(request)))
  }
}

async function logout(org: Org, request: FastifyRequest, reply: FastifyReply, form: Form): Promise<FastifyReply> {
  const server = serverOf(org, request)
  const hint = await readHint(org, server, form['id_token_hint'] ?? '')
  if (hint?.['iss'] !== issuerOf(server, request)) return sendProblemPage(reply, 'The id_token_hint is missing or invalid.')
  const client = findClient(org, String(hint['aud']))
  const address = form['post_logout_redirect_uri']
  const known = client ? clientSettings(client)['post_logout_redirect_uris'] : undefined
  if (address !== undefined && (!Array.isArray(known) || !known.includes(address))) {
    return sendProblemPage(reply, 'The \'post_logout_redirect_uri\' parameter must be a Logout redirect URI in the client app settings.')
  }
  endSession(org, request, String(hint['sub']))
  reply.header('set-cookie', 'idx=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0')
  if (address === undefined) return sendPage(reply, 200, 'Signed out', '<p>You are signed out.</p>')
  const back = new URL(address)
  if (form['state']) back.searchParams.set('state', form['state'])
  return reply.redirect(back.href, 302)
}

/** The claims of an ID token that this server signed, be it expired. */
async function readHint(org: Org, server: AuthorizationServer, token: string): Promise<Record<string, unknown> | null> {
  try {
    const key = keysOf(org, server).find(({ kid }) => kid === decodeProtectedHeader(token).kid)
    if (!key) return null
    const { payload } = await compactVerify(token, key.publicKey, { algorithms: ['RS256'] })
    const claims: unknown = JSON.parse(Buffer.from(payload).toString())
    // Access tokens are signed by the same key; they have scopes and are no hint.
    return isRecord(claims) && !('scp' in claims) ? claims : null
  } catch {
    return null
  }
}

function endSession(org: Org, request: FastifyRequest, userId: string): void {
  const found = findSession(org, sessionCookie(request.headers.cookie))
  if (found?.user.id !== userId) return
  org.oauth.sessions.delete(found.session.id)
  emit(org, 'user.session.end', { actor: userActor(found.user), targets: [userTarget(found.user)] })
}
