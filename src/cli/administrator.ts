/** gatehouse administrator: the way back in for the one whom the first start has made. */
import type { Command } from 'commander'
import { renewFirstPassword } from '../signin/first-administrator.ts'
import { print, withDatabase } from './run.ts'

export function addAdministratorCommands(gatehouse: Command): void {
  gatehouse
    .command('administrator')
    .description('The administrator whom the first start has made.')
    .command('new-password')
    .description('Makes a new one-time password for them and prints it, once: where the first one is lost, or the one after it. Their sessions end; second factors stay.')
    .option('--json', 'answer for machines')
    .action((options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const { userName, password } = await renewFirstPassword(ctx)
      print(options.json, { userName, password }, () => [`The one-time password of ${userName}, shown once: ${password}`])
    }))
}
