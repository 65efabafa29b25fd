/** Signing in, or failing to, raises the version of who does: of somebody whom rows of an import only name it counts for nothing, and all else does. */
import { beforeAll, describe, expect, test } from 'vitest'
import { operate } from '../src/directory/lifecycle.ts'
import { patchUser, readUser } from '../src/directory/users.ts'
import { unlock } from '../src/signin/locks.ts'
import { activatePerson, lockByFailures } from '../src/store/logins-sign-in.ts'
import type { Mapping } from '../src/transfer/mapping.ts'
import { browser, personWithPassword } from './browser.ts'
import { apply, applyFirst, csv, jsonl, plan } from './import-harness.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000' })
const { ask, ctx, server } = shared
beforeAll(async () => expect(await ask('PATCH', '/sign-in-policies/4001', { rules: { failures: 3 } })).toMatchObject({ status: 200 }))

const people: Mapping = {
  format: 'csv',
  records: [{ resource: 'User', correlate: ['userName'], set: { userName: 'u', 'supervisors[0].supervisor': { column: 's', by: 'employeeNumber' } } }],
}

let counter = 0
const boss = async () => {
  const name = `boss${++counter}`
  const id = await personWithPassword(shared, name, { status: 'PENDING_INITIAL_LOGIN', employeeNumber: `N${counter}` })
  return { id, name, number: `N${counter}`, made: await plan(ctx, csv('u,s', `under${counter},N${counter}`), people) }
}
const signIn = async (name: string) => expect((await browser(server).signIn(name)).status).toBe(200)
const fail = async (name: string) => {
  for (let at = 0; at < 3; at++) expect((await browser(server).signIn(name, 'wrong')).status).toBe(401)
}
const version = async (id: string) => (await ctx.db.first<{ version: number }>('select version from users where user_id = $1', [id]))!.version
const stale = (id: string) => ({ code: 'plan_stale', message: expect.stringContaining(`User ${id} has changed`) as string })

describe('of who is only named', () => {
  test('a first sign-in, a lock by wrong passwords and its end leave the plan as it was', async () => {
    const { id, name, made } = await boss()
    const before = await version(id)
    await signIn(name)
    await fail(name)
    await ctx.db.transaction((tx) => unlock(tx, ctx, id))
    expect(await version(id)).toBe(before + 3)
    expect(await apply(ctx, made.id)).toMatchObject({ status: 'applied', failed: 0 })
    const [under] = await ctx.db.query<{ id: string }>('select user_id as id from users where user_name = $1', [`under${counter}`])
    expect((await readUser(ctx.db, under!.id)).supervisors).toMatchObject([{ supervisor: id }])
  })

  test('all else makes it stale, beside a sign-in too, and one that came before the plan excuses nothing', async () => {
    const beside = await boss()
    await signIn(beside.name)
    await patchUser(ctx, beside.id, { employeeNumber: `M${counter}` })
    await expect(apply(ctx, beside.made.id)).rejects.toMatchObject(stale(beside.id))
    const before = await boss()
    await signIn(before.name)
    const made = await plan(ctx, csv('u,s', `late${counter},${before.number}`), people)
    await patchUser(ctx, before.id, { title: 'x' })
    await expect(apply(ctx, made.id)).rejects.toMatchObject(stale(before.id))
    const byHand = await boss()
    await operate(ctx, byHand.id, 'lock', undefined)
    await expect(apply(ctx, byHand.made.id)).rejects.toMatchObject(stale(byHand.id))
    // Nobody tells of these: what has no event is not known to be a sign-in.
    const untold = await boss()
    await ctx.db.transaction((tx) => activatePerson(tx, untold.id, ctx.now()))
    await ctx.db.transaction((tx) => lockByFailures(tx, untold.id, ctx.now()))
    await expect(apply(ctx, untold.made.id)).rejects.toMatchObject(stale(untold.id))
  })

  test('a plan that wrote of them itself goes on after they have signed in, and one that is yet to does not begin', async () => {
    const name = `boss${++counter}`
    const id = await personWithPassword(shared, name, { status: 'PENDING_INITIAL_LOGIN' })
    const rows = () => jsonl({ userName: name, title: `Chief ${++counter}` }, { userName: `one${counter}`, supervisors: [{ supervisor: id }] })
    const made = await plan(ctx, rows())
    await applyFirst(ctx, made.id)
    await signIn(name)
    expect(await apply(ctx, made.id)).toMatchObject({ status: 'applied', failed: 0 })
    const next = await plan(ctx, rows())
    await fail(name)
    await expect(apply(ctx, next.id)).rejects.toMatchObject(stale(id))
  })
})
