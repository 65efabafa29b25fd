/** Heavy questions: so many at once a server and a caller; who finds no room is told so, and places come free again. */
import { expect, test } from 'vitest'
import { administrator } from './administrators.ts'
import { testServer, type Reply } from './rest-server.ts'

const shared = await testServer({ HEAVY_PLACES: '4' })
const { ctx, ask } = shared
const [ann, bob, cid] = [await administrator(shared, 'ann', 'AUDITOR'), await administrator(shared, 'bob', 'AUDITOR'), await administrator(shared, 'cid', 'SUPER_ADMIN')]
const whatIf = { changes: [{ op: 'add', source: { type: 'Role', id: 'GATEHOUSE_END_USER' }, target: { type: 'Resource', id: 'GATEHOUSE_PORTALS' }, rights: ['READ'] }] }

/** Until so many statements wait for a lock. */
async function waiting(count: number): Promise<void> {
  for (;;) {
    const row = await ctx.db.first<{ count: number }>(`select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
    if (row!.count === count) return
  }
}

test('one caller has half of the places and others the rest; then there are none until one comes free', async () => {
  const underWay: Promise<Reply>[] = []
  await ctx.db.transaction(async (tx) => {
    // What-if reads rights first; finding out who asks does not.
    await tx.execute('lock table access_rights in access exclusive mode')
    underWay.push(ann.ask('POST', '/access/what-if', whatIf))
    await waiting(1)
    for (const [method, path, body] of [['POST', '/access/what-if', whatIf], ['GET', '/roles/GATEHOUSE_AUDITOR/people'], ['GET', '/access/findings?kind=empty-role'], ['POST', '/access/mining', {}], ['GET', '/audit/verify']] as const) {
      const { status, body: problem, headers } = await ann.ask(method, path, body)
      expect([path, status, problem.code, headers['retry-after']]).toEqual([path, 429, 'too_many_at_once', '5'])
    }
    expect((await ann.ask('GET', '/users?count=1')).status).toBe(200)
    underWay.push(bob.ask('POST', '/access/what-if', whatIf))
    await waiting(2)
    for (const [method, path, body] of [['GET', '/groups/x/people'], ['POST', '/plans', { kind: 'mining' }], ['GET', '/access/findings?kind=empty-role']] as const) {
      const { status, body: problem, headers } = await cid.ask(method, path, body)
      expect([path, status, problem.code, headers['retry-after']]).toEqual([path, 503, 'busy', '5'])
    }
    // Other plans are no heavy questions.
    expect((await cid.ask('POST', '/plans', { kind: 'bulk', operation: 'lock', filter: 'userName eq "nobody"' })).status).toBe(201)
  })
  expect((await Promise.all(underWay)).map(({ status }) => status)).toEqual([200, 200])
  expect((await cid.ask('GET', '/access/findings?kind=empty-role')).status).toBe(200)
  expect((await ann.ask('POST', '/access/what-if', whatIf)).status).toBe(200)
})

test('keys of one person are one caller', async () => {
  const { body } = await ask('POST', '/keys', { userId: ann.id, name: 'another', scopes: ['read'] })
  await ctx.db.transaction(async (tx) => {
    await tx.execute('lock table access_rights in access exclusive mode')
    const first = ann.ask('POST', '/access/what-if', whatIf)
    await waiting(1)
    expect((await ask('GET', '/roles/GATEHOUSE_AUDITOR/people', undefined, { authorization: `Bearer ${body.token}` })).body.code).toBe('too_many_at_once')
    return { first }
  }).then(async ({ first }) => expect((await first).status).toBe(200))
})

test('what fails, and what is streamed, gives its places back', async () => {
  for (let round = 0; round < 5; round++) {
    expect((await ann.ask('POST', '/access/what-if', {})).body.code).toBe('invalid_body')
    expect((await ann.ask('GET', '/roles/nothing/people')).status).toBe(404)
    expect((await ann.ask('GET', '/roles/GATEHOUSE_AUDITOR/people', undefined, { accept: 'application/x-ndjson' })).status).toBe(200)
  }
})
