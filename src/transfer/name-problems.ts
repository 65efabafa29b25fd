/** What stands against a row, as a reader of its file needs it: the column, where the value was to go, and the value. Pure. */
import type { Problem } from '../errors.ts'
import { isObject, type Document } from '../model/attribute.ts'
import type { Metadata } from '../model/metadata.ts'
import { cutText } from '../model/text.ts'
import { secretIn } from './attribute-place.ts'
import type { RowProblem } from './draft.ts'
import { isKind } from './importable.ts'
import { valuesAt, type MappedRecord } from './map-record.ts'
import { isSecretName, mayBeSecretName } from './secret-names.ts'

const maxShown = 200

/** The problems of a record with their columns and values. `judged` is the document that they are about, where it isn't the row's alone. */
export function nameProblems(row: MappedRecord, problems: readonly Problem[], metadata: Metadata, judged: Document = row.document): RowProblem[] {
  const unread = new Set(row.unread?.flatMap(({ path }) => (path === undefined ? [] : nameOf(path))))
  return problems.flatMap(({ path, message }): RowProblem | [] => {
    if (path === undefined) return { message }
    const found = textAt(judged, path)
    // What is lacking, or stays from before, because a cell could not be read is no fault of its own.
    if (unread.has(nameOf(path)) && (found === undefined || !valuesAt(row.document, nameOf(path)).includes(found))) return []
    const own = ownPlace(row, path, found)
    const column = row.columns ? own?.column : path
    // Of a document that is taken as it is, no mapping says what its members are.
    const hides = row.columns ? isSecretName : mayBeSecretName
    const isHidden = own?.secret === true || isSecret(row, path, metadata) || (column !== undefined && hides(column))
    const value = isHidden ? undefined : (found ?? own?.value)
    return { column, path, value: value === undefined ? undefined : cutText(value, maxShown), message }
  })
}

/** Secrets stand in no plan; what few may see is in it, but is not told along with a reason. */
function isSecret({ resource, document }: MappedRecord, path: string, { elements }: Metadata): boolean {
  const names = namesOf(path)
  if (names.some((name) => isSecretName(name))) return true
  if (isKind(resource) && secretIn(resource, document)?.startsWith(names[0]!)) return true
  return names.includes('attributes') && elements.some((one) => one.sensitive && one.name.toLowerCase() === names.at(-1)!.toLowerCase())
}

interface OwnPlace {
  column: string
  secret: boolean
  value?: string
}

/** The column that fed a path. Entries of a list may have moved among those that were there: the value tells which it is. */
function ownPlace({ columns, document }: MappedRecord, path: string, found: string | undefined): OwnPlace | undefined {
  if (!columns) return undefined
  const name = namesOf(path).join('.')
  const places = columns.map((one) => ({ ...one, name: namesOf(one.path).join('.'), values: textsAt(document, one.path) }))
  const same = places.filter((one) => one.name === name && (found === undefined || one.values.includes(found)))
  // A fault of a whole entry is that of the only column that says something of it.
  const inside = places.filter((one) => one.name.startsWith(`${name}.`) && one.values.length > 0)
  const own = same.find((one) => one.path === path) ?? same[0] ?? (new Set(inside.map((one) => one.column)).size === 1 ? inside[0] : undefined)
  return own && { column: own.column, secret: own.secret, ...(own.values.length === 1 ? { value: own.values[0]! } : {}) }
}

/** What a row says at a path of its mapping; where that goes to every entry, of each. */
const textsAt = (document: Document, path: string): string[] =>
  (/\[\d+\]/.test(path) ? [textAt(document, path) ?? []].flat() : valuesAt(document, namesOf(path).join('.')))

/** `emails[0].value`: emails, 0, value. A custom attribute's name may hold anything. */
function stepsOf(path: string): (string | number)[] {
  const custom = /(?:^|\.)attributes(?:\.|(?=\["))/.exec(path)
  const head = [...(custom ? path.slice(0, custom.index) : path).matchAll(/[^.[\]]+/g)].map(([step]) => (/^\d+$/.test(step) ? Number(step) : step))
  if (!custom) return head
  const [, name = '', at] = /^(.*?)(?:\[(\d+)\])?$/s.exec(path.slice(custom.index + custom[0].length))!
  return [...head, 'attributes', name.replace(/^\["(.*)"\]$/s, '$1'), ...(at === undefined ? [] : [Number(at)])]
}

const nameOf = (path: string): string => namesOf(path).join('.')

const namesOf = (path: string): string[] => stepsOf(path.replaceAll('[]', '')).filter((step): step is string => typeof step === 'string')

/** The single value at a path, as text. */
function textAt(document: Document, path: string): string | undefined {
  let value = partAt(document, path)
  if (Array.isArray(value) && value.length === 1) [value] = value
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined
}

/** Whatever stands at a path. */
export function partAt(document: Document, path: string): unknown {
  let value: unknown = document
  for (const step of stepsOf(path)) {
    if (typeof step === 'number') value = Array.isArray(value) ? value[step] : step === 0 ? value : undefined
    else value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
  }
  return value
}
