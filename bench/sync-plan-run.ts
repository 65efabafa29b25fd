/** One process that plans: `sync-plan-run.ts FOLDER PORTAL ORG_URL delta|reconcile`. Prints the times, steps and requests. */
import { createOktaClient } from '../src/connectors/okta/client.ts'
import { createOktaConnector } from '../src/connectors/okta/connector.ts'
import { createRateBudget } from '../src/connectors/okta/rate-budget.ts'
import { createErrorLog } from '../src/sync/error-log.ts'
import { planReconcile } from '../src/sync/reconcile.ts'
import { planSync } from '../src/sync/run.ts'
import { openBench } from './database.ts'
import { time } from './measure.ts'

const [folder = '', portal = '', orgUrl = '', mode = ''] = process.argv.slice(2)
const { ctx, close } = await openBench(folder)
let requests = 0
let steps = 0
const ms: number[] = []
for (let round = 0; round < (mode === 'delta' ? 3 : 1); round++) {
  requests = 0
  const errorLog = createErrorLog(ctx.db, ctx.now)
  const client = createOktaClient({
    orgUrl, authorization: () => 'SSWS bench', budget: createRateBudget(100), now: Date.now, sleep: () => new Promise((resolve) => setTimeout(resolve, 1)), random: Math.random,
    beforeRequest: async () => void (requests += 1),
  })
  const run = { ctx, connector: createOktaConnector(client), errorLog }
  ms.push(await time(async () => {
    const plan = mode === 'delta' ? await planSync(run, Number(portal)) : await planReconcile(run)
    steps = plan.steps
  }))
}
console.log(JSON.stringify({ ms, steps, requests }))
await close()
