/** What a record refers to and no import brings, managed systems and locations among them, must be there: writing it would fail. */
import type { Problem } from '../errors.ts'
import { valueAt, type Attribute, type Document } from '../model/attribute.ts'
import { isRecordName, type RecordName } from '../model/records.ts'
import { standingIds } from '../store/standing-ids.ts'
import { eachKind, isKind, resources, type Kind } from './importable.ts'
import type { Planning } from './planning.ts'

interface Place {
  path: string
  target: RecordName
}

/** Types of a grouping are judged with it. */
const placesIn = (attributes: readonly Attribute[]): Place[] =>
  attributes.flatMap(({ path, references, grouping }) => (isRecordName(references) && !isKind(references) && grouping === undefined ? [{ path, target: references }] : []))

const places = eachKind((kind) => ({
  own: placesIn(resources[kind].attributes),
  lists: resources[kind].collections.map(({ path, attributes }) => ({ path, inner: placesIn(attributes) })).filter(({ inner }) => inner.length > 0),
}))

interface Use extends Place {
  record: number
  id: string
}

/** The problems of each document, in their order: one statement for each sort of target that is new to the plan. */
export async function missingTargets(planning: Planning, kind: Kind, documents: readonly Document[]): Promise<Problem[][]> {
  const uses = documents.flatMap((document, record) => usesIn(kind, document).map((use): Use => ({ ...use, record })))
  const problems = documents.map((): Problem[] => [])
  for (const [target, some] of Map.groupBy(uses, (use) => use.target)) {
    const known = planning.known.get(target) ?? new Set()
    const unknown = [...new Set(some.map(({ id }) => id).filter((id) => !known.has(id)))]
    const found = new Set(unknown.length === 0 ? [] : await standingIds(planning.ctx.db, target, unknown))
    for (const { record, path, id } of some) {
      if (!known.has(id) && !found.has(id)) problems[record]!.push({ path, message: `there is no ${target} with the id "${id}"` })
    }
    // There are few of them, as a rule; where there are many, asking again costs less than keeping them.
    planning.known.set(target, known.size + found.size > mostKept ? found : new Set([...known, ...found]))
  }
  return problems
}

const mostKept = 1000

function usesIn(kind: Kind, document: Document): Omit<Use, 'record'>[] {
  const { own, lists } = places[kind]
  const uses: Omit<Use, 'record'>[] = []
  const look = (part: Document, some: readonly Place[], prefix: string) => {
    for (const { path, target } of some) {
      const id = valueAt(part, path)
      if (typeof id === 'string') uses.push({ path: prefix + path, target, id })
    }
  }
  look(document, own, '')
  for (const { path, inner } of lists) ((document[path] ?? []) as Document[]).forEach((entry, index) => look(entry, inner, `${path}[${index}].`))
  return uses
}
