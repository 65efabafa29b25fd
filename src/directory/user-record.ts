/** What is particular to a person's record: the sign-in login, one primary per kind of contact, and derived names. */
import { GatehouseError, type Problem } from '../errors.ts'
import { setValueAt, valueAt, type Document } from '../model/attribute.ts'
import { searchText } from '../model/fold.ts'
import { mailboxOf } from '../model/mail-address.ts'
import { nameOrder } from '../model/name-order.ts'
import { parseSshKey } from '../model/ssh-key.ts'
import { displayName, elidedNames, sortName } from '../model/person-names.ts'
import { user } from '../model/user.ts'
import { raise } from '../model/validate.ts'
import { today } from '../model/today.ts'
import { isActive } from '../model/user-statuses.ts'
import type { Transaction } from '../store/database.ts'
import { claimedAccount, closesTie, lockTies } from '../store/user-circles.ts'
import { endSessions, setLocks } from '../store/user-rows.ts'
import { checkPeriods } from '../records/check-periods.ts'
import { guardNamed, guardPeople, guardPlaces, refuseSystem } from '../records/guard.ts'
import { markMapped } from '../records/mark-mapped.ts'
import { copyLocations } from './copy-locations.ts'
import { dropLostNumbers } from './lost-numbers.ts'
import type { RecordKind, Written } from '../records/record-kind.ts'

/** The managed system that is Gatehouse itself. */
export const ownSystem = '0'

export const userKind: RecordKind = {
  resource: user,
  prepare,
  derivedColumns: (document) => ({ search_text: searchText(searchedValues(document)) }),
  guard: async (tx, ctx, pending) => {
    await guardPeople(tx, ctx, pending.flatMap(({ before }) => (before ? [before.document.id as string] : [])))
    await guardNamed(tx, ctx, pending.map(({ before, after }) => ({ id: after.id as string, after, ...(before ? { before: before.document } : {}) })))
  },
  complete: async (db, pending) => {
    pending.forEach(({ after }) => checkPeriods(user, after))
    await copyLocations(db, pending)
  },
  written: async (tx, ctx, written) => {
    await guardPlaces(tx, ctx, written)
    await checkTies(tx, written)
    await followStatus(tx, written, today(ctx))
    await dropLostNumbers(tx, ctx, written)
    await markMapped(tx, written.filter((one) => one.before))
  },
}

/** Who may no longer sign in is signed out, and the login that signs in here is locked and unlocked with the person. */
async function followStatus(tx: Transaction, written: readonly Written[], day: string): Promise<void> {
  const idsOf = (test: (before: Document, after: Document) => boolean) => written.filter(({ before, after }) => before && test(before, after)).map((one) => one.id)
  const out = idsOf((before, after) => (after.active !== true && (before.status !== after.status || before.secondaryStatus !== after.secondaryStatus))
    // Sessions that the date alone refuses would come to life again when it is taken back.
    || (before.lastDate !== after.lastDate && typeof after.lastDate === 'string' && after.lastDate < day))
  const locked = idsOf((before, after) => before.secondaryStatus !== after.secondaryStatus && after.secondaryStatus === 'LOCKED_ADMIN')
  const opened = idsOf((before, after) => before.secondaryStatus !== undefined && after.secondaryStatus === undefined)
  if (out.length > 0) await endSessions(tx, out)
  if (locked.length > 0) await setLocks(tx, locked, 'LOCKED_ADMIN')
  if (opened.length > 0) await setLocks(tx, opened, 'NOT_LOCKED')
}

function prepare(given: Document, before: Document | undefined): Document {
  refuseSystem(before)
  const document = withLogin(given, before)
  for (const kind of ['emails', 'phoneNumbers', 'addresses', 'supervisors']) settlePrimary(document, before, kind)
  settleProofs(document, before)
  const emails = (document.emails ?? []) as Document[]
  setValueAt(document, 'primaryEmail', emails.find((email) => email.primary === true && email.active !== false)?.value)
  const name = displayName(document)
  setValueAt(document, 'name.formatted', name)
  setValueAt(document, 'displayName', name)
  setValueAt(document, 'sortName', sortName(document))
  document.active = isActive(document.status, document.secondaryStatus)
  raise(linkProblems(document).map((one) => ({ ...one, code: 'invalid_value' })))
  checkPasswords(document)
  checkAccounts(document, before)
  settleKeys(document, before)
  checkWidth(document, before)
  return document
}

/**
 * `userName` is the login of managed system 0: one fact, shown in two places. Whichever of the two was changed carries
 * the other with it.
 */
function withLogin(given: Document, before: Document | undefined): Document {
  const document = { ...given }
  const logins = ((document.logins ?? []) as Document[]).map((login) => ({ ...login }))
  const own = logins.find((login) => login.managedSystem === ownSystem)
  const known = ((before?.logins ?? []) as Document[]).find((login) => login.managedSystem === ownSystem)
  if (known && (!own || (own.id !== undefined && own.id !== known.id))) {
    throw new GatehouseError('conflict', 'The login of managed system 0 is how the person signs in; it cannot be removed.')
  }
  // Named without its id it is still the same login, with its password and its history.
  if (own && own.id === undefined) Object.assign(own, { ...(known ?? newLogin(own.login)), ...own })
  if (own && document.userName === before?.userName) document.userName = own.login
  else if (own) own.login = document.userName
  else if (document.userName !== undefined) logins.unshift(newLogin(document.userName))
  return { ...document, logins }
}

function newLogin(login: unknown): Document {
  return { login, managedSystem: ownSystem, identityType: 'PRIMARY', status: 'ACTIVE', isActive: true, firstTimeLogin: true, lockMarker: 'NOT_LOCKED', authType: 'PASSWORD' }
}

/** The first entry becomes the primary one unless the caller says otherwise; when the primary one goes, the first that is in use follows it. */
function settlePrimary(document: Document, before: Document | undefined, path: string): void {
  const entries = document[path] as Document[] | undefined
  if (!entries) return
  const settled = entries.map((entry) => ({ ...entry }))
  if (!settled.some((entry) => entry.primary === true)) {
    const was = ((before?.[path] ?? []) as Document[]).find((entry) => entry.primary === true)
    const gone = was !== undefined && !settled.some((entry) => entry.id === was.id)
    const next = settled.find((entry) => entry.primary === undefined) ?? (gone ? (settled.find(({ active }) => active !== false) ?? settled[0]) : undefined)
    if (next) next.primary = true
  }
  for (const entry of settled) entry.primary ??= false
  document[path] = settled
}

/** What was proved is the address itself: it stays so by whatever entry it is in use, and another one is not proved with it (migration 0077). */
function settleProofs(document: Document, before: Document | undefined): void {
  if (document.emails === undefined) return
  const letters = ({ value }: Document) => mailboxOf(String(value))
  const proved = new Set(((before?.emails ?? []) as Document[]).filter((one) => one.proved === true).map(letters))
  document.emails = (document.emails as Document[]).map((entry) => ({ ...entry, proved: entry.active !== false && proved.has(letters(entry)) }))
}

const hashed = /^(?:\$[a-z0-9-]+\$|\{[A-Za-z0-9-]+\}).+/s

/** A password reaches this far as a hash or not at all. */
function checkPasswords(document: Document): void {
  const clear = ((document.logins ?? []) as Document[]).findIndex(({ password }) => typeof password === 'string' && !hashed.test(password))
  if (clear >= 0) refuse(`logins[${clear}].password`, 'must be a hash such as $argon2id$… or {SSHA}…, never a password in the clear')
}

/**
 * What a sync has confirmed is the account's own name: Okta's password hook goes by it, so another name would lend the person
 * somebody else's sign-in, or somebody else theirs. The sync itself writes past this.
 */
function checkAccounts(document: Document, before: Document | undefined): void {
  const known = new Map(((before?.logins ?? []) as Document[]).map((login) => [login.id, login]))
  for (const { id, login, managedSystem } of (document.logins ?? []) as Document[]) {
    const old = known.get(id)
    if (!old || old.managedSystem === ownSystem || old.provStatus === undefined || (old.login === login && old.managedSystem === managedSystem)) continue
    throw new GatehouseError('conflict', `logins: a sync has confirmed the account ${String(old.login)}, whose name and system follow the account: rename it there, or remove this login and add another.`)
  }
}

/**
 * The indexes that searches walk hold the search text, beside the sort name and what it is put in order by, and PostgreSQL puts no more than 2,704 bytes
 * into an entry. Fifty addresses of forty-five letters fit; names as long as they may be, all in letters of four bytes, do not.
 */
const searchedBytes = 2_400

/** Only what is new is judged: who is wider from before can still be locked, say. */
function checkWidth(document: Document, before: Document | undefined): void {
  if (before && before.sortName === document.sortName && searchText(searchedValues(before)) === searchText(searchedValues(document))) return
  const listed = (document.sortName as string | undefined) ?? ''
  const bytes = [searchText(searchedValues(document)), listed, nameOrder(listed)].reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  if (bytes <= searchedBytes) return
  const path = widest(document)
  const [beside, what] = path === 'emails' ? ['with the names and the login take', 'remove addresses or shorten names'] : ['with the other names and the addresses takes', 'shorten it']
  refuse(path, `${beside} ${bytes} bytes together in the index that searches use, and ${searchedBytes} fit: ${what}`)
}

/** What takes most of them. Addresses count together. */
function widest(document: Document): string {
  const own = user.attributes.flatMap((attribute) => (attribute.searched && attribute.mutability === 'readWrite' ? [{ path: attribute.path, texts: [valueAt(document, attribute.path)] }] : []))
  const all = [...own, { path: 'emails', texts: ((document.emails ?? []) as Document[]).map(({ value }) => value) }]
  const widths = all.map(({ path, texts }) => ({ path, bytes: Buffer.byteLength(searchText(texts.filter((one) => typeof one === 'string'))) }))
  return widths.reduce((most, one) => (one.bytes > most.bytes ? one : most)).path
}

function refuse(path: string, message: string): never {
  throw new GatehouseError('invalid_value', `${path}: ${message}.`, { problems: [{ path, message }] })
}

/** Public keys come and go with the document; API keys are rights, made and revoked under /keys alone. */
function settleKeys(document: Document, before: Document | undefined): void {
  const keys = ((document.keys ?? []) as Document[]).map((key) => ({ ...key }))
  if (document.keys !== undefined) document.keys = keys
  const old = ((before?.keys ?? []) as Document[])
  if (apiKeys(keys) !== apiKeys(old)) throw new GatehouseError('conflict', 'keys: API keys are made and revoked under /keys alone.')
  keys.forEach((key, index) => {
    if (key.type === 'API' || old.some((one) => one.id === key.id && one.value === key.value)) return
    const parsed = parseSshKey(typeof key.value === 'string' ? key.value : '')
    if ('message' in parsed) return refuse(`keys[${index}].value`, parsed.message)
    const { type, blob, comment, fingerprint } = parsed
    Object.assign(key, { value: [type, blob, comment].join(' ').trimEnd(), fingerprint })
    if (key.scopes !== undefined || key.expires !== undefined) refuse(`keys[${index}]`, 'scopes and expires belong to API keys')
  })
}

/** What must stay as it is about them, as one text. */
function apiKeys(keys: readonly Document[]): string {
  const own = keys.filter((key) => key.type === 'API')
  return own.map((key) => JSON.stringify([key.id, key.name, key.value, key.scopes, key.expires])).sort().join()
}

const periods = [['alternateStartDate', 'alternateEndDate'], ['certDelegateStartDate', 'certDelegateEndDate'], ['startDate', 'lastDate']] as const

/** What of a person's document does not go together: nobody supervises, is related to, or stands in for themselves, and nothing ends before it begins. */
export function linkProblems(document: Document): Problem[] {
  const found: Problem[] = []
  for (const [path, other] of [['supervisors', 'supervisor'], ['relations', 'user']] as const) {
    const entries = (document[path] ?? []) as Document[]
    if (entries.some((entry) => entry[other] === document.id)) found.push({ path, message: 'a person cannot be tied to themselves' })
  }
  if (document.alternateId !== undefined && document.alternateId === document.id) found.push({ path: 'alternateId', message: 'a person cannot stand in for themselves' })
  for (const [from, until] of periods) {
    const [start, end] = [document[from], document[until]]
    if (typeof start === 'string' && typeof end === 'string' && start > end) found.push({ path: until, message: `must not lie before ${from}` })
  }
  return found
}

const ownTies = [['supervisors', 'supervisor'], ['relations', 'user']] as const

/**
 * Nobody supervises those who supervise them, nobody is an account of an account of theirs, and an account is one person's: who that is
 * says with whom it ends. Family are other people. Judged is what is new, once whoever writes is found to be allowed to. Errors: `circular_dependency`, `conflict`.
 */
async function checkTies(tx: Transaction, people: readonly Written[]): Promise<void> {
  for (const [path, other] of ownTies) {
    const targetsOf = (document: Document | undefined) => new Set(((document?.[path] ?? []) as Document[]).filter(({ type }) => type !== 'FAMILY').map((entry) => entry[other] as string))
    const changed = people.map(({ id, before, after }) => ({ id, was: targetsOf(before), is: targetsOf(after) })).filter(({ was, is }) => was.size !== is.size || [...is].some((target) => !was.has(target)))
    const edges = changed.flatMap(({ id, was, is }) => [...is].map((target) => ({ own: id, target, fresh: !was.has(target) })))
    if (!edges.some(({ fresh }) => fresh)) continue
    await lockTies(tx)
    const written = changed.map(({ id }) => id)
    const circle = await closesTie(tx, path, edges, written)
    if (circle) throw tieFault('circular_dependency', path, path === 'supervisors' ? `${circle.own} supervises ${circle.target} already, by themselves or through others` : `${circle.own} is an account of ${circle.target} already, directly or through others`)
    const claimed = path === 'relations' ? await claimedAccount(tx, edges, written) : undefined
    if (claimed) throw tieFault('conflict', path, `${claimed.target} is an account of somebody else already, and ends with them; end that relation first`)
  }
}

const tieFault = (code: 'circular_dependency' | 'conflict', path: string, message: string) => new GatehouseError(code, `${path}: ${message}.`, { problems: [{ path, message }] })

function searchedValues(document: Document): string[] {
  const values: string[] = []
  for (const attribute of user.attributes) {
    const value = attribute.searched ? valueAt(document, attribute.path) : undefined
    if (typeof value === 'string') values.push(value)
  }
  for (const email of (document.emails ?? []) as Document[]) values.push(email.value as string)
  return [...values, ...elidedNames(document)]
}
