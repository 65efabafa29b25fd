/**
 * The mapping of `gatehouse efs adopt`: which columns of `users` and `panelists` say what of a person, and by which keys
 * a row is somebody who is known already. The tables of the iam_* family are published and need none.
 */
import { readFile, stat } from 'node:fs/promises'
import { GatehouseError, type Problem } from '../errors.ts'
import { isObject } from '../model/attribute.ts'
import { portalSettings } from '../model/portal-settings.ts'
import { checkMapping } from './mapping-check.ts'
import { mappedColumns, type Condition, type Mapping, type Rule } from './mapping.ts'

export type EfsPopulation = 'users' | 'panelists'

export interface PopulationRule {
  /** The table; `users` or `panelists` by default. */
  table?: string
  /** The column with the number; `uid` by default. */
  uid?: string
  /** The column that says since when they are there. */
  created?: string
  /** Of panelists: the column with the number of their portal, where there is one. */
  portal?: string
  /** Keys by which somebody is found who is in the directory already. */
  correlate?: string[]
  /** What becomes of the data of somebody who was found: kept as they are (default), or updated from the row. */
  found?: 'keep' | 'update'
  skip?: { when: Condition | Condition[]; reason: string }[]
  /** Attributes of the person, as in a mapping of an import. */
  set?: Record<string, Rule>
}

export interface EfsMapping {
  description?: string
  users?: PopulationRule
  panelists?: PopulationRule
  /** Keys by which a panelist is an administrator of the same EFS; without any, nobody is. */
  samePerson?: string[]
  /** Names and settings of portals, by number; also portals that have no settings in EFS. */
  portals?: Record<string, { name?: string; settings?: Record<string, string> }>
  /** Numbers of STATUS in EFS to ours (1 assigned, 2 unassigned, 3 suspended, 4 deactivated). */
  statuses?: Record<string, number>
}

const maxBytes = 1024 * 1024

/** The mapping in a file. Errors: `invalid_mapping` with a problem for each thing that is wrong. */
export async function loadEfsMapping(path: string): Promise<EfsMapping> {
  let value: unknown
  try {
    const { size } = await stat(path)
    if (size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`)
    value = JSON.parse((await readFile(path, 'utf8')).replace(/^\ufeff/, ''))
  } catch (error) {
    throw new GatehouseError('invalid_mapping', `${path} cannot be read as a mapping: ${(error as Error).message}.`)
  }
  const problems = checkEfsMapping(value)
  if (problems.length === 0) return value as EfsMapping
  const shown = problems.slice(0, 10).map((problem) => `${problem.path}: ${problem.message}`).join('\n')
  throw new GatehouseError('invalid_mapping', `${path} is not a valid mapping.\n${shown}`, { problems })
}

const known = {
  mapping: ['description', 'users', 'panelists', 'samePerson', 'portals', 'statuses'],
  users: ['table', 'uid', 'created', 'correlate', 'found', 'skip', 'set'],
  panelists: ['table', 'uid', 'created', 'portal', 'correlate', 'found', 'skip', 'set'],
  portal: ['name', 'settings'],
}

/** Every thing that is wrong with a mapping, each with its place. */
export function checkEfsMapping(value: unknown): Problem[] {
  if (!isObject(value)) return [{ path: 'mapping', message: 'must be an object.' }]
  const problems = unknownKeys(value, known.mapping, '')
  for (const population of ['users', 'panelists'] as const) {
    const rule = value[population]
    if (rule !== undefined) problems.push(...checkPopulation(rule, population))
  }
  if (value.samePerson !== undefined) problems.push(...checkKeys(value.samePerson, 'samePerson'))
  if (value.statuses !== undefined) problems.push(...checkStatuses(value.statuses))
  if (value.portals !== undefined) problems.push(...checkPortals(value.portals))
  return problems
}

function unknownKeys(value: Record<string, unknown>, names: readonly string[], prefix: string): Problem[] {
  return Object.keys(value).filter((key) => !names.includes(key)).map((key) => ({ path: prefix + key, message: `is not known here. Known: ${names.join(', ')}.` }))
}

function checkPopulation(rule: unknown, population: EfsPopulation): Problem[] {
  if (!isObject(rule)) return [{ path: population, message: 'must be an object.' }]
  const problems = unknownKeys(rule, known[population], `${population}.`)
  for (const key of ['table', 'uid', 'created', 'portal']) {
    if (rule[key] !== undefined && (typeof rule[key] !== 'string' || rule[key] === '')) problems.push({ path: `${population}.${key}`, message: 'must be a name.' })
  }
  if (rule.found !== undefined && rule.found !== 'keep' && rule.found !== 'update') problems.push({ path: `${population}.found`, message: 'must be keep or update.' })
  const { correlate = [], set = {}, skip } = rule
  return [...problems, ...asImport({ correlate, set }, skip).map(({ path, message }) => ({ path: path?.replace(/^records\[0\]/, population).replace(/^skip/, `${population}.skip`), message }))]
}

function checkKeys(keys: unknown, path: string): Problem[] {
  return asImport({ correlate: keys, set: {} }).map((problem) => ({ path: problem.path?.replace(/^records\[0\]\.correlate/, path), message: problem.message }))
}

/** Rules for people are those of an import, and are held to the same shape. */
function asImport(rule: object, skip?: unknown): Problem[] {
  return checkMapping({ format: 'jsonl', records: [{ resource: 'User', ...rule }], ...(skip === undefined ? {} : { skip }) })
}

function checkStatuses(statuses: unknown): Problem[] {
  if (!isObject(statuses)) return [{ path: 'statuses', message: 'must be an object.' }]
  return Object.entries(statuses).flatMap(([from, to]) => [
    ...(/^-?\d{1,3}$/.test(from) ? [] : [{ path: `statuses.${from}`, message: 'must be a number of EFS.' }]),
    ...([1, 2, 3, 4].includes(to as number) ? [] : [{ path: `statuses.${from}`, message: 'must become 1 (assigned), 2 (unassigned), 3 (suspended) or 4 (deactivated).' }]),
  ])
}

function checkPortals(portals: unknown): Problem[] {
  if (!isObject(portals)) return [{ path: 'portals', message: 'must be an object.' }]
  return Object.entries(portals).flatMap(([id, portal]): Problem[] => {
    const path = `portals.${id}`
    if (!isPortalNumber(id)) return [{ path, message: 'must be the number of a portal.' }]
    if (!isObject(portal)) return [{ path, message: 'must be an object.' }]
    const { name, settings = {} } = portal
    if (name !== undefined && (typeof name !== 'string' || name === '' || name.length > 100)) return [{ path: `${path}.name`, message: 'must be a text of 1 to 100 characters.' }]
    if (!isObject(settings)) return [{ path: `${path}.settings`, message: 'must be an object.' }]
    return [...unknownKeys(portal, known.portal, `${path}.`), ...Object.entries(settings).flatMap(([key, value]) => checkSetting(key, value, `${path}.settings.${key}`))]
  })
}

export const isPortalNumber = (text: string): boolean => /^[1-9]\d{0,9}$/.test(text) && Number(text) <= 2_147_483_647

function checkSetting(key: string, value: unknown, path: string): Problem[] {
  if (!Object.hasOwn(portalSettings, key)) return [{ path, message: `is not a setting; there are ${Object.keys(portalSettings).join(', ')}.` }]
  const { pattern, expects } = portalSettings[key as keyof typeof portalSettings]
  return typeof value === 'string' && value.length <= 255 && pattern.test(value) ? [] : [{ path, message: `must be ${expects}.` }]
}

/** What columns are mostly called, for an attribute each; of those that a table has, the first that holds something. */
const usual: Record<EfsPopulation, Record<string, readonly string[]>> = {
  users: {
    userName: ['login', 'account', 'username', 'user_name', 'email'],
    'name.givenName': ['firstname', 'first_name', 'given_name'],
    'name.familyName': ['lastname', 'last_name', 'family_name', 'name'],
    'emails[0].value': ['email', 'e_mail', 'mail'],
    employeeNumber: ['employee_number', 'employee_id', 'personnel_number'],
  },
  panelists: {
    userName: ['account', 'login', 'username', 'user_name', 'u_account', 'email', 'u_email'],
    'name.givenName': ['firstname', 'first_name', 'u_firstname'],
    'name.familyName': ['lastname', 'last_name', 'u_name', 'name'],
    'emails[0].value': ['email', 'u_email', 'e_mail', 'mail'],
    employeeNumber: ['employee_number', 'employee_id', 'personnel_number'],
  },
}
export const usualKeys = ['employeeNumber', 'userName', 'emails.value']
const usualCreated = ['created_at', 'created', 'create_date', 'creation_date', 'creation_time']

export type SettledRule = Required<Pick<PopulationRule, 'table' | 'uid' | 'correlate' | 'found' | 'set' | 'skip'>> & Pick<PopulationRule, 'created' | 'portal'>

/** A rule with everything that it leaves open settled by the columns that there are. Errors: `invalid_mapping`. */
export function settleRule(population: EfsPopulation, rule: PopulationRule = {}, columns: readonly string[]): SettledRule {
  const table = rule.table ?? population
  const settled: SettledRule = {
    table, uid: rule.uid ?? 'uid', created: rule.created ?? usualCreated.find((name) => columns.includes(name)), portal: rule.portal,
    correlate: rule.correlate ?? usualKeys, found: rule.found ?? 'keep', skip: rule.skip ?? [], set: rule.set ?? usualSet(population, columns),
  }
  const named = [settled.uid, ...[settled.created, settled.portal].filter((name) => name !== undefined), ...mappedColumns(importOf(settled))]
  const missing = [...new Set(named)].filter((name) => !columns.includes(name))
  if (missing.length === 0) return settled
  throw new GatehouseError('invalid_mapping', `The table ${table} has no column ${missing.map((name) => `"${name}"`).join(', ')}. It has ${columns.join(', ')}.`, {
    problems: missing.map((name) => ({ path: population, message: `there is no column "${name}" in ${table}` })),
  })
}

function usualSet(population: EfsPopulation, columns: readonly string[]): Record<string, Rule> {
  const found = Object.entries(usual[population]).flatMap(([path, names]): [string, Rule][] => {
    const there = names.filter((name) => columns.includes(name))
    return there.length === 0 ? [] : [[path, { column: there, trim: true }]]
  })
  // They use EFS today: nobody waits for a first sign-in.
  return { ...Object.fromEntries(found), 'emails[0].primary': { value: true }, status: { value: 'ACTIVE' } }
}

/** The rule as an import knows it: what reads a row is the same. */
export function importOf(rule: SettledRule): Mapping {
  return { format: 'jsonl', records: [{ resource: 'User', correlate: rule.correlate, set: rule.set }], skip: rule.skip }
}
