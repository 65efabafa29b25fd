/** Telephone numbers that codes go to: marked when they are confirmed, no factor once they are gone. */
import { expect, test } from 'vitest'
import { factorServer } from './factor-people.ts'

const { ctx, ask, signedIn, sentTo } = await factorServer()

async function enrolled(name: string, value: string, phones: object[]) {
  const one = await signedIn(name, { phoneNumbers: phones })
  const { body: { id } } = await one.ask('POST', '/me/factors', { type: 'SMS', value })
  const { expires } = (await ctx.db.first<{ expires: string }>('select sms_code_expiration as expires from login where user_id = $1', [one.id]))!
  expect(Math.abs(Date.parse(expires) - Date.now() - 600_000)).toBeLessThan(60_000)
  expect((await one.ask('POST', `/me/factors/${id}/confirm`, { code: (await sentTo(value))[0]!.code })).status).toBe(200)
  const items = (await ask('GET', `/users/${one.id}/phones`)).body.items as { id: string; value: string; isForSms: boolean }[]
  const factors = async () => ((await ask('GET', `/users/${one.id}/factors`)).body.items as unknown[]).length
  return { ...one, items, factors }
}

test('a number that is confirmed is for SMS; it is no factor once it is, or was, another one', async () => {
  const one = await enrolled('ann', '+491700000700', [{ value: '170 0000700', countryCd: '49' }, { value: '+49 170 0000799' }])
  expect(one.items.map(({ value, isForSms }) => [value, isForSms]).toSorted()).toEqual([['+49 170 0000799', false], ['170 0000700', true]])
  const phone = one.items.find(({ isForSms }) => isForSms)
  const path = `/users/${one.id}/phones/${phone!.id}`
  expect((await ask('PATCH', path, { value: '0170 / 000-0700' })).status).toBe(200)
  expect(await one.factors()).toBe(1)
  expect((await ask('PATCH', path, { value: '0170 0000701' })).status).toBe(200)
  expect(await one.factors()).toBe(0)
})

test.each([
  ['deleted', (path: string) => ask('DELETE', path)],
  ['no longer in use', (path: string) => ask('PATCH', path, { active: false })],
  ['no longer for SMS', (path: string) => ask('PATCH', path, { isForSms: false })],
  ['deleted in SQL', (path: string) => ctx.db.execute('delete from phone where phone_id = $1', [path.split('/').at(-1)])],
])('a phone that is %s takes the factor along', async (name, gone) => {
  const value = `+4917000008${String(name.length).padStart(2, '0')}`
  const one = await enrolled(`gone ${name.length}`, value, [{ value }])
  expect(await one.factors()).toBe(1)
  await gone(`/users/${one.id}/phones/${one.items[0]!.id}`)
  expect(await one.factors()).toBe(0)
})

test('a number that is nobody\'s phone is a factor as before', async () => {
  const one = await enrolled('bob', '+491700000900', [{ value: '+49 170 0000901' }])
  expect((await ask('DELETE', `/users/${one.id}/phones/${one.items[0]!.id}`)).status).toBeLessThan(300)
  expect(await one.factors()).toBe(1)
})
