/**
 * What Okta takes in a field of a profile (pure): its base schema as documented, and over that the org's own schema
 * once it has been read.
 */
import { externalIdField } from '../../model/account-mapping.ts'
import { isObject } from '../../model/attribute.ts'

export interface FieldRule {
  type?: string
  required?: boolean
  min?: number
  max?: number
  values?: readonly string[]
  /** Compared without case: Okta does, so a difference in case alone is none. */
  caseless?: boolean
  /** The schema lets nobody write it. */
  readOnly?: boolean
  /** Characters that a login may have; absent: it is an e-mail address. */
  pattern?: RegExp
}

export type FieldRules = Readonly<Record<string, FieldRule>>

/** Okta's base schema; fields without a row have no limit of their own. */
export const baseRules: FieldRules = {
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

export interface OktaSchema {
  definitions?: Record<string, { properties?: Record<string, unknown>; required?: unknown } | undefined>
}

/** The rules of an org's schema over those of the base schema; `declared` are the fields that there are. */
export function rulesOf(schema: OktaSchema): { rules: FieldRules; declared: ReadonlySet<string> } {
  const rules: Record<string, FieldRule> = { ...baseRules }
  const declared = new Set<string>()
  for (const part of Object.values(schema.definitions ?? {})) {
    const required: unknown[] = Array.isArray(part?.required) ? part.required : []
    for (const [field, property] of Object.entries(part?.properties ?? {})) {
      declared.add(field)
      if (isObject(property)) rules[field] = { ...baseRules[field], ...ruleOf(field, property, required.includes(field)) }
    }
  }
  return { rules, declared }
}

function ruleOf(field: string, property: Record<string, unknown>, isRequired: boolean): FieldRule {
  const number = (value: unknown) => (typeof value === 'number' ? value : undefined)
  const values = Array.isArray(property['enum']) ? property['enum'].filter((one): one is string => typeof one === 'string') : undefined
  const pattern = field === 'login' ? patternOf(property['pattern']) : undefined
  const min = number(property['minLength'])
  const max = number(property['maxLength'])
  const isNeeded = isRequired || property['required'] === true
  return {
    ...(typeof property['type'] === 'string' ? { type: property['type'] } : {}),
    required: isNeeded || field === externalIdField,
    ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }),
    ...(values && values.length > 0 ? { values } : {}),
    ...(property['mutability'] === 'READ_ONLY' ? { readOnly: true } : {}),
    ...(pattern ? { pattern } : {}),
  }
}

/** Okta allows `.+` and one class of characters; nothing else is run here. */
function patternOf(text: unknown): RegExp | undefined {
  if (typeof text !== 'string' || !/^(\.\+|\[[^[\]\\]{1,200}\]\+)$/.test(text)) return undefined
  try {
    return new RegExp(`^${text}$`, 'u')
  } catch {
    return undefined
  }
}
