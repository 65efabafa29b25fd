/**
 * The verbs that take over what a running EFS knows: its administrators and panelists under their numbers, portals, their
 * links to accounts in Okta, the queue and the error log. Each writes its rows, notes them as taken over, and records an
 * event a person or portal, in the transaction of its caller.
 */
import { recordEvents, type NewEvent } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { adoptedTables, type AdoptedRow, type AdoptedTable } from '../model/adopted-rows.ts'
import { linkStatus } from '../model/link-statuses.ts'
import type { PortalSettings } from '../model/portal-settings.ts'
import { insertAccountLogins, insertEfsPeople, insertMemberships, portalNames, touchPortals } from '../store/adopted-people.ts'
import { noteAdopted, peopleOfUids, writeAdoptedRows } from '../store/adopted-rows.ts'
import type { Transaction } from '../store/database.ts'
import { insertPortal, writePortalSettings } from '../store/portals.ts'

/** A row of EFS as a step of a plan carries it. */
export interface RowChange {
  /** Its number in EFS. */
  id: number
  row: AdoptedRow
  digest: string
  /** The row here that it stands for, where there is one already. */
  target?: number
}

export interface PersonChange extends RowChange {
  personId: string
  /** Portals that a panelist belongs to, besides those of their links. */
  portals?: number[]
}

export interface LinkChange extends RowChange {
  personId: string
  /** Of an administrator, who comes with the link: nobody may find them without. */
  personCreated?: string
}

/** Gives people their numbers as administrators or panelists. */
export async function adoptPeople(tx: Transaction, ctx: Context, planId: string, population: 'users' | 'panelists', people: readonly PersonChange[]): Promise<void> {
  await insertEfsPeople(tx, population, people.map(({ id, personId, row }) => ({ uid: id, personId, createdAt: row.created_at as string })))
  await insertMemberships(tx, people.flatMap(({ id, portals = [], row }) => portals.map((portalId) => ({ portalId, uid: id, createdAt: row.created_at as string }))))
  const known = people.filter((one) => one.target !== undefined)
  if (known.length > 0) await writeAdoptedRows(tx, adoptedTables[population], known)
  await noteAdopted(tx, adoptedTables[population], planId, people.map(({ id, digest }) => ({ id, target: id, digest })))
  await recordEvents(tx, ctx, people.map(({ personId, id, portals }): NewEvent => ({
    action: population === 'users' ? 'efsAdmin.adopt' : 'panelist.adopt', targetType: 'User', targetId: personId,
    changes: [{ path: population === 'users' ? 'efsAdmin' : 'panelist', after: id }, ...(portals?.length ? [{ path: 'portals', after: portals }] : [])],
  })))
}

/** Takes over links to accounts; with a panelist's link goes the membership in the portal, in the same moment. */
export async function adoptLinks(tx: Transaction, ctx: Context, planId: string, population: 'users' | 'panelists', links: readonly LinkChange[]): Promise<void> {
  const table = population === 'users' ? adoptedTables.administratorLinks : adoptedTables.panelistLinks
  const uidOf = ({ row }: LinkChange) => row.user_id as number
  if (population === 'users') {
    await insertEfsPeople(tx, 'users', links.flatMap((link) => (link.personCreated === undefined ? [] : [{ uid: uidOf(link), personId: link.personId, createdAt: link.personCreated }])))
  } else {
    await insertMemberships(tx, links.map((link) => ({ portalId: link.row.portal_id as number, uid: uidOf(link), createdAt: link.row.created_at as string })))
  }
  await writeRows(tx, planId, table, links)
  // A person's own step may have failed, and then the number is nobody's, or somebody else's.
  const people = await peopleOfUids(tx, population, links.map(uidOf))
  const closed: readonly unknown[] = [linkStatus.SUSPENDED, linkStatus.DEACTIVATED]
  await insertAccountLogins(tx, [...Map.groupBy(links, uidOf)].map(([uid, own]) => ({
    loginId: ctx.newId(), personId: people.get(uid)!, closed: own.every(({ row }) => closed.includes(row.status)),
  })), ctx.now().toISOString())
  await recordEvents(tx, ctx, links.map((link): NewEvent => ({
    action: 'account.adopt', targetType: 'User', targetId: people.get(uidOf(link))!,
    changes: [{ path: 'account', after: { id: link.row.uuid, ...(population === 'users' ? {} : { portal: link.row.portal_id }) } }],
  })))
}

/** Makes portals under their numbers. Errors: `already_exists`. */
export async function adoptPortals(tx: Transaction, ctx: Context, portals: readonly { id: number; name: string }[]): Promise<void> {
  const there = await portalNames(tx)
  const fresh = portals.filter(({ id }) => !there.has(id))
  for (const { id, name } of fresh) await insertPortal(tx, { portalId: id, name, description: null }, ctx.now().toISOString())
  await recordEvents(tx, ctx, fresh.map(({ id, name }): NewEvent => ({ action: 'portal.create', targetType: 'Portal', targetId: String(id), changes: [{ path: '', after: { id, name, settings: {} } }] })))
}

/** Takes over settings of portals, also those with keys that are none of ours. */
export async function adoptSettings(tx: Transaction, ctx: Context, planId: string, settings: readonly RowChange[]): Promise<void> {
  await writeRows(tx, planId, adoptedTables.settings, settings)
  const byPortal = Map.groupBy(settings, ({ row }) => row.portal_id as number)
  await touchPortals(tx, [...byPortal.keys()], ctx.now().toISOString())
  await recordEvents(tx, ctx, [...byPortal].map(([portalId, own]): NewEvent => ({
    action: 'portal.update', targetType: 'Portal', targetId: String(portalId), changes: own.map(({ row }) => ({ path: `settings.${row.key ?? ''}`, after: row.value })),
  })))
}

/** Sets what the mapping says of portals, where nobody has said otherwise. */
export async function adoptMappedSettings(tx: Transaction, ctx: Context, mapped: readonly { portalId: number; settings: PortalSettings }[]): Promise<void> {
  for (const { portalId, settings } of mapped) await writePortalSettings(tx, portalId, settings)
  await touchPortals(tx, mapped.map(({ portalId }) => portalId), ctx.now().toISOString())
  await recordEvents(tx, ctx, mapped.map(({ portalId, settings }): NewEvent => ({
    action: 'portal.update', targetType: 'Portal', targetId: String(portalId), changes: Object.entries(settings).map(([key, after]) => ({ path: `settings.${key}`, after })),
  })))
}

/** Takes over rows that are no person's: they make no event, as when they come about here. */
export async function adoptPlainRows(tx: Transaction, planId: string, table: AdoptedTable, rows: readonly RowChange[]): Promise<void> {
  await writeRows(tx, planId, table, rows)
}

async function writeRows(tx: Transaction, planId: string, table: AdoptedTable, rows: readonly RowChange[]): Promise<void> {
  const digests = new Map(rows.map(({ id, digest }) => [id, digest]))
  const written = await writeAdoptedRows(tx, table, rows)
  await noteAdopted(tx, table, planId, written.map(({ id, target }) => ({ id, target, digest: digests.get(id)! })))
}
