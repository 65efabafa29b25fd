/** What one may ask of role mining. */
import { GatehouseError } from '../errors.ts'
import { isObject } from '../model/attribute.ts'
import type { MiningOptions } from '../model/role-mining.ts'

export const miningSources = ['resources', 'roles'] as const
export const minimiseWords = ['roles', 'complexity'] as const

export interface MiningRequest extends Omit<MiningOptions, 'expired'> {
  /** Which single grants are read: resources given to people, roles given to people. */
  sources: readonly (typeof miningSources)[number][]
  /** A SCIM filter: whose. */
  filter?: string
  /** How long the search may take. */
  seconds: number
}

/** The whole numbers among the options: their default and their range. */
export const miningNumbers = {
  seed: { default: 1, min: 0, max: 2_147_483_647, doc: 'Chance begins here: the same seed, the same answer' },
  seconds: { default: 10, min: 1, max: 60, doc: 'How long the search may take' },
  leastPeople: { default: 1, min: 1, max: 100_000, doc: 'Roles for fewer people are not proposed' },
  leastThings: { default: 1, min: 1, max: 100_000, doc: 'Roles that hold fewer things are not proposed' },
} as const

/** Reads the body of a request; everything has a default. Errors: `invalid_body`, `unknown_attribute`, `invalid_value`. */
export function miningRequest(body: unknown): MiningRequest {
  if (!isObject(body)) throw new GatehouseError('invalid_body', 'The body must be a JSON object; {} mines what all people were given.')
  const { sources = ['resources'], filter, minimise = 'roles', ...numbers } = body
  const unknown = Object.keys(numbers).find((key) => !(key in miningNumbers))
  if (unknown !== undefined) throw new GatehouseError('unknown_attribute', `${unknown}: is not part of role mining.`)
  if (!Array.isArray(sources) || sources.length === 0 || sources.some((one) => !miningSources.includes(one as 'roles'))) {
    throw new GatehouseError('invalid_value', `sources: must be a list of ${miningSources.join(' and ')}.`)
  }
  if (filter !== undefined && (typeof filter !== 'string' || filter.trim() === '')) throw new GatehouseError('invalid_value', 'filter: must be a SCIM filter.')
  if (!minimiseWords.includes(minimise as 'roles')) throw new GatehouseError('invalid_value', `minimise: must be one of ${minimiseWords.join(', ')}.`)
  const whole = (name: keyof typeof miningNumbers) => {
    const { default: usual, min, max } = miningNumbers[name]
    const value = numbers[name] ?? usual
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) throw new GatehouseError('invalid_value', `${name}: must be a whole number from ${min} to ${max}.`)
    return value
  }
  return {
    sources: [...new Set(sources)] as MiningRequest['sources'], ...(filter === undefined ? {} : { filter: filter as string }), minimise: minimise as 'roles',
    seed: whole('seed'), seconds: whole('seconds'), leastPeople: whole('leastPeople'), leastThings: whole('leastThings'),
  }
}
