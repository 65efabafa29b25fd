/** Routes of signing in: a password, the step after it, where one stands, and out again. */
import type { Context } from '../context.ts'
import { GatehouseError, type Problem } from '../errors.ts'
import { isObject } from '../model/attribute.ts'
import { openFactors } from '../signin/factors.ts'
import { decidePolicy, policiesDueHere } from '../signin/it-policies.ts'
import { leastLength } from '../signin/password-policy.ts'
import type { OpenedSession } from '../signin/sessions-open.ts'
import { goToSite, passwordExpiry, reasonOfChange, signIn, signOut, type SignedIn } from '../signin/sign-in.ts'
import { refuseUnknownSite } from '../signin/sites.ts'
import { acceptPolicyStep, changePasswordIn } from '../signin/take-steps.ts'
import { readUserName, type SessionRow } from '../store/sessions.ts'
import type { Answer, Call, Route } from './route.ts'

const tag = 'Signing in'
const answer = { component: 'SignInState' }
const base = { tag, scope: 'read', needs: [], reach: 'free' } as const

/** Longer texts are no names and no passwords of ours. */
const longest = { userName: 220, password: 1024 } as const

/** Texts of a body, all but the optional ones required. Errors: `invalid_body`, `unknown_attribute`, `invalid_value`. */
export function textsOf<N extends string, O extends string = never>(body: unknown, required: Readonly<Record<N, number>>, optional: Readonly<Record<O, number>> = {} as Record<O, number>): Record<N, string> & Partial<Record<O, string>> {
  if (!isObject(body)) throw new GatehouseError('invalid_body', 'The body must be a JSON object.')
  const lengths: Record<string, number> = { ...required, ...optional }
  const names = Object.keys(lengths)
  const unknown = Object.keys(body).find((name) => !names.includes(name))
  if (unknown !== undefined) throw new GatehouseError('unknown_attribute', `${unknown}: is not known here; known are ${names.join(', ')}.`)
  const problems = names.flatMap((path): Problem[] => {
    const value = body[path]
    if (value === undefined && path in optional) return []
    const fits = typeof value === 'string' && value !== '' && value.length <= lengths[path]! && !value.includes('\u0000') && value.isWellFormed()
    return fits ? [] : [{ path, message: `must be a text of 1 to ${lengths[path]} characters` }]
  })
  if (problems.length > 0) throw new GatehouseError('invalid_value', `${problems.map(({ path, message }) => `${path}: ${message}`).join('; ')}.`, { problems })
  return Object.fromEntries(names.filter((name) => body[name] !== undefined).map((name) => [name, body[name]])) as Record<N, string> & Partial<Record<O, string>>
}

/** Where a sign-in stands, with what is needed for the step before it. */
async function stateOf(ctx: Context, { userId, level, started, expires, nextStep, siteId }: SessionRow) {
  if (nextStep === null) return { next: 'done', level, userId, started, expires }
  // Who is in reads the rest of it at /me.
  const { userName } = await readUserName(ctx.db, userId)
  const state = { next: nextStep, level, userId, started, expires, ...(userName === null ? {} : { userName }) }
  if (nextStep === 'factor') return { ...state, factors: await openFactors(ctx, userId) }
  if (nextStep === 'change_password') return { ...state, reason: await reasonOfChange(ctx, userId), passwordLength: await leastLength(ctx, userId) }
  if (nextStep !== 'accept_policy') return state
  const due = await policiesDueHere(ctx, userId, siteId)
  return { ...state, policies: due.map(({ versionId, name, content, confirmation }) => ({ id: versionId, name, content, ...(confirmation === null ? {} : { confirmation }) })) }
}

/** Where somebody stands after a step, with the new token for their browser. */
export async function moved(ctx: Context, { token, session, passwordExpires }: SignedIn): Promise<Answer> {
  return { body: { ...(await stateOf(ctx, session)), ...(passwordExpires === undefined ? {} : { passwordExpires }) }, cookies: [{ name: 'session', value: token }] }
}

async function enter({ ctx, body, visit }: Call): Promise<Answer> {
  return entered(ctx, await signIn(ctx, textsOf(body, longest, { site: 32 }), visit ?? {}))
}

/** Somebody has come in, or as far as the next step. */
export async function entered(ctx: Context, signedIn: SignedIn & OpenedSession): Promise<Answer> {
  const { body: state, cookies = [] } = await moved(ctx, signedIn)
  const { newDevice, newNetwork } = signedIn
  return { body: { ...(state as object), newDevice, newNetwork }, cookies: [...cookies, { name: 'device', value: signedIn.device }] }
}

/** Changes one's own password under the limits of signing in: this session goes on under a new token, all others end. */
export async function changePassword({ ctx, body, session, visit }: Call): Promise<Answer> {
  const { current, next } = textsOf(body, { current: longest.password, next: longest.password })
  return moved(ctx, await changePasswordIn(ctx, session!, { current, next }, visit))
}

/** Takes or refuses a usage policy. Who refuses is signed out. */
async function decide({ ctx, body, session, visit }: Call): Promise<Answer> {
  const { policy, ...rest } = isObject(body) ? body : {}
  const { accepted } = rest
  if (typeof policy !== 'string' || typeof accepted !== 'boolean' || Object.keys(rest).length > 1) throw new GatehouseError('invalid_value', 'policy must be the id of a version that is asked for, accepted true or false, and nothing else be there.')
  if (session!.nextStep !== 'accept_policy') throw new GatehouseError('conflict', 'This sign-in does not wait for a decision on a usage policy.')
  if (accepted) return moved(ctx, await acceptPolicyStep(ctx, session!, policy, visit))
  await decidePolicy(ctx, session!.userId, policy, false, session!.siteId)
  await signOut(ctx, session!.sessionId, 'POLICY_DECLINED')
  return { body: { ...(await stateOf(ctx, { ...session!, nextStep: null })), next: 'signed_out' }, cookies: [{ name: 'session', value: undefined }] }
}

/** Goes on to a site, or to something that is of none, with the session one has: what is asked for there comes next. */
async function toSite({ ctx, body, session, visit }: Call): Promise<Answer> {
  const { site } = textsOf(body, {}, { site: 32 })
  if (site !== undefined) await refuseUnknownSite(ctx.db, site)
  const went = await goToSite(ctx, session!, { siteId: site, visit })
  return went === undefined ? { body: await stateOf(ctx, session!) } : moved(ctx, went)
}

/** The step is done when it is not asked for: a password that need not be changed is changed under /me. */
async function changeStep(call: Call): Promise<Answer> {
  if (call.session!.nextStep !== 'change_password') throw new GatehouseError('conflict', 'This sign-in does not wait for a new password; change yours under /me/password.')
  return changePassword(call)
}

export const signInRoutes: readonly Route[] = [
  { ...base, method: 'POST', path: '/sign-in', caller: 'everyone', operation: 'signIn', summary: 'Signs somebody in with a password: sets the session cookie and says what comes next. Before the right password every refusal is the same.', body: { component: 'SignIn' }, answer, handle: enter },
  { ...base, method: 'GET', path: '/sign-in', caller: 'signing-in', operation: 'readSignIn', summary: 'Says where the sign-in of this session stands.', answer,
    handle: async ({ ctx, session }) => {
      const passwordExpires = session!.nextStep === null && session!.passwordExpires ? await passwordExpiry(ctx, session!.userId) : undefined
      return { body: { ...(await stateOf(ctx, session!)), ...(passwordExpires === undefined ? {} : { passwordExpires }) } }
    } },
  { ...base, method: 'POST', path: '/sign-in/password', caller: 'signing-in', operation: 'changePasswordToSignIn', summary: 'Takes the step change_password: a new password in place of one that has expired or was set by somebody else.', body: { component: 'PasswordChange' }, answer, handle: changeStep },
  { ...base, method: 'POST', path: '/sign-in/policy', caller: 'signing-in', operation: 'decidePolicyToSignIn', summary: 'Takes the step accept_policy: accepts a usage policy that is shown in the state, or declines it and is signed out.', body: { component: 'PolicyAnswer' }, answer, handle: decide },
  { ...base, method: 'POST', path: '/sign-in/site', caller: 'signed-in', operation: 'goToSite', summary: 'Goes on to a site with the session one has: its usage policies, those of this address and the level it wants come next where they are not there yet.', body: { component: 'SiteChoice' }, answer, handle: toSite },
  { ...base, method: 'POST', path: '/sign-out', caller: 'signing-in', operation: 'signOut', summary: 'Ends the session at once.', status: 204,
    handle: async ({ ctx, session }) => {
      await signOut(ctx, session!.sessionId)
      return { cookies: [{ name: 'session', value: undefined }] }
    } },
]
