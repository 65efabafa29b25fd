/** The help desk's spoken word: right or wrong, five times at most, and no way around that. */
import { expect, test } from 'vitest'
import { administrator } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ctx, ask } = shared
let counter = 0
const person = async (secretWord?: string) => (await ask('POST', '/users', { userName: `caller${++counter}`, ...(secretWord === undefined ? {} : { secretWord }) })).body.id as string
const check = (id: string, secretWord: unknown) => ask('POST', `/users/${id}/verify-secret-word`, { secretWord })

test('the right word is known whatever its case and spaces, and sets the count back', async () => {
  const id = await person('Blue Élephant')
  expect((await check(id, 'red')).body).toEqual({ verified: false, locked: false })
  expect((await check(id, '  blue e\u0301LEPHANT ')).body).toEqual({ verified: true, locked: false })
  expect((await ask('GET', `/users/${id}?attributes=secretFailCount`)).body.secretFailCount).toBe(0)
})

test('after five wrong ones the right one does not help either, until there is another word', async () => {
  const id = await person('blue')
  const answers = []
  for (let attempt = 0; attempt < 5; attempt++) answers.push((await check(id, 'red')).body.locked)
  expect(answers).toEqual([false, false, false, false, true])
  expect((await check(id, 'blue')).body).toEqual({ verified: false, locked: true })
  await ask('PATCH', `/users/${id}`, { secretWord: 'green' })
  expect((await check(id, 'green')).body).toEqual({ verified: true, locked: false })
  const results = await ctx.db.query<{ result: string }>(`select result from gatehouse.audit_event where target_id = $1 and action = 'user.secret-word.verify' order by event_id`, [id])
  expect(results.map(({ result }) => result)).toEqual([...Array<string>(5).fill('wrong'), 'locked', 'SUCCESS'])
  expect(JSON.stringify(await ctx.db.query('select changes, origin from gatehouse.audit_event where target_id = $1', [id]))).not.toMatch(/green|blue|red"/)
})

test('twenty guesses at once get five tries', async () => {
  const id = await person('blue')
  const replies = await Promise.all(Array.from({ length: 20 }, () => check(id, 'red')))
  expect(replies.map(({ body }) => body.verified)).toEqual(Array(20).fill(false))
  const results = await ctx.db.query<{ result: string }>(`select result from gatehouse.audit_event where target_id = $1 and action = 'user.secret-word.verify'`, [id])
  expect(results.map(({ result }) => result).toSorted()).toEqual([...Array<string>(15).fill('locked'), ...Array<string>(5).fill('wrong')])
  expect((await check(id, 'blue')).body).toEqual({ verified: false, locked: true })
})

test('is refused without a word, for nobody, and to who may not help', async () => {
  const id = await person()
  expect((await check(id, 'blue')).body.code).toBe('conflict')
  expect((await check('nobody', 'blue')).status).toBe(404)
  for (const word of ['', ' ', 7, null, 'x'.repeat(256)]) expect((await check(id, word)).body.code).toBe('invalid_value')
  const desk = await administrator(shared, 'desk', 'HELP_DESK')
  const auditor = await administrator(shared, 'auditor', 'AUDITOR')
  const boss = await administrator(shared, 'boss', 'SUPER_ADMIN')
  await ask('PATCH', `/users/${boss.id}`, { secretWord: 'blue' })
  expect((await desk.ask('POST', `/users/${await person('blue')}/verify-secret-word`, { secretWord: 'blue' })).body.verified).toBe(true)
  expect((await auditor.ask('POST', `/users/${id}/verify-secret-word`, { secretWord: 'blue' })).status).toBe(403)
  expect((await desk.ask('POST', `/users/${boss.id}/verify-secret-word`, { secretWord: 'blue' })).status).toBe(403)
})
