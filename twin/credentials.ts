/**
 * Credentials: a password in the clear is hashed at once and never kept; an imported hash is checked for the shape that
 * Okta documents (algorithm, salt, work factor) and kept as it came; a password import hook is only noted.
 */
import { createHash, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import { bcryptHash } from './bcrypt.ts'

export interface HashedPassword {
  algorithm: string
  value: string
  salt?: string
  saltOrder?: string
  workFactor?: number
  iterationCount?: number
  keySize?: number
  digestAlgorithm?: string
}

export type StoredPassword =
  | { kind: 'hashed'; salt: string; digest: string; temporary?: boolean }
  | { kind: 'imported'; hash: HashedPassword }
  | { kind: 'hook' }

export interface Credentials {
  password?: StoredPassword
  recoveryQuestion?: { question: string; answer: StoredPassword }
  provider: { type: string; name: string }
}

export interface CredentialsInput {
  /** The credentials that result. */
  credentials: Credentials
  passwordSet: boolean
  /** By a hash, or by the hook. */
  imported: boolean
}

const providerTypes = ['ACTIVE_DIRECTORY', 'FEDERATION', 'IMPORT', 'LDAP', 'OKTA', 'SOCIAL']
const okta = { type: 'OKTA', name: 'OKTA' }
const rounds = 1000

/** The credentials of a user nobody gave any. */
export const noCredentials: Credentials = { provider: okta }

export function hashPassword(value: string): StoredPassword {
  const salt = randomBytes(16).toString('base64')
  return { kind: 'hashed', salt, digest: derive(value, salt) }
}

function derive(value: string, salt: string): string {
  return pbkdf2Sync(value.normalize('NFKC'), Buffer.from(salt, 'base64'), rounds, 32, 'sha256').toString('base64')
}

/** Whether `value` is the password; undefined when a hook would have to be asked or it is too much work. */
export function checkPassword(stored: StoredPassword, value: string): boolean | undefined {
  if (stored.kind === 'hook') return undefined
  if (stored.kind === 'hashed') return same(stored.digest, derive(value, stored.salt))
  const computed = importedDigest(stored.hash, value)
  if (computed === undefined) return undefined
  return stored.hash.algorithm === 'BCRYPT' ? computed === stored.hash.value : same(stored.hash.value, computed)
}

function same(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left, 'base64'), Buffer.from(right, 'base64')]
  return one.length === other.length && timingSafeEqual(one, other)
}

const digests: Record<string, string> = { MD5: 'md5', 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-512': 'sha512' }

function importedDigest(hash: HashedPassword, value: string): string | undefined {
  if (hash.algorithm === 'BCRYPT') return bcryptHash(value, hash.salt ?? '', hash.workFactor ?? 10)
  const salt = Buffer.from(hash.salt ?? '', 'base64')
  if (hash.algorithm === 'PBKDF2') {
    const digest = (hash.digestAlgorithm ?? '').replace('_HMAC', '').replace('SHA', 'sha')
    return pbkdf2Sync(value, salt, hash.iterationCount ?? 0, hash.keySize ?? 0, digest).toString('base64')
  }
  const digest = digests[hash.algorithm]
  if (digest === undefined) return undefined
  const text = Buffer.from(value)
  const salted = hash.saltOrder === 'POSTFIX' ? [text, salt] : [salt, text]
  return createHash(digest).update(Buffer.concat(salted)).digest('base64')
}

const base64 = /^[A-Za-z0-9+/]+={0,2}$/

/** What is wrong with an imported hash, as `field: text`; empty when Okta would take it. */
export function hashProblems(hash: Record<string, unknown>): string[] {
  const problems: string[] = []
  const expect = (good: boolean, field: string, text: string) => {
    if (!good) problems.push(`${field}: ${text}`)
  }
  const { algorithm, value, salt } = hash
  if (algorithm === 'BCRYPT') {
    expect(isText(salt, /^[./A-Za-z0-9]{22}$/), 'salt', 'A BCRYPT salt has 22 characters of radix-64')
    expect(isText(value, /^[./A-Za-z0-9]{31}$/), 'value', 'A BCRYPT value has 31 characters of radix-64')
    expect(isWhole(hash['workFactor'], 1, 20), 'workFactor', 'Must be between 1 and 20')
    return problems
  }
  expect(isText(value, base64), 'value', 'Must be base64')
  if (algorithm === 'PBKDF2') {
    expect(isText(salt, base64), 'salt', 'Must be base64')
    expect(isWhole(hash['iterationCount'], 4096, 10_000_000), 'iterationCount', 'Must be at least 4096')
    expect(isWhole(hash['keySize'], 1, 1024), 'keySize', 'Must be given')
    const digest = /^SHA(256|512)_HMAC$/
    expect(isText(hash['digestAlgorithm'], digest), 'digestAlgorithm', 'Must be SHA256_HMAC or SHA512_HMAC')
    return problems
  }
  expect(typeof algorithm === 'string' && algorithm in digests, 'algorithm', 'Is not supported')
  if (salt !== undefined) {
    expect(isText(salt, base64), 'salt', 'Must be base64')
    expect(isText(hash['saltOrder'], /^(PREFIX|POSTFIX)$/), 'saltOrder', 'Must be PREFIX or POSTFIX')
  }
  return problems
}

function isText(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && value.length <= 4096 && pattern.test(value)
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}

/** Okta's default password policy: eight characters, upper, lower, digit, and no part of the login. */
export function passwordProblem(value: string, login: string): string | undefined {
  const parts = login.toLowerCase().split(/[@.\-_+\s]/).filter((part) => part.length >= 4)
  const folded = value.toLowerCase()
  const good =
    value.length >= 8 && value.length <= 72 && /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value) &&
    !parts.some((part) => folded.includes(part))
  if (good) return undefined
  return 'password: Password requirements were not met. Password requirements: at least 8 characters, ' +
    'a lowercase letter, an uppercase letter, a number, no parts of your username.'
}

/** Reads a `credentials` object over what the user has; problems are pushed as `field: text`. */
export function readCredentials(
  input: unknown, login: string, before: Credentials, problems: string[],
): CredentialsInput {
  const result: CredentialsInput = { credentials: { ...before }, passwordSet: false, imported: false }
  if (input === undefined || input === null) return result
  if (!isRecord(input)) {
    problems.push('credentials: Must be an object')
    return result
  }
  readProvider(input['provider'], result, problems)
  if (input['password'] !== undefined && input['password'] !== null) {
    readPassword(input['password'], login, result, problems)
  }
  readQuestion(input['recovery_question'], result, problems)
  const provider = result.credentials.provider.type
  if ((provider === 'FEDERATION' || provider === 'SOCIAL') && (result.passwordSet || input['recovery_question'])) {
    problems.push(`credentials: A ${provider} user has neither a password nor a recovery question`)
  }
  return result
}

function readProvider(input: unknown, result: CredentialsInput, problems: string[]): void {
  if (input === undefined || input === null) return
  const type = isRecord(input) ? input['type'] : undefined
  if (typeof type !== 'string' || !providerTypes.includes(type)) {
    problems.push('provider: The provider type is not valid')
    return
  }
  const name = isRecord(input) && typeof input['name'] === 'string' ? input['name'] : type
  result.credentials.provider = { type, name }
}

function readPassword(input: unknown, login: string, result: CredentialsInput, problems: string[]): void {
  if (!isRecord(input)) {
    problems.push('password: Must be an object')
    return
  }
  const { value, hash, hook } = input
  const given = [value, hash, hook].filter((part) => part !== undefined && part !== null).length
  if (given === 0) return
  if (given > 1) problems.push('password: Only one of value, hash and hook may be given')
  else if (typeof value === 'string') {
    const problem = passwordProblem(value, login)
    if (problem) problems.push(problem)
    else set(result, hashPassword(value), result.credentials.provider.type === 'IMPORT' ? okta : null)
  } else if (isRecord(hash)) {
    const wrong = hashProblems(hash)
    problems.push(...wrong)
    result.imported = true
    const imported = { type: 'IMPORT', name: 'IMPORT' }
    if (wrong.length === 0) set(result, { kind: 'imported', hash: hash as unknown as HashedPassword }, imported)
  } else if (isRecord(hook) && hook['type'] === 'default') {
    result.imported = true
    set(result, { kind: 'hook' }, { type: 'IMPORT', name: 'IMPORT' })
  } else problems.push('password: The field is not valid')
}

function set(result: CredentialsInput, password: StoredPassword, provider: Credentials['provider'] | null): void {
  result.credentials.password = password
  if (provider) result.credentials.provider = provider
  result.passwordSet = true
}

function readQuestion(input: unknown, result: CredentialsInput, problems: string[]): void {
  if (input === undefined || input === null) return
  const question = isRecord(input) ? input['question'] : undefined
  const answer = isRecord(input) ? input['answer'] : undefined
  if (typeof question !== 'string' || question.length < 1 || question.length > 100) {
    problems.push('recovery_question.question: Must be between 1 and 100 characters')
  } else if (typeof answer !== 'string' || answer.length < 4 || answer.length > 100) {
    problems.push('recovery_question.answer: Must be between 4 and 100 characters')
  } else result.credentials.recoveryQuestion = { question, answer: hashPassword(answer) }
}

/** A JSON object, not an array and not null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
