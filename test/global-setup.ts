/**
 * One throw-away PostgreSQL for the whole run, in a temporary folder, without fsync. It starts while the first test
 * files load; who needs it waits in `database.ts`. With TEST_DATABASE_URL set, the tests use that server instead.
 */
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { embeddedBinaries, launchFor } from '../src/store/embedded-binaries.ts'
import {
  createCluster, findPostmaster, passwordOf, startPostmaster, stopPostmaster, type Cluster,
} from '../src/store/embedded-cluster.ts'
import { isAlive } from '../src/store/embedded-lock.ts'
import { forgetSocketFolder } from '../src/store/embedded-socket.ts'
import { memoryBase, memoryFolder } from './memory-folder.ts'

const settings = {
  fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '128MB', wal_level: 'minimal',
  max_wal_senders: '0', max_connections: '200',
}

export default async function setup(): Promise<() => Promise<void>> {
  if (process.env['TEST_DATABASE_URL']) return async () => {}
  await clearLeftovers()
  const folder = memoryFolder(`gatehouse-test-${process.pid}-`)
  process.env['GATEHOUSE_TEST_FOLDER'] = folder
  const started = start(folder)
  started.catch(() => {})
  return async () => {
    await started.then(() => stop(folder), () => {})
    rmSync(folder, { recursive: true, force: true })
  }
}

async function start(folder: string): Promise<void> {
  try {
    const binaries = embeddedBinaries()
    const data = join(folder, 'postgres')
    const cluster: Cluster = { folder: data, binaries, launch: await launchFor(binaries, data), settings }
    await createCluster(cluster)
    const { socketFolder } = await startPostmaster(cluster)
    announce(folder, { host: socketFolder, user: 'gatehouse', password: passwordOf(cluster), database: 'postgres' })
  } catch (error) {
    announce(folder, { failure: String(error) })
    throw error
  }
}

function announce(folder: string, content: object): void {
  writeFileSync(join(folder, 'server.new'), JSON.stringify(content))
  renameSync(join(folder, 'server.new'), join(folder, 'server.json'))
}

async function stop(folder: string): Promise<void> {
  const data = join(folder, 'postgres')
  const postmaster = await findPostmaster(data)
  if (postmaster) await stopPostmaster(data, postmaster.pid)
  forgetSocketFolder(data)
}

/** A run that was killed could not clean up behind itself. */
async function clearLeftovers(): Promise<void> {
  for (const name of readdirSync(memoryBase)) {
    const owner = /^gatehouse-test-(\d+)-/.exec(name)?.[1]
    if (owner === undefined || isAlive(Number(owner))) continue
    const folder = join(memoryBase, name)
    await stop(folder).catch(() => {})
    rmSync(folder, { recursive: true, force: true })
  }
}
