/** The page where people sign in, `/login/login.htm`, on the way to where `fromURI` says or for its own sake. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Org } from '../state.ts'
import { perUser } from './client-limits.ts'
import { readForm, readQuery } from './form.ts'
import { escapeHtml, sendPage } from './html.ts'
import { findSession, sessionCookie, setSessionCookie, startSession } from './sessions.ts'
import { signIn } from './sign-in.ts'

export const signInPath = '/login/login.htm'

const refusals = {
  failed: 'Unable to sign in',
  locked: 'Your account is locked. Please contact your administrator.',
  expired: 'Your password has expired. Please contact your administrator.',
}

/** Registers the page on `app`. */
export function signInPageRoutes(app: FastifyInstance, org: Org): void {
  app.get(signInPath, (request, reply) => {
    const { fromURI, username = '' } = readQuery(request)
    const found = findSession(org, sessionCookie(request.headers.cookie))
    if (found && !fromURI) return sendPage(reply, 200, 'Signed in', `<p>You are signed in as ${escapeHtml(String(found.user.profile['login']))}.</p>`)
    return sendForm(reply, 200, fromURI ?? '', username, '')
  })

  app.post(signInPath, async (request, reply) => {
    const { username = '', password = '', fromURI = '' } = readForm(request)
    perUser(org, username)
    const outcome = await signIn(org, username, password)
    if ('refused' in outcome) return sendForm(reply, 401, fromURI, username, refusals[outcome.refused])
    const session = startSession(org, outcome.user)
    return reply.header('set-cookie', setSessionCookie(session.id)).redirect(localPath(fromURI), 303)
  })
}

function sendForm(reply: FastifyReply, status: number, fromURI: string, username: string, problem: string): FastifyReply {
  const alert = problem === '' ? '' : `<p role="alert">${escapeHtml(problem)}</p>`
  // The way on leads to the app by redirect, which form-action would hold up too.
  const policy = 'default-src \'none\'; style-src \'unsafe-inline\''
  return sendPage(reply, status, 'Sign in', `${alert}<form method="post" action="${signInPath}">
<input type="hidden" name="fromURI" value="${escapeHtml(fromURI)}">
<label for="username">Username</label><input id="username" name="username" autocomplete="username" value="${escapeHtml(username)}" required autofocus>
<label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required>
<button>Sign in</button></form>`, policy)
}

/** Only to a page of this server: `//elsewhere` and `/\elsewhere` are addresses of others. */
function localPath(path: string): string {
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && path.length <= 8192 ? path : signInPath
}
