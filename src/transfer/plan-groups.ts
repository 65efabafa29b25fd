/** The groups of an import and their members: planned last, when it is known who else comes with it. */
import { groupKind, newAccessRecord } from '../access/access-records.ts'
import { edgeKind, nodeTypes } from '../model/access-edges.ts'
import { group as groupResource } from '../model/access-records.ts'
import { ownNames } from '../model/distinguished-name.ts'
import { cutText } from '../model/text.ts'
import { user } from '../model/user.ts'
import { edgesBetween } from '../store/access-edges.ts'
import { comparedText } from '../model/text.ts'
import { findByKey } from '../store/find-by-key.ts'
import { readRecordVersions } from '../store/plan-reads.ts'
import { findPlanKeys } from '../store/plans.ts'
import { closesCircle, type EdgeStepChange } from './plan-edges.ts'
import { storePlanned, type NewStep, type Planning } from './planning.ts'
import { dnKey, type GroupRow } from './read-group.ts'
import { keyText } from './resolve-rows.ts'

export interface PlannedGroup {
  group: GroupRow
  line: number
  source: string
}

interface Placed extends PlannedGroup {
  id: string
  step: NewStep
}

const page = 500
const mostShown = 255

/** Adds the steps: each group, then each of its members, found in the import by distinguished name, else by login. */
export async function planGroups(planning: Planning, groups: readonly PlannedGroup[]): Promise<void> {
  const placed = await placeGroups(planning, groups)
  await store(planning, placed.map(({ step, source }) => ({ ...step, source })), [['Group', placed.flatMap(({ id, step }) => (step.action === 'unchanged' ? id : []))]])
  const meant = placed.filter(({ step }) => step.action !== 'conflict')
  const byDn = new Map(meant.flatMap(({ group, id }) => (group.dn === undefined ? [] : [[group.dn, id] as const])))
  for (const one of meant) {
    const named = [...one.group.members.map((dn) => ({ text: dn, dn: dnKey(dn), logins: ownNames(dn) })), ...one.group.logins.map((login) => ({ text: login, dn: undefined, logins: [login] }))]
    const seen = new Set<string>()
    for (let from = 0; from < named.length; from += page) {
      const steps = await memberSteps(planning, one, named.slice(from, from + page), byDn, seen)
      const made = steps.flatMap(({ action, changes }) => (action === 'create' ? (changes as EdgeStepChange) : []))
      await store(planning, steps, [...Map.groupBy(made, ({ kind }) => nodeTypes[edgeKind(kind).source])].map(([type, own]) => [type, own.map(({ source }) => source)]))
    }
  }
}

/** With the versions of the groups and people that steps lean on: `named`, by resource. */
async function store(planning: Planning, steps: NewStep[], named: Iterable<[string, string[]]>): Promise<void> {
  planning.changed = []
  const reads = new Map<string, { id: string; version: number }[]>()
  for (const [kind, ids] of named) {
    // What the import makes itself is not there yet.
    const there = (await readRecordVersions(planning.ctx.db, kind, [...new Set(ids)])).filter(({ version }) => version > 0)
    reads.set(kind, there)
  }
  await planning.ctx.db.transaction((tx) => storePlanned(tx, planning, undefined, { steps, keys: [], reads }))
}

/** A group that is there by its name stays as it is; a new one is made. */
async function placeGroups({ ctx }: Planning, groups: readonly PlannedGroup[]): Promise<Placed[]> {
  const known = await findByKey(ctx.db, groupResource, 'displayName', groups.map(({ group }) => group.name))
  const own = new Map<string, number>()
  return groups.map((one): Placed => {
    const { name, description } = one.group
    const base = { resource: 'Group', line: one.line, label: name }
    const ids = known.get(comparedText(name)) ?? []
    const earlier = own.get(comparedText(name))
    const against = earlier !== undefined ? `line ${earlier} of the import already means this group` : ids.length > 1 ? `${ids.length} groups have this name` : undefined
    if (against !== undefined) return { ...one, id: '', step: { ...base, action: 'conflict', problems: [{ message: against }] } }
    own.set(comparedText(name), one.line)
    if (ids[0] !== undefined) return { ...one, id: ids[0], step: { ...base, action: 'unchanged', targetId: ids[0] } }
    const document = newAccessRecord(ctx, groupKind, { displayName: name, ...(description === undefined ? {} : { description }) })
    const id = document.id as string
    return { ...one, id, step: { ...base, action: 'create', targetId: id, changes: { document: groupKind.prepare(document, undefined), by: 'displayName' } } }
  })
}

interface Named {
  /** As the file names them. */
  text: string
  dn: string | undefined
  logins: string[]
}

async function memberSteps(planning: Planning, { id: target, group, line, source: file }: Placed, named: readonly Named[], groups: ReadonlyMap<string, string>, seen: Set<string>): Promise<NewStep[]> {
  const find = await finder(planning, named)
  const found = named.map((one) => ({ one, kind: one.dn !== undefined && groups.has(one.dn) ? 'gg' as const : 'ug' as const, source: (one.dn !== undefined ? groups.get(one.dn) : undefined) ?? find(one) }))
  const present = new Set<string>()
  for (const kind of ['ug', 'gg'] as const) {
    const sources = found.flatMap((member) => (member.kind === kind && member.source !== undefined ? [member.source] : []))
    const now = planning.ctx.now().getTime()
    for (const { source, end } of await edgesBetween(planning.ctx.db, edgeKind(kind), sources, sources.map(() => target))) {
      present.add(end === undefined || Date.parse(end) > now ? source : `past ${source}`)
    }
  }
  const steps: NewStep[] = []
  const stepOf = async ({ one, kind, source }: (typeof found)[number]): Promise<NewStep | undefined> => {
    const base = { resource: 'Membership', line, source: file, label: `${one.text} in ${group.name}` }
    if (source === undefined) return { ...base, action: 'skipped', problems: [unknownMember(one)] }
    if (seen.has(source)) return undefined
    seen.add(source)
    if (present.has(source)) return { ...base, action: 'unchanged', targetId: source }
    if (kind === 'gg' && !present.has(`past ${source}`) && (await closesCircle(planning, edgeKind(kind), { source, target }))) {
      return { ...base, action: 'conflict', problems: [{ message: `The group ${one.text} would stand below itself` }] }
    }
    // Who was in it before comes back now.
    const terms = { rights: [], ...(present.has(`past ${source}`) ? { start: planning.ctx.now().toISOString() } : {}) }
    const change: EdgeStepChange = { kind, source, target, terms }
    return { ...base, action: 'create', targetId: source, changes: change }
  }
  for (const member of found) {
    const step = await stepOf(member)
    if (step) steps.push(step)
  }
  return steps
}

/** Says whom the file names in a value of its own: who is erased later is looked for in it. */
function unknownMember({ text, dn }: Named): { column: string; value: string; message: string } {
  const value = cutText(text, mostShown)
  return { column: dn === undefined ? 'memberUid' : 'member', value, message: `"${value}" is nobody of the directory or of the import.` }
}

/** The person whom a name means: somebody the import makes or knows, else whoever signs in so. */
async function finder({ ctx, planId }: Planning, named: readonly Named[]): Promise<(one: Named) => string | undefined> {
  const logins = [...new Set(named.flatMap((one) => one.logins))]
  const keys = [...named.flatMap(({ dn }) => (dn === undefined ? [] : [keyText({ path: 'dn', value: dn })])), ...logins.map((value) => keyText({ path: 'userName', value }))]
  const planned = await findPlanKeys(ctx.db, planId, 'User', [...new Set(keys)])
  const known = await findByKey(ctx.db, user, 'userName', logins)
  return ({ dn, logins: own }) => {
    const byDn = dn === undefined ? undefined : planned.get(keyText({ path: 'dn', value: dn }))?.targetId
    if (byDn !== undefined) return byDn
    for (const value of own) {
      const id = planned.get(keyText({ path: 'userName', value }))?.targetId ?? known.get(comparedText(value))?.[0]
      if (id !== undefined) return id
    }
    return undefined
  }
}
