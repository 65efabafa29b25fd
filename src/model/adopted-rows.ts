/**
 * The published tables of EFS as they are taken over: which columns, in which form a row is compared on both sides, and
 * what a row that was taken over once, or stands here already, means for a second run.
 */
import { hash } from 'node:crypto'

type Kind = 'number' | 'text' | 'instant'

export interface AdoptedTable {
  /** Its name in EFS; here it stands in the schema efs, under the same one. */
  name: string
  /** What identifies a row in EFS. */
  key: string
  /** Everything else, in the order in which it is compared. */
  columns: Readonly<Record<string, Kind>>
  /** What two rows here may not share, where the published table lets them. */
  unique?: readonly string[]
  /** What steps of a plan call a row. */
  resource: string
}

const stamps = { created_at: 'instant', updated_at: 'instant' } as const

export const adoptedTables = {
  users: { name: 'users', key: 'uid', columns: { created_at: 'instant' }, resource: 'EfsAdministrator' },
  panelists: { name: 'panelists', key: 'uid', columns: { created_at: 'instant' }, resource: 'EfsPanelist' },
  settings: {
    name: 'iam_portal_settings', key: 'id', columns: { portal_id: 'number', key: 'text', value: 'text' }, unique: ['portal_id', 'key'], resource: 'PortalSetting',
  },
  administratorLinks: {
    name: 'iam_user_reference', key: 'id', columns: { user_id: 'number', uuid: 'text', ...stamps, status: 'number', has_data_changes: 'number' }, unique: ['user_id'], resource: 'AdministratorLink',
  },
  panelistLinks: {
    name: 'iam_portal_user_reference', key: 'id', unique: ['portal_id', 'user_id'], resource: 'PanelistLink',
    columns: { portal_id: 'number', user_id: 'number', uuid: 'text', ...stamps, status: 'number', has_data_changes: 'number' },
  },
  queue: {
    name: 'iam_portal_user_group_unassignment_queue', key: 'id', columns: { user_id: 'number', uuid: 'text', email: 'text', ...stamps }, unique: ['user_id'], resource: 'QueuedAccount',
  },
  errors: {
    name: 'iam_error_log', key: 'id', columns: { created_at: 'instant', message: 'text', status_code: 'number', trace: 'text', error_code: 'text' }, resource: 'OktaError',
  },
} as const satisfies Record<string, AdoptedTable>

/** A row of a table: its columns without the key. */
export type AdoptedRow = Record<string, string | number | null>

/** A row's digest, the same on both sides: 128 bits of SHA-256 over its columns in their order. */
export function rowDigest(table: AdoptedTable, row: AdoptedRow): string {
  return hash('sha256', JSON.stringify(Object.keys(table.columns).map((column) => row[column] ?? null))).slice(0, 32)
}

/** Digests of any number of rows, in whatever order, as one: their sum. */
export class Checksum {
  rows = 0
  private sum = 0n

  add(digest: string): void {
    this.rows++
    this.sum = BigInt.asUintN(128, this.sum + BigInt(`0x${digest}`))
  }

  /** 32 hex digits. */
  get text(): string {
    return this.sum.toString(16).padStart(32, '0')
  }
}

export type Verdict = { action: 'create' | 'update' | 'unchanged' } | { action: 'conflict'; message: string }

/**
 * What is to be done with a row of EFS: `kept` is the digest under which it was taken over before, `current` that of the
 * row that stands for it here now. What both sides have changed since is left to a person. A row that happens to stand
 * here already is noted as taken over: an update that changes nothing.
 */
export function judgeRow(source: string, kept: string | undefined, current: string | undefined): Verdict {
  if (kept === source) return { action: 'unchanged' }
  if (current === source) return { action: 'update' }
  if (kept === undefined) return current === undefined ? { action: 'create' } : { action: 'conflict', message: 'another row stands here in its place already' }
  if (current === kept) return { action: 'update' }
  return { action: 'conflict', message: `it has changed in EFS since it was taken over, and ${current === undefined ? 'is gone' : 'has changed'} here` }
}
