/**
 * Which attribute of a person goes into which field of their account in a connected system: data that the connector
 * fills profiles from, the store reads the right columns by, and the verbs ask whether a change concerns an account.
 * Sources are paths of the user document (`title`, `name.givenName`), custom attributes (`attributes.department`), and
 * collections narrowed by one condition (`phoneNumbers[type eq "X"].value`).
 *
 * Each portal may have a mapping for its people, and administrators have one. A person in several portals has one
 * account all the same: administrators' rules come first, then the portals' by number; the first rule for a field counts.
 */
import { sourcesIn, type Expression } from './account-expression.ts'

export interface MappingRule {
  /** The field of the account's profile. */
  target: string
  /** What it is made of. */
  value: Expression
}

export type Mapping = readonly MappingRule[]

/** The field of the account that holds the person's id here, by which an account is found again for sure. */
export const externalIdField = 'gatehouseId'

const firstEmail: Expression = { first: [{ email: 'userName' }, { email: 'primaryEmail' }] }

/**
 * The mapping used where nobody has set another. Okta's default login pattern is an e-mail address, so a user name of
 * another shape gives way to the primary e-mail.
 */
export const defaultMapping: Mapping = [
  { target: externalIdField, value: 'id' },
  { target: 'login', value: firstEmail },
  { target: 'email', value: { email: 'primaryEmail' } },
  { target: 'firstName', value: 'name.givenName' },
  { target: 'lastName', value: 'name.familyName' },
  { target: 'middleName', value: 'name.middleName' },
  { target: 'honorificPrefix', value: 'name.honorificPrefix' },
  { target: 'honorificSuffix', value: 'name.honorificSuffix' },
  { target: 'nickName', value: 'nickName' },
  { target: 'displayName', value: 'displayName' },
  { target: 'title', value: 'title' },
  { target: 'mobilePhone', value: 'phoneNumbers[type eq "CELL_PHONE"].formatted' },
  { target: 'primaryPhone', value: 'phoneNumbers[type eq "OFFICE_PHONE"].formatted' },
  { target: 'employeeNumber', value: 'employeeNumber' },
  { target: 'costCenter', value: 'costCenter' },
]

/** The mappings in force. */
export interface Mappings {
  /** Those of portals that have one of their own. */
  portals: ReadonlyMap<number, Mapping>
  /** That of administrators, where it is not the default. */
  admins: Mapping | null
}

export const noMappings: Mappings = { portals: new Map(), admins: null }

/** The mapping of a person who is in some portals, by number ascending, and perhaps an administrator. */
export function mappingOf(mappings: Mappings, portalIds: readonly number[], isAdmin: boolean): Mapping {
  if (mappings.admins === null && mappings.portals.size === 0) return defaultMapping
  const own = [...(isAdmin ? [mappings.admins ?? defaultMapping] : []), ...portalIds.toSorted((a, b) => a - b).map((id) => mappings.portals.get(id) ?? defaultMapping)]
  return own.length === 1 ? own[0]! : merged(own)
}

/** Every rule of every mapping that may be in force: what has to be read, and what the other side must know. */
export function allRules(mappings: Mappings): Mapping {
  const own = [...mappings.portals.values(), ...(mappings.admins ? [mappings.admins] : [])]
  return own.length === 0 ? defaultMapping : [defaultMapping, ...own].flat()
}

function merged(mappings: readonly Mapping[]): Mapping {
  const rules = new Map<string, MappingRule>()
  for (const rule of mappings.flat()) if (!rules.has(rule.target)) rules.set(rule.target, rule)
  return [...rules.values()]
}

/** Whether the person is wanted at all, and so whether the account may be used. */
const statePaths = ['active', 'status', 'secondaryStatus'] as const

/** Every source of a mapping, each once. */
export function sourcesOf(mapping: Mapping = defaultMapping): string[] {
  return [...new Set(mapping.flatMap((rule) => sourcesIn(rule.value)))]
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
  const watched = mappedPaths(mapping).map((path) => path.toLowerCase())
  for (const given of changed) {
    const path = given.toLowerCase()
    if (watched.some((one) => covers(one, path) || covers(path, one))) return true
  }
  return false
}

function covers(outer: string, inner: string): boolean {
  if (!inner.startsWith(outer)) return false
  const next = inner[outer.length]
  return next === undefined || next === '.' || next === '['
}

/** Whose accounts a change of some paths concerns, where not everybody has the default mapping. */
export interface Touched {
  /** Members of these portals, */
  portals: number[]
  /** of all portals without a mapping of their own, */
  others: boolean
  /** and administrators. */
  admins: boolean
}

/** Whom a change concerns; null for nobody. */
export function touchedBy(changed: readonly string[], mappings: Mappings): Touched | null {
  const others = touchesMapping(changed)
  const portals = [...mappings.portals].filter(([, mapping]) => touchesMapping(changed, mapping)).map(([id]) => id)
  const admins = mappings.admins ? touchesMapping(changed, mappings.admins) : others
  return others || admins || portals.length > 0 ? { portals, others, admins } : null
}
