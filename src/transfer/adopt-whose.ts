/**
 * Whose row it is: somebody of the directory, an administrator who is a panelist too, or somebody new; and what of
 * numbers and names is somebody else's.
 */
import type { SourceTable } from '../connectors/efs/source.ts'
import type { SourceRow } from '../connectors/efs/source-values.ts'
import { comparedText } from '../model/text.ts'
import { uidsOfPeople, type Kept, type StandingRow } from '../store/adopted-rows.ts'
import { ownName, type PersonReader, type ReadPerson } from './adopt-read-person.ts'
import type { Adoption, RowProblem } from './adoption.ts'
import type { EfsPopulation, SettledRule } from './efs-mapping.ts'
import type { Key } from './map-record.ts'
import { correlate, type Lookup } from './resolve-rows.ts'

/** What a population is read by. */
export interface Place {
  population: EfsPopulation
  rule: SettledRule
  table: SourceTable
  links: SourceTable | undefined
  reader: PersonReader
  /** Numbers that several rows have. */
  doubled: ReadonlySet<number>
}

/** A row on its way to its steps. */
export interface Draft {
  uid: number
  source: SourceRow
  notes: RowProblem[]
  read?: ReadPerson
  /** Under which panelists may find an administrator. */
  keys?: readonly Key[]
  personId?: string
  refusal?: { action: 'error' | 'conflict' | 'skipped'; problem: RowProblem }
}

export interface Known {
  people: ReadonlyMap<number, string>
  kept: ReadonlyMap<number, Kept>
  standing: ReadonlyMap<number, StandingRow>
}

/** People of the other population among those that the keys of some rows find: here, or in this plan. */
export async function othersAmong(adoption: Adoption, population: EfsPopulation, drafts: readonly Draft[], lookup: Lookup): Promise<Set<string>> {
  const ids = new Set(drafts.flatMap(({ read }) => read!.record.correlate.flatMap((key) => [...lookup.existing('User', key), ...[lookup.planned('User', key)?.targetId].filter((id) => id !== undefined)])))
  const here = await uidsOfPeople(adoption.planning.ctx.db, population === 'users' ? 'panelists' : 'users', [...ids])
  const planned = population === 'panelists' ? [...ids].filter((id) => adoption.administrators.has(id)) : []
  return new Set([...here.keys(), ...planned])
}

/**
 * Somebody of the other population counts only by the keys that the mapping names for that; the other keys find
 * whomever the directory knows besides.
 */
export function findPerson(adoption: Adoption, { rule }: Place, draft: Draft, lookup: Lookup, others: ReadonlySet<string>, found: Map<Draft, string>): void {
  const { record } = draft.read!
  const samePerson = adoption.mapping.samePerson ?? []
  for (const key of record.correlate) {
    const both = [...new Set([...lookup.existing('User', key), ...[lookup.planned('User', key)?.targetId].filter((id) => id !== undefined)])].filter((id) => others.has(id))
    if (draft.personId !== undefined || both.length === 0 || !samePerson.includes(key.path)) continue
    if (both.length > 1) return void (draft.refusal = { action: 'conflict', problem: { column: key.path, value: key.value, message: `finds ${both.length} people: ${both.slice(0, 5).join(', ')}` } })
    if (adoption.matched.has(both[0]!)) return void (draft.refusal = { action: 'conflict', problem: { column: key.path, value: key.value, message: `is that of ${both[0]}, whom another row means already` } })
    adoption.matched.add(both[0]!)
    found.set(draft, both[0]!)
    draft.personId = both[0]!
    return
  }
  if (draft.personId !== undefined) return
  record.correlate = record.correlate.filter((key) => ![...lookup.existing('User', key), lookup.planned('User', key)?.targetId].some((id) => id !== undefined && others.has(id)))
  const own = correlate(lookup, 'User', record.correlate)
  if ('id' in own) found.set(draft, own.id)
  else if ('conflict' in own) draft.refusal = { action: 'conflict', problem: { column: rule.correlate[0]!, message: own.conflict } }
}

/** A number that stands for somebody else here, and a person who has another number here, are for people to judge. */
export function refuseTaken({ rule, population }: Place, draft: Draft, { people }: Known, found: string | undefined, numbers: ReadonlyMap<string, number>): void {
  const holder = people.get(draft.uid)
  const number = found === undefined ? undefined : numbers.get(found)
  const what = population === 'users' ? 'administrator' : 'panelist'
  if (draft.refusal) return
  if (holder !== undefined && holder !== found) draft.refusal = { action: 'conflict', problem: { column: rule.uid, value: String(draft.uid), message: `is the number of another ${what} here: ${holder}` } }
  else if (number !== undefined && number !== draft.uid) draft.refusal = { action: 'conflict', problem: { column: rule.uid, value: String(draft.uid), message: `is of ${found}, who is ${what} ${number} here already` } }
}

/** A name to sign in with that is somebody else's is no reason to lose a person. */
export function settleNames({ population }: Place, drafts: readonly Draft[], lookup: Lookup, found: ReadonlyMap<Draft, string>): void {
  const names = new Set<string>()
  for (const draft of drafts) {
    const { record } = draft.read!
    const value = record.document.userName as string
    const own = found.get(draft) ?? draft.personId
    const holders = [...lookup.existing('User', { path: 'userName', value }), lookup.planned('User', { path: 'userName', value })?.targetId]
    const isTaken = holders.some((id) => id !== undefined && id !== own) || names.has(comparedText(value))
    names.add(comparedText(value))
    if (!isTaken) continue
    // Who is there already keeps the name they have.
    if (own !== undefined) delete record.document.userName
    else record.document.userName = ownName(population, draft.uid)
    if (own === undefined) record.correlate = record.correlate.filter(({ path }) => path !== 'userName')
    draft.notes.push({ column: 'userName', value, message: `is somebody else's: ${own === undefined ? `they are called ${String(record.document.userName)}` : 'it was left out'}` })
  }
}
