/** The verbs on managed systems: where people have accounts besides this server. */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { isObject, type Document } from '../model/attribute.ts'
import { managedSystem, mostPort, ownSystems } from '../model/managed-system.ts'
import { mergePatch } from '../model/merge-patch.ts'
import { validateEntry } from '../model/validate.ts'
import { checkVersion, type Versions } from '../records/versions.ts'
import type { Transaction } from '../store/database.ts'
import { deleteManagedSystem, insertManagedSystem, lockedSystemAlike, readManagedSystem, updateManagedSystem, usesOfSystem } from '../store/managed-systems.ts'

type Versioned = Awaited<ReturnType<typeof readManagedSystem>>

async function noted(tx: Transaction, ctx: Context, verb: string, targetId: string, change: { before?: Document; after?: Document }): Promise<void> {
  await recordEvents(tx, ctx, [{ action: `managed.system.${verb}`, targetType: 'ManagedSystem', targetId, changes: [{ path: '', ...change }] }])
}

function checked(input: unknown, before?: Document): Document {
  const system = validateEntry(managedSystem, input, before)
  if (typeof system.port !== 'number' || system.port <= mostPort) return system
  const message = `must be a whole number from 1 to ${mostPort}`
  throw new GatehouseError('invalid_value', `port: ${message}.`, { problems: [{ path: 'port', message }] })
}

const idPattern = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9_.-]*$/

const fault = (code: 'invalid_value' | 'already_exists' | 'read_only_attribute', path: string, message: string) => new GatehouseError(code, `${path}: ${message}.`, { problems: [{ path, message }] })

/** What says from when and whether accounts are managed means nothing for the server itself, nor for Okta. Errors: `read_only_attribute`. */
function refuseOwn(id: string, before: Document, after: Document): void {
  if (!ownSystems.includes(id)) return
  const idle: Document = { status: 'ACTIVE', start: undefined, end: undefined }
  const path = Object.keys(idle).find((one) => after[one] !== before[one] && after[one] !== idle[one])
  if (path !== undefined) throw fault('read_only_attribute', path, `does not change for the managed system ${id}, on which Gatehouse itself relies`)
}

/** Makes a system; its id is the caller's, a word such as LINUX that stands in addresses. Errors: `already_exists` for the id, in whatever case, or the name, `invalid_…`. */
export function createManagedSystem(ctx: Context, input: unknown): Promise<Versioned> {
  const system = checked(input)
  const id = system.id as string
  if (!idPattern.test(id)) throw fault('invalid_value', 'id', 'must be a word of A to Z, a to z, 0 to 9, and after the first of them also _, - and single dots')
  return ctx.db.transaction(async (tx) => {
    const alike = await lockedSystemAlike(tx, id)
    if (alike !== undefined) throw fault('already_exists', 'id', alike === id ? 'there is such a managed system' : `there is the managed system ${alike}, which differs in nothing but case`)
    await insertManagedSystem(tx, system)
    const made = await readManagedSystem(tx, id)
    await noted(tx, ctx, 'create', id, { after: made.document })
    return made
  })
}

/** Changes a system. Errors: `already_exists` for the name, `version_mismatch`, `read_only_attribute` for what stays of those that come with the server. */
export function patchManagedSystem(ctx: Context, id: string, patch: unknown, versions?: Versions): Promise<Versioned> {
  return changeManagedSystem(ctx, id, versions, (before) => mergePatch(before, patch))
}

/** The same, by what the whole system shall be. */
export function replaceManagedSystem(ctx: Context, id: string, input: unknown, versions?: Versions): Promise<Versioned> {
  return changeManagedSystem(ctx, id, versions, (before) => (isObject(input) ? { id: before.id, ...input } : input))
}

function changeManagedSystem(ctx: Context, id: string, versions: Versions, changed: (before: Document) => unknown): Promise<Versioned> {
  return ctx.db.transaction(async (tx) => {
    const { document: before, version } = await readManagedSystem(tx, id, true)
    checkVersion({ meta: { version } }, versions)
    const system = checked(changed(before), before)
    refuseOwn(id, before, system)
    await updateManagedSystem(tx, { ...system, id })
    const after = await readManagedSystem(tx, id)
    if (after.version !== version) await noted(tx, ctx, 'update', id, { before, after: after.document })
    return after
  })
}

/** Removes a system in which nobody has an account. Errors: `system_record` for those that come with the server, `still_referenced`. */
export function removeManagedSystem(ctx: Context, id: string, versions?: Versions): Promise<void> {
  return ctx.db.transaction(async (tx) => {
    const { document: before, version } = await readManagedSystem(tx, id, true)
    checkVersion({ meta: { version } }, versions)
    if (ownSystems.includes(id)) throw new GatehouseError('system_record', `Gatehouse itself relies on the managed system ${id}; it cannot be deleted.`)
    const uses = await usesOfSystem(tx, id)
    if (uses.length > 0) throw new GatehouseError('still_referenced', `There are ${uses.join(', ')} of this system; remove or move them first.`)
    await deleteManagedSystem(tx, id)
    await noted(tx, ctx, 'delete', id, { before })
  })
}
