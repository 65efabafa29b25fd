/** Carries out one rule of a mapping: from a record of the file to the texts it stands for. */
import { columnsOf, templateColumns, type Format, type Rule, type ValueRule } from './mapping.ts'
import { rdnValue } from '../model/distinguished-name.ts'
import { maxMatched, safePattern } from './safe-pattern.ts'
import type { SourceRecord } from './source-row.ts'
import { unguardCell } from './spreadsheet-guard.ts'
import { dateReader } from './value-date.ts'

/** Why a value cannot be taken. */
export interface ValueProblem {
  column?: string
  value?: string
  reason: string
}

/** Values of a rule of which some cannot be taken: why, and the others. */
export interface Unread {
  problems: ValueProblem[]
  values: string[]
}

/** The values of a rule in a record, none when it is empty. */
export type ReadValues = (record: SourceRecord) => string[] | Unread

export const isUnread = (read: string[] | Unread): read is Unread => !Array.isArray(read)

/** The most problems that are kept of one row: a cell of megabytes may hold millions. */
export const mostTold = 50

/** Reads a column in a format: CSV text, LDIF values without regard to case, JSON members by name or dotted path. */
export function columnReader(format: Format, column: string): ReadValues {
  if (format === 'csv') {
    return ({ values, damaged }) => {
      const value = values[column]
      const cell = damaged?.find((one) => one.column === column)
      if (cell) return { problems: [cell], values: [] }
      return typeof value === 'string' && value !== '' ? [value] : []
    }
  }
  if (format === 'jsonl') return (record) => jsonValues(record.values, column)
  const key = column.toLowerCase()
  if (key === 'dn') return ({ dn }) => (dn ? [dn] : [])
  return ({ values }) => ldifValues(Object.hasOwn(values, key) ? (values[key] as (string | Buffer)[]) : [], column)
}

function ldifValues(values: (string | Buffer)[], column: string): string[] | Unread {
  const texts: string[] = []
  for (const value of values) {
    if (typeof value !== 'string') return { problems: [{ column, reason: 'The value is bytes, not text.' }], values: [] }
    if (value !== '') texts.push(value)
  }
  return texts
}

function jsonValues(document: Record<string, unknown>, column: string): string[] | Unread {
  let value: unknown = Object.hasOwn(document, column) ? document[column] : document
  if (value === document) {
    for (const key of column.split('.')) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return []
      value = (value as Record<string, unknown>)[key]
    }
  }
  const texts: string[] = []
  for (const one of Array.isArray(value) ? value : [value]) {
    if (one === null || one === undefined || one === '') continue
    if (typeof one === 'object') return { problems: [{ column, reason: 'The value is an object; name a member of it.' }], values: [] }
    texts.push(String(one))
  }
  return texts
}

type Step = (text: string) => string | ValueProblem | undefined

/** Compiles a rule once; what comes out runs for every record. */
export function compileRule(format: Format, rule: Rule): ReadValues {
  if (typeof rule === 'string') return columnReader(format, rule)
  const source = sourceOf(format, rule)
  const steps = stepsOf(rule)
  if (steps.length === 0 && !rule.split && !rule.pick && !rule.trim) return source
  const column = columnsOf(rule)[0]
  return (record) => {
    const read = source(record)
    if (isUnread(read)) return read
    let values = rule.split === undefined ? read : read.flatMap((text) => text.split(rule.split!))
    if (rule.trim || rule.split !== undefined) values = values.map((text) => text.trim()).filter((text) => text !== '')
    if (rule.pick && values.length > 1) values = [rule.pick === 'first' ? values[0]! : values.at(-1)!]
    return applySteps(values, steps, column)
  }
}

function applySteps(values: string[], steps: Step[], column: string | undefined): string[] | Unread {
  const made: string[] = []
  let problems: ValueProblem[] | undefined
  for (const value of values) {
    const text = applied(steps, value)
    if (typeof text === 'object') (problems ??= []).push({ column, value, ...text })
    else if (text !== undefined && text !== '') made.push(text)
    if (problems && problems.length > mostTold) break
  }
  return problems ? { problems, values: made } : made
}

function applied(steps: Step[], value: string): string | ValueProblem | undefined {
  let text: string | undefined = value
  for (const step of steps) {
    const next = step(text)
    if (typeof next === 'object') return next
    text = next
    if (text === undefined || text === '') break
  }
  return text
}

function sourceOf(format: Format, rule: ValueRule): ReadValues {
  if (rule.value !== undefined) {
    const constant = [String(rule.value)]
    return () => constant
  }
  if (rule.template !== undefined) return templateReader(format, rule.template)
  const readers = [rule.column ?? []].flat().map((column) => columnReader(format, column))
  if (readers.length === 1) return readers[0]!
  return (record) => {
    for (const reader of readers) {
      const values = reader(record)
      if (isUnread(values) || values.length > 0) return values
    }
    return []
  }
}

/** `{first}[ {middle}] {last}`: nothing when a column outside brackets is empty. */
function templateReader(format: Format, template: string): ReadValues {
  const readers = new Map(templateColumns(template).map((column) => [column, columnReader(format, column)]))
  const parts = [...template.matchAll(/\[((?:\\.|[^[\]])*)\]|((?:\\.|[^[\]\\])+)/g)]
  return (record) => {
    let text = ''
    for (const [, optional, fixed] of parts) {
      const filled = fill(optional ?? fixed ?? '', readers, record)
      if (isUnread(filled)) return filled
      if (filled.length === 0 && optional === undefined) return []
      text += filled[0] ?? ''
    }
    return text === '' ? [] : [text]
  }
}

function fill(part: string, readers: Map<string, ReadValues>, record: SourceRecord): string[] | Unread {
  let unread: Unread | undefined
  let empty = false
  const text = part.replace(/\\(.)|\{([^{}]+)\}/g, (_, escaped: string | undefined, column: string) => {
    if (escaped !== undefined) return escaped
    const values = readers.get(column)!(record)
    if (isUnread(values)) unread = { ...values, problems: [...(unread?.problems ?? []), ...values.problems] }
    else if (values.length === 0) empty = true
    return isUnread(values) ? '' : (values[0] ?? '')
  })
  return unread ?? (empty ? [] : [text])
}

/** What is done to each value, in the order in which ValueRule lists it. */
function stepsOf(rule: ValueRule): Step[] {
  const steps: Step[] = []
  const { rdn, regex, map, prefix, suffix, date } = rule
  if (rule.guarded) steps.push(unguardCell)
  if (rdn !== undefined) steps.push((text) => rdnValue(text, rdn, rule.depth) ?? { reason: `It is no distinguished name with ${rdn}= at its place ${rule.depth ?? 0}.` })
  if (regex) steps.push(replaceStep(regex))
  if (rule.lower) steps.push((text) => text.toLowerCase())
  if (rule.upper) steps.push((text) => text.toUpperCase())
  if (map) steps.push(mapStep(map))
  if (prefix !== undefined) steps.push((text) => prefix + text)
  if (suffix !== undefined) steps.push((text) => text + suffix)
  if (date !== undefined) {
    const read = dateReader(date)
    steps.push((text) => read?.(text) ?? { reason: `It is no date that exists, written as ${date}.` })
  }
  return steps
}

function replaceStep({ match, replace }: { match: string; replace: string }): Step {
  const pattern = safePattern(match)
  if (typeof pattern === 'string') return () => ({ reason: pattern })
  return (text) => (text.length > maxMatched ? { reason: `It is longer than the ${maxMatched} characters a pattern is tried on.` } : text.replace(pattern, replace))
}

function mapStep(map: Record<string, string>): Step {
  return (text) => {
    if (Object.hasOwn(map, text)) return map[text]
    return Object.hasOwn(map, '*') ? map['*'] : { reason: `It is none of ${Object.keys(map).join(', ')}.` }
  }
}
