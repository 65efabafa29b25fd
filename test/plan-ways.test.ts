/** How a plan goes on or is given up: the same words wherever it is told of, with the command of its kind. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eitherWay, nextLines } from '../src/cli/plan-ways.ts'
import { describePlan } from '../src/cli/sync-report.ts'
import { stopReason } from '../src/model/plan-limits.ts'
import type { Plan } from '../src/store/plans.ts'
import { root } from '../tools/house-rules.ts'

const plan = (more: Partial<Plan>): Plan => ({ id: 'p1', kind: 'bulk', status: 'planned', title: 'T', options: {}, counts: { update: 2 }, steps: 2, appliedThrough: 0, failed: 0, created: '', createdBy: '', ...more })
const kinds: [string, string][] = [['import', 'import --apply'], ['efs-adopt', 'efs adopt --apply'], ['sync', 'sync --apply'], ['mass-delete', 'plan apply'], ['bulk', 'plan apply'], ['grants', 'plan apply'], ['merge', 'plan apply']]

test.for(kinds)('a plan of the kind %s is applied, and gone on with, by %s', ([kind, command]) => {
  expect(nextLines(plan({ kind }))).toEqual([`Apply it: npx gatehouse ${command} p1`])
  expect(nextLines(plan({ kind, status: 'applying' }))).toEqual([
    `If nobody is at work on it any more, it was broken off. Go on with it: npx gatehouse ${command} p1`, 'Or give up the rest of it: npx gatehouse plan cancel p1'])
  expect(nextLines(plan({ kind, counts: { error: 1, unchanged: 1 } }))).toEqual([])
})

test('one that a guard has stopped has the same ways out in every place', () => {
  const release = "Release it: npx gatehouse plan release p1 --reason 'why this is right'"
  const stopped = plan({ kind: 'sync', status: 'stopped', stopReason: stopReason(['2 accounts to create at once']), counts: { create: 2 } })
  expect(nextLines(stopped)).toEqual([release, 'Or give it up: npx gatehouse plan cancel p1'])
  expect(describePlan(stopped).split('\n').slice(-2)).toEqual([release, 'Or give it up: npx gatehouse plan cancel p1'])
  expect(eitherWay('p1')).toBe("npx gatehouse plan release p1 --reason '…'  or  npx gatehouse plan cancel p1")
  expect(nextLines({ ...stopped, stopReason: 'The run was interrupted' })).toEqual([])
})

test('the commands stand in one file', () => {
  const cli = join(root, 'src/cli')
  const others = readdirSync(cli).filter((name) => name !== 'plan-ways.ts' && /gatehouse plan (?:apply|release|cancel)|gatehouse (?:import|sync|efs adopt) --apply \$/.test(readFileSync(join(cli, name), 'utf8')))
  expect(others).toEqual([])
})
