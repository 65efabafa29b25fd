/** From a row of `users` or `panelists` to what it says of a person, whatever of it can be said: one bad value loses nobody. */
import type { SourceRow } from '../connectors/efs/source-values.ts'
import { GatehouseError } from '../errors.ts'
import { isObject, type Document } from '../model/attribute.ts'
import { user } from '../model/user.ts'
import { validateDocument } from '../model/validate.ts'
import type { RowProblem } from './adoption.ts'
import { parsePath } from './document-path.ts'
import { importOf, type EfsPopulation, type SettledRule } from './efs-mapping.ts'
import { compileRecord, keysOf, type MappedRecord } from './map-record.ts'
import { columnsOf } from './mapping.ts'
import { makeTest } from './row-condition.ts'

export interface ReadPerson {
  record: MappedRecord
  notes: RowProblem[]
}

export interface PersonReader {
  /** Why a row is left out, where it is. */
  skipped: (row: SourceRow, uid: number) => string | undefined
  read: (row: SourceRow, uid: number) => ReadPerson
}

const tries = 10

export function personReader(population: EfsPopulation, rule: SettledRule): PersonReader {
  const [record] = importOf(rule).records
  const secrets = new Set((rule.set.password === undefined ? [] : columnsOf(rule.set.password)).map((column) => column.toLowerCase()))
  const compiled = compileRecord('jsonl', record!, secrets)
  const skip = rule.skip.map(({ when, reason }) => ({ reason, test: makeTest('jsonl', when) }))
  const named = new Set(Object.values(rule.set).flatMap(columnsOf))
  return {
    skipped: ({ values }, uid) => skip.find(({ test }) => test({ line: uid, values }))?.reason,
    read: ({ values, notes: found }, uid) => {
      const notes = found.filter(({ column }) => named.has(column) || column === rule.created).map((note) => (secrets.has(note.column.toLowerCase()) ? { ...note, value: undefined } : note))
      const mapped = mapWithout(compiled, values, uid, notes)
      const made = withoutBad(mapped, notes)
      made.userName ??= ownName(population, uid)
      return { notes, record: { ...mapped, document: made, correlate: keysOf('User', made, rule.correlate).filter(({ path }) => path !== 'userName' || made.userName !== ownName(population, uid)) } }
    },
  }
}

/** What somebody is called who has no name to sign in with, or one that is somebody else's. */
export const ownName = (population: EfsPopulation, uid: number): string => `efs-${population === 'users' ? 'admin' : 'panelist'}-${uid}`

/** The row mapped; columns that cannot be understood are left out one after the other. */
function mapWithout(compiled: ReturnType<typeof compileRecord>, values: SourceRow['values'], line: number, notes: RowProblem[]): MappedRecord {
  const left: Record<string, unknown> = { ...values }
  for (let attempt = 0; attempt < tries; attempt++) {
    const mapped = compiled.map({ line, values: left })
    if (!mapped.unread) return mapped
    for (const { column, value, message } of mapped.unread) {
      notes.push({ column: column ?? '', value, message })
      if (column !== undefined) left[column] = null
    }
  }
  return { kind: 'record', line, resource: 'User', document: {}, correlate: [], references: [] }
}

/** The document without what the rules for people refuse. */
function withoutBad({ document, references }: MappedRecord, notes: RowProblem[]): Document {
  let left = structuredClone(document)
  for (let attempt = 0; attempt < tries; attempt++) {
    try {
      // What is found by a reference later has no value yet; a name is given later too.
      validateDocument(user, { userName: 'x', ...left }, undefined, true)
      return left
    } catch (error) {
      if (!(error instanceof GatehouseError) || error.problems.length === 0) throw error
      const bad = error.problems.filter(({ path = '' }) => !references.some((one) => one.path === path))
      if (bad.length === 0) return left
      for (const { path = '', message } of bad) {
        notes.push({ column: path, message: `${message}: it was left out` })
        left = withoutPath(left, path)
      }
    }
  }
  return {}
}

/** Of a list the whole entry goes: half an address is none. */
function withoutPath(document: Document, path: string): Document {
  const steps = parsePath(path)
  if (typeof steps === 'string') return {}
  const [head, next] = steps as [string, (string | number)?]
  const inner = document[head]
  if (Array.isArray(inner) && typeof next === 'number') return { ...document, [head]: inner.filter((_, at) => at !== next) }
  if (isObject(inner) && typeof next === 'string') return { ...document, [head]: Object.fromEntries(Object.entries(inner).filter(([key]) => key !== next)) }
  return Object.fromEntries(Object.entries(document).filter(([key]) => key !== head))
}
