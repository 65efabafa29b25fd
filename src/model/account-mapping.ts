/**
 * Which attribute of a person goes into which field of their account in a connected system: data that the connector
 * fills profiles from, the store reads the right columns by, and the verbs ask whether a change concerns an account.
 * Sources are paths of the user document; a collection is narrowed by one condition: `phoneNumbers[type eq "X"].value`.
 */

export interface MappingRule {
  /** The field of the account's profile. */
  target: string
  /** Where the value comes from: the first source that has one (and has the shape, where one is asked for). */
  from: readonly string[]
  /** `email`: the value must look like an e-mail address. */
  shape?: 'email'
  /**
   * Who has the say once there is an account, and its value is another than ours. `ours` (default): we write ours there.
   * `report`: neither side is written, and every comparison says so until somebody makes them equal. `theirs`: theirs is
   * taken into the directory, where the source is one plain attribute; else it is reported.
   */
  conflict?: 'ours' | 'report' | 'theirs'
}

export type Mapping = readonly MappingRule[]

/** The field of the account that holds the person's id here, by which an account is found again for sure. */
export const externalIdField = 'gatehouseId'

/**
 * The mapping used where a portal names no other. Okta's default login pattern is an e-mail address, so a user name
 * of another shape gives way to the primary e-mail.
 */
export const defaultMapping: Mapping = [
  { target: externalIdField, from: ['id'] },
  { target: 'login', from: ['userName', 'primaryEmail'], shape: 'email' },
  { target: 'email', from: ['primaryEmail'], shape: 'email' },
  { target: 'firstName', from: ['name.givenName'] },
  { target: 'lastName', from: ['name.familyName'] },
  { target: 'middleName', from: ['name.middleName'] },
  { target: 'honorificPrefix', from: ['name.honorificPrefix'] },
  { target: 'honorificSuffix', from: ['name.honorificSuffix'] },
  { target: 'nickName', from: ['nickName'] },
  { target: 'displayName', from: ['displayName'] },
  { target: 'title', from: ['title'] },
  { target: 'mobilePhone', from: ['phoneNumbers[type eq "CELL_PHONE"].formatted'] },
  { target: 'primaryPhone', from: ['phoneNumbers[type eq "OFFICE_PHONE"].formatted'] },
  { target: 'employeeNumber', from: ['employeeNumber'] },
  { target: 'costCenter', from: ['costCenter'] },
]

/** Whether the person is wanted at all, and so whether the account may be used. */
const statePaths = ['active', 'status', 'secondaryStatus'] as const

/** Every source of a mapping, each once. */
export function sourcesOf(mapping: Mapping = defaultMapping): string[] {
  return [...new Set(mapping.flatMap((rule) => rule.from))]
}

/** The paths of the user document whose change concerns the account: mapped attributes, mapped collections, status. */
export function mappedPaths(mapping: Mapping = defaultMapping): string[] {
  return [...new Set([...sourcesOf(mapping).map((source) => source.replace(/\[.*/, '')), ...statePaths])]
}

/**
 * True when one of the changed paths concerns the account, so that the references of the person have to be marked.
 * Paths are those of `documentChanges`, where derived attributes (`primaryEmail`, `displayName`) stand for themselves.
 */
export function touchesMapping(changed: Iterable<string>, mapping: Mapping = defaultMapping): boolean {
  const watched = mappedPaths(mapping)
  for (const path of changed) {
    if (watched.some((one) => covers(one, path) || covers(path, one))) return true
  }
  return false
}

function covers(outer: string, inner: string): boolean {
  if (!inner.startsWith(outer)) return false
  const next = inner[outer.length]
  return next === undefined || next === '.' || next === '['
}
