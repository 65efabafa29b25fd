/** gatehouse serve: the server, until it is told to stop. */
import type { Command } from 'commander'
import { serve } from '../main.ts'

export function addServeCommand(gatehouse: Command): void {
  gatehouse
    .command('serve')
    .description('Starts the server: the embedded database (unless DATABASE_URL names one), the API, and the jobs.')
    .action(async () => {
      const running = await serve(process.env)
      console.log(`Gatehouse listens on ${running.url} (API ${running.url}/api/v1, its documentation ${running.url}/api/v1/docs)`)
      if (running.administrator) {
        console.log(`The first administrator is ${running.administrator.userName}; one-time password, shown once: ${running.administrator.password}`)
      }
      await running.stopped
    })
}
