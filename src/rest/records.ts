/** Routes of people and organisations and of everything that hangs below them, made from the attribute lists. */
import { addEntry, changeAttributes, entriesOf, entryOf, patchEntry, removeEntry, replaceEntry } from '../directory/entries.ts'
import { createOrganization, deleteOrganization, patchOrganization, readOrganization, replaceOrganization } from '../directory/organizations.ts'
import { organizationKind } from '../directory/organization-record.ts'
import { createUser, deleteUser, patchUser, readUser, replaceUser, type Versions } from '../directory/users.ts'
import { userKind } from '../directory/user-record.ts'
import type { RecordKind } from '../directory/record-kind.ts'
import type { Context } from '../context.ts'
import type { Collection, Document, Resource } from '../model/attribute.ts'
import { project, projectEntry, selectionOf, type Selection } from '../model/project.ts'
import { documentOf } from '../model/rows.ts'
import { listIds } from '../store/list-records.ts'
import { loadRecords } from '../store/records.ts'
import { attributesParameter, listParameters, type Answer, type Call, type Route } from './route.ts'

interface Verbs {
  kind: RecordKind
  read: (db: Context['db'], id: string, collections?: readonly string[]) => Promise<Document>
  create: (ctx: Context, body: unknown) => Promise<Document>
  replace: (ctx: Context, id: string, body: unknown, versions: Versions) => Promise<Document>
  patch: (ctx: Context, id: string, body: unknown, versions: Versions) => Promise<Document>
  remove: (ctx: Context, id: string, versions: Versions) => Promise<void>
}

const verbs: readonly Verbs[] = [
  { kind: userKind, read: readUser, create: createUser, replace: replaceUser, patch: patchUser, remove: deleteUser },
  { kind: organizationKind, read: readOrganization, create: createOrganization, replace: replaceOrganization, patch: patchOrganization, remove: deleteOrganization },
]

export const recordRoutes: readonly Route[] = verbs.flatMap((one) => [
  ...resourceRoutes(one),
  ...customRoutes(one),
  ...one.kind.resource.collections.flatMap((collection) => collectionRoutes(one, collection)),
])

export function addressOf(ctx: Context, resource: Resource, id: unknown): string {
  const origin = ctx.config.PUBLIC_URL ?? `http://localhost:${ctx.config.PORT}`
  return `${origin}/api/v1/${resource.segment}/${encodeURIComponent(String(id))}`
}

/** A record as an answer, with its version for the ETag. */
export function shown(ctx: Context, resource: Resource, document: Document, selection: Selection): Answer {
  const location = addressOf(ctx, resource, document.id)
  return { body: project(resource, document, selection, location), version: (document.meta as Document).version as number }
}

const ordinary = (resource: Resource) => selectionOf(resource, undefined)

function resourceRoutes({ kind, ...verb }: Verbs): Route[] {
  const { resource } = kind
  const [one, path] = [resource.name, `/${resource.segment}`]
  const shape = { component: one }
  const base = { tag: one === 'User' ? 'People' : 'Organisations' }
  const change = (result: Document, call: Call) => shown(call.ctx, resource, result, ordinary(resource))
  return [
    { ...base, method: 'GET', path, scope: 'read', operation: `list${one}s`, summary: `Lists ${one} records.`, query: listParameters, answer: { ...shape, list: true }, handle: (call) => list(resource, call) },
    { ...base, method: 'POST', path, scope: 'write', operation: `create${one}`, summary: `Makes a ${one}.`, body: shape, answer: shape, status: 201,
      handle: async (call) => {
        const created = await verb.create(call.ctx, call.body)
        return { ...change(created, call), location: addressOf(call.ctx, resource, created.id) }
      } },
    { ...base, method: 'GET', path: `${path}/:id`, scope: 'read', operation: `read${one}`, summary: `Reads a ${one}.`, query: [attributesParameter], answer: shape,
      handle: async (call) => {
        const selection = selectionOf(resource, call.query.attributes as string | undefined)
        return shown(call.ctx, resource, await verb.read(call.ctx.db, call.params.id!, selection.collections), selection)
      } },
    { ...base, method: 'PUT', path: `${path}/:id`, scope: 'write', operation: `replace${one}`, summary: `Replaces a ${one}.`, body: shape, answer: shape,
      handle: async (call) => change(await verb.replace(call.ctx, call.params.id!, call.body, call.versions), call) },
    { ...base, method: 'PATCH', path: `${path}/:id`, scope: 'write', operation: `patch${one}`, summary: `Changes a ${one} by JSON Merge Patch.`, body: shape, answer: shape,
      handle: async (call) => change(await verb.patch(call.ctx, call.params.id!, call.body, call.versions), call) },
    { ...base, method: 'DELETE', path: `${path}/:id`, scope: 'write', operation: `delete${one}`, summary: `Removes a ${one} for good.`, status: 204,
      handle: async (call) => {
        await verb.remove(call.ctx, call.params.id!, call.versions)
        return {}
      } },
  ]
}

/** Custom attributes at an address of their own: all at once, or those that a merge patch names. */
function customRoutes({ kind, read }: Verbs): Route[] {
  const { resource } = kind
  const component = { component: 'CustomAttributes' }
  const base = { tag: resource.name === 'User' ? 'People' : 'Organisations', path: `/${resource.segment}/:id/attributes`, answer: component }
  const view = (document: Document): Answer => ({ body: document.attributes ?? {}, version: (document.meta as Document).version as number })
  const change = (operation: 'replace' | 'update') => async (call: Call) => view(await changeAttributes(call.ctx, kind, call.params.id!, operation, call.body, call.versions))
  return [
    { ...base, method: 'GET', scope: 'read', operation: `list${resource.name}Attributes`, summary: 'Reads the custom attributes.',
      handle: async (call) => view(await read(call.ctx.db, call.params.id!, [])) },
    { ...base, method: 'PUT', scope: 'write', operation: `replace${resource.name}Attributes`, summary: 'Replaces the custom attributes.', body: component, handle: change('replace') },
    { ...base, method: 'PATCH', scope: 'write', operation: `patch${resource.name}Attributes`, summary: 'Changes custom attributes by JSON Merge Patch.', body: component, handle: change('update') },
  ]
}

/** One page of a list. */
export async function list(resource: Resource, { ctx, query }: Call): Promise<Answer> {
  const selection = selectionOf(resource, query.attributes as string | undefined)
  const page = await listIds(ctx.db, resource, {
    filter: query.filter as string | undefined,
    q: query.q as string | undefined,
    sortBy: query.sortBy as string | undefined,
    sortOrder: query.sortOrder as 'ascending' | 'descending' | undefined,
    count: (query.count as number | undefined) ?? 100,
    cursor: query.cursor as string | undefined,
    total: query.total as boolean | undefined,
  })
  const records = await loadRecords(ctx.db, resource, page.ids, { collections: selection.collections, custom: selection.custom })
  const items = page.ids.flatMap((id) => {
    const record = records.get(id)
    // Deleted between the two statements: gone from the page, and nothing else moves.
    return record ? [project(resource, documentOf(resource, record), selection, addressOf(ctx, resource, id))] : []
  })
  return { body: { items, ...(page.next === undefined ? {} : { next: page.next }), ...(page.total === undefined ? {} : { total: page.total }) } }
}

function collectionRoutes({ kind, read }: Verbs, collection: Collection): Route[] {
  const { resource } = kind
  const path = `/${resource.segment}/:id/${collection.segment}`
  const component = resource.name + collection.path[0]!.toUpperCase() + collection.path.slice(1)
  const base = { tag: resource.name === 'User' ? 'People' : 'Organisations' }
  const view = (entry: Document) => projectEntry(collection.attributes, entry, collection.path, undefined)
  const changed = ({ document, entry }: { document: Document; entry: Document }): Answer => ({ body: view(entry), version: (document.meta as Document).version as number })
  const load = (call: Call) => read(call.ctx.db, call.params.id!, [collection.path])
  const article = /^[aeiou]/.test(collection.label) ? 'an' : 'a'
  return [
    { ...base, method: 'GET', path, scope: 'read', operation: `list${component}`, summary: `Lists the entries: ${collection.doc}`, answer: { component, list: true },
      handle: async (call) => {
        const document = await load(call)
        return { body: { items: entriesOf(document, collection).map(view) }, version: (document.meta as Document).version as number }
      } },
    { ...base, method: 'POST', path, scope: 'write', operation: `add${component}`, summary: `Adds ${article} ${collection.label}.`, body: { component }, answer: { component }, status: 201,
      handle: async (call) => {
        const added = await addEntry(call.ctx, kind, call.params.id!, collection, call.body, call.versions)
        return { ...changed(added), location: `${addressOf(call.ctx, resource, call.params.id)}/${collection.segment}/${String(added.entry.id)}` }
      } },
    { ...base, method: 'GET', path: `${path}/:entryId`, scope: 'read', operation: `read${component}`, summary: `Reads ${article} ${collection.label}.`, answer: { component },
      handle: async (call) => {
        const document = await load(call)
        return changed({ document, entry: entryOf(document, collection, call.params.entryId!) })
      } },
    { ...base, method: 'PUT', path: `${path}/:entryId`, scope: 'write', operation: `replace${component}`, summary: `Replaces ${article} ${collection.label}.`, body: { component }, answer: { component },
      handle: async (call) => changed(await replaceEntry(call.ctx, kind, call.params.id!, collection, call.params.entryId!, call.body, call.versions)) },
    { ...base, method: 'PATCH', path: `${path}/:entryId`, scope: 'write', operation: `patch${component}`, summary: `Changes ${article} ${collection.label} by JSON Merge Patch.`, body: { component }, answer: { component },
      handle: async (call) => changed(await patchEntry(call.ctx, kind, call.params.id!, collection, call.params.entryId!, call.body, call.versions)) },
    { ...base, method: 'DELETE', path: `${path}/:entryId`, scope: 'write', operation: `remove${component}`, summary: `Removes ${article} ${collection.label}.`, status: 204,
      handle: async (call) => {
        await removeEntry(call.ctx, kind, call.params.id!, collection, call.params.entryId!, call.versions)
        return {}
      } },
  ]
}
