/** A row is taken whole or not at all: what stands and falls together within a batch. Pure. */
import { isRefused, refused, type Draft } from './draft.ts'
import { isKind } from './importable.ts'
import { mostTold } from './value-rule.ts'

/**
 * Refuses whoever builds on a new record that was refused, and every record of a row of which one was, until nothing
 * stands that leans on nothing.
 */
export function refuseTogether(drafts: readonly Draft[]): void {
  if (!drafts.some(({ step }) => isRefused(step))) return
  // Records that a mapping puts first stand in no line: each is a row of its own.
  const rows = [...Map.groupBy(drafts.filter(({ row }) => row.line > 0), ({ row }) => row.line).values()].filter((own) => own.length > 1)
  const gone = new Set<string>()
  for (let isStable = false; !isStable;) {
    isStable = true
    for (const draft of drafts) if (draft.isNew && isRefused(draft.step)) gone.add(draft.id)
    for (const draft of drafts) {
      const lost = isOpen(draft) ? draft.leans.find(({ id }) => gone.has(id))?.reference : undefined
      if (!lost) continue
      const { resource, by, value, column, path } = lost
      follow(draft, { column, path, value, message: `the row with the ${resource} whose ${by} is "${value}" is refused itself` })
      isStable = false
    }
    for (const own of rows) {
      const cause = own.find(({ step }) => isRefused(step))
      for (const draft of cause ? own : []) {
        if (!isOpen(draft) || (draft.isRepeated && !draft.step)) continue
        follow(draft, { message: `the ${cause!.row.resource} of the same row is refused: ${reasonOf(cause!)}` })
        isStable = false
      }
    }
  }
}

/** Whether it would still do something. */
function isOpen({ step, row, kind }: Draft): boolean {
  if (!step) return true
  return step.action === 'create' || step.action === 'update' || (step.action === 'unchanged' && (step.changes !== undefined || (isKind(kind) && row.password !== undefined)))
}

function follow(draft: Draft, problem: Parameters<typeof refused>[2]): void {
  draft.step = refused(draft.row, 'error', problem!)
  draft.follows = true
}

const reasonOf = ({ step }: Draft): string => (step!.problems as { column?: string; path?: string; message: string }[] | undefined)
  ?.slice(0, mostTold).map(({ column, path, message }) => [column ?? path, message].filter((part) => part !== undefined).join(': ')).join('; ') ?? 'it cannot be taken'
