/** What else stands against rows that are refused already, so that all of it can be mended at once. */
import { linkProblems } from '../directory/user-record.ts'
import { refuseUnborn } from '../directory/users.ts'
import { GatehouseError, type ErrorCode, type Problem } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { edgeEntry } from '../model/edge-terms.ts'
import { affiliations } from '../model/user-links.ts'
import { checkDocument, validateEntry } from '../model/validate.ts'
import { findProblems } from '../records/check-metadata.ts'
import { overlaps } from '../records/check-periods.ts'
import type { Pending } from '../records/record-kind.ts'
import { missingTargets } from './check-targets.ts'
import { isUnreadIn, type Draft, type Existing, type RowProblem } from './draft.ts'
import { isKind, resources, type Kind, type ResourceName } from './importable.ts'
import { mergeEntries, mergeImport } from './merge-import.ts'
import { nameProblems, partAt } from './name-problems.ts'
import type { Planning } from './planning.ts'

type Found = Problem & { code?: ErrorCode }

/** What a refusal of a record speaks of: what is there already, with the row laid over it. */
export function judged({ kind, isNew, id, document }: Draft, existing: Existing): Document {
  const before = isKind(kind) && !isNew ? existing[kind].get(id)?.document : undefined
  return before ? mergeImport(resources[kind as Kind], before, document) : document
}

/** Adds to the problems of each draft what does not stand at the place of one of its faults. */
export async function addFindings(planning: Planning, drafts: readonly Draft[], existing: Existing): Promise<void> {
  for (const [kind, some] of Map.groupBy(drafts, (draft): ResourceName => draft.kind)) {
    const found = isKind(kind) ? await ofRecords(planning, kind, some, existing) : some.map((draft) => ofTie(draft, existing))
    some.forEach((draft, index) => {
      const told = new Set(draft.faults!.map(({ path }) => path))
      const more = found[index]!.filter(({ path }) => !told.has(path))
      if (more.length > 0) (draft.step!.problems as RowProblem[]).push(...nameProblems(draft.row, more, planning.metadata, judged(draft, existing)))
    })
  }
}

async function ofRecords(planning: Planning, kind: Kind, drafts: readonly Draft[], existing: Existing): Promise<Found[][]> {
  const checked = drafts.map((draft) => checkDocument(resources[kind], { ...judged(draft, existing), id: draft.id }, beforeOf(draft, existing)?.document, true))
  const pending = drafts.map((draft, index): Pending => ({ action: 'check', before: beforeOf(draft, existing), after: checked[index]!.document }))
  const metadata = await findProblems(planning.ctx.db, resources[kind], pending, planning.metadata)
  const missing = await missingTargets(planning, kind, pending.map(({ after }) => after))
  return drafts.map((draft, index) => {
    const { problems, document } = checked[index]!
    const declared = metadata[index]!.filter(({ code }) => code !== 'unknown_attribute' || isTypeKnown(draft))
    const found = [...problems, ...declared, ...missing[index]!, ...ofWhole(planning, kind, draft, existing, document, problems)]
    return draft.isUnknown ? found.filter(({ path }) => path !== undefined && partAt(draft.row.document, path) !== undefined) : found
  })
}

/** The record as it stands. Of somebody unknown nothing is lacking, and what they are was allowed when they became it. */
function beforeOf({ kind, id, isUnknown, document }: Draft, existing: Existing): Pending['before'] {
  if (!isUnknown) return existing[kind as Kind].get(id)
  const { attributes: _, ...rest } = document
  return { document: rest } as Pending['before']
}

/** Which attributes are declared for a record depends on its type. */
const isTypeKnown = ({ row, isUnknown }: Draft): boolean => !isUnreadIn(row, 'typeId', 'subTypeId') && (!isUnknown || row.document.typeId !== undefined)

/** What does not go together in a document; of what is as it should be, and no cell would have changed that could not be read. */
function ofWhole({ ctx }: Planning, kind: Kind, { row, id }: Draft, existing: Existing, document: Document, problems: readonly Problem[]): Problem[] {
  const known = Object.fromEntries(Object.entries(document).filter(([attribute]) => !isUnreadIn(row, attribute)))
  const wrong = new Set(problems.map(({ path }) => path))
  const periods = resources[kind].collections.flatMap((collection) => overlaps(collection, known[collection.path], (index) => {
    const at = `${collection.path}[${index}]`
    return ![at, `${at}.${collection.period!.target}`, `${at}.start`, `${at}.end`].some((path) => wrong.has(path))
  }))
  return kind === 'User' ? [...problemsOf(() => refuseUnborn(ctx, known, existing.User.get(id)?.document)), ...linkProblems({ ...known, id }), ...periods] : periods
}

/** The same of a tie, as far as its ends are known. */
function ofTie({ kind, row, document }: Draft, existing: Existing): Problem[] {
  const { user, source: _source, target: _target, ...given } = document
  // What the row names was not looked for where one of the ends is nowhere.
  for (const { path } of row.references) {
    if (path === 'organization') given.organization ??= 'x'
    else if (partAt(document, path) === undefined) delete given[path.split('[')[0]!]
  }
  if (kind === 'Edge') return problemsOf(() => validateEntry(edgeEntry, Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null))))
  return problemsOf(() => {
    const entry = validateEntry(affiliations, given, undefined, true)
    const standing = typeof user === 'string' && !isUnreadIn(row, 'user', 'organization', 'start', 'end') ? existing.User.get(user)?.document.affiliations : undefined
    return standing === undefined ? [] : overlaps(affiliations, mergeEntries(affiliations, standing as Document[], [entry]))
  })
}

/** What is found, or else what is thrown. */
function problemsOf(find: () => unknown): Problem[] {
  try {
    const found = find()
    return Array.isArray(found) ? found : []
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error
    return [...error.problems]
  }
}
