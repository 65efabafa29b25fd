/** What the pages ask of REST, and how its refusals arrive here: every call either answers or throws a `Refusal`. */
import type { ErrorCode } from '../../src/errors.ts'
import { pageHeader } from '../../src/model/page-header.ts'
import type { ChangeReason } from '../../src/model/password-state.ts'
import type { FactorKind } from '../../src/model/factor-kinds.ts'
import { freshProof } from './proof-question.ts'

export interface Problem {
  path?: string
  message: string
  reasons?: readonly string[]
}

/** A refusal as problem details say it (RFC 9457), or no answer at all. */
export class Refusal extends Error {
  readonly code: ErrorCode | 'unreachable' | 'passkey_not_given' | 'passkey_known'
  readonly problems: readonly Problem[]
  readonly requestId: string | undefined
  /** Seconds to wait before it makes sense to try again. */
  readonly retryAfter: number | undefined

  constructor(code: Refusal['code'], detail: string, { problems = [], requestId, retryAfter }: { problems?: readonly Problem[]; requestId?: string; retryAfter?: number } = {}) {
    super(detail)
    this.code = code
    this.problems = problems
    this.requestId = requestId
    this.retryAfter = retryAfter
  }
}

const prefix = '/api/v1'
const stepUpPath = '/me/step-up'
const patience = 30_000

let owner: string | undefined

/** Whose page this is from now on: what it asks says so, and is refused once somebody else has signed in next to it. */
export function belongTo(userId: string | undefined): void {
  owner = userId
}

interface Asked<T> {
  body: T
  etag: string | null
}

/** What is asked, and by whose page: the answer to a refusal is never asked for in the name of whoever the page is handed to meanwhile. */
interface Question {
  method: string
  path: string
  body?: unknown
  headers?: Record<string, string>
  by: string | undefined
  /** However long it takes. */
  isPatient?: boolean
}

/** Where a fresh proof is what is wanting, it is asked for over whatever page this is, and what was asked is asked again. */
async function ask<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Asked<T>> {
  const question = { method, path, body, headers, by: owner }
  return answerTo<T>(question).catch(async (refusal: Refusal) => {
    if (refusal.code !== 'step_up_required' || path === stepUpPath || !(await freshProof())) throw refusal
    return answerTo<T>(question)
  })
}

async function answerTo<T>(question: Question): Promise<Asked<T>> {
  const reply = await askSignedIn(question)
  const text = await reply.text().catch(() => '')
  return { body: (text === '' ? undefined : JSON.parse(text)) as T, etag: reply.headers.get('etag') }
}

/** Requests on their way that may give the session another name: none that only reads does. */
const writes = new Set<Promise<unknown>>()

/**
 * What met a session whose name another request has just changed is refused as if it had ended. So before it counts as ended, what is
 * under way comes back with the new name, and once it is known that somebody is signed in still, the same is asked again, once: whatever
 * is refused as `unauthenticated` has changed nothing, at the door or in a transaction that was taken back.
 */
async function askSignedIn(question: Question): Promise<Response> {
  const { method, path, by } = question
  return askOnce(question).catch(async (refusal: Refusal) => {
    if (refusal.code !== 'unauthenticated' || by === undefined) throw refusal
    await Promise.allSettled(writes)
    if (!asksWho(method, path)) await askOnce({ method: 'GET', path: whoPath, by })
    return askOnce(question)
  })
}

async function askOnce({ method, path, body, headers, by, isPatient = false }: Question): Promise<Response> {
  const asked = fetch(prefix + path, {
    method, credentials: 'same-origin', cache: 'no-store', ...(isPatient ? {} : { signal: AbortSignal.timeout(patience) }),
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(by === undefined || asksWho(method, path) ? {} : { [pageHeader]: by }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (method !== 'GET') writes.add(asked)
  const reply = await asked.catch(unreachable).finally(() => writes.delete(asked))
  if (!reply.ok) throw refusalOf(reply, await reply.text().catch(() => ''))
  return reply
}

const unreachable = (): never => {
  throw new Refusal('unreachable', '')
}

/** A file, asked for by whose page this is: a link would fetch that of whoever has signed in since. However long it takes. */
async function fileOf(path: string): Promise<Blob> {
  const reply = await askSignedIn({ method: 'GET', path, by: owner, isPatient: true })
  return reply.blob().catch(unreachable)
}

/** What finds out who is here. */
const whoPath = '/sign-in'
const asksWho = (method: string, path: string) => method === 'GET' && path === whoPath

function refusalOf(reply: Response, text: string): Refusal {
  const wait = Number(reply.headers.get('retry-after'))
  const retryAfter = wait > 0 ? { retryAfter: wait } : {}
  if (!reply.headers.get('content-type')?.startsWith('application/problem+json')) return new Refusal('unreachable', '', retryAfter)
  const problem = JSON.parse(text) as { code: ErrorCode; title: string; detail?: string; problems?: Problem[]; requestId: string }
  return new Refusal(problem.code, problem.detail ?? problem.title, { ...problem, ...retryAfter })
}

const read = async <T>(path: string) => (await ask<T>('GET', path)).body
const send = async <T = void>(method: string, path: string, body?: unknown) => (await ask<T>(method, path, body)).body

export interface SignInState {
  next: string
  userId: string
  /** Until they are in. */
  userName?: string
  level: number
  /** When the session began. */
  started: string
  passwordExpires?: string
  /** For the step change_password: why, and the least characters of the new one. */
  reason?: ChangeReason
  passwordLength?: number
  /** For the step factor, and for accept_policy. */
  factors?: Way[]
  policies?: UsagePolicy[]
}

/** A factor that may be proved. */
export interface Way {
  id: string
  type: FactorKind
  name: string
  hint?: string
  /** Of a passkey: what the browser calls it. */
  credentialId?: string
}

export interface Factor extends Way {
  confirmed: boolean
  created?: string
  lastUsed?: string
  left?: number
  /** It has recovered the password, and is not asked for until another one is proved. */
  setAside?: boolean
  /** In the answer that made it only. */
  uri?: string
  codes?: string[]
}

export interface NewFactor {
  type: FactorKind
  name?: string
  value?: string
  credential?: unknown
}

export interface FactorAnswer {
  factor: string
  code?: string
  assertion?: unknown
  remember?: boolean
}

export interface UsagePolicy {
  id: string
  name: string
  content: string
  confirmation?: string
}

/** What an application has the person be asked. */
export interface Interaction {
  id: string
  prompt: 'login' | 'consent' | 'select_account'
  /** Why, in the server's words: `level` where what was proved last is not enough. */
  reasons: readonly string[]
  client: { id: string; name?: string }
  /** `also`: attributes that this application alone learns with a scope. */
  scopes: { name: string; description: string; also?: string[] }[]
  leastLevel: number
  /** Whether they have to sign in anew, whatever their session has reached. */
  anew: boolean
  satisfied: boolean
  /** The site of the application, where it is of one. */
  site?: string
  /** Whether usage policies have still to be accepted: for all sites, of our own or of that one. */
  policiesDue: boolean
  /** As whom the application supposes somebody to sign in. */
  loginHint?: string
  /** The languages it would have, the best first, with blanks between. */
  locales?: string
}

/** Where factors are enrolled: in my account, or as a step of signing in. */
export type EnrolAt = '/me/factors' | '/sign-in/factors'

/** One of the person's telephone numbers or addresses; `id` is absent until it is kept. */
export interface Entry {
  id?: string
  isForSms?: boolean
  [attribute: string]: string | boolean | undefined
}

export interface OwnEmail {
  id: string
  value: string
  primary?: boolean
  active?: boolean
  proved: boolean
}

export interface Me {
  userName: string
  displayName?: string
  emails?: OwnEmail[]
  phoneNumbers?: Entry[]
  addresses?: Entry[]
  attributes?: Readonly<Record<string, string | readonly string[] | null>>
  [attribute: string]: unknown
}

/** A custom attribute that is the person's to change. */
export interface OwnAttribute {
  name: string
  displayName?: string
  description?: string
  dataType: 'STRING' | 'INTEGER' | 'DECIMAL' | 'BOOLEAN' | 'DATE' | 'DATETIME'
  multiValued: boolean
  maxLength?: number
  validValues?: readonly string[]
}

export interface Session {
  id: string
  started: string
  lastSeen: string
  ip?: string
  device?: string
  newDevice: boolean
  newNetwork: boolean
  current: boolean
}

export interface Consent {
  clientId: string
  clientName: string
  /** One of our own, which nobody is asked about. */
  firstParty: boolean
  scopes: string[]
  created: string
  lastModified: string
}

/** That the person accepted or declined a version of a usage policy. */
export interface PolicyDecision {
  id: string
  name?: string
  accepted: boolean
  decided: string
}

/** A browser that is not asked for a second factor for a while. */
export interface Device {
  id: string
  device?: string
  ip?: string
  created: string
  expires: string
}

export interface Key {
  id: string
  type: 'API' | 'SSH'
  name: string
  scopes?: string[]
  expires?: string
  lastUsed?: string
  created?: string
  /** Of an API key, in the answer that made it. */
  token?: string
}

export interface Held {
  type: 'Group' | 'Organization' | 'Role' | 'Resource'
  id: string
  name?: string
  rights: string[]
  direct: boolean
  inherited: boolean
  everyone: boolean
}

export interface Page<T> {
  items: T[]
  next?: string
}

const at = (cursor: string | undefined) => (cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`)

/** Where the sign-in of this browser stands; null when nobody is signed in. */
async function signInState(): Promise<SignInState | null> {
  return read<SignInState>('/sign-in').catch((error: Refusal) => {
    if (error.code === 'unauthenticated') return null
    throw error
  })
}

/** What recovery sets, and the answers to security questions where they were asked for. */
export interface NewPassword {
  next: string
  answers?: readonly SecurityAnswer[]
}

/** How a link or a code proves whose password it is about. */
export type RecoveryProof = { token: string } | { userName: string; code: string }

/** What it would open. */
export interface RecoveryState {
  userName: string
  passwordLength: number
  /** There is no password yet. */
  first: boolean
}

export interface SecurityAnswer {
  question: string
  answer: string
}

export interface SecurityQuestions {
  enabled: boolean
  count: number
  ownAllowed: boolean
  offered: { id: string; question: string }[]
  answered: { id: string; question: string; own: boolean }[]
  locked: boolean
}

export interface PasswordChange {
  current: string
  next: string
}

export const api = {
  signInState,
  signIn: (body: { userName: string; password: string; site?: string }) => send<SignInState>('POST', '/sign-in', body),
  changePasswordToSignIn: (body: PasswordChange) => send<SignInState>('POST', '/sign-in/password', body),
  goToSite: (site?: string) => send<SignInState>('POST', '/sign-in/site', site === undefined ? {} : { site }),
  signOut: () => send('POST', '/sign-out'),
  me: () => ask<Me>('GET', '/me'),
  ownAttributes: () => read<Page<OwnAttribute>>('/me/attributes'),
  changeMe: (change: Partial<Me>, etag: string | null) => ask<Me>('PATCH', '/me', change, etag === null ? {} : { 'if-match': etag }),
  sendAddressCode: (id: string) => send('POST', `/me/emails/${encodeURIComponent(id)}/code`),
  proveAddress: (id: string, code: string) => send('POST', `/me/emails/${encodeURIComponent(id)}/confirm`, { code }),
  passwordRules: () => read<{ passwordLength: number }>('/me/password'),
  changePassword: (body: PasswordChange) => send<SignInState>('POST', '/me/password', body),
  sessions: (cursor?: string) => read<Page<Session>>(`/me/sessions?count=50${at(cursor)}`),
  endSession: (id: string) => send('DELETE', `/me/sessions/${encodeURIComponent(id)}`),
  endOtherSessions: () => send('DELETE', '/me/sessions'),
  keys: () => read<Page<Key>>('/me/keys'),
  addKey: (key: { type: Key['type']; name: string; value?: string; scopes?: string[]; expires?: string }) => send<Key>('POST', '/me/keys', key),
  removeKey: (id: string) => send('DELETE', `/me/keys/${encodeURIComponent(id)}`),
  access: (cursor?: string) => read<Page<Held>>(`/me/access?count=100${at(cursor)}`),
  passkeyQuestion: () => send<object>('POST', '/sign-in/passkey-options'),
  signInByPasskey: (assertion: unknown) => send<SignInState>('POST', '/sign-in/passkey', { assertion }),
  ownPasskeyQuestion: () => send<object>('POST', '/sign-in/factor/passkey-options'),
  sendFactorCode: (factor: string) => send('POST', '/sign-in/factor/code', { factor }),
  proveFactor: (answer: FactorAnswer) => send<SignInState>('POST', '/sign-in/factor', answer),
  stepUp: (proof: FactorAnswer | { password: string }) => send<SignInState>('POST', stepUpPath, proof),
  decidePolicy: (policy: string, accepted: boolean) => send<SignInState>('POST', '/sign-in/policy', { policy, accepted }),
  factors: () => read<Page<Factor>>('/me/factors'),
  newPasskeyQuestion: (at: EnrolAt) => send<object>('POST', `${at}/passkey-options`),
  enrolFactor: (at: EnrolAt, factor: NewFactor) => send<Factor>('POST', at, factor),
  confirmFactor: (at: EnrolAt, id: string, code: string) => send<SignInState>('POST', `${at}/${encodeURIComponent(id)}/confirm`, { code }),
  nameFactor: (id: string, name: string) => send<Factor>('PATCH', `/me/factors/${encodeURIComponent(id)}`, { name }),
  removeFactor: (id: string) => send('DELETE', `/me/factors/${encodeURIComponent(id)}`),
  devices: () => read<Page<Device>>('/me/devices'),
  forgetDevice: (id: string) => send('DELETE', `/me/devices/${encodeURIComponent(id)}`),
  forgetDevices: () => send('DELETE', '/me/devices'),
  recover: (what: 'password' | 'unlock', userName: string) => send('POST', `/recovery/${what}`, { userName }),
  recoverUserName: (email: string) => send('POST', '/recovery/user-name', { email }),
  recoverBySms: (userName: string) => send('POST', '/recovery/password', { userName, channel: 'SMS' }),
  lookAtRecovery: (by: RecoveryProof) => send<RecoveryState>('POST', '/recovery/password/look', by),
  completeRecovery: (by: RecoveryProof & NewPassword) => send('POST', '/recovery/password/complete', by),
  completeUnlock: (token: string) => send('POST', '/recovery/unlock/complete', { token }),
  questions: () => read<SecurityQuestions>('/me/security-questions'),
  setAnswers: (answers: readonly SecurityAnswer[]) => send<SecurityQuestions>('PUT', '/me/security-questions', { answers }),
  removeAnswers: () => send('DELETE', '/me/security-questions'),
  consents: () => read<Page<Consent>>('/me/consents'),
  revokeConsent: (id: string) => send('DELETE', `/me/consents/${encodeURIComponent(id)}`),
  decisions: (cursor?: string) => read<Page<PolicyDecision>>(`/me/it-policies?count=50${at(cursor)}`),
  interaction: (id: string) => read<Interaction>(`/interactions/${encodeURIComponent(id)}`),
  answerInteraction: (id: string, what: 'login' | 'consent' | 'another' | 'abort', user?: string) => send<{ redirectTo: string }>('POST', `/interactions/${encodeURIComponent(id)}/${what}`, user === undefined ? {} : { user }),
  exported: () => fileOf('/me/export'),
}
