/** Messages that wait, were sent or given up, when their person is erased or has another name. */
import { expect, test } from 'vitest'
import { recoverAccounts } from '../src/signin/recovery.ts'
import { leaseMessage } from '../src/store/messages.ts'
import { tellPeople } from '../src/notify/tell-people.ts'
import { settle } from './audit-context.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer()
const { ctx, ask, fresh, signedIn, masterKey } = shared
await tellPeople(ctx)

const messages = () => ctx.db.query<{ template: string; recipient: string; text: string }>('select template, recipient, to_jsonb(m)::text as text from gatehouse.message m order by created_at, message_id')
const at = (value: string) => ({ emails: [{ value, primary: true }] })
async function askForNames(email: string): Promise<void> {
  expect((await fresh().ask('POST', '/recovery/user-name', { email })).status).toBe(202)
  await recoverAccounts(ctx, masterKey)
}

test('erasing takes them with all that they tell: their own, in whatever state, what waits to be told of, and names that were told with those of others', async () => {
  const ann = await signedIn('annabel', at('family@example.com'))
  await signedIn('bertram', at('family@example.com'))
  await signedIn('casimir', at('casimir@example.com'))
  // Also to an address of before, and in every state.
  expect((await ask('PATCH', `/users/${ann.id}`, { ...at('alone@example.com'), userName: 'annabella' })).status).toBe(200)
  await settle(ctx.db)
  await tellPeople(ctx)
  expect((await ask('PATCH', `/users/${ann.id}`, at('family@example.com'))).status).toBe(200)
  await settle(ctx.db)
  await ctx.db.execute(`update gatehouse.message set status = (array['SENT', 'DEAD', 'QUEUED'])[1 + mod(('x' || right(message_id, 2))::bit(8)::int, 3)]`)
  await askForNames('family@example.com')
  await askForNames('casimir@example.com')
  const before = await messages()
  expect(before.map(({ template, recipient }) => `${template} ${recipient}`)).toEqual(expect.arrayContaining(['user-name family@example.com', 'user-name-changed alone@example.com', 'email-changed family@example.com']))
  expect(before.find(({ recipient, template }) => template === 'user-name' && recipient === 'family@example.com')?.text).toMatch(/annabella/)

  expect((await ask('POST', `/users/${ann.id}/erase`)).status).toBe(204)
  await settle(ctx.db)
  await tellPeople(ctx)
  const after = await messages()
  expect(after.map(({ text }) => text).join()).not.toMatch(/annabel|family|alone/i)
  expect(after.map(({ template, recipient }) => `${template} ${recipient}`)).toEqual(expect.arrayContaining(['user-name casimir@example.com']))
})

test('a user name is told as it is when the message goes out', async () => {
  const one = await signedIn('dora', at('dora@example.com'))
  await askForNames('dora@example.com')
  expect((await ask('PATCH', `/users/${one.id}`, { userName: 'dorothea' })).status).toBe(200)
  await ctx.db.execute(`delete from gatehouse.message where user_id is distinct from $1 or template <> 'user-name'`, [one.id])
  const now = ctx.now()
  const leased = await leaseMessage(ctx.db, 'EMAIL', { now: now.toISOString(), until: new Date(now.getTime() + 60_000).toISOString(), first: 'awaited' })
  expect(leased).toMatchObject({ recipient: 'dora@example.com', content: { userNames: 'dorothea' } })
})
