/** Routes of metadata: /metadata/types and /metadata/elements, and the statuses and operations forms need to know. */
import { createElement, createType, patchElement, patchType, removeElement, removeType } from '../directory/metadata.ts'
import { listElements, listTypes, readElement, readType } from '../store/metadata-records.ts'
import { guarded, type Route } from './route.ts'

const base = { tag: 'Metadata' } as const
const type = { component: 'MetadataType' }
const element = { component: 'MetadataElement' }

export const metadataRoutes: readonly Route[] = guarded('metadata', [
  { ...base, method: 'GET', path: '/metadata/types', scope: 'read', operation: 'listMetadataTypes', summary: 'Lists metadata types.', answer: { ...type, list: true },
    query: [{ name: 'grouping', type: 'string', doc: 'Only types of this grouping.' }],
    handle: async ({ ctx, query }) => ({ body: { items: await listTypes(ctx.db, query.grouping as string | undefined) } }) },
  { ...base, method: 'POST', path: '/metadata/types', scope: 'admin', operation: 'createMetadataType', summary: 'Makes a metadata type.', body: type, answer: type, status: 201,
    handle: async ({ ctx, body }) => ({ body: await createType(ctx, body) }) },
  { ...base, method: 'GET', path: '/metadata/types/:id', scope: 'read', operation: 'readMetadataType', summary: 'Reads a metadata type.', answer: type,
    handle: async ({ ctx, params }) => ({ body: await readType(ctx.db, params.id!) }) },
  { ...base, method: 'PATCH', path: '/metadata/types/:id', scope: 'admin', operation: 'patchMetadataType', summary: 'Changes a metadata type.', body: type, answer: type,
    handle: async ({ ctx, params, body }) => ({ body: await patchType(ctx, params.id!, body) }) },
  { ...base, method: 'DELETE', path: '/metadata/types/:id', scope: 'admin', operation: 'deleteMetadataType', summary: 'Removes a metadata type that nothing uses.', status: 204,
    handle: async ({ ctx, params }) => {
      await removeType(ctx, params.id!)
      return {}
    } },
  { ...base, method: 'GET', path: '/metadata/elements', scope: 'read', operation: 'listMetadataElements', summary: 'Lists declared custom attributes.', answer: { ...element, list: true },
    query: [{ name: 'typeId', type: 'string', doc: 'Only attributes of this type.' }],
    handle: async ({ ctx, query }) => ({ body: { items: await listElements(ctx.db, query.typeId as string | undefined) } }) },
  { ...base, method: 'POST', path: '/metadata/elements', scope: 'admin', operation: 'createMetadataElement', summary: 'Declares a custom attribute.', body: element, answer: element, status: 201,
    handle: async ({ ctx, body }) => ({ body: await createElement(ctx, body) }) },
  { ...base, method: 'GET', path: '/metadata/elements/:id', scope: 'read', operation: 'readMetadataElement', summary: 'Reads a declared attribute.', answer: element,
    handle: async ({ ctx, params }) => ({ body: await readElement(ctx.db, params.id!) }) },
  { ...base, method: 'PATCH', path: '/metadata/elements/:id', scope: 'admin', operation: 'patchMetadataElement', summary: 'Changes a declared attribute.', body: element, answer: element,
    handle: async ({ ctx, params, body }) => ({ body: await patchElement(ctx, params.id!, body) }) },
  { ...base, method: 'DELETE', path: '/metadata/elements/:id', scope: 'admin', operation: 'deleteMetadataElement', summary: 'Removes a declared attribute that no record has.', status: 204,
    handle: async ({ ctx, params }) => {
      await removeElement(ctx, params.id!)
      return {}
    } },
], 'free')
