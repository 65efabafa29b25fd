/** A document as an LDAP entry: the attributes that any LDAP tool understands (RFC 2798, RFC 4519). */
import { isObject, valueAt, type Document } from '../model/attribute.ts'
import { escapeDnValue } from '../model/distinguished-name.ts'

/** The suffix below which exported entries stand. */
export const defaultSuffix = 'dc=gatehouse'

/** True for the document of an organisation: its name is a text. */
export const isOrganization = (document: Document): boolean => typeof document.name === 'string'

/** The name of the entry: by id, which is unique and doesn't change when a person marries. */
export function entryDn(document: Document, suffix = defaultSuffix): string {
  const id = textAt(document, 'id') ?? textAt(document, 'userName') ?? textAt(document, 'name') ?? ''
  return `uid=${escapeDnValue(id)},ou=${isOrganization(document) ? 'Organizations' : 'People'},${suffix}`
}

/** The attributes and values of the entry, in order, `objectClass` first. Empty texts have no LDAP value. */
export function entryAttributes(document: Document): [string, string][] {
  return isOrganization(document) ? organizationEntry(document) : personEntry(document)
}

function organizationEntry(document: Document): [string, string][] {
  return withValues([
    ['objectClass', 'top'],
    ['objectClass', 'organizationalUnit'],
    ['objectClass', 'extensibleObject'],
    ['uid', textAt(document, 'id') ?? textAt(document, 'name')],
    ['ou', textAt(document, 'name')],
    ['description', textAt(document, 'description')],
  ])
}

function personEntry(document: Document): [string, string][] {
  const given = textAt(document, 'name.givenName')
  const family = textAt(document, 'name.familyName')
  const userName = textAt(document, 'userName')
  const full = textAt(document, 'displayName') ?? [given, family].filter(Boolean).join(' ')
  return withValues([
    ['objectClass', 'top'],
    ['objectClass', 'person'],
    ['objectClass', 'organizationalPerson'],
    ['objectClass', 'inetOrgPerson'],
    ['objectClass', 'extensibleObject'],
    ['uid', textAt(document, 'id')],
    ['uid', userName],
    // person (RFC 4519 §3.12) must have cn and sn.
    ['cn', full || userName],
    ['sn', family ?? userName],
    ['givenName', given],
    ['title', textAt(document, 'title')],
    ['employeeNumber', textAt(document, 'employeeNumber')],
    ...entriesOf(document, 'emails').map((value): [string, string | undefined] => ['mail', value]),
    ...entriesOf(document, 'phoneNumbers').map((value): [string, string | undefined] => ['telephoneNumber', value]),
  ])
}

const withValues = (pairs: [string, string | undefined][]): [string, string][] =>
  pairs.filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '')

function textAt(document: Document, path: string): string | undefined {
  const value = valueAt(document, path)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function entriesOf(document: Document, list: string): (string | undefined)[] {
  const entries = document[list]
  return Array.isArray(entries) ? entries.map((entry: unknown) => (isObject(entry) ? textAt(entry, 'value') : undefined)) : []
}
