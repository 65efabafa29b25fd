/** The verbs on types of organisations and the nesting they allow. */
import { GatehouseError } from '../errors.ts'
import type { Context } from '../context.ts'
import { recordEvents } from '../audit/record.ts'
import { isObject, type Document } from '../model/attribute.ts'
import { mergePatch } from '../model/merge-patch.ts'
import { organizationType } from '../model/organization-type.ts'
import { validateEntry } from '../model/validate.ts'
import { checkVersion, type Versions } from '../records/versions.ts'
import type { Transaction } from '../store/database.ts'
import { deleteOrganizationType, misplacedBelow, readOrganizationType, writeOrganizationType } from '../store/organization-types.ts'
import { lockHierarchy } from '../store/organizations.ts'

async function written(tx: Transaction, ctx: Context, action: string, id: string, change: { before?: Document; after?: Document }): Promise<void> {
  await recordEvents(tx, ctx, [{ action: `organization.type.${action}`, targetType: 'OrganizationType', targetId: id, result: 'SUCCESS', changes: [{ path: '', ...change }] }])
}

type Versioned = Awaited<ReturnType<typeof readOrganizationType>>

/** Makes a type; its id is the caller's, a word such as FACULTY. Errors: `already_exists`, `invalid_…`. */
export function createOrganizationType(ctx: Context, input: unknown): Promise<Versioned> {
  const type = validateEntry(organizationType, input)
  const id = type.id as string
  return ctx.db.transaction(async (tx) => {
    await writeOrganizationType(tx, type, true)
    const made = await readOrganizationType(tx, id)
    await written(tx, ctx, 'create', id, { after: made.document })
    return made
  })
}

/** Changes a type's words, or what may stand below it. Errors: `conflict` while organisations stand as they then may not. */
export function patchOrganizationType(ctx: Context, id: string, patch: unknown, versions?: Versions): Promise<Versioned> {
  return changeOrganizationType(ctx, id, versions, (before) => mergePatch(before, patch))
}

/** The same, by what the whole type shall be. */
export function replaceOrganizationType(ctx: Context, id: string, input: unknown, versions?: Versions): Promise<Versioned> {
  return changeOrganizationType(ctx, id, versions, (before) => (isObject(input) ? { id: before.id, ...input } : input))
}

function changeOrganizationType(ctx: Context, id: string, versions: Versions, changed: (before: Document) => unknown): Promise<Versioned> {
  return ctx.db.transaction(async (tx) => {
    await lockHierarchy(tx)
    const { document: before, version } = await readOrganizationType(tx, id, true)
    checkVersion({ meta: { version } }, versions)
    await writeOrganizationType(tx, { ...validateEntry(organizationType, changed(before), before), id }, false)
    const wrong = await misplacedBelow(tx, id)
    if (wrong) throw new GatehouseError('conflict', `members: ${wrong.member}, a ${wrong.type}, stands below ${wrong.parent}; move it first.`)
    const after = await readOrganizationType(tx, id)
    await written(tx, ctx, 'update', id, { before, after: after.document })
    return after
  })
}

/** Removes a type that no organisation has. Errors: `still_referenced`. */
export function removeOrganizationType(ctx: Context, id: string, versions?: Versions): Promise<void> {
  return ctx.db.transaction(async (tx) => {
    const { document: before, version } = await readOrganizationType(tx, id, true)
    checkVersion({ meta: { version } }, versions)
    await deleteOrganizationType(tx, id)
    await written(tx, ctx, 'delete', id, { before })
  })
}
