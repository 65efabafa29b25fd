/** User names that nobody can tell apart are one name: whichever way accents are written, and without what is not seen (RFC 8265 §3.3). */
import { describe, expect, test } from 'vitest'
import { comparedText } from '../src/model/text.ts'
import { today } from '../src/model/today.ts'
import { peopleToRecover } from '../src/store/recovery.ts'
import { writeAccountLogin } from '../src/store/references.ts'
import { findLogin, findLoginWithPolicies } from '../src/store/logins-sign-in.ts'
import { settleNames, type Draft, type Place } from '../src/transfer/adopt-whose.ts'
import { apply, csv, jsonl, plan, stepsOf } from './import-harness.ts'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()
const [composed, apart] = ['\u00e9x', 'e\u0301x']

test('a name with its accents behind the letters is kept with them in one, and taken by either', async () => {
  const first = await ask('POST', '/users', { userName: apart })
  expect(first).toMatchObject({ status: 201, body: { userName: composed } })
  for (const userName of [composed, apart, '\u00c9X', 'E\u0301X']) expect(await ask('POST', '/users', { userName }), userName).toMatchObject({ status: 409, body: { code: 'already_exists' } })
  const { id } = (await ask('POST', '/users', { userName: 'other' })).body
  expect(await ask('PATCH', `/users/${id}`, { userName: apart })).toMatchObject({ status: 409 })
  expect(await ask('PATCH', `/users/${first.body.id}`, { userName: apart })).toMatchObject({ status: 200, body: { userName: composed, meta: { version: 1 } } })
  expect((await ask('GET', `/users/${first.body.id}?attributes=logins`)).body.logins).toMatchObject([{ login: composed, managedSystem: '0' }])
})

const odd = [' sp', 'sp ', '\u200bsp', 'sp\u200b', 's\u200bp', '\u00a0sp', 's\u00a0p', 'sp\u3000', 's\u2003p', 's  p', '\ufeffsp', 's\u00adp', '\u202esp', 's\u0007p', 'sp\n', 's\u2060p', 's\u200dp', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645', 'sp\u{e0041}']
test.each(odd.map((name) => [JSON.stringify(name), name]))('%s is no new user name, nor login', async (_, name) => {
  const made = await ask('POST', '/users', { userName: name })
  expect(made).toMatchObject({ status: 400, body: { code: 'invalid_value', problems: [{ path: 'userName', message: expect.stringMatching(/must/) }] } })
  const login = await ask('POST', '/users', { userName: 'fine', logins: [{ login: name, managedSystem: 'OKTA' }] })
  expect(login).toMatchObject({ status: 400, body: { problems: [{ path: 'logins[0].login' }] } })
  const { id } = await plan(ctx, jsonl({ userName: name }))
  expect((await stepsOf(ctx.db, id))[0]).toMatchObject({ action: 'error' })
})

test.each(['a b', 'O\u2019Brien', '\u7530\u4e2d', 'x@y.example', 'Stra\u00dfe', '\u{1f600}'])('%s is one', async (userName) => {
  expect(await ask('POST', '/users', { userName })).toMatchObject({ status: 201, body: { userName } })
})

describe('a row from before the rule', () => {
  const old = async (userName: string, written: string) => {
    const { id } = (await ask('POST', '/users', { userName })).body
    await ctx.db.execute('alter table login disable trigger login_renamed_keeps_name')
    await ctx.db.execute('update users set user_name = $2 where user_id = $1', [id, written])
    await ctx.db.execute(`update login set login = $2 where user_id = $1 and managed_sys_id = '0'`, [id, written])
    await ctx.db.execute('alter table login enable trigger login_renamed_keeps_name')
    return id as string
  }

  test('is changed as it is, found whichever way it is typed, and gives way to none', async () => {
    const id = await old('old1', 'Andre\u0301')
    for (const typed of ['Andre\u0301', 'ANDRE\u0301', 'Andr\u00e9', 'andr\u00e9']) {
      expect(await findLogin(ctx.db, typed), typed).toMatchObject({ userId: id, login: 'Andre\u0301' })
      expect((await findLoginWithPolicies(ctx.db, typed)).login, typed).toMatchObject({ userId: id })
      expect(await peopleToRecover(ctx.db, typed, today(ctx)), typed).toEqual([id])
    }
    const other = await ask('POST', '/users', { userName: 'andreas', logins: [{ login: 'andr\u00e9', managedSystem: 'OKTA' }] })
    expect(other.status).toBe(201)
    for (const userName of ['Andre\u0301', 'andre\u0301', 'andr\u00e9', 'ANDR\u00c9']) {
      for (const taken of [await ask('POST', '/users', { userName }), await ask('PATCH', `/users/${other.body.id}`, { userName })]) {
        expect(taken, userName).toMatchObject({ status: 409, body: { code: 'already_exists', problems: [{ path: 'userName', message: 'Another person signs in with this name.' }] } })
      }
      for (const operator of ['eq', 'sw']) expect((await ask('GET', `/users?filter=${encodeURIComponent(`userName ${operator} "${userName}"`)}`)).body.items, `${operator} ${userName}`).toMatchObject([{ id }])
    }
    const [step] = await stepsOf(ctx.db, (await plan(ctx, csv('userName,title', 'andr\u00e9,Dr'))).id)
    expect(step).toMatchObject({ action: 'update', targetId: id })
    expect(await ask('PATCH', `/users/${id}`, { title: 'x' })).toMatchObject({ status: 200, body: { userName: 'Andre\u0301' } })
    expect(await ask('PUT', `/users/${id}`, { userName: 'Andre\u0301', title: 'y' })).toMatchObject({ status: 200, body: { userName: 'Andre\u0301' } })
    expect(await ask('PATCH', `/users/${id}`, { userName: 'andre\u0301' })).toMatchObject({ status: 200, body: { userName: 'andr\u00e9' } })
  })

  test('holds its place in other systems too, whatever is mixed in it, against rows as they were as well', async () => {
    const [one, two] = [(await ask('POST', '/users', { userName: 'one' })).body.id, (await ask('POST', '/users', { userName: 'two' })).body.id] as string[]
    expect((await ask('POST', '/managed-systems', { id: 'LINUX', name: 'Linux' })).status).toBe(201)
    await ctx.db.execute(`insert into login (login_id, login, managed_sys_id, user_id, is_active, status) values ('L-1', 'Ge\u0301n\u00e9', 'LINUX', $1, 'Y', 'ACTIVE')`, [one])
    const again = await ask('POST', `/users/${two}/logins`, { login: 'g\u00e9n\u00e9', managedSystem: 'LINUX' })
    expect(again).toMatchObject({ status: 409, body: { problems: [{ path: expect.stringMatching(/^logins/), message: 'Another account of the managed system LINUX has this login.' }] } })
    expect(await ask('POST', `/users/${two}/logins`, { login: 'g\u00e9n\u00e9', managedSystem: 'OKTA' })).toMatchObject({ status: 201 })
    await expect(ctx.db.execute(`update login set login = 'ge\u0301ne\u0301' where user_id = $1 and managed_sys_id = '0'`, [one])).resolves.toBe(1)
    await expect(ctx.db.execute(`update login set login = 'GE\u0301NE\u0301', managed_sys_id = 'OKTA' where login_id = 'L-1'`)).rejects.toMatchObject({ code: 'already_exists' })
    // What an account is called elsewhere, and was somebody else's, is left as it was.
    const account = { systemId: 'LINUX', provStatus: null, agrees: false, active: null }
    await ctx.db.transaction(async (tx) => {
      await writeAccountLogin(tx, { ...account, personId: two!, loginId: 'L-2', login: 'g\u00e9ne\u0301' }, ctx.now().toISOString())
      await writeAccountLogin(tx, { ...account, personId: two!, loginId: 'L-2', login: 'zoe\u0301' }, ctx.now().toISOString())
      await writeAccountLogin(tx, { ...account, personId: two!, loginId: 'L-3', login: 'G\u00e9n\u00e9' }, ctx.now().toISOString())
      await writeAccountLogin(tx, { ...account, personId: one!, loginId: 'L-4', login: 'ge\u0301ne\u0301' }, ctx.now().toISOString())
    })
    expect(await ctx.db.query(`select login_id as id, login from login where managed_sys_id = 'LINUX' order by 1`)).toEqual([{ id: 'L-1', login: 'g\u00e9n\u00e9' }, { id: 'L-2', login: 'zo\u00e9' }])
  })

  test('and two that differ in that alone are each found by their own', async () => {
    const [one, two] = [await old('old2', 'zoe\u0308'), await old('old3', 'zo\u00eb')]
    expect(await findLogin(ctx.db, 'ZOE\u0308')).toMatchObject({ userId: one })
    expect(await findLogin(ctx.db, 'zo\u00eb')).toMatchObject({ userId: two })
    expect(await peopleToRecover(ctx.db, 'zo\u00eb', today(ctx))).toEqual([two])
  })

  test('keeps a name that would be refused today', async () => {
    const id = await old('old4', ' sp')
    expect(await ask('PATCH', `/users/${id}`, { title: 'x' })).toMatchObject({ status: 200, body: { userName: ' sp' } })
    expect(await findLogin(ctx.db, ' SP')).toMatchObject({ userId: id })
  })
})

test('an import finds people whichever way their names and addresses are written', async () => {
  const { id } = (await ask('POST', '/users', { userName: 'ren\u00e9', emails: [{ value: 'ren\u00e9@example.com' }] })).body
  const mapping = (by: string) => ({ format: 'csv' as const, records: [{ resource: 'User' as const, correlate: [by], set: { userName: 'login', title: 'title', 'emails[0].value': 'mail' } }] })
  for (const [by, line] of [['userName', 'rene\u0301,Dr,rene\u0301@example.com'], ['emails.value', 'rene\u0301,Prof,rene\u0301@example.com']] as const) {
    const planned = await plan(ctx, csv('login,title,mail', line), mapping(by))
    const [step] = await stepsOf(ctx.db, planned.id)
    expect(step, JSON.stringify(step)).toMatchObject({ action: 'update', targetId: id })
    await apply(ctx, planned.id)
  }
  expect((await ask('GET', `/users/${id}`)).body).toMatchObject({ userName: 'ren\u00e9', title: 'Prof', emails: [{ value: 'ren\u00e9@example.com' }] })
  expect((await ask('GET', `/users?filter=${encodeURIComponent('userName eq "rene\u0301"')}`)).body.items).toMatchObject([{ id }])
  const twice = await plan(ctx, csv('login,title,mail', 'cle\u0301o,a,', 'cl\u00e9o,b,'), mapping('userName'))
  expect((await stepsOf(ctx.db, twice.id)).map(({ action }) => action)).toEqual(['create', 'conflict'])
  expect(comparedText('RENE\u0301')).toBe('ren\u00e9')
})

test('of two rows from elsewhere with one name the second gets another', () => {
  const drafts = ['rene\u0301', 'REN\u00c9'].map((userName, uid) => ({ uid, notes: [], read: { record: { document: { userName }, correlate: [] } } }) as unknown as Draft)
  settleNames({ population: 'panelists' } as Place, drafts, { existing: () => [], planned: () => undefined }, new Map())
  expect(drafts.map(({ read, notes }) => [read!.record.document.userName, notes.length])).toEqual([['rene\u0301', 0], ['efs-panelist-1', 1]])
})
