/**
 * `okta-rate`: how much of what Okta's published limits allow us is used, and whether anything is refused, against the double over
 * HTTP on a clock that passes whenever everybody waits: minutes take seconds, however busy the machine is. Requests overtake each other
 * on their way.
 */
import { createOktaClient } from '../src/connectors/okta/client.ts'
import { createRateBudget } from '../src/connectors/okta/rate-budget.ts'
import { seededRandom } from '../twin/random.ts'
import { publishedLimits, type Plan } from '../twin/rate-limit.ts'
import { createTwin } from '../twin/server.ts'
import { virtualTime } from '../test/virtual-time.ts'
import type { Bench, Figure } from './bench.ts'

const minutes = 5
const workers = 16
const share = 50

const userId = '00uSeedAda00000gH5d7'
const groupId = '00gSeedReaders0gH5d7'
const seed = { users: [{ id: userId, profile: { login: 'ada@example.com', email: 'ada@example.com', firstName: 'Ada', lastName: 'Byron' } }], groups: [{ id: groupId, name: 'Readers' }] }

interface Case {
  what: string
  plan: Plan
  method: string
  path: string
  perMinute: number
}

const cases: readonly Case[] = [
  { what: 'reading users one by one, Workforce', plan: 'workforce', method: 'GET', path: `/api/v1/users/${userId}`, perMinute: 2000 },
  { what: 'group memberships, Workforce', plan: 'workforce', method: 'PUT', path: `/api/v1/groups/${groupId}/users/${userId}`, perMinute: 1200 },
  { what: 'group memberships, Enterprise', plan: 'enterprise', method: 'PUT', path: `/api/v1/groups/${groupId}/users/${userId}`, perMinute: 600 },
  { what: 'lists of users, Integrator Free', plan: 'free', method: 'GET', path: '/api/v1/users', perMinute: 100 },
  { what: 'apps, Integrator Free', plan: 'free', method: 'GET', path: '/api/v1/apps', perMinute: 20 },
]

async function measure({ what, plan, method, path, perMinute }: Case): Promise<Figure[]> {
  const began = Date.UTC(2026, 0, 1)
  const random = seededRandom(7)
  const { now, sleep, fetch } = virtualTime(began, () => 50 + random() * 300)
  const twin = createTwin({ token: 't', seed, recordedCalls: 100_000, clock: () => new Date(now()), rateLimits: { ...publishedLimits(plan), headersShow: 'org' } })
  try {
    const orgUrl = await twin.listen(0)
    const client = createOktaClient({ orgUrl, authorization: () => 'SSWS t', budget: createRateBudget(share), now, sleep, random, fetch })
    const work = async () => {
      while (now() < began + minutes * 60_000) await client.request(method, path)
    }
    await Promise.all(Array.from({ length: workers }, work))
    const calls = twin.calls.list()
    // The first minute has the burst that every bucket begins with.
    const steady = calls.filter(({ at }) => Date.parse(at) >= began + 60_000 && Date.parse(at) < began + minutes * 60_000).length / (minutes - 1)
    const allowed = (perMinute * share) / 100
    const refused = calls.filter(({ status }) => status === 429).length
    return [
      { what: `${what}: of the ${allowed} a minute allowed`, measured: `${((steady / allowed) * 100).toFixed(1)} % used`, target: '≥ 95 %', met: steady / allowed >= 0.95 },
      { what: `${what}: refused`, measured: `${refused} of ${calls.length}`, target: 'none', met: refused === 0 },
    ]
  } finally {
    await twin.close()
  }
}

export const oktaRate: Bench = {
  name: 'okta-rate',
  doc: 'how much of Okta\'s rate limits is used',
  async run() {
    const figures: Figure[] = []
    for (const one of cases) figures.push(...(await measure(one)))
    return figures
  },
}
