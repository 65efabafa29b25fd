/**
 * Every setting of a policy for passwords (POLICY_DEF 100) and for signing in (103), written down once: its name in the API, its
 * row in POLICY_DEF_PARAM, and the values it takes. Verbs, OpenAPI and the docs read this list.
 */

interface Form {
  param: string
  kind: 'range' | 'count' | 'flag' | 'text' | 'words'
  /** For numbers. */
  max?: number
  /** For texts: characters; for words: how many. */
  length?: number
  doc: string
}

/** What a password must be; a setting that is absent asks for nothing. */
export const compositionSettings = {
  length: { param: 'P_PWD_LEN', kind: 'range', max: 1024, doc: 'How many characters (Unicode code points). More than 1024 are never taken.' },
  letters: { param: 'P_ALPHA_CHARS', kind: 'range', max: 1024, doc: 'How many letters.' },
  digits: { param: 'P_NUMERIC_CHARS', kind: 'range', max: 1024, doc: 'How many digits.' },
  capitals: { param: 'P_UPPERCASE_CHARS', kind: 'range', max: 1024, doc: 'How many capital letters.' },
  smallLetters: { param: 'P_LOWERCASE_CHARS', kind: 'range', max: 1024, doc: 'How many small letters.' },
  punctuation: { param: 'P_NON_ALPHA_CHARS', kind: 'range', max: 1024, doc: 'How many characters of ASCII punctuation.' },
  blocklist: { param: 'P_BLOCKLIST', kind: 'flag', doc: 'Refuse what is guessed first: common and leaked passwords, words about the person or the organisation, repetitions, sequences.' },
  history: { param: 'P_PWD_HIST_VER', kind: 'count', max: 24, doc: 'How many earlier passwords are refused, beside the current one, which always is. One that stood for less than minimumAgeHours, or less than a day where changesPerDay is set, is refused as well and is none of so many.' },
  rejectLogin: { param: 'P_PWD_LOGIN', kind: 'flag', doc: 'Refuse what contains the name people sign in with.' },
  rejectName: { param: 'P_PWD_NAME', kind: 'flag', doc: 'Refuse what contains the first or last name (of three letters or more).' },
  rejectPasswordWord: { param: 'P_PWD_EQ_PWD', kind: 'flag', doc: 'Refuse what contains the word "password".' },
  rejectCharacters: { param: 'P_REJECT_CHARS_IN_PSWD', kind: 'text', length: 200, doc: 'Characters that are refused.' },
  rejectWords: { param: 'P_REJECT_WORDS_IN_PSWD', kind: 'words', length: 5000, doc: 'Words that it must not contain, in any case.' },
  repeatedCharacters: { param: 'P_LIMIT_NUM_REPEAT_CHAR', kind: 'count', max: 1024, doc: 'How often one character may stand in a row.' },
  passphraseWords: { param: 'P_MIN_WORDS_PASSPHRASE', kind: 'count', max: 100, doc: 'How many words, parted by spaces, it has at least.' },
  passphraseRepeats: { param: 'P_REPEAT_SAME_WORD_PASSPHRASE', kind: 'flag', doc: 'False refuses a word that comes twice.' },
  ideographs: { param: 'P_IDEOGRAPHIC_CHARS', kind: 'flag', doc: 'False refuses ideographs, such as those of Chinese.' },
} as const satisfies Record<string, Form>

/** How long it lives, how often it may change, how it is recovered. */
export const changeSettings = {
  expirationDays: { param: 'P_PWD_EXPIRATION', kind: 'count', max: 3650, doc: 'Days until a password expires; absent or 0 means never. Those of one that was imported begin when it is first used to sign in.' },
  graceDays: { param: 'P_PWD_EXP_GRACE', kind: 'count', max: 365, doc: 'Days after that during which it still works, with a warning.' },
  warningDays: { param: 'P_PWD_EXP_WARN', kind: 'range', max: 365, doc: 'Days before it expires from which on the person is warned at every sign-in (`max`), and at which they are written to, once (`min`).' },
  resetExpirationDays: { param: 'P_PWD_EXPIRATION_ON_RESET', kind: 'count', max: 365, doc: 'Days until a password that somebody else set lapses; absent or 0 means never.' },
  changeOnReset: { param: 'P_CHNG_PSWD_ON_RESET', kind: 'flag', doc: 'Whether a password that somebody else set must be changed at the next sign-in; absent means yes.' },
  changesPerDay: { param: 'P_PASSWORD_CHANGE_ALLOWED', kind: 'count', max: 1000, doc: 'How often a day people may change it; 0 forbids it. A change that is demanded of them is always allowed, and so is recovery, which counts.' },
  minimumAgeHours: { param: 'P_PWD_MIN_AGE', kind: 'count', max: 8760, doc: 'Hours until a password may be changed again, unless a change is demanded, or it is recovered.' },
  resetByUser: { param: 'P_RESET_BY_USER', kind: 'flag', doc: 'Whether people may reset a forgotten one themselves; absent means yes.' },
  initialPassword: { param: 'P_INITIAL_PASSWORD', kind: 'text', length: 20, doc: 'STATIC or RANDOM; kept from older systems, without effect.' },
  securityQuestions: { param: 'P_QUEST_ENABLED', kind: 'flag', doc: 'Whether a link or code that recovers the password needs answers to security questions besides, of who has given some. Absent means no; NIST SP 800-63B-4 and ASVS want none.' },
  questionCount: { param: 'P_QUEST_COUNT', kind: 'count', max: 20, doc: 'How many security questions people answer; 3 where absent.' },
  questionsCorrect: { param: 'P_QUEST_ANSWER_CORRECT', kind: 'count', max: 20, doc: 'How many answers must be right; all where absent.' },
  questionSource: { param: 'P_QUEST_SRC', kind: 'text', length: 20, doc: 'USER lets people write questions of their own; else they choose.' },
  questionList: { param: 'P_QUEST_LIST', kind: 'text', length: 32, doc: 'The group of questions offered; GLOBAL where absent.' },
  recoveryDays: { param: 'P_FORGET_PWD_TOKEN_DAYS', kind: 'count', max: 30, doc: 'Days that a recovery link lives, where recoveryMinutes is absent.' },
  recoveryMinutes: { param: 'P_FORGET_PWD_TOKEN_MINUTES', kind: 'count', max: 1440, doc: 'Minutes that a recovery link lives; 30 where recoveryDays is absent too.' },
} as const satisfies Record<string, Form>

export const passwordSettings = { ...compositionSettings, ...changeSettings }

export const signInSettings = {
  failures: { param: 'A_FAILED_AUTH_COUNT', kind: 'count', max: 100, doc: 'Wrong passwords in a row until the login is locked; absent or 0 means never. After a hundred, however many locks lay between them, it opens by no time.' },
  unlockMinutes: { param: 'A_AUTO_UNLOCK_TIME', kind: 'count', max: 525_600, doc: 'Minutes until that lock opens by itself; absent or 0 means never.' },
  leastLevel: { param: 'A_LEAST_LEVEL', kind: 'count', max: 3, doc: 'The level that every sign-in must reach: 1 a password, 2 a second factor, 3 a passkey. Absent or 0 asks for no more than people\'s own factors do.' },
  rememberDays: { param: 'A_REMEMBER_DAYS', kind: 'count', max: 90, doc: 'Days that a device may go without being asked for a second factor that people have chosen themselves; 0 never, absent 30. What leastLevel or a site demands is always asked.' },
  sessions: { param: 'A_SESSIONS', kind: 'count', max: 1000, doc: 'How many sessions a person may have at once; the oldest gives way to a new one, 0 sets no limit. Absent: SESSIONS_PER_PERSON of the configuration.' },
  tokenType: { param: 'A_TOKEN_TYPE', kind: 'text', length: 60, doc: 'The kind of session token; kept from older systems, without effect.' },
  tokenLifeMinutes: { param: 'A_TOKEN_LIFE', kind: 'count', max: 525_600, doc: 'Minutes that a session lives unused, from the next sign-in on, where that is less than SESSION_IDLE_MINUTES; absent or 0 leaves it at that.' },
  tokenIssuer: { param: 'A_TOKEN_ISSUER', kind: 'text', length: 60, doc: 'Who issues it; kept from older systems, without effect.' },
  loginModule: { param: 'A_LOGIN_MODULE', kind: 'text', length: 60, doc: 'What checks the password; kept from older systems, without effect.' },
} as const satisfies Record<string, Form>

export interface Range {
  min?: number
  max?: number
}

type ValueOf<F extends Form> = F['kind'] extends 'range' ? Range : F['kind'] extends 'count' ? number : F['kind'] extends 'flag' ? boolean : F['kind'] extends 'words' ? string[] : string
type ValuesOf<S extends Record<string, Form>> = { [N in keyof S]?: ValueOf<S[N]> }

export type CompositionRules = ValuesOf<typeof compositionSettings>
export type PasswordRules = ValuesOf<typeof passwordSettings>
export type SignInRules = ValuesOf<typeof signInSettings>
export type Settings = Readonly<Record<string, Form>>

/** A row of POLICY_ATTRIBUTE. */
export interface SettingRow {
  param: string
  value1: string | null
  value2: string | null
  ruleText: string | null
  required: string
}

const number = (text: string | null): number | undefined => (text !== null && /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined)

/** The value in a row; undefined where it is blank, which switches the rule off. */
function valueOf({ kind }: Form, { value1, value2, ruleText }: SettingRow): unknown {
  switch (kind) {
    case 'range': {
      const [min, max] = [number(value1), number(value2)]
      return min === undefined && max === undefined ? undefined : { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }
    }
    case 'count':
      return number(value1)
    case 'flag':
      return value1 === null || value1.trim() === '' ? undefined : /^(true|y|yes|1)$/i.test(value1.trim())
    case 'words':
      return wordsOf(ruleText ?? value1)
    case 'text':
      return value1 === null || value1 === '' ? undefined : value1
  }
}

function wordsOf(text: string | null): string[] | undefined {
  const words = (text ?? '').split(/\s+/).filter((word) => word !== '')
  return words.length === 0 ? undefined : words
}

/** Rows as values by name, and the names of those that are recommended only (POLICY_ATTRIBUTE.REQUIRED = N). */
export function readSettings(settings: Settings, rows: readonly SettingRow[]): { rules: Record<string, unknown>; advisory: string[] } {
  const byParam = new Map(rows.map((row) => [row.param, row]))
  const found = Object.entries(settings).flatMap(([name, form]) => {
    const row = byParam.get(form.param)
    const value = row === undefined ? undefined : valueOf(form, row)
    return value === undefined ? [] : [{ name, value, advisory: row!.required === 'N' }]
  })
  return { rules: Object.fromEntries(found.map(({ name, value }) => [name, value])), advisory: found.filter((one) => one.advisory).map(({ name }) => name) }
}

/** Values by name as rows. */
export function writeSettings(settings: Settings, rules: Readonly<Record<string, unknown>>, advisory: readonly string[]): SettingRow[] {
  return Object.entries(settings).flatMap(([name, { param, kind }]): SettingRow[] => {
    const value = rules[name]
    if (value === undefined) return []
    const row: SettingRow = { param, value1: null, value2: null, ruleText: null, required: advisory.includes(name) ? 'N' : 'Y' }
    if (kind === 'range') return [{ ...row, value1: textOf((value as Range).min), value2: textOf((value as Range).max) }]
    return [kind === 'words' ? { ...row, ruleText: (value as string[]).join('\n') } : { ...row, value1: String(value) }]
  })
}

const textOf = (value: number | undefined): string | null => (value === undefined ? null : String(value))
