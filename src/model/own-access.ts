/**
 * Gatehouse's own operations as resources of its own access model: what there is to administer, the rights on it, and
 * the roles that are shipped. `migrations/0015_own_access.sql` brings them into the database; a test holds the two
 * equal. Ids there are GATEHOUSE_ and the name in capitals.
 */

/** What there is to administer, and the rights that mean something on each. */
export const ownResources = {
  people: { name: 'Gatehouse: people', doc: 'People and what belongs to each.', rights: ['READ', 'CREATE', 'UPDATE', 'DELETE', 'RESET'] },
  sensitive: { name: 'Gatehouse: sensitive data', doc: 'Personal attributes of people, and custom attributes declared sensitive.', rights: ['READ', 'UPDATE'] },
  organizations: { name: 'Gatehouse: organisations', doc: 'Organisations and how they stand above one another.', rights: ['READ', 'CREATE', 'UPDATE', 'DELETE'] },
  metadata: { name: 'Gatehouse: metadata', doc: 'Kinds of things, and the custom attributes that administrators declare.', rights: ['READ', 'CREATE', 'UPDATE', 'DELETE'] },
  access: { name: 'Gatehouse: access', doc: 'Groups, roles, resources and rights, who has them, and who administers whom.', rights: ['READ', 'CREATE', 'UPDATE', 'DELETE', 'GRANT'] },
  policies: { name: 'Gatehouse: policies', doc: 'What passwords must be, how long they live, and when logins are locked.', rights: ['READ', 'CREATE', 'UPDATE', 'DELETE'] },
  plans: { name: 'Gatehouse: plans', doc: 'Plans: bulk operations, merges, imports and syncs.', rights: ['READ', 'CREATE', 'UPDATE'] },
  portals: { name: 'Gatehouse: portals', doc: 'Portals, their people, and their accounts in Okta.', rights: ['READ', 'CREATE', 'UPDATE', 'DELETE', 'GRANT'] },
  audit: { name: 'Gatehouse: audit', doc: 'What was changed, and by whom; to delete is to erase a person from it.', rights: ['READ', 'DELETE'] },
  keys: { name: 'Gatehouse: API keys', doc: 'Bearer keys for programs.', rights: ['READ', 'CREATE', 'DELETE'] },
  clients: { name: 'Gatehouse: OpenID clients', doc: 'Applications that sign people in by OpenID, and their secrets.', rights: ['READ', 'CREATE', 'UPDATE', 'DELETE'] },
  system: { name: 'Gatehouse: system', doc: 'The server itself: its settings and its guards.', rights: ['READ', 'UPDATE'] },
} as const satisfies Record<string, { name: string; doc: string; rights: readonly string[] }>

export const ownRights = {
  READ: 'May see it.',
  CREATE: 'May make new ones.',
  UPDATE: 'May change it.',
  DELETE: 'May remove it for good.',
  RESET: 'May help somebody to sign in again: reset, lock, unlock, enable, disable.',
  GRANT: 'May give it to people and take it away.',
} as const

export type OwnResource = keyof typeof ownResources
export type OwnRight = keyof typeof ownRights

/** A right on something of our own: what a route needs, what a role carries. */
export interface Need {
  resource: OwnResource
  right: OwnRight
}

export const ownId = (name: string): string => `GATEHOUSE_${name.toUpperCase()}`

/** A right as one word of a set: `people READ`. */
export const rightKey = ({ resource, right }: Need): string => `${resource} ${right}`

/** Every right there is. */
export const everyRight: readonly string[] = Object.entries(ownResources).flatMap(([resource, { rights }]) => rights.map((right) => `${resource} ${right}`))

const byDatabaseName = new Map(everyRight.map((key) => [key.toUpperCase(), key]))

/** The rights among those the database found (`PEOPLE READ`); what we do not know means nothing. */
export function knownRights(found: readonly string[]): Set<string> {
  return new Set(found.flatMap((one) => byDatabaseName.get(one) ?? []))
}

export interface OwnRole {
  name: string
  doc: string
  rights: Partial<Record<OwnResource, readonly OwnRight[]>>
}

/** The roles that are shipped. An installation may change what they carry; updates do not put it back. */
export const ownRoles: Readonly<Record<string, OwnRole>> = {
  SUPER_ADMIN: {
    name: 'Gatehouse super administrator',
    doc: 'May do everything.',
    rights: Object.fromEntries(Object.entries(ownResources).map(([resource, { rights }]) => [resource, rights])),
  },
  SECURITY_ADMIN: {
    name: 'Gatehouse security administrator',
    doc: 'Groups, roles, resources and who has them; API keys; the audit.',
    rights: {
      people: ['READ', 'UPDATE', 'RESET'],
      organizations: ['READ'],
      metadata: ['READ'],
      access: ['READ', 'CREATE', 'UPDATE', 'DELETE', 'GRANT'],
      policies: ['READ', 'CREATE', 'UPDATE', 'DELETE'],
      plans: ['READ', 'CREATE', 'UPDATE'],
      portals: ['READ'],
      audit: ['READ'],
      keys: ['READ', 'CREATE', 'DELETE'],
      clients: ['READ', 'CREATE', 'UPDATE', 'DELETE'],
      system: ['READ'],
    },
  },
  HELP_DESK: {
    name: 'Gatehouse help desk',
    doc: 'Finds people and helps them to sign in again.',
    rights: {
      people: ['READ', 'RESET'],
      organizations: ['READ'],
      metadata: ['READ'],
      access: ['READ'],
      policies: ['READ'],
    },
  },
  HUMAN_RESOURCES: {
    name: 'Gatehouse human resources',
    doc: 'People, their sensitive data and their organisations.',
    rights: {
      people: ['READ', 'CREATE', 'UPDATE', 'RESET'],
      sensitive: ['READ', 'UPDATE'],
      organizations: ['READ', 'CREATE', 'UPDATE'],
      metadata: ['READ'],
      access: ['READ'],
      policies: ['READ'],
      plans: ['READ', 'CREATE', 'UPDATE'],
    },
  },
  AUDITOR: {
    name: 'Gatehouse auditor',
    doc: 'Sees everything but sensitive data, and changes nothing.',
    rights: {
      people: ['READ'],
      organizations: ['READ'],
      metadata: ['READ'],
      access: ['READ'],
      policies: ['READ'],
      plans: ['READ'],
      portals: ['READ'],
      audit: ['READ'],
      keys: ['READ'],
      clients: ['READ'],
      system: ['READ'],
    },
  },
  PORTAL_OPERATOR: {
    name: 'Gatehouse portal operator',
    doc: 'Portals, their people, and keeping them in step with Okta.',
    rights: {
      people: ['READ'],
      organizations: ['READ'],
      metadata: ['READ'],
      plans: ['READ', 'CREATE', 'UPDATE'],
      portals: ['READ', 'CREATE', 'UPDATE', 'DELETE', 'GRANT'],
    },
  },
  END_USER: {
    name: 'Gatehouse end user',
    doc: 'Administers nothing.',
    rights: {},
  },
  API_WRITER: {
    name: 'Gatehouse API writer',
    doc: 'What a key with the scope write could do before there were roles.',
    rights: {
      people: ['READ', 'CREATE', 'UPDATE', 'DELETE', 'RESET'],
      sensitive: ['READ', 'UPDATE'],
      organizations: ['READ', 'CREATE', 'UPDATE', 'DELETE'],
      metadata: ['READ'],
      access: ['READ', 'CREATE', 'UPDATE', 'DELETE', 'GRANT'],
      policies: ['READ'],
      plans: ['READ', 'CREATE', 'UPDATE'],
      portals: ['READ', 'GRANT'],
    },
  },
  API_READER: {
    name: 'Gatehouse API reader',
    doc: 'What a key with the scope read could do before there were roles.',
    rights: {
      people: ['READ'],
      sensitive: ['READ'],
      organizations: ['READ'],
      metadata: ['READ'],
      access: ['READ'],
      policies: ['READ'],
      plans: ['READ'],
      portals: ['READ'],
    },
  },
}
