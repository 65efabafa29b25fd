/**
 * A PostgreSQL as somebody else runs it, for DATABASE_URL: over TCP, with a password, of Debian's oldest version that will
 * do where that is installed, else of the embedded binaries.
 */
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { embeddedBinaries, launchFor, type Binaries } from '../src/store/embedded-binaries.ts'
import { createCluster, passwordOf, startPostmaster, stopPostmaster, type Cluster } from '../src/store/embedded-cluster.ts'

export interface ExternalPostgres {
  url: string
  major: number
  stop: () => Promise<void>
}

const debian = '/usr/lib/postgresql'

function binariesOfOthers(): Binaries {
  const versions = existsSync(debian) ? readdirSync(debian).map(Number).toSorted((a, b) => a - b) : []
  const major = versions.find((version) => version >= 15 && existsSync(join(debian, String(version), 'bin/initdb')))
  if (major === undefined) return embeddedBinaries()
  return { folder: join(debian, String(major), 'bin'), version: `${major}.0`, build: String(major), major }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Makes and starts one below `folder`, with an empty database. */
export async function externalPostgres(folder: string): Promise<ExternalPostgres> {
  mkdirSync(folder, { recursive: true })
  const binaries = binariesOfOthers()
  const data = join(folder, 'external')
  const access = join(folder, 'pg_hba.conf')
  writeFileSync(access, 'host all all 127.0.0.1/32 scram-sha-256\n')
  const port = await freePort()
  const settings = { listen_addresses: '127.0.0.1', port: String(port), hba_file: access, fsync: 'off' }
  const cluster: Cluster = { folder: data, binaries, launch: await launchFor(binaries, data, { copies: join(folder, 'copies') }), settings }
  await createCluster(cluster)
  const { pid } = await startPostmaster(cluster)
  return {
    url: `postgresql://gatehouse:${passwordOf(cluster)}@127.0.0.1:${port}/postgres`,
    major: binaries.major,
    stop: () => stopPostmaster(data, pid),
  }
}
