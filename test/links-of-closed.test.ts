/** What was sent to somebody to come in by does not outlive the closing of their account, whichever door closed it, though it is open again. */
import { expect, test } from 'vitest'
import { endPeople } from '../src/directory/nightly.ts'
import { addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { csv, imported } from './import-harness.ts'
import { factorServer } from './factor-people.ts'

const { ctx, ask, fresh, sentTo, later } = await factorServer()

const post = async (id: string, operation: string, body: object = {}) => expect((await ask('POST', `/users/${id}/${operation}`, body)).status, operation).toBe(200)
const byFile = (rows: string) => imported(ctx, csv('login,account', rows), { format: 'csv', records: [{ resource: 'User', correlate: ['userName'], set: { userName: 'login', secondaryStatus: 'account' } }] })
const dayFrom = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

const ways: [what: string, close: (id: string, name: string) => Promise<unknown>, open: (id: string) => Promise<unknown>][] = [
  ['disable', (id) => post(id, 'disable'), (id) => post(id, 'enable')],
  ['an administrator\'s lock', (id) => post(id, 'lock'), (id) => post(id, 'unlock')],
  ['active: false', (id) => ask('PATCH', `/users/${id}`, { active: false }), (id) => ask('PATCH', `/users/${id}`, { active: true })],
  ['deactivate', (id) => post(id, 'deactivate'), (id) => post(id, 'activate')],
  ['leave', (id) => post(id, 'leave'), (id) => post(id, 'return')],
  ['terminate', (id) => post(id, 'terminate'), (id) => post(id, 'rehire')],
  ['a file', (_id, name) => byFile(`${name},DISABLED`), (id) => post(id, 'enable')],
  ['the job of last days', async (id) => {
    expect((await ask('PATCH', `/users/${id}`, { lastDate: dayFrom(0) })).status).toBe(200)
    later(2 * 1440)
    await endPeople(ctx)
    later(-2 * 1440)
  }, async (id) => {
    await post(id, 'rehire')
    await ask('PATCH', `/users/${id}`, { lastDate: null })
  }],
  ['a last day that is over', (id) => ask('PATCH', `/users/${id}`, { lastDate: dayFrom(-2) }), (id) => ask('PATCH', `/users/${id}`, { lastDate: null })],
]

test.each(ways)('%s', async (_what, close, open) => {
  const name = `who${ways.findIndex(([what]) => what === _what)}`
  const { id } = (await ask('POST', '/users', { userName: name, status: 'ACTIVE', emails: [{ value: `${name}@example.com`, primary: true }] })).body
  expect((await ask('POST', `/users/${id}/invite`)).status).toBeLessThan(300)
  const token = new URL((await sentTo(`${name}@example.com`)).find(({ template }) => template === 'invitation')!.link!).hash.slice(1)
  await ctx.db.execute(`update login set sms_reset_token = 'some', sms_reset_token_made = now(), sms_reset_token_exp = now() + interval '10 minutes' where user_id = $1`, [id])
  const look = async () => (await fresh().ask('POST', '/recovery/password/look', { token })).status
  expect(await look()).toBe(200)
  await close(id, name)
  await open(id)
  expect((await ask('GET', `/users/${id}`)).body.active).toBe(true)
  expect(await look()).toBe(403)
  expect(await ctx.db.query('select pswd_reset_token, pswd_reset_token_made, pswd_reset_token_exp, sms_reset_token, sms_reset_token_made, sms_reset_token_exp from login where user_id = $1', [id]))
    .toEqual([{ pswd_reset_token: null, pswd_reset_token_made: null, pswd_reset_token_exp: null, sms_reset_token: null, sms_reset_token_made: null, sms_reset_token_exp: null }])
})

async function invited(name: string) {
  const id = (await ask('POST', '/users', { userName: name, status: 'ACTIVE', emails: [{ value: `${name}@example.com`, primary: true }] })).body.id as string
  await ask('POST', `/users/${id}/invite`)
  const token = new URL((await sentTo(`${name}@example.com`)).find(({ template }) => template === 'invitation')!.link!).hash.slice(1)
  await ctx.db.execute(`update login set sms_reset_token = 'some', sms_reset_token_made = now(), sms_reset_token_exp = now() + interval '10 minutes' where user_id = $1`, [id])
  return { id, look: async () => (await fresh().ask('POST', '/recovery/password/look', { token })).status }
}

const removals: [what: string, plan: (id: string) => Promise<{ body: { id: string } }>][] = [
  ['a merge', async (duplicate) => ask('POST', `/users/${(await ask('POST', '/users', { userName: 'stays' })).body.id}/merge`, { duplicate })],
  ['a mass delete', async (id) => {
    const portal = await createPortal(ctx, { name: 'Links' })
    await addPortalUsers(ctx, portal.id, [id])
    return ask('POST', `/portals/${portal.id}/mass-delete`, { users: [`id:${id}`], deletePersons: true })
  }],
]

test.each(removals)('whom the undo of %s brings back comes in by no link or code from before', async (what, plan) => {
  const { id, look } = await invited(what.replaceAll(' ', '-'))
  expect(await look()).toBe(200)
  const planned = await plan(id)
  expect((await ask('POST', `/plans/${planned.body.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
  expect(await look()).toBe(403)
  expect((await ask('POST', `/plans/${planned.body.id}/undo`)).body.status).toBe('undone')
  expect(await look()).toBe(403)
  expect(await ctx.db.query('select num_nonnulls(pswd_reset_token, pswd_reset_token_made, pswd_reset_token_exp, sms_reset_token, sms_reset_token_made, sms_reset_token_exp) as left from login where user_id = $1', [id])).toEqual([{ left: 0 }])
})

test('a lock by wrong passwords, which any stranger can bring about, takes none', async () => {
  const { id } = (await ask('POST', '/users', { userName: 'wyn', status: 'ACTIVE', emails: [{ value: 'wyn@example.com', primary: true }] })).body
  await ask('POST', `/users/${id}/invite`)
  for (let n = 0; n < 4; n++) await fresh().signIn('wyn', 'wrong one')
  const token = new URL((await sentTo('wyn@example.com'))[0]!.link!).hash.slice(1)
  expect((await fresh().ask('POST', '/recovery/password/look', { token })).status).toBe(200)
})
