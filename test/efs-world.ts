/** An EFS to move in from: portals, people and their links, as many as asked for; the same for the same numbers. */
import type { Connection } from 'mysql2/promise'

export interface EfsSize {
  administrators?: number
  panelists?: number
  portals?: number
  /** Accounts in the queue, and rows of the error log. */
  queued?: number
  errors?: number
}

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** An id as Okta makes them, of a number. */
export function accountId(number: number): string {
  let [text, rest] = ['', number]
  for (let at = 0; at < 17; at++) {
    text += letters[(rest * 7 + at * 13 + (number % 59)) % 62]
    rest = Math.floor(rest / 62) + at
  }
  return `00u${text.slice(0, 9)}${String(number).padStart(8, '0')}`
}

export const panelistUid = (at: number): number => 1000 + at * 3

/** Every tenth panelist is marked; every fourth is in a second portal; every twentieth has no link. */
export async function fillEfs(efs: Connection, { administrators = 5, panelists = 50, portals = 2, queued = 3, errors = 3 }: EfsSize = {}): Promise<void> {
  await insert(efs, 'iam_portal_settings', ['portal_id', 'key', 'value'], count(portals, (at) => [
    [10 + at, 'client_id', `0oaClient${String(at).padStart(11, '0')}`], [10 + at, 'access_group', `efs-portal-${10 + at}`],
  ]).flat())
  await insert(efs, 'users', ['uid', 'login', 'firstname', 'lastname', 'email', 'personnel_number', 'created_at'], count(administrators, (at) => [
    at + 1, `admin${at}`, 'Ada', `Löffler ${at}`, `admin${at}@efs.example`, `E${at}`, '2019-03-04 05:06:07',
  ]))
  await insert(efs, 'iam_user_reference', ['id', 'user_id', 'uuid', 'created_at', 'updated_at'], count(administrators, (at) => [at + 1, at + 1, accountId(1_000_000 + at), '2021-05-06 07:08:09', '2021-05-06 07:08:10']))
  await insert(efs, 'panelists', ['uid', 'account', 'firstname', 'lastname', 'email', 'birthday', 'portal_id', 'created_at'], count(panelists, (at) => [
    panelistUid(at), `panelist${at}`, 'Pia', `Größe ${at}`, `panelist${at}@panel.example`, '1980-02-29', 10 + (at % portals), '2020-07-08 09:10:11',
  ]))
  const links = count(panelists, (at): unknown[][] => (at % 20 === 19 ? [] : [
    [10 + (at % portals), panelistUid(at), accountId(at), '2022-01-02 03:04:05', '2022-01-02 03:04:06', at % 3 === 0 ? 1 : null, at % 10 === 0 ? 1 : 0],
    ...(at % 4 === 0 && portals > 1 ? [[10 + ((at + 1) % portals), panelistUid(at), accountId(at), '2022-01-02 03:04:05', '2022-01-02 03:04:07', 1, 0]] : []),
  ])).flat()
  await insert(efs, 'iam_portal_user_reference', ['portal_id', 'user_id', 'uuid', 'created_at', 'updated_at', 'status', 'has_data_changes'], links)
  await insert(efs, 'iam_portal_user_group_unassignment_queue', ['id', 'user_id', 'uuid', 'email', 'created_at', 'updated_at'], count(queued, (at) => [at + 1, 900_000 + at, accountId(2_000_000 + at), `gone${at}@panel.example`, '2023-02-03 04:05:06', null]))
  await insert(efs, 'iam_error_log', ['id', 'created_at', 'message', 'status_code', 'trace', 'error_code'], count(errors, (at) => [at + 1, '2023-02-03 04:05:06', `Not found: Resource not found: ${at}`, 404, `GET /api/v1/users/${at}`, 'E0000007']))
}

function count<T>(many: number, make: (at: number) => T): T[] {
  return Array.from({ length: many }, (_, at) => make(at))
}

export async function insert(efs: Connection, table: string, columns: readonly string[], rows: readonly unknown[][]): Promise<void> {
  for (let at = 0; at < rows.length; at += 1000) {
    await efs.query(`insert into ${table} (${columns.map((one) => `\`${one}\``).join(', ')}) values ?`, [rows.slice(at, at + 1000)])
  }
}
