/** Everything that stands against merging two people as they are: asked when the merge is planned, and again when it is applied. */
import type { Context } from '../context.ts'
import type { Document } from '../model/attribute.ts'
import { today } from '../model/today.ts'
import type { Delegation } from '../store/delegations.ts'
import type { Transaction } from '../store/database.ts'
import { clientsOf } from '../store/merge.ts'
import { tiesMerged } from '../store/user-circles.ts'
import { mergedReach } from './merge-reach.ts'
import { datesAgainst, leftBehind } from './merge-standing.ts'

export interface Judged {
  /** Delegations that move along with what they restrict. */
  moving: readonly Delegation[]
  /** Each with what to do. */
  conflicts: string[]
}

export async function mergeConflicts(db: Pick<Transaction, 'query'>, ctx: Context, survivor: Document, duplicate: Document, take: readonly string[]): Promise<Judged> {
  const { moving, conflict } = await mergedReach(db, survivor.id as string, duplicate.id as string)
  const found = [leftBehind(survivor, duplicate), datesAgainst(survivor, duplicate, take, today(ctx)), await actingClients(db, duplicate.id as string), ...await tiesAgainst(db, survivor.id as string, duplicate.id as string), conflict]
  return { moving, conflicts: found.filter((one) => one !== undefined) }
}

/** As one person they would supervise themselves, be an account of their own, or be the account of two people. */
async function tiesAgainst(db: Pick<Transaction, 'query'>, survivor: string, duplicate: string): Promise<string[]> {
  const { circle, primaries } = await tiesMerged(db, survivor, duplicate)
  return [
    ...(circle === 'supervisors' ? ['As one person they would supervise themselves through others. Take the supervisor away from one of them; then plan the merge again.'] : []),
    ...(circle === 'relations' ? ['As one person they would be an account of their own, through others. End one of the relations; then plan the merge again.'] : []),
    ...(primaries > 1 ? ['Each of them is an account of somebody else. End one of the relations; then plan the merge again.'] : []),
  ]
}

/** Which person a program acts as is somebody's to say: as another it would have other rights, and as who may sign in it would begin to act. */
async function actingClients(db: Pick<Transaction, 'query'>, duplicate: string): Promise<string | undefined> {
  const names = await clientsOf(db, duplicate)
  if (names.length === 0) return undefined
  return `The duplicate is the service account of ${names.join(', ')}. Give each client another \`userId\`, or none; then plan the merge again.`
}
