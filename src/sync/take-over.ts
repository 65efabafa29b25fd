/** Takes values of an account into the directory, or back, through the verb that everybody uses; those are audited as coming from there. */
import type { Context } from '../context.ts'
import { patchUser } from '../directory/users.ts'
import { GatehouseError } from '../errors.ts'
import { setValueAt, type Document } from '../model/attribute.ts'
import { RemoteError } from './connector.ts'
import type { TakeOver } from './perform.ts'
import type { SyncStep } from './steps.ts'

export function takingOver(ctx: Context, { undoes }: Pick<SyncStep, 'undoes'>): TakeOver {
  const writer: Context = undoes ? ctx : { ...ctx, actor: { ...ctx.actor, principal: `Okta, by ${ctx.actor.principal}`.slice(0, 255) } }
  return async (personId, fields) => {
    const patch: Document = {}
    for (const { path, after } of fields) setValueAt(patch, path, after)
    try {
      await patchUser(writer, personId, patch)
    } catch (error) {
      // What the rules of the directory refuse is a step that failed; anything else is about us.
      if (!(error instanceof GatehouseError) || error.status >= 500) throw error
      throw new RemoteError(error.message, { status: error.status, code: error.code, requestId: null, request: 'taking values over' })
    }
  }
}
