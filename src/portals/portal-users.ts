/**
 * The verbs on the people of EFS: panelists, who belong to portals, and administrators. Each is one transaction with an
 * event a person. Adding says who shall have an account; the next sync gives it to them. Removing lets the reference go,
 * and the database queues the account in the same transaction.
 */
import { recordEvents, type NewEvent } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { guardPeople, guardReach } from '../records/guard.ts'
import { markOtherMapping } from '../store/account-mappings.ts'
import { deleteAdmins, deleteMembers, insertAdmins, insertMembers, type MemberRow } from '../store/portals.ts'
import { checkPersonIds } from './check-portal.ts'
import { lockedPortal } from './portals.ts'

/** A person who was added or removed, with their number in EFS. */
export interface EfsUser {
  uid: number
  personId: string
}

/**
 * Makes people members of a portal; who is one already stays one. Returns those who are new.
 * Errors: `not_found` for the portal, `invalid_reference` when one of the people does not exist (then nobody is added).
 */
export async function addPortalUsers(ctx: Context, portalId: number, people: unknown): Promise<EfsUser[]> {
  const personIds = checkPersonIds(people)
  return ctx.db.transaction(async (tx) => {
    // Whoever is let in through the portal has all their rights here.
    await guardPeople(tx, ctx, personIds)
    await lockedPortal(tx, portalId)
    const added = await insertMembers(tx, portalId, personIds, ctx.now().toISOString())
    await recordEvents(tx, ctx, added.map((member) => event('portal.addUser', member, { after: portalId })))
    return added.map(efsUser)
  })
}

/**
 * Takes people out of a portal; a panelist whose last portal it was goes altogether. Returns who was a member.
 * Errors: `not_found` for the portal.
 */
export async function removePortalUsers(ctx: Context, portalId: number, people: unknown): Promise<EfsUser[]> {
  const personIds = checkPersonIds(people)
  return ctx.db.transaction(async (tx) => {
    await guardReach(tx, ctx, personIds)
    await lockedPortal(tx, portalId)
    const gone = await deleteMembers(tx, portalId, personIds)
    await recordEvents(tx, ctx, gone.map((member) => event('portal.removeUser', member, { before: portalId })))
    // Another mapping may count for who stays in other portals, or as an administrator.
    await markOtherMapping(tx, gone.map((member) => member.person_id))
    return gone.map(efsUser)
  })
}

/** Makes people administrators of EFS; returns those who are new. Errors: `invalid_reference`. */
export async function addAdminUsers(ctx: Context, people: unknown): Promise<EfsUser[]> {
  const personIds = checkPersonIds(people)
  return ctx.db.transaction(async (tx) => {
    await guardPeople(tx, ctx, personIds)
    const added = await insertAdmins(tx, personIds, ctx.now().toISOString())
    await recordEvents(tx, ctx, added.map((admin) => event('efsAdmin.add', admin, { after: admin.uid })))
    return added.map(efsUser)
  })
}

/** Ends people's being administrators; returns who was one. */
export async function removeAdminUsers(ctx: Context, people: unknown): Promise<EfsUser[]> {
  const personIds = checkPersonIds(people)
  return ctx.db.transaction(async (tx) => {
    await guardReach(tx, ctx, personIds)
    const gone = await deleteAdmins(tx, personIds)
    await recordEvents(tx, ctx, gone.map((admin) => event('efsAdmin.remove', admin, { before: admin.uid })))
    await markOtherMapping(tx, gone.map((admin) => admin.person_id))
    return gone.map(efsUser)
  })
}

function event(action: string, member: MemberRow, change: { before?: number; after?: number }): NewEvent {
  const path = action.startsWith('portal.') ? 'portals' : 'efsAdmin'
  return { action, targetType: 'User', targetId: member.person_id, changes: [{ path, ...change }] }
}

function efsUser(member: MemberRow): EfsUser {
  return { uid: member.uid, personId: member.person_id }
}
