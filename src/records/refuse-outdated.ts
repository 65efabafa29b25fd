/**
 * People whom an undo brings back, held against what has been declared anew since they went: nobody was there to stand against the change
 * of a declaration, so what it would have refused must be found now. What had not the form of its declaration before comes back so.
 */
import { GatehouseError, type Problem } from '../errors.ts'
import type { CustomAttributes } from '../model/attribute.ts'
import { checkCustomAttributes, elementsFor, type Element, type Metadata, type PatternCheck } from '../model/metadata.ts'
import { user } from '../model/user.ts'
import { logins } from '../model/user-links.ts'
import type { Row, Transaction } from '../store/database.ts'
import { keptOf, type KeptRows } from '../store/kept-rows.ts'
import { holdJudged, mismatches } from '../store/metadata.ts'

/** Holds the declarations from here on. Errors: `conflict`, saying which values of the first of these people cannot come back, and why. */
export async function refuseOutdated(tx: Transaction, metadata: Metadata, people: readonly KeptRows[]): Promise<void> {
  const judgedAs = new Map<string, number>()
  const found = people.map((kept) => judge(kept, metadata, judgedAs))
  await holdJudged(tx, { written: judgedAs, without: new Map() })
  const wrong = await mismatches(tx, found.flatMap(({ patterns }) => patterns))
  const problems = found
    .map((one) => [...one.problems, ...one.patterns.filter((check) => wrong.includes(check)).map(({ path, pattern }) => ({ path, message: `does not have the form ${pattern}` }))])
    .find(({ length }) => length > 0)
  if (!problems) return
  const [first, ...more] = problems
  const rest = more.length > 0 ? ` (and ${more.length} more)` : ''
  throw new GatehouseError('conflict', `${first!.path}: ${first!.message}${rest}. Custom attributes have been declared anew since: declare them as they were, undo it again, and change the values first then.`, { problems })
}

interface Judged {
  problems: (Problem & { path: string })[]
  patterns: PatternCheck[]
}

function judge(kept: KeptRows, metadata: Metadata, judgedAs: Map<string, number>): Judged {
  const judged: Judged = { problems: [], patterns: [] }
  const [person] = keptOf(kept, 'users')
  const requiredThen = person?.required_then as string[] | undefined
  const of = (custom: CustomAttributes, owner: unknown, path: string, elements: ReadonlyMap<string, Element>) => {
    const rows = keptOf(kept, custom.table).filter((row) => row[custom.parentColumn] === owner)
    for (const row of rows) judgeValue(judged, row, valuesOf(kept, custom, row), `${path}.${String(row.name)}`, elements, metadata, judgedAs)
    const missing = [...elements.values()].filter(({ id, name, required }) => required && requiredThen?.includes(id) === false && !rows.some((row) => row.name === name))
    judged.problems.push(...missing.map(({ name }) => ({ path: `${path}.${name}`, message: 'is required by now' })))
  }
  if (person) of(user.custom, person.user_id, 'attributes', elementsFor(metadata, user.custom, person.type_id, person.sub_type_id))
  const ofLogins = elementsFor(metadata, logins.custom!)
  for (const { login_id: id } of keptOf(kept, logins.table)) of(logins.custom!, id, `logins[${String(id)}].attributes`, ofLogins)
  return judged
}

function valuesOf(kept: KeptRows, custom: CustomAttributes, row: Row): string[] {
  const inline = custom.inlineColumn === undefined ? undefined : row[custom.inlineColumn]
  if (typeof inline === 'string') return [inline]
  return keptOf(kept, custom.valueTable).filter((value) => value[custom.valueParent] === row[custom.idColumn])
    .toSorted((a, b) => (a.ordinal as number) - (b.ordinal as number)).map((value) => value.attr_value as string)
}

function judgeValue({ problems, patterns }: Judged, row: Row, values: readonly string[], path: string, elements: ReadonlyMap<string, Element>, metadata: Metadata, judgedAs: Map<string, number>): void {
  // What nobody had declared is nobody's to change.
  if (row.metadata_id === null) return
  const element = metadata.elements.find(({ id }) => id === row.metadata_id)
  if (element) judgedAs.set(element.id, element.version ?? 1)
  if (element && element.version === row.declared_version) return
  const name = row.name as string
  if (!element || elements.get(name)?.id !== element.id) {
    problems.push({ path, message: element ? `is declared otherwise by now: as ${element.name}, for ${element.typeId}` : 'is not declared any more' })
    return
  }
  const given = element.multiValued || values.length > 1 ? values : (values[0] ?? '')
  const one = new Map([[name, element]])
  const { attributes, findings, patterns: asked } = checkCustomAttributes({ [name]: given }, undefined, one, path.slice(0, -name.length - 1), one)
  patterns.push(...asked)
  problems.push(...findings.map(({ path: at = path, message }) => ({ path: at, message })))
  // Filters rely on the form that values of a type are kept in.
  if (findings.length === 0 && JSON.stringify(attributes?.[name]) !== JSON.stringify(given)) problems.push({ path, message: `is not as values of the type ${element.dataType} are kept` })
}
