/**
 * Somebody can always administer everything. Triggers hold the people who may, whoever writes (migrations 0031, 0036 and 0053); here
 * verbs hold the role that they have: what it gives is given by edges like any other's.
 */
import { GatehouseError } from '../errors.ts'
import type { EdgeKind } from '../model/access-edges.ts'
import type { EdgeChange } from '../model/edge-terms.ts'
import { ownId } from '../model/own-access.ts'
import { lastOne } from '../store/constraint-errors.ts'
import type { Transaction } from '../store/database.ts'
import { lockSuperAdmin, superAdminRights } from '../store/own-access.ts'

const role = ownId('SUPER_ADMIN')

/** Whether changes of edges may take from what the super administrator's role gives; those that only add cannot. */
export const concernsAdministrators = ({ kind }: EdgeKind, changes: readonly EdgeChange[]): boolean => kind === 'rs' && changes.some(({ before }) => before?.source === role)

/** Does the work, and errs with `conflict` when the role is without a right afterwards that it had without an end before. */
export async function keepingAdministrators(tx: Transaction, work: () => Promise<void>): Promise<void> {
  await lockSuperAdmin(tx)
  const before = await superAdminRights(tx)
  await work()
  const after = new Set(await superAdminRights(tx))
  const lost = before.filter((right) => !after.has(right))
  if (lost.length > 0) throw new GatehouseError(lastOne.code, `This would leave nobody who may administer everything: ${role} would be without ${lost.join(', ')}.`)
}
