/**
 * What a file without a mapping is taken for: CSV whose headers are document paths (our own export), inetOrgPerson LDIF.
 * (JSON Lines holds documents already: see own-documents.ts.)
 */
import { GatehouseError } from '../errors.ts'
import { placeOf } from './attribute-place.ts'
import { parsePath } from './document-path.ts'
import type { Mapping, RecordRule, ValueRule } from './mapping.ts'
import { rejectColumns } from './reject-columns.ts'

/** The column that tells people from organisations in a file of both. */
const kindColumn = 'meta.resourceType'

/** A rule with the columns that must be empty in its rows: those that only the other resource has. */
export interface OwnRule extends RecordRule {
  empty: string[]
}

/** The mapping of a CSV file by its header. Throws `invalid_file` naming the columns that are no attributes. */
export function csvMapping(columns: readonly string[]): Mapping & { records: OwnRule[] } {
  const data = columns.filter((column) => !column.startsWith('meta.') && !rejectColumns.includes(column))
  const unknown = data.filter((column) => !isKnown('User', column) && !isKnown('Organization', column))
  if (unknown.length > 0) {
    const named = unknown.slice(0, 20).map((one) => `"${one}"`).join(', ')
    throw new GatehouseError('invalid_file', `The header names ${named}, which ${unknown.length > 1 ? 'are no attributes' : 'is no attribute'} of a person or an organisation. Give a mapping (--map), or check the delimiter.`)
  }
  const people = data.every((column) => isKnown('User', column))
  const organizations = data.every((column) => isKnown('Organization', column))
  if (columns.includes(kindColumn)) return { format: 'csv', records: [ownRule('User', data, true), ownRule('Organization', data, true)] }
  if (people || organizations) return { format: 'csv', records: [ownRule(people ? 'User' : 'Organization', data, false)] }
  throw new GatehouseError('invalid_file', `The header has attributes of people and of organisations. Add a column "${kindColumn}" that says User or Organization, or give a mapping (--map).`)
}

function isKnown(resource: 'User' | 'Organization', column: string): boolean {
  const steps = parsePath(column)
  return typeof steps !== 'string' && typeof placeOf(resource, steps) !== 'string'
}

function ownRule(resource: 'User' | 'Organization', columns: string[], both: boolean): OwnRule {
  const set: Record<string, ValueRule> = {}
  for (const column of columns) {
    const steps = parsePath(column)
    const place = typeof steps === 'string' ? steps : placeOf(resource, steps)
    if (typeof place !== 'string' && place.settable) set[column] = { column, guarded: true }
  }
  return {
    resource,
    set,
    ...(both ? { when: { column: kindColumn, equals: resource } } : {}),
    empty: columns.filter((column) => !isKnown(resource, column)),
  }
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
