/** `gatehouse serve` and other commands as real processes, for tests that signal, kill and race them. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Database } from '../src/store/database.ts'
import { root } from '../tools/house-rules.ts'
import { memoryFolder } from './memory-folder.ts'

/** The Node that this package pins, whichever runs the tests. */
export const pinnedNode = createRequire(import.meta.url).resolve('node/bin/node')

export const automationKey = 'a-key-for-processes-only'

/** The Node a person would start the program with: the first one on the path that is not the pinned one. */
export const systemNode = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  .map((folder) => join(folder, 'node')).find((file) => existsSync(file)) ?? pinnedNode

/** A folder for data. */
export function dataFolder(): string {
  return memoryFolder('gatehouse-serve-')
}

/** What a process gets of our environment: nothing that could name another database. */
export function cleanEnv(env: Record<string, string>): Record<string, string> {
  const { PATH = '', HOME = '/' } = process.env
  // Reading the sources is most of what a short command does: once for all of them is enough.
  const cache = join(process.env['GATEHOUSE_TEST_FOLDER'] ?? tmpdir(), 'compiled')
  return { PATH, HOME, USER: 'operator', HOST: '127.0.0.1', PORT: '0', GATEHOUSE_API_KEY: automationKey, NODE_COMPILE_CACHE: cache, ...env }
}

const processes = new Set<ChildProcess>()

interface Started {
  node?: string
  /** Words before the program. */
  prefix?: readonly string[]
  /** Options of Node. */
  flags?: readonly string[]
  cwd?: string
  /** What it reads; without it, nothing. */
  input?: string
  /** Leads a group of processes, to which a signal can be sent as a terminal does. */
  ownGroup?: boolean
}

function start(args: readonly string[], env: Record<string, string>, { node = pinnedNode, prefix = [], flags = [], cwd = '/', input, ownGroup = false }: Started = {}): ChildProcess {
  const [program = '', ...rest] = [...prefix, node, ...flags, join(root, 'bin/gatehouse.js'), ...args]
  const child = spawn(program, rest, { cwd, env: cleanEnv(env), detached: ownGroup, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] })
  child.stdin?.end(input)
  processes.add(child)
  child.once('exit', () => processes.delete(child))
  return child
}

/** Kills what a failed test left. */
export function endProcesses(): void {
  for (const child of processes) child.kill('SIGKILL')
}

export interface Ended {
  code: number | null
  signal: string | null
  stdout: string
  stderr: string
  /** Both, as they came. */
  said: string
}

export interface Running {
  pid: number
  kill: () => void
  over: () => boolean
  ended: Promise<Ended>
}

/** A command at work. */
export function running(args: readonly string[], env: Record<string, string>, more?: Started): Running {
  const child = start(args, env, more)
  const printed = { stdout: '', stderr: '', said: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]!.on('data', (piece) => {
      printed[stream] += piece
      printed.said += piece
    })
  }
  let over = false
  const ended = once(child, 'close').then(([code, signal]) => {
    over = true
    return { code: code as number | null, signal: signal as string | null, ...printed }
  })
  return { pid: child.pid!, kill: () => child.kill('SIGKILL'), over: () => over, ended }
}

/** Runs a command to its end. */
export const command = (args: readonly string[], env: Record<string, string>, node = pinnedNode): Promise<Ended> => running(args, env, { node }).ended

export interface ServerProcess {
  child: ChildProcess
  url: string
  /** Everything it has printed so far. */
  said: () => string
  /** Asks below /api/v1 with the automation key. */
  ask: (method: string, path: string, body?: unknown, key?: string) => Promise<Response>
  /** Sends the signals and waits for the end. */
  stop: (...signals: NodeJS.Signals[]) => Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/** Starts a server and waits until it listens; throws with what it said when it ends instead. `prefix` are words before. */
export async function startServer(env: Record<string, string>, node = pinnedNode, prefix: readonly string[] = []): Promise<ServerProcess> {
  const child = start(['serve'], env, { node, prefix })
  let text = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (piece) => (text += piece))
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }))
  let over = false
  void ended.then(() => (over = true))
  const listens = () => /^Gatehouse listens on (\S+) .*\n/m.exec(text)?.[1]
  while (listens() === undefined) {
    if (over) throw new Error(`the server ended: ${text}`)
    await sleep(10)
  }
  const url = listens()!
  return {
    child, url, said: () => text,
    ask: (method, path, body, key = automationKey) => fetch(`${url}/api/v1${path}`, {
      method, headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
    stop(...signals) {
      for (const signal of signals) child.kill(signal)
      return ended
    },
  }
}

/** The folder of PostgreSQL below a data folder, when there is one already. */
export function postgresFolder(data: string): string | undefined {
  const name = existsSync(data) ? readdirSync(data).find((one) => /^postgres-\d+$/.test(one)) : undefined
  return name && join(data, name)
}

/** The process id of the postmaster on a data folder. */
export function postmasterOf(data: string): number {
  return Number(readFileSync(join(postgresFolder(data)!, 'postmaster.pid'), 'utf8').split('\n')[0])
}

/** One connection to the database of a running server, or command, on a data folder. To be closed. */
export function databaseOf(data: string): Database {
  const host = postgresFolder(data)!
  return new Database({ host, user: 'gatehouse', password: readFileSync(join(host, 'gatehouse-password'), 'utf8'), database: 'gatehouse', poolSize: 1 })
}

/** The processes that work in a data folder, the postmaster and its children; empty where /proc does not tell. */
export function processesIn(data: string): string[] {
  if (!existsSync('/proc/self/cwd')) return []
  return readdirSync('/proc').filter((pid) => {
    try {
      // From a mount namespace of their own they show another working directory, but were started with this one.
      return /^\d+$/.test(pid) && (readlinkSync(`/proc/${pid}/cwd`) === postgresFolder(data) || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`\0-D\0${data}/`))
    } catch {
      return false
    }
  })
}

/** Ends whatever still works in the folders, and removes them. */
export function removeFolders(...folders: string[]): void {
  endProcesses()
  for (const folder of folders) {
    for (const pid of processesIn(folder)) process.kill(Number(pid), 'SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Tries until it works, for ten seconds. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      if (tries === 400) throw error
    }
    await sleep(25)
  }
}
