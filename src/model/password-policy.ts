/** The policy that counts for a person, with every setting typed and every blank filled in. */
import { readSettings, passwordSettings, signInSettings, type CompositionRules, type PasswordRules, type SettingRow, type SignInRules } from './password-settings.ts'
import { mostQuestions } from './security-questions.ts'

export interface PasswordPolicy {
  /** POLICY_ID and name; absent when the database has none that applies, and the values here are NIST's. */
  id?: string
  name: string
  /** What the password must be; what is absent is not asked for. */
  composition: CompositionRules
  /** Rules that are recommended and not enforced. */
  advisory: ReadonlySet<string>
  expiry: {
    /** 0: never. */
    days: number
    graceDays: number
    /** So many days before, the person is warned. */
    warnDays: number
    /** So many days before, they are written to. */
    noticeDays: number
    /** Days that a password lives which somebody else set; 0: as long as any. */
    resetDays: number
    changeOnReset: boolean
  }
  changes: {
    /** undefined: any number; 0: none. */
    perDay: number | undefined
    minimumAgeHours: number
    /** Whether people may recover a forgotten password themselves. */
    byUser: boolean
  }
  recovery: { tokenMinutes: number; questions: QuestionRules }
  lockout: {
    /** Wrong passwords in a row until the lock; 0: never. */
    failures: number
    /** 0: the lock does not open by itself. */
    unlockMinutes: number
  }
  session: {
    idleMinutes: number | undefined
    /** How many at once; undefined: as many as the installation allows, 0: any number. */
    most: number | undefined
  }
  factors: {
    /** The level every sign-in must reach. */
    leastLevel: number
    /** How long a device may be remembered; 0 not at all. */
    rememberDays: number
  }
}

/** Security questions beside another proof: off unless a policy says otherwise. */
export interface QuestionRules {
  on: boolean
  /** How many people answer, and how many must be right. */
  count: number
  correct: number
  /** Whether they may write questions of their own. */
  own: boolean
  /** Which are offered. */
  group: string
}

/**
 * The hours a password must have stood to take one of the places of the history; one that stood for less is refused all the same. Recovery is
 * held to no limits, and would else wash an old password out of the history in minutes.
 */
export function hoursForPlace({ changes: { perDay, minimumAgeHours }, advisory }: Pick<PasswordPolicy, 'changes' | 'advisory'>): number {
  return Math.max(advisory.has('minimumAgeHours') ? 0 : minimumAgeHours, perDay === undefined || advisory.has('changesPerDay') ? 0 : 24)
}

/** A policy as the store finds it. */
export interface PolicyRow {
  id: string
  name: string
  settings: readonly SettingRow[]
}

/** NIST SP 800-63B-4 §3.1.1: 15 characters where the password is the only factor, and a blocklist. */
export const nistRules: PasswordRules = { length: { min: 15 }, blocklist: true, changeOnReset: true, resetExpirationDays: 2, resetByUser: true, recoveryMinutes: 30 }

/** Puts the policy for passwords and the one for signing in together. Where there is none, the rules are NIST's. */
export function typedPolicy(password: PolicyRow | undefined, signIn: PolicyRow | undefined): PasswordPolicy {
  const read = password && readSettings(passwordSettings, password.settings)
  const rules = (read?.rules ?? nistRules) as PasswordRules
  const doors = (signIn ? readSettings(signInSettings, signIn.settings).rules : { failures: 3, unlockMinutes: 30 }) as SignInRules
  const days = rules.expirationDays ?? 0
  return {
    ...(password ? { id: password.id } : {}),
    name: password?.name ?? 'Built in',
    composition: rules,
    advisory: new Set(read?.advisory),
    expiry: {
      days, graceDays: rules.graceDays ?? 0, warnDays: rules.warningDays?.max ?? rules.warningDays?.min ?? 0, noticeDays: rules.warningDays?.min ?? 0,
      resetDays: rules.resetExpirationDays ?? days, changeOnReset: rules.changeOnReset ?? true,
    },
    changes: { perDay: rules.changesPerDay, minimumAgeHours: rules.minimumAgeHours ?? 0, byUser: rules.resetByUser ?? true },
    recovery: {
      tokenMinutes: rules.recoveryMinutes ?? (rules.recoveryDays === undefined ? 30 : rules.recoveryDays * 1440), questions: questionRules(rules),
    },
    lockout: { failures: doors.failures ?? 0, unlockMinutes: doors.unlockMinutes ?? 0 },
    session: { idleMinutes: doors.tokenLifeMinutes, most: doors.sessions },
    factors: { leastLevel: doors.leastLevel ?? 0, rememberDays: doors.rememberDays ?? 30 },
  }
}

function questionRules({ securityQuestions: on = false, questionCount, questionsCorrect, questionSource, questionList }: PasswordRules): QuestionRules {
  const count = Math.min(questionCount || 3, mostQuestions)
  return { on, count, correct: questionsCorrect || count, own: questionSource === 'USER', group: questionList ?? 'GLOBAL' }
}
