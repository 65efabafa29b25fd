/**
 * What the tests of the sync share: a directory on a fresh database, an Okta double on a port of its own, and a
 * connector between them whose pauses pass on a virtual clock, the double's too.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import { afterAll } from 'vitest'
import type { Context } from '../src/context.ts'
import { createOktaClient, type OktaClient } from '../src/connectors/okta/client.ts'
import { createOktaConnector } from '../src/connectors/okta/connector.ts'
import { createRateBudget } from '../src/connectors/okta/rate-budget.ts'
import { createUser } from '../src/directory/users.ts'
import type { Document } from '../src/model/attribute.ts'
import { addPortalUsers, removePortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import type { Database } from '../src/store/database.ts'
import { beforeRequest, noteLimit } from '../src/sync/alone.ts'
import type { ApplyReport } from '../src/sync/apply.ts'
import { createErrorLog } from '../src/sync/error-log.ts'
import { syncPortal, type SyncRun } from '../src/sync/run.ts'
import { seededRandom } from '../twin/random.ts'
import { createTwin, type Twin, type TwinOptions } from '../twin/server.ts'
import { contextOn, testContext } from './context.ts'

export interface Account {
  id: string
  status: string
  profile: Record<string, string | null>
}

export interface SyncWorld {
  ctx: Context
  twin: Twin
  /** Where the double listens. */
  url: string
  portalId: number
  /** A run as a door makes it: a fresh connector, which remembers nothing. */
  run(options?: { token?: string }): SyncRun
  /** A fresh connection to the double. */
  client(): OktaClient
  sync(mode?: 'delta' | 'full'): Promise<ApplyReport>
  person(name: string, more?: Document): Promise<Document>
  /** Persons who are members of the portal. */
  members(...names: string[]): Promise<Document[]>
  leave(person: Document): Promise<void>
  accounts(): Account[]
  account(login: string): Account | undefined
  /** Logins in a group, sorted. */
  inGroup(name?: string): string[]
  /** Calls that change something over there, as `POST /api/v1/users`. */
  writes(): string[]
  references(): Promise<{ person_id: string; uuid: string; status: number; has_data_changes: number }[]>
  /** Lets the virtual clock run on. */
  pass(ms: number): void
  /** The same, and the pauses of the queues, which the database counts, come nearer to their end. */
  later(ms: number): Promise<void>
}

const token = 'sync-test-token'

/**
 * @param settings of the portal
 * @param more how long the client waits for an answer; a database to work on instead of one of its own
 */
export async function syncWorld(settings: Record<string, string> = {}, options: TwinOptions = {}, { timeoutMs = 2_000, db }: { timeoutMs?: number; db?: Database } = {}): Promise<SyncWorld> {
  let skew = 0
  const now = () => Date.now() + skew
  const clock = () => new Date(now())
  const ctx = db ? { ...contextOn(db), now: clock } : await testContext({}, clock)
  const twin = createTwin({ token, clock: () => new Date(now()), random: seededRandom(11), ...options })
  const orgUrl = await twin.listen(0)
  afterAll(() => twin.close())
  const portal = await createPortal(ctx, { name: 'Panel', settings: { access_group: 'panel', ...settings } })

  function client(errorLog = createErrorLog(ctx.db, ctx.now), given: { token?: string } = {}): OktaClient {
    return createOktaClient({
      orgUrl, authorization: () => `SSWS ${given.token ?? token}`, budget: createRateBudget(50), now,
      async sleep(ms) {
        skew += ms
        await breathe()
      },
      random: () => 0.5, timeoutMs, onError: (error, attempt) => errorLog.note(error, attempt),
      beforeRequest, onLimit: (bucket, limit) => noteLimit(bucket, limit, limit / 2),
    })
  }

  function run(given: { token?: string } = {}): SyncRun {
    const errorLog = createErrorLog(ctx.db, ctx.now)
    return { ctx, connector: createOktaConnector(client(errorLog, given)), errorLog }
  }

  async function person(name: string, more: Document = {}): Promise<Document> {
    const [givenName, familyName = 'Doe'] = name.split(' ')
    const email = `${name.toLowerCase().replace(' ', '.')}@example.com`
    return createUser(ctx, { userName: email, name: { givenName, familyName }, emails: [{ value: email, primary: true }], ...more })
  }

  const accounts = () => [...twin.org.users.values()] as unknown as Account[]
  return {
    ctx, twin, url: orgUrl, portalId: portal.id, run, client, person, accounts,
    sync: (mode) => syncPortal(run(), portal.id, mode),
    async members(...names) {
      const people: Document[] = []
      for (const name of names) people.push(await person(name))
      await addPortalUsers(ctx, portal.id, people.map((one) => one.id))
      return people
    },
    async leave(one) {
      await removePortalUsers(ctx, portal.id, [one.id])
    },
    account: (login) => accounts().find((account) => account.profile['login'] === login),
    inGroup(name = 'panel') {
      const group = [...twin.org.groups.values()].find((one) => one.profile.name === name)
      const ids = group ? [...(twin.org.members.get(group.id)?.values() ?? [])].map((member) => member.id) : []
      return ids.map((id) => String(twin.org.users.get(id)!.profile['login'])).sort()
    },
    writes: () => twin.calls.list().filter((call) => call.method !== 'GET').map((call) => `${call.method} ${call.path}`),
    references: () => ctx.db.query(
      `select p.person_id, r.uuid, r.status, r.has_data_changes
       from efs.iam_portal_user_reference r join efs.panelists p on p.uid = r.user_id order by r.user_id`,
    ),
    pass(ms) {
      skew += ms
    },
    async later(ms) {
      skew += ms
      for (const queue of ['iam_portal_user_group_unassignment_queue', 'iam_user_unassignment_queue']) {
        await ctx.db.execute(`update efs.${queue} set next_attempt_at = next_attempt_at - $1 * interval '1 millisecond'`, [ms])
      }
    },
  }
}
