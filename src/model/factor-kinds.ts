/**
 * The kinds of factor (USER_AUTH_PARAM.TYPE) and the level each reaches beside a password: the table, which the pages read too.
 * AUTH_STATE is the level of a session:
 *
 *     1    a password
 *     1.5  and a code by SMS, which whoever takes over the number gets (restricted in NIST SP 800-63B-4 §3.1.3.3)
 *     2    and a second factor
 *     3    a passkey whose device knew its owner: two factors at once, which no page of a stranger can ask for
 */

export const levels = { password: 1, sms: 1.5, twoFactors: 2, passkey: 3 } as const

interface Kind {
  /** What it reaches at least and at most as a second factor; 0: it is none. */
  least: number
  most: number
  label: string
}

export const factorKinds = {
  TOTP: { least: levels.twoFactors, most: levels.twoFactors, label: 'Authenticator app' },
  WEBAUTHN: { least: levels.twoFactors, most: levels.passkey, label: 'Passkey' },
  SMS: { least: levels.sms, most: levels.sms, label: 'SMS' },
  RECOVERY_CODES: { least: levels.twoFactors, most: levels.twoFactors, label: 'Recovery codes' },
  // Whoever reads somebody's mail can recover their password by it: it is no second factor.
  EMAIL: { least: 0, most: 0, label: 'E-mail address' },
} as const satisfies Record<string, Kind>

export type FactorKind = keyof typeof factorKinds
export const isFactorKind = (text: unknown): text is FactorKind => typeof text === 'string' && Object.hasOwn(factorKinds, text)

/** The count of a number that has recovered the password: beside another factor it is set aside until that one is proved, or one number would be both factors. */
export const usedToRecover = 1

/** What is known of a factor to whoever asks which can be proved; the count the server alone knows. */
export interface Judged {
  type: FactorKind
  confirmed: boolean
  counter?: number | null
  /** What outsiders are told instead of the count. */
  setAside?: boolean
}

const hasRecovered = ({ type, counter, setAside = false }: Judged) => type === 'SMS' && (counter === usedToRecover || setAside)
const standsAlone = ({ type }: Judged) => type !== 'RECOVERY_CODES'

/**
 * Those that can be asked for. Recovery codes stand in for another factor, and are none alone. A number that has recovered the password is
 * asked for where nothing but it is left: however little it shows then, the password alone would be less than was asked before.
 */
export function secondFactors<F extends Judged>(factors: readonly F[]): F[] {
  const usable = factors.filter(({ type, confirmed }) => confirmed && factorKinds[type].most > 0)
  const besides = usable.filter((one) => !hasRecovered(one))
  return besides.some(standsAlone) ? besides : usable.some(standsAlone) ? usable : []
}

/** Whether a factor is not asked for now since it has recovered the password and others are there. */
export const isSetAside = <F extends Judged>(one: F, factors: readonly F[]): boolean => one.confirmed && hasRecovered(one) && !secondFactors(factors).includes(one)

/** What goes along with some of these factors: recovery codes go with the last factor that they stand in for. */
export function withStandIns<F extends Judged>(factors: readonly F[], gone: readonly F[]): F[] {
  const left = factors.filter((one) => !gone.includes(one))
  return secondFactors(left).length > 0 ? [...gone] : [...gone, ...left.filter(({ type }) => type === 'RECOVERY_CODES')]
}

/** What sessions may have been reached by of factors that go, and the most that those left reach. */
export function takenWith<F extends Judged & { id: string }>(factors: readonly F[], gone: readonly F[]): { factors: string[]; left: number } {
  return { factors: gone.map(({ id }) => id), left: reachOf(factors.filter((one) => !gone.includes(one))).most }
}

/**
 * The least that somebody's own factors ask for, the most they reach, and what the strongest kind of them reaches for sure: to change
 * factors a code by SMS is not enough for who has an app; 1 where there are none.
 */
export function reachOf(factors: readonly Judged[]): { least: number; most: number; strongest: number } {
  const second = secondFactors(factors).filter(({ type }) => type !== 'RECOVERY_CODES').map(({ type }) => factorKinds[type])
  if (second.length === 0) return { least: levels.password, most: levels.password, strongest: levels.password }
  const leasts = second.map(({ least }) => least)
  return { least: Math.min(...leasts), most: Math.max(...second.map(({ most }) => most)), strongest: Math.max(...leasts) }
}
