/** Reading a COPY that is not read to its end: the work ends at once, with its own error, and the database goes on. */
import { expect, test } from 'vitest'
import { testDatabase } from './database.ts'

const db = await testDatabase()

test('whoever stops in the middle of a COPY hears why, at once', { timeout: 15_000 }, async () => {
  const enough = new Error('enough')
  const work = db.transaction(async (tx) => {
    for await (const chunk of tx.copyOut(`copy (select repeat(md5(n::text), 100) from generate_series(1, 50000) n) to stdout`)) if (chunk.length > 0) throw enough
  })
  await expect(work).rejects.toBe(enough)
  await expect.poll(() => db.query(`select pid from pg_stat_activity where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()`)).toEqual([])
  expect(await db.first('select 1 as one')).toEqual({ one: 1 })
})
