/** Every kind of record, by the name that references, documents and events call it: where its records stand, and what they may refer to. */
import { group, resource, right, role } from './access-records.ts'
import type { Attribute, Collection, Resource, ResourceName } from './attribute.ts'
import { managedSystem } from './managed-system.ts'
import { metadataElement, metadataType } from './metadata-records.ts'
import { clientAttributes } from './oidc-client.ts'
import { organizationType } from './organization-type.ts'
import { locations, organization } from './organization.ts'
import { resourceType } from './resource-type.ts'
import { questionGroup, securityQuestion } from './security-questions.ts'
import { contentProvider, itPolicy, itPolicyVersion } from './site-records.ts'
import { user } from './user.ts'

/** Records with lists below them. */
export const resources: Readonly<Record<ResourceName, Resource>> = { User: user, Organization: organization, Group: group, Role: role, Resource: resource, Right: right }

/** A record without lists below it. */
export interface PlainRecord {
  table: string
  idColumn: string
  attributes: readonly Attribute[]
  /** What they stand below in events: `sites`. */
  segment: string
  /** Its ETag is its content: there is no column for a version. */
  unversioned?: true
}

const plain = (segment: string, { table, idColumn, attributes }: Collection, more: { unversioned?: true } = {}): PlainRecord => ({ table, idColumn, attributes, segment, ...more })

export const plainRecords = {
  MetadataType: plain('types', metadataType),
  MetadataElement: plain('elements', metadataElement),
  ManagedSystem: plain('managedSystems', managedSystem, { unversioned: true }),
  OrganizationType: plain('organizationTypes', organizationType),
  ResourceType: plain('resourceTypes', resourceType, { unversioned: true }),
  ContentProvider: plain('sites', contentProvider),
  ItPolicy: plain('policies', itPolicy),
  ItPolicyVersion: plain('policyVersions', itPolicyVersion),
  QuestionGroup: plain('questionGroups', questionGroup),
  SecurityQuestion: plain('questions', securityQuestion),
  OidcClient: { table: 'gatehouse.oidc_client', idColumn: 'client_id', attributes: clientAttributes, segment: 'clients' },
} as const satisfies Record<string, PlainRecord>

/** Where records of every kind stand, those too that refer to nothing, or are several kinds in one table. */
export const recordTables = {
  ...resources,
  ...plainRecords,
  Location: locations,
  Policy: { table: 'policy', idColumn: 'policy_id' },
  AuthLevel: { table: 'auth_level', idColumn: 'auth_level_id' },
} as const satisfies Record<string, { table: string; idColumn: string }>

export type RecordName = keyof typeof recordTables
export const isRecordName = (name: unknown): name is RecordName => typeof name === 'string' && Object.hasOwn(recordTables, name)
