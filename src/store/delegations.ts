/** SQL on delegations: whom an administrator may administer. */
import { GatehouseError } from '../errors.ts'
import type { Database, Transaction } from './database.ts'

export const delegationKinds = ['ORGANIZATION', 'GROUP', 'REPORTS'] as const
export type DelegationKind = (typeof delegationKinds)[number]

export interface Delegation {
  id: string
  kind: DelegationKind
  /** The organisation or group; absent for reports. */
  target?: string
  withDescendants: boolean
  created: string
  createdBy?: string
}

const columns = `delegation_id as id, kind, coalesce(company_id, grp_id) as target, with_descendants as "withDescendants", create_date as created, created_by as "createdBy"`

const withoutNulls = (row: object) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as Delegation

/** The delegations of an administrator, in the order they were made. */
export async function listDelegations(db: Pick<Database, 'query'>, userId: string): Promise<Delegation[]> {
  return (await db.query(`select ${columns} from gatehouse.delegation where user_id = $1 order by delegation_id`, [userId])).map(withoutNulls)
}

export async function insertDelegation(tx: Transaction, userId: string, { id, kind, target, withDescendants, created, createdBy }: Delegation): Promise<void> {
  await tx.execute(
    `insert into gatehouse.delegation (delegation_id, user_id, kind, company_id, grp_id, with_descendants, create_date, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, userId, kind, kind === 'ORGANIZATION' ? target : null, kind === 'GROUP' ? target : null, withDescendants, created, createdBy ?? null])
}

/** Removes one. Errors: `not_found`. */
export async function deleteDelegation(tx: Transaction, userId: string, id: string): Promise<Delegation> {
  const row = await tx.first(`delete from gatehouse.delegation where delegation_id = $1 and user_id = $2 returning ${columns}`, [id, userId])
  if (!row) throw new GatehouseError('not_found', `There is no delegation with the id ${id} here.`)
  return withoutNulls(row)
}
