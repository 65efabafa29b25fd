/** Refusals in the audit: who was kept out of what, and however often, a bounded number of events. */
import { describe, expect, test } from 'vitest'
import { createRefusals, type Refusal } from '../src/audit/refusals.ts'
import { administrator } from './administrators.ts'
import { browser, personWithPassword } from './browser.ts'
import { testContext } from './context.ts'
import { testServer } from './rest-server.ts'

interface Told {
  result: string
  target: string
  actor: string | null
  after?: { count: number; operations?: string[] }
}

const toldIn = async (ctx: Pick<Awaited<ReturnType<typeof testContext>>, 'db'>): Promise<Told[]> => {
  const rows = await ctx.db.query<{ result: string; target: string; actor: string | null; changes: { after: Told['after'] }[] | null }>(
    `select result, target_id as target, actor_id as actor, changes::jsonb as changes from gatehouse.audit_event where action = 'request.refuse' order by event_id`)
  return rows.map(({ changes, ...row }) => ({ ...row, ...(changes === null ? {} : { after: changes[0]!.after! }) }))
}

describe('over REST', () => {
  test('a missing right, a wrong key and a request from another site are told of once, with who and what', async () => {
    const shared = await testServer()
    const { ctx, ask, server } = shared
    const { id, ask: auditor } = await administrator(shared, 'auditor', 'AUDITOR')
    for (let n = 0; n < 3; n++) expect((await auditor('POST', '/roles', { name: 'MINE' })).status).toBe(403)
    for (let n = 0; n < 3; n++) expect((await ask('GET', '/users', undefined, { authorization: 'Bearer gh_wrong' })).status).toBe(401)
    const ada = await personWithPassword(shared, 'ada')
    const one = browser(server)
    await one.signIn('ada')
    expect((await one.ask('POST', '/sign-out', undefined, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await one.ask('GET', '/users')).status).toBe(403)
    // Who is not signed in yet, and looks whether they are, is nobody to be told of.
    expect((await browser(server).ask('GET', '/sign-in')).status).toBe(401)
    await expect.poll(async () => (await toldIn(ctx)).length, { timeout: 10_000 }).toBe(4)
    expect(await toldIn(ctx)).toEqual([
      { result: 'forbidden', target: 'createRole', actor: id }, { result: 'unauthenticated', target: 'listUsers', actor: null },
      { result: 'cross_site', target: 'signOut', actor: null }, { result: 'forbidden', target: 'listUsers', actor: ada },
    ])
  })
})

describe('however many', () => {
  const refusal = (n: number, more: Partial<Refusal> = {}): Refusal => ({ code: 'unauthenticated', userId: null, principal: 'nobody', ip: `198.51.100.${n}`, operation: `op${n % 30}`, correlationId: `c${n}`, ...more })

  test('one caller makes two events in a window: the first, and how many came after it', async () => {
    const ctx = await testContext()
    const refusals = createRefusals(ctx)
    for (let n = 0; n < 5000; n++) refusals.note(refusal(n, { ip: '198.51.100.7' }))
    await refusals.flush()
    const told = await toldIn(ctx)
    expect(told.map(({ target, after }) => [target, after?.count])).toEqual([['op0', undefined], ['many', 4999]])
    expect(told[1]!.after!.operations).toHaveLength(20)
    refusals.note(refusal(1, { ip: '198.51.100.7' }))
    await refusals.flush()
    expect(await toldIn(ctx)).toHaveLength(3)
  })

  test('many callers make a hundred, and one event for all others', async () => {
    const ctx = await testContext()
    const refusals = createRefusals(ctx)
    for (let round = 0; round < 2; round++) for (let n = 0; n < 250; n++) refusals.note(refusal(n, { ip: `2001:db8:${n.toString(16)}::1` }))
    await refusals.flush()
    const told = await toldIn(ctx)
    expect(told).toHaveLength(201)
    expect(told.at(-1)).toMatchObject({ target: 'many', after: { count: 300 } })
  })

  test('strangers use up no place of those who are known', async () => {
    const ctx = await testContext()
    await ctx.db.execute(`insert into users (user_id, last_name, status) values ('insider', 'I', 'ACTIVE')`)
    const refusals = createRefusals(ctx)
    for (let n = 0; n < 250; n++) refusals.note(refusal(n, { ip: `2001:db8:${n.toString(16)}::1` }))
    refusals.note(refusal(1, { code: 'forbidden', userId: 'insider', principal: 'insider', operation: 'listUsers' }))
    await refusals.flush()
    expect(await toldIn(ctx)).toContainEqual(expect.objectContaining({ target: 'listUsers' }))
  })

  test('what was asked for at length is told of in short', async () => {
    const ctx = await testContext()
    const refusals = createRefusals(ctx)
    for (const n of [1, 2]) refusals.note(refusal(n, { ip: '198.51.100.7', operation: `${n}${'x'.repeat(5000)}` }))
    await refusals.flush()
    expect((await toldIn(ctx)).map(({ target, after }) => [target.length, after?.operations?.map((one) => one.length)])).toEqual([[255, undefined], [4, [255, 255]]])
  })

  test('what cannot be written fails nobody', async () => {
    const ctx = await testContext()
    const failures: unknown[] = []
    const gone = async () => {
      throw new Error('gone')
    }
    const refusals = createRefusals({ ...ctx, db: Object.create(ctx.db, { transaction: { value: gone } }) as typeof ctx.db }, (error) => failures.push(error))
    refusals.note(refusal(1))
    await refusals.flush()
    expect(failures).toHaveLength(1)
  })
})
