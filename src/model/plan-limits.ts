/**
 * How much of each kind one plan may do before a person has to say yes (pure). Whoever makes a plan that takes things
 * from many people counts what it would do and asks `brokenLimits`; what that answers is why the plan is stopped.
 *
 * A limit is a number, a share of the people concerned, both or none: `500`, `20%`, `500 20%`, `none`. What the operator
 * says (PLAN_LIMITS) holds everywhere, and a portal's own (the settings `limit_…`) hold beside it: they tighten it and
 * loosen nothing. Where the operator says nothing, the portal's stand in place of the defaults here, which are the
 * field's: Okta's import safeguard stops at 20 %, Entra at 500 deletions. What gives or changes has no limit unless one
 * is set, because a first run does nothing else.
 */
import { GatehouseError } from '../errors.ts'
import { phraseOf } from './counted.ts'

export interface LimitedOperation {
  /** Its key in the settings of a portal, and in PLAN_LIMITS. */
  setting: `limit_${string}`
  /** What is counted, as a sentence says it. */
  what: string
  default: string
}

export const limitedOperations = {
  create: { setting: 'limit_create', what: 'accounts to create', default: 'none' },
  recreate: { setting: 'limit_recreate', what: 'accounts to create again because the linked ones have vanished', default: '100 20%' },
  adopt: { setting: 'limit_adopt', what: 'accounts to adopt', default: 'none' },
  update: { setting: 'limit_update', what: 'accounts to update', default: 'none' },
  activate: { setting: 'limit_activate', what: 'accounts to activate', default: 'none' },
  unsuspend: { setting: 'limit_unsuspend', what: 'accounts to unsuspend', default: 'none' },
  suspend: { setting: 'limit_suspend', what: 'accounts to suspend', default: '500 20%' },
  deactivate: { setting: 'limit_deactivate', what: 'accounts to deactivate', default: '500 20%' },
  delete: { setting: 'limit_delete', what: 'accounts to delete', default: '100 5%' },
  groupAdd: { setting: 'limit_group_add', what: 'group memberships to add', default: 'none' },
  groupRemove: { setting: 'limit_group_remove', what: 'group memberships to remove', default: '500 20%' },
  takeOver: { setting: 'limit_take_over', what: 'people to take values over for', default: '500 20%' },
  unlink: { setting: 'limit_unlink', what: 'links to vanished accounts to remove', default: '100 20%' },
  massDelete: { setting: 'limit_mass_delete', what: 'people to take out of a portal at once', default: '500 20%' },
} as const satisfies Record<string, LimitedOperation>

export type LimitedKind = keyof typeof limitedOperations
export type LimitSetting = (typeof limitedOperations)[LimitedKind]['setting']

export interface Limit {
  /** At most so many. */
  most?: number
  /** At most so many per cent of the people concerned. */
  percent?: number
}

export type Limits = Readonly<Record<LimitedKind, Limit>>
export type LimitCounts = Readonly<Partial<Record<LimitedKind, number>>>

/** So many are never too large a share: a fifth of a portal of three people is nobody. */
export const shareBeginsAbove = 10

export const limitPattern = /^(none|\d{1,9}|\d{1,3}(\.\d{1,2})?%|\d{1,9} \d{1,3}(\.\d{1,2})?%)$/
export const limitForm = 'a number, a per cent, both or `none`, such as `500 20%`'

const kinds = Object.keys(limitedOperations) as LimitedKind[]

function readLimit(text: string): Limit {
  const limit: Limit = {}
  for (const part of text === 'none' ? [] : text.split(' ')) {
    if (part.endsWith('%')) limit.percent = Number(part.slice(0, -1))
    else limit.most = Number(part)
  }
  return limit
}

/** `limit_delete=50 2%; limit_create=none` (PLAN_LIMITS) as settings. Errors: `configuration`. */
export function readLimitList(text: string): Partial<Record<LimitSetting, string>> {
  const settings: Partial<Record<LimitSetting, string>> = {}
  for (const part of text.split(';').map((one) => one.trim()).filter((one) => one !== '')) {
    const [name, value] = part.split('=').map((one) => one.trim())
    const setting = kinds.map((kind) => limitedOperations[kind].setting).find((one) => one === name)
    // A limit that is misspelt must not count as none.
    if (setting === undefined) throw new GatehouseError('configuration', `PLAN_LIMITS: there is no ${name}.`)
    if (value === undefined || !limitPattern.test(value)) throw new GatehouseError('configuration', `PLAN_LIMITS: ${name} must be ${limitForm}.`)
    settings[setting] = value
  }
  return settings
}

/**
 * The limits in force.
 * @param operator those of the installation (`readLimitList`)
 */
export function limitsOf(operator: Partial<Record<LimitSetting, string>>, portal: Partial<Record<LimitSetting, string>> = {}): Limits {
  return Object.fromEntries(kinds.map((kind) => {
    const { setting, default: standard } = limitedOperations[kind]
    const said = [operator[setting], portal[setting]].filter((one) => one !== undefined)
    return [kind, said.length === 0 ? readLimit(standard) : said.map(readLimit).reduce(tighter)]
  })) as unknown as Limits
}

/** What holds to both. */
function tighter(one: Limit, other: Limit): Limit {
  const least = (name: keyof Limit) => {
    const values = [one[name], other[name]].filter((value) => value !== undefined)
    return values.length === 0 ? {} : { [name]: Math.min(...values) }
  }
  return { ...least('most'), ...least('percent') }
}

/** Whether a share of the people is asked for at all, so that they have to be counted. */
export function needsPeople(counts: LimitCounts, limits: Limits): boolean {
  return kinds.some((kind) => limits[kind].percent !== undefined && (counts[kind] ?? 0) > shareBeginsAbove)
}

/**
 * What of a plan breaks a limit, each as an administrator understands it; empty when nothing does.
 * @param people how many the plan is about in all: those of the portal, not only those it touches
 */
export function brokenLimits(counts: LimitCounts, people: number, limits: Limits): string[] {
  return kinds.flatMap((kind) => {
    const count = counts[kind] ?? 0
    const { most, percent } = limits[kind]
    const { what, setting } = limitedOperations[kind]
    if (most !== undefined && count > most) return [`${number(count)} ${phraseOf(count, what)}, and the limit is ${number(most)} (${setting})`]
    if (percent === undefined) return []
    const share = Math.floor((people * percent) / 100)
    if (count <= Math.max(shareBeginsAbove, share)) return []
    const allowed = share < shareBeginsAbove ? `, but at least ${shareBeginsAbove}` : `, which is ${number(share)}`
    return [`${number(count)} ${what}, and the limit is ${percent} % of ${number(people)} people${allowed} (${setting})`]
  })
}

/** Why a plan was stopped, and what to do. */
export function stopReason(broken: readonly string[]): string {
  return `${broken.join('; ')}. Nothing has been written.${advice}`
}

const advice = ' If it is meant, release the plan with a reason; if not, find the cause and plan again.'

/** The same once somebody has decided: what was broken alone. */
export const decidedReason = (reason: string): string => reason.replace(advice, '')

function number(value: number): string {
  return value.toLocaleString('en')
}
