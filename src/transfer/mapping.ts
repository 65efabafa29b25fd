/**
 * The mapping file: which record of the directory a row of a file becomes. JSON, described in
 * examples/mappings/README.md. `mapping-check.ts` holds a file to these shapes; `map-record.ts` carries them out.
 */
import { readFile, stat } from 'node:fs/promises'
import { GatehouseError, type Problem } from '../errors.ts'
import type { DataType } from '../model/data-type.ts'
import type { Kind, ResourceName } from './importable.ts'
import { checkMapping } from './mapping-check.ts'
import type { Encoding } from './text-source.ts'

export type Format = 'csv' | 'ldif' | 'jsonl'

/** Where a value comes from (exactly one of column, template, value) and what is done to it, in the order written here. */
export interface ValueRule {
  /** A column; of several the first that holds something. */
  column?: string | string[]
  /** `{first}.{last}@example.com`; a part in [brackets] is left out when a column in it is empty. */
  template?: string
  /** A constant. */
  value?: string | number | boolean
  trim?: boolean
  /** Takes one text apart into several values. */
  split?: string
  /** Of several values the first or the last. */
  pick?: 'first' | 'last'
  /** From a distinguished name the value of this attribute; `depth` 1 is the entry above. */
  rdn?: string
  depth?: number
  regex?: { match: string; replace: string }
  lower?: boolean
  upper?: boolean
  /** Exact values to others; "*" stands for all that are not named, "" drops the value. */
  map?: Record<string, string>
  prefix?: string
  suffix?: string
  /** The pattern of a date: `MM/DD/YYYY`. */
  date?: string
  /** When there is no value. */
  default?: string | number | boolean
  /** When there is no value, the attribute is emptied instead of left as it is. */
  clear?: boolean
  /** Set by the mapping for our own exports alone: takes the mark off that guards a spreadsheet (see write-csv.ts). */
  guarded?: true
  /** The value finds another record by this attribute, whose id is taken. */
  by?: string
  /** Of an end of an edge: what it is. */
  type?: string
}

export type Rule = string | ValueRule

export interface Condition {
  column: string
  /** Compared without case and surrounding spaces; with several values one of them suffices. */
  equals?: string
  oneOf?: string[]
  contains?: string
  present?: boolean
}

export interface RecordRule {
  resource: ResourceName
  when?: Condition | Condition[]
  /** Attributes by which a record that is already there is found, the first that has a value and finds one. */
  correlate?: string[]
  /** Of an affiliation. */
  user?: ValueRule
  organization?: ValueRule
  /** Of an edge: who or what has something, and what it has. */
  source?: ValueRule
  target?: ValueRule
  /** Many rows may name the record: the first says what it is, and the others lead to it. */
  once?: boolean
  set?: Record<string, Rule>
}

/** A custom attribute that the mapping fills, as the metadata know it (src/model/metadata-records.ts). */
export interface Declaration {
  displayName?: string
  description?: string
  dataType?: DataType
  multiValued?: boolean
  selfEditable?: boolean
  sensitive?: boolean
}

export interface Mapping {
  description?: string
  format: Format
  /** One character, or `blanks`: any run of spaces and tabs. */
  delimiter?: string
  /** CSV without a header line: what its columns are called here. */
  columns?: string[]
  encoding?: Encoding
  /** How custom attributes that nobody has declared are declared; without a word here they are single texts. */
  declare?: { User?: Record<string, Declaration>; Organization?: Record<string, Declaration> }
  /** Records that come before the rows of the file, such as organisations that the rows speak of and nobody lists. */
  first?: { resource: Kind; correlate?: string[]; document: Record<string, unknown> }[]
  records: RecordRule[]
  /** Rows of a kind that Gatehouse does not take yet. */
  waiting?: { when: Condition | Condition[]; as: string; name?: string }[]
  /** Rows that are left out knowingly. */
  skip?: { when: Condition | Condition[]; reason: string }[]
}

const maxMappingBytes = 1024 * 1024

/** The mapping in a file. Throws `invalid_mapping` with a problem for each thing that is wrong. */
export async function loadMapping(path: string): Promise<Mapping> {
  let text: string
  try {
    const { size } = await stat(path)
    if (size > maxMappingBytes) throw new GatehouseError('invalid_mapping', `${path} is larger than ${maxMappingBytes} bytes.`)
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof GatehouseError) throw error
    throw new GatehouseError('invalid_mapping', `${path} cannot be read.`, { cause: error })
  }
  return parseMapping(text, path)
}

/** The mapping in a text; `name` says in errors where it comes from. */
export function parseMapping(text: string, name = 'The mapping'): Mapping {
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    throw new GatehouseError('invalid_mapping', `${name} is not valid JSON: ${(error as Error).message}`)
  }
  const problems: Problem[] = checkMapping(value)
  if (problems.length > 0) {
    const shown = problems.slice(0, 10).map((problem) => `${problem.path}: ${problem.message}`).join('\n')
    throw new GatehouseError('invalid_mapping', `${name} is not a valid mapping.\n${shown}`, { problems })
  }
  return value as Mapping
}

/** The columns that a rule reads. */
export function columnsOf(rule: Rule): string[] {
  if (typeof rule === 'string') return [rule]
  if (rule.template !== undefined) return templateColumns(rule.template)
  return rule.column === undefined ? [] : [rule.column].flat()
}

export const templateColumns = (template: string): string[] =>
  [...template.matchAll(/\\.|\{([^{}]*)\}/g)].flatMap((found) => (found[1] === undefined ? [] : [found[1]]))

const conditionsOf = (when: Condition | Condition[] | undefined): Condition[] => (when === undefined ? [] : [when].flat())

/** Every column the mapping names, each once. */
export function mappedColumns(mapping: Mapping): string[] {
  const columns = mapping.records.flatMap((record) => [
    ...conditionsOf(record.when).map((condition) => condition.column),
    ...[record.user, record.organization, record.source, record.target].flatMap((rule) => (rule ? columnsOf(rule) : [])),
    ...Object.values(record.set ?? {}).flatMap(columnsOf),
  ])
  const others = [...(mapping.waiting ?? []), ...(mapping.skip ?? [])].flatMap((rule) => conditionsOf(rule.when))
  const names = (mapping.waiting ?? []).flatMap((rule) => (rule.name === undefined ? [] : [rule.name]))
  return [...new Set([...columns, ...others.map((condition) => condition.column), ...names])]
}
