/**
 * What a file without a mapping is taken for: CSV whose headers are document paths (our own export), inetOrgPerson LDIF.
 * (JSON Lines holds documents already: see own-documents.ts.)
 */
import { GatehouseError } from '../errors.ts'
import { nodeTypes, type EdgeKind } from '../model/access-edges.ts'
import { placeOf } from './attribute-place.ts'
import { parsePath } from './document-path.ts'
import { callName, kinds, rowEdges, type Kind, type ResourceName } from './importable.ts'
import type { Mapping, RecordRule, Rule, ValueRule } from './mapping.ts'
import { rejectColumns } from './reject-columns.ts'

/** The column that tells one kind of record from another in a file of several. */
const kindColumn = 'meta.resourceType'

/** A rule with the columns that must be empty in its rows: those that only other kinds have. */
export interface OwnRule extends RecordRule {
  empty: string[]
}

/** The mapping of a CSV file by its header. Throws `invalid_file` naming the columns that are no attributes. */
export function csvMapping(columns: readonly string[]): Mapping & { records: OwnRule[] } {
  const data = columns.filter((column) => !column.startsWith('meta.') && !rejectColumns.includes(column))
  const known = kinds.map((kind) => ({ kind, columns: data.filter((column) => isKnown(kind, column)) }))
  const edges = data.every(isEdgeColumn) && ends.every((end) => data.includes(`${end}.type`))
  if (edges) return { format: 'csv', records: rowEdges.map((edge) => edgeRule(edge, data, columns.includes(kindColumn))) }
  const unknown = data.filter((column) => !known.some((one) => one.columns.includes(column)))
  if (unknown.length > 0) {
    const named = unknown.slice(0, 20).map((one) => `"${one}"`).join(', ')
    throw new GatehouseError('invalid_file', `The header names ${named}, which ${unknown.length > 1 ? 'are no attributes' : 'is no attribute'} of a person, an organisation, or anything else that can be imported. Give a mapping that says what the columns mean (--map; examples/mappings/README.md tells how to write one), or check the delimiter.`)
  }
  if (columns.includes(kindColumn)) return { format: 'csv', records: kinds.map((kind) => ownRule(kind, data, true)) }
  const fits = known.find((one) => one.columns.length === data.length)
  if (fits) return { format: 'csv', records: [ownRule(fits.kind, data, false)] }
  throw new GatehouseError('invalid_file', `The header has attributes of people and of organisations, or of other kinds that do not go together. Add a column "${kindColumn}" that says User, Organization, Group, Role, Resource or Right, or give a mapping (--map; see examples/mappings/README.md).`)
}

function isKnown(resource: ResourceName, column: string): boolean {
  const steps = parsePath(column)
  return typeof steps !== 'string' && typeof placeOf(resource, steps) !== 'string'
}

const ends = ['source', 'target'] as const
const isEdgeColumn = (column: string) => /^(source|target)\.(type|id|name)$/.test(column) || isKnown('Edge', column)

/** Edges of one kind: their ends by their ids, or where there is no such column by what they are called. */
function edgeRule(edge: EdgeKind, columns: string[], named: boolean): OwnRule {
  const end = (path: (typeof ends)[number]): ValueRule => {
    const type = nodeTypes[edge[path]]
    const byId = columns.includes(`${path}.id`)
    return { type, column: `${path}.${byId ? 'id' : 'name'}`, by: byId ? 'id' : callName[type], guarded: true }
  }
  const kind = named ? [{ column: kindColumn, equals: 'Edge' }] : []
  const set = setOf('Edge', columns)
  // An empty start means that there is none, not that the file says nothing of it.
  for (const path of ['start', 'end']) if (set[path] !== undefined) set[path] = { column: path, clear: true }
  return {
    resource: 'Edge', source: end('source'), target: end('target'), set, empty: [],
    when: [...kind, ...ends.map((path) => ({ column: `${path}.type`, equals: nodeTypes[edge[path]] }))],
  }
}

function ownRule(resource: Kind, columns: string[], several: boolean): OwnRule {
  return {
    resource,
    set: setOf(resource, columns),
    ...(several ? { when: { column: kindColumn, equals: resource } } : {}),
    empty: columns.filter((column) => !isKnown(resource, column)),
  }
}

function setOf(resource: ResourceName, columns: readonly string[]): Record<string, Rule> {
  const set: Record<string, Rule> = {}
  for (const column of columns) {
    const steps = parsePath(column)
    const place = typeof steps === 'string' ? steps : placeOf(resource, steps)
    if (typeof place !== 'string' && place.settable) set[column] = { column, guarded: true }
  }
  return set
}

/** inetOrgPerson (RFC 2798) and organizationalUnit (RFC 4519) as directory servers export them. */
export const ldifMapping: Mapping = {
  format: 'ldif',
  records: [
    {
      resource: 'User',
      when: { column: 'objectClass', equals: 'inetOrgPerson' },
      correlate: ['employeeNumber', 'userName', 'emails.value'],
      set: {
        userName: { column: ['uid', 'mail', 'cn'], pick: 'first' },
        'name.givenName': { column: 'givenName', pick: 'first' },
        'name.familyName': { column: 'sn', pick: 'first' },
        title: { column: 'title', pick: 'first' },
        employeeNumber: { column: 'employeeNumber', pick: 'first' },
        'emails[].value': 'mail',
        'emails[0].primary': { value: true },
        'phoneNumbers[].value': 'telephoneNumber',
        'phoneNumbers[0].primary': { value: true },
        'addresses[0].address1': { column: 'street', pick: 'first' },
        'addresses[0].postalCode': { column: 'postalCode', pick: 'first' },
        'addresses[0].region': { column: 'st', pick: 'first' },
        'addresses[0].locality': { column: 'l', pick: 'first' },
        'attributes.departmentNumber': 'departmentNumber',
        'attributes.ou': 'ou',
        'supervisors[0].supervisor': { column: 'manager', pick: 'first', rdn: 'uid', by: 'userName' },
        'supervisors[0].primary': { value: true },
        password: { column: 'userPassword', pick: 'first' },
      },
    },
    {
      resource: 'Organization',
      when: { column: 'objectClass', oneOf: ['organizationalUnit', 'organization'] },
      correlate: ['ldapStr'],
      set: {
        name: { column: ['ou', 'o'], pick: 'first' },
        description: { column: 'description', pick: 'first' },
        ldapStr: 'dn',
      },
    },
  ],
  waiting: [
    {
      when: { column: 'objectClass', oneOf: ['groupOfNames', 'groupOfUniqueNames', 'groupOfURLs', 'posixGroup', 'group'] },
      as: 'Group',
      name: 'cn',
    },
  ],
}
