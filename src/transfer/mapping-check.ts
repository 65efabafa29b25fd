/** Holds a mapping to its shape: every thing that is wrong, each with its place in the file. */
import { isObject, type Document } from '../model/attribute.ts'
import { dataTypes } from '../model/data-type.ts'
import type { Problem } from '../errors.ts'
import { canFindBy, placeOf, settableOnly } from './attribute-place.ts'
import { parsePath } from './document-path.ts'
import { edgeBetween, endTypes, isKind, kinds, resourceNames, type Kind, type ResourceName } from './importable.ts'
import { safePattern } from './safe-pattern.ts'
import { isSecretName } from './secret-names.ts'
import { dateReader } from './value-date.ts'

type Report = (path: string, message: string) => void
type Check = (value: unknown, path: string, report: Report) => void

const maxRules = 500

/** The problems of a parsed mapping file; none when it is good. */
export function checkMapping(value: unknown): Problem[] {
  const problems: Problem[] = []
  const report: Report = (path, message) => problems.push({ path: path || 'mapping', message })
  mapping(value, '', report)
  return problems
}

const text: Check = (value, path, report) => {
  if (typeof value !== 'string') report(path, 'must be a text.')
}
const columnName: Check = (value, path, report) => {
  if (typeof value !== 'string' || value === '') report(path, 'must be the name of a column.')
}
const truth: Check = (value, path, report) => {
  if (typeof value !== 'boolean') report(path, 'must be true or false.')
}
const scalar: Check = (value, path, report) => {
  if (!['string', 'number', 'boolean'].includes(typeof value)) report(path, 'must be a text, a number, true or false.')
}
const oneOf = (...allowed: string[]): Check => (value, path, report) => {
  if (typeof value !== 'string' || !allowed.includes(value)) report(path, `must be one of ${allowed.map((one) => JSON.stringify(one)).join(', ')}.`)
}
const list = (check: Check): Check => (value, path, report) => {
  if (!Array.isArray(value) || value.length > maxRules) return report(path, `must be a list of at most ${maxRules}.`)
  value.forEach((one, at) => check(one, `${path}[${at}]`, report))
}
const oneOrMore = (check: Check): Check => (value, path, report) =>
  Array.isArray(value) ? list(check)(value, path, report) : check(value, path, report)

/** An object with these keys and no others. */
const shape = (keys: Record<string, Check>, required: string[] = []): Check => (value, path, report) => {
  if (!isObject(value)) return report(path, 'must be an object.')
  for (const key of required) if (value[key] === undefined) report(path, `lacks "${key}".`)
  for (const [key, inner] of Object.entries(value)) {
    const check = Object.hasOwn(keys, key) ? keys[key] : undefined
    const at = path === '' ? key : `${path}.${key}`
    if (check) check(inner, at, report)
    else report(at, `is not known here. Known: ${Object.keys(keys).join(', ')}.`)
  }
}

const delimiter: Check = (value, path, report) => {
  if (value === 'blanks') return
  if (typeof value !== 'string' || value.length !== 1 || /["\r\n]/.test(value)) report(path, 'must be one character, or "blanks".')
}

const regex: Check = (value, path, report) => {
  shape({ match: text, replace: text }, ['match', 'replace'])(value, path, report)
  if (!isObject(value) || typeof value.match !== 'string') return
  const made = safePattern(value.match)
  if (typeof made === 'string') report(`${path}.match`, made)
}

const datePattern: Check = (value, path, report) => {
  if (typeof value !== 'string' || !dateReader(value)) report(path, 'must be a pattern with YYYY, MM and DD, such as "MM/DD/YYYY".')
}

const textMap: Check = (value, path, report) => {
  if (!isObject(value) || Object.values(value).some((one) => typeof one !== 'string')) report(path, 'must be an object of texts.')
}

const nonEmpty: Check = (value, path, report) => {
  if (typeof value !== 'string' || value === '') report(path, 'must be a text that is not empty.')
}

const depth: Check = (value, path, report) => {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 20) report(path, 'must be a number from 0 to 20.')
}

const template: Check = (value, path, report) => {
  const left = typeof value === 'string' ? value.replace(/\\.|\{[^{}]+\}/g, '').replace(/\[[^[\]]*\]/g, '') : '{'
  if (/[{}[\]]/.test(left)) report(path, 'must be a text in which {column} and [optional part] are closed, and not nested.')
}

const valueKeys: Record<string, Check> = {
  column: oneOrMore(columnName),
  template,
  value: scalar,
  trim: truth,
  split: nonEmpty,
  pick: oneOf('first', 'last'),
  rdn: nonEmpty,
  depth,
  regex,
  lower: truth,
  upper: truth,
  map: textMap,
  prefix: text,
  suffix: text,
  date: datePattern,
  default: scalar,
  clear: truth,
  by: text,
  type: text,
}

/** A rule object: exactly one source. */
const valueRule: Check = (value, path, report) => {
  shape(valueKeys)(value, path, report)
  if (!isObject(value)) return
  const sources = ['column', 'template', 'value'].filter((key) => value[key] !== undefined)
  if (sources.length !== 1) report(path, 'needs exactly one of "column", "template" and "value".')
}

const rule: Check = (value, path, report) => (typeof value === 'string' ? columnName : valueRule)(value, path, report)

const condition: Check = (value, path, report) => {
  shape({ column: columnName, equals: text, oneOf: list(text), contains: nonEmpty, present: truth }, ['column'])(value, path, report)
  if (!isObject(value)) return
  const tests = ['equals', 'oneOf', 'contains', 'present'].filter((key) => value[key] !== undefined)
  if (tests.length !== 1) report(path, 'needs exactly one of "equals", "oneOf", "contains" and "present".')
}

const reference = (target: Kind): Check => (value, path, report) => {
  valueRule(value, path, report)
  if (!isObject(value)) return
  if (typeof value.by !== 'string') report(path, 'needs "by": the attribute that the value is looked up in.')
  else if (!canFindBy(target, value.by)) report(`${path}.by`, `${target} cannot be found by "${value.by}".`)
}

/** An end of an edge: what it is, and by what it is found. */
const edgeEnd: Check = (value, path, report) => {
  const type = isObject(value) ? value.type : undefined
  if (!isKind(type) || !endTypes.some((one) => one === type)) return report(`${path}.type`, `must be one of ${endTypes.join(', ')}.`)
  reference(type)(value, path, report)
}

const correlate = (resource: ResourceName): Check => (value, path, report) => {
  list(text)(value, path, report)
  if (!isKind(resource)) return report(path, 'does not apply: a tie is found by its two ends and its period.')
  if (!Array.isArray(value)) return
  for (const one of value) {
    if (typeof one === 'string' && !canFindBy(resource, one)) report(path, `${resource} cannot be found by "${one}".`)
  }
}

/** What a record is to be found by must come with it: by an attribute that nothing fills nobody is ever found. */
function keysFilled(by: unknown, filled: readonly string[], where: string, path: string, report: Report): void {
  if (!Array.isArray(by)) return
  const missing = by.filter((one): one is string => typeof one === 'string' && !filled.includes(one))
  for (const one of missing) report(path, `names "${one}", which nothing in "${where}" fills: nobody could be found by it.`)
}

/** A target as `correlate` writes it: without the places in lists. */
const plainTarget = (target: string): string => {
  const steps = parsePath(target)
  return typeof steps === 'string' ? target : steps.filter((step) => typeof step === 'string').join('.')
}

const setRules = (resource: ResourceName): Check => (value, path, report) => {
  if (!isObject(value) || Object.keys(value).length > maxRules) return report(path, `must be an object of at most ${maxRules} rules.`)
  for (const [target, inner] of Object.entries(value)) {
    const at = `${path}[${JSON.stringify(target)}]`
    rule(inner, at, report)
    setTarget(resource, target, inner, at, report)
  }
}

function setTarget(resource: ResourceName, target: string, inner: unknown, at: string, report: Report): void {
  const steps = parsePath(target)
  if (typeof steps === 'string') return report(at, steps)
  const place = placeOf(resource, steps)
  if (typeof place === 'string') return report(at, place)
  if (!place.settable) return report(at, 'is made by the server and cannot be set.')
  const secret = place.password || place.attribute?.sensitivity === 'secret'
  if (!secret && namesSecret(inner)) report(at, 'takes a column whose name says that it holds a secret; only "password" may.')
  if (isObject(inner) && inner.type !== undefined) report(`${at}.type`, 'is for the ends of an edge.')
  if (!isObject(inner) || inner.by === undefined) return
  const points = place.attribute?.references
  if (!isKind(points)) report(`${at}.by`, `is for attributes that refer to one of ${kinds.join(', ')}.`)
  else reference(points)(inner, at, report)
}

function namesSecret(inner: unknown): boolean {
  if (typeof inner === 'string') return isSecretName(inner)
  if (!isObject(inner)) return false
  if (typeof inner.template === 'string') return [...inner.template.matchAll(/\{([^{}]+)\}/g)].some(([, name]) => isSecretName(name!))
  return [inner.column].flat().some((name) => typeof name === 'string' && isSecretName(name))
}

const recordRule: Check = (value, path, report) => {
  if (!isObject(value)) return report(path, 'must be an object.')
  const resource = value.resource as ResourceName
  if (!resourceNames.includes(resource)) return report(`${path}.resource`, `must be one of ${resourceNames.join(', ')}.`)
  const keys = { resource: text, when: oneOrMore(condition), correlate: correlate(resource), set: setRules(resource), once: truth, ...ties[resource] }
  shape(keys, resource === 'Edge' ? ['source', 'target'] : ['set', ...Object.keys(ties[resource] ?? {})])(value, path, report)
  // Without any rules the mapping of an EFS has the usual ones.
  if (isObject(value.set) && Object.keys(value.set).length > 0 && isKind(resource)) keysFilled(value.correlate, Object.keys(value.set).map(plainTarget), 'set', `${path}.correlate`, report)
  if (value.once !== undefined && !isKind(resource)) report(`${path}.once`, 'is for records that many rows name.')
  const { source, target } = value
  if (resource !== 'Edge' || !isObject(source) || !isObject(target) || !isKind(source.type) || !isKind(target.type)) return
  const edge = edgeBetween(source.type, target.type)
  if (typeof edge === 'string') report(path, edge)
}

const ties: Partial<Record<ResourceName, Record<string, Check>>> = {
  Affiliation: { user: reference('User'), organization: reference('Organization') },
  Edge: { source: edgeEnd, target: edgeEnd },
}

const firstRecord: Check = (value, path, report) => {
  const resource = isObject(value) && isKind(value.resource) ? value.resource : 'Organization'
  const document: Check = (inner, at) => {
    if (!isObject(inner)) return report(at, 'must be an object.')
    const lost = Object.keys(inner).filter((key) => !(key in settableOnly(resource, inner as Document)))
    for (const key of lost) report(`${at}.${key}`, 'is made by the server and cannot be set.')
  }
  const keys = { resource: oneOf(...kinds), correlate: correlate(resource), document }
  shape(keys, ['resource', 'document'])(value, path, report)
  if (!isObject(value) || !isObject(value.document) || !Array.isArray(value.correlate)) return
  const { correlate: by, document: given } = value
  keysFilled(by, by.filter((one) => typeof one === 'string' && Object.hasOwn(given, one.split('.', 1).join(''))), 'document', `${path}.correlate`, report)
}

const declaration = shape({
  displayName: text,
  description: text,
  dataType: oneOf(...dataTypes),
  multiValued: truth,
  selfEditable: truth,
  sensitive: truth,
})

const declarations: Check = (value, path, report) => {
  if (!isObject(value)) return report(path, 'must be an object.')
  for (const [name, inner] of Object.entries(value)) {
    if (name === '' || name.length > 100) report(path, 'names an attribute with no name or more than 100 characters.')
    declaration(inner, `${path}[${JSON.stringify(name)}]`, report)
  }
}

const mapping = shape(
  {
    description: text,
    format: oneOf('csv', 'ldif', 'jsonl'),
    delimiter,
    columns: list(columnName),
    encoding: oneOf('utf-8', 'latin1'),
    declare: shape({ User: declarations, Organization: declarations }),
    first: list(firstRecord),
    records: list(recordRule),
    waiting: list(shape({ when: oneOrMore(condition), as: nonEmpty, name: columnName }, ['when', 'as'])),
    skip: list(shape({ when: oneOrMore(condition), reason: nonEmpty }, ['when', 'reason'])),
  },
  ['format', 'records'],
)
