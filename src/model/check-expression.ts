/** Expressions as somebody gives them: what accounts and claims are made of. Every fault is named with its path. */
import type { Problem } from '../errors.ts'
import { sourcesIn, type Expression } from './account-expression.ts'
import { accountSource } from './account-sources.ts'
import { isObject } from './attribute.ts'

const mostParts = 20
const mostValues = 500
const deepest = 6
const mostText = 1000
/** In all: every write of a person goes through a mapping, and each source is looked up for every person of a run. */
const mostNodes = 500
const mostSources = 100

const functions: Readonly<Record<string, { needs: 'parts' | 'part' | 'text'; also: readonly string[] }>> = {
  constant: { needs: 'text', also: [] },
  first: { needs: 'parts', also: [] },
  join: { needs: 'parts', also: ['with'] },
  lower: { needs: 'part', also: [] },
  upper: { needs: 'part', also: [] },
  email: { needs: 'part', also: [] },
  substring: { needs: 'part', also: ['start', 'length'] },
  map: { needs: 'part', also: ['values', 'otherwise'] },
}

/** Checks what every field of a mapping is made of, and that they are not too many together. */
export function checkExpressions(fields: readonly (readonly [path: string, value: unknown])[], problems: Problem[]): void {
  for (const [path, value] of fields) check(value, path, 0, problems)
  const values = fields.map(([, value]) => value)
  if (values.reduce((sum: number, value) => sum + nodesIn(value, 0), 0) > mostNodes) problems.push({ path: '', message: `may have at most ${mostNodes} parts in all` })
  else if (problems.length === 0 && new Set(values.flatMap((value) => sourcesIn(value as Expression))).size > mostSources) problems.push({ path: '', message: `may name at most ${mostSources} attributes` })
}

/** How many parts an expression has; those nested too deep are refused by themselves. */
function nodesIn(value: unknown, depth: number): number {
  if (depth > deepest + 1 || typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((sum: number, part) => sum + (Array.isArray(part) ? part.reduce((all: number, one) => all + nodesIn(one, depth + 1), 0) : nodesIn(part, depth + 1)), 1)
}

function check(value: unknown, path: string, depth: number, problems: Problem[]): void {
  const report = (message: string, at = path) => void problems.push({ path: at, message })
  if (depth > deepest) return report(`may be nested ${deepest} deep at most`)
  if (typeof value === 'string') return checkSource(value, report)
  if (!isObject(value)) return report('must be the path of an attribute, or an expression such as {"first": ["nickName", "name.givenName"]}')
  const names = Object.keys(functions).filter((name) => Object.hasOwn(value, name))
  const name = names[0]
  if (name === undefined || names.length > 1) return report(`must have exactly one of ${Object.keys(functions).join(', ')}`)
  const { needs, also } = functions[name]!
  for (const key of Object.keys(value)) if (key !== name && !also.includes(key)) report(`is no part of ${name}`, `${path}.${key}`)
  const given = value[name]
  if (needs === 'text') checkText(given, `${path}.${name}`, problems)
  else if (needs === 'part') check(given, `${path}.${name}`, depth + 1, problems)
  else if (!Array.isArray(given) || given.length < 1 || given.length > mostParts) report(`must be a list of 1 to ${mostParts} expressions`, `${path}.${name}`)
  else given.forEach((part, index) => check(part, `${path}.${name}[${index}]`, depth + 1, problems))
  checkRest(value, path, depth, problems)
}

function checkSource(source: string, report: (message: string) => void): void {
  if (accountSource(source) !== null) return
  const text = source.length > 60 ? `${source.slice(0, 60)}…` : source
  report(`names "${text}", which is no attribute of a person: title, name.givenName, attributes.department, phoneNumbers[type eq "CELL_PHONE"].formatted`)
}

function checkText(value: unknown, path: string, problems: Problem[], least = 1): void {
  const isGood = typeof value === 'string' && value.length >= least && value.length <= mostText && !value.includes('\0')
  if (!isGood) problems.push({ path, message: `must be a text of ${least} to ${mostText} characters` })
}

function checkRest(value: Record<string, unknown>, path: string, depth: number, problems: Problem[]): void {
  if (value.with !== undefined) checkText(value.with, `${path}.with`, problems, 0)
  for (const [key, least] of [['start', 0], ['length', 1]] as const) {
    const given = value[key]
    if (given !== undefined && !(Number.isInteger(given) && (given as number) >= least && (given as number) <= mostText)) {
      problems.push({ path: `${path}.${key}`, message: `must be a whole number from ${least} to ${mostText}` })
    }
  }
  if (!Object.hasOwn(value, 'map')) return
  if (value.otherwise !== undefined) check(value.otherwise, `${path}.otherwise`, depth + 1, problems)
  const entries = isObject(value.values) ? Object.entries(value.values) : []
  if (entries.length < 1 || entries.length > mostValues) problems.push({ path: `${path}.values`, message: `must be an object of 1 to ${mostValues} values` })
  for (const [key, text] of entries) checkText(text, `${path}.values.${key.slice(0, 60)}`, problems, 0)
}
