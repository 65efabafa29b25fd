/** Real grants come in by a mapping, and checks agree with their files: pair by pair, of large sets every grant and as many other pairs. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import { accessOf, askedMoment, checkMany } from '../src/access/effective.ts'
import { collectRejects } from '../src/transfer/collect-rejects.ts'
import { testContext } from './context.ts'
import { grantMapping, grantSet, grantSetFile, grantSetsAreThere, loadGrantSet, personId, thingId } from './grant-sets.ts'
import { against, csv, fileOf, importFolder, plan, stepsOf } from './import-harness.ts'

test('many rows name a record: the first makes it, a row that goes wrong takes its edge alone with it', async () => {
  const ctx = await testContext()
  const { columns: _columns, delimiter: _delimiter, ...mapping } = await grantMapping('x')
  const { id, counts } = await plan(ctx, csv('person,thing', '1,1', '1,2', '2,1', '2,', '2,1'), mapping)
  expect(counts).toEqual({ create: 7, conflict: 1, error: 2 })
  const steps = await stepsOf(ctx.db, id)
  expect(steps.filter(({ action }) => action === 'create').map(({ line, resource }) => `${line} ${resource}`)).toEqual([
    '2 User', '2 Resource', '2 Membership', '3 Resource', '3 Membership', '4 User', '4 Membership',
  ])
  expect(steps.filter(({ action }) => action === 'error').map((step) => `${step.line} ${step.resource} ${against(step)}`)).toEqual(['5 Resource thing is required', '5 Edge thing The row does not say which target is meant.'])
})

test('a file without a header: blanks of any width, and what was refused comes back by the same mapping', async () => {
  const ctx = await testContext()
  const mapping = await grantMapping('x')
  const path = fileOf('pairs.txt', '   1\t 1  \r\n\r\n      1          2\r\n3\r\n2 1 7\r\n  2 \t 2')
  const { id, counts } = await plan(ctx, path, mapping)
  expect(counts).toEqual({ create: 7, error: 2 })
  const target = join(importFolder(), 'pairs.rejected.txt')
  expect(await collectRejects(ctx.db, id, { path, mapping }, 'pairs.txt', target)).toBe(2)
  const refused = readFileSync(target, 'utf8')
  expect(refused).toMatch(/^person\tthing\t_line\t_reason\r\n3\t\t4\tThe row has 1 field and/)
  const mended = fileOf('mended.txt', refused.split('\r\n').slice(0, 2).join('\n').replace('3\t\t4', '3\t2\t4'))
  expect((await plan(ctx, mended, mapping)).counts).toEqual({ create: 3 })
  await expect(plan(ctx, path, { ...mapping, columns: ['person', 'things'] })).rejects.toMatchObject({ code: 'invalid_file', message: expect.stringContaining('lacks "thing"') })
})

// Seconds each; the time is for machines that are busy with something else.
describe.each([['hc', 60_000], ['domino', 60_000], ['emea', 240_000], ['fire1', 600_000]] as const)('%s', (set, timeout) => {
  beforeEach(({ skip }) => skip(!grantSetsAreThere, 'the sample data is not beside the checkout (../shared/data)'))
  test('checks agree pair by pair, of large sets on every grant and as many others; again nothing changes', { timeout }, async () => {
    const ctx = await testContext()
    const grants = grantSet(set)
    const [people, things] = [new Set(grants.map(([person]) => person)), new Set(grants.map(([, thing]) => thing))]
    const before = performance.now()
    const done = await loadGrantSet(ctx, set)
    console.log(`${set}: ${grants.length} grants of ${people.size} people imported in ${((performance.now() - before) / 1000).toFixed(1)} s`)
    expect([done.status, done.failed, done.counts]).toEqual(['applied', 0, { create: people.size + things.size + grants.length }])
    const granted = grants.map(([person, thing]) => `${personId(set, person)} ${thingId(set, thing)}`).sort()
    const isGranted = new Set(granted)
    const pairs = [...people].flatMap((person) => [...things].map((thing) => ({ user: personId(set, person), resource: thingId(set, thing) })))
    const others = pairs.filter(({ user, resource }) => !isGranted.has(`${user} ${resource}`))
    // The large sets have more pairs than there is time to ask for: there, others spread evenly over the rest, and all that each person has.
    const step = pairs.length < 20_000 ? 1 : Math.max(1, Math.floor(others.length / grants.length))
    const asked = [...pairs.filter(({ user, resource }) => isGranted.has(`${user} ${resource}`)), ...others.filter((_, place) => place % step === 0)]
    expect((await allowed(ctx, asked)).sort()).toEqual(granted)
    if (step > 1) expect((await held(ctx, [...people].map((person) => personId(set, person)))).sort()).toEqual(granted)
    expect((await plan(ctx, grantSetFile(set), await grantMapping(set))).counts).toEqual({ unchanged: people.size + things.size + grants.length })
  })
})

/** Those of the pairs that a check allows, asked a thousand at a time. */
async function allowed(ctx: Context, pairs: readonly { user: string; resource: string }[]): Promise<string[]> {
  const found: string[] = []
  for (let from = 0; from < pairs.length; from += 1000) {
    const checks = pairs.slice(from, from + 1000)
    const answers = await checkMany(ctx, { checks })
    answers.forEach((answer, index) => answer.allowed && found.push(`${checks[index]!.user} ${checks[index]!.resource}`))
  }
  return found
}

async function held(ctx: Context, people: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const person of people) {
    const { items, next } = await accessOf(ctx, person, askedMoment(ctx, undefined), { count: 10_000, type: 'Resource' })
    expect(next).toBeUndefined()
    found.push(...items.map(({ id }) => `${person} ${id}`))
  }
  return found
}
