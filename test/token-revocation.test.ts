/** Okta's tokens of sessions that end: gone here at once, and revoked at whoever gave them, however long that takes. */
import { expect, test } from 'vitest'
import { mostAttempts } from '../src/model/retries.ts'
import { removePortalUsers } from '../src/portals/portal-users.ts'
import { waitsUntil } from '../src/signin/portal-errors.ts'
import { revokeTokens } from '../src/signin/portal-revocation.ts'
import { tokenStoreOf } from '../src/signin/portal-sign-in.ts'
import { sweep } from '../src/signin/sessions-open.ts'
import { sweepPortalSignIns } from '../src/store/portal-sign-in.ts'
import { endRevocation, letTokensGo, putOffRevocation, takeRevocations } from '../src/store/token-revocations.ts'
import type { Browser } from './browser.ts'
import { portalWorld } from './portal-world.ts'

let ahead = 0
const world = await portalWorld({}, { now: () => new Date(Date.now() + ahead) })
const { ctx, ask, twin, member, signIn } = world

const left = () => ctx.db.query<{ attempts: number }>('select attempts from efs.token_revocation')
const revoked = () => twin.calls.list().filter(({ path, status }) => path === '/oauth2/v1/revoke' && status === 200).length
const ways: [string, (one: { personId: string; browser: Browser }) => Promise<unknown>][] = [
  ['from a list', async ({ personId }) => ask('DELETE', `/users/${personId}/sessions`)],
  ['signed out of everything', async ({ browser: one }) => one.ask('POST', '/sign-out')],
  ['with an account that is disabled', async ({ personId }) => ask('POST', `/users/${personId}/disable`, {})],
  ['with a person who leaves', async ({ personId }) => ask('POST', `/users/${personId}/terminate`, {})],
  ['with a person who is deleted', async ({ personId }) => ask('DELETE', `/users/${personId}`)],
  ['with the membership', async ({ personId }) => removePortalUsers(ctx, 1, [personId])],
  ['when its time is over', async ({ personId }) => {
    await ctx.db.execute(`update auth_state set expires_at = '2020-01-01' where user_id = $1`, [personId])
    await ctx.db.execute(`update efs.iam_token_data set expires_at = '2020-01-01'`)
    await sweepPortalSignIns(ctx.db, ctx.now())
    await sweep(ctx)
  }],
]
test.each(ways)('%s are gone at once, and revoked at Okta', async (_way, end) => {
  await revokeTokens(ctx, world.masterKey)
  const { personId } = await member(`ended-${ways.findIndex(([name]) => name === _way)}`)
  const one = world.browser()
  await signIn(`ended-${ways.findIndex(([name]) => name === _way)}`, one)
  const [{ key }] = await ctx.db.query<{ key: string }>('select token_key as key from efs.portal_session where user_id = $1', [personId]) as [{ key: string }]
  const before = revoked()
  await end({ personId, browser: one })
  expect(await ctx.db.query('select from efs.portal_session where token_key = $1 union all select from efs.iam_token_data where session_id = $1', [key])).toEqual([])
  expect(await left()).toHaveLength(1)
  expect(await revokeTokens(ctx, world.masterKey)).toBe(1)
  expect([revoked() - before, await left()]).toEqual([1, []])
})

test('are tried again while Okta does not answer, ever later, and given up in the end, which the audit tells', async () => {
  const { personId } = await member('persistent')
  await signIn('persistent')
  await ask('DELETE', `/users/${personId}/sessions`)
  twin.faults.add({ kind: 'reset', path: '/oauth2/v1/revoke', count: 100 })
  expect(await revokeTokens(ctx, world.masterKey)).toBe(0)
  expect(await revokeTokens(ctx, world.masterKey)).toBe(0)
  expect(await left()).toEqual([{ attempts: 1 }])
  for (let attempt = 2; attempt <= mostAttempts; attempt++) {
    ahead += 13 * 3_600_000
    expect(await revokeTokens(ctx, world.masterKey)).toBe(attempt === mostAttempts ? 1 : 0)
  }
  twin.faults.clear()
  expect(await left()).toEqual([])
  expect(await ctx.db.query(`select result, target_id from gatehouse.audit_event where action = 'portal.tokens.revoke'`)).toEqual([{ result: 'remote_error', target_id: '1' }])
  ahead = 0
})

/** So many tokens wait, as if each were of a session that ended. */
async function wait(name: string, many: number) {
  const { personId } = await member(name)
  await signIn(name)
  await ask('DELETE', `/users/${personId}/sessions`)
  const row = await ctx.db.first<{ key: string; portal: number; sealed: string }>('select token_key as key, portal_id as portal, idp_response as sealed from efs.token_revocation')
  const store = await tokenStoreOf(ctx, world.masterKey)
  const tokens = await store.open(row!.key, Buffer.from(row!.sealed, 'base64'))
  for (let n = 0; n < many; n++) {
    await store.keep(`copy${n}`, tokens as object, new Date(Date.now() + 3_600_000))
    await letTokensGo(ctx.db, `copy${n}`, row!.portal)
  }
  await ctx.db.execute(`delete from efs.token_revocation where token_key = $1`, [row!.key])
}
const asked = () => twin.calls.list().filter(({ path }) => path === '/oauth2/v1/revoke').length
const logged = () => ctx.db.query<{ status: number; tokens: number }>(
  `select status_code as status, (trace::jsonb->>'tokens')::int as tokens from efs.iam_error_log where trace::jsonb->>'request' = 'token revocation' order by id`)
const dues = () => ctx.db.query('select attempts, count(*)::int as n, bool_and(due_at > $1) as later from efs.token_revocation group by 1 order by 1', [ctx.now()])

test('are all put off when their issuer fails again and again, with one line in the log a run', async () => {
  await wait('many', 35)
  await ctx.db.execute('delete from efs.iam_error_log')
  twin.faults.add({ kind: 'status', status: 500, path: '/oauth2/v1/revoke', count: 1000 })
  const before = asked()
  expect(await revokeTokens(ctx, world.masterKey)).toBe(0)
  expect(asked() - before).toBe(10)
  expect(await dues()).toEqual([{ attempts: 1, n: 35, later: true }])
  expect(await logged()).toEqual([{ status: 500, tokens: 10 }])
  expect(await ctx.db.query(`select from efs.iam_error_log where trace::jsonb->>'request' = 'portal sign-in'`)).toEqual([])
  await ctx.db.execute('update efs.token_revocation set due_at = $1, attempts = $2', [ctx.now(), mostAttempts - 1])
  expect(await revokeTokens(ctx, world.masterKey)).toBe(35)
  expect([asked() - before, await left()]).toEqual([20, []])
  twin.faults.clear()
})

test('wait as long as the issuer asks, which is no attempt of those it was not asked about', async () => {
  await wait('limited', 25)
  await ctx.db.execute('delete from efs.iam_error_log')
  twin.faults.add({ kind: 'status', status: 429, resetSeconds: 600, path: '/oauth2/v1/revoke', count: 1000 })
  const before = asked()
  expect(await revokeTokens(ctx, world.masterKey)).toBe(0)
  expect(asked() - before).toBe(10)
  expect(await dues()).toEqual([{ attempts: 0, n: 15, later: true }, { attempts: 1, n: 10, later: true }])
  expect(await logged()).toEqual([{ status: 429, tokens: 10 }])
  twin.faults.clear()
  ahead += 9 * 60_000
  expect(await revokeTokens(ctx, world.masterKey)).toBe(0)
  ahead += 2 * 60_000
  expect(await revokeTokens(ctx, world.masterKey)).toBe(25)
  expect(await left()).toEqual([])
  ahead = 0
})

test.each<[number, Record<string, string>, number | undefined]>([
  [429, { 'retry-after': '120' }, 120], [503, { 'retry-after': '120' }, 120], [503, {}, undefined], [500, { 'retry-after': '120' }, undefined], [429, {}, 60], [429, { 'retry-after': '0' }, 60],
  [429, { 'retry-after': 'Thu, 01 Jan 2026 00:05:00 GMT' }, 300], [429, { 'x-rate-limit-reset': '1767225720' }, 120], [429, { 'retry-after': '1e9' }, 3600], [429, { 'retry-after': 'soon' }, 60],
])('an answer of %i with %j is waited for %s seconds', (status, headers, seconds) => {
  const now = new Date('2026-01-01T00:00:00Z')
  const until = waitsUntil(Object.assign(new Error('no'), { cause: new Response('', { status, headers }) }), now)
  expect(until && (until.getTime() - now.getTime()) / 1000).toBe(seconds)
})

test('that cannot be read any more are given up, which the audit tells', async () => {
  await wait('unreadable', 1)
  await ctx.db.execute(`update efs.token_revocation set idp_response = encode(convert_to('nonsense', 'UTF8'), 'base64')`)
  const before = asked()
  expect(await revokeTokens(ctx, world.masterKey)).toBe(1)
  expect([asked() - before, await left()]).toEqual([0, []])
  expect(await ctx.db.query(`select result from gatehouse.audit_event where action = 'portal.tokens.revoke' order by event_id desc limit 1`)).toEqual([{ result: 'tokens_unavailable' }])
})

test('stay where they are once the server stops', async () => {
  await wait('stopped', 2)
  expect(await revokeTokens(ctx, world.masterKey, { stop: AbortSignal.abort() })).toBe(0)
  expect(await left()).toEqual([{ attempts: 0 }, { attempts: 0 }])
  expect(await revokeTokens(ctx, world.masterKey)).toBe(2)
})

test('let go anew while the issuer is asked are not done with', async () => {
  await letTokensGo(ctx.db, 'twice', 1)
  const take = async () => (await takeRevocations(ctx.db, ctx.now(), new Date(ctx.now().getTime() + 1), 1, 'twice'))[0]!
  const first = await take()
  await letTokensGo(ctx.db, 'twice', 1)
  const second = await take()
  expect(second.attempts).toBe(first.attempts)
  await putOffRevocation(ctx.db, first, new Date('2099-01-01'))
  await endRevocation(ctx.db, first)
  expect(await ctx.db.query(`select attempts, due_at > '2098-01-01' as off from efs.token_revocation`)).toEqual([{ attempts: 1, off: false }])
  await endRevocation(ctx.db, second)
  // Nor is a row that went and came again.
  await letTokensGo(ctx.db, 'twice', 1)
  const third = await take()
  await endRevocation(ctx.db, second)
  expect(await left()).toHaveLength(1)
  await endRevocation(ctx.db, third)
  expect(await left()).toEqual([])
})

test('are not sent to whoever the portal has been turned to since', async () => {
  const { personId } = await member('turned')
  await signIn('turned')
  const before = twin.calls.list().length
  await ctx.db.execute(`update efs.iam_portal_settings set value = 'portal-9' where portal_id = 1 and key = 'client_id'`)
  await ask('DELETE', `/users/${personId}/sessions`)
  expect(await revokeTokens(ctx, world.masterKey)).toBe(1)
  await ctx.db.execute(`update efs.iam_portal_settings set value = 'portal-1' where portal_id = 1 and key = 'client_id'`)
  expect(twin.calls.list().slice(before).filter(({ path }) => path.endsWith('/revoke'))).toEqual([])
  expect(await left()).toEqual([])
})
