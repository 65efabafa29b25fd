/** Records are loaded by one statement whose plan is kept: to make it anew takes longer than to load one person. */
import { expect, test } from 'vitest'
import { user } from '../src/model/user.ts'
import { loadRecords, statementFor } from '../src/store/records.ts'
import { testServer } from './rest-server.ts'

const { ctx, ask } = await testServer()

test('one by one, or many at a time, those who are there', async () => {
  const ids: string[] = []
  for (const userName of ['ada', 'bob', 'cleo']) ids.push((await ask('POST', '/users', { userName, emails: [{ value: `${userName}@example.com` }] })).body.id)
  // Among so many, to plan for one seems worth it.
  await ctx.db.execute(`insert into users (user_id, last_name, status, system_flag, is_visible) select 'many' || n, 'Many', 'ACTIVE', 'N', 'Y' from generate_series(1, 3000) n`)
  await ctx.db.execute('analyze users')
  const [planned] = await ctx.db.transaction(async (tx) => {
    for (const id of [...ids, ...ids, ...ids]) {
      const found = await loadRecords(tx, user, [id])
      expect([...found.keys()]).toEqual([id])
      expect(found.get(id)!.children.emails).toHaveLength(1)
    }
    expect([...(await loadRecords(tx, user, [...ids, 'nobody', ids[0]!])).keys()].toSorted()).toEqual(ids.toSorted())
    expect((await loadRecords(tx, user, [])).size).toBe(0)
    return tx.query<{ again: number; kept: number }>('select custom_plans as again, generic_plans as kept from pg_prepared_statements where name = $1', [statementFor(user, {}).name])
  })
  // PostgreSQL makes five plans for the values at hand before it keeps one for any.
  expect(planned).toEqual({ again: 5, kept: 6 })
})
