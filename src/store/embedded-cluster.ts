/**
 * The data folder of the embedded PostgreSQL and the one postmaster on it: make, find, start, stop.
 * Everything here expects to be called under the lock of `embedded-lock.ts`.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync, closeSync, existsSync, lchownSync, mkdirSync, openSync, readFileSync, readdirSync, readlinkSync,
  renameSync, rmSync, statSync, writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GatehouseError } from '../errors.ts'
import { diedUnborn, programEnv, runProgram, type Binaries, type Launch } from './embedded-binaries.ts'
import { isAlive } from './embedded-lock.ts'
import { limitLog } from './embedded-log.ts'
import { accessFile, serverSettings } from './embedded-settings.ts'
import { socketFolderFor } from './embedded-socket.ts'

export interface Cluster {
  /** PostgreSQL's own data folder, absolute and without symbolic links. */
  folder: string
  binaries: Binaries
  launch: Launch
  /** For tests only: settings that win over ours. */
  settings?: Record<string, string>
}

export interface Postmaster {
  pid: number
  socketFolder: string
  /** False while it starts or recovers. */
  ready: boolean
}

/** Makes the data folder, whole or not at all: it is prepared under another name first. */
export async function createCluster(cluster: Cluster): Promise<void> {
  const parent = dirname(cluster.folder)
  for (const name of readdirSync(parent)) {
    const unfinished = name.startsWith(`${basename(cluster.folder)}.new`)
    if (unfinished) rmSync(join(parent, name), { recursive: true, force: true })
  }
  const fresh = `${cluster.folder}.new-${process.pid}`
  const passwordFile = `${fresh}-password`
  mkdirSync(fresh, { mode: 0o700 })
  writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
  for (const path of [fresh, passwordFile]) own(path, cluster.launch)
  const args = [
    '--pgdata', fresh, '--username', 'gatehouse', '--pwfile', passwordFile, '--auth', 'scram-sha-256',
    '--encoding', 'UTF8', ...localeOf(cluster.binaries), '--no-instructions',
    ...(cluster.settings?.['fsync'] === 'off' ? ['--no-sync'] : []),
  ]
  await runProgram(cluster.launch, 'initdb', args, { env: programEnv, cwd: parent }).catch((error: Error) => {
    throw new GatehouseError('configuration', `initdb failed on ${cluster.folder}: ${error.message}`, { cause: error })
  })
  renameSync(passwordFile, join(fresh, 'gatehouse-password'))
  renameSync(fresh, cluster.folder)
}

/** Texts compare and sort by code point, and lower() knows all letters, whatever locales the machine has. */
function localeOf({ major }: Binaries): string[] {
  if (major < 17) return ['--locale', 'C.UTF-8']
  return ['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8']
}

/** The password of user `gatehouse` on this cluster. */
export function passwordOf(cluster: Cluster): string {
  return readFileSync(join(cluster.folder, 'gatehouse-password'), 'utf8')
}

/** The running postmaster of a data folder, or undefined when there is none (a stale postmaster.pid is none). */
export async function findPostmaster(folder: string): Promise<Postmaster | undefined> {
  const lines = readLines(join(folder, 'postmaster.pid'))
  const pid = Number(lines?.[0])
  if (!lines || !(pid > 0)) return undefined
  const socketFolder = lines[4] ?? ''
  // A server in another container shares the folder and the socket with us, but no process ids.
  if (!isPostmaster(pid, folder) && !(await accepts(socketFolder))) return undefined
  return { pid, socketFolder, ready: lines[7]?.trim() === 'ready' }
}

function readLines(path: string): string[] | undefined {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch {
    return undefined
  }
}

/** A postmaster's working directory is its data folder; an unrelated process that inherited the id has another. */
function isPostmaster(pid: number, folder: string): boolean {
  if (!isAlive(pid)) return false
  if (process.platform !== 'linux') return true
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === folder
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES'
  }
}

function accepts(socketFolder: string): Promise<boolean> {
  if (socketFolder === '') return Promise.resolve(false)
  return new Promise((resolve) => {
    const socket = connect(join(socketFolder, '.s.PGSQL.5432'))
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** Starts the postmaster and waits until it takes connections. Errors: `configuration` with the end of its log. */
export async function startPostmaster(cluster: Cluster): Promise<Postmaster> {
  const { folder, launch } = cluster
  takeOwnership(cluster)
  writeFileSync(join(folder, 'postgresql.conf'), serverSettings(cluster.settings))
  writeFileSync(join(folder, 'pg_hba.conf'), accessFile)
  const socketFolder = socketFolderFor(folder, launch)
  limitLog(folder)
  for (let attempt = 1; ; attempt++) {
    removeMisleading(join(folder, 'postmaster.pid'))
    removeMisleading(join(socketFolder, '.s.PGSQL.5432.lock'))
    const failure = await launchPostmaster(cluster, socketFolder)
    const postmaster = failure === undefined ? await findPostmaster(folder) : undefined
    if (postmaster) return postmaster
    // After a kill -9 of the postmaster its children need a moment to notice; busy ones are helped along.
    if (attempt === 40 || !failure?.includes('is still in use')) {
      throw new GatehouseError('configuration', `The embedded PostgreSQL in ${folder} does not start: ${failure}`)
    }
    if (attempt === 20) endOrphans(folder)
    await sleep(100)
  }
}

/**
 * PostgreSQL sees through what a dead postmaster left in its folder and beside its socket, unless some other process has its process id by now,
 * or its own has not been reaped yet.
 */
function removeMisleading(pidFile: string): void {
  try {
    process.kill(Number(readLines(pidFile)?.[0] ?? ''), 0)
    rmSync(pidFile)
  } catch {
    // No file, or no such process.
  }
}

/** Undefined when the postmaster is ready, else what it said before it ended. */
async function launchPostmaster(cluster: Cluster, socketFolder: string): Promise<string | undefined> {
  const { folder, launch } = cluster
  const logFile = join(folder, 'postgres.log')
  const log = openSync(logFile, 'a', 0o600)
  own(logFile, launch)
  const logStart = statSync(logFile).size
  const program = [join(launch.folder, 'postgres'), '-D', folder, '-k', socketFolder]
  const [command = '', ...args] = [...launch.prefix, ...program]
  // Detached: a Ctrl-C at the terminal reaches us alone, and we stop the database when our work has drained.
  const options = { env: programEnv, cwd: folder, detached: true, ...launch.user }
  const child = spawn(command, args, { ...options, stdio: ['ignore', log, log] })
  closeSync(log)
  child.unref()
  let failure: string | undefined
  let unborn = false
  child.once('error', (error) => (failure = error.message))
  const onExit = (_code: number | null, signal: NodeJS.Signals | null) => {
    unborn = diedUnborn(signal)
    failure = readFileSync(logFile).subarray(logStart).toString().trim().slice(-2000)
  }
  child.once('exit', onExit)
  for (;;) {
    if (unborn) return launchPostmaster(cluster, socketFolder)
    if (failure !== undefined) return failure || 'it ended without a word'
    const lines = readLines(join(folder, 'postmaster.pid'))
    if (lines?.[7]?.trim() === 'ready' && Number(lines[0]) === child.pid) break
    await sleep(5)
  }
  child.off('exit', onExit)
  return undefined
}

/** Waits while a postmaster starts or recovers; undefined when there is none, or it ends instead. */
export async function untilReady(folder: string): Promise<Postmaster | undefined> {
  for (;;) {
    const postmaster = await findPostmaster(folder)
    if (!postmaster || postmaster.ready) return postmaster
    await sleep(20)
  }
}

/** Stops the postmaster: fast shutdown, after `fastMs` an immediate one. Returns when the process is gone. */
export async function stopPostmaster(folder: string, pid: number, fastMs = 30_000): Promise<void> {
  for (const [signal, patience] of [['SIGINT', fastMs], ['SIGQUIT', 5_000], ['SIGKILL', 5_000]] as const) {
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    for (let waited = 0; waited < patience; waited += 5) {
      if (!isPostmaster(pid, folder)) return
      await sleep(5)
    }
  }
}

/** Ends what a killed postmaster left running on its data folder (recovery makes good what they were doing). */
function endOrphans(folder: string): void {
  if (process.platform !== 'linux') return
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || !isPostmaster(Number(name), folder)) continue
    const command = readLines(`/proc/${name}/comm`)?.[0]
    if (command === 'postgres') process.kill(Number(name), 'SIGKILL')
  }
}

function own(path: string, launch: Launch): void {
  if (launch.owner && process.getuid?.() === 0) chownSync(path, launch.owner.uid, launch.owner.gid)
}

/** Gives the whole folder to whom PostgreSQL runs as, when the machine's ways have changed since the last start. */
function takeOwnership({ folder, launch }: Cluster): void {
  const { owner } = launch
  if (!owner || process.getuid?.() !== 0 || !existsSync(folder) || statSync(folder).uid === owner.uid) return
  for (const name of readdirSync(folder, { recursive: true })) {
    lchownSync(join(folder, name.toString()), owner.uid, owner.gid)
  }
  chownSync(folder, owner.uid, owner.gid)
}
