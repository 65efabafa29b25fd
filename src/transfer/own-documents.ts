/** Files that hold our own documents: JSON Lines exports, and the document that each entry of an LDIF export carries. */
import { isObject, type Document } from '../model/attribute.ts'
import { faultIn } from '../model/text.ts'
import { secretIn, settableOnly } from './attribute-place.ts'
import { formatPath } from './document-path.ts'
import { callName, edgeBetween, isKind, type Kind } from './importable.ts'
import { entryAttributes } from './ldap-entry.ts'
import { defaultKeys, keysOf, type MappedProblem, type MappedRecord, type Reference } from './map-record.ts'
import { readPassword, type Password } from './password-value.ts'
import { jsonFault } from './read-jsonl.ts'
import { documentAttribute, rejectMember } from './reject-columns.ts'
import type { SourceRecord } from './source-row.ts'

/** A JSON document as a record. What only the server makes is dropped; unknown attributes are left for the verbs to refuse. */
export function mapDocument(record: SourceRecord): MappedRecord | MappedProblem {
  const { [rejectMember]: rejected, resourceType, schemas: _schemas, ...rest } = record.values
  // The sort of a resource bears the name by which other files tell what a line is.
  const isSort = isObject(rest.meta) && rest.meta.resourceType === 'Resource'
  const document: Document = isSort && resourceType !== undefined ? { ...rest, resourceType } : rest
  const fail = (reason: string, column?: string): MappedProblem => ({ kind: 'problem', line: record.line, column, reason, source: record })
  if (rejected !== undefined && Object.keys(document).length === 0) {
    return fail('The line holds a rejected row that could not be read. Write it anew.')
  }
  // A password may hold anything: it is never stored as it is.
  const bad = faultIn({ ...document, password: undefined })
  if (bad) return { ...fail(`It ${bad.fault}.`, formatPath(bad.steps)), path: formatPath(bad.steps) }
  const resource = resourceOf(document, isSort ? undefined : resourceType)
  if (!resource) return fail('meta.resourceType is nothing that can be imported.', 'meta.resourceType')
  const made = resource === 'Edge' ? makeEdge(record, document) : makeRecord(record, resource, document)
  return 'reason' in made ? fail(made.reason, made.column) : made
}

function resourceOf(document: Document, given: unknown): Kind | 'Edge' | undefined {
  const named = given ?? (isObject(document.meta) ? document.meta.resourceType : undefined)
  if (named === undefined && isObject(document.source) && isObject(document.target)) return 'Edge'
  if (named === undefined) return typeof document.name === 'string' ? 'Organization' : 'User'
  return isKind(named) || named === 'Edge' ? named : undefined
}

/** The edge of a whole document: its ends by their ids, or else by what they are called. */
function makeEdge(record: SourceRecord, whole: Document): MappedRecord | { reason: string; column?: string } {
  const { source, target, meta: _meta, id: _id, created: _created, createdBy: _by, grantedBy: _with, ...terms } = whole
  const [sourceType, targetType] = [source, target].map((end) => (isObject(end) ? end.type : undefined))
  const edge = edgeBetween(sourceType, targetType)
  if (typeof edge === 'string') return { reason: edge, column: 'source.type' }
  const references: Reference[] = []
  for (const [path, end, resource] of [['source', source as Document, sourceType as Kind], ['target', target as Document, targetType as Kind]] as const) {
    const by = end.id === undefined ? callName[resource] : 'id'
    const value = end.id ?? end.name
    if (typeof value !== 'string' || value === '') return { reason: `It must have the id or the name of a ${resource}.`, column: path }
    references.push({ path, resource, by, value, column: path })
  }
  return { kind: 'record', line: record.line, resource: 'Edge', edge: edge.kind, document: terms, correlate: [], references, source: record }
}

/** The record of a whole document. A reason never holds a value. */
export function makeRecord(
  record: SourceRecord | undefined, resource: Kind, whole: Document, correlate: readonly string[] = defaultKeys[resource],
): MappedRecord | { reason: string; column?: string } {
  const { password: given, meta: _meta, ...document } = whole
  const secret = secretIn(resource, document)
  if (secret !== undefined) return { reason: 'It holds a secret that cannot be imported. Only "password" can.', column: secret }
  let password: Password | undefined
  if (given !== undefined && given !== null) {
    if (resource !== 'User' || typeof given !== 'string') return { reason: 'The password must be a text, and of a person.', column: 'password' }
    const read = readPassword(given)
    if ('reason' in read) return { reason: read.reason, column: 'password' }
    password = read
  }
  const made = settableOnly(resource, document)
  return { kind: 'record', line: record?.line ?? 0, resource, document: made, correlate: keysOf(resource, made, correlate), references: [], password, dn: record?.dn, source: record }
}

/** True for an entry of our own LDIF export. */
export const carriesDocument = (record: SourceRecord): boolean => Object.hasOwn(record.values, documentAttribute.toLowerCase())

/**
 * An entry of our own LDIF export: its document is what counts. The other attributes are a view of it, so an entry whose
 * view was edited is refused rather than the edit passed over.
 */
export function mapEntry(record: SourceRecord): MappedRecord | MappedProblem {
  const fail = (reason: string, column: string = documentAttribute): MappedProblem => ({ kind: 'problem', line: record.line, column, reason, source: record })
  let document: unknown
  const text = String((record.values[documentAttribute.toLowerCase()] as unknown[])[0])
  try {
    document = JSON.parse(text)
  } catch {
    return fail('It is not valid JSON.')
  }
  const fault = jsonFault(text, document)
  if (fault !== undefined) return fail(`It cannot be taken: ${fault}.`)
  if (!isObject(document)) return fail('It is not a JSON object.')
  const view = entryAttributes(document)
  const changed = changedAttribute(record, view)
  if (changed) return fail(`It says something else than ${documentAttribute}. To import what it says, take ${documentAttribute} out of the entry.`, changed)
  const made = mapDocument({ ...record, values: document })
  return made.kind === 'record' ? { ...made, source: record, dn: record.dn } : { ...made, source: record }
}

function changedAttribute(record: SourceRecord, view: [string, string][]): string | undefined {
  const wanted: Record<string, string[]> = Object.create(null)
  for (const [name, value] of view) (wanted[name.toLowerCase()] ??= []).push(value)
  const ignored = ['objectclass', documentAttribute.toLowerCase()]
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(record.values)])) {
    const values = Object.hasOwn(record.values, key) ? (record.values[key] as unknown[]) : []
    if (!ignored.includes(key) && JSON.stringify(values) !== JSON.stringify(wanted[key] ?? [])) return key
  }
  return undefined
}
