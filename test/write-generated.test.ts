/** Generated people as they stand in the database: the same for the same seed, but for the times of the writing. */
import { expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import type { Document } from '../src/model/attribute.ts'
import { createUser } from '../src/directory/users.ts'
import { organization } from '../src/model/organization.ts'
import { user } from '../src/model/user.ts'
import { exportRecords } from '../src/transfer/export-records.ts'
import { entryIdOf } from '../src/transfer/generate-random.ts'
import { writeGenerated } from '../src/transfer/write-generated.ts'
import { testContext } from './context.ts'

const times = new Set(['created', 'lastModified', 'meta', 'createdBy', 'lastUpdatedBy'])

async function world(ctx: Context, seed: string): Promise<string[]> {
  await writeGenerated(ctx, { people: 60, seed })
  const lines: string[] = []
  for (const resource of [organization, user]) {
    await exportRecords(ctx.db, resource, { includeHidden: true }, async (documents: AsyncGenerator<Document>) => {
      for await (const one of documents) lines.push(JSON.stringify(one, (key, value: unknown) => (times.has(key) ? undefined : value)))
    })
  }
  return lines
}

test('two databases of one seed hold the same, ids of entries included; another seed is another world', { timeout: 60_000 }, async () => {
  const first = await world(await testContext(), 'a seed')
  expect(first.length).toBeGreaterThan(60)
  expect(await world(await testContext(), 'a seed')).toEqual(first)
  expect(await world(await testContext(), 'another')).not.toEqual(first)
  const ids = first.flatMap((line) => [...line.matchAll(/"id":"([0-9a-f]{32})"/g)].map(([, id]) => id))
  expect(new Set(ids).size).toBe(ids.length)
})

test('a record with more entries than there is room for gets no id of the next one', () => {
  expect(() => entryIdOf(1, 'person', 0, 32)).toThrow(RangeError)
  expect(new Set([entryIdOf(1, 'person', 0, 31), entryIdOf(1, 'person', 1, 0)]).size).toBe(2)
})

test('they go into a directory that nobody uses: a run that was broken off and real people are told of, with the way out', { timeout: 60_000 }, async () => {
  const ctx = await testContext()
  await createUser(ctx, { userName: 'admin' })
  const broken = new Error('killed')
  await expect(writeGenerated(ctx, { people: 60, seed: 'a seed' }, () => { throw broken })).rejects.toBe(broken)
  const before = await exportedIds(ctx)
  await expect(writeGenerated(ctx, { people: 1060, seed: 'a seed' })).rejects.toThrow(/^A run with this seed has been here before, and seems to have been broken off.*Generate into an empty directory: with another GATEHOUSE_DATA/)
  await expect(writeGenerated(ctx, { people: 60, seed: 'a seed' })).rejects.toThrow(/^These people are here already\. Generate into an empty directory/)
  await expect(writeGenerated(ctx, { people: 60, seed: 'another' })).rejects.toThrow(/^There are people here already, such as .*would mix with them/)
  expect(await exportedIds(ctx)).toEqual(before)
  const real = await testContext()
  await createUser(real, { userName: 'ada.lovelace' })
  await expect(writeGenerated(real, { people: 10, seed: 1 })).rejects.toThrow(/^There are people here already, such as ada\.lovelace,/)
})

const exportedIds = (ctx: Context) => exportRecords(ctx.db, user, { includeHidden: true }, async (documents) => {
  const ids: string[] = []
  for await (const one of documents) ids.push(one.id as string)
  return ids
})
