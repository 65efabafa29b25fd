/**
 * Where an EFS database is: `mysql://reader@db.example.com:3306/efs?ssl-mode=VERIFY_IDENTITY&ssl-ca=/etc/ssl/efs.pem`.
 * The options are called as MySQL's own clients call them. The password may stand in the address, but better in
 * EFS_DATABASE_PASSWORD or a file: arguments of a process can be read by everybody on its machine.
 */
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { GatehouseError } from '../../errors.ts'

export interface SourceAddress {
  host?: string
  port?: number
  socketPath?: string
  user: string
  password: string
  database: string
  /** Absent: no TLS. */
  ssl?: { rejectUnauthorized: boolean; verifyIdentity: boolean; ca?: Buffer; cert?: Buffer; key?: Buffer }
  /** Without the password: what plans and messages say. */
  shown: string
}

const modes = ['DISABLED', 'REQUIRED', 'VERIFY_CA', 'VERIFY_IDENTITY'] as const
const options = ['ssl-mode', 'ssl-ca', 'ssl-cert', 'ssl-key', 'socket']

/** Errors: `invalid_parameter`, which never shows the address: a password may stand in it. */
export function readSourceAddress(text: string, secrets: { password?: string; passwordFile?: string } = {}): SourceAddress {
  const url = URL.parse(text)
  if (!url || !/^(mysql|mariadb):$/.test(url.protocol)) throw refuse('The address must look like mysql://user@host:3306/database.')
  const unknown = [...url.searchParams.keys()].find((name) => !options.includes(name))
  if (unknown !== undefined) throw refuse(`The address has an option that is not known here; there are ${options.join(', ')}.`)
  const database = decode(url.pathname.slice(1))
  const user = decode(url.username)
  if (database === '' || database.includes('/') || user === '') throw refuse('The address must name a user and a database: mysql://user@host:3306/database.')
  const socketPath = url.searchParams.get('socket') ?? undefined
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost'
  const place = socketPath === undefined ? { host, port: Number(url.port || 3306) } : { socketPath }
  return {
    ...place, user, database, password: passwordOf(decode(url.password), secrets), ssl: tlsOf(url, socketPath !== undefined || isLoopback(host)),
    shown: `mysql://${user}@${socketPath ?? `${url.hostname || host}:${url.port || 3306}`}/${database}`,
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw refuse('The address has a % that is not the beginning of an encoded character; write it as %25.')
  }
}

function passwordOf(inAddress: string, { password, passwordFile }: { password?: string; passwordFile?: string }): string {
  if (inAddress !== '') return inAddress
  if (password !== undefined) return password
  return passwordFile === undefined ? '' : readNamed('EFS_DATABASE_PASSWORD_FILE', passwordFile).toString('utf8').replace(/\r?\n$/, '')
}

/** Between machines TLS is the rule, and the server's name is checked: less has to be said. */
function tlsOf(url: URL, near: boolean): SourceAddress['ssl'] {
  const mode = url.searchParams.get('ssl-mode')?.toUpperCase() ?? (near ? 'DISABLED' : 'VERIFY_IDENTITY')
  if (!(modes as readonly string[]).includes(mode)) throw refuse(`ssl-mode must be one of ${modes.join(', ')}.`)
  if (mode === 'DISABLED') return undefined
  // The driver would hold the certificate of a numeric address against "localhost".
  if (mode === 'VERIFY_IDENTITY' && isIP(url.hostname.replace(/^\[(.*)\]$/, '$1')) > 0) throw refuse('The server is to prove its name, and the address has none: write its name instead of the number, or say ssl-mode=VERIFY_CA.')
  const file = (name: string) => {
    const path = url.searchParams.get(name)
    return path === null ? undefined : readNamed(name, path)
  }
  const [ca, cert, key] = [file('ssl-ca'), file('ssl-cert'), file('ssl-key')]
  return { rejectUnauthorized: mode !== 'REQUIRED', verifyIdentity: mode === 'VERIFY_IDENTITY', ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
}

function readNamed(name: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw refuse(`The file of ${name} cannot be read: ${(error as NodeJS.ErrnoException).code}.`)
  }
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)

const refuse = (message: string) => new GatehouseError('invalid_parameter', message)
