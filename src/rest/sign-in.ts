/** Routes of signing in: a password, the step after it, where one stands, and out again. */
import { GatehouseError, type Problem } from '../errors.ts'
import { isObject } from '../model/attribute.ts'
import { changeOwnPassword } from '../signin/password-change.ts'
import { goOn, provePassword, signIn, signOut, type SignedIn } from '../signin/sign-in.ts'
import type { SessionRow } from '../store/sessions.ts'
import type { Answer, Call, Route } from './route.ts'

const tag = 'Signing in'
const answer = { component: 'SignInState' }
const base = { tag, scope: 'read', needs: [], reach: 'free' } as const

/** Longer texts are no names and no passwords of ours. */
const longest = { userName: 220, password: 1024 } as const

/** Texts of a body, every one required. Errors: `invalid_body`, `unknown_attribute`, `invalid_value`. */
export function textsOf<N extends string>(body: unknown, lengths: Readonly<Record<N, number>>): Record<N, string> {
  if (!isObject(body)) throw new GatehouseError('invalid_body', 'The body must be a JSON object.')
  const names = Object.keys(lengths) as N[]
  const unknown = Object.keys(body).find((name) => !names.includes(name as N))
  if (unknown !== undefined) throw new GatehouseError('unknown_attribute', `${unknown}: is not known here; known are ${names.join(', ')}.`)
  const problems = names.flatMap((path): Problem[] => {
    const value = body[path]
    const fits = typeof value === 'string' && value !== '' && value.length <= lengths[path] && !value.includes('\u0000') && value.isWellFormed()
    return fits ? [] : [{ path, message: `must be a text of 1 to ${lengths[path]} characters` }]
  })
  if (problems.length > 0) throw new GatehouseError('invalid_value', `${problems.map(({ path, message }) => `${path}: ${message}`).join('; ')}.`, { problems })
  return Object.fromEntries(names.map((name) => [name, body[name] as string])) as Record<N, string>
}

const stateOf = ({ userId, level, started, expires, nextStep }: SessionRow) => ({ next: nextStep ?? 'done', level, userId, started, expires })

/** Where somebody stands after a step, with the new token for their browser. */
function moved({ token, session, passwordExpires }: SignedIn): Answer {
  return { body: { ...stateOf(session), ...(passwordExpires === undefined ? {} : { passwordExpires }) }, cookies: [{ name: 'session', value: token }] }
}

async function enter({ ctx, body, visit }: Call): Promise<Answer> {
  const signedIn = await signIn(ctx, textsOf(body, longest), visit ?? {})
  const { body: state, cookies = [] } = moved(signedIn)
  const { newDevice, newNetwork } = signedIn
  return { body: { ...(state as object), newDevice, newNetwork }, cookies: [...cookies, { name: 'device', value: signedIn.device }] }
}

/** Changes one's own password under the limits of signing in: this session goes on under a new token, all others end. */
export async function changePassword({ ctx, body, session }: Call): Promise<Answer> {
  const { current, next } = textsOf(body, { current: longest.password, next: longest.password })
  const { userId, sessionId } = session!
  await provePassword(ctx, userId, current)
  await changeOwnPassword({ ...ctx, db: ctx.db.withSession(sessionId) }, userId, { current, next })
  return moved(await goOn(ctx, session!))
}

/** The step is done when it is not asked for: a password that need not be changed is changed under /me. */
async function changeStep(call: Call): Promise<Answer> {
  if (call.session!.nextStep !== 'change_password') throw new GatehouseError('conflict', 'This sign-in does not wait for a new password; change yours under /me/password.')
  return changePassword(call)
}

export const signInRoutes: readonly Route[] = [
  { ...base, method: 'POST', path: '/sign-in', caller: 'everyone', operation: 'signIn', summary: 'Signs somebody in with a password: sets the session cookie and says what comes next. Before the right password every refusal is the same.', body: { component: 'SignIn' }, answer, handle: enter },
  { ...base, method: 'GET', path: '/sign-in', caller: 'signing-in', operation: 'readSignIn', summary: 'Says where the sign-in of this session stands.', answer,
    handle: async ({ session }) => ({ body: stateOf(session!) }) },
  { ...base, method: 'POST', path: '/sign-in/password', caller: 'signing-in', operation: 'changePasswordToSignIn', summary: 'Takes the step change_password: a new password in place of one that has expired or was set by somebody else.', body: { component: 'PasswordChange' }, answer, handle: changeStep },
  { ...base, method: 'POST', path: '/sign-out', caller: 'signing-in', operation: 'signOut', summary: 'Ends the session at once.', status: 204,
    handle: async ({ ctx, session }) => {
      await signOut(ctx, session!.sessionId)
      return { cookies: [{ name: 'session', value: undefined }] }
    } },
]
