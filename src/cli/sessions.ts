/** gatehouse sessions: that people are signed in here, and ending it. */
import type { Command } from 'commander'
import { GatehouseError } from '../errors.ts'
import { endEverySession, endSessions } from '../signin/sessions.ts'
import { idOf } from './find-by-name.ts'
import { print, withDatabase } from './run.ts'

export function addSessionCommands(gatehouse: Command): void {
  const sessions = gatehouse.command('sessions').description('Sessions: that people are signed in here.')
  sessions
    .command('end')
    .description('Ends all sessions of a person at once, or those of everybody, and offline access of applications; remembered devices are asked again.')
    .argument('[user]', 'their user name or id')
    .option('--all', 'of everybody: when any of them may be in other hands')
    .option('--json', 'answer for machines')
    .action((given: string | undefined, options: { all?: boolean; json?: boolean }) => withDatabase(async (_opened, ctx) => {
      if ((given === undefined) !== (options.all === true)) throw new GatehouseError('invalid_value', 'Say whose sessions: those of one person, or --all.')
      const ended = given === undefined ? await endEverySession(ctx) : await endSessions(ctx, await idOf(ctx, 'u', given))
      print(options.json, { ended }, () => [`${ended} ended.`])
    }))
}
