/** What a mass delete is asked for: shapes and lengths, before the store is asked. */
import { GatehouseError } from '../errors.ts'
import { isObject } from '../model/attribute.ts'
import { textFault } from '../model/text.ts'
import { rowKeys, type NamedRow, type RowKey } from '../store/mass-delete.ts'

/** One way of saying whom. */
export interface MassDeleteRequest {
  /** A SCIM filter over the portal's people. */
  filter?: string
  /** Rows that name somebody: as in a file, or numbers and ids alone. */
  rows?: AsyncIterable<RowText[]> | Iterable<RowText[]>
  /** Where the rows come from, as people know it. */
  source?: string
  /** Whether the persons go too, for good, and not only the panelists. */
  deletePersons: boolean
}

export interface RowText {
  line: number
  /** Undefined where the row is too long. */
  text: string | undefined
  key?: RowKey
}

const ways = { uids: 'uid', ids: 'id', users: undefined } as const
export const mostRows = 1_000_000

/** Errors: `invalid_body`, `unknown_attribute`, `required_attribute`, `invalid_value`. */
export function massDeleteRequest(body: unknown): MassDeleteRequest {
  if (!isObject(body)) throw new GatehouseError('invalid_body', 'The body must say whom: uids, ids, users or filter.')
  const unknown = Object.keys(body).find((key) => !['filter', 'deletePersons', ...Object.keys(ways)].includes(key))
  if (unknown !== undefined) throw new GatehouseError('unknown_attribute', `${unknown}: is not part of a mass delete.`)
  const { deletePersons = false, filter } = body
  if (typeof deletePersons !== 'boolean') throw invalid('deletePersons', 'must be true or false')
  const named = [...Object.keys(ways), 'filter'].filter((key) => body[key] !== undefined && body[key] !== null)
  if (named.length !== 1) {
    const message = 'say whom in exactly one way: uids, ids, users or filter'
    throw new GatehouseError('required_attribute', `A mass delete never means everyone by accident: ${message}.`, { problems: [{ path: named[1] ?? 'filter', message }] })
  }
  const [way] = named as [keyof typeof ways | 'filter']
  if (way === 'filter') return { filter: checkFilter(filter), deletePersons }
  return { rows: [rowsOf(way, body[way])], deletePersons }
}

/** Errors: `invalid_value`. */
export function checkFilter(filter: unknown): string {
  if (typeof filter === 'string' && filter.trim() !== '') {
    const fault = textFault(filter)
    if (fault !== undefined) throw invalid('filter', fault)
    return filter
  }
  throw invalid('filter', 'must be a SCIM filter')
}

function rowsOf(way: keyof typeof ways, list: unknown): RowText[] {
  const isGood = (one: unknown) => (way === 'uids' ? Number.isInteger(one) && (one as number) >= 1 && (one as number) <= 2_147_483_647 : typeof one === 'string')
  if (!Array.isArray(list) || list.length === 0 || list.length > mostRows || !list.every(isGood)) {
    throw invalid(way, `must be a list of 1 to ${mostRows} ${way === 'uids' ? 'numbers of panelists' : 'texts'}`)
  }
  return list.map((one, index) => ({ line: index + 1, text: String(one), ...(ways[way] ? { key: ways[way] } : {}) }))
}

function invalid(path: string, message: string): GatehouseError {
  return new GatehouseError('invalid_value', `${path}: ${message}.`, { problems: [{ path, message }] })
}

const longest = 400
const prefixed = new RegExp(`^(${rowKeys.filter((key) => key !== 'any').join('|')}):\\s*(.+)$`, 'i')

/**
 * What a row names: a number of a panelist, the id of a person, a user name or an e-mail address; with `uid:`, `id:`,
 * `userName:` or `email:` before it, only that. Null for an empty row or a comment (#); a text says what is wrong.
 */
export function readRow({ line, text, key }: RowText): NamedRow | string | null {
  if (text === undefined || text.length > longest) return `is longer than ${longest} characters`
  // A byte order mark, and the quotes of a spreadsheet's single column.
  const value = text.replace(/^\uFEFF/, '').trim().replace(/^"(.*)"$/, '$1').trim()
  if (value === '' || (key === undefined && value.startsWith('#'))) return null
  if (value.includes('\0') || !value.isWellFormed()) return 'holds a character that cannot be used'
  if (key !== undefined) return { line, key, value }
  const parts = prefixed.exec(value)
  const named = parts && rowKeys.find((one) => one.toLowerCase() === parts[1]!.toLowerCase())
  return named ? { line, key: named, value: parts[2]! } : { line, key: 'any', value }
}
