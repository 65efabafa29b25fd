/** An address of somebody's that is not in use any more: nothing goes there, and it proves nothing (decisions/0057). */
import { expect, test } from 'vitest'
import { tellPeople as tellSettled } from '../src/notify/tell-people.ts'
import { recoverAccounts } from '../src/signin/recovery.ts'
import { settle } from './audit-context.ts'
import { password } from './browser.ts'
import { factorServer } from './factor-people.ts'

const { ctx, ask, fresh, signedIn, sentTo, later, masterKey } = await factorServer()
const next = 'another horse, another battery'

async function tellPeople(as: typeof ctx): Promise<void> {
  await settle(ctx.db)
  await tellSettled(as)
}

const askFor = async (what: string, body: object) => {
  later(2)
  expect((await fresh().ask('POST', `/recovery/${what}`, body)).status).toBe(202)
  await recoverAccounts(ctx, masterKey)
}
const templates = async (to: string) => (await sentTo(to)).map(({ template }) => template)
const tokenOf = async (to: string) => new URL((await sentTo(to)).find((one) => one.template === 'password-reset')!.link!).hash.slice(1)
const finish = async (token: string) => (await fresh().ask('POST', '/recovery/password/complete', { token, next })).status

async function withTwo(name: string) {
  const [first, second] = [`${name}@example.com`, `${name}2@example.com`]
  const one = await signedIn(name, { emails: [{ value: first, primary: true }, { value: second }] })
  await tellPeople(ctx)
  const { emails } = (await ask('GET', `/users/${one.id}`)).body as { emails: { id: string; value: string }[] }
  const set = async (value: string, change: object) => expect((await ask('PATCH', `/users/${one.id}/emails/${emails.find((entry) => entry.value === value)!.id}`, change)).status).toBe(200)
  return { ...one, first, second, set }
}

test('gets no link, and no name; nothing stands in for it; the help desk is told so', async () => {
  const { id, first, second, set } = await withTwo('ann')
  await set(first, { active: false })
  expect((await ask('GET', `/users/${id}`)).body.primaryEmail).toBeUndefined()
  for (const userName of ['ann', first, second]) await askFor('password', { userName })
  await askFor('user-name', { email: first })
  await tellPeople(ctx)
  // That it is out of use is told there, as that an address was removed is; nowhere else do they read it.
  expect([await templates(first), await templates(second)]).toEqual([['email-changed'], []])
  expect((await sentTo(first))[0]).toMatchObject({ before: 'a…@example.com', after: '–' })
  expect(await ask('POST', `/users/${id}/recover`)).toMatchObject({ status: 409, body: { code: 'no_mail_address' } })
  await set(second, { primary: true })
  await askFor('password', { userName: 'ann' })
  expect(await finish(await tokenOf(second))).toBe(200)
  expect(await ctx.db.query(`select param_value as address from user_auth_param where user_id = $1`, [id])).toEqual([{ address: second }])
})

test('takes the links along that went to it, also when it comes back into use', async () => {
  const { first, set } = await withTwo('bea')
  await askFor('password', { userName: 'bea' })
  const token = await tokenOf(first)
  await set(first, { active: false })
  expect(await finish(token)).toBe(403)
  await set(first, { active: true })
  expect(await finish(token)).toBe(403)
  await tellPeople(ctx)
  expect((await sentTo(first)).filter(({ template }) => template === 'email-changed').map(({ before, after }) => [before, after])).toEqual(expect.arrayContaining([['b…@example.com', '–'], ['–', 'b…@example.com']]))
  await askFor('password', { userName: 'bea' })
  expect(await finish(await tokenOf(first))).toBe(200)
})

test('is not proved by a link that went to it before', async () => {
  const { id, first, second, set } = await withTwo('cal')
  await askFor('password', { userName: 'cal' })
  const row = await ctx.db.first<{ hash: string; made: string; expires: string }>(`select pswd_reset_token as hash, pswd_reset_token_made as made, pswd_reset_token_exp as expires from login where user_id = $1`, [id])
  const token = await tokenOf(first)
  await set(second, { primary: true })
  await set(first, { active: false })
  // Whatever brought the link back to life.
  await ctx.db.execute('update login set pswd_reset_token = $2, pswd_reset_token_made = $3, pswd_reset_token_exp = $4 where user_id = $1', [id, row!.hash, row!.made, row!.expires])
  expect(await finish(token)).toBe(200)
  expect(await ctx.db.query(`select param_value from user_auth_param where user_id = $1`, [id])).toEqual([])
})

test('is told nothing when it becomes another one out of use, nor what else happens meanwhile', async () => {
  const { first, second, set, ask: own } = await withTwo('eli')
  await set(second, { active: false })
  await tellPeople(ctx)
  await set(second, { value: 'eli3@example.com' })
  expect((await own('POST', '/me/password', { current: password, next })).status).toBe(200)
  await tellPeople(ctx)
  expect([await templates(second), await templates('eli3@example.com'), (await templates(first)).toSorted()]).toEqual([[], [], ['email-changed', 'password-changed']])
})

test('is told what it was when the same change takes it out of use, and not when it puts another one into use', async () => {
  const { second, set } = await withTwo('flo')
  await set(second, { value: 'flo3@example.com', active: false })
  await tellPeople(ctx)
  expect([await templates(second), await templates('flo3@example.com')]).toEqual([['email-changed'], []])
  await ctx.db.execute('delete from gatehouse.message')
  const again = (await ctx.db.first<{ id: string; owner: string }>(`select email_id as id, parent_id as owner from email_address where email_address = 'flo3@example.com'`))!
  await ask('PATCH', `/users/${again.owner}/emails/${again.id}`, { value: 'flo4@example.com', active: true })
  await tellPeople(ctx)
  expect([await templates('flo3@example.com'), await templates('flo4@example.com')]).toEqual([[], ['email-changed']])
})

test('is not told that it was removed, and follows none that was', async () => {
  const { id, first, second, set } = await withTwo('dan')
  await ask('POST', `/users/${id}/emails`, { value: 'dan3@example.com' })
  await set(second, { active: false })
  await tellPeople(ctx)
  const { emails } = (await ask('GET', `/users/${id}`)).body as { emails: { id: string; value: string }[] }
  expect((await ask('DELETE', `/users/${id}/emails/${emails.find(({ value }) => value === first)!.id}`)).status).toBe(204)
  expect((await ask('GET', `/users/${id}`)).body.primaryEmail).toBe('dan3@example.com')
  expect((await ask('DELETE', `/users/${id}/emails/${emails.find(({ value }) => value === second)!.id}`)).status).toBe(204)
  await tellPeople(ctx)
  expect(await templates(second)).toEqual([])
  expect((await sentTo('dan3@example.com'))[0]).toMatchObject({ template: 'email-changed', before: 'd…@example.com', after: '–' })
})
