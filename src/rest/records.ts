/** Routes of people and organisations and of everything that hangs below them, made from the attribute lists. */
import { createAccessRecord, groupKind, patchAccessRecord, readAccessRecord, removeAccessRecord, replaceAccessRecord, resourceKind, rightKind, roleKind } from '../access/access-records.ts'
import { addEntry, changeAttributes, entriesOf, entryOf, patchEntry, removeEntry, replaceEntry } from '../directory/entries.ts'
import { createOrganization, deleteOrganization, patchOrganization, readOrganization, replaceOrganization } from '../directory/organizations.ts'
import { organizationKind } from '../directory/organization-record.ts'
import { createUser, patchUser, readUser, replaceUser } from '../directory/users.ts'
import { deleteUser } from '../directory/delete-users.ts'
import type { Versions } from '../records/versions.ts'
import { userKind } from '../directory/user-record.ts'
import type { RecordKind } from '../records/record-kind.ts'
import { checkNamed, checkQuery, seenBy } from '../records/veil.ts'
import type { Context } from '../context.ts'
import { valueAt, type Collection, type Document, type Resource } from '../model/attribute.ts'
import type { OwnResource } from '../model/own-access.ts'
import { project, projectEntry, selectionOf, type Selection } from '../model/project.ts'
import { documentOf } from '../model/rows.ts'
import { listIds } from '../store/list-records.ts'
import { reachScope } from '../store/reach.ts'
import { loadRecords } from '../store/records.ts'
import { attributesParameter, guarded, listParameters, urlOf, type Answer, type Call, type Route } from './route.ts'

interface Verbs {
  kind: RecordKind
  own: OwnResource
  read: (db: Context['db'], id: string, collections?: readonly string[]) => Promise<Document>
  create: (ctx: Context, body: unknown) => Promise<Document>
  replace: (ctx: Context, id: string, body: unknown, versions: Versions) => Promise<Document>
  patch: (ctx: Context, id: string, body: unknown, versions: Versions) => Promise<Document>
  remove: (ctx: Context, id: string, versions: Versions) => Promise<void>
}

const verbs: readonly Verbs[] = [
  { kind: userKind, own: 'people', read: readUser, create: createUser, replace: replaceUser, patch: patchUser, remove: deleteUser },
  { kind: organizationKind, own: 'organizations', read: readOrganization, create: createOrganization, replace: replaceOrganization, patch: patchOrganization, remove: deleteOrganization },
  ...[groupKind, roleKind, resourceKind, rightKind].map((kind): Verbs => ({
    kind,
    own: 'access',
    read: (db, id) => readAccessRecord(db, kind, id),
    create: (ctx, body) => createAccessRecord(ctx, kind, body),
    replace: (ctx, id, body, versions) => replaceAccessRecord(ctx, kind, id, body, versions),
    patch: (ctx, id, body, versions) => patchAccessRecord(ctx, kind, id, body, versions),
    remove: (ctx, id, versions) => removeAccessRecord(ctx, kind, id, versions),
  })),
]

const tags: Partial<Record<Resource['name'], string>> = { User: 'People', Organization: 'Organisations' }
const tagOf = ({ name }: Resource) => tags[name] ?? 'Access'

type Unguarded = Omit<Route, 'needs'>

/** What belongs to a record changes with it; people are kept to the reach, other records tell nothing of them. */
const below = (own: OwnResource, routes: readonly Unguarded[]) =>
  guarded(own, routes.map((route) => ({ ...route, ...(route.method === 'GET' ? {} : { needs: [{ resource: own, right: 'UPDATE' }] }) })), own === 'people' ? 'query' : 'free')

export const recordRoutes: readonly Route[] = verbs.flatMap((one) => [
  ...guarded(one.own, resourceRoutes(one), one.own === 'people' ? 'query' : 'free'),
  ...below(one.own, one.kind.resource.custom ? customRoutes(one) : []),
  ...below(one.own, one.kind.resource.collections.flatMap((collection) => collectionRoutes(one, collection))),
])

export function addressOf(ctx: Context, resource: Resource, id: unknown): string {
  return urlOf(ctx, `/${resource.segment}`, id)
}

/** A record as an answer, as far as the caller may see it, with its version for the ETag. */
export async function shown(ctx: Context, resource: Resource, whole: Document, selection: Selection): Promise<Answer> {
  const location = addressOf(ctx, resource, whole.id)
  const document = await seenBy(ctx, whole)
  return { body: project(resource, document, selection, location), version: (document.meta as Document).version as number }
}

const ordinary = (resource: Resource) => selectionOf(resource, undefined)

function resourceRoutes({ kind, ...verb }: Verbs): Unguarded[] {
  const { resource } = kind
  const [one, path] = [resource.name, `/${resource.segment}`]
  const shape = { component: one }
  const base = { tag: tagOf(resource) }
  const change = (result: Document, call: Call) => shown(call.ctx, resource, result, ordinary(resource))
  return [
    { ...base, method: 'GET', path, scope: 'read', operation: `list${one}s`, summary: `Lists ${one} records.`, query: listParameters, answer: { ...shape, list: true }, handle: (call) => list(resource, call) },
    { ...base, method: 'POST', path, scope: 'write', operation: `create${one}`, summary: `Makes a ${one}.`, body: shape, answer: shape, status: 201, reach: resource.name === 'User' ? 'query' : undefined,
      handle: async (call) => {
        await checkNamed(call.ctx, resource, call.body)
        const created = await verb.create(call.ctx, call.body)
        return { ...(await change(created, call)), location: addressOf(call.ctx, resource, created.id) }
      } },
    { ...base, method: 'GET', path: `${path}/:id`, scope: 'read', operation: `read${one}`, summary: `Reads a ${one}.`, query: [attributesParameter], answer: shape,
      handle: async (call) => {
        const selection = selectionOf(resource, call.query.attributes as string | undefined)
        return shown(call.ctx, resource, await verb.read(call.ctx.db, call.params.id!, selection.collections), selection)
      } },
    { ...base, method: 'PUT', path: `${path}/:id`, scope: 'write', operation: `replace${one}`, summary: `Replaces a ${one}.`, body: shape, answer: shape,
      handle: async (call) => {
        await checkNamed(call.ctx, resource, call.body)
        return change(await verb.replace(call.ctx, call.params.id!, call.body, call.versions), call)
      } },
    { ...base, method: 'PATCH', path: `${path}/:id`, scope: 'write', operation: `patch${one}`, summary: `Changes a ${one} by JSON Merge Patch.`, body: shape, answer: shape,
      handle: async (call) => {
        await checkNamed(call.ctx, resource, call.body)
        return change(await verb.patch(call.ctx, call.params.id!, call.body, call.versions), call)
      } },
    { ...base, method: 'DELETE', path: `${path}/:id`, scope: 'write', operation: `delete${one}`, summary: `Removes a ${one} for good.`, status: 204,
      handle: async (call) => {
        await verb.remove(call.ctx, call.params.id!, call.versions)
        return {}
      } },
  ]
}

/** Custom attributes at an address of their own: all at once, or those that a merge patch names. */
function customRoutes({ kind, read }: Verbs): Unguarded[] {
  const { resource } = kind
  const component = { component: 'CustomAttributes' }
  const base = { tag: tagOf(resource), path: `/${resource.segment}/:id/attributes`, answer: component }
  const view = async ({ ctx }: Call, whole: Document): Promise<Answer> => {
    const document = await seenBy(ctx, whole)
    return { body: document.attributes ?? {}, version: (document.meta as Document).version as number }
  }
  const change = (operation: 'replace' | 'update') => async (call: Call) => {
    await checkNamed(call.ctx, resource, { attributes: call.body })
    return view(call, await changeAttributes(call.ctx, kind, call.params.id!, operation, call.body, call.versions))
  }
  return [
    { ...base, method: 'GET', scope: 'read', operation: `list${resource.name}Attributes`, summary: 'Reads the custom attributes.',
      handle: async (call) => view(call, await read(call.ctx.db, call.params.id!, [])) },
    { ...base, method: 'PUT', scope: 'write', operation: `replace${resource.name}Attributes`, summary: 'Replaces the custom attributes.', body: component, handle: change('replace') },
    { ...base, method: 'PATCH', scope: 'write', operation: `patch${resource.name}Attributes`, summary: 'Changes custom attributes by JSON Merge Patch.', body: component, handle: change('update') },
  ]
}

/** One page of a list. */
export async function list(resource: Resource, { ctx, query }: Call): Promise<Answer> {
  const selection = selectionOf(resource, query.attributes as string | undefined)
  await checkQuery(ctx, resource, query)
  const page = await listIds(ctx.db, resource, {
    scope: resource.name === 'User' ? reachScope(ctx.authority?.reach) : undefined,
    filter: query.filter as string | undefined,
    q: query.q as string | undefined,
    sortBy: query.sortBy as string | undefined,
    sortOrder: query.sortOrder as 'ascending' | 'descending' | undefined,
    count: (query.count as number | undefined) ?? 100,
    cursor: query.cursor as string | undefined,
    total: query.total as boolean | undefined,
  })
  const records = await loadRecords(ctx.db, resource, page.ids, { collections: selection.collections, custom: selection.custom })
  // Deleted between the two statements: gone from the page, and nothing else moves.
  const documents = page.ids.flatMap((id) => records.get(id) ?? []).map((record) => documentOf(resource, record))
  const items = (await seenBy(ctx, documents)).map((document) => project(resource, document, selection, addressOf(ctx, resource, document.id)))
  return { body: { items, ...(page.next === undefined ? {} : { next: page.next }), ...(page.total === undefined ? {} : { total: page.total }) } }
}

function collectionRoutes({ kind, read }: Verbs, collection: Collection): Unguarded[] {
  const { resource } = kind
  const path = `/${resource.segment}/:id/${collection.segment}`
  const component = resource.name + collection.path[0]!.toUpperCase() + collection.path.slice(1)
  const base = { tag: tagOf(resource) }
  const view = (entry: Document) => projectEntry(collection.attributes, entry, collection.path, undefined)
  const changed = async ({ ctx }: Call, { document, entry }: { document: Document; entry: Document }): Promise<Answer> =>
    ({ body: view(await seenBy(ctx, entry)), version: (document.meta as Document).version as number })
  const load = (call: Call) => read(call.ctx.db, call.params.id!, [collection.path])
  const article = /^[aeiou]/.test(collection.label) ? 'an' : 'a'
  return [
    { ...base, method: 'GET', path, scope: 'read', operation: `list${component}`, summary: `Lists the entries: ${collection.doc}`, answer: { component, list: true, besides: collection.besides },
      handle: async (call) => {
        const document = await load(call)
        const besides = collection.besides && valueAt(document, collection.besides.path)
        return { body: { items: (await seenBy(call.ctx, entriesOf(document, collection))).map(view), ...(besides === undefined ? {} : { [collection.besides!.path]: besides }) }, version: (document.meta as Document).version as number }
      } },
    { ...base, method: 'POST', path, scope: 'write', operation: `add${component}`, summary: `Adds ${article} ${collection.label}.`, body: { component }, answer: { component }, status: 201,
      handle: async (call) => {
        const added = await addEntry(call.ctx, kind, call.params.id!, collection, call.body, call.versions)
        return { ...(await changed(call, added)), location: `${addressOf(call.ctx, resource, call.params.id)}/${collection.segment}/${String(added.entry.id)}` }
      } },
    { ...base, method: 'GET', path: `${path}/:entryId`, scope: 'read', operation: `read${component}`, summary: `Reads ${article} ${collection.label}.`, answer: { component },
      handle: async (call) => {
        const document = await load(call)
        return changed(call, { document, entry: entryOf(document, collection, call.params.entryId!) })
      } },
    { ...base, method: 'PUT', path: `${path}/:entryId`, scope: 'write', operation: `replace${component}`, summary: `Replaces ${article} ${collection.label}.`, body: { component }, answer: { component },
      handle: async (call) => changed(call, await replaceEntry(call.ctx, kind, call.params.id!, collection, call.params.entryId!, call.body, call.versions)) },
    { ...base, method: 'PATCH', path: `${path}/:entryId`, scope: 'write', operation: `patch${component}`, summary: `Changes ${article} ${collection.label} by JSON Merge Patch.`, body: { component }, answer: { component },
      handle: async (call) => changed(call, await patchEntry(call.ctx, kind, call.params.id!, collection, call.params.entryId!, call.body, call.versions)) },
    { ...base, method: 'DELETE', path: `${path}/:entryId`, scope: 'write', operation: `remove${component}`, summary: `Removes ${article} ${collection.label}.`, status: 204,
      handle: async (call) => {
        await removeEntry(call.ctx, kind, call.params.id!, collection, call.params.entryId!, call.versions)
        return {}
      } },
  ]
}
