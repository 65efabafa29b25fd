/**
 * The embedded PostgreSQL as the server and the command line use it: started by the first who comes, shared by all,
 * stopped by the last who leaves, and started again when it dies under them.
 *
 * Every process keeps one connection with a shared advisory lock for as long as it uses the database; a server holds an
 * exclusive "server" lock beside it, so that a data folder has one server at most. Both vanish with the process,
 * however it ends. Who leaves asks for the exclusive form of the first lock, and stops the database if nobody else is in.
 *
 *     closed ──open──▶ in use ──close──▶ closed (and the postmaster stopped, by the last one)
 *                       │  ▲
 *        connection lost▼  │in again: found running, or started by us
 *                     reopening, every second
 *
 * Opening and closing happen under the lock file, so no one can come in while the last one is on the way out.
 */
import { accessSync, constants, existsSync, mkdirSync, readdirSync, realpathSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { GatehouseError } from '../errors.ts'
import type { DatabaseOptions } from './database.ts'
import { embeddedBinaries, launchFor } from './embedded-binaries.ts'
import {
  createCluster, findPostmaster, passwordOf, startPostmaster, stopPostmaster, untilReady, type Cluster, type Postmaster,
} from './embedded-cluster.ts'
import { isAlive, withLockFile } from './embedded-lock.ts'
import { limitLog } from './embedded-log.ts'
import { forgetSocketFolder } from './embedded-socket.ts'
import { lockSpace } from './migrate.ts'

const useLock = 1
const serverLock = 2
const databaseName = 'gatehouse'

export interface EmbeddedOptions {
  /** GATEHOUSE_DATA: the folder above the database's own. Made when missing. */
  dataDir: string
  /** One server at most uses a data folder; clients (commands) any number, beside the server or without it. */
  role: 'server' | 'client'
  /** True for a restore: the folder may hold the database of an older PostgreSQL, and a new one is made beside it. */
  besideOlder?: boolean
  /** Called when the database had died and is back (no argument), or could not be started again yet (the error). */
  onRestart?: (error?: unknown) => void
}

export interface Embedded {
  /** Where the database is reached; stays the same when it is started again. */
  options: DatabaseOptions
  /** Of the binaries, as PostgreSQL counts: `18.4`. */
  version: string
  /** Gives the database back, and stops it if nobody else uses it. Close every connection of one's own before. */
  close(): Promise<void>
}

/** A process's stay in the database. */
interface Stay {
  client: pg.Client
  options: DatabaseOptions
}

/**
 * Opens the embedded database of a data folder, making and starting it when need be.
 * Errors: `configuration` (a second server, a folder of another PostgreSQL, binaries that cannot run).
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { dataDir, role, onRestart = () => {} } = options
  const cluster = await clusterIn(dataDir)
  const older = options.besideOlder ? undefined : olderMajor(dataDir, cluster)
  if (older !== undefined && !existsSync(cluster.folder)) throw movingError(dataDir, older, cluster)
  let stay = await enter(cluster, role)
  if (older !== undefined && !(await hasBeenRestored(stay))) {
    await leave(cluster, stay)
    throw movingError(dataDir, older, cluster)
  }
  let closing = false
  let reopening: Promise<void> | undefined

  const watch = ({ client }: Stay) => client.once('end', () => (reopening = reopen()))
  const reopen = async () => {
    while (!closing) {
      try {
        stay = await enter(cluster, role)
        watch(stay)
        return onRestart()
      } catch (error) {
        onRestart(error)
        await sleep(1000)
      }
    }
  }
  watch(stay)
  const logWatch = setInterval(() => limitLog(cluster.folder), 60_000).unref()
  return {
    options: stay.options,
    version: cluster.binaries.version,
    async close() {
      if (closing) return
      closing = true
      clearInterval(logWatch)
      await reopening
      await leave(cluster, stay)
    },
  }
}

async function clusterIn(dataDir: string): Promise<Cluster> {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new GatehouseError('configuration', `The data folder ${dataDir} (GATEHOUSE_DATA) cannot be used: ${code}.`, { cause: error })
  }
  const binaries = embeddedBinaries()
  const folder = join(realpathSync(dataDir), `postgres-${binaries.major}`)
  return { folder, binaries, launch: await launchFor(binaries, folder) }
}

/** The major version of the newest database of another PostgreSQL in the data folder; undefined when there is none. */
function olderMajor(dataDir: string, { binaries }: Cluster): number | undefined {
  const majors = readdirSync(dataDir).map((name) => Number(/^postgres-(\d+)$/.exec(name)?.[1] ?? 0))
  return majors.filter((major) => major > 0 && major !== binaries.major).sort((a, b) => a - b).at(-1)
}

/** A restore is one transaction: either the new database is whole, or it is still without a single table of ours. */
async function hasBeenRestored({ client }: Stay): Promise<boolean> {
  const { rows } = await client.query(`select to_regclass('gatehouse.migration') is not null as whole`)
  return rows[0].whole
}

/** The binaries of the other version are gone with the other release, so only that one can read its database. */
function movingError(dataDir: string, older: number, { binaries }: Cluster): GatehouseError {
  return new GatehouseError(
    'configuration',
    `The data folder ${dataDir} holds a database of PostgreSQL ${older}, and this release brings PostgreSQL ` +
      `${binaries.major}. With the release that made it, run "gatehouse backup FILE"; then, with this one, ` +
      '"gatehouse restore FILE". The old database stays where it is until you remove it.',
  )
}

/** Under the lock file: makes sure that the database runs, and takes this process's place in it. */
async function enter(cluster: Cluster, role: EmbeddedOptions['role']): Promise<Stay> {
  return withLockFile(`${cluster.folder}.lock`, async () => {
    if (!existsSync(cluster.folder)) await createCluster(cluster)
    const postmaster = (await untilReady(cluster.folder)) ?? (await startPostmaster(cluster))
    const options = {
      host: postmaster.socketFolder, user: 'gatehouse', password: passwordOf(cluster), database: databaseName,
      hasRoom: () => hasRoom(cluster.folder),
    }
    const client = await connected(options, role)
    try {
      await client.query('select pg_advisory_lock_shared($1, $2)', [lockSpace, useLock])
      if (role === 'server') await takeServerLock(client, cluster)
    } catch (error) {
      await client.end()
      throw error
    }
    return { client, options }
  })
}

/** PostgreSQL writes its log in pieces of 16 MB, each reserved before it is written to. */
const logPieceBytes = 16 * 1024 * 1024

function hasRoom(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize > logPieceBytes
}

/** A connection to our database; makes the database when the cluster is new. */
async function connected(options: DatabaseOptions, role: string): Promise<pg.Client> {
  try {
    return await connectTo(options, databaseName, role)
  } catch (error) {
    if ((error as { code?: string }).code !== '3D000') throw error
  }
  const maker = await connectTo(options, 'postgres', role)
  await maker.query(`create database ${databaseName}`).finally(() => maker.end())
  return connectTo(options, databaseName, role)
}

async function connectTo(options: DatabaseOptions, database: string, role: string): Promise<pg.Client> {
  const { host, user, password } = options
  const application_name = `gatehouse ${role} ${process.pid}`
  const client = new pg.Client({ host, user, password, database, application_name, connectionTimeoutMillis: 10_000 })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** One server a data folder. A server that was killed a moment ago may need a moment more to be noticed. */
async function takeServerLock(client: pg.Client, { folder }: Cluster): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { rows } = await client.query('select pg_try_advisory_lock($1, $2) as taken', [lockSpace, serverLock])
    if (rows[0].taken) return
    const pid = await serverPid(client)
    if (attempt === 100 || (pid !== undefined && isAlive(pid))) {
      throw new GatehouseError(
        'configuration',
        `A Gatehouse server (process ${pid ?? 'unknown'}) already uses the data folder ${folder}. ` +
          'Stop it, or give this one a folder of its own with GATEHOUSE_DATA.',
      )
    }
    await sleep(50)
  }
}

async function serverPid(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query(
    `select a.application_name as name from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.classid = $1 and l.objid = $2 and l.granted`,
    [lockSpace, serverLock],
  )
  return rows[0] && Number(rows[0].name.split(' ').at(-1))
}

/** Under the lock file: gives up the place, and stops the database when it was the last one. */
async function leave({ folder }: Cluster, { client, options }: Stay): Promise<void> {
  const go = async () => {
    const postmaster = await findPostmaster(folder)
    const last = (await isLast(client)) ?? (postmaster !== undefined && (await isUnused(options)))
    await client.end().catch(() => {})
    if (postmaster && last) await stop(folder, postmaster)
  }
  await withLockFile(`${folder}.lock`, go).catch((error: NodeJS.ErrnoException) => {
    // On a full disk there is no lock to be had, and nobody comes in meanwhile either.
    if (error.code !== 'ENOSPC') throw error
    return go()
  })
}

async function stop(folder: string, postmaster: Postmaster): Promise<void> {
  // A clean end is written down, for which a full disk has no room; the next start makes good what is missing.
  await stopPostmaster(folder, postmaster.pid, hasRoom(folder) ? 30_000 : 2_000)
  forgetSocketFolder(folder)
}

/** Undefined when the connection has broken. */
async function isLast(client: pg.Client): Promise<boolean | undefined> {
  try {
    const { rows } = await client.query(
      'select pg_advisory_unlock_shared($1, $2), pg_try_advisory_lock($1, $2) as last', [lockSpace, useLock],
    )
    return rows[0].last
  } catch {
    return undefined
  }
}

/** Asked without a place in the database. One that lets nobody in serves nobody; who waits for it starts it again. */
async function isUnused(options: DatabaseOptions): Promise<boolean> {
  const client = await connectTo(options, databaseName, 'leaving').catch(() => undefined)
  if (!client) return true
  try {
    const { rows } = await client.query('select pg_try_advisory_lock($1, $2) as unused', [lockSpace, useLock])
    return rows[0].unused
  } finally {
    await client.end().catch(() => {})
  }
}
