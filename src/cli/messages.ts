/** gatehouse messages: mail and SMS that wait, were sent, or could not be. */
import type { Command } from 'commander'
import { GatehouseError } from '../errors.ts'
import { isMailAddress } from '../model/mail-address.ts'
import { retryMessage } from '../notify/dead-letters.ts'
import { connectMail } from '../notify/send-mail.ts'
import { documentOfRow, listRows } from '../store/list-rows.ts'
import { messageListing } from '../store/messages.ts'
import { print, readWhole, table, withDatabase } from './run.ts'

export function addMessageCommands(gatehouse: Command): void {
  const messages = gatehouse.command('messages').description('Mail and SMS: what waits, what was sent, what could not be.')
  messages
    .command('list')
    .description('Lists messages, the newest first, without what stands in them.')
    .option('--filter <filter>', 'a filter such as \'status eq "DEAD"\'')
    .option('--count <n>', 'how many at most', readWhole(1, 1000), 100)
    .option('--json', 'answer for machines')
    .action((options: { filter?: string; count: number; json?: boolean }) => withDatabase(async ({ db }) => {
      const { rows } = await listRows(db, messageListing, { filter: options.filter, count: options.count })
      const found = rows.map((row) => documentOfRow(messageListing, row))
      print(options.json, found, () => table(['id', 'message', 'to', 'status', 'written', 'error'], found.map((one) => [one.id, one.template, one.recipient, one.status, one.created, one.lastError])))
    }))
  messages
    .command('retry')
    .description('Queues messages again that were given up.')
    .argument('<id...>', 'the ids of the messages')
    .option('--json', 'answer for machines')
    .action((ids: string[], options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const queued = []
      for (const id of ids) queued.push(await retryMessage(ctx, id))
      print(options.json, queued, () => [`${queued.length} wait again.`])
    }))
  messages
    .command('test')
    .description('Hands a mail to the mail server of SMTP_URL at once, and says what it answers.')
    .argument('<address>', 'where to')
    .option('--json', 'answer for machines')
    .action((address: string, options: { json?: boolean }) => withDatabase(async ({ config }, ctx) => {
      if (config.SMTP_URL === undefined) throw new GatehouseError('configuration', 'SMTP_URL is not set: there is no mail server to try.')
      if (!isMailAddress(address)) throw new GatehouseError('invalid_value', `${address} is no address that mail can go to.`)
      const mail = connectMail(config)
      const now = ctx.now().toISOString()
      await mail.send({ id: ctx.newId(), to: address, createdAt: now, letter: { template: 'user-name', locale: config.DEFAULT_LANGUAGE, values: { userNames: 'test' } } })
        .catch((error: Error) => {
          throw new GatehouseError('remote_error', `The mail server refused or did not answer: ${error.message}`, { cause: error })
        })
        .finally(() => mail.close())
      print(options.json, { sent: true, to: address }, () => [`The mail server has taken a mail to ${address}.`])
    }))
}
