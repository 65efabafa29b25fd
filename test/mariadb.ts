/** A MariaDB of Debian's in a test: a server of the test's own, with users and passwords, in a folder that goes with it. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import mysql, { type Connection } from 'mysql2/promise'

const server = '/usr/sbin/mariadbd'
export const hasMariadb = existsSync(server) && existsSync('/usr/bin/mariadb-install-db')
export const withoutMariadb = 'there is no MariaDB; apt-get install mariadb-server'

export interface Mariadb {
  socket: string
  port: number
  /** Who may only read, and their password. */
  reader: string
  password: string
  /** An administrator's connection to a database, which is made when it is missing. */
  connect: (database?: string) => Promise<Connection>
  /** A database with the tables of EFS, empty. */
  efs: (name: string) => Promise<Connection>
  /** Its address for the reader, with the password or without. */
  url: (database: string, options?: { password?: boolean; query?: string }) => string
  stop: () => Promise<void>
}

const fixture = new URL('fixtures/efs-tables.sql', import.meta.url)

/** Starts one; `more` are settings of the server. */
export async function mariadb(more: readonly string[] = []): Promise<Mariadb> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-mariadb-'))
  chmodSync(folder, 0o755)
  const [data, socket] = [join(folder, 'data'), join(folder, 'data', 'socket')]
  // Its own: a server that starts clears away temporary tables of all others in a shared one.
  const scratch = join(folder, 'scratch')
  mkdirSync(scratch)
  chmodSync(scratch, 0o777)
  // It refuses to run as root; Debian's package has made somebody for it.
  const asUser = process.getuid?.() === 0 ? ['--user=mysql'] : []
  execFileSync('/usr/bin/mariadb-install-db', ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db', `--tmpdir=${scratch}`, ...asUser], { stdio: 'pipe' })
  const port = await freePort()
  const child = spawn(server, [
    '--no-defaults', `--datadir=${data}`, `--socket=${socket}`, `--port=${port}`, '--bind-address=127.0.0.1', `--tmpdir=${scratch}`, `--pid-file=${join(data, 'pid')}`, ...asUser,
    '--default-time-zone=+02:00', '--sql-mode=', '--innodb-buffer-pool-size=64M', '--innodb-flush-log-at-trx-commit=0', '--skip-name-resolve', '--performance-schema=OFF', ...more,
  ], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (piece) => (said = (said + piece).slice(-4000)))
  const connections: Connection[] = []
  const connect = async (database?: string) => {
    const made = await mysql.createConnection({ socketPath: socket, user: 'root', password: '', charset: 'utf8mb4', multipleStatements: true })
    connections.push(made)
    if (database !== undefined) await made.query(`create database if not exists \`${database}\` character set utf8; use \`${database}\``)
    return made
  }
  const first = await whenUp(connect, child, () => said)
  const [reader, password] = ['reader', `p w:@/?#%${randomBytes(9).toString('base64url')}`]
  await first.query(`create user '${reader}'@'%' identified by ?; grant select on *.* to '${reader}'@'%'`, [password])
  return {
    socket, port, reader, password, connect,
    async efs(name) {
      const made = await connect(name)
      await made.query(readFileSync(fixture, 'utf8'))
      return made
    },
    url: (database, options = {}) => `mysql://${reader}${options.password === false ? '' : `:${encodeURIComponent(password)}`}@127.0.0.1:${port}/${database}${options.query ?? ''}`,
    async stop() {
      for (const connection of connections) connection.destroy()
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function whenUp(connect: () => Promise<Connection>, child: ChildProcess, said: () => string): Promise<Connection> {
  for (let waited = 0; ; waited += 50) {
    try {
      return await connect()
    } catch (error) {
      if (child.exitCode !== null || waited > 120_000) throw new Error(`MariaDB does not start: ${said()}`, { cause: error })
      await sleep(50)
    }
  }
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  listener.close()
  await once(listener, 'close')
  return port
}
