/** What a run tells on a terminal: never more than was done. */
import { expect, test } from 'vitest'
import type { ApplyReport } from '../src/sync/apply.ts'
import { describeRun } from '../src/cli/sync-report.ts'

const report: ApplyReport = { planId: 'p', steps: 500, done: { create: 200 }, failed: 0, blocked: 0, stale: 0, failures: [], stopped: null }
const first = (given: Partial<ApplyReport>) => describeRun({ ...report, ...given }).split('\n')[0]

test.each<[Partial<ApplyReport>, string]>([
  [{}, 'Plan p: of 500 steps, all done.'],
  [{ steps: 1 }, 'Plan p: of 1 step, all done.'],
  [{ steps: 0, done: {} }, 'Plan p: of 0 steps, nothing to do.'],
  [{ failed: 2, blocked: 1 }, 'Plan p: of 500 steps, 2 failed, 1 blocked.'],
  [{ stopped: 'the plan is cancelled by now' }, 'Plan p: of 500 steps, not all done.'],
  [{ steps: 1, done: {}, stopped: 'too many', guarded: true }, 'Plan p: none of its 1 step done.'],
])('%j: %s', (given, line) => expect(first(given)).toBe(line))

test('lists what was done, kind by kind, and why it stopped', () => {
  expect(describeRun({ ...report, done: { create: 200, groupAdd: 1 }, stopped: 'the plan is cancelled by now' }).split('\n').slice(1)).toEqual([
    '     200  accounts created', '       1  group membership added', 'Stopped: the plan is cancelled by now. What was not done stays marked for the next run.',
  ])
})
