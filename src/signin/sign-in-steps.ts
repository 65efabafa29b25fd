/**
 * What somebody has still to do after the right password, in the order they are asked: the one list that later proofs and
 * policies add to. A step is due or not by what stands in the database at that moment; a session waits at the first that is.
 */
import type { Context } from '../context.ts'
import type { Way } from '../model/amr.ts'
import { reachOf } from '../model/factor-kinds.ts'
import { isDemanded, passwordState, type PasswordState } from '../model/password-state.ts'
import type { StepName } from '../model/session.ts'
import type { SignInResult } from '../model/sign-in-results.ts'
import type { Transaction } from '../store/database.ts'
import type { FactorRow } from '../model/factor.ts'
import { policiesDueOf, type AskedVersion } from '../model/it-policy.ts'
import { factorsOf } from '../store/factors.ts'
import { askedVersions } from '../store/it-policies.ts'
import type { SignInLogin } from '../store/logins-sign-in.ts'
import { isRemembered } from '../store/remembered-devices.ts'
import { policyOf, type PasswordPolicy } from './password-policy.ts'
import { ownHost, sitesOf, type SignInSites } from './sites.ts'

/** What stands in the database that steps are judged by. */
export interface Surroundings {
  /** The sites it is for. */
  sites: SignInSites
  /** The usage policies that those ask for, and maybe others, as the person stands to them. */
  asked: readonly AskedVersion[]
  factors: readonly FactorRow[]
}

/** Reads it, in statements that travel together. */
export async function surroundingsOf(tx: Transaction, ctx: Context, userId: string, siteId: string | null): Promise<Surroundings> {
  const [sites, asked, factors] = await Promise.all([sitesOf(tx, ctx, siteId), askedVersions(tx, userId, { sites: siteId === null ? [] : [siteId], host: ownHost(ctx) }, ctx.now()), factorsOf(tx, userId)])
  return { sites, asked, factors }
}

/** What a step is judged by. */
export interface Standing extends Surroundings {
  login: SignInLogin
  policy: PasswordPolicy
  password: PasswordState
  /** The level reached so far. */
  level: number
  /** By what somebody proved who they are. */
  proved: readonly Way[]
  /** The hash of what the browser is known by. */
  device: Buffer | undefined
}

interface Step {
  name: StepName
  /** The result of a sign-in that waits here, or undefined when there is nothing to do. */
  due: (standing: Standing, tx: Transaction, ctx: Context) => SignInResult | undefined | Promise<SignInResult | undefined>
}

/** The level that somebody's own factors ask for beside the password; a remembered device is not asked here. */
const ownLevel = ({ factors }: Standing) => reachOf(factors).least

export const signInSteps: readonly Step[] = [
  // Others may know the password: who has a factor shows it before they choose the next one.
  {
    name: 'factor',
    due: (standing) => (standing.password === 'must_change' && isDemanded(standing.login.reset_pwd) && standing.level < ownLevel(standing) ? 'FACTOR_NEEDED' : undefined),
  },
  {
    name: 'change_password',
    // Who came by a passkey did not use the password; who shows one after it did, whatever level that reaches.
    due: ({ password, proved }) => (!proved.includes('PASSWORD') ? undefined : password === 'must_change' ? 'CHANGE_AFTER_RESET' : password === 'expired' ? 'PASSWORD_EXPIRED' : undefined),
  },
  {
    name: 'accept_policy',
    due: ({ asked, sites }, _tx, ctx) => (policiesDueOf(asked, sites.ids, ctx.now()).length > 0 ? 'POLICY_NOT_ACCEPTED' : undefined),
  },
  // What somebody has is asked for first, also when more than that is demanded.
  {
    name: 'factor',
    due: async (standing, tx, ctx) => {
      const { least, most } = reachOf(standing.factors)
      const own = standing.level < least && (await remembered(standing, tx, ctx)) ? 0 : least
      return standing.level < Math.min(Math.max(demandedOf(standing), own), most) ? 'FACTOR_NEEDED' : undefined
    },
  },
  {
    name: 'enrol_factor',
    due: (standing) => (standing.level < demandedOf(standing) ? 'FACTOR_TO_ENROL' : undefined),
  },
]

/** The level that the policy or the sites demand; no remembered device lifts it. */
const demandedOf = ({ policy, sites }: Pick<Standing, 'policy' | 'sites'>) => Math.max(policy.factors.leastLevel, sites.level)

/** What everybody of a policy, and everybody at our own address, must reach by now: a session of before may have less. */
export async function levelDemandedHere(ctx: Pick<Context, 'db' | 'now' | 'config'>, userId: string): Promise<number> {
  const [policy, sites] = await Promise.all([policyOf(ctx.db, userId, ctx.now()), sitesOf(ctx.db, ctx, null)])
  return demandedOf({ policy, sites })
}

const remembered = async ({ login, policy, device }: Standing, tx: Transaction, ctx: Context) =>
  device !== undefined && policy.factors.rememberDays > 0 && (await isRemembered(tx, login.userId, device, ctx.now()))

/** @param at whether Okta vouches for the person: then no password of ours is in use, however old it is */
export const standingOf = (login: SignInLogin, policy: PasswordPolicy, { elsewhere = false, ...at }: Pick<Standing, 'level' | 'proved' | 'device' | keyof Surroundings> & { elsewhere?: boolean }, now: Date): Standing =>
  ({ login, policy, ...at, password: elsewhere ? 'valid' : passwordState(login, policy, now) })

/** Where a sign-in stands: at a step, or done, and the code of that. */
export async function standsAt(tx: Transaction, ctx: Context, standing: Standing): Promise<{ next: StepName | 'done'; result: SignInResult }> {
  for (const { name, due } of signInSteps) {
    const result = await due(standing, tx, ctx)
    if (result !== undefined) return { next: name, result }
  }
  return { next: 'done', result: successOf(standing) }
}

function successOf({ login, password }: Standing): SignInResult {
  if (login.firstTime === 'Y') return 'SUCCESS_FIRST_TIME'
  return password === 'warn' || password === 'grace' ? 'SUCCESS_PASSWORD_EXPIRING' : 'SUCCESS'
}
