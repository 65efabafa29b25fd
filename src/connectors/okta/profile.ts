/**
 * From a person's values to an Okta profile, and back to what differs (pure). Okta's limits are a table; what breaks
 * one is reported per field before anything is sent.
 */
import type { Problem } from '../../errors.ts'
import { externalIdField, type Mapping } from '../../model/account-mapping.ts'
import type { FieldChange, Profile, RemoteAccount } from '../../sync/connector.ts'

interface FieldRule {
  required?: boolean
  min?: number
  max?: number
  /** Compared without case: Okta does, so a difference in case alone is none. */
  caseless?: boolean
}

/** Okta's base schema; fields without a row have no limit of their own. */
const fieldRules: Record<string, FieldRule> = {
  login: { required: true, min: 5, max: 100, caseless: true },
  email: { required: true, min: 5, max: 100 },
  firstName: { required: true, min: 1, max: 50 },
  lastName: { required: true, min: 1, max: 50 },
  mobilePhone: { max: 100 },
  primaryPhone: { max: 100 },
  secondEmail: { min: 5, max: 100 },
  countryCode: { max: 2 },
  [externalIdField]: { required: true, max: 32 },
}

const emailShape = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/

/** Okta takes characters of at most three bytes in UTF-8. */
const wideCharacter = /[\u{10000}-\u{10ffff}]/u

/**
 * The profile of a person. `values` is by source path; blanks count as no value.
 * Problems name the field and the rule: `lastName must have at most 50 characters, has 63`.
 */
export function profileOf(
  mapping: Mapping, values: Record<string, string | null>,
): { profile: Profile; problems: Problem[] } {
  const profile: Profile = {}
  const problems: Problem[] = []
  for (const { target, from, shape } of mapping) {
    const given = from.map((source) => values[source]?.trim() ?? '').filter((value) => value !== '')
    const value = shape === 'email' ? given.find((one) => emailShape.test(one)) : given[0]
    const problem = value === undefined ? missing(target, from, given) : problemOf(target, value)
    if (problem) problems.push({ path: target, message: problem })
    if (value !== undefined) profile[target] = value
  }
  return { profile, problems }
}

function missing(target: string, from: readonly string[], given: readonly string[]): string | null {
  if (!fieldRules[target]?.required) return null
  if (given.length > 0) return `has the value "${given[0]!.slice(0, 100)}", which is not shaped like an e-mail address`
  return `is required by Okta, and the person has no ${from.join(' or ')}`
}

function problemOf(target: string, value: string): string | null {
  const { min, max } = fieldRules[target] ?? {}
  const wide = wideCharacter.exec(value)
  if (wide) {
    const point = wide[0].codePointAt(0)!.toString(16).toUpperCase()
    return `holds the character U+${point}, and Okta takes none of four bytes`
  }
  if (min !== undefined && value.length < min) return `must have at least ${min} characters, has ${value.length}`
  if (max !== undefined && value.length > max) return `must have at most ${max} characters, has ${value.length}`
  return null
}

/** The mapped fields in which an account differs from a profile; null and blank are no value on both sides. */
export function differences(mapping: Mapping, profile: Profile, account: RemoteAccount): FieldChange[] {
  const changes: FieldChange[] = []
  for (const { target } of mapping) {
    const after = profile[target] ?? null
    const before = textOf(account.profile[target])
    const isSame = fieldRules[target]?.caseless ? after?.toLowerCase() === before?.toLowerCase() : after === before
    if (!isSame) changes.push({ field: target, before, after })
  }
  return changes
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null
  // U+0000 can stand in Okta's JSON but not in our plan.
  return (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('\0', '')
}

/** The declaration of a custom attribute, as Okta's user schema wants it before any profile may carry it. */
export function declarationOf(field: string): Record<string, unknown> {
  const isId = field === externalIdField
  return {
    title: isId ? 'Gatehouse id' : field,
    description: isId ? 'The id of the person in Gatehouse.' : 'Kept by Gatehouse.',
    type: 'string',
    maxLength: fieldRules[field]?.max ?? 255,
    mutability: 'READ_WRITE',
    scope: 'NONE',
    permissions: [{ principal: 'SELF', action: 'READ_ONLY' }],
  }
}
