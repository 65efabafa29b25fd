/** A person's right to be forgotten: the record goes, and what the audit tells of them is blanked for good. */
import { erasePerson } from '../audit/erase.ts'
import type { Context } from '../context.ts'
import { user } from '../model/user.ts'
import { checkVersion, deleteLockedUser, type Versions } from './users.ts'
import { lockRecords } from './write-records.ts'

/** Deletes a person and erases them from the audit, in one transaction. Errors: `not_found`, `system_record`. */
export async function eraseUser(ctx: Context, id: string, versions?: Versions): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const { document } = (await lockRecords(tx, user, [id])).get(id)!
    checkVersion(document, versions)
    await deleteLockedUser(tx, ctx, document)
    // Plans hold what they would have changed, and so personal data too.
    await tx.execute(`update gatehouse.plan_step set changes = null, problems = null, result = null, secret = null, label = null where resource = 'User' and target_id = $1`, [id])
    await tx.execute(`update gatehouse.plan set title = kind where options->>'survivor' = $1 or options->>'duplicate' = $1`, [id])
    await erasePerson(tx, ctx, id)
  })
}
