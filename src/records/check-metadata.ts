/** Holding records against what is declared: types belong to their grouping, custom attributes obey their elements. */
import type { Context } from '../context.ts'
import { GatehouseError, type Problem } from '../errors.ts'
import { sourcesIn } from '../model/account-expression.ts'
import type { Mapping } from '../model/account-mapping.ts'
import { accountSource } from '../model/account-sources.ts'
import { valueAt, type Collection, type CustomAttributes, type Document, type Resource } from '../model/attribute.ts'
import { checkCustomAttributes, elementsFor, type Element, type Finding, type Metadata, type PatternCheck } from '../model/metadata.ts'
import type { Database } from '../store/database.ts'
import { mismatches } from '../store/metadata.ts'
import { missingReferences } from './missing-references.ts'
import type { Pause } from './pause.ts'
import type { Pending } from './record-kind.ts'

type Reader = Pick<Database, 'query'>

/** How many types a refusal lists. */
const mostNamed = 20

/** Errors: the first of what stands against the records, with all of it, references to nothing too. */
export async function checkMetadata(db: Reader, ctx: Pick<Context, 'authority'>, resource: Resource, pending: readonly Pending[], metadata: Metadata, pause?: Pause): Promise<void> {
  const found = (await findProblems(db, resource, pending, metadata, pause)).flat()
  const first = found[0]
  if (!first) return
  const findings: Problem[] = [...found, ...await missingReferences(db, ctx, resource, pending)]
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : ''
  throw new GatehouseError(first.code, `${first.path}: ${first.message}${more}.`, {
    problems: findings.map(({ path, message }) => ({ path, message })),
  })
}

/**
 * What stands against each pending record by its metadata: types belong to their grouping, custom attributes obey their
 * elements. Brings custom attributes into the form they are kept in on the way.
 */
export async function findProblems(db: Reader, resource: Resource, pending: readonly Pending[], metadata: Metadata, pause?: Pause): Promise<Finding[][]> {
  const patterns: (PatternCheck & { record: number })[] = []
  const found: Finding[][] = []
  for (const [record, { before, after }] of pending.entries()) {
    const findings = wrongTypes(resource, before?.document, after, metadata)
    const own: PatternCheck[] = []
    if (resource.custom) checkCustom(after, before?.document, elementsOf(metadata, resource.custom, after), before && elementsOf(metadata, resource.custom, before.document), '', findings, own)
    for (const collection of resource.collections) {
      if (collection.custom) checkEntryCustom(collection, after, before?.document, metadata, findings, own)
    }
    patterns.push(...own.map((one) => ({ ...one, record })))
    found.push(findings)
    await pause?.()
  }
  for (const wrong of await mismatches(db, patterns)) {
    found[wrong.record]!.push({ code: 'invalid_value', path: wrong.path, message: `does not have the form ${wrong.pattern}` })
  }
  return found
}

const elementsOf = (metadata: Metadata, custom: CustomAttributes, { typeId, subTypeId }: Document) => elementsFor(metadata, custom, typeId, subTypeId)

function checkCustom(after: Document, before: Document | undefined, elements: ReadonlyMap<string, Element>, known: ReadonlyMap<string, Element> | undefined, prefix: string, findings: Finding[], patterns: PatternCheck[]): void {
  if (after.attributes === undefined && elements.size === 0) return
  const result = checkCustomAttributes(after.attributes, before?.attributes, elements, `${prefix}attributes`, known)
  findings.push(...result.findings)
  patterns.push(...result.patterns)
  if (result.attributes) after.attributes = result.attributes
  else delete after.attributes
}

function checkEntryCustom(collection: Collection, after: Document, before: Document | undefined, metadata: Metadata, findings: Finding[], patterns: PatternCheck[]): void {
  const entries = (after[collection.path] ?? []) as Document[]
  const old = new Map(((before?.[collection.path] ?? []) as Document[]).map((entry) => [entry.id, entry]))
  const elements = elementsFor(metadata, collection.custom!)
  entries.forEach((entry, index) => checkCustom(entry, old.get(entry.id), elements, old.has(entry.id) ? elements : undefined, `${collection.path}[${index}].`, findings, patterns))
}

/** A type out of use stays with what has it already, and is taken by nothing else. */
function wrongTypes(resource: Resource, before: Document | undefined, document: Document, metadata: Metadata): Finding[] {
  const findings: Finding[] = []
  const check = (attributes: readonly { path: string; grouping?: string }[], part: Document, old: Document | undefined, prefix: string) => {
    for (const { path, grouping } of attributes) {
      const given = grouping === undefined ? undefined : valueAt(part, path)
      if (given === undefined) continue
      const type = metadata.types.get(given as string)
      const message = type?.grouping !== grouping ? `${String(given)} is not a metadata type of the grouping ${grouping}`
        : !type!.active && !(old && valueAt(old, path) === given) ? `${String(given)} is out of use` : undefined
      if (message !== undefined) findings.push({ code: 'invalid_reference', path: prefix + path, message })
    }
  }
  check(resource.attributes, document, before, '')
  for (const { path, attributes } of resource.collections) {
    if (!attributes.some((one) => one.grouping !== undefined)) continue
    const old = new Map(((before?.[path] ?? []) as Document[]).map((entry) => [entry.id, entry]))
    const entries = (document[path] ?? []) as Document[]
    entries.forEach((entry, index) => check(attributes, entry, old.get(entry.id), `${path}[${index}].`))
  }
  return findings
}

/** Errors: `invalid_mapping` for a mapping of accounts that looks for entries of a type that is not there: it would find none, ever. */
export function checkSourceTypes(rules: Mapping, metadata: Metadata): void {
  const problems = rules.flatMap(({ target, value }) => sourcesIn(value).flatMap((path) => {
    const source = accountSource(path)
    // The database has other rules for letters than we: what counts as hidden here must be what is read there.
    if (source?.kind === 'custom' && !metadata.elements.some(({ name }) => name.toLowerCase() === source.name.toLowerCase())) return [{ path: target, message: `names "${path}", which is not declared` }]
    if (source?.kind !== 'entry' || source.filter.grouping === undefined) return []
    const { equals, filter: { grouping } } = source
    if (metadata.types.get(String(equals))?.grouping === grouping) return []
    const there = [...metadata.types].filter(([, type]) => type.grouping === grouping).map(([id]) => id).sort().slice(0, mostNamed)
    return [{ path: target, message: `names "${equals}", which is no metadata type of the grouping ${grouping}: ${there.join(', ')}` }]
  }))
  if (problems.length === 0) return
  throw new GatehouseError('invalid_mapping', `The mapping cannot be used: ${problems.slice(0, 10).map(({ path, message }) => `${path} ${message}`).join('; ')}.`, { problems })
}
