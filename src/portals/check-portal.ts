/** What a caller may say about a portal, and whom they may name: shapes and lengths, before the store is asked. */
import { GatehouseError, type Problem } from '../errors.ts'
import { isObject } from '../model/attribute.ts'

export interface PortalInput {
  id?: number
  name?: string
  description?: string | null
  settings?: Record<string, unknown>
}

/** Errors: `invalid_body`, `invalid_value` naming every bad path, `unknown_attribute`. */
export function checkPortal(input: unknown, isNew: boolean): PortalInput {
  if (!isObject(input)) throw new GatehouseError('invalid_body', 'A portal must be a JSON object.')
  const known = ['id', 'name', 'description', 'settings', 'meta']
  const unknown = Object.keys(input).filter((key) => !known.includes(key))
  if (unknown.length > 0) {
    const problems = unknown.map((path) => ({ path, message: 'is no attribute of a portal' }))
    throw new GatehouseError('unknown_attribute', `A portal has no ${unknown.join(', ')}.`, { problems })
  }
  const problems: Problem[] = []
  const { id, name, description, settings } = input
  if (isNew && id !== undefined && !isPortalId(id)) {
    problems.push({ path: 'id', message: 'must be a whole number from 1 to 2147483647' })
  }
  if (name !== undefined && !isText(name, 100)) {
    problems.push({ path: 'name', message: 'must be a text of 1 to 100 characters' })
  }
  if (description !== undefined && description !== null && !isText(description, 255)) {
    problems.push({ path: 'description', message: 'must be a text of 1 to 255 characters' })
  }
  if (settings !== undefined && !isObject(settings)) problems.push({ path: 'settings', message: 'must be an object' })
  if (problems.length > 0) throw invalid(problems)
  return input as PortalInput
}

/** True for a number that a portal may have. */
export function isPortalId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 2147483647
}

// U+0000 cannot be stored.
function isText(value: unknown, most: number): boolean {
  return typeof value === 'string' && value.length >= 1 && value.length <= most && !value.includes('\0')
}

const mostPeople = 100_000

/** Ids of people, each once. Errors: `invalid_value`. */
export function checkPersonIds(input: unknown): string[] {
  const isGood = Array.isArray(input) && input.length > 0 && input.length <= mostPeople
    && input.every((id) => isText(id, 32))
  if (isGood) return [...new Set(input as string[])]
  throw invalid([{ path: 'users', message: `must be a list of 1 to ${mostPeople} ids of people` }])
}

function invalid(problems: Problem[]): GatehouseError {
  const list = problems.map((problem) => `${problem.path} ${problem.message}`).join('; ')
  return new GatehouseError('invalid_value', `Values that cannot be used: ${list}.`, { problems })
}
