/** The verbs on policies for passwords and for signing in. */
import type { Context } from '../context.ts'
import { recordEvents } from '../audit/record.ts'
import { GatehouseError } from '../errors.ts'
import { isObject, type Document } from '../model/attribute.ts'
import { mergePatch } from '../model/merge-patch.ts'
import { validatePolicy, type PolicyKind } from '../model/password-policy-records.ts'
import { checkVersion, type Versions } from '../records/versions.ts'
import type { Transaction } from '../store/database.ts'
import { danglingTargets, deletePolicy, readPolicy, writePolicy } from '../store/password-policies.ts'

export type Versioned = Awaited<ReturnType<typeof readPolicy>>

async function written(tx: Transaction, ctx: Context, { component }: PolicyKind, operation: string, id: string, change: { before?: Document; after?: Document }): Promise<void> {
  const action = `${component === 'PasswordPolicy' ? 'password' : 'sign-in'}.policy.${operation}`
  await recordEvents(tx, ctx, [{ action, targetType: component, targetId: id, changes: [{ path: '', ...change }] }])
}

const stamp = (ctx: Context) => ({ at: ctx.now(), by: ctx.actor.userId })

/** Errors: `invalid_reference` for what is bound to nothing, `conflict` when nothing would be left for everyone. */
async function check(tx: Transaction, kind: PolicyKind, document: Document): Promise<void> {
  const appliesTo = document.appliesTo as { level: string; id: string }[]
  const [dangling] = await danglingTargets(tx, appliesTo)
  if (dangling !== undefined) throw new GatehouseError('invalid_reference', `appliesTo[${dangling}].id: there is no such thing.`, { problems: [{ path: `appliesTo[${dangling}].id`, message: 'there is no such thing' }] })
  if (document.id !== kind.fallback) return
  if (document.active === false || !appliesTo.some(({ level }) => level === 'GLOBAL')) throw new GatehouseError('conflict', 'This policy applies where no other does: it stays in force, and for everyone. Bind another one to everyone, with a higher priority.')
}

/** Makes a policy. Errors: `already_exists` for a taken name, `invalid_…`. */
export function createPolicy(ctx: Context, kind: PolicyKind, input: unknown): Promise<Versioned> {
  const document: Document = { ...validatePolicy(kind, input), id: ctx.newId() }
  const id = document.id as string
  return ctx.db.transaction(async (tx) => {
    await check(tx, kind, document)
    await writePolicy(tx, kind, document, true, stamp(ctx))
    const made = await readPolicy(tx, kind, id)
    await written(tx, ctx, kind, 'create', id, { after: made.document })
    return made
  })
}

/** Changes what a merge patch names. What people already have is judged by it when they next set a password. */
export function patchPolicy(ctx: Context, kind: PolicyKind, id: string, patch: unknown, versions?: Versions): Promise<Versioned> {
  return changePolicy(ctx, kind, id, versions, (before) => mergePatch(before, patch))
}

export function replacePolicy(ctx: Context, kind: PolicyKind, id: string, input: unknown, versions?: Versions): Promise<Versioned> {
  return changePolicy(ctx, kind, id, versions, (before) => (isObject(input) ? { id: before.id, ...input } : input))
}

function changePolicy(ctx: Context, kind: PolicyKind, id: string, versions: Versions, changed: (before: Document) => unknown): Promise<Versioned> {
  return ctx.db.transaction(async (tx) => {
    const { document: before, version } = await readPolicy(tx, kind, id, true)
    checkVersion({ meta: { version } }, versions)
    const document = { ...validatePolicy(kind, changed(before), before), id }
    await check(tx, kind, document)
    await writePolicy(tx, kind, document, false, stamp(ctx))
    const after = await readPolicy(tx, kind, id)
    await written(tx, ctx, kind, 'update', id, { before, after: after.document })
    return after
  })
}

/** Removes a policy. Errors: `system_record` for the one that applies where no other does, `still_referenced`. */
export function removePolicy(ctx: Context, kind: PolicyKind, id: string, versions?: Versions): Promise<void> {
  return ctx.db.transaction(async (tx) => {
    const { document: before, version } = await readPolicy(tx, kind, id, true)
    checkVersion({ meta: { version } }, versions)
    if (id === kind.fallback) throw new GatehouseError('system_record', 'This policy applies where no other does; it can be changed, not deleted.')
    await deletePolicy(tx, id)
    await written(tx, ctx, kind, 'delete', id, { before })
  })
}
