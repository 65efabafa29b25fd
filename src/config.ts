/**
 * Every setting: its name, type, default and one line of documentation. Read once at start from the environment;
 * `docs/configuration.md` is generated from this table.
 */
import { isIP } from 'node:net'
import { GatehouseError, type Problem } from './errors.ts'

interface Setting {
  kind: 'text' | 'integer' | 'boolean' | 'secret'
  default?: string
  /** For integers. */
  min?: number
  max?: number
  doc: string
}

export const settings = {
  HOST: { kind: 'text', default: '127.0.0.1', doc: 'The address the server listens on.' },
  PORT: { kind: 'integer', default: '8080', min: 0, max: 65535, doc: 'The port the server listens on; 0 takes any free one.' },
  PUBLIC_URL: { kind: 'text', doc: 'The address people and clients reach the server under. Default: `http://localhost:PORT`.' },
  THEMES_FOLDER: { kind: 'text', doc: 'A folder of themes for the pages: NAME.css sets variables of console/src/ui/theme.css, and sites choose one by `themeId`. Default: none.' },
  TRUST_PROXY: { kind: 'text', doc: 'Addresses (comma separated, CIDR allowed) of proxies whose X-Forwarded-For is believed. Default: none.' },
  DATABASE_URL: { kind: 'secret', doc: 'A PostgreSQL (15 or newer) to use. Absent: the embedded one, under GATEHOUSE_DATA.' },
  DATABASE_POOL_SIZE: { kind: 'integer', default: '10', min: 2, max: 200, doc: 'Connections to the database at most.' },
  DATABASE_NAMED_STATEMENTS: { kind: 'boolean', default: 'true', doc: 'Set to false behind a pooler in transaction mode that cannot keep prepared statements.' },
  READ_TIMEOUT_SECONDS: { kind: 'integer', default: '10', min: 1, max: 60, doc: 'How long the database may work on one question of a reading request (GET); then it is answered with `too_slow`. Everything else may take 60 seconds a statement.' },
  GATEHOUSE_DATA: { kind: 'text', default: '.gatehouse', doc: 'The folder of the embedded database, the master key and other files the server keeps.' },
  GATEHOUSE_MASTER_KEY: { kind: 'secret', doc: 'Base64 of 32 random bytes; encrypts what must be read back. Absent (and no file named): made once under GATEHOUSE_DATA.' },
  GATEHOUSE_MASTER_KEY_FILE: { kind: 'text', doc: 'A file that holds the master key, instead of the variable.' },
  GATEHOUSE_API_KEY: { kind: 'secret', doc: 'A bearer key of this value has every right: for automation. At least 20 characters.' },
  TIME_ZONE: { kind: 'text', default: 'UTC', doc: 'The zone in which "today" is reckoned for start and last dates.' },
  LOG_LEVEL: { kind: 'text', default: 'info', doc: 'fatal, error, warn, info, debug, trace or silent.' },
  BODY_LIMIT_BYTES: { kind: 'integer', default: '1048576', min: 1024, max: 104857600, doc: 'The largest request body accepted, in bytes.' },
  RATE_LIMIT_PER_MINUTE: { kind: 'integer', default: '0', min: 0, max: 1000000, doc: 'Requests a minute allowed for one API key; 0 sets no limit.' },
  HEAVY_PLACES: { kind: 'integer', default: '4', min: 2, max: 200, doc: 'Places for heavy questions that a server works out at once: a what-if, role mining and the proof of the audit take two, findings, the shortest path and lists of the people who have something one. One caller may have half of the places; who finds none is answered with 429 or 503 and when to try again.' },
  AUTH_FAILURES_PER_MINUTE: { kind: 'integer', default: '60', min: 1, max: 100000, doc: 'Wrong guesses a minute, from one address, at a secret of the settings (GATEHOUSE_API_KEY of less than 32 characters, those of Okta\'s hooks), or at that of one OpenID client, before 429. API keys and access tokens have 256 random bits: nobody guesses one, and wrong ones are not counted.' },
  OIDC_QUESTIONS_PER_MINUTE: { kind: 'integer', default: '600', min: 1, max: 1000000, doc: 'Requests of applications for which somebody has to be asked (to sign in, to consent) that may begin at one address in a minute before 429. Each is kept for half an hour. Requests that clients with `authentication` none push (PAR) count as well.' },
  SESSION_IDLE_MINUTES: { kind: 'integer', default: '30', min: 1, max: 43200, doc: 'A session that is not used for so many minutes ends.' },
  SESSION_HOURS: { kind: 'integer', default: '12', min: 1, max: 2160, doc: 'A session ends after so many hours, however much it is used.' },
  SESSIONS_PER_PERSON: { kind: 'integer', default: '10', min: 0, max: 1000, doc: 'How many sessions a person may have at once; the oldest gives way to a new one. 1 allows one place at a time, 0 sets no limit.' },
  SIGN_IN_ATTEMPTS_PER_ADDRESS: { kind: 'integer', default: '200', min: 1, max: 1000000, doc: 'Attempts to sign in from one address within 15 minutes, those that succeed not counted, before 429.' },
  SIGN_IN_ATTEMPTS_PER_ACCOUNT: { kind: 'integer', default: '30', min: 1, max: 1000000, doc: 'The same with one user name, whether anybody has it or not: further passwords are not looked at. The policy may lock the login sooner.' },
  AUDIT_RETENTION_DAYS: { kind: 'integer', default: '3650', min: 1, max: 36500, doc: 'How long audit events are kept, in days.' },
  TERMINATE_REMOVES_ACCESS: { kind: 'boolean', default: 'false', doc: 'What terminating a person does with their memberships: true removes them, false ends them at that moment.' },
  TERMINATE_RELATED_USERS: { kind: 'boolean', default: 'true', doc: 'Whether the accounts related to a person end with them: terminated with who is terminated, retires, dies or is deleted, deactivated with who is deactivated.' },
  INACTIVE_AFTER_DAYS: { kind: 'integer', default: '0', min: 0, max: 3650, doc: 'People whose password has expired and who have not signed in for so many days become INACTIVE; 0 turns this off.' },
  MEMBERSHIP_REMINDER_DAYS: { kind: 'integer', default: '14', min: 0, max: 3650, doc: 'How many days before a membership of a group or role ends people are reminded of it; 0 turns this off.' },
  PASSWORD_HASH_MEMORY_KIB: { kind: 'integer', default: '19456', min: 19456, max: 262144, doc: 'Memory that one argon2id hash of a password takes, in KiB. One a core is made at a time, four at most. Hashes of another memory, passes or lanes are made anew at the next sign-in of their person, when the setting is lowered too; until then one that is dearer than today\'s takes longer, which tells that there is such a person.' },
  PASSWORD_HASH_PASSES: { kind: 'integer', default: '2', min: 2, max: 10, doc: 'How often argon2id goes over that memory. The least, with the least memory, is what OWASP asks for.' },
  PASSWORD_HASH_LANES: { kind: 'integer', default: '1', min: 1, max: 8, doc: 'Lanes of argon2id.' },
  PRODUCT_NAME: { kind: 'text', default: 'Gatehouse', doc: 'What this installation calls itself in messages, in 1 to 40 characters.' },
  HELP_DESK_CONTACT: { kind: 'text', doc: 'How to reach the help desk, an address, a number or a few words in 1 to 200 characters. Mails and pages that send people there name it. Absent: they speak of the help desk and say no more.' },
  DEFAULT_LANGUAGE: { kind: 'text', default: 'en', doc: 'The language of messages to people who have chosen none that there is: en, de or fr.' },
  SMTP_URL: { kind: 'secret', doc: 'The mail server, such as smtps://user:password@mail.example.com. Absent: mail waits in the queue until it is set, or until it is of no use any more.' },
  MAIL_FROM: { kind: 'text', doc: 'The address mail comes from, alone or as Name <address>. Needed with SMTP_URL.' },
  SMS_WEBHOOK_URL: { kind: 'secret', doc: 'The https address that SMS are handed to (docs/how-to-mail.md). Absent: they wait like mail.' },
  SMS_WEBHOOK_SECRET: { kind: 'secret', doc: 'The secret that signs what is handed over, at least 20 characters. Needed with SMS_WEBHOOK_URL.' },
  MESSAGE_RETENTION_DAYS: { kind: 'integer', default: '30', min: 1, max: 3650, doc: 'How long it is kept that a message was sent, or could not be, in days.' },
  NOTIFY_IMPORTS: { kind: 'boolean', default: 'false', doc: 'Whether people are told by mail of what an import has changed about how they sign in.' },
  OUTBOX_TOKEN: { kind: 'secret', doc: 'For trying out only, and on a loopback HOST only: nothing is sent, and everything that waits can be read, links and codes included, at /outbox/TOKEN. At least 20 letters and digits.' },
  EFS_DATABASE_URL: { kind: 'secret', doc: 'For `gatehouse efs adopt`: the MySQL or MariaDB of the EFS that moves in, such as mysql://reader@db.example.com:3306/efs; what the command names wins.' },
  EFS_DATABASE_PASSWORD: { kind: 'secret', doc: 'The password of that user, where the address has none.' },
  EFS_DATABASE_PASSWORD_FILE: { kind: 'text', doc: 'A file that holds the password, instead of the variable.' },
  OKTA_ORG_URL: { kind: 'text', doc: 'The Okta org to keep in step, such as https://example.okta.com.' },
  OKTA_API_TOKEN: { kind: 'secret', doc: 'An SSWS token of that org. Either this or OKTA_CLIENT_ID.' },
  OKTA_CLIENT_ID: { kind: 'text', doc: 'The service app of that org that we act as (private_key_jwt), instead of an SSWS token. Its keys are made here, by `gatehouse okta keys generate`, unless OKTA_PRIVATE_KEY_FILE names one.' },
  OKTA_PRIVATE_KEY_FILE: { kind: 'text', doc: 'A file with the private key of the service app, RSA or P-256, as a JWK or in PEM, instead of keys made here.' },
  OKTA_PRIVATE_KEY_ID: { kind: 'text', doc: 'What Okta calls that key (kid), where the file does not say: a JWK does, PEM does not.' },
  OKTA_SCOPES: { kind: 'text', default: 'okta.users.manage okta.groups.manage okta.schemas.manage okta.apps.read okta.logs.read', doc: 'The scopes that the service app asks for, separated by spaces. It must have been granted every one of them.' },
  PLAN_LIMITS: { kind: 'text', default: '', doc: 'What one plan may do before it is stopped for somebody to decide: `limit_deactivate=500 20%; limit_delete=50`. A portal\'s own limits may be tighter and never looser. What is not named here is the portal\'s to say, else the default.' },
  MASS_DELETE_UNDO_HOURS: { kind: 'integer', default: '72', min: 0, max: 2160, doc: 'For so many hours a mass delete can be undone; until then its plan keeps what went, persons deleted for good included. 0: never, and nothing is kept.' },
  UNASSIGNMENT_ATTEMPTS: { kind: 'integer', default: '12', min: 1, max: 1000, doc: 'How often an account that was queued to be unassigned in Okta is tried, with pauses from a minute to six hours, before it is given up until somebody has it tried again.' },
  OKTA_RATE_SHARE_PERCENT: { kind: 'integer', default: '50', min: 1, max: 100, doc: 'The share of each of Okta\'s rate limits that we use at most.' },
  SYNC_DELTA_MINUTES: { kind: 'integer', default: '0', min: 0, max: 60, doc: 'Every so many minutes what waits for Okta is pushed by itself, portal by portal; 0 leaves it to you. Needs an Okta org.' },
  SYNC_RECONCILE_AT: { kind: 'text', doc: 'When, every night, everything is compared with Okta and put right: an hour and minute in UTC, such as 01:30. Absent: never by itself. Needs an Okta org.' },
  SYNC_LOG_MINUTES: { kind: 'integer', default: '0', min: 0, max: 60, doc: 'Every so many minutes Okta\'s System Log is asked whose accounts have changed there, so that the next run looks at them; 0 leaves that to the nightly comparison.' },
  OKTA_HOOK_SECRET: { kind: 'secret', doc: 'What Okta sends in the header Authorization with its event hooks, at least 20 characters. Absent: /hooks/okta answers nobody.' },
  OKTA_ERROR_RETENTION_DAYS: { kind: 'integer', default: '90', min: 1, max: 3650, doc: 'How long errors of Okta, and what is told of runs, are kept, in days.' },
  OKTA_PASSWORD_HOOK_SECRET: { kind: 'secret', doc: 'What Okta sends in the header Authorization when its password import hook asks whether a password is right (docs/how-to-okta-sign-in.md), 20 to 512 characters. Absent: the hook is off.' },
  TOKEN_STORE: { kind: 'text', default: 'database', doc: 'Where the tokens of people who signed in through Okta are kept: database, or memcached://host:port, which may lose them (then people sign in again). Encrypted in either.' },
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof settings
type ValueOf<S extends Setting> = S['kind'] extends 'integer' ? number : S['kind'] extends 'boolean' ? boolean : string
export type Config = {
  readonly [N in SettingName]: (typeof settings)[N] extends { default: string }
    ? ValueOf<(typeof settings)[N]>
    : ValueOf<(typeof settings)[N]> | undefined
}

/** Reads and checks the settings. Errors: `configuration`, naming every setting that cannot be used (never its value). */
export function readConfig(env: Record<string, string | undefined>): Config {
  const problems: Problem[] = []
  const values = Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [name, valueOf(name, setting, env[name], problems)]),
  ) as unknown as { -readonly [N in keyof Config]: Config[N] }
  for (const [name, { fits, message }] of Object.entries(forms)) {
    const value = values[name as keyof typeof forms]
    if (value !== undefined && !fits(value)) problems.push({ path: name, message })
  }
  problems.push(...unpaired(values as Config))
  if (problems.length > 0) {
    const list = problems.map((problem) => `${problem.path} ${problem.message}`).join('; ')
    throw new GatehouseError('configuration', `Settings that cannot be used: ${list}.`, { problems })
  }
  return values
}

/** The address people know this server by: of PUBLIC_URL, and never of what a request says in its Host header. */
export const publicUrl = ({ PUBLIC_URL, PORT }: Pick<Config, 'PUBLIC_URL' | 'PORT'>): string => PUBLIC_URL ?? `http://localhost:${PORT}`

/** Settings that mean something together only. */
function unpaired(config: Config): Problem[] {
  const needs = (name: SettingName, other: SettingName) => (config[name] !== undefined && config[other] === undefined ? [{ path: name, message: `needs ${other} too` }] : [])
  const open = config.OUTBOX_TOKEN !== undefined && !/^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(config.HOST)
  return [
    ...needs('SMTP_URL', 'MAIL_FROM'), ...needs('SMS_WEBHOOK_URL', 'SMS_WEBHOOK_SECRET'),
    ...needs('OKTA_PRIVATE_KEY_FILE', 'OKTA_CLIENT_ID'), ...needs('OKTA_PRIVATE_KEY_ID', 'OKTA_PRIVATE_KEY_FILE'),
    ...(config.OKTA_API_TOKEN !== undefined && config.OKTA_CLIENT_ID !== undefined ? [{ path: 'OKTA_API_TOKEN', message: 'and OKTA_CLIENT_ID are two ways to show Okta who we are: set one of them' }] : []),
    ...(open ? [{ path: 'OUTBOX_TOKEN', message: 'shows the secrets of everybody, and so needs a HOST such as 127.0.0.1' }] : []),
    ...(config.OUTBOX_TOKEN !== undefined && (config.SMTP_URL ?? config.SMS_WEBHOOK_URL) !== undefined ? [{ path: 'OUTBOX_TOKEN', message: 'keeps messages from being sent: set no SMTP_URL and no SMS_WEBHOOK_URL beside it' }] : []),
  ]
}

function valueOf(name: string, setting: Setting, given: string | undefined, problems: Problem[]): unknown {
  const text = given === undefined || given === '' ? setting.default : given
  if (text === undefined) return undefined
  if (setting.kind === 'boolean') {
    if (text !== 'true' && text !== 'false') problems.push({ path: name, message: 'must be true or false' })
    return text === 'true'
  }
  if (setting.kind === 'integer') {
    const value = Number(text)
    const { min = 0, max = Number.MAX_SAFE_INTEGER } = setting
    if (!/^\d+$/.test(text) || value < min || value > max) {
      problems.push({ path: name, message: `must be a whole number from ${min} to ${max}` })
    }
    return value
  }
  return text
}

/** What some texts must look like beside being there. */
const forms = {
  DATABASE_URL: { fits: (text) => /^postgres(ql)?:\/\/./.test(text), message: 'must be an address such as postgres://gatehouse:password@db.example.com:5432/gatehouse' },
  TIME_ZONE: { fits: isTimeZone, message: 'is not the name of a time zone, such as Europe/Berlin or UTC' },
  LOG_LEVEL: { fits: (text) => /^(fatal|error|warn|info|debug|trace|silent)$/.test(text), message: 'must be fatal, error, warn, info, debug, trace or silent' },
  TRUST_PROXY: { fits: (text) => text.split(',').every((one) => isAddressRange(one.trim())), message: 'must be addresses, such as 10.0.0.0/8, separated by commas' },
  GATEHOUSE_API_KEY: { fits: (text) => /^[\x21-\x7e]{20,512}$/.test(text), message: 'must have 20 to 512 characters, all of them ASCII and none a space' },
  PRODUCT_NAME: { fits: (text) => /^[^\p{Cc}<>"]{1,40}$/u.test(text), message: 'must have 1 to 40 characters, without < > and "' },
  HELP_DESK_CONTACT: { fits: (text) => /^(?=.*\S)[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,200}$/u.test(text), message: 'must have 1 to 200 characters on one line, none of them unseen' },
  DEFAULT_LANGUAGE: { fits: (text) => /^(en|de|fr)$/.test(text), message: 'must be en, de or fr' },
  SMTP_URL: { fits: (text) => /^smtps?:$/.test(URL.parse(text)?.protocol ?? ''), message: 'must be an address such as smtps://user:password@mail.example.com:465' },
  MAIL_FROM: { fits: (text) => /^(?:[^\p{Cc}<>"@,;]{0,60}<[^\s<>@,;"]+@[^\s<>@,;"]+>|[^\s<>@,;"]+@[^\s<>@,;"]+)$/u.test(text), message: 'must be an address, alone or as Name <address>' },
  SMS_WEBHOOK_URL: { fits: isSafeWebAddress, message: 'must be an https address, or an http one of this machine' },
  SMS_WEBHOOK_SECRET: { fits: (text) => text.length >= 20, message: 'must have at least 20 characters' },
  SYNC_RECONCILE_AT: { fits: (text) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text), message: 'must be an hour and minute such as 01:30' },
  OKTA_HOOK_SECRET: { fits: (text) => /^[\x21-\x7e]{20,512}$/.test(text), message: 'must have 20 to 512 characters, all of them ASCII and none a space' },
  OKTA_ORG_URL: { fits: isSafeWebAddress, message: 'must be an address such as https://example.okta.com, or an http one of this machine' },
  OKTA_CLIENT_ID: { fits: (text) => /^[\w.-]{6,100}$/.test(text), message: 'must be 6 to 100 letters, digits, `.`, `_` or `-`' },
  OKTA_PRIVATE_KEY_ID: { fits: (text) => /^[\x21-\x7e]{1,100}$/.test(text), message: 'must have 1 to 100 ASCII characters, none a space' },
  OKTA_SCOPES: { fits: (text) => /^okta\.[\w.]+( okta\.[\w.]+)*$/.test(text), message: 'must be scopes such as okta.users.manage, separated by single spaces' },
  OKTA_PASSWORD_HOOK_SECRET: { fits: (text) => /^[\x21-\x7e]([\x20-\x7e]{18,510})[\x21-\x7e]$/.test(text), message: 'must have 20 to 512 ASCII characters' },
  TOKEN_STORE: { fits: (text) => text === 'database' || /^memcached:\/\/[^\s/@?#]+:\d{1,5}$/.test(text), message: 'must be database or memcached://host:port' },
  OUTBOX_TOKEN: { fits: (text) => /^[A-Za-z0-9_-]{20,100}$/.test(text), message: 'must have 20 to 100 letters and digits' },
  PLAN_LIMITS: { fits: (text) => /^( *limit_[a-z_]+ *= *(none|\d{1,9}|(\d{1,9} )?\d{1,3}(\.\d{1,2})?%) *(;|$))*$/.test(text), message: 'must be limits such as limit_deactivate=500 20%; limit_delete=none' },
  PUBLIC_URL: { fits: isOrigin, message: 'must be an address such as https://people.example.com, with nothing behind the name and port' },
} satisfies Partial<Record<SettingName, { fits: (text: string) => boolean; message: string }>>

function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && /^[^/]+:\/\/[^/?#@]+$/.test(text)
}

function isSafeWebAddress(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/.test(url.hostname)))
}

function isAddressRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const most = { 4: 32, 6: 128 }[isIP(address)]
  return most !== undefined && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
}

/** A name such as Europe/Berlin, or UTC: offsets and short names mean one thing here and another in the database, or nothing. */
function isTimeZone(name: string): boolean {
  if (!/^(?:UTC|[A-Za-z_]+(?:\/[\w+-]+)+)$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
