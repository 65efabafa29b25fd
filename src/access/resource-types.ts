/** The verbs on types of resources. */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { edgeKind } from '../model/access-edges.ts'
import { isObject, type Document } from '../model/attribute.ts'
import { mergePatch } from '../model/merge-patch.ts'
import { resourceType } from '../model/resource-type.ts'
import { validateEntry } from '../model/validate.ts'
import { checkVersion, type Versions } from '../records/versions.ts'
import { lockEdges } from '../store/access-edges.ts'
import type { Transaction } from '../store/database.ts'
import { misplacedResource, readResourceType, updateResourceType } from '../store/resource-types.ts'
import { deleteSiteRecord, insertSiteRecord } from '../store/site-records.ts'

type Versioned = Awaited<ReturnType<typeof readResourceType>>

async function written(tx: Transaction, ctx: Context, verb: string, targetId: string, change: { before?: Document; after?: Document }): Promise<void> {
  await recordEvents(tx, ctx, [{ action: `resource.type.${verb}`, targetType: 'ResourceType', targetId, changes: [{ path: '', ...change }] }])
}

/** Makes a type; its id is the caller's, a word such as DOOR. Errors: `already_exists`, `invalid_…`. */
export function createResourceType(ctx: Context, input: unknown): Promise<Versioned> {
  const type = validateEntry(resourceType, input)
  const id = type.id as string
  return ctx.db.transaction(async (tx) => {
    await insertSiteRecord(tx, resourceType, type)
    const made = await readResourceType(tx, id)
    await written(tx, ctx, 'create', id, { after: made.document })
    return made
  })
}

/** Changes a type. Errors: `conflict` when it shall have no hierarchy while resources of it stand below others. */
export function patchResourceType(ctx: Context, id: string, patch: unknown, versions?: Versions): Promise<Versioned> {
  return changeResourceType(ctx, id, versions, (before) => mergePatch(before, patch))
}

/** The same, by what the whole type shall be. */
export function replaceResourceType(ctx: Context, id: string, input: unknown, versions?: Versions): Promise<Versioned> {
  return changeResourceType(ctx, id, versions, (before) => (isObject(input) ? { id: before.id, ...input } : input))
}

function changeResourceType(ctx: Context, id: string, versions: Versions, changed: (before: Document) => unknown): Promise<Versioned> {
  return ctx.db.transaction(async (tx) => {
    // Nobody puts a resource below another meanwhile.
    await lockEdges(tx, edgeKind('ss'))
    const { document: before, version } = await readResourceType(tx, id, true)
    checkVersion({ meta: { version } }, versions)
    await updateResourceType(tx, { ...validateEntry(resourceType, changed(before), before), id })
    if (before.supportsHierarchy === true) await refuseMisplaced(tx, 'resource_type_id', [id])
    const after = await readResourceType(tx, id)
    await written(tx, ctx, 'update', id, { before, after: after.document })
    return after
  })
}

/** After a type or resources have been written. Errors: `conflict`, naming one that may not stand where it does. */
export async function refuseMisplaced(tx: Transaction, column: 'resource_type_id' | 'resource_id', ids: readonly string[]): Promise<void> {
  const wrong = ids.length === 0 ? undefined : await misplacedResource(tx, column, ids)
  if (wrong) throw new GatehouseError('conflict', `The resource ${wrong.name} stands below ${wrong.above}, and resources of the type ${wrong.type} stand below none; move it first.`)
}

/** Removes a type that no resource has. Errors: `still_referenced`. */
export function removeResourceType(ctx: Context, id: string, versions?: Versions): Promise<void> {
  return ctx.db.transaction(async (tx) => {
    const { document: before, version } = await readResourceType(tx, id, true)
    checkVersion({ meta: { version } }, versions)
    await deleteSiteRecord(tx, resourceType, id)
    await written(tx, ctx, 'delete', id, { before })
  })
}
