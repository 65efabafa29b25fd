/** One is not several, in what plans and runs are told by. */
import { expect, test } from 'vitest'
import { planLines } from '../src/cli/plans.ts'
import { countLines } from '../src/cli/sync-report.ts'
import { counted, phraseOf } from '../src/model/counted.ts'
import { limitedOperations } from '../src/model/plan-limits.ts'
import type { Plan } from '../src/store/plans.ts'
import type { Counts } from '../src/sync/steps.ts'

const all = (count: number): Counts => ({
  declareFields: count, createGroup: count, create: count, hookPassword: count, adopt: count, update: count, activate: count, unsuspend: count, suspend: count, deactivate: count,
  delete: count, groupAdd: count, groupRemove: count, unlink: count, settle: count, report: count, takeOver: count, blocked: count,
})
const several = /^ *1 +(?:accounts|fields|groups|group memberships|links|marks|people|differences)/

test('every kind of action, of one and of two', () => {
  for (const tense of ['planned', 'done'] as const) {
    const [one, two] = [countLines(all(1), tense), countLines(all(2), tense)]
    expect(one).toHaveLength(18)
    expect(one.filter((line) => several.test(line))).toEqual([])
    one.forEach((line, at) => expect(line.replace('1', '2')).not.toBe(two[at]))
  }
  expect(countLines({ declareFields: 1, blocked: 1, groupAdd: 2 })).toEqual(['       1  field to declare in the user schema', '       2  group memberships to add', '       1  person or account blocked, waiting for a decision'])
})

test('every limit, of one and of more', () => {
  for (const { what } of Object.values(limitedOperations)) {
    expect([phraseOf(1, what) === what, phraseOf(2, what), phraseOf(0, what)]).toEqual([false, what, what])
  }
  expect([counted(1, 'person', 'people'), counted(0, 'step'), counted(1_200, 'step')]).toEqual(['1 person', '0 steps', '1,200 steps'])
})

test('the counts of a plan that the name alone does not explain', () => {
  const plan = { id: 'p', kind: 'mass-delete', status: 'planned', title: 'T', options: {}, counts: { relatedLeftOpen: 1, hidden: 1 }, steps: 1, appliedThrough: 0, failed: 0, created: '', createdBy: '' } satisfies Plan
  expect(planLines(plan).slice(1)).toEqual(['         1  step, planned', '         1  account related to persons who go stays open (relatedLeftOpen): end it yourself', '         1  hidden person is found as well, and left out'])
})
