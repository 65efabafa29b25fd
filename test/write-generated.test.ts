/** Generated people as they stand in the database: the same for the same seed, but for the times of the writing. */
import { expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import type { Document } from '../src/model/attribute.ts'
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
    await exportRecords(ctx.db, resource, { everyone: true }, async (documents: AsyncGenerator<Document>) => {
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
