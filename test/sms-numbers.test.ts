/** Telephone numbers that codes go to: marked when they are confirmed, no factor once they are gone. */
import { expect, test } from 'vitest'
import { ownId } from '../src/model/own-access.ts'
import { tellPeople } from '../src/notify/tell-people.ts'
import { administrator } from './administrators.ts'
import { settle } from './audit-context.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer()
const { ctx, ask, signedIn, sentTo } = shared
await settle(ctx.db)
await tellPeople(ctx)

async function enrolled(name: string, value: string, phones: object[]) {
  const one = await signedIn(name, { phoneNumbers: phones, emails: [{ value: `${name.replaceAll(' ', '-')}@example.com` }] })
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

const flagOf = async (id: string) => (await ctx.db.first<{ flag: string }>(`select otp_active as flag from login where user_id = $1 and managed_sys_id = '0'`, [id]))!.flag
const removals = (id: string) => ctx.db.query(`select actor_id as by, changes from gatehouse.audit_event where action = 'user.factor.remove' and target_id = $1`, [id])

test.each([
  ['a phone', 'PATCH', (user: string, phone: string) => `/users/${user}/phones/${phone}`, { isForSms: false }],
  ['a phone that goes', 'DELETE', (user: string, phone: string) => `/users/${user}/phones/${phone}`, undefined],
  ['the whole person', 'PATCH', (user: string) => `/users/${user}`, { phoneNumbers: [] }],
  ['the whole person, with the same phone written anew and not for SMS', 'PATCH', (user: string) => `/users/${user}`, { phoneNumbers: [{ value: '+49 170 0000600' }] }],
])('a factor that goes by %s is removed as factors are: told, noted, with its recovery codes and sessions', async (name, method, path, body) => {
  const value = `+4917000006${String(name.length).padStart(2, '0')}`
  const one = await enrolled(`lost ${name.length}`, value, [{ value }])
  expect((await one.ask('POST', '/me/factors', { type: 'RECOVERY_CODES' })).status).toBe(201)
  await ctx.db.execute(`insert into gatehouse.remembered_device (device_id, user_id, mark, created_at, expires_at) values ($1, $1, '\\x01', now(), now() + interval '1 day')`, [one.id])
  expect([await one.factors(), await flagOf(one.id)]).toEqual([2, 'Y'])
  expect((await ask(method, path(one.id, one.items[0]!.id), body)).status).toBeLessThan(300)
  expect([await one.factors(), await flagOf(one.id)]).toEqual([0, 'N'])
  expect(await ctx.db.query('select from gatehouse.remembered_device where user_id = $1', [one.id])).toEqual([])
  const [removal, ...more] = await removals(one.id)
  expect(more).toEqual([])
  expect(JSON.stringify(removal)).toMatch(/"type\\*":\\*"SMS/)
  expect(JSON.stringify(removal)).toMatch(/"type\\*":\\*"RECOVERY_CODES/)
  // The session that it served in goes along.
  expect(JSON.stringify(removal)).toContain('sessions[')
  expect((await one.ask('GET', '/me')).status).toBe(401)
  await settle(ctx.db)
  await tellPeople(ctx)
  expect((await ctx.db.query<{ template: string }>('select template from gatehouse.message where user_id = $1', [one.id])).map(({ template }) => template)).toContain('factor-removed')
})

test('who may change people and not reset them takes no number away that is a factor; other phones they may', async () => {
  const one = await enrolled('eva', '+491700000500', [{ value: '+49 170 0000500' }, { value: '+49 170 0000501', isForSms: true }])
  const clerk = await administrator(shared, 'clerk', 'HUMAN_RESOURCES')
  const reset = `from res_role_membership_rights r using resource_role e where e.membership_id = r.membership_id and e.role_id = '${ownId('HUMAN_RESOURCES')}' and e.resource_id = '${ownId('people')}' and r.access_right_id = 'RESET'`
  await ctx.db.execute(`delete ${reset}`)
  const [own, other] = one.items.toSorted((a, b) => a.value.localeCompare(b.value))
  const at = (id: string) => `/users/${one.id}/phones/${id}`
  for (const reply of [
    await clerk.ask('PATCH', at(own!.id), { isForSms: false }), await clerk.ask('PATCH', at(own!.id), { active: false }), await clerk.ask('PATCH', at(own!.id), { value: '+49 170 0000509' }),
    await clerk.ask('DELETE', at(own!.id)), await clerk.ask('PATCH', `/users/${one.id}`, { phoneNumbers: [] }),
  ]) expect(reply).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect([await one.factors(), await flagOf(one.id), await removals(one.id)]).toEqual([1, 'Y', []])
  expect((await clerk.ask('PATCH', at(own!.id), { value: '+49 (170) 0000500' })).status).toBe(200)
  expect((await clerk.ask('DELETE', at(other!.id))).status).toBeLessThan(300)
  expect(await one.factors()).toBe(1)
  const desk = await administrator(shared, 'desk', 'SECURITY_ADMIN')
  expect((await desk.ask('DELETE', at(own!.id))).status).toBeLessThan(300)
  expect(await removals(one.id)).toMatchObject([{ by: desk.id }])
})

test('is its person\'s to change again once the factor is gone that marked it; one that an administrator has marked is not, and why is told', async () => {
  const one = await enrolled('fay', '+491700000600', [{ value: '+49 170 0000600' }, { value: '+49 170 0000601', isForSms: true }])
  const own = async () => (await one.ask('GET', '/me')).body.phoneNumbers as { id: string; value: string; isForSms: boolean }[]
  const change = async (value: string) => (await one.ask('PATCH', '/me', { phoneNumbers: (await own()).map((phone) => (phone.value === value ? { ...phone, value: '+49 170 0000699' } : phone)) })).body
  expect((await change('+49 170 0000600')).detail).toContain('remove codes by SMS')
  expect((await change('+49 170 0000601')).detail).toContain('administrator')
  expect((await one.ask('PATCH', '/me', { phoneNumbers: [...(await own()), { value: '1', isForSms: true }] })).body.detail).toContain('by adding it')
  const [{ id: factor }] = (await one.ask('GET', '/me/factors')).body.items
  // Codes by SMS are the strongest that they have: proved by the one that confirmed them.
  expect((await one.ask('DELETE', `/me/factors/${factor}`)).status).toBe(204)
  expect((await own()).map(({ value, isForSms }) => [value, isForSms]).toSorted()).toEqual([['+49 170 0000600', false], ['+49 170 0000601', true]])
  const event = await ctx.db.first<{ changes: { path: string }[] }>(`select changes from gatehouse.audit_event where target_id = $1 and action = 'user.factor.remove'`, [one.id])
  expect(event!.changes.map(({ path }) => path.replace(/\[.*\]/, '[]'))).toContain('phoneNumbers[].isForSms')
  expect((await change('+49 170 0000600')).code).toBeUndefined()
  expect((await change('+49 170 0000601')).code).toBe('read_only_attribute')
  // What an administrator had marked before stays marked when codes by it come and go.
  const two = await enrolled('gus', '+491700000650', [{ value: '+49 170 0000650', isForSms: true }])
  const [{ id }] = (await two.ask('GET', '/me/factors')).body.items
  expect((await two.ask('DELETE', `/me/factors/${id}`)).status).toBe(204)
  expect(((await two.ask('GET', '/me')).body.phoneNumbers as { isForSms: boolean }[]).map(({ isForSms }) => isForSms)).toEqual([true])
})
