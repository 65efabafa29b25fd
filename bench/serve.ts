/**
 * Starting, and the memory of a server that answers: the embedded PostgreSQL from nothing and again, `gatehouse serve` as
 * anyone starts it, and its largest size while several ask it for people, lists and searches of the large directory.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readConfig } from '../src/config.ts'
import { openDatabase } from '../src/store/open.ts'
import { generatePerson } from '../src/transfer/generate.ts'
import { timeFigure, type Bench, type Figure } from './bench.ts'
import { benchFolder, benchKey, peopleDatabase, peopleFolder, worldOf } from './database.ts'
import { startLoad } from './load.ts'
import { median, time } from './measure.ts'
import { headers } from './server.ts'
import { listPath } from './two-sizes.ts'

const starts = 5
const mostMb = 300

export const serve: Bench = {
  name: 'serve',
  doc: 'starting the embedded PostgreSQL and the server, and the memory of a server that answers',
  async run({ people }) {
    const fresh = join(benchFolder(), 'started')
    const figures = [...(await database(fresh)), ...(await server(fresh))]
    rmSync(fresh, { recursive: true, force: true })
    return [...figures, await memory(people)]
  },
}

/** From the call until the database has answered. */
async function database(folder: string): Promise<Figure[]> {
  const config = readConfig({ GATEHOUSE_DATA: folder, LOG_LEVEL: 'silent' })
  const start = async () => {
    let close: (() => Promise<void>) | undefined
    const taken = await time(async () => {
      const opened = await openDatabase(config, { role: 'client', applicationName: 'gatehouse-bench' })
      close = opened.close
      await opened.db.query('select 1')
    })
    await close!()
    return taken
  }
  const first: number[] = []
  for (let n = 0; n < 3; n++) {
    rmSync(folder, { recursive: true, force: true })
    first.push(await start())
  }
  const warm: number[] = []
  for (let n = 0; n < starts; n++) warm.push(await start())
  return [timeFigure('embedded PostgreSQL, first start', Math.max(...first), 5000), timeFigure('the same again', Math.max(...warm), 1000)]
}

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** A server of its own; until it listens. `stop` gives its largest size in MB. */
async function started(folder: string): Promise<{ url: string; stop: () => Promise<number> }> {
  const peak = join(benchFolder(), 'peak.txt')
  const env = { ...process.env, GATEHOUSE_DATA: folder, PEAK_FILE: peak, GATEHOUSE_API_KEY: benchKey, DATABASE_URL: '', HOST: '127.0.0.1', PORT: '0' }
  // The flags of the first line of bin/gatehouse.js.
  const child = spawn(process.execPath, ['--max-semi-space-size=4', '--max-old-space-size=512', '--import', source('peak-memory.ts'), source('../bin/gatehouse.js'), 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (piece) => {
      const found = /^Gatehouse listens on (\S+) /m.exec((said += String(piece)))
      if (found) resolve(found[1]!)
    })
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)))
  })
  return { url, async stop() {
    child.kill('SIGTERM')
    await once(child, 'exit')
    return Number(readFileSync(peak, 'utf8'))
  } }
}

async function server(folder: string): Promise<Figure[]> {
  rmSync(folder, { recursive: true, force: true })
  const start = async () => {
    let stop: (() => Promise<number>) | undefined
    const taken = await time(async () => ({ stop } = await started(folder)))
    await stop!()
    return taken
  }
  const first = await start()
  const warm: number[] = []
  for (let n = 0; n < starts; n++) warm.push(await start())
  return [
    { what: '`gatehouse serve` until it listens, first start, migrations included', measured: `${(first / 1000).toFixed(1)} s` },
    { what: 'the same again', measured: `${(median(warm) / 1000).toFixed(1)} s` },
  ]
}

/** What is asked of a server at work: people, lists and searches, a page of a hundred among them. */
function pathsOf(people: number): string[] {
  const some = Array.from({ length: 200 }, (_, n) => generatePerson(worldOf(people), (n * 4999) % people).document)
  return some.flatMap(({ id, name, userName }) => [
    `/users/${id}`, listPath({ q: [...name.familyName].slice(0, 4).join(''), count: 25 }), listPath({ filter: `userName eq "${userName}"` }),
    listPath({ sortBy: 'name.familyName', count: 100 }), listPath({ filter: `name.familyName sw "${[...name.familyName].slice(0, 2).join('')}"`, sortBy: 'userName', count: 25 }),
  ]).map((path) => `/api/v1${path}`)
}

async function memory(people: number): Promise<Figure> {
  await (await peopleDatabase(people)).close()
  const { url, stop } = await started(peopleFolder(people))
  const load = startLoad()
  const { requestsPerSecond } = await load.run({ url, paths: pathsOf(people), headers, connections: 20, seconds: 30 }).finally(load.stop)
  const peak = await stop()
  return { what: `largest size of a server with ${people.toLocaleString('en')} people, asked for people, lists and searches by twenty at once`, measured: `${peak.toFixed(0)} MB (${requestsPerSecond.toFixed(0)} requests/s)`, target: `< ${mostMb} MB`, met: peak < mostMb }
}
