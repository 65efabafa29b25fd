/** What people belong to once the rows so far are applied: affiliations of one person may stand in many rows. */
import { checkPeriods } from '../records/check-periods.ts'
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { user } from '../model/user.ts'
import { affiliations } from '../model/user-links.ts'
import { validateEntry } from '../model/validate.ts'
import { plannedAffiliations } from '../store/plans.ts'
import { refused, type Draft } from './draft.ts'
import { mergeEntries } from './merge-import.ts'
import type { NewStep, Planning } from './planning.ts'

interface Belonging {
  entries: Document[]
  /** Rows of the import have added to them, the last of which in the batch at hand stands in this line. */
  planned?: { line?: number }
}

/** By person. */
export type Belongings = Map<string, Belonging>

/** What the people of some rows belong to, with what the batches before add; `standing` is who is in the directory. */
export async function readBelongings({ ctx, planId, inFlight }: Planning, drafts: readonly Draft[], standing: (id: string) => Document | undefined): Promise<Belongings> {
  const ids = new Set(drafts.flatMap((draft) => personOf(draft) ?? []))
  const found: Belongings = new Map([...ids].map((id) => [id, { entries: (standing(id)?.affiliations ?? []) as Document[] }]))
  if (ids.size === 0) return found
  const planned = [...await plannedAffiliations<Document>(ctx.db, planId, [...ids]), ...inFlight.steps.flatMap(entriesOf)]
  for (const { id, entries } of planned) if (ids.has(id)) found.set(id, { entries: laidOver(found.get(id)!, entries), planned: {} })
  return found
}

/** The person whose affiliations a row speaks of. */
function personOf({ kind, id, document, step }: Draft): string | undefined {
  if (step) return undefined
  if (kind === 'Affiliation') return document.user as string | undefined
  return kind === 'User' && Array.isArray(document.affiliations) ? id : undefined
}

function entriesOf({ resource, action, targetId, changes }: NewStep): { id: string; entries: Document[] }[] {
  if (targetId === undefined || (action !== 'create' && action !== 'update')) return []
  const { document, patch, entry } = (changes ?? {}) as { document?: Document; patch?: Document; entry?: Document }
  if (resource === 'Affiliation') return [{ id: targetId, entries: [entry!] }]
  const said = (document ?? patch)?.affiliations
  return resource === 'User' && Array.isArray(said) ? [{ id: targetId, entries: said as Document[] }] : []
}

function laidOver({ entries }: Belonging, given: readonly Document[]): Document[] {
  return mergeEntries(affiliations, entries, given).map((entry) => validateEntry(affiliations, entry, undefined, true))
}

/** Lets a row add to what its person belongs to. Errors: `period_overlap`; the draft has its refusal where another row stands in the way. */
export function belong(draft: Draft, belongings: Belongings, given: readonly Document[]): void {
  const id = personOf(draft)!
  const before = belongings.get(id)!
  const entries = laidOver(before, given)
  try {
    checkPeriods(user, { affiliations: entries })
  } catch (error) {
    if (!before.planned || !(error instanceof GatehouseError)) throw error
    draft.step = refused(draft.row, 'conflict', { message: 'overlaps a period in the same organisation that an earlier row of the import brings' })
    if (before.planned.line !== undefined) draft.blockedBy = before.planned.line
    return
  }
  belongings.set(id, { entries, planned: { line: draft.row.line } })
}
