/** The verb on messages that could not be sent: try again. */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { kindOf } from '../model/message-kinds.ts'
import { guardPeople } from '../records/guard.ts'
import type { Database } from '../store/database.ts'
import { documentOfRow, listRows } from '../store/list-rows.ts'
import { lockMessage, messageListing, requeueMessage } from '../store/messages.ts'

const missing = (id: string) => new GatehouseError('not_found', `There is no message with the id ${id}.`)

/** One message, without what was put into it. Errors: `not_found`. */
export async function readMessage(db: Pick<Database, 'query'>, id: string): Promise<Document> {
  const { rows: [row] } = await listRows(db, messageListing, { count: 1, where: { message_id: id } })
  if (!row) throw missing(id)
  return documentOfRow(messageListing, row)
}

/**
 * Queues a message again that was given up. Errors: `not_found`, `conflict` when it is not dead, or held a secret, which
 * went with it.
 */
export async function retryMessage(ctx: Context, id: string): Promise<Document> {
  await ctx.db.transaction(async (tx) => {
    const message = await lockMessage(tx, id)
    if (!message) throw missing(id)
    if (message.userId !== null) await guardPeople(tx, ctx, [message.userId])
    const kind = kindOf(message.template)
    if (message.status !== 'DEAD') throw new GatehouseError('conflict', `The message is ${message.status}; only one that was given up can be tried again.`)
    if (!kind || kind.secrets.length > 0) throw new GatehouseError('conflict', 'The message held a link or code, which was removed when it was given up: have the person ask for a new one.')
    await requeueMessage(tx, id, new Date(ctx.now().getTime() + kind.lives * 60_000).toISOString())
    await recordEvents(tx, ctx, [{ action: 'message.retry', targetType: 'Message', targetId: id, changes: [{ path: 'status', before: 'DEAD', after: 'QUEUED' }] }])
  })
  return readMessage(ctx.db, id)
}
