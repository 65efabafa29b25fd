/**
 * A mapping of accounts as somebody gives it: `{field: expression}`, or `{field: {value: expression, conflict: "report"}}`
 * where Okta has a say as well. Every fault is named with its path.
 */
import { GatehouseError, type Problem } from '../errors.ts'
import { sourcesIn, type Expression } from '../model/account-expression.ts'
import { conflicts, externalIdField, type Conflict, type Mapping, type MappingRule } from '../model/account-mapping.ts'
import { accountSource } from '../model/account-sources.ts'
import { isObject } from '../model/attribute.ts'

const mostFields = 200
const mostParts = 20
const mostValues = 500
const deepest = 6
/** In all: every write of a person goes through it, and each source is looked up for every person of a run. */
const mostNodes = 500
const mostSources = 100
const mostText = 1000

const functions: Readonly<Record<string, { needs: 'parts' | 'part' | 'text'; also: readonly string[] }>> = {
  constant: { needs: 'text', also: [] },
  first: { needs: 'parts', also: [] },
  join: { needs: 'parts', also: ['with'] },
  lower: { needs: 'part', also: [] },
  upper: { needs: 'part', also: [] },
  email: { needs: 'part', also: [] },
  substring: { needs: 'part', also: ['start', 'length'] },
  map: { needs: 'part', also: ['values', 'otherwise'] },
}

/** Errors: `invalid_body`, `invalid_mapping` naming every fault. */
export function checkMapping(input: unknown): Mapping {
  if (!isObject(input)) throw new GatehouseError('invalid_body', 'A mapping must be a JSON object: {"field": expression}.')
  const problems: Problem[] = []
  const fields = Object.entries(input)
  if (fields.length > mostFields) problems.push({ path: '', message: `may have at most ${mostFields} fields` })
  for (const [field, expression] of fields) {
    if (field === externalIdField) problems.push({ path: field, message: 'is filled in any case, by the id of the person' })
    else if (!/^(?!__)[A-Za-z_]\w{0,99}$/.test(field)) problems.push({ path: field.slice(0, 100), message: 'is no name of a field: letters, digits and _ only' })
    else check(valueIn(field, expression, problems), field, 0, problems)
  }
  const values = fields.map(([, given]) => (hasConflict(given) ? given.value : given))
  if (values.reduce((sum: number, value) => sum + nodesIn(value, 0), 0) > mostNodes) problems.push({ path: '', message: `may have at most ${mostNodes} parts in all` })
  else if (problems.length === 0 && new Set(values.flatMap((value) => sourcesIn(value as Expression))).size > mostSources) problems.push({ path: '', message: `may name at most ${mostSources} attributes` })
  for (const field of ['login', 'email']) {
    if (!Object.hasOwn(input, field)) problems.push({ path: field, message: 'is required: no account goes without it' })
  }
  if (problems.length > 0) {
    const list = problems.slice(0, 10).map(({ path, message }) => `${path} ${message}`).join('; ')
    throw new GatehouseError('invalid_mapping', `The mapping cannot be used: ${list}.`, { problems })
  }
  return fields.map(([target, given]): MappingRule => (hasConflict(given) ? { target, value: given.value as Expression, conflict: given.conflict as Conflict } : { target, value: given as Expression }))
}

/** How many parts an expression has; those nested too deep are refused by themselves. */
function nodesIn(value: unknown, depth: number): number {
  if (depth > deepest + 1 || typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((sum: number, part) => sum + (Array.isArray(part) ? part.reduce((all: number, one) => all + nodesIn(one, depth + 1), 0) : nodesIn(part, depth + 1)), 1)
}

/** What a field is made of, and who has the say about it where that is not us alone. */
export type MappedField = Expression | { value: Expression; conflict: Conflict }

/** A mapping as it is shown: by field. */
export function mappingDocument(mapping: Mapping): Record<string, MappedField> {
  return Object.fromEntries(mapping.filter(({ target }) => target !== externalIdField).map(({ target, value, conflict }) => [target, conflict === undefined ? value : { value, conflict }]))
}

const hasConflict = (given: unknown): given is Record<string, unknown> => isObject(given) && Object.hasOwn(given, 'conflict')

/** The expression of a field; a word on conflicts is checked on the way. */
function valueIn(field: string, given: unknown, problems: Problem[]): unknown {
  if (!hasConflict(given)) return given
  const report = (path: string, message: string) => void problems.push({ path, message })
  const other = Object.keys(given).find((key) => key !== 'value' && key !== 'conflict')
  if (other !== undefined) report(`${field}.${other.slice(0, 100)}`, 'is no part of a field: value and conflict')
  if (!(conflicts as readonly unknown[]).includes(given.conflict)) report(`${field}.conflict`, `must be one of ${conflicts.join(', ')}`)
  // Who a person is here must not be decided over there.
  else if (given.conflict === 'theirs' && (field === 'login' || field === 'email' || given.value === 'userName')) report(`${field}.conflict`, 'cannot be theirs: choose report')
  return given.value
}

function check(value: unknown, path: string, depth: number, problems: Problem[]): void {
  const report = (message: string, at = path) => void problems.push({ path: at, message })
  if (depth > deepest) return report(`may be nested ${deepest} deep at most`)
  if (typeof value === 'string') return checkSource(value, report)
  if (!isObject(value)) return report('must be the path of an attribute, or an expression such as {"first": ["nickName", "name.givenName"]}')
  const names = Object.keys(functions).filter((name) => Object.hasOwn(value, name))
  const name = names[0]
  if (name === undefined || names.length > 1) return report(`must have exactly one of ${Object.keys(functions).join(', ')}`)
  const { needs, also } = functions[name]!
  for (const key of Object.keys(value)) if (key !== name && !also.includes(key)) report(`is no part of ${name}`, `${path}.${key}`)
  const given = value[name]
  if (needs === 'text') checkText(given, `${path}.${name}`, problems)
  else if (needs === 'part') check(given, `${path}.${name}`, depth + 1, problems)
  else if (!Array.isArray(given) || given.length < 1 || given.length > mostParts) report(`must be a list of 1 to ${mostParts} expressions`, `${path}.${name}`)
  else given.forEach((part, index) => check(part, `${path}.${name}[${index}]`, depth + 1, problems))
  checkRest(value, path, depth, problems)
}

function checkSource(source: string, report: (message: string) => void): void {
  if (accountSource(source) !== null) return
  const text = source.length > 60 ? `${source.slice(0, 60)}…` : source
  report(`names "${text}", which is no attribute of a person: title, name.givenName, attributes.department, phoneNumbers[type eq "CELL_PHONE"].formatted`)
}

function checkText(value: unknown, path: string, problems: Problem[], least = 1): void {
  const isGood = typeof value === 'string' && value.length >= least && value.length <= mostText && !value.includes('\0')
  if (!isGood) problems.push({ path, message: `must be a text of ${least} to ${mostText} characters` })
}

function checkRest(value: Record<string, unknown>, path: string, depth: number, problems: Problem[]): void {
  if (value.with !== undefined) checkText(value.with, `${path}.with`, problems, 0)
  for (const [key, least] of [['start', 0], ['length', 1]] as const) {
    const given = value[key]
    if (given !== undefined && !(Number.isInteger(given) && (given as number) >= least && (given as number) <= mostText)) {
      problems.push({ path: `${path}.${key}`, message: `must be a whole number from ${least} to ${mostText}` })
    }
  }
  if (!Object.hasOwn(value, 'map')) return
  if (value.otherwise !== undefined) check(value.otherwise, `${path}.otherwise`, depth + 1, problems)
  const entries = isObject(value.values) ? Object.entries(value.values) : []
  if (entries.length < 1 || entries.length > mostValues) problems.push({ path: `${path}.values`, message: `must be an object of 1 to ${mostValues} values` })
  for (const [key, text] of entries) checkText(text, `${path}.values.${key.slice(0, 60)}`, problems, 0)
}
