/** Findings about access: what is needless, empty, unreachable, left behind or out of the ordinary. */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { findingNames, outlierMeasure, type Finding, type FindingKind } from '../model/access-findings.ts'
import { showNode } from '../model/access-graph.ts'
import { nextEdges, nextPeople, redundantEdges, redundantGrants, wholeFindings, type FindingRow } from '../store/access-findings.ts'
import { nodeNames } from '../store/direct-grants.ts'
import type { Database } from '../store/database.ts'

export interface FindingQuery {
  kind: string
  count?: number
  cursor?: string
}

export interface FindingPage {
  items: Finding[]
  next?: string
}

/** Over a million people some kinds take longer than a reading request may otherwise. */
const limitMs = 60_000

/** A page of findings of a kind. Errors: `invalid_parameter`, `invalid_cursor`, `too_slow`. */
export async function findings(ctx: Context, { kind, count = 100, cursor = '' }: FindingQuery): Promise<FindingPage> {
  if (!findingNames.includes(kind as FindingKind)) throw new GatehouseError('invalid_parameter', `kind: must be one of ${findingNames.join(', ')}.`)
  if (cursor.length > 100) throw new GatehouseError('invalid_cursor')
  const db = ctx.db.withLimit(limitMs)
  const at = ctx.now().toISOString()
  const { rows, next } = await read(db, kind as FindingKind, at, cursor, count)
  const names = await nodeNames(db, [...new Set(rows.flatMap((row) => row.related ?? []))])
  return { items: rows.map((row) => findingOf(kind as FindingKind, row, names)), ...(next === undefined ? {} : { next }) }
}

async function read(db: Database, kind: FindingKind, at: string, cursor: string, count: number): Promise<{ rows: FindingRow[]; next?: string }> {
  if (kind === 'redundant-grant') return lookedAt(db, nextPeople, redundantGrants, at, cursor, count)
  if (kind === 'redundant-edge') return lookedAt(db, nextEdges, redundantEdges, at, cursor, count)
  const found = await db.query<FindingRow>(wholeFindings[kind], [at, cursor, count + 1])
  const rows = found.slice(0, count)
  return { rows, ...(found.length > count ? { next: rows.at(-1)!.cursor } : {}) }
}

/** What a statement looks at: within it each grant is held against all that these people have, so that its time grows with the square. */
const atOnce = 50

/** So many people or edges are looked at a page, however few of them are found. */
async function lookedAt(db: Database, next: string, judge: string, at: string, cursor: string, count: number): Promise<{ rows: FindingRow[]; next?: string }> {
  const keys = (await db.query<{ key: string }>(next, [cursor, count + 1])).map(({ key }) => key)
  const now = keys.slice(0, count)
  const rows: FindingRow[] = []
  for (let from = 0; from < now.length; from += atOnce) rows.push(...await db.query<FindingRow>(judge, [at, now.slice(from, from + atOnce)]))
  return { rows, ...(keys.length > count ? { next: now.at(-1)! } : {}) }
}

function findingOf(kind: FindingKind, { node, name, related, membershipId, figures }: FindingRow, names: ReadonlyMap<string, string>): Finding {
  const others = related ?? []
  const called = others.map((other) => `${showNode(other)}${names.has(other) ? ` (${names.get(other)})` : ''}`).join(', ')
  return {
    kind, node: showNode(node), ...(name === null ? {} : { name }), reason: reasons[kind](called, figures ?? {}), related: others.map(showNode),
    ...(membershipId === null ? {} : { membershipId }),
  }
}

const reasons: Record<FindingKind, (related: string, figures: Record<string, number>) => string> = {
  'unused-role': () => 'Nobody who may use anything has it: it was given to no such person, and no group, organisation or role that somebody has leads to it.',
  'empty-role': () => 'Neither it nor a role above it gives a resource.',
  'unreachable-resource': () => 'It is not public, and no path leads to it from anybody who may use anything.',
  'gone-membership': (related) => `The person has left and still has ${related}.`,
  'redundant-grant': (related) => `The person has ${related} without this grant too, with the same rights.`,
  'redundant-edge': (related) => `Another path leads to ${related} with the same rights.`,
  'same-membership': (related, { people }) => `The same ${people} people are in ${related}.`,
  outlier: (related, { size, people, median, limit }) =>
    `Has ${size} single grants; the ${people} people of the same job in ${related} have ${median} in the middle, and more than ${limit} (the third quartile and ${outlierMeasure.fences} times the distance of the quartiles) is out of the ordinary.`,
}
