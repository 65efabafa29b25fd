/**
 * A mapping of accounts as somebody gives it: `{field: expression}`, or `{field: {value: expression, conflict: "report"}}`
 * where Okta has a say as well. Every fault is named with its path.
 */
import { GatehouseError, type Problem } from '../errors.ts'
import type { Expression } from '../model/account-expression.ts'
import { conflicts, externalIdField, type Conflict, type Mapping, type MappingRule } from '../model/account-mapping.ts'
import { isObject } from '../model/attribute.ts'
import { checkExpressions } from '../model/check-expression.ts'

const mostFields = 200

/** Errors: `invalid_body`, `invalid_mapping` naming every fault. */
export function checkMapping(input: unknown): Mapping {
  if (!isObject(input)) throw new GatehouseError('invalid_body', 'A mapping must be a JSON object: {"field": expression}.')
  const problems: Problem[] = []
  const fields = Object.entries(input)
  if (fields.length > mostFields) problems.push({ path: '', message: `may have at most ${mostFields} fields` })
  const made: [string, unknown][] = []
  for (const [field, expression] of fields) {
    if (field === externalIdField) problems.push({ path: field, message: 'is filled in any case, by the id of the person' })
    else if (!/^(?!__)[A-Za-z_]\w{0,99}$/.test(field)) problems.push({ path: field.slice(0, 100), message: 'is no name of a field: letters, digits and _ only' })
    else made.push([field, valueIn(field, expression, problems)])
  }
  checkExpressions(made, problems)
  for (const field of ['login', 'email']) {
    if (!Object.hasOwn(input, field)) problems.push({ path: field, message: 'is required: no account goes without it' })
  }
  if (problems.length > 0) {
    const list = problems.slice(0, 10).map(({ path, message }) => `${path} ${message}`).join('; ')
    throw new GatehouseError('invalid_mapping', `The mapping cannot be used: ${list}.`, { problems })
  }
  return fields.map(([target, given]): MappingRule => (hasConflict(given) ? { target, value: given.value as Expression, conflict: given.conflict as Conflict } : { target, value: given as Expression }))
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
