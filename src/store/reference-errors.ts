/**
 * Foreign keys in the words of the API: `users_company_owner_id_fkey` is the attribute `companyOwnerId`. Read from the
 * attribute lists, so that a reference to nothing is named as the caller wrote it.
 */
import type { Attribute, Resource } from '../model/attribute.ts'
import { plainRecords, resources } from '../model/records.ts'

export interface ReferenceMeaning {
  path: string
  /** What has it, as the API names it: `User`. */
  of?: string
  /** What it points to: `Organization`. */
  target: string
  /** Where those that there are can be found. */
  listed?: string
}

const listed: Record<string, string> = { ResourceType: 'GET /api/v1/metadata/resource-types lists those that there are, such as WEBSERVICE', ManagedSystem: 'GET /api/v1/managed-systems lists those that there are, and POST makes another' }

function* ofAttributes(table: string, attributes: readonly Attribute[], prefix: string, of?: string): Generator<[string, ReferenceMeaning]> {
  for (const { path, column, references, side } of attributes) {
    if (references === undefined || side?.single) continue
    yield [`${(side?.table ?? table).split('.').at(-1)}_${side?.column ?? column}_fkey`, { path: prefix + path, of, target: references, ...(listed[references] === undefined ? {} : { listed: listed[references] }) }]
  }
}

function* ofResource({ name, table, attributes, collections }: Resource): Generator<[string, ReferenceMeaning]> {
  yield* ofAttributes(table, attributes, '', name)
  for (const collection of collections) yield* ofAttributes(collection.table, collection.attributes, `${collection.path}.`, name)
}

/** What a foreign key refers by and to, by the constraint's name. Some attributes have no foreign key: nothing asks for theirs. */
export const references: ReadonlyMap<string, ReferenceMeaning> = new Map([
  ...Object.values(resources).flatMap((one) => [...ofResource(one)]),
  ...Object.values(plainRecords).flatMap(({ table, attributes }) => [...ofAttributes(table, attributes, '')]),
  // The column follows the edges.
  ['company_parent_id_fkey', { path: 'parents.organization', target: 'Organization' }],
  ['metadata_element_type_id_fkey', { path: 'typeId', target: 'MetadataType' }],
  ['delegation_company_id_fkey', { path: 'target', target: 'Organization' }],
  ['delegation_grp_id_fkey', { path: 'target', target: 'Group' }],
  ['user_key_user_id_fkey', { path: 'userId', target: 'User' }],
])
