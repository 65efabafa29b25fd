/**
 * Administrators and panelists, chunk by chunk: whose row each is (known by its number from before, found by the keys of
 * the mapping, an administrator who is a panelist too, or somebody new), and what comes along with them.
 */
import { quoted } from '../connectors/efs/source.ts'
import type { SourceRow } from '../connectors/efs/source-values.ts'
import { GatehouseError } from '../errors.ts'
import { adoptedTables } from '../model/adopted-rows.ts'
import { counted } from '../model/counted.ts'
import { keptRows, peopleOfUids, standingRows, uidsOfPeople } from '../store/adopted-rows.ts'
import type { PlanKey } from '../store/plans.ts'
import { linkTables, planLinks, planOrphans, type TakenPerson } from './adopt-links.ts'
import { ownName, personReader } from './adopt-read-person.ts'
import { findPerson, othersAmong, refuseTaken, settleNames, type Draft, type Known, type Place } from './adopt-whose.ts'
import { noteRead, noteTable, publishedTable, refusedRow, rowStep, storeSteps, wholeOf, type Adoption } from './adoption.ts'
import { settleRule, usualKeys, type EfsPopulation, type SettledRule } from './efs-mapping.ts'
import { keysOf } from './map-record.ts'
import { planRows } from './plan-rows.ts'
import type { NewStep, Planned } from './planning.ts'
import { keyText, lookUp } from './resolve-rows.ts'

const chunk = 500

/** Plans everybody of a population, with their links. */
export async function planPeople(adoption: Adoption, population: EfsPopulation): Promise<void> {
  const place = await openPlace(adoption, population)
  for await (const rows of adoption.source.chunks({ table: place.table, key: place.rule.uid, where: `t.${quoted(place.rule.uid)} is not null` }, chunk)) {
    noteRead(adoption, adoptedTables[population].name, rows.length)
    await planChunk(adoption, place, rows)
  }
  await planOrphans(adoption, population, place.links, { table: place.table.name, uid: place.rule.uid })
}

async function openPlace(adoption: Adoption, population: EfsPopulation): Promise<Place> {
  const { source, mapping } = adoption
  const given = mapping[population]
  const table = await source.table(given?.table ?? population)
  if (!table) throw new GatehouseError('invalid_mapping', `The database has no table "${given?.table ?? population}"; say in the mapping what it is called.`)
  noteTable(adoption, table)
  const rule = settleRule(population, given, table.columns.map(({ name }) => name))
  const links = await publishedTable(adoption, linkTables[population], population === 'users' ? ['status', 'has_data_changes'] : [])
  return { population, rule, table, links, reader: personReader(population, rule), doubled: await doubledNumbers(adoption, population, rule) }
}

/** Numbers that are not one row's: each a step, for nobody can say who is meant. */
async function doubledNumbers(adoption: Adoption, population: EfsPopulation, { table, uid }: SettledRule): Promise<Set<number>> {
  const column = quoted(uid)
  const own = { ...adoptedTables[population], name: table }
  const found = await adoption.source.figures(`select ${column}, count(*) from ${quoted(table)} where ${column} is not null group by ${column} having count(*) > 1`)
  const [[none = '0'] = []] = await adoption.source.figures(`select count(*) from ${quoted(table)} where ${column} is null`)
  const numbers = found.flatMap(([number]) => wholeOf(number) ?? [])
  const steps = found.map(([number, count]): NewStep => refusedRow(own, wholeOf(number), 'conflict', [{ column: uid, value: number ?? '', message: `${count} rows have this number` }]))
  if (none !== '0') steps.push(refusedRow(own, undefined, 'error', [{ column: uid, message: `${counted(Number(none), 'row has', 'rows have')} no number` }]))
  await storeSteps(adoption, steps)
  return new Set(numbers)
}

async function planChunk(adoption: Adoption, place: Place, rows: readonly SourceRow[]): Promise<void> {
  const { population, rule, doubled } = place
  const { ctx } = adoption.planning
  const table = adoptedTables[population]
  const steps: NewStep[] = []
  const drafts = rows.flatMap((source): Draft[] => {
    const uid = wholeOf(source.values[rule.uid])
    if (uid === undefined) steps.push(refusedRow({ ...table, name: rule.table }, undefined, 'error', [{ column: rule.uid, value: String(source.values[rule.uid]), message: 'is no number that can be kept' }]))
    return uid === undefined || doubled.has(uid) ? [] : [{ uid, source, notes: [] }]
  })
  const uids = drafts.map(({ uid }) => uid)
  const known: Known = {
    people: await peopleOfUids(ctx.db, population, uids), kept: await keptRows(ctx.db, table, uids),
    standing: new Map((await standingRows(ctx.db, table, table.key, uids)).map((one) => [one.id, one])),
  }
  for (const draft of drafts) begin(adoption, place, draft, known)
  const planned = await planPersons(adoption, place, drafts.filter(({ read }) => read), known)
  const taken = new Map(drafts.flatMap((draft): [number, TakenPerson][] => (draft.personId === undefined || draft.refusal ? [] : [[draft.uid, { personId: draft.personId, created: createdOf(adoption, place, draft, known) }]])))
  const all = rows.flatMap(({ values }) => wholeOf(values[rule.uid]) ?? [])
  const links = await planLinks(adoption, population, place.links, [...new Set(all)], taken)
  const own = drafts.map((draft) => personStep(adoption, place, draft, known, taken, links))
  if (population === 'users') for (const [uid, { personId }] of taken) adoption.administrators.set(personId, uid)
  // An administrator comes with their link, and a panelist before: who is there without one would be looked for in Okta.
  const after = population === 'users' ? [...links.steps, ...own] : [...own, ...links.steps]
  const keys = drafts.flatMap(({ uid, keys: own = [] }): PlanKey[] => {
    const person = taken.get(uid)
    return person ? own.map((key) => ({ resource: 'User', key: keyText(key), targetId: person.personId, line: uid })) : []
  })
  await storeSteps(adoption, [...steps, ...planned.steps, ...after], { keys: [...planned.keys, ...keys], reads: planned.reads })
}

/** What is clear before any key is asked: left out, known from before, or gone since. */
function begin(adoption: Adoption, { rule, reader, population }: Place, draft: Draft, { people, kept }: Known): void {
  const { uid, source } = draft
  const reason = reader.skipped(source, uid)
  if (reason !== undefined) draft.refusal = { action: 'skipped', problem: { column: rule.uid, message: reason } }
  else if (kept.has(uid) && !people.has(uid)) draft.refusal = { action: 'skipped', problem: { column: rule.uid, message: 'was taken over before, and is gone here since' } }
  else {
    const read = reader.read(source, uid)
    draft.notes = read.notes
    if (population === 'users') draft.keys = keysOf('User', read.record.document, keysOfPanelists(adoption))
    if (kept.has(uid)) draft.personId = people.get(uid)!
    if (!kept.has(uid) || rule.found === 'update') draft.read = read
    if (draft.personId !== undefined) Object.assign(read.record, { correlate: [{ path: 'id', value: draft.personId }], document: withoutName(read.record.document, ownName(population, uid)) })
  }
}

/** By what panelists are looked for: an administrator is found by it too, whether or not that makes them one person. */
const keysOfPanelists = ({ mapping }: Adoption): string[] => [...new Set([...(mapping.samePerson ?? []), ...(mapping.panelists?.correlate ?? usualKeys)])]

const withoutName = ({ userName, ...rest }: Record<string, unknown>, own: string) => (userName === own ? rest : { userName, ...rest })

/** Finds out who the rows are, and plans those who are new or to be updated as an import does. */
async function planPersons(adoption: Adoption, place: Place, drafts: readonly Draft[], known: Known): Promise<Planned> {
  const { planning } = adoption
  const lookup = await lookUp(planning.ctx.db, planning.planId, drafts.map(({ read }) => read!.record))
  const others = await othersAmong(adoption, place.population, drafts, lookup)
  const found = new Map<Draft, string>()
  for (const draft of drafts) findPerson(adoption, place, draft, lookup, others, found)
  const numbers = await uidsOfPeople(planning.ctx.db, place.population, [...found.values()])
  for (const draft of drafts) if (!known.kept.has(draft.uid)) refuseTaken(place, draft, known, found.get(draft), numbers)
  // A panelist who is an administrator of this plan is planned with them.
  const asked = drafts.filter(({ uid, refusal, personId }) => !refusal && (personId === undefined || known.kept.has(uid)))
  for (const draft of asked) if (place.rule.found === 'keep' && found.has(draft)) Object.assign(draft.read!.record, { document: {}, password: undefined, references: [] })
  settleNames(place, asked.filter(({ read }) => typeof read!.record.document.userName === 'string'), lookup, found)
  const planned = await planRows(planning, asked.map(({ read }) => read!.record))
  const byLine = new Map(planned.steps.flatMap((step): [number, NewStep][] => (step.line === undefined || step.resource === 'MetadataElement' ? [] : [[step.line, step]])))
  for (const draft of asked) takeStep(place, draft, byLine.get(draft.uid))
  const steps = planned.steps.filter((step) => step.action === 'create' || step.action === 'update').map((step) => ({ ...step, source: place.rule.table }))
  // Whoever is merely found may change meanwhile: nothing of them is written.
  const changed = new Set(steps.map((step) => step.targetId))
  const reads = new Map([...planned.reads].map(([resource, own]) => [resource, own.filter(({ id }) => changed.has(id))]))
  return { ...planned, steps, reads }
}

/** Whom planning has made of a row, or why it refuses it. Who is here from before stays, whatever the row says now. */
function takeStep({ rule }: Place, draft: Draft, step: NewStep | undefined): void {
  const isTaken = step?.targetId !== undefined && step.action !== 'error' && step.action !== 'conflict'
  if (isTaken) draft.personId ??= step.targetId
  if (isTaken) return
  const problems = (step?.problems ?? []) as { path?: string; column?: string; message?: string }[]
  const message = problems.map((one) => one.message).join('; ').replaceAll(/line (\d+) of the import/g, 'row $1') || 'cannot be made a person'
  const problem = { column: problems[0]?.column ?? problems[0]?.path ?? rule.uid, message }
  if (draft.personId === undefined) draft.refusal = { action: step?.action === 'conflict' ? 'conflict' : 'error', problem }
  else draft.notes.push({ ...problem, message: `${message}: the person stays as they are` })
}

function createdOf(adoption: Adoption, { rule }: Place, { uid, source }: Draft, { standing, kept }: Known): string {
  const value = rule.created === undefined ? null : source.values[rule.created]
  const there = standing.get(uid)?.row.created_at as string | undefined
  if (there !== undefined && !kept.has(uid)) return there
  const instant = typeof value === 'string' && value.includes('T') ? value : typeof value === 'string' ? `${value.slice(0, 10)}T00:00:00.000Z` : undefined
  return instant ?? there ?? adoption.planning.ctx.now().toISOString()
}

function personStep(adoption: Adoption, { population, rule }: Place, draft: Draft, known: Known, taken: ReadonlyMap<number, TakenPerson>, links: Awaited<ReturnType<typeof planLinks>>): NewStep {
  const { uid, notes, refusal, read } = draft
  const table = { ...adoptedTables[population], name: rule.table }
  const label = read ? String(read.record.document.userName ?? read.record.document.displayName ?? uid) : String(uid)
  const person = taken.get(uid)
  if (!person) return refusedRow(table, uid, refusal?.action ?? 'error', [...notes, ...(refusal ? [refusal.problem] : [])], label)
  const portals = population === 'panelists' && !known.kept.has(uid) ? portalsOf(adoption, rule, draft, links) : []
  const step = rowStep(adoption, adoptedTables[population], {
    id: uid, row: { created_at: person.created }, notes, targetId: person.personId, label, more: { personId: person.personId, ...(portals.length > 0 ? { portals } : {}) },
  }, known.kept.get(uid), known.standing.get(uid))
  return { ...step, source: rule.table }
}

/** Portals that a panelist belongs to without a link: by the column of the mapping, or by a link that names no account. */
function portalsOf({ portals }: Adoption, rule: SettledRule, { uid, source, notes }: Draft, { portals: unlinked, linked }: Awaited<ReturnType<typeof planLinks>>): number[] {
  const value = rule.portal === undefined ? null : source.values[rule.portal]
  const named = wholeOf(value)
  if (rule.portal !== undefined && value !== null && value !== undefined && (named === undefined || !portals.has(named))) {
    notes.push({ column: rule.portal, value: String(value), message: 'is no portal that has settings: name it under "portals" in the mapping' })
  }
  const all = new Set([...(unlinked.get(uid) ?? []), ...(named !== undefined && portals.has(named) ? [named] : [])])
  return [...all].filter((portal) => !linked.get(uid)?.has(portal))
}
