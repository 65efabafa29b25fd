/**
 * Carries out a mapping: a record of a file becomes the records of the directory that it speaks of. Pure. A row of which
 * something cannot be read is refused whole: its records carry what stands against it, and are there only to find what
 * else does. What only the directory can tell of it, `refuse-together.ts` and `settle-plan.ts` hold to the same: no row
 * is half applied.
 */
import type { Document } from '../model/attribute.ts'
import { cutText, textFault } from '../model/text.ts'
import { endPlace, placeOf, type Place } from './attribute-place.ts'
import { coerceValue } from './coerce-value.ts'
import { closeGaps, each, formatPath, parsePath, setPath, type Step } from './document-path.ts'
import { edgeBetween, type Kind, type ResourceName } from './importable.ts'
import { columnsOf, type Format, type RecordRule, type ValueRule, type Rule } from './mapping.ts'
import { readPassword, type Password } from './password-value.ts'
import { makeTest, type RecordTest } from './row-condition.ts'
import { isSecretName } from './secret-names.ts'
import type { SourceRecord } from './source-row.ts'
import { compileRule, isUnread, mostTold, type ReadValues, type Unread, type ValueProblem } from './value-rule.ts'

/** An id that stands in the directory, or in another record of the import, and is found by an attribute. */
export interface Reference {
  /** Where in the document the id belongs: `supervisors[0].supervisor`; `user` or `organization` of an affiliation; `source` or `target` of an edge. */
  path: string
  resource: Kind
  by: string
  value: string
  column?: string
  /** The document says the id itself: there is nothing to put in. */
  stands?: true
}

/** One attribute value by which a record that is already there is found. */
export interface Key {
  path: string
  value: string
}

/** Which column fills a path by the mapping; a constant has none. */
export interface ColumnPlace {
  path: string
  column: string
  /** Its values must not be shown. */
  secret: boolean
}

export interface MappedRecord {
  kind: 'record'
  line: number
  resource: ResourceName
  /** What the row says, and nothing else: an attribute it doesn't speak of is absent, one it empties is null. */
  document: Document
  /** In the order in which they are to be tried. Empty for affiliations and edges. */
  correlate: Key[]
  /** Of an edge: the letters of its kind. */
  edge?: string
  /** Many rows may name the record; the first says what it is. */
  once?: true
  references: Reference[]
  /** Which column feeds which path; absent where the row is a document itself. */
  columns?: readonly ColumnPlace[]
  password?: Password
  /** LDIF: the distinguished name of the entry. */
  dn?: string
  /** The row as it stands in the file, for the reject file; it may hold a clear password. */
  source?: SourceRecord
  /** What of the record cannot be read. It is there, and perhaps empty, on every record of a row of which something cannot be: the row is refused. */
  unread?: CellProblem[]
  /** A key that cannot be read would have come first: if none of `correlate` finds the record, whom the row means is not known. */
  unsure?: true
}

/** Why a cell of a row cannot be read, and where it was to go. */
export interface CellProblem {
  column?: string
  path?: string
  /** Shortened, and absent where it may be a secret. */
  value?: string
  message: string
}

export interface MappedProblem {
  kind: 'problem'
  line: number
  column?: string
  /** Where the value was to go, when that is known. */
  path?: string
  /** Shortened, and absent where it may be a secret. */
  value?: string
  reason: string
  source?: SourceRecord
  /** The text of a row that could not be read, for the reject file; it may hold a clear password. */
  raw?: string
}

interface Field {
  steps: Step[]
  place: Place
  read: ReadValues
  rule: ValueRule
  column?: string
  secret: boolean
}

export interface CompiledRecord {
  applies: RecordTest
  map: (record: SourceRecord) => MappedRecord
}

const maxShown = 200

/** Compiles one rule for records; the mapping must have passed its check. `secrets` are columns never to be shown. */
export function compileRecord(format: Format, rule: RecordRule, secrets: ReadonlySet<string>): CompiledRecord {
  const ties = tieNames.flatMap((path): [string, Rule][] => (rule[path] === undefined ? [] : [[path, rule[path]]]))
  const fields = [...ties, ...Object.entries(rule.set ?? {})].map(([path, value]) => compileField(format, rule.resource, path, value, secrets))
  const edge = rule.resource === 'Edge' ? edgeBetween(rule.source?.type, rule.target?.type) : undefined
  if (typeof edge === 'string') throw new TypeError(`unchecked mapping: ${edge}`)
  const columns = fields.flatMap(({ steps, column, secret }): ColumnPlace[] => (column === undefined ? [] : [{ path: formatPath(steps), column, secret }]))
  const marks = { columns, ...(edge ? { edge: edge.kind } : {}), ...(rule.once ? { once: true as const } : {}) }
  const strong = fields.filter((field) => field.rule.value === undefined)
  const constant = fields.filter((field) => field.rule.value !== undefined)
  const correlate = rule.correlate ?? defaultKeys[rule.resource]
  return {
    applies: makeTest(format, rule.when),
    map: (record) => ({ ...mapFields(record, rule.resource, strong, constant, correlate), ...marks }),
  }
}

/** What a tie is between. */
const tieNames = ['user', 'organization', 'source', 'target'] as const

export const defaultKeys: Record<ResourceName, string[]> = {
  User: ['id', 'employeeNumber', 'userName', 'emails.value'],
  Organization: ['id', 'name'],
  Group: ['id', 'displayName'],
  Role: ['id', 'name'],
  Resource: ['id', 'name'],
  Right: ['id', 'name'],
  Affiliation: [],
  Edge: [],
}

function compileField(format: Format, resource: ResourceName, path: string, rule: Rule, secrets: ReadonlySet<string>): Field {
  const steps = parsePath(path)
  const isEnd = resource === 'Edge' && (path === 'source' || path === 'target')
  const place = typeof steps === 'string' ? steps : isEnd ? endPlace((rule as ValueRule).type!) : placeOf(resource, steps)
  if (typeof steps === 'string' || typeof place === 'string') throw new TypeError(`unchecked mapping: ${String(place)}`)
  const full = typeof rule === 'string' ? { column: rule } : rule
  const columns = columnsOf(full)
  const secret = place.password === true || columns.some((column) => secrets.has(column.toLowerCase()) || isSecretName(column))
  return { steps, place, read: compileRule(format, full), rule: full, column: columns[0], secret }
}

interface Draft {
  document: Document
  problems: CellProblem[]
  /** What could not be read, as keys are named: `emails.value`. */
  lost?: Set<string>
  references: { reference: Reference; marker: object }[]
  password?: Password
}

function mapFields(
  record: SourceRecord, resource: ResourceName, strong: Field[], constant: Field[], correlate: string[],
): MappedRecord {
  const draft: Draft = { document: {}, problems: [], references: [] }
  const late: [Field, string[]][] = []
  for (const field of strong) {
    const values = field.read(record)
    if (isUnread(values)) takeReadable(draft, field, values)
    else if (values.length > 0) setValues(draft, field, values)
    else if (field.rule.default !== undefined) late.push([field, [String(field.rule.default)]])
    else if (field.rule.clear) setPath(draft.document, field.steps, null)
  }
  for (const field of constant) late.push([field, field.read(record) as string[]])
  for (const [field, values] of late) setLate(draft, field, values)
  if (resource === 'Affiliation' || resource === 'Edge') requireTies(draft, strong)
  const document = closeGaps(draft.document) as Document
  const references = draft.references.length === 0 ? [] : takeReferences(document, draft.references)
  const made: MappedRecord = { kind: 'record', line: record.line, resource, document, correlate: keysOf(resource, document, correlate), references, password: draft.password, dn: record.dn, source: record }
  return draft.problems.length > 0 ? withUnread(made, draft, correlate) : made
}

/** A record with what of it cannot be read: only the keys before the first that cannot be tell whom it means. */
function withUnread(made: MappedRecord, { problems: unread, lost }: Draft, correlate: readonly string[]): MappedRecord {
  const { resource, document } = made
  const keys = keyPaths(resource, document, correlate)
  const at = keys.findIndex((key) => lost!.has(key))
  return at < 0 ? { ...made, unread } : { ...made, unread, unsure: true, correlate: keysOf(resource, document, keys.slice(0, at)) }
}

/** Of several values, those that can be read are judged like any others. */
function takeReadable(draft: Draft, field: Field, { problems, values }: Unread): void {
  for (const problem of problems) addProblem(draft, field, problem)
  if (values.length > 0 && (field.place.multiple || field.steps.includes(each))) setValues(draft, field, values)
}

function setValues(draft: Draft, field: Field, values: string[]): void {
  const { steps, place } = field
  const repeated = steps.includes(each)
  if (values.length > 1 && !repeated && !place.multiple) {
    const reason = `It holds ${values.length} values, and ${formatPath(steps)} takes one. Say "pick": "first" in the mapping.`
    return addProblem(draft, field, { reason })
  }
  const made: unknown[] = []
  for (const [at, text] of values.entries()) {
    const target = repeated ? steps.map((step) => (step === each ? at : step)) : steps
    const fault = place.password ? undefined : textFault(text)
    if (fault !== undefined) addProblem(draft, field, { value: text, reason: `It ${fault}.` })
    else if (field.rule.by !== undefined) addReference(draft, field, place.multiple ? [...target, at] : target, text)
    else if (place.password) addPassword(draft, field, text)
    else {
      const coerced = coerceValue(place, text)
      if ('reason' in coerced) addProblem(draft, field, { value: text, reason: coerced.reason })
      else if (repeated) setPath(draft.document, target, coerced.value)
      else made.push(coerced.value)
    }
  }
  if (made.length > 0) setPath(draft.document, steps, made.length > 1 || (place.multiple && !place.custom) ? made : made[0])
}

/** Constants and defaults fill an entry of a list only when the row itself has put something there. */
function setLate(draft: Draft, field: Field, values: string[]): void {
  const [list, at] = field.steps
  if (typeof at !== 'number') return setValues(draft, field, values)
  const entries = draft.document[list!]
  if (!Array.isArray(entries)) return
  for (const [index, entry] of entries.entries()) {
    if (entry === undefined || (at !== each && at !== index)) continue
    const steps = field.steps.map((step) => (step === each ? index : step))
    setValues(draft, { ...field, steps }, values)
  }
}

function addReference(draft: Draft, field: Field, steps: Step[], value: string): void {
  const marker = {}
  setPath(draft.document, steps, marker)
  const resource = field.place.attribute!.references as Kind
  draft.references.push({ marker, reference: { path: formatPath(steps), resource, by: field.rule.by!, value, column: field.column } })
}

/** Where each marker stands after gaps were closed; the markers themselves go. */
function takeReferences(document: Document, pending: Draft['references']): Reference[] {
  const found = new Map<object, string>()
  const walk = (value: unknown, steps: Step[]): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      const path = [...steps, Array.isArray(value) ? Number(key) : key]
      if (pending.some(({ marker }) => marker === inner)) {
        found.set(inner as object, formatPath(path))
        delete (value as Document)[key]
      } else walk(inner, path)
    }
  }
  walk(document, [])
  return pending.flatMap(({ marker, reference }) => {
    const path = found.get(marker)
    return path === undefined ? [] : [{ ...reference, path }]
  })
}

function addPassword(draft: Draft, field: Field, text: string): void {
  const password = readPassword(text)
  if ('reason' in password) addProblem(draft, field, { reason: password.reason })
  else draft.password = password
}

function requireTies(draft: Draft, fields: Field[]): void {
  for (const field of fields) {
    const path = formatPath(field.steps)
    if (tieNames.some((name) => name === path) && draft.document[path] === undefined && !draft.problems.some((one) => one.path === path)) {
      addProblem(draft, field, { reason: `The row does not say which ${path} is meant.` })
    }
  }
}

function addProblem(draft: Draft, field: Field, { column = field.column, value, reason }: ValueProblem): void {
  const lost = (draft.lost ??= new Set())
  lost.add(field.steps.filter((step) => typeof step === 'string').join('.'))
  // One more than is told, so that it can be told that there are more.
  if (draft.problems.length > mostTold) return
  draft.problems.push({ column, path: formatPath(field.steps), value: field.secret || value === undefined ? undefined : cutText(value, maxShown), message: reason })
}

/**
 * The keys of a record, in order. An organisation or a group that brings its id is found by nothing else unless the
 * mapping says so: many departments share a name, and groups of several systems do.
 */
export function keysOf(resource: ResourceName, document: Document, correlate: readonly string[]): Key[] {
  return keyPaths(resource, document, correlate).flatMap((path) => valuesAt(document, path).map((value) => ({ path, value })))
}

function keyPaths(resource: ResourceName, document: Document, correlate: readonly string[]): readonly string[] {
  const byId = (correlate === defaultKeys.Organization || correlate === defaultKeys.Group) && document.id !== undefined
  return byId ? ['id'] : correlate
}

/** The texts at a path that goes through lists: `emails.value`. */
export function valuesAt(document: Document, path: string): string[] {
  let values: unknown[] = [document]
  const [head, ...rest] = path.split('.')
  for (const key of head === 'attributes' ? [head, rest.join('.')] : [head!, ...rest]) {
    values = values.flatMap((value) => (typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? [(value as Document)[key]].flat() : []))
  }
  return values.filter((value) => ['string', 'number', 'boolean'].includes(typeof value)).map(String)
}
