/** The embedded PostgreSQL with real processes: starting, sharing, dying, coming back, and leaving nothing behind. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  accessSync, chmodSync, chownSync, constants, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync,
  readlinkSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { Database } from '../src/store/database.ts'
import { embeddedBinaries, launchFor, programEnv } from '../src/store/embedded-binaries.ts'
import { createCluster, findPostmaster, startPostmaster, stopPostmaster } from '../src/store/embedded-cluster.ts'
import { limitLog } from '../src/store/embedded-log.ts'
import { openEmbedded as openForReal, type Embedded, type EmbeddedOptions } from '../src/store/embedded.ts'
import { memoryFolder } from './memory-folder.ts'
import { reachableCopy, type ReachableCopy } from './reachable-copy.ts'

const { major } = embeddedBinaries()
const root = process.getuid?.() === 0
const linux = process.platform === 'linux'
const base = memoryFolder('gatehouse-embedded-')
// Where programs may be run from, which folders in memory may forbid.
const programsBase = realpathSync(mkdtempSync(join(tmpdir(), 'gatehouse-embedded-')))
// Not the Node that runs the tests, which may be an older one that cannot run TypeScript.
const here: ReachableCopy = { node: createRequire(import.meta.url).resolve('node/bin/node'), folder: join(import.meta.dirname, '..') }
const children: ChildProcess[] = []
const opened: Embedded[] = []
let folders = 0

async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const embedded = await openForReal(options)
  opened.push(embedded)
  return embedded
}

afterEach(async () => {
  for (const embedded of opened.splice(0)) await embedded.close()
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const folder of readdirSync(base)) {
    const data = dataIn(join(base, folder))
    const postmaster = existsSync(data) ? await findPostmaster(data) : undefined
    if (postmaster) await stopPostmaster(data, postmaster.pid)
  }
})
afterAll(() => [base, programsBase].forEach((folder) => rmSync(folder, { recursive: true, force: true })))

function freshFolder(): string {
  return join(base, `data-${++folders}`)
}

function dataIn(dataDir: string): string {
  return join(dataDir, `postgres-${major}`)
}

async function postmasterPid(dataDir: string): Promise<number> {
  const postmaster = await findPostmaster(dataIn(dataDir))
  expect(postmaster).toBeDefined()
  return postmaster!.pid
}

/** The processes that work in a data folder, postmaster and backends alike. */
function processesIn(dataDir: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === dataIn(dataDir)
    } catch {
      return false
    }
  })
}

interface Child {
  process: ChildProcess
  said: { pid: number; uid: number; postmaster: number; failure?: string }
}

async function startChild(
  dataDir: string, role: string, prefix: string[] = [], path = process.env['PATH'], from: ReachableCopy = here,
): Promise<Child> {
  const script = join(from.folder, 'test/embedded-child.ts')
  const [command = '', ...args] = [...prefix, from.node, script, dataDir, role]
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { PATH: path }, cwd: '/' })
  children.push(child)
  const ended = once(child, 'exit').then(() => sleep(100, ['{"failure":"it ended without a word"}']))
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), ended])
  return { process: child, said: JSON.parse(line) }
}

async function finish(child: Child): Promise<void> {
  child.process.stdin?.write('\n')
  await once(child.process, 'exit')
}

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      if (tries === 200) throw error
    }
    await sleep(50)
  }
}

async function withDatabase<T>(embedded: Embedded, work: (db: Database) => Promise<T>): Promise<T> {
  const db = new Database({ ...embedded.options, poolSize: 2 })
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

test('starts on a new folder, keeps what was written, and leaves no process behind', async () => {
  const dataDir = freshFolder()
  const first = await openEmbedded({ dataDir, role: 'server' })
  await withDatabase(first, async (db) => {
    await db.execute('create table kept (word text); insert into kept values ($$Straße$$)')
    const facts = await db.first(`
      select current_setting('fsync') as fsync, current_setting('jit') as jit,
             current_setting('server_encoding') as encoding, current_setting('listen_addresses') as addresses,
             lower('ÄÉ') as lowered, current_database() as name`)
    expect(facts).toEqual({
      fsync: 'on', jit: 'off', encoding: 'UTF8', addresses: '', lowered: 'äé', name: 'gatehouse',
    })
  })
  expect(statSync(dataIn(dataDir)).mode & 0o777).toBe(0o700)
  expect(statSync(join(dataIn(dataDir), 'gatehouse-password')).mode & 0o777).toBe(0o600)
  await first.close()
  expect(await findPostmaster(dataIn(dataDir))).toBeUndefined()
  if (linux) expect(processesIn(dataDir)).toEqual([])

  const second = await openEmbedded({ dataDir, role: 'server' })
  expect(await withDatabase(second, (db) => db.query('select word from kept'))).toEqual([{ word: 'Straße' }])
  await second.close()
  expect(readdirSync(dataDir)).toEqual([`postgres-${major}`])
})

test('lets nobody in without the password', async () => {
  const embedded = await openEmbedded({ dataDir: freshFolder(), role: 'server' })
  const stranger = new Database({ ...embedded.options, password: 'guessed' })
  await expect(stranger.query('select 1')).rejects.toThrow(/password authentication failed/)
  await stranger.close()
  await embedded.close()
})

test('refuses a second server on the folder, naming folder and process, and shares with commands', async () => {
  const dataDir = freshFolder()
  const server = await openEmbedded({ dataDir, role: 'server' })
  await expect(openEmbedded({ dataDir, role: 'server' })).rejects.toMatchObject({
    code: 'configuration',
    message: expect.stringMatching(new RegExp(`process ${process.pid}.*${dataDir}`)),
  })
  const child = await startChild(dataDir, 'server')
  expect(child.said.failure).toContain(`process ${process.pid}`)

  const command = await openEmbedded({ dataDir, role: 'client' })
  await server.close()
  expect(await withDatabase(command, (db) => db.first('select 1 as one'))).toEqual({ one: 1 })
  await command.close()
  expect(await findPostmaster(dataIn(dataDir))).toBeUndefined()
})

test('starts PostgreSQL again after kill -9, with what had been committed', async () => {
  const dataDir = freshFolder()
  let restarts = 0
  const server = await openEmbedded({ dataDir, role: 'server', onRestart: (error) => (restarts += error ? 0 : 1) })
  await withDatabase(server, async (db) => {
    await db.execute('create table kept (n integer); insert into kept values (1)')
    const before = await postmasterPid(dataDir)
    process.kill(before, 'SIGKILL')
    expect(await eventually(() => db.query('select n from kept'))).toEqual([{ n: 1 }])
    await eventually(async () => expect(restarts).toBe(1))
    expect(await postmasterPid(dataDir)).not.toBe(before)
    // The place in the database was taken again too.
    await expect(openEmbedded({ dataDir, role: 'server' })).rejects.toThrow(/already uses/)
  })
  await server.close()
  if (linux) expect(processesIn(dataDir)).toEqual([])
})

test('takes over the running PostgreSQL of a server that was killed', async () => {
  const dataDir = freshFolder()
  const killed = await startChild(dataDir, 'server')
  killed.process.kill('SIGKILL')
  await once(killed.process, 'exit')
  const server = await openEmbedded({ dataDir, role: 'server' })
  expect(await postmasterPid(dataDir)).toBe(killed.said.postmaster)
  await server.close()
  expect(await findPostmaster(dataIn(dataDir))).toBeUndefined()
})

test('two processes that start at once share one PostgreSQL, and the last one stops it', async () => {
  const dataDir = freshFolder()
  const [one, two] = await Promise.all([startChild(dataDir, 'client'), startChild(dataDir, 'client')])
  expect(one.said.postmaster).toBe(two.said.postmaster)
  await finish(one)
  expect(await postmasterPid(dataDir)).toBe(one.said.postmaster)
  await finish(two)
  expect(await findPostmaster(dataIn(dataDir))).toBeUndefined()
})

test('is not held up by what killed processes left: a lock file, a postmaster.pid and a lock of the socket with a recycled id', async () => {
  const dataDir = freshFolder()
  await (await openEmbedded({ dataDir, role: 'server' })).close()
  // Our own process id stands for one that some other program has got since.
  const lines = [process.pid, dataIn(dataDir), 1, 5432, dataIn(dataDir), '']
  writeFileSync(join(dataIn(dataDir), 'postmaster.pid'), lines.join('\n'))
  writeFileSync(join(dataIn(dataDir), '.s.PGSQL.5432.lock'), lines.join('\n'))
  writeFileSync(`${dataIn(dataDir)}.lock`, `${process.pid} 1 0.5`)
  const folder = `${dataIn(dataDir)}.new-1`
  mkdirSync(folder)
  const server = await openEmbedded({ dataDir, role: 'server' })
  expect(await postmasterPid(dataDir)).not.toBe(process.pid)
  await server.close()
})

test('puts the socket of a deep folder into a private temporary one, and takes it away again', async () => {
  const dataDir = join(freshFolder(), 'd'.repeat(100))
  const server = await openEmbedded({ dataDir, role: 'server' })
  const socketFolder = server.options.host!
  expect(socketFolder).not.toContain(dataDir)
  expect(statSync(socketFolder).mode & 0o777).toBe(0o700)
  process.kill(await postmasterPid(dataDir), 'SIGKILL')
  await eventually(() => withDatabase(server, (db) => db.query('select 1')))
  await server.close()
  expect(existsSync(socketFolder)).toBe(false)
})

test('a folder of another PostgreSQL is refused with the two commands that move it', async () => {
  const dataDir = freshFolder()
  mkdirSync(join(dataDir, 'postgres-17'), { recursive: true })
  writeFileSync(join(dataDir, 'postgres-17', 'PG_VERSION'), '17\n')
  await expect(openEmbedded({ dataDir, role: 'server' })).rejects.toMatchObject({
    code: 'configuration',
    message: expect.stringMatching(/PostgreSQL 17.*gatehouse backup.*gatehouse restore/),
  })
})

test('keeps the log small', () => {
  const folder = freshFolder()
  mkdirSync(folder)
  writeFileSync(join(folder, 'postgres.log'), 'x'.repeat(101))
  limitLog(folder, 100)
  expect(statSync(join(folder, 'postgres.log')).size).toBe(0)
  expect(readFileSync(join(folder, 'postgres.log.1'), 'utf8')).toHaveLength(101)
})

test('starts a program anew that a Ctrl-C reached before it had left our process group', async () => {
  const folder = dataIn(programsBase)
  const binaries = embeddedBinaries()
  const launch = await launchFor(binaries, folder)
  const marks = join(programsBase, 'begun')
  mkdirSync(marks)
  chmodSync(marks, 0o777)
  // Instead of the program the first time: what the kernel does to a child that has a SIGINT waiting.
  const dies = 'mark=$0/${2##*/}; [ -e "$mark" ] || { : > "$mark"; kill -INT $$; }; shift; exec "$@"'
  const cluster = { folder, binaries, launch: { ...launch, prefix: [...launch.prefix, 'sh', '-c', dies, marks, '--'] }, settings: { fsync: 'off' } }
  await createCluster(cluster)
  const { pid, ready } = await startPostmaster(cluster)
  expect(ready).toBe(true)
  await stopPostmaster(folder, pid)
  expect(readdirSync(marks).sort()).toEqual(['initdb', 'postgres'])
})

for (const folder of [base, programsBase]) chmodSync(folder, 0o755)

// An ordinary user sees the rest of this file do as an ordinary user does; there is nothing to skip.
if (root && linux) describe('started as root', () => {
  test.each(['unshare', 'setpriv'])('works where only root may enter, binaries and data, by %s', async (way) => {
    const locked = join(programsBase, `locked-${way}`)
    mkdirSync(locked, { mode: 0o700 })
    const installed = embeddedBinaries()
    cpSync(dirname(installed.folder), join(locked, 'native'), { recursive: true, verbatimSymlinks: true })
    const binaries = { ...installed, folder: join(locked, 'native', 'bin') }
    const folder = dataIn(locked)
    const env = { ...programEnv, PATH: programs(way, 'sh') }
    const launch = await launchFor(binaries, folder, { env, copies: join(programsBase, 'copies') })
    expect(launch.prefix[0]).toBe(way)
    const cluster = { folder, binaries, launch, settings: { fsync: 'off' } }
    await createCluster(cluster)
    const postmaster = await startPostmaster(cluster)
    expect(postmaster.ready).toBe(true)
    await stopPostmaster(folder, postmaster.pid)
    expect(await findPostmaster(folder)).toBeUndefined()
  })

  test('works where user namespaces are forbidden, and the folder moves between both ways', async () => {
    const dataDir = freshFolder()
    await (await openEmbedded({ dataDir, role: 'client' })).close()
    chmodSync(dataDir, 0o700)
    const child = await startChild(dataDir, 'client', [], programs('setpriv', 'sh'))
    expect(child.said.failure).toBeUndefined()
    expect(statSync(`/proc/${child.said.postmaster}`).uid).toBe(65534)
    await finish(child)
    await (await openEmbedded({ dataDir, role: 'client' })).close()
    expect(statSync(join(dataIn(dataDir), 'base')).uid).toBe(0)
  })

  test('works on the folder of an ordinary user, which stays theirs, also without a name', async () => {
    const copy = reachableCopy(join(programsBase, 'checkout'))
    for (const uid of [65534, 54321]) {
      const dataDir = freshFolder()
      mkdirSync(dataDir)
      chownSync(dataDir, uid, uid)
      const user = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--']
      const child = await startChild(dataDir, 'server', user, undefined, copy)
      expect(child.said).toMatchObject({ uid })
      await finish(child)
      await (await openEmbedded({ dataDir, role: 'client' })).close()
      const again = await startChild(dataDir, 'server', user, undefined, copy)
      expect(again.said).toMatchObject({ uid })
      await finish(again)
    }
  })
})

/** A PATH on which there are these programs only. */
function programs(...names: string[]): string {
  const path = join(freshFolder(), 'bin')
  mkdirSync(path, { recursive: true })
  for (const name of names) symlinkSync(programNamed(name), join(path, name))
  return path
}

function programNamed(name: string): string {
  const found = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)).find((file) => {
    try {
      accessSync(file, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
  if (!found) throw new Error(`${name} is not in PATH`)
  return found
}
