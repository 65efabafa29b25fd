/** Which policy counts for a person, and what a password breaks of it: everything at once, each rule in words. */
import type { Context } from '../context.ts'
import { judgeComposition, judgeForm, type Violation } from '../model/password-judge.ts'
import { hoursForPlace, typedPolicy, type PasswordPolicy } from '../model/password-policy.ts'
import type { Database } from '../store/database.ts'
import { findLoginWithPolicies, type SignInLogin } from '../store/logins-sign-in.ts'
import { findPolicies, policiesAmong } from '../store/password-policies.ts'
import { ownerWords, passwordHistory, type OwnerWords } from '../store/passwords.ts'
import { judgeGuessable } from './password-blocklist.ts'
import { isPasswordOf, longestPassword } from './password-hash.ts'

export type { PasswordPolicy, Violation }

/** The policy that counts for a person by scope and priority at a moment. */
export async function policyOf(db: Pick<Database, 'query'>, userId: string, now: Date): Promise<PasswordPolicy> {
  const { password, signIn } = await findPolicies(db, userId, now)
  return typedPolicy(password, signIn)
}

/** The login of a name, and the policy that counts for its person; for somebody who is not there too, so that it takes as long. */
export async function loginAndPolicy(db: Pick<Database, 'query' | 'first'>, userName: string, now: Date): Promise<{ login: SignInLogin | undefined; policy: PasswordPolicy }> {
  const { login, policies } = await findLoginWithPolicies(db, userName)
  const { password, signIn } = await policiesAmong(db, login?.userId ?? '', policies, now)
  return { login, policy: typedPolicy(password, signIn) }
}

/** What a password is held against beside the policy. */
export interface PasswordContext extends OwnerWords {
  /** The hash of the password they have, which the new one must not be. */
  current: string | null
  /** Hashes of earlier ones, the newest first. */
  history: readonly string[]
}

/** Everything about a person that their new password is held against; undefined when there is no such person. */
export async function passwordContext(ctx: Pick<Context, 'config'>, db: Pick<Database, 'query' | 'first'>, userId: string, policy: PasswordPolicy, current: string | null, now: Date): Promise<PasswordContext | undefined> {
  const words = await ownerWords(db, userId, now)
  return words && { ...words, others: [...words.others, ...serviceWords(ctx)], current, history: await passwordHistory(db, userId, { count: policy.composition.history ?? 0, hours: hoursForPlace(policy), now }) }
}

/** The names this service goes by. */
export function serviceWords({ config }: Pick<Context, 'config'>): string[] {
  return ['Gatehouse', ...(config.PUBLIC_URL === undefined ? [] : [new URL(config.PUBLIC_URL).hostname])]
}

/** What a password breaks of a policy: rules that are enforced, and those that are recommended only. */
export interface Judgement {
  violations: Violation[]
  advice: Violation[]
}

/** The rules of the policy that a password breaks and that are enforced. */
export async function judgePassword(policy: PasswordPolicy, clear: string, context: PasswordContext): Promise<Violation[]> {
  return (await judgeAll(policy, clear, context)).violations
}

/** Everything at once; nothing more of a text that is empty, longer than any may be, or no well-formed one. What no policy allows none makes advice of. */
export async function judgeAll({ composition, advisory }: PasswordPolicy, clear: string, context: PasswordContext): Promise<Judgement> {
  const form = judgeForm(clear, longestPassword)
  if (form.some(({ rule }) => rule === 'length') || !clear.isWellFormed()) return { violations: form, advice: [] }
  const text = clear.normalize('NFC')
  const found = judgeComposition(composition, text, context)
  const guessable = composition.blocklist ? await judgeGuessable(text, [...context.logins, ...context.names, ...context.others]) : undefined
  const earlier = await judgeHistory(clear, context)
  const broken = [...found, ...(guessable ? [guessable] : []), ...(earlier ? [earlier] : [])]
  return { violations: [...form, ...broken.filter(({ rule }) => !advisory.has(rule))], advice: broken.filter(({ rule }) => advisory.has(rule)) }
}

/** One after the other: each costs what signing in costs, and others want to sign in meanwhile. */
async function judgeHistory(clear: string, { current, history }: PasswordContext): Promise<Violation | undefined> {
  if (current !== null && (await isPasswordOf(current, clear))) return { rule: 'unchanged', message: 'It must not be the password you have.' }
  for (const hash of history) if (hash !== current && (await isPasswordOf(hash, clear))) return { rule: 'history', message: 'You have had it before.' }
  return undefined
}

/** How many characters a new password of somebody has to have at least, so that nobody learns it from a refusal. */
export async function leastLength(ctx: Pick<Context, 'db' | 'now'>, userId: string): Promise<number> {
  const { composition, advisory } = await policyOf(ctx.db, userId, ctx.now())
  return (advisory.has('length') ? undefined : composition.length?.min) ?? 1
}
