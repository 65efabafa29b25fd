/**
 * Every message that people are sent: by which channels, what is put into it, and what of that is secret. The texts stand
 * in src/notify/texts-*.ts, a file a language; a test holds them to this list.
 */

/** How a value is written: an instant in the reader's language, a link as one, a label or names (below), everything else as it stands. */
export type ValueForm = 'text' | 'instant' | 'link' | 'label' | 'names'

/** The last of names with commas between them, where not all are given. */
export const andOthers = '…'

/** What has a name of its owner's choice. A label is such a name, or, where that cannot be repeated in our mail, one of these. */
export const namedKinds = ['TOTP', 'WEBAUTHN', 'SMS', 'RECOVERY_CODES', 'EMAIL', 'SSH', 'API'] as const
export type NamedKind = (typeof namedKinds)[number]

export interface MessageKind {
  channels: readonly Channel[]
  values: Readonly<Record<string, ValueForm>>
  /** Values that only the reader may see: encrypted while they wait, gone once sent. */
  secrets: readonly string[]
  /** How long it is worth sending, in minutes, unless whoever writes it says otherwise. */
  lives: number
  /** Somebody has asked for it and waits, some of them for no longer than minutes: it goes before what tells of something. */
  awaited?: true
}

export type Channel = 'EMAIL' | 'SMS'

const week = 7 * 24 * 60

/** Something has happened: no secret in it. */
const notice = <V extends Readonly<Record<string, ValueForm>>>(values: V) => ({ channels: ['EMAIL'] as const, values, secrets: [] as const, lives: week })
const linked = <L extends number>(lives: L) => ({ channels: ['EMAIL'] as const, values: { link: 'link', minutes: 'text' } as const, secrets: ['link'] as const, lives, awaited: true as const })
const coded = { channels: ['EMAIL', 'SMS'] as const, values: { code: 'text', minutes: 'text' } as const, secrets: ['code'] as const, lives: 10, awaited: true as const }

export const messageKinds = {
  'password-reset': linked(30),
  'account-unlock': linked(30),
  invitation: { channels: ['EMAIL'], values: { link: 'link', userName: 'text' }, secrets: ['link'], lives: week },
  'sign-in-code': coded,
  'reset-code': coded,
  'address-code': coded,
  'user-name': { ...notice({ userNames: 'names' }), awaited: true },
  'account-locked': notice({ at: 'instant' }),
  'password-closed': notice({ at: 'instant' }),
  'account-locked-by-administrator': notice({ at: 'instant' }),
  'new-sign-in': notice({ at: 'instant', device: 'text', address: 'text' }),
  'password-known': notice({ at: 'instant', device: 'text', address: 'text' }),
  'sign-in-unfinished': notice({ at: 'instant', device: 'text', address: 'text' }),
  'password-changed': notice({ at: 'instant' }),
  'password-change-demanded': notice({ at: 'instant' }),
  'user-name-changed': notice({ at: 'instant', before: 'text', after: 'text' }),
  'email-changed': notice({ at: 'instant', before: 'text', after: 'text' }),
  'email-proved': notice({ at: 'instant', address: 'text' }),
  'phone-changed': notice({ at: 'instant', before: 'text', after: 'text' }),
  'factor-added': notice({ at: 'instant', name: 'label' }),
  'factor-removed': notice({ at: 'instant', name: 'label' }),
  'sms-switched-off': notice({ at: 'instant', number: 'text' }),
  'number-set-aside': notice({ at: 'instant', name: 'label' }),
  'passkey-copied': notice({ at: 'instant', name: 'label' }),
  'recovery-code-used': notice({ at: 'instant', left: 'text' }),
  'questions-changed': notice({ at: 'instant' }),
  'key-added': notice({ at: 'instant', name: 'label' }),
  'key-removed': notice({ at: 'instant', name: 'label' }),
  'password-expires': notice({ expires: 'instant' }),
  'membership-ends': notice({ name: 'text', end: 'instant' }),
} as const satisfies Record<string, MessageKind>

export type MessageName = keyof typeof messageKinds
export type MessageValues<N extends MessageName> = Record<keyof (typeof messageKinds)[N]['values'], string>

/** The kind of a stored message; undefined for one that an older or newer version wrote. */
export function kindOf(name: string): MessageKind | undefined {
  return Object.hasOwn(messageKinds, name) ? messageKinds[name as MessageName] : undefined
}

/** Whether it goes before what tells of something. */
export const isAwaited = (name: MessageName): boolean => (messageKinds[name] as MessageKind).awaited === true

/** Values as they are kept: what anybody who keeps the queue may see, and what nobody may. */
export function splitSecrets(name: MessageName, values: Readonly<Record<string, string>>): { open: Record<string, string>; secret: Record<string, string> } {
  const secrets: readonly string[] = messageKinds[name].secrets
  const part = (wanted: boolean) => Object.fromEntries(Object.entries(values).filter(([key]) => secrets.includes(key) === wanted))
  return { open: part(false), secret: part(true) }
}
