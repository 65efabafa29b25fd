/** gatehouse serve: the server, until it is told to stop. */
import type { Command } from 'commander'
import { print, wholeServer } from './run.ts'

export function addServeCommand(gatehouse: Command): void {
  gatehouse
    .command('serve')
    .description('Starts the server: the embedded database (unless DATABASE_URL names one), the API, and the jobs.')
    .option('--json', 'says where it listens as one JSON object')
    .action(async (options: { json?: boolean }) => {
      const { serve } = await wholeServer()
      const running = await serve(process.env)
      const { url, pages, administrator } = running
      print(options.json, { url, pages, ...(administrator ? { administrator } : {}) }, () => [
        `Gatehouse listens on ${url} (API ${url}/api/v1, its documentation ${url}/api/v1/docs)`,
        `The pages are at ${pages}`,
        ...(administrator ? [`The first administrator is ${administrator.userName}; one-time password, shown once: ${administrator.password}`] : []),
      ])
      await running.stopped
    })
}
