/**
 * The user schema and what a profile has to obey: the 31 base attributes with Okta's limits, custom attributes that
 * must be declared first, and the rule that no character may take more than three bytes of UTF-8.
 */

export type PropertyType = 'string' | 'boolean' | 'number' | 'integer' | 'array'

export interface SchemaProperty {
  title: string
  type: PropertyType
  description?: string
  format?: string
  items?: { type: Exclude<PropertyType, 'array'> }
  required?: boolean
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  enum?: (string | number | null)[]
  pattern?: string
  unique?: string
  mutability?: string
  scope?: string
  permissions?: unknown
  master?: unknown
}

export type Profile = Readonly<Record<string, unknown>>

export interface UserSchema {
  /** The part behind `/meta/schemas/user/`; `default` reaches it too. */
  id: string
  created: string
  lastUpdated: string
  base: Map<string, SchemaProperty>
  custom: Map<string, SchemaProperty>
}

const limits: Record<string, Partial<SchemaProperty>> = {
  login: { title: 'Username', required: true, minLength: 5, maxLength: 100 },
  email: { title: 'Primary email', required: true, format: 'email', minLength: 5, maxLength: 100 },
  secondEmail: { title: 'Secondary email', format: 'email', minLength: 5, maxLength: 100 },
  firstName: { title: 'First name', required: true, minLength: 1, maxLength: 50 },
  lastName: { title: 'Last name', required: true, minLength: 1, maxLength: 50 },
  mobilePhone: { title: 'Mobile phone', maxLength: 100 },
  primaryPhone: { title: 'Primary phone', maxLength: 100 },
  countryCode: { title: 'Country code', format: 'country-code', maxLength: 2 },
}

/** Okta's base attributes in its order; those without a row in `limits` are plain optional text. */
export const baseAttributes = [
  'login', 'firstName', 'lastName', 'middleName', 'honorificPrefix', 'honorificSuffix', 'email', 'title', 'displayName',
  'nickName', 'profileUrl', 'secondEmail', 'mobilePhone', 'primaryPhone', 'streetAddress', 'city', 'state', 'zipCode',
  'countryCode', 'postalAddress', 'preferredLanguage', 'locale', 'timezone', 'userType', 'employeeNumber',
  'costCenter', 'organization', 'division', 'department', 'managerId', 'manager',
] as const

/** A schema as a new org has it, with nothing custom. */
export function defaultSchema(id: string, now: string): UserSchema {
  const base = new Map<string, SchemaProperty>()
  for (const name of baseAttributes) {
    base.set(name, {
      title: name,
      type: 'string',
      mutability: 'READ_WRITE',
      scope: 'NONE',
      permissions: [{ principal: 'SELF', action: 'READ_WRITE' }],
      master: { type: 'PROFILE_MASTER' },
      ...limits[name],
    })
  }
  return { id, created: now, lastUpdated: now, base, custom: new Map() }
}

/** The declaration of a profile attribute, base or custom. */
export function propertyOf(schema: UserSchema, name: string): SchemaProperty | undefined {
  return schema.base.get(name) ?? schema.custom.get(name)
}

/** Attributes whose values no two users may share. */
export function uniqueAttributes(schema: UserSchema): string[] {
  const custom = [...schema.custom].filter(([, property]) => property.unique === 'UNIQUE_VALIDATED')
  return ['login', ...custom.map(([name]) => name)]
}

/**
 * What is wrong with a whole profile, as `field: text` problems; empty when it may be stored.
 * Null and absent are the same, and an empty text counts as blank.
 */
export function profileProblems(schema: UserSchema, profile: Profile): string[] {
  const problems: string[] = []
  for (const name of Object.keys(profile)) {
    if (!propertyOf(schema, name)) problems.push(`${name}: Property name ${name} is not defined in the user schema`)
  }
  for (const [name, property] of [...schema.base, ...schema.custom]) {
    const value = Object.hasOwn(profile, name) ? profile[name] : undefined
    const problem = valueProblem(name, property, value)
    if (problem) problems.push(`${name}: ${problem}`)
  }
  return problems
}

function valueProblem(name: string, property: SchemaProperty, value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') {
    return property.required ? 'The field cannot be left blank' : undefined
  }
  if (property.type !== 'array') return scalarProblem(name, property, property.type, value)
  if (!Array.isArray(value)) return 'Must be an array'
  const type = property.items?.type ?? 'string'
  for (const element of value) {
    const problem = scalarProblem(name, property, type, element)
    if (problem) return problem
  }
  return undefined
}

function scalarProblem(name: string, property: SchemaProperty, type: PropertyType, value: unknown): string | undefined {
  if (type === 'string' ? typeof value !== 'string' : false) return 'Must be a string'
  if (type === 'boolean' && typeof value !== 'boolean') return 'Must be a boolean'
  if (type === 'number' && typeof value !== 'number') return 'Must be a number'
  if (type === 'integer' && !Number.isSafeInteger(value)) return 'Must be an integer'
  if (property.enum && !property.enum.includes(value as string)) return 'Must be one of the allowed values'
  if (typeof value === 'number') return rangeProblem(property, value)
  return typeof value === 'string' ? textProblem(name, property, value) : undefined
}

function rangeProblem(property: SchemaProperty, value: number): string | undefined {
  if (property.minimum !== undefined && value < property.minimum) return `Must be at least ${property.minimum}`
  if (property.maximum !== undefined && value > property.maximum) return `Must be at most ${property.maximum}`
  return undefined
}

function textProblem(name: string, property: SchemaProperty, value: string): string | undefined {
  if (hasWideCharacter(value)) return 'Characters of four bytes in UTF-8 are not supported'
  if (property.minLength !== undefined && value.length < property.minLength) {
    return `Must be at least ${property.minLength} characters`
  }
  if (property.maxLength !== undefined && value.length > property.maxLength) {
    return `Must be no more than ${property.maxLength} characters`
  }
  if (property.pattern !== undefined) {
    return new RegExp(`^(?:${property.pattern})$`, 'u').test(value) ? undefined : 'Does not match required pattern'
  }
  if (name === 'login' && !isEmail(value)) return 'Username must be in the form of an email address'
  if (property.format === 'email' && !isEmail(value)) return 'Does not match required pattern'
  return undefined
}

/** Beyond the Basic Multilingual Plane a character takes four bytes, which Okta does not store. */
export function hasWideCharacter(text: string): boolean {
  return /[\u{10000}-\u{10ffff}]/u.test(text)
}

function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text)
}

/** Okta takes two shapes of login pattern: anything (`.+`) or one class of characters (`[a-z0-9]+`). */
export function isLoginPattern(pattern: string): boolean {
  return pattern === '.+' || /^\[[^\]\\]+\]\+$/.test(pattern)
}

/** Logins are compared without case; that accents do not tell them apart either is one reading of the documentation. */
export function foldLogin(login: string): string {
  return login.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

/** What two values of a unique attribute must not share. */
export function uniqueKey(attribute: string, value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  return attribute === 'login' ? foldLogin(String(value)) : String(value).toLowerCase()
}
