/** The verbs on portals and their settings (efs.portal, efs.iam_portal_settings). */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { counted } from '../model/counted.ts'
import type { FieldChange } from '../model/document-diff.ts'
import { accessGroupOf, mildest, policyOf, portalSettings, type PortalSettingKey, type PortalSettings } from '../model/portal-settings.ts'
import type { Database, Row, Transaction } from '../store/database.ts'
import { deletePortalSecret, endPortalSessions } from '../store/portal-sign-in.ts'
import {
  countAssigned, countPeople, deletePortalRow, insertPortal, listPortals, readPortal, readPortalSettings, updatePortal, writePortalSettings,
  type PortalRow,
} from '../store/portals.ts'
import { countLeft } from '../store/unassignment-queue.ts'
import { checkVersion } from '../records/versions.ts'
import { checkPortal } from './check-portal.ts'
import { checkSettings, type SettingChanges } from './settings.ts'

/** A portal as the API shows it. */
export interface Portal {
  id: number
  name: string
  description?: string
  settings: PortalSettings
  meta: { resourceType: 'Portal'; created: string; lastModified: string; version: number }
}

/**
 * Makes a portal. Input: `name`, `description`, `settings`, and `id` where it is taken over from elsewhere.
 * Errors: `invalid_value`, `already_exists` for the name, the number or the client_id.
 */
export async function createPortal(ctx: Context, input: unknown): Promise<Portal> {
  const { id, name, description, settings } = checkPortal(input, true)
  if (name === undefined) {
    const problems = [{ path: 'name', message: 'is required' }]
    throw new GatehouseError('required_attribute', 'A portal needs a name.', { problems })
  }
  const changes = checkSettings(settings ?? {})
  return ctx.db.transaction(async (tx) => {
    const now = ctx.now().toISOString()
    const row = await insertPortal(tx, { portalId: id ?? null, name, description: description ?? null }, now)
    await writePortalSettings(tx, row.portal_id, changes)
    const portal = await portalOf(tx, row)
    const { meta: _, ...document } = portal
    await recordEvents(tx, ctx, [{
      action: 'portal.create', targetType: 'Portal', targetId: String(portal.id),
      changes: [{ path: '', after: document }],
    }])
    return portal
  })
}

/**
 * Changes what a merge patch names: `name`, `description`, single `settings` (null removes one).
 * Errors: `not_found`, `version_mismatch`, `invalid_value`, `already_exists`, and `conflict` for another access group
 * while people are in the present one, or wait to be taken out of it, and for a harsher policy while a mass delete is worked off.
 */
export async function patchPortal(
  ctx: Context, portalId: number, input: unknown, versions?: readonly number[],
): Promise<Portal> {
  const { name, description, settings } = checkPortal(input, false)
  const changes = checkSettings(settings ?? {})
  return ctx.db.transaction(async (tx) => {
    const row = await lockedPortal(tx, portalId)
    checkVersion({ meta: row }, versions)
    const before = await portalOf(tx, row)
    await refuseMove(tx, before, changes)
    await refuseHarsher(tx, before, changes)
    await writePortalSettings(tx, portalId, changes)
    const values = { name: name ?? row.name, description: description === undefined ? row.description : description }
    const fields = changesOf(before, values, changes)
    if (fields.length === 0) return before
    const portal = await portalOf(tx, await updatePortal(tx, portalId, values, ctx.now().toISOString()))
    await recordEvents(tx, ctx, [{
      action: 'portal.update', targetType: 'Portal', targetId: String(portalId), changes: fields,
    }])
    if (fields.some(({ path }) => path === 'settings.issuer' || path === 'settings.client_id')) await forgetClient(tx, ctx, portalId)
    return portal
  })
}

/** The secret and the tokens were meant for the server that was named before: another one is not shown them. */
async function forgetClient(tx: Transaction, ctx: Context, portalId: number): Promise<void> {
  await endPortalSessions(tx, portalId)
  if (!(await deletePortalSecret(tx, portalId))) return
  await recordEvents(tx, ctx, [{ action: 'portal.secret.remove', targetType: 'Portal', targetId: String(portalId) }])
}

/** Makes a portal what is given: what is left out is removed, settings too. Errors: those of `patchPortal`. */
export async function replacePortal(
  ctx: Context, portalId: number, input: unknown, versions?: readonly number[],
): Promise<Portal> {
  const { name, description, settings } = checkPortal(input, false)
  if (name === undefined) {
    const problems = [{ path: 'name', message: 'is required' }]
    throw new GatehouseError('required_attribute', 'A portal needs a name.', { problems })
  }
  const none = Object.fromEntries(Object.keys(portalSettings).map((key) => [key, null]))
  const whole = { name, description: description ?? null, settings: { ...none, ...settings } }
  return patchPortal(ctx, portalId, whole, versions)
}

/**
 * Removes a portal nobody is in. Errors: `not_found`, `version_mismatch`, `still_referenced` while it has people, and while
 * accounts of those who have left wait in the queue: nothing could find a group for them once the portal is gone.
 */
export async function deletePortal(ctx: Context, portalId: number, versions?: readonly number[]): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const row = await lockedPortal(tx, portalId)
    checkVersion({ meta: row }, versions)
    const people = await countPeople(tx, portalId)
    if (people > 0) {
      const detail = `The portal has ${counted(people, 'person or link to an account', 'people or links to accounts')}: take them out and sync first.`
      throw new GatehouseError('still_referenced', detail)
    }
    // Only after the people: who leaves meanwhile is still there, or queued already.
    const left = await countLeft(tx, portalId)
    if (left > 0) throw new GatehouseError('still_referenced', stillQueued(left))
    const { meta: _, ...before } = await portalOf(tx, row)
    await deletePortalRow(tx, portalId)
    await recordEvents(tx, ctx, [{
      action: 'portal.delete', targetType: 'Portal', targetId: String(portalId), changes: [{ path: '', before }],
    }])
  })
}

/** Sets and (null) removes settings of a portal. Errors: those of `patchPortal`. */
export async function updatePortalSettings(ctx: Context, portalId: number, settings: unknown): Promise<Portal> {
  return patchPortal(ctx, portalId, { settings })
}

/** A portal, or `not_found`. */
export async function readPortalDocument(db: Pick<Database, 'query' | 'first'>, portalId: number): Promise<Portal> {
  const row = await readPortal(db, portalId)
  if (!row) throw noPortal(portalId)
  return portalOf(db, row)
}

/** Portals by number, those after `after`. */
export async function listPortalDocuments(
  db: Pick<Database, 'query' | 'first'>, after: number, limit: number,
): Promise<Portal[]> {
  const rows = await listPortals(db, after, limit)
  const settings = await readPortalSettings(db, rows.map((row) => row.portal_id))
  return rows.map((row) => documentOf(row, settings.get(row.portal_id) ?? {}))
}

/** Rows of a list as portals, with their settings. */
export async function portalsOfRows(db: Pick<Database, 'query' | 'first'>, rows: readonly Row[]): Promise<Portal[]> {
  const portals = rows as unknown as PortalRow[]
  const settings = await readPortalSettings(db, portals.map((row) => row.portal_id))
  return portals.map((row) => documentOf(row, settings.get(row.portal_id) ?? {}))
}

/** A portal's row, locked until the transaction ends, or `not_found`. */
export async function lockedPortal(tx: Transaction, portalId: number): Promise<PortalRow> {
  const row = await readPortal(tx, portalId, true)
  if (!row) throw noPortal(portalId)
  return row
}

function noPortal(portalId: number): GatehouseError {
  return new GatehouseError('not_found', `There is no portal ${portalId}.`)
}

async function portalOf(db: Pick<Database, 'query' | 'first'>, row: PortalRow): Promise<Portal> {
  return documentOf(row, (await readPortalSettings(db, [row.portal_id])).get(row.portal_id) ?? {})
}

function documentOf(row: PortalRow, settings: PortalSettings): Portal {
  return {
    id: row.portal_id, name: row.name, ...(row.description === null ? {} : { description: row.description }), settings,
    meta: { resourceType: 'Portal', created: row.created_at, lastModified: row.updated_at, version: row.version },
  }
}

/** People left behind in the old group would keep their access, and nothing would remember why. */
async function refuseMove(tx: Transaction, before: Portal, changes: SettingChanges): Promise<void> {
  if (!('access_group' in changes)) return
  const now = accessGroupOf(before.id, before.settings)
  const then = accessGroupOf(before.id, { access_group: changes.access_group ?? undefined })
  if (now === then) return
  const refuse = (detail: string, message: string) => new GatehouseError('conflict', detail, { problems: [{ path: 'settings.access_group', message }] })
  const assigned = await countAssigned(tx, before.id)
  if (assigned > 0) {
    throw refuse(`${counted(assigned, 'person is', 'people are')} in the portal's group "${now}": take them out of the portal and sync before naming another.`, `${counted(assigned, 'person is', 'people are')} in the present group`)
  }
  const left = await countLeft(tx, before.id)
  if (left > 0) throw refuse(stillQueued(left), `${counted(left, 'account waits', 'accounts wait')} to be taken out of the present group`)
}

/** A mass delete was let go for what the policy did to accounts then: what is worse nobody has been asked about. */
async function refuseHarsher(tx: Transaction, before: Portal, changes: SettingChanges): Promise<void> {
  if (!('deprovisioning_policy' in changes)) return
  const [now, then] = [policyOf(before.settings), policyOf({ deprovisioning_policy: changes.deprovisioning_policy ?? undefined })]
  if (now === then || mildest([now, then]) === then) return
  const left = await countLeft(tx, before.id, 'mass deletes')
  if (left === 0) return
  const detail = `${counted(left, 'account of mass deletes waits', 'accounts of mass deletes wait')} to be closed by the policy \`${now}\`, for which the plan was let go: set \`${then}\` once that is worked off.`
  throw new GatehouseError('conflict', detail, { problems: [{ path: 'settings.deprovisioning_policy', message: `is harsher than \`${now}\`, and ${counted(left, 'account waits', 'accounts wait')}` }] })
}

function stillQueued(count: number): string {
  return `${counted(count, 'account that has left the portal waits', 'accounts that have left the portal wait')} to be taken out of its group: let a running server work the queue off, or do it with `
    + '`gatehouse portals queue drain`; what it has given up on is tried again after `gatehouse portals queue retry --all`.'
}

function changesOf(
  before: Portal, values: { name: string; description: string | null }, changes: SettingChanges,
): FieldChange[] {
  const pairs: [string, unknown, unknown][] = [
    ['name', before.name, values.name],
    ['description', before.description, values.description ?? undefined],
    ...Object.entries(changes).map(([key, value]): [string, unknown, unknown] => (
      [`settings.${key}`, before.settings[key as PortalSettingKey], value ?? undefined]
    )),
  ]
  return pairs.filter(([, old, now]) => old !== now).map(([path, old, now]) => (
    { path, ...(old === undefined ? {} : { before: old }), ...(now === undefined ? {} : { after: now }) }
  ))
}
