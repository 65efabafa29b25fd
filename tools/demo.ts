/**
 * `npm run demo`: generated people, the server, the Okta double and two portals in step with it, a mass delete stopped,
 * released and undone, in a temporary folder that goes when the demo is stopped. `--people N` makes more or fewer people, `--exit` ends as soon as all stands.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createKey } from '../src/access/api-keys.ts'
import { connectOkta } from '../src/connectors/okta/create-connector.ts'
import type { Context } from '../src/context.ts'
import { GatehouseError } from '../src/errors.ts'
import { open, type Opened } from '../src/cli/open.ts'
import { serve } from '../src/main.ts'
import type { Document } from '../src/model/attribute.ts'
import { fold } from '../src/model/fold.ts'
import { documentOf } from '../src/model/rows.ts'
import { user } from '../src/model/user.ts'
import type { FirstAdministrator } from '../src/signin/first-administrator.ts'
import { listIds } from '../src/store/list-records.ts'
import { allRows } from '../src/store/list-rows.ts'
import { listPortals, portalUserListing } from '../src/store/portals.ts'
import { loadRecords } from '../src/store/records.ts'
import { createErrorLog } from '../src/sync/error-log.ts'
import { describeRun } from '../src/cli/sync-report.ts'
import { syncPortal, type SyncRun } from '../src/sync/run.ts'
import { writeGenerated } from '../src/transfer/write-generated.ts'
import { runTwin } from '../twin/main.ts'
import { ensureConsole } from './build-console.ts'
import { showMassDelete } from './demo-mass-delete.ts'

interface Portal {
  id: number
  name: string
  members: number
}

const { values: options } = parseArgs({ options: { people: { type: 'string', default: '2000' }, exit: { type: 'boolean', default: false } } })
const stopped = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.abort())
/** What has to be given back at the end, the last taken first. */
const held: (() => unknown)[] = []

async function demo(): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gatehouse-demo-')))
  held.push(() => rmSync(folder, { recursive: true, force: true }))
  const token = `demo-${randomBytes(9).toString('base64url')}`
  const twin = await step('The Okta double', async () => {
    const running = await runTwin({ port: await freePort(8090), token, signals: false })
    held.push(() => running.close())
    return running
  })
  await step('The pages', async () => ensureConsole())
  const env = {
    GATEHOUSE_DATA: folder, PORT: String(await freePort(Number(process.env['PORT'] || 8080))), LOG_LEVEL: 'warn',
    OKTA_ORG_URL: twin.url, OKTA_API_TOKEN: token, OKTA_RATE_SHARE_PERCENT: '100',
    OUTBOX_TOKEN: randomBytes(18).toString('base64url'),
  }
  const opened = await step('A database', async () => {
    const made = await open(env, 'client')
    held.push(() => made.close())
    return made
  })
  const ctx = opened.context({ source: 'CLI', principal: 'demo' })
  const { url, administrator } = await step('The server', async () => {
    const running = await serve(env)
    held.push(() => running.stop())
    return running
  })
  await step(`${Number(options.people).toLocaleString('en')} people that do not exist`, () =>
    writeGenerated(ctx, { people: Number(options.people), seed: 1, today: ctx.now().toISOString().slice(0, 10) }, () => stopped.signal.throwIfAborted()))
  const [portal, other] = await smallestPortals(ctx)
  for (const one of [portal!, other!]) await step(`The portal "${one.name}" (${one.members} people) in step with the double`, () => syncOnce(opened, ctx, one.id))
  await step(`A mass delete of everybody in "${other!.name}", and back`, () => showMassDelete(ctx, twin, other!, () => runOf(opened, ctx), () => syncOnce(opened, ctx, other!.id)))
  const shown = await personToShow(ctx, portal!.id)
  console.log(announcement({ url, administrator: administrator!, outbox: `${url}/outbox/${env.OUTBOX_TOKEN}`, twin: twin.url, token, folder, key: await adminKey(ctx), portals: [portal!, other!], ...shown }))
}

/** Says what is being made, makes it, and says how long it took. */
async function step<T>(what: string, make: () => Promise<T>): Promise<T> {
  stopped.signal.throwIfAborted()
  const began = performance.now()
  const made = await make()
  console.log(`${what}: ${((performance.now() - began) / 1000).toFixed(1)} s`)
  return made
}

/** The port wanted, or any free one when somebody has it. */
async function freePort(wanted: number): Promise<number> {
  const probe = createServer()
  const failed = await new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(true))
    probe.listen(wanted, '127.0.0.1', () => resolve(false))
  })
  if (failed) {
    const other = await freePort(0)
    console.log(`Port ${wanted} is in use; ${other} is taken instead.`)
    return other
  }
  const { port } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return port
}

async function smallestPortals(ctx: Context): Promise<Portal[]> {
  const portals: Portal[] = []
  for (const { portal_id: id, name } of await listPortals(ctx.db, 0, 100)) portals.push({ id, name, members: (await membersOf(ctx, id)).length })
  return portals.sort((a, b) => a.members - b.members)
}

function runOf({ config, db }: Opened, ctx: Context): SyncRun {
  const errorLog = createErrorLog(db, ctx.now)
  return { ctx, connector: connectOkta(config, (error, attempt) => errorLog.note(error, attempt)), errorLog }
}

async function syncOnce(opened: Opened, ctx: Context, portalId: number, tries = 30): Promise<void> {
  try {
    const report = await syncPortal(runOf(opened, ctx), portalId)
    if (report.stopped !== null || report.failed > 0) throw new Error(describeRun(report))
  } catch (error) {
    // The server's own worker may be at it; it lets others in between.
    if (!(error instanceof GatehouseError) || error.code !== 'conflict' || tries === 0) throw error
    await sleep(500)
    await syncOnce(opened, ctx, portalId, tries - 1)
  }
}

/** A person with an account in the double, and what finds them and nobody else; best one whose name is written with an accent and found without. */
async function personToShow(ctx: Context, portalId: number): Promise<Pick<Shown, 'person' | 'account' | 'typed'>> {
  const linked = (await membersOf(ctx, portalId)).filter(({ uuid }) => uuid !== null)
  const records = await loadRecords(ctx.db, user, linked.map(({ person_id: id }) => id), { collections: [] })
  const shown = linked.map(({ person_id: id, uuid }) => ({ person: documentOf(user, records.get(id)!), account: uuid! }))
    .map((one) => ({ ...one, typed: typedFor(one.person) }))
  const hasAccent = ({ person }: { person: Document }) => /[^\u0000-\u007f]/.test(nameOf(person)) && /^[a-z]{4,}$/.test(fold(nameOf(person)))
  for (const one of [...shown.filter(hasAccent), ...shown]) if ((await listIds(ctx.db, user, { q: one.typed, count: 2 })).ids.length === 1) return one
  return shown[0]!
}

/** The beginning of the first name and the family name, as one types them: namesakes of the family stand in no order that means anything. */
const typedFor = (person: Document): string => [fold(String((person.name as Document).givenName ?? '')).trim().slice(0, 3), fold(nameOf(person)).trim()].join(' ').trim()

const membersOf = (ctx: Context, portalId: number) => allRows(ctx.db, portalUserListing, { where: { portal_id: portalId } }) as Promise<{ person_id: string; uuid: string | null }[]>
const nameOf = (person: Document) => String((person.name as Document).familyName ?? '')

async function adminKey(ctx: Context): Promise<string> {
  const { ids: [userId] } = await listIds(ctx.db, user, { filter: 'userName eq "admin"', count: 1 })
  return (await createKey(ctx, { userId: userId!, name: 'demo', scopes: ['admin'], expires: null })).token
}

interface Shown {
  url: string
  administrator: FirstAdministrator
  outbox: string
  twin: string
  token: string
  folder: string
  key: string
  portals: Portal[]
  person: Document
  account: string
  typed: string
}

function announcement({ url, administrator, outbox, twin, token, folder, key, portals, person, account, typed }: Shown): string {
  return `
  server        ${url}
  pages         http://localhost:${new URL(url).port}  (user name ${administrator.userName}, password ${administrator.password})
  API, to read  ${url}/api/v1/docs
  API key       ${key}
  outbox        ${outbox}  (mail that would go out)
  Okta double   ${twin}  (token ${token})
  in step       ${portals.map(({ id, name, members }) => `portal ${id}, "${name}", ${members} people`).join('; ')}
  data          ${folder}  (goes when you stop)

Three commands worth typing, in another terminal, in this folder:

1. Find ${String(person.displayName)} by typing "${typed}":

curl -sw '\\n' -H 'Authorization: Bearer ${key}' '${url}/api/v1/users?q=${encodeURIComponent(typed)}&attributes=userName,displayName,emails'

2. Change their title:

curl -sw '\\n' -X PATCH -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/merge-patch+json' -d '{"title": "Keeper of the Gate"}' '${url}/api/v1/users/${String(person.id)}'

3. Bring Okta in step, and look at the account there:

GATEHOUSE_DATA='${folder}' OKTA_ORG_URL=${twin} OKTA_API_TOKEN=${token} npx gatehouse sync --portal ${portals[0]!.id} --apply && curl -sw '\\n' -H 'Authorization: SSWS ${token}' '${twin}/api/v1/users/${account}'

Ctrl-C stops everything and leaves nothing behind.`
}

try {
  await demo()
  if (!options.exit && !stopped.signal.aborted) await once(stopped.signal, 'abort')
  console.log('\nStopping …')
} catch (error) {
  if (!stopped.signal.aborted) throw error
} finally {
  for (const giveBack of held.toReversed()) await giveBack()
}
