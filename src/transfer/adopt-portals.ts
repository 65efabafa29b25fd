/** Portals: every number that iam_portal_settings or the mapping names, and their settings, unknown ones included. */
import type { Context } from '../context.ts'
import { adoptedTables, type AdoptedRow } from '../model/adopted-rows.ts'
import { portalSettings } from '../model/portal-settings.ts'
import { portalNames, portalsOfClients } from '../store/adopted-people.ts'
import { keptRows, standingRows } from '../store/adopted-rows.ts'
import { noteRead, pickRow, publishedTable, refusedRow, rowStep, storeSteps, wholeOf, type Adoption, type RowProblem } from './adoption.ts'
import type { NewStep } from './planning.ts'

const table = adoptedTables.settings
/** Portals are few; a list that is longer than this is none of theirs. */
const most = 100_000

interface Setting {
  id: number
  row: AdoptedRow
  notes: RowProblem[]
}

/** Plans portals and settings; the portals there will be are known afterwards. */
export async function planPortals(adoption: Adoption): Promise<void> {
  const { ctx } = adoption.planning
  const settings = [...await readSettings(adoption), ...fromMapping(adoption)]
  const there = await portalNames(ctx.db)
  const wanted = new Set([...settings.map(({ row }) => row.portal_id as number), ...Object.keys(adoption.mapping.portals ?? {}).map(Number)])
  const fresh = [...wanted].filter((id) => !there.has(id)).toSorted((a, b) => a - b)
  const names = namesOf(adoption, fresh, new Set(there.values()))
  const made = fresh.map((id): NewStep => ({ action: 'create', resource: 'Portal', targetId: String(id), source: table.name, label: names.get(id), changes: { id, name: names.get(id) } }))
  for (const id of [...there.keys(), ...wanted]) adoption.portals.add(id)
  await storeSteps(adoption, [...made, ...await settingSteps(adoption, settings, ctx)])
}

function namesOf({ mapping }: Adoption, ids: readonly number[], taken: Set<string>): Map<number, string> {
  return new Map(ids.map((id) => {
    const asked = mapping.portals?.[String(id)]?.name ?? `Portal ${id}`
    const name = taken.has(asked) ? `${asked} (EFS ${id})` : asked
    taken.add(name)
    return [id, name]
  }))
}

async function readSettings(adoption: Adoption): Promise<Setting[]> {
  const found = await publishedTable(adoption, table)
  if (!found) return []
  const settings: Setting[] = []
  for await (const rows of adoption.source.chunks({ table: found, key: 'id' }, 1000)) {
    noteRead(adoption, table.name, rows.length)
    const refused: NewStep[] = []
    for (const source of rows) {
      const id = wholeOf(source.values.id)!
      const { row, notes } = pickRow(table, source, { key: 50, value: 255 })
      const made = { id, row, notes: notes.map(withoutSetting) }
      if (typeof made.row.portal_id === 'number' && made.row.portal_id > 0) settings.push(made)
      else refused.push(refusedRow(table, id, 'error', [...made.notes, { column: 'portal_id', value: String(source.values.portal_id), message: 'is no number that a portal may have' }]))
    }
    await storeSteps(adoption, refused)
    if (settings.length > most) throw new RangeError(`${table.name} has more than ${most} rows`)
  }
  return settings
}

/** What the mapping says of portals counts beside what EFS says, and gives way to it. Numbers below 0 are no rows of EFS. */
function fromMapping({ mapping }: Adoption): Setting[] {
  return Object.entries(mapping.portals ?? {}).flatMap(([portal, { settings = {} }]) => Object.entries(settings).map(([key, value]) => ({ portal, key, value })))
    .map(({ portal, key, value }, at) => ({ id: -1 - at, row: { portal_id: Number(portal), key, value }, notes: [] }))
}

async function settingSteps(adoption: Adoption, settings: readonly Setting[], ctx: Context): Promise<NewStep[]> {
  const kept = await keptRows(ctx.db, table, settings.map(({ id }) => id).filter((id) => id > 0))
  const standing = new Map((await standingRows(ctx.db, table, 'portal_id', [...new Set(settings.map(({ row }) => row.portal_id as number))])).map((one) => [pairOf(one.row), one]))
  const clients = await portalsOfClients(ctx.db)
  const seen = new Map<string, number>()
  return settings.flatMap(({ id, row, notes }): NewStep[] => {
    const label = `${row.key ?? 'no key'} of portal ${row.portal_id}`
    const pair = pairOf(row)
    const fromEfs = id > 0
    const against = refusalOf(row, clients) ?? (row.key !== null && seen.has(pair) ? { column: 'portal_id, key', message: `row ${seen.get(pair)} says the same setting` } : undefined)
    if (against && !fromEfs) return []
    if (against) return [refusedRow(table, id, 'conflict', [...notes, against], label)]
    seen.set(pair, id)
    if (row.key === 'client_id' && row.value !== null) clients.set(row.value as string, row.portal_id as number)
    if (!fromEfs) return standing.has(pair) ? [] : [mappedSetting(row, label)]
    const unknown = row.key !== null && !Object.hasOwn(portalSettings, String(row.key)) ? [{ column: 'key', value: String(row.key), message: 'is no setting known here: it is kept, and nothing reads it' }] : []
    return [rowStep(adoption, table, { id, row, notes: [...notes, ...unknown], label }, kept.get(id), row.key === null ? undefined : standing.get(pair))]
  })
}

/** What a setting holds may be a secret, whatever it is called: what is told of it names the setting alone. */
const withoutSetting = ({ column, value, message }: RowProblem): RowProblem => (column === 'value' ? { column, message } : { column, message, ...(value === undefined ? {} : { value }) })

const pairOf = (row: AdoptedRow) => `${row.portal_id} ${row.key}`

/** A setting of the mapping has no row in EFS to be compared with. */
const mappedSetting = (row: AdoptedRow, label: string): NewStep => ({ action: 'create', resource: 'MappedSetting', source: 'mapping', label, changes: { portalId: row.portal_id, settings: { [row.key as string]: row.value } } })

function refusalOf(row: AdoptedRow, clients: ReadonlyMap<string, number>): RowProblem | undefined {
  const { key, value } = row
  if (typeof key !== 'string' || typeof value !== 'string') return undefined
  if (key === 'client_id' && (clients.get(value) ?? row.portal_id) !== row.portal_id) return { column: 'value', value, message: `is the client of portal ${clients.get(value)} too: no two portals share one` }
  if (!Object.hasOwn(portalSettings, key)) return undefined
  const { pattern, expects } = portalSettings[key as keyof typeof portalSettings]
  // Without the value: a secret may stand in the wrong row.
  return pattern.test(value) ? undefined : { column: 'value', message: `of ${key} must be ${expects}` }
}
