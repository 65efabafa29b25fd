/**
 * Somebody can always administer everything. Triggers hold who goes, whoever writes (migrations 0031, 0036 and 0053); here verbs
 * hold what those do not see: an end that is set, a restriction, and what is taken from the role itself.
 */
import { GatehouseError } from '../errors.ts'
import type { EdgeKind } from '../model/access-edges.ts'
import type { EdgeChange } from '../model/edge-terms.ts'
import { ownId } from '../model/own-access.ts'
import { lastOne } from '../store/constraint-errors.ts'
import type { Transaction } from '../store/database.ts'
import { lockSuperAdmin, superAdminState } from '../store/own-access.ts'

const role = ownId('SUPER_ADMIN')

/** Whether changes of edges may take from the super administrator; those that only add cannot. */
export const concernsAdministrators = ({ kind }: EdgeKind, changes: readonly EdgeChange[]): boolean =>
  (kind === 'ur' && changes.some(({ before }) => before?.target === role)) || (kind === 'rs' && changes.some(({ before }) => before?.source === role))

/**
 * Does the work, and errs with `conflict` when it takes the last administrator, or a right of theirs, who was there before. The
 * caller holds the people it is about already: rows come before this lock, as they do in the triggers.
 */
export async function keepingAdministrators(tx: Transaction, work: () => Promise<void>): Promise<void> {
  await lockSuperAdmin(tx)
  const before = await superAdminState(tx)
  await work()
  const after = await superAdminState(tx)
  const lost = before.rights.filter((right) => !after.rights.includes(right))
  if (lost.length > 0) throw new GatehouseError(lastOne.code, `This would leave nobody who may administer everything: ${role} would be without ${lost.join(', ')}.`)
  if (before.lasts && !after.lasts) throw new GatehouseError(lastOne.code, lastOne.message)
}
