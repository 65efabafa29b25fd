/**
 * Events → messages: what people must be told of whoever did it and by whatever door. A consumer of the audit as an outbox
 * reads each event once, and queues the messages in the transaction that moves it on. What changed is recognised by its
 * path, so that no verb has to remember to tell.
 */
import type { Context } from '../context.ts'
import type { FieldChange } from '../model/document-diff.ts'
import { isObject } from '../model/attribute.ts'
import type { SignInResult } from '../model/sign-in-results.ts'
import { namedKinds } from '../model/message-kinds.ts'
import { isDemanded } from '../model/password-state.ts'
import { today } from '../model/today.ts'
import { mailboxOf, maskAddress, maskNumber } from '../model/mail-address.ts'
import type { StoredEvent } from '../store/audit-events.ts'
import type { Transaction } from '../store/database.ts'
import { consumeEvents, registerConsumer } from '../store/event-consumers.ts'
import { enqueueMessages, namesOfAccess, noticeAddresses, phonesOf, readersOf, type NewMessage, type Reader } from '../store/messages.ts'
import { mentionable } from './render.ts'

const consumer = 'tell-people'
const batch = 500

/** What an event tells its person; addresses that were theirs before are told too. */
export interface Notice {
  template: 'password-changed' | 'user-name-changed' | 'email-changed' | 'email-proved' | 'phone-changed' | 'factor-added' | 'factor-removed' | 'sms-switched-off' | 'number-set-aside' | 'passkey-copied' | 'recovery-code-used' | 'questions-changed' | 'key-added' | 'key-removed' | 'account-locked' | 'password-closed' | 'account-locked-by-administrator' | 'password-change-demanded' | 'password-expires' | 'membership-ends'
  values: Record<string, string>
  alsoTo: readonly string[]
  /** Addresses that the event took away. */
  formerly?: readonly string[]
  /** `groups[id]`, whose name is to be found; or `phoneNumbers[id]`, whose number is. */
  path?: string
}

type Event = Pick<StoredEvent, 'at' | 'action' | 'target_type' | 'result' | 'changes' | 'source'>

/** Queues what people are to be told of since the last call; how many messages. The first call only notes where it begins. */
export async function tellPeople(ctx: Context): Promise<number> {
  await registerConsumer(ctx.db, consumer, 'now', ctx.now())
  let told = 0
  for (;;) {
    const handled = await consumeEvents(ctx.db, consumer, batch, ctx.now(), async (tx, events) => {
      told += await tell(tx, ctx, events)
    })
    if (handled < batch) return told
  }
}

async function tell(tx: Transaction, ctx: Context, events: readonly StoredEvent[]): Promise<number> {
  const found = withoutTwins(events.flatMap((event) => noticesOf(event).map((notice) => ({ userId: event.target_id, source: event.source, call: event.correlation_id, notice }))))
  const due = found.filter(({ source }) => source !== 'IMPORT' || ctx.config.NOTIFY_IMPORTS)
  if (due.length === 0) return 0
  const readers = await readersOf(tx, [...new Set(due.map(({ userId }) => userId))], today(ctx))
  const named = (kind: string) => due.flatMap(({ notice: { path } }) => (path?.startsWith(`${kind}[`) ? [path.slice(kind.length + 1, -1)] : []))
  const addresses = await noticeAddresses(tx, [...readers.values()])
  const names = await namesOfAccess(tx, named('groups'), named('roles'))
  for (const { id, ...phone } of await phonesOf(tx, named('phoneNumbers'))) names.set(`phoneNumbers[${id}]`, maskPhone(phone))
  // Readers are looked up as they stand now: what happened together with a change of address is told at the address of before as well.
  const formerly = Map.groupBy(found.filter(({ notice }) => notice.formerly !== undefined), ({ userId }) => userId)
  const messages = due.flatMap(({ userId, notice }) => {
    const reader = readers.get(userId)
    const before = reminders.has(notice.template) ? [] : (formerly.get(userId) ?? []).flatMap((one) => one.notice.formerly!)
    return reader ? messagesFor(reader, { ...notice, alsoTo: [...atPrimary.has(notice.template) ? [] : addresses.get(userId)!, ...notice.alsoTo, ...before] }, names) : []
  })
  await enqueueMessages(tx, ctx, messages)
  return messages.length
}

/**
 * What one call brings about is told once, by what says more. The guess that closes a password may lock the account too: that this opens by
 * itself would be no comfort. A number that is switched off takes the codes that went to it along, as a factor that was removed.
 */
const moreThan: Partial<Record<Notice['template'], Notice['template']>> = { 'account-locked': 'password-closed', 'sms-switched-off': 'factor-removed' }

function withoutTwins<F extends { userId: string; call: string | null; notice: Notice }>(found: readonly F[]): F[] {
  const told = new Set(found.map(({ userId, call, notice }) => `${notice.template} ${userId} ${call}`))
  return found.filter(({ userId, call, notice }) => !told.has(`${moreThan[notice.template]} ${userId} ${call}`))
}

/** What comes of no change, and tells nobody that somebody else is at their account: one mail is enough of it. */
const atPrimary: ReadonlySet<string> = new Set<Notice['template']>(['password-expires', 'membership-ends'])

/** What is of no use to whoever may be reached at an address of before. */
const reminders: ReadonlySet<string> = new Set<Notice['template']>(['email-changed', 'password-expires', 'membership-ends'])

function messagesFor(reader: Reader, { template, values, alsoTo, path }: Notice, names: ReadonlyMap<string, string>): NewMessage[] {
  const addresses = new Map<string, string>()
  // As it stood first: one that was added, and is another spelling, takes nothing from the one before.
  for (const one of [reader.email, ...alsoTo]) if (one !== null && !addresses.has(mailboxOf(one))) addresses.set(mailboxOf(one), one)
  const filled = path === undefined ? values : { ...values, [path.startsWith('phoneNumbers[') ? 'number' : 'name']: names.get(path) ?? '…' }
  return [...addresses.values()].map((to) => ({ template, to, userId: reader.id, locale: reader.language, values: filled }) as NewMessage)
}

/** Pure: what an event tells the person it is about. */
export function noticesOf(event: Event): Notice[] {
  // Of what was refused one thing is told: that there may be a copy of a passkey.
  const toldOf = event.result === 'SUCCESS' || event.result === ('PASSKEY_COPIED' satisfies SignInResult)
  if (event.target_type !== 'User' || !toldOf || event.changes === null) return []
  const changes = (JSON.parse(event.changes) as FieldChange[]).filter(({ path }) => path !== '')
  if (event.action === 'membership.reminder') return changes.flatMap(reminderOf)
  if (event.action === 'user.password.reminder') return changes.flatMap(expiryOf)
  const at = event.at
  const notices: Notice[] = []
  const add = (template: Notice['template'], values: Record<string, string>, { alsoTo = [], ...rest }: Partial<Pick<Notice, 'alsoTo' | 'formerly' | 'path'>> = {}) => notices.push({ template, values: { at, ...values }, alsoTo, ...rest })
  if (changes.some(({ path }) => /^(?:password|logins\[[^\]]*\]\.password)$/.test(path))) add('password-changed', {})
  const name = changes.find(({ path }) => path === 'userName')
  if (name) add('user-name-changed', { before: textOf(name.before), after: textOf(name.after) })
  if (changes.some(({ path, after }) => path === 'logins.resetPwd' && isDemanded(after))) add('password-change-demanded', {})
  const lock = changes.find(({ path }) => path === 'secondaryStatus')?.after
  if (lock === 'LOCKED') add('account-locked', {})
  if (lock === 'LOCKED_ADMIN') add('account-locked-by-administrator', {})
  if (changes.some(({ path, after }) => path === 'logins.pwdClosed' && after !== undefined)) add('password-closed', {})
  if (changes.some(({ path }) => path === 'securityQuestions')) add('questions-changed', {})
  contactNotices(changes, add)
  // A factor that comes or goes moves the mark of its number along, and is told itself.
  if (!changes.some(({ path }) => path.startsWith('factors['))) for (const path of switchedOff(changes)) add('sms-switched-off', {}, { path })
  for (const { path, before, after } of changes) {
    // By a code of its own, once in however many entries it stands; of an entry that becomes an address that is proved already an event says no more than that.
    if (/^emails\[[^\]]*\]\.proved$/.test(path) && isObject(after) && !notices.some(({ template }) => template === 'email-proved')) add('email-proved', { address: maskAddress(textOf(after.value)) })
    if (/^factors\[[^\]]*\]$/.test(path)) add(after === undefined ? 'factor-removed' : 'factor-added', { name: labelOf(after ?? before) }, noLongerProved(before))
    if (/^factors\[[^\]]*\]\.setAside$/.test(path)) add('number-set-aside', { name: labelOf(after) })
    if (/^factors\[[^\]]*\]\.copied$/.test(path)) add('passkey-copied', { name: labelOf(after) })
    if (/^factors\[[^\]]*\]\.proved$/.test(path) && isObject(after) && after.type === 'RECOVERY_CODES') add('recovery-code-used', { left: String(after.left ?? '–') })
    if (/^keys\[[^\]]*\]$/.test(path)) add(after === undefined ? 'key-removed' : 'key-added', { name: labelOf(after ?? before) })
    // Another key in the place of one: the event has its fingerprint and no name.
    if (/^keys\[[^\]]*\]\.fingerprint$/.test(path)) add('key-added', { name: labelOf({ type: 'SSH' }) })
  }
  return notices
}

/** An address that is taken from those that are told is told so itself, and what else happened with it. */
const noLongerProved = (factor: unknown): Partial<Pick<Notice, 'alsoTo' | 'formerly'>> =>
  isObject(factor) && factor.type === 'EMAIL' && typeof factor.value === 'string' ? { alsoTo: [factor.value], formerly: [factor.value] } : {}

/** Old and new addresses are told of each other masked: one of them may be a stranger's by now. To one that was not in use nothing goes. */
function contactNotices(changes: readonly FieldChange[], add: (template: Notice['template'], values: Record<string, string>, to?: Pick<Notice, 'alsoTo' | 'formerly'>) => unknown): void {
  const emails = movesOf(changes, 'emails', 'primaryEmail')
  if (emails) add('email-changed', { before: listOf(emails.before, maskAddress), after: listOf(emails.after, maskAddress) }, { alsoTo: [...emails.inUse.before, ...emails.inUse.after], formerly: emails.inUse.before })
  const numbers = phoneMovesOf(changes)
  if (numbers) add('phone-changed', { before: listOf(numbers.before, String), after: listOf(numbers.after, String) })
}

/** Telephones that went, came, or became others by any part of their number, masked: an entry's parts are put together first. */
function phoneMovesOf(changes: readonly FieldChange[]): { before: string[]; after: string[] } | undefined {
  const entries = new Map<string, { before?: Record<string, unknown>; after?: Record<string, unknown> }>()
  for (const { path, before, after } of changes) {
    const [, entry, part] = /^phoneNumbers\[([^\]]*)\](?:\.(value|countryCd|areaCd|phoneExt))?$/.exec(path) ?? []
    if (entry === undefined) continue
    const known = entries.get(entry)
    if (part !== undefined) entries.set(entry, { before: { ...known?.before, [part]: before }, after: { ...known?.after, [part]: after } })
    else entries.set(entry, { ...(isObject(before) ? { before } : {}), ...(isObject(after) ? { after } : {}) })
  }
  const side = (name: 'before' | 'after') => [...new Set([...entries.values()].flatMap((entry) => (entry[name] ? [maskPhone(entry[name])] : [])))]
  return entries.size === 0 ? undefined : { before: side('before'), after: side('after') }
}

/** Telephones that stay and get no codes by SMS any more, as paths. */
const switchedOff = (changes: readonly FieldChange[]): string[] =>
  changes.flatMap(({ path, before, after }) => (/^phoneNumbers\[[^\]]*\]\.isForSms$/.test(path) && before === true && after !== true ? [path.replace(/\.isForSms$/, '')] : []))

/** `+49 …567`: of a number that stays but for its code, an event holds that code alone. */
function maskPhone({ countryCd, areaCd, value }: Record<string, unknown>): string {
  const country = typeof countryCd === 'string' ? countryCd.replaceAll(/\D/g, '').replace(/^0+/, '').slice(0, 4) : ''
  const number = typeof value === 'string' ? maskNumber(`${typeof areaCd === 'string' ? areaCd : ''}${value}`) : '…'
  return country === '' ? number : `+${country} ${number}`
}

interface Moves {
  before: string[]
  after: string[]
}

/** Values of a collection that went and came: entries added and removed, values changed; and those of them that were, or are, in use. */
function movesOf(changes: readonly FieldChange[], collection: string, primary?: string): (Moves & { inUse: Moves }) | undefined {
  const own = changes.filter(({ path }) => path === primary || new RegExp(`^${collection}\\[[^\\]]*\\](?:\\.value)?$`).test(path))
  const values = (side: keyof Moves, wanted: (change: FieldChange, side: keyof Moves) => boolean) => [...new Set(own.flatMap((change) => (wanted(change, side) ? valueOf(change[side]) : [])))]
  const movesWhere = (wanted: (change: FieldChange, side: keyof Moves) => boolean): Moves => ({ before: values('before', wanted), after: values('after', wanted) })
  const all = movesWhere(() => true)
  return all.before.length + all.after.length === 0 ? undefined : { ...all, inUse: movesWhere((change, side) => isInUse(changes, change, side)) }
}

/** Whether the entry of a value was, or is, in use: as the entry says where it came or went, else as the event says of its `active`. */
function isInUse(changes: readonly FieldChange[], change: FieldChange, side: keyof Moves): boolean {
  if (isObject(change[side])) return change[side].active !== false
  const moved = changes.find(({ path }) => path === change.path.replace(/\.value$/, '.active'))
  return change.active !== false && moved?.[side] !== false
}

function valueOf(side: unknown): string[] {
  const value = isObject(side) ? side.value : side
  return typeof value === 'string' ? [value] : []
}

function reminderOf({ path, after }: FieldChange): Notice[] {
  const end = isObject(after) ? after.end : undefined
  return typeof end === 'string' ? [{ template: 'membership-ends', values: { end }, alsoTo: [], path }] : []
}

const expiryOf = ({ after }: FieldChange): Notice[] => (typeof after === 'string' ? [{ template: 'password-expires', values: { expires: after }, alsoTo: [] }] : [])

const textOf = (value: unknown) => (typeof value === 'string' ? value : '–')
const listOf = (values: readonly string[], mask: (text: string) => string) => (values.length === 0 ? '–' : values.slice(0, 10).map(mask).join(', '))
/**
 * Whoever has taken over a session gives names, too: what could lead a reader elsewhere, or would be read as our own word for a kind, is left
 * out, and the kind stands for it.
 */
function labelOf(entry: unknown): string {
  if (!isObject(entry)) return '–'
  const name = mentionable(entry.name)
  return name === undefined || namedKinds.some((kind) => kind === name.toUpperCase()) ? textOf(entry.type) : name
}
