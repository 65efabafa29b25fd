/** Who and what steps are about, where a plan knows ids alone: a person who has no user name yet, an affiliation. */
import type { Context } from '../context.ts'
import type { Document } from '../model/attribute.ts'
import { organization } from '../model/organization.ts'
import { documentOf } from '../model/rows.ts'
import { user } from '../model/user.ts'
import { labelsInPlan, type PlanStep } from '../store/plans.ts'
import { loadRecords } from '../store/records.ts'

interface Labelled {
  personId?: string | null
  label?: string | null
}

type Reading = Pick<Context, 'db'>
type Names = ReadonlyMap<string, string>

/** The same, with `display name (id)` for a label that is the id of a person. */
export async function namePeople<T extends Labelled>(ctx: Reading, items: readonly T[]): Promise<T[]> {
  const names = await namesOf(ctx, user, items.filter(isUnnamed).map(({ personId }) => personId!))
  return items.map((one) => (isUnnamed(one) && names.has(one.personId!) ? { ...one, label: named(one.personId!, names) } : one))
}

const isUnnamed = ({ personId, label }: Labelled) => typeof personId === 'string' && label === personId

/** The steps of a plan with labels that a reader understands: the names beside the ids, also of those that the plan itself makes. */
export async function nameSteps(ctx: Reading, planId: string, steps: readonly PlanStep[]): Promise<PlanStep[]> {
  const [people, places] = [steps.flatMap(({ resource, targetId, label }) => (resource === 'Affiliation' || label === targetId ? (targetId ?? []) : [])), steps.flatMap((step) => placeOf(step) ?? [])]
  if (people.length === 0) return [...steps]
  const names: Names = new Map([...await labelsInPlan(ctx.db, planId, [...new Set([...people, ...places])]), ...await namesOf(ctx, user, people), ...await namesOf(ctx, organization, places)])
  return steps.map((step) => {
    const { resource, targetId, label } = step
    const place = placeOf(step)
    if (place !== undefined && targetId !== undefined) return { ...step, label: `${named(targetId, names)} in ${named(place, names)}` }
    return (resource === 'User' || resource === 'Membership') && targetId !== undefined && label === targetId ? { ...step, label: named(targetId, names) } : step
  })
}

/** The organisation of an affiliation; none of a step that was refused, or blanked. */
function placeOf({ resource, changes, targetId, label }: PlanStep): string | undefined {
  if (resource !== 'Affiliation') return undefined
  const place = (changes as { entry?: Document } | undefined)?.entry?.organization
  // A step that has nothing to do keeps only its label.
  return typeof place === 'string' ? place : targetId !== undefined && label?.startsWith(`${targetId} in `) ? label.slice(targetId.length + 4) : undefined
}

const named = (id: string, names: Names) => (names.has(id) ? `${names.get(id)} (${id})` : id)

async function namesOf({ db }: Reading, resource: typeof user | typeof organization, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const records = await loadRecords(db, resource, [...new Set(ids)], { collections: [], custom: false })
  return new Map([...records].flatMap(([id, record]): [string, string][] => {
    const { displayName, userName, name } = documentOf(resource, record)
    const shown = displayName ?? userName ?? name
    return typeof shown === 'string' ? [[id, shown]] : []
  }))
}
