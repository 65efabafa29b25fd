/** What did not come of a recovery, or of a change of password, is in the audit too: with a code, whose it was, and within bounds. */
import { expect, test } from 'vitest'
import { recoverAccounts } from '../src/signin/recovery.ts'
import { password } from './browser.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '12' })
const { ctx, ask, masterKey, fresh, signedIn, sentTo, later } = shared
let passwords = 0

/** The results and what they are about, of one person or of nobody, in order. */
const told = async (userId: string) => (await ctx.db.query<{ result: string; changes: string }>(
  `select result, changes::text as changes from gatehouse.audit_event where action = 'user.sign-in' and target_id = $1 and result <> 'SUCCESS' order by event_id`, [userId]))
  .map(({ result, changes }) => [result, ...(JSON.parse(changes) as { after: unknown }[]).map(({ after }) => after)])

async function linkTo(name: string, path: 'password' | 'unlock'): Promise<string> {
  later(2)
  await fresh().ask('POST', `/recovery/${path}`, { userName: name })
  await recoverAccounts(ctx, masterKey)
  const mail = (await sentTo(`${name}@example.com`)).find(({ template }) => template === (path === 'unlock' ? 'account-unlock' : 'password-reset'))
  return new URL(mail!.link!).hash.slice(1)
}

const complete = async (path: 'password' | 'unlock', token: string) =>
  (await fresh().ask('POST', `/recovery/${path}/complete`, path === 'unlock' ? { token } : { token, next: `another horse, battery number ${++passwords}` })).status

const withMail = (name: string) => ({ emails: [{ value: `${name}@example.com`, primary: true }] })

test('a link that is wrong, late, used or of somebody locked', async () => {
  const one = await signedIn('ada', withMail('ada'))
  const late = await linkTo('ada', 'password')
  later(31)
  expect(await complete('password', late)).toBe(403)
  expect(await told(one.id)).toEqual([['LINK_WRONG', 213, 'password-reset']])
  const used = await linkTo('ada', 'password')
  expect([await complete('password', used), await complete('password', used), await complete('password', '; --')]).toEqual([200, 403, 403])
  expect(await told('nobody')).toEqual([['LINK_WRONG', 213, 'password-reset'], ['LINK_WRONG', 213, 'password-reset']])
  const locked = await linkTo('ada', 'password')
  expect((await ask('POST', `/users/${one.id}/lock`, {})).status).toBeLessThan(300)
  expect(await complete('password', locked)).toBe(403)
  // It went with the lock, so that it is nobody's any more, as one that was used.
  expect([await told(one.id), (await told('nobody')).slice(2)]).toEqual([[['LINK_WRONG', 213, 'password-reset']], [['LINK_WRONG', 213, 'password-reset']]])
  later(16)
  expect([await complete('unlock', locked), await complete('unlock', 'A'.repeat(43))]).toEqual([403, 403])
  expect((await told('nobody')).slice(3)).toEqual([['LINK_WRONG', 213, 'account-unlock'], ['LINK_WRONG', 213, 'account-unlock']])
})

test('of strangers who try for ever, no more than an address may', async () => {
  later(16)
  const before = (await told('nobody')).length
  const statuses = []
  for (let n = 0; n < 20; n++) statuses.push(await complete('password', `${'B'.repeat(41)}${10 + n}`))
  expect(statuses.filter((status) => status === 429)).toHaveLength(8)
  expect((await told('nobody')).length - before).toBe(12)
})

test('the right password, and another that the policy refuses: that it was proved', async () => {
  later(16)
  const one = await signedIn('bea')
  expect((await one.ask('POST', '/me/password', { current: password, next: 'short' })).body.code).toBe('password_refused')
  const events = await ctx.db.query(`select result, actor_id as actor from gatehouse.audit_event where action = 'user.password.change' and target_id = $1`, [one.id])
  expect(events).toEqual([{ result: 'password_refused', actor: one.id }])
})
