/**
 * A process with a sync run's turn, for tests that put it to sleep or cut it off. It asks Okta and writes a row, again
 * and again, until it may not any more; prints `working` once it is at it, and at its end the error's code and how often
 * it did either. Takes DATABASE_URL, ORG_URL and LEASE_MS.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createOktaClient } from '../src/connectors/okta/client.ts'
import { createRateBudget } from '../src/connectors/okta/rate-budget.ts'
import { readConfig } from '../src/config.ts'
import { newId } from '../src/model/id.ts'
import { Database } from '../src/store/database.ts'
import { alone, beforeRequest } from '../src/sync/alone.ts'

const { DATABASE_URL, ORG_URL = '', LEASE_MS } = process.env
const db = new Database({ connectionString: DATABASE_URL, poolSize: 4 })
const ctx = { db, config: readConfig({}), now: () => new Date(), newId, actor: { userId: null, principal: 'child', source: 'CLI' as const, ip: null, correlationId: newId() } }
const client = createOktaClient({
  orgUrl: ORG_URL, authorization: () => 'SSWS sync-test-token', budget: createRateBudget(100), now: Date.now,
  sleep: async (ms) => void (await sleep(ms)), random: Math.random, beforeRequest,
})
let asked = 0
let written = 0
let code = 'none'
try {
  await alone(ctx, { kind: 'delta', leaseMs: Number(LEASE_MS) }, async (turn) => {
    for (;;) {
      await client.request('GET', '/api/v1/groups', { query: { q: `child-${asked}`, limit: '1' } })
      asked += 1
      await turn.ctx.db.execute(`insert into gatehouse.setting (name, value, updated_at) values ($1, '1', clock_timestamp())`, [`child.${written}`])
      written += 1
      if (written === 1) console.log('working')
      // Long enough that the first pause is what a test puts to sleep, and no open transaction.
      await sleep(written === 1 ? 400 : 20)
    }
  })
} catch (error) {
  code = String((error as { code?: string }).code ?? error)
}
console.log(JSON.stringify({ code, asked, written }))
await db.close()
