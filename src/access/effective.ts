/** The questions of access whose answer is a fact: may they, what do they have, who has it. Now, then, or some day. */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { nodeOf, nodeTypes, type NodeType } from '../model/access-edges.ts'
import { isObject } from '../model/attribute.ts'
import { checkInstant } from '../model/values.ts'
import { accessPerson, checkAccess, checkAccesses, heldBy, type Check, type CheckRow, type HeldRow, type Person } from '../store/access-of-person.ts'
import { countHolders, giversOf, holdersPage, isRight, thingNode, type Givers, type HolderRow } from '../store/access-people.ts'
import { outsideReach } from '../store/reach.ts'
import { momentOf, type Moment, type ThingLetter } from '../store/access-walk.ts'

/** Who asks: somebody restricted is answered about nobody beyond their reach. */
type Asker = Pick<Context, 'db' | 'now' | 'authority'>

/** The moment that a question is about. Errors: `invalid_parameter`. */
export function askedMoment(ctx: Asker, at: string | undefined): Moment {
  if (at === undefined) return momentOf(ctx.now(), undefined)
  const checked = checkInstant(/^\d{4}-\d\d-\d\d$/.test(at) ? `${at}T00:00:00Z` : at)
  if ('message' in checked) throw new GatehouseError('invalid_parameter', `at: ${checked.message}.`)
  return momentOf(ctx.now(), checked.value as string)
}

/** Whether a person has a resource (by id or name). Errors: `not_found` for the two, `invalid_parameter` for the right. */
export async function mayAccess(ctx: Asker, check: Check, moment: Moment): Promise<boolean> {
  const row = await checkAccess(ctx.db, check, moment)
  if (!row.person) throw new GatehouseError('not_found', `There is no User with the id ${check.user}${then(moment)}.`)
  if (!row.resource) throw noThing(check, moment)
  if (!row.right) throw noRight(check.right!)
  return row.allowed
}

/** What is not known at one moment may be at another. */
const then = ({ past }: Moment) => (past ? ' at that time' : '')
const noThing = ({ letter = 's', resource }: Pick<Check, 'letter' | 'resource'>, moment: Moment) =>
  new GatehouseError('not_found', `There is no ${nodeTypes[letter]} with the id or the name ${resource}${then(moment)}.`)
const noRight = (right: string) => new GatehouseError('invalid_parameter', `right: there is no Right with the id ${right}.`)

const thingLetters = ['s', 'r', 'g', 'o'] as const
/** Kinds of things that people have. */
export const thingTypes: readonly NodeType[] = thingLetters.map((letter) => nodeTypes[letter])
export const thingLetter = (type: unknown) => thingLetters.find((letter) => nodeTypes[letter] === type)

export interface CheckAnswer {
  allowed: boolean
  /** What of the question is not known; the answer is no then. */
  unknown?: ('user' | 'resource' | 'right')[]
}

const mostChecks = 1000

/** Many checks at one moment, answered in their order; who is beyond the reach of whoever asks is not known. Errors: `invalid_body`. */
export async function checkMany(ctx: Asker, body: unknown): Promise<CheckAnswer[]> {
  const { checks, at } = readChecks(body)
  const rows = await checkAccesses(ctx.db, checks, askedMoment(ctx, at))
  const reach = ctx.authority?.reach
  const outside = new Set(reach ? await outsideReach(ctx.db, reach, [...new Set(checks.map(({ user }) => user))]) : [])
  return rows.map((row, place) => answerOf(outside.has(checks[place]!.user) ? { ...row, person: false } : row))
}

function answerOf(row: CheckRow): CheckAnswer {
  const unknown = [...(row.person ? [] : ['user' as const]), ...(row.resource ? [] : ['resource' as const]), ...(row.right ? [] : ['right' as const])]
  return unknown.length === 0 ? { allowed: row.allowed } : { allowed: false, unknown }
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 255 && !value.includes('\u0000') && value.isWellFormed()

function readChecks(body: unknown): { checks: Check[]; at?: string } {
  const refuse = (path: string, message: string) => new GatehouseError('invalid_body', `${path}: ${message}.`, { problems: [{ path, message }] })
  if (!isObject(body)) throw new GatehouseError('invalid_body', 'The body must be an object with `checks`.')
  const { checks, at, ...others } = body
  for (const name of Object.keys(others)) throw refuse(name, 'is not known here; known are checks and at')
  if (at !== undefined && typeof at !== 'string') throw refuse('at', 'must be an instant')
  if (!Array.isArray(checks) || checks.length > mostChecks) throw refuse('checks', `must be a list of at most ${mostChecks}`)
  return { ...(at === undefined ? {} : { at }), checks: checks.map((one: unknown, place) => {
    const path = `checks[${place}]`
    if (!isObject(one)) throw refuse(path, 'must be an object')
    for (const name of Object.keys(one)) if (!['user', 'resource', 'type', 'right'].includes(name)) throw refuse(`${path}.${name}`, 'is not known here; known are user, resource, type, right')
    if (!isName(one.user)) throw refuse(`${path}.user`, 'must be the id of a person')
    if (!isName(one.resource)) throw refuse(`${path}.resource`, 'must be the id or the name of a resource')
    const letter = one.type === undefined ? 's' : thingLetter(one.type)
    if (letter === undefined) throw refuse(`${path}.type`, `must be one of ${thingTypes.join(', ')}`)
    if (one.right !== undefined && !isName(one.right)) throw refuse(`${path}.right`, 'must be the id of a right')
    return { user: one.user, resource: one.resource, letter, ...(one.right === undefined ? {} : { right: one.right }) }
  }) }
}

/** Something that a person has. */
export interface Held {
  type: NodeType
  id: string
  name?: string
  rights: string[]
  /** Whether it was given to the person itself, comes through something else they have, or is had by everybody. */
  direct: boolean
  inherited: boolean
  everyone: boolean
}

export interface HeldPage {
  /** Whether access of the person counts at the moment; when not, they have nothing. */
  active: boolean
  items: Held[]
  next?: string
}

/** What a person has, by kind and id. Errors: `not_found`, `invalid_cursor`. */
export async function accessOf(ctx: Asker, user: string, moment: Moment, query: { type?: NodeType; count: number; cursor?: string }): Promise<HeldPage> {
  const person = await personOf(ctx, user, moment)
  const after = readCursor(query.cursor)
  if (!person.active) return { active: false, items: [] }
  const letters = (['g', 'o', 'r', 's'] as const).filter((letter) => query.type === undefined || nodeTypes[letter] === query.type)
  const rows = await heldBy(ctx.db, user, moment, { after, letters, count: query.count + 1 })
  const page = rows.slice(0, query.count)
  return { active: true, items: page.map(heldOf), ...(rows.length > query.count ? { next: writeCursor(page.at(-1)!.node) } : {}) }
}

const heldOf = ({ node, name, ...row }: HeldRow): Held => ({ ...nodeOf(node), ...(name === null ? {} : { name }), ...row })

/** The person, or `not_found`. */
export async function personOf(ctx: Asker, user: string, moment: Moment): Promise<Person> {
  const person = await accessPerson(ctx.db, user, moment)
  if (!person) throw new GatehouseError('not_found', `There is no User with the id ${user}${then(moment)}.`)
  return person
}

const writeCursor = (text: string) => Buffer.from(text).toString('base64url')

function readCursor(cursor: string | undefined): string {
  if (cursor === undefined) return ''
  const text = Buffer.from(cursor, 'base64url').toString()
  if (cursor.length > 100 || text === '' || text.includes('\u0000') || text.includes('\ufffd') || writeCursor(text) !== cursor) {
    throw new GatehouseError('invalid_cursor', 'cursor: is not one of ours; take it from `next` of the page before.')
  }
  return text
}

/** The node of the thing of a check. Errors: `not_found`, `invalid_parameter` for the right. */
export async function whatIsAsked(ctx: Asker, check: Omit<Check, 'user'>, moment: Moment): Promise<string> {
  const { resource, letter = 's', right } = check
  if (right !== undefined && !(await isRight(ctx.db, right, moment))) throw noRight(right)
  const node = await thingNode(ctx.db, letter, resource, moment)
  if (node === undefined) throw noThing(check, moment)
  return node
}

/** What gives a thing, with the right. Errors: `not_found` for a thing that is not known at the moment, `invalid_parameter` for the right. */
export async function whatGives(ctx: Asker, letter: ThingLetter, named: string, right: string | undefined, moment: Moment): Promise<Givers> {
  const asked = { resource: named, letter, ...(right === undefined ? {} : { right }) }
  const found = await giversOf(ctx.db, await whatIsAsked(ctx, asked, moment), right, moment)
  if (!found) throw noThing(asked, moment)
  return found
}

export interface Holder {
  id: string
  displayName?: string
}

const holderOf = ({ id, displayName }: HolderRow): Holder => ({ id, ...(displayName === null ? {} : { displayName }) })

export interface PeopleQuery {
  right?: string
  at?: string
  count: number
  cursor?: string
  total?: boolean
}

/** The people who have a thing, by id. Errors: those of `whatGives`, `invalid_cursor`. */
export async function peopleOf(ctx: Asker, letter: ThingLetter, named: string, query: PeopleQuery): Promise<{ items: Holder[]; next?: string; total?: number }> {
  const moment = askedMoment(ctx, query.at)
  const after = readCursor(query.cursor)
  const givers = await whatGives(ctx, letter, named, query.right, moment)
  const page = await holdersPage(ctx.db, givers, query.right, moment, after, query.count, ctx.authority?.reach)
  return {
    items: page.people.map(holderOf),
    ...(page.next === undefined ? {} : { next: writeCursor(page.next) }),
    ...(query.total ? { total: await countHolders(ctx.db, givers, query.right, moment, ctx.authority?.reach) } : {}),
  }
}

const streamed = 5000

/**
 * Everybody who has a thing, as lines of JSON. What gives it is asked once; people are read page by page, each as they
 * stand when their page is read, so that a slow reader holds no connection and no old rows.
 */
export async function allPeopleOf(ctx: Asker, letter: ThingLetter, named: string, query: Pick<PeopleQuery, 'right' | 'at'>): Promise<AsyncGenerator<string>> {
  const moment = askedMoment(ctx, query.at)
  const givers = await whatGives(ctx, letter, named, query.right, moment)
  return (async function* lines() {
    for (let after: string | undefined = ''; after !== undefined;) {
      const page = await holdersPage(ctx.db, givers, query.right, moment, after, after === '' ? 100 : streamed, ctx.authority?.reach)
      if (page.people.length > 0) yield page.people.map((one) => `${JSON.stringify(holderOf(one))}\n`).join('')
      after = page.next
    }
  })()
}
