/**
 * The settings of the embedded PostgreSQL, written to its data folder at every start, so that a release can change
 * them. An administrator's own go in with ALTER SYSTEM, which PostgreSQL keeps in another file and which win over these.
 */
import { totalmem } from 'node:os'

const megabyte = 1024 * 1024

/** Who may connect: anyone with the password, and only through the socket. */
export const accessFile = 'local all all scram-sha-256\n'

/** The text of postgresql.conf. */
export function serverSettings(overrides: Record<string, string> = {}): string {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.MAX_SAFE_INTEGER) / megabyte
  const settings: Record<string, string> = {
    listen_addresses: '',
    unix_socket_permissions: '0700',
    password_encryption: 'scram-sha-256',
    max_connections: '100',
    shared_buffers: `${Math.round(Math.min(2048, Math.max(32, memory / 8)))}MB`,
    effective_cache_size: `${Math.round(Math.max(64, memory / 2))}MB`,
    work_mem: '16MB',
    maintenance_work_mem: `${Math.round(Math.min(256, Math.max(32, memory / 16)))}MB`,
    max_wal_size: '2GB',
    // The first change of a page after a checkpoint goes to the log as the whole page. To compress it, as these binaries can, takes longer
    // than to write it: an import into a million people touches 75,000 of them.
    wal_compression: 'off',
    random_page_cost: '1.1',
    // Our statements are short; compiling them costs more than it saves.
    jit: 'off',
    // So does starting workers for them; two servers' requests keep the cores busy enough.
    max_parallel_workers_per_gather: '0',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    // Refused statements are the application's business, and quote values of people's records: not for the log.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    ...overrides,
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'`)
  return `# Written by Gatehouse at every start. For settings of your own use ALTER SYSTEM.\n${lines.join('\n')}\n`
}
