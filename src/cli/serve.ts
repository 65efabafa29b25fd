/** gatehouse serve: the server, until it is told to stop. */
import type { Command } from 'commander'
import { print, wholeServer } from './run.ts'

export function addServeCommand(gatehouse: Command): void {
  gatehouse
    .command('serve')
    .description('Starts the server: the embedded database (unless DATABASE_URL names one), the API, and the jobs.')
    .option('--json', 'says where it listens as one JSON object, and before it, at the first start, who the first administrator is as another')
    .action(async (options: { json?: boolean }) => {
      const { serve } = await wholeServer()
      const { url, pages, stopped } = await serve(process.env, (made) => {
        // Before anybody can sign in; and kept where the start comes to nothing.
        print(options.json, { administrator: made }, () => [`The first administrator is ${made.userName}; one-time password, shown once: ${made.password}`])
      })
      print(options.json, { url, pages }, () => [
        `Gatehouse listens on ${url} (API ${url}/api/v1, its documentation ${url}/api/v1/docs)`,
        `The pages are at ${pages}`,
      ])
      await stopped
    })
}
