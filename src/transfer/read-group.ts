/** Groups of a directory server as LDIF shows them: groupOfNames, groupOfUniqueNames (RFC 4519), posixGroup (RFC 2307), group. */
import { parseDn } from '../model/distinguished-name.ts'
import { cutText } from '../model/text.ts'
import type { SourceRecord } from './source-row.ts'

/** A group and whom it names. */
export interface GroupRow {
  name: string
  description?: string
  /** Its distinguished name in one form. */
  dn?: string
  /** Members by distinguished name, and by login. */
  members: string[]
  logins: string[]
}

/** The group in an entry; undefined when its members are found by a search, which we cannot repeat. */
export function readGroup(row: SourceRecord, name: string): GroupRow | undefined {
  if (valuesOf(row, 'memberurl').length > 0) return undefined
  const [description] = valuesOf(row, 'description')
  return {
    name: cutText(name, 255),
    ...(description === undefined ? {} : { description: cutText(description, 512) }),
    ...(row.dn === undefined ? {} : { dn: dnKey(row.dn) }),
    members: [...new Set([...valuesOf(row, 'member'), ...valuesOf(row, 'uniquemember')])],
    logins: [...new Set(valuesOf(row, 'memberuid'))],
  }
}

function valuesOf({ values }: SourceRecord, name: string): string[] {
  const found = Object.hasOwn(values, name) ? (values[name] as unknown[]) : []
  return found.filter((one): one is string => typeof one === 'string' && one !== '')
}

/** A distinguished name so that two ways of writing it are one. */
export function dnKey(dn: string): string {
  return parseDn(dn)?.map(({ depth, type, value }) => `${depth}:${type}=${value}`).join(',').toLowerCase() ?? dn.toLowerCase()
}
