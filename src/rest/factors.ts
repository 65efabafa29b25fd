/** Routes of factors: the step of a sign-in, passkeys, proving again, one's own factors and devices, and the help desk's look at them. */
import { GatehouseError } from '../errors.ts'
import { isObject, type Document } from '../model/attribute.ts'
import { isFactorKind } from '../model/factor-kinds.ts'
import { isToken, newToken } from '../model/session.ts'
import { sendSignInCode } from '../signin/factor-codes.ts'
import { confirmEnrolment, enrolFactor, forgetDevice, listFactors, nameFactor, passkeyOptions, removeFactors, removeOwnFactor } from '../signin/factors.ts'
import { requestOptions } from '../signin/passkeys.ts'
import type { FactorAnswer } from '../signin/prove-factor.ts'
import { checkUser } from '../signin/sessions.ts'
import { signInByPasskey, stepUp, takeFactorStep } from '../signin/step-up.ts'
import { claimAsking } from '../signin/throttle.ts'
import { factorsOf } from '../store/factors.ts'
import type { MasterKey } from '../store/master-key.ts'
import { rememberedDevices } from '../store/remembered-devices.ts'
import { guarded, urlOf, type Answer, type Call, type Route } from './route.ts'
import { entered, moved, textsOf } from './sign-in.ts'

const state = { component: 'SignInState' }
const ids = { factor: 32 } as const

/** An answer to a factor: its id, and a code or what the device has signed. Errors: `invalid_…`. */
function answerOf(body: unknown): FactorAnswer & { remember?: boolean } {
  if (!isObject(body)) throw new GatehouseError('invalid_body', 'The body must be a JSON object.')
  const { assertion, remember, ...texts } = body
  if (remember !== undefined && typeof remember !== 'boolean') throw new GatehouseError('invalid_value', 'remember: must be true or false.')
  const given = textsOf(texts, ids, { code: 40 })
  if ((given.code === undefined) === (assertion === undefined)) throw new GatehouseError('invalid_value', 'One of code and assertion must be there.')
  return { ...given, ...(assertion === undefined ? {} : { assertion: credentialOf(assertion) }), ...(remember === undefined ? {} : { remember }) }
}

/** What a browser made or signed; what is in it the verification judges. */
function credentialOf(value: unknown): Document {
  if (!isObject(value) || JSON.stringify(value).length > 20_000) throw new GatehouseError('invalid_value', 'The answer of the browser must be an object of usual size.')
  return value
}

const known = (call: Call) => call.session!

/** While a sign-in waits for a factor, and once it is through; not in between. */
function refuseEarly({ session }: Call): void {
  if (session!.nextStep !== null && session!.nextStep !== 'factor') throw new GatehouseError('sign_in_incomplete', `The next step of this sign-in is ${session!.nextStep}.`)
}

async function askPasskey({ ctx, visit }: Call): Promise<Answer> {
  await claimAsking(ctx)
  const device = visit?.device !== undefined && isToken(visit.device) ? visit.device : newToken()
  return { body: await requestOptions(ctx, { holder: device }), cookies: [{ name: 'device', value: device }] }
}

async function askOwnPasskey(call: Call): Promise<Answer> {
  refuseEarly(call)
  const { sessionId, userId } = known(call)
  const factors = (await factorsOf(call.ctx.db, userId)).filter(({ type }) => type === 'WEBAUTHN')
  if (factors.length === 0) throw new GatehouseError('conflict', 'You have no passkey.')
  return { body: await requestOptions(call.ctx, { holder: sessionId, userId, factors }) }
}

async function enrol(masterKey: MasterKey, call: Call): Promise<Answer> {
  const { ctx, body, session, visit } = call
  if (!isObject(body)) throw new GatehouseError('invalid_body', 'The body must be a JSON object.')
  const { credential, ...texts } = body
  const { type, name, value } = textsOf(texts, { type: 20 }, { name: 60, value: 320 })
  if (!isFactorKind(type)) throw new GatehouseError('invalid_value', 'type: must be TOTP, WEBAUTHN, SMS, EMAIL or RECOVERY_CODES.', { problems: [{ path: 'type', message: 'is not known' }] })
  const { document, went } = await enrolFactor(ctx, masterKey, session!, { type, name, value, ...(credential === undefined ? {} : { credential: credentialOf(credential) }) }, visit)
  const answer = { status: 201, location: urlOf(ctx, '/me/factors', document.id), secret: true, body: document }
  const { cookies } = went ? await moved(ctx, went) : {}
  return { ...answer, ...(cookies ? { cookies } : {}) }
}

async function confirm(masterKey: MasterKey, { ctx, params, body, session, visit }: Call): Promise<Answer> {
  return moved(ctx, await confirmEnrolment(ctx, masterKey, session!, params.factorId!, textsOf(body, { code: 40 }).code, visit))
}

async function proveAgain(masterKey: MasterKey, { ctx, body, session }: Call): Promise<Answer> {
  const byPassword = isObject(body) && 'password' in body
  return moved(ctx, await stepUp(ctx, masterKey, session!, byPassword ? textsOf(body, { password: 1024 }) : answerOf(body)))
}

const base = { scope: 'write', needs: [], reach: 'free', unversioned: true } as const
const signingIn = { ...base, tag: 'Signing in', caller: 'signing-in' } as const
const mine = { ...base, tag: 'My account', caller: 'signed-in' } as const

/** What begins and confirms a factor: among one's own things, and as the step `enrol_factor` of a sign-in. */
function enrolment(masterKey: MasterKey, kind: typeof mine | typeof signingIn, path: string, suffix: string): Route[] {
  const needs = suffix === '' ? 'Needs a fresh proof.' : 'For the step enrol_factor.'
  return [
    { ...kind, method: 'POST', path: `${path}/passkey-options`, operation: `readNewPasskeyOptions${suffix}`, summary: `What to ask the browser to make a passkey with. ${needs}`, answer: { component: 'PasskeyOptions' },
      handle: async (call) => ({ body: await passkeyOptions(call.ctx, known(call)) }) },
    { ...kind, method: 'POST', path, operation: `enrolFactor${suffix}`, summary: `Begins a factor, or makes it where nothing is to be confirmed. What is secret is in this answer only. ${needs}`, body: { component: 'NewFactor' }, answer: { component: 'Factor' }, status: 201, handle: (call) => enrol(masterKey, call) },
    { ...kind, method: 'POST', path: `${path}/:factorId/confirm`, operation: `confirmFactor${suffix}`, summary: 'Confirms a factor by its first code; until then it does not count.', body: { component: 'FactorCode' }, answer: state, secretBody: true, handle: (call) => confirm(masterKey, call) },
  ]
}

export function factorRoutes(masterKey: MasterKey): Route[] {
  return [
    { ...signingIn, method: 'POST', path: '/sign-in/factor', operation: 'proveFactorToSignIn', summary: 'Takes the step factor: a code, or what a passkey has signed.', body: { component: 'FactorAnswer' }, answer: state,
      handle: async ({ ctx, body, session, visit }) => moved(ctx, await takeFactorStep(ctx, masterKey, session!, answerOf(body), visit ?? {})) },
    { ...signingIn, method: 'POST', path: '/sign-in/factor/code', operation: 'sendFactorCode', summary: 'Sends a code by SMS, for the step factor or for stepping up; it works once, in this session, for ten minutes.', body: { component: 'FactorChoice' }, status: 202,
      handle: async (call) => {
        refuseEarly(call)
        await sendSignInCode(call.ctx, masterKey, known(call), textsOf(call.body, ids).factor)
        return {}
      } },
    { ...signingIn, method: 'POST', path: '/sign-in/factor/passkey-options', operation: 'readFactorPasskeyOptions', summary: 'What to ask the browser for one of the person\'s passkeys with, for the step factor or for stepping up.', answer: { component: 'PasskeyOptions' }, handle: askOwnPasskey },
    { ...base, tag: 'Signing in', caller: 'everyone', method: 'POST', path: '/sign-in/passkey-options', operation: 'readPasskeyOptions', summary: 'What to ask the browser for any passkey with.', answer: { component: 'PasskeyOptions' }, handle: askPasskey },
    { ...base, tag: 'Signing in', caller: 'everyone', method: 'POST', path: '/sign-in/passkey', operation: 'signInByPasskey', summary: 'Signs somebody in by a passkey alone, which counts as two factors.', body: { component: 'PasskeySignIn' }, answer: state,
      handle: async ({ ctx, body, visit }) => entered(ctx, await signInByPasskey(ctx, credentialOf(isObject(body) ? body.assertion : undefined), visit ?? {})) },
    { ...mine, method: 'POST', path: '/me/step-up', operation: 'stepUp', secretBody: true, summary: 'Proves again who one is, by a factor, or by the password where there is none; the session goes on under a new token.', body: { component: 'StepUp' }, answer: state, handle: (call) => proveAgain(masterKey, call) },
    { ...mine, scope: 'read', method: 'GET', path: '/me/factors', operation: 'listMyFactors', summary: 'Lists one\'s factors.', answer: { component: 'Factor', list: true },
      handle: async (call) => ({ body: { items: await listFactors(call.ctx.db, known(call).userId) } }) },
    ...enrolment(masterKey, mine, '/me/factors', ''),
    ...enrolment(masterKey, signingIn, '/sign-in/factors', 'ToSignIn'),
    { ...mine, method: 'PATCH', path: '/me/factors/:factorId', operation: 'nameFactor', summary: 'Names one\'s factor.', body: { component: 'FactorName' }, answer: { component: 'Factor' },
      handle: async (call) => ({ body: await nameFactor(call.ctx, known(call).userId, call.params.factorId!, textsOf(call.body, { name: 60 }).name) }) },
    { ...mine, method: 'DELETE', path: '/me/factors/:factorId', operation: 'removeMyFactor', summary: 'Removes one\'s factor. Needs a fresh proof.', status: 204,
      handle: async (call) => {
        await removeOwnFactor({ ...call.ctx, authority: undefined }, known(call), call.params.factorId!)
        return {}
      } },
    { ...mine, scope: 'read', method: 'GET', path: '/me/devices', operation: 'listMyDevices', summary: 'Lists the devices that are not asked for a second factor for a while.', answer: { component: 'RememberedDevice', list: true },
      handle: async (call) => ({ body: { items: await rememberedDevices(call.ctx.db, known(call).userId, call.ctx.now()) } }) },
    { ...mine, method: 'DELETE', path: '/me/devices', operation: 'forgetMyDevices', summary: 'Has all one\'s devices be asked again.', status: 204, handle: forget },
    { ...mine, method: 'DELETE', path: '/me/devices/:deviceId', operation: 'forgetMyDevice', summary: 'Has a device be asked again.', status: 204, handle: forget },
    ...helpDesk,
  ]
}

async function forget({ ctx, session, params }: Call): Promise<Answer> {
  await forgetDevice({ ...ctx, authority: undefined }, session!.userId, params.deviceId)
  return {}
}

async function remove({ ctx, params }: Call): Promise<Answer> {
  await removeFactors(ctx, params.id!, params.factorId)
  return {}
}

const reset = { tag: 'People', unversioned: true, needs: [{ resource: 'people', right: 'RESET' }] } as const

const helpDesk = guarded('people', [
  { ...reset, method: 'GET', path: '/users/:id/factors', scope: 'read', operation: 'listUserFactors', summary: 'Lists the factors of a person.', answer: { component: 'Factor', list: true },
    handle: async ({ ctx, params }) => {
      await checkUser(ctx.db, params.id!)
      return { body: { items: await listFactors(ctx.db, params.id!) } }
    } },
  { ...reset, method: 'DELETE', path: '/users/:id/factors', scope: 'write', operation: 'removeUserFactors', summary: 'Removes all factors of a person, who has lost them; they are told. Addresses that they have proved stay so.', status: 204, handle: remove },
  { ...reset, method: 'DELETE', path: '/users/:id/factors/:factorId', scope: 'write', operation: 'removeUserFactor', summary: 'Removes a factor of a person; they are told.', status: 204, handle: remove },
  { ...reset, method: 'GET', path: '/users/:id/devices', scope: 'read', operation: 'listUserDevices', summary: 'Lists the devices of a person that are not asked for a second factor for a while.', answer: { component: 'RememberedDevice', list: true },
    handle: async ({ ctx, params }) => {
      await checkUser(ctx.db, params.id!)
      return { body: { items: await rememberedDevices(ctx.db, params.id!, ctx.now()) } }
    } },
  { ...reset, method: 'DELETE', path: '/users/:id/devices/:deviceId', scope: 'write', operation: 'forgetUserDevice', summary: 'Has a device of a person be asked again; its sessions stay.', status: 204,
    handle: async ({ ctx, params }) => {
      await forgetDevice(ctx, params.id!, params.deviceId)
      return {}
    } },
])
