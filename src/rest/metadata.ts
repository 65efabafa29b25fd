/** Routes of metadata: types, declared attributes, and types of organisations and of resources. Each is administered the same way. */
import type { Context } from '../context.ts'
import { resourceTypes } from '../access/resource-types.ts'
import { createElement, createType, patchElement, patchType, removeElement, removeType, replaceElement, replaceType } from '../directory/metadata.ts'
import { managedSystems } from '../directory/managed-systems.ts'
import { organizationTypes } from '../directory/organization-types.ts'
import type { Document } from '../model/attribute.ts'
import type { Versions } from '../records/versions.ts'
import type { Database, Row } from '../store/database.ts'
import { documentOfRow, type Listing } from '../store/list-rows.ts'
import { elementListing, elementOfRow, readElement, readType, typeListing, typeOfRow, type Versioned } from '../store/metadata-records.ts'
import { managedSystemListing } from '../store/managed-systems.ts'
import { organizationTypeListing, organizationTypeOfRow } from '../store/organization-types.ts'
import { resourceTypeListing } from '../store/resource-types.ts'
import { listed } from './listing.ts'
import { guarded, urlOf, type Answer, type QueryParameter, type Route } from './route.ts'

type Change = (ctx: Context, id: string, body: unknown, versions: Versions) => Promise<Versioned>

interface Verbs {
  read: (db: Database, id: string) => Promise<Versioned>
  create: (ctx: Context, body: unknown) => Promise<Versioned>
  patch: Change
  replace: Change
  remove: (ctx: Context, id: string, versions: Versions) => Promise<void>
}

interface Kind {
  path: string
  component: string
  listing: Listing
  ofRow: (row: Row) => Document
  /** A parameter of the list that is a column to be met. */
  only?: QueryParameter & { column: string }
  verbs: Verbs
  /** In summaries. */
  one: string
  many: string
  removable: string
}

const kinds: readonly Kind[] = [
  { path: '/metadata/types', component: 'MetadataType', listing: typeListing, ofRow: typeOfRow, one: 'a metadata type', many: 'metadata types', removable: 'that nothing uses',
    only: { name: 'grouping', column: '"grouping"', type: 'string', doc: 'Only types of this grouping.' },
    verbs: { read: readType, create: createType, patch: patchType, replace: replaceType, remove: removeType } },
  { path: '/metadata/elements', component: 'MetadataElement', listing: elementListing, ofRow: elementOfRow, one: 'a declared attribute', many: 'declared custom attributes', removable: 'that no record has',
    only: { name: 'typeId', column: 'type_id', type: 'string', doc: 'Only attributes of this type.' },
    verbs: { read: readElement, create: createElement, patch: patchElement, replace: replaceElement, remove: removeElement } },
  { path: '/metadata/organization-types', component: 'OrganizationType', listing: organizationTypeListing, ofRow: organizationTypeOfRow, one: 'a type of organisations', many: 'types of organisations and what may stand below each', removable: 'that no organisation has',
    verbs: organizationTypes },
  { path: '/metadata/resource-types', component: 'ResourceType', listing: resourceTypeListing, ofRow: (row) => documentOfRow(resourceTypeListing, row), one: 'a type of resource', many: 'types of resources, which `resourceType` names', removable: 'that no resource has',
    verbs: resourceTypes },
  { path: '/managed-systems', component: 'ManagedSystem', listing: managedSystemListing, ofRow: (row) => documentOfRow(managedSystemListing, row), one: 'a managed system', many: 'managed systems, one of which `managedSystem` of each login names', removable: 'that nothing refers to',
    verbs: managedSystems },
]

export const metadataRoutes: readonly Route[] = guarded('metadata', kinds.flatMap(routesOf), 'free')

function routesOf({ path, component, listing, ofRow, only, one, many, removable, verbs }: Kind): Omit<Route, 'needs'>[] {
  const base = { tag: 'Metadata' } as const
  const shape = { component }
  const shown = ({ document, version }: Versioned): Answer => ({ body: document, version })
  const list = listed(listing, {
    show: (rows) => rows.map(ofRow),
    ...(only ? { query: [parameterOf(only)], where: ({ query }) => ({ [only.column]: query[only.name] }) } : {}),
  })
  return [
    { ...base, method: 'GET', path, scope: 'read', operation: `list${component}s`, summary: `Lists ${many}.`, answer: { ...shape, list: true }, ...list },
    { ...base, method: 'POST', path, scope: 'admin', operation: `create${component}`, summary: `Makes ${one}.`, body: shape, answer: shape, status: 201,
      handle: async ({ ctx, body }) => {
        const made = await verbs.create(ctx, body)
        return { ...shown(made), location: urlOf(ctx, path, made.document.id) }
      } },
    { ...base, method: 'GET', path: `${path}/:id`, scope: 'read', operation: `read${component}`, summary: `Reads ${one}.`, answer: shape,
      handle: async ({ ctx, params }) => shown(await verbs.read(ctx.db, params.id!)) },
    { ...base, method: 'PUT', path: `${path}/:id`, scope: 'admin', operation: `replace${component}`, summary: `Replaces ${one}.`, body: shape, answer: shape,
      handle: async ({ ctx, params, body, versions }) => shown(await verbs.replace(ctx, params.id!, body, versions)) },
    { ...base, method: 'PATCH', path: `${path}/:id`, scope: 'admin', operation: `patch${component}`, summary: `Changes ${one} by JSON Merge Patch.`, body: shape, answer: shape,
      handle: async ({ ctx, params, body, versions }) => shown(await verbs.patch(ctx, params.id!, body, versions)) },
    { ...base, method: 'DELETE', path: `${path}/:id`, scope: 'admin', operation: `delete${component}`, summary: `Removes ${one} ${removable}.`, status: 204,
      handle: async ({ ctx, params, versions }) => {
        await verbs.remove(ctx, params.id!, versions)
        return {}
      } },
  ]
}

function parameterOf({ column: _, ...parameter }: QueryParameter & { column: string }): QueryParameter {
  return parameter
}
