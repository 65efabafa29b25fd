/**
 * From a person's values to an Okta profile, and back to what differs (pure). What breaks a rule of a field is reported
 * before anything is sent.
 */
import type { Problem } from '../../errors.ts'
import { emailShape, evaluate, possibleValues, sourcesIn } from '../../model/account-expression.ts'
import { externalIdField, type Mapping, type MappingRule } from '../../model/account-mapping.ts'
import { counted } from '../../model/counted.ts'
import { comparedText } from '../../model/text.ts'
import type { FieldChange, Profile, RemoteAccount } from '../../sync/connector.ts'
import { baseRules, type FieldRules } from './field-rules.ts'

/** Okta takes characters of at most three bytes in UTF-8. */
const wideCharacter = /[\u{10000}-\u{10ffff}]/u
/** Halves of such characters, and what is none. */
const brokenCharacter = /\p{Cs}|\0/u

/**
 * The profile of a person. `values` is by source path; blanks count as no value.
 * Problems name the field and the rule: `lastName must have at most 50 characters, has 63`.
 */
export function profileOf(
  mapping: Mapping, values: Record<string, string | null>, rules: FieldRules = baseRules,
): { profile: Profile; problems: Problem[] } {
  const profile: Profile = {}
  const problems: Problem[] = []
  for (const rule of mapping) {
    const value = evaluate(rule.value, values)
    const problem = value === null ? missing(rule, values, rules) : problemOf(rule.target, value, rules)
    if (problem) problems.push({ path: rule.target, message: problem })
    if (value !== null) profile[rule.target] = value
  }
  return { profile, problems }
}

function missing({ target, value }: MappingRule, values: Record<string, string | null>, rules: FieldRules): string | null {
  if (!rules[target]?.required) return null
  const sources = sourcesIn(value)
  const given = sources.map((source) => values[source]?.trim() ?? '').find((one) => one !== '')
  if (given === undefined) return `is required by Okta, and the person has no ${sources.join(' or ')}`
  const quoted = `"${[...given].slice(0, 100).join('')}"`
  return JSON.stringify(value).includes('"email":') ? `has the value ${quoted}, which is not shaped like an e-mail address`
    : `is required by Okta, and the mapping makes nothing of ${quoted}`
}

function problemOf(target: string, value: string, rules: FieldRules): string | null {
  const { min, max, values } = rules[target] ?? {}
  const wide = wideCharacter.exec(value)
  if (wide) return `holds the character U+${wide[0].codePointAt(0)!.toString(16).toUpperCase()}, and Okta takes none of four bytes`
  if (brokenCharacter.test(value)) return 'holds half a character or U+0000, which is no text'
  if (min !== undefined && value.length < min) return `must have at least ${counted(min, 'character')}, has ${value.length}`
  if (max !== undefined && value.length > max) return `must have at most ${max} characters, has ${value.length}`
  if (values && !values.includes(value)) return `has the value "${value.slice(0, 100)}", and Okta's schema allows ${listed(values)}`
  return target === 'login' ? loginProblem(value, rules) : target === 'email' || target === 'secondEmail' ? emailProblem(value) : null
}

function emailProblem(value: string): string | null {
  return emailShape.test(value) ? null : `has the value "${value}", which is not shaped like an e-mail address`
}

function loginProblem(value: string, rules: FieldRules): string | null {
  // Okta finds such a login by nothing but its id: an account whose creation is not answered would be lost.
  if (value.includes('/')) return 'holds a /, and Okta could not find the account by it'
  const { pattern } = rules['login'] ?? {}
  if (!pattern) return emailProblem(value)
  return pattern.test(value) ? null : `has the value "${value}", which the org's pattern for logins does not allow`
}

function listed(values: readonly string[]): string {
  return values.slice(0, 10).join(', ') + (values.length > 10 ? ', …' : '')
}

/** The mapped fields in which an account differs from a profile; null and blank are no value on both sides. */
export function differences(mapping: Mapping, profile: Profile, account: RemoteAccount): FieldChange[] {
  const changes: FieldChange[] = []
  for (const { target } of mapping) {
    const after = profile[target] ?? null
    const before = textOf(account.profile[target])
    const isSame = baseRules[target]?.caseless ? compared(after) === compared(before) : after === before
    if (!isSame) changes.push({ field: target, before, after })
  }
  return changes
}

const compared = (value: string | null) => value && comparedText(value)

function textOf(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null
  // U+0000 can stand in Okta's JSON but not in our plan.
  return (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('\0', '')
}

/** Why a mapping cannot be pushed by a schema, whoever the person; what is not declared is another matter. */
export function mappingProblems(mapping: Mapping, rules: FieldRules, declared: ReadonlySet<string>): Problem[] {
  const problems: Problem[] = []
  const report = (path: string, message: string) => problems.push({ path, message })
  for (const { target, value } of mapping) {
    const { type, values, max, readOnly } = rules[target] ?? {}
    if (!declared.has(target)) continue
    if (type !== undefined && type !== 'string') report(target, `is of the type ${type} in Okta's schema; only texts can be pushed`)
    if (readOnly) report(target, 'may not be written, as Okta\'s schema stands')
    for (const one of possibleValues(value) ?? []) {
      if (values && !values.includes(one)) report(target, `would get the value "${one}", and Okta's schema allows ${listed(values)}`)
      if (max !== undefined && one.length > max) report(target, `would get "${one.slice(0, 60)}", which has more than ${max} characters`)
    }
  }
  const targets = new Set(mapping.map(({ target }) => target))
  for (const [field, { required }] of Object.entries(rules)) {
    if (required && declared.has(field) && !targets.has(field)) report(field, 'is required by Okta\'s schema, and the mapping does not fill it')
  }
  return problems
}

/** The declaration of a custom attribute, as Okta's user schema wants it before any profile may carry it. */
export function declarationOf(field: string): Record<string, unknown> {
  const isId = field === externalIdField
  return {
    title: isId ? 'Gatehouse id' : field,
    description: isId ? 'The id of the person in Gatehouse.' : 'Kept by Gatehouse.',
    type: 'string',
    maxLength: baseRules[field]?.max ?? 255,
    mutability: 'READ_WRITE',
    scope: 'NONE',
    permissions: [{ principal: 'SELF', action: 'READ_ONLY' }],
  }
}
