/** The life of a person: what is allowed from where, what each operation does besides, and the nightly changes. */
import { describe, expect, test } from 'vitest'
import { readConfig } from '../src/config.ts'
import type { Context } from '../src/context.ts'
import { operate } from '../src/directory/lifecycle.ts'
import { bulkRequest, planBulk } from '../src/directory/bulk.ts'
import { endPeople, inactivatePeople, startPeople } from '../src/directory/nightly.ts'
import { deleteUser } from '../src/directory/delete-users.ts'
import { createUser, patchUser, readUser, replaceUser } from '../src/directory/users.ts'
import type { Document } from '../src/model/attribute.ts'
import { operations, type Operation } from '../src/model/lifecycle.ts'
import { rightKey } from '../src/model/own-access.ts'
import { secondaryStatuses, statuses } from '../src/model/user-statuses.ts'
import { lockByFailures } from '../src/store/logins-sign-in.ts'
import { testContext } from './context.ts'

let clock = new Date('2026-06-15T12:00:00.000Z')
const ctx = await testContext({}, () => clock)
const withSettings = (env: Record<string, string>): Context => ({ ...ctx, config: readConfig({ LOG_LEVEL: 'silent', ...env }) })

let counter = 0
const person = (more: Document = {}) => createUser(ctx, { userName: `person${++counter}`, ...more })
const idOf = (document: Document) => document.id as string
const versionOf = (document: Document) => (document.meta as Document).version

/** Per status, what becomes of it: a new status, `=` allowed and the status stays, `-` refused. `convert` is told apart below. */
const table = `
                         activate disable enable deactivate terminate  rehire  leave             return reset                 lock unlock decline           retire  decease
ACTIVE                   =        =       =      DELETED    TERMINATED -       LEAVE_OF_ABSENCE  -      PENDING_INITIAL_LOGIN =    =      -                 RETIRED DECEASED
INACTIVE                 ACTIVE   =       =      DELETED    TERMINATED -       LEAVE_OF_ABSENCE  -      PENDING_INITIAL_LOGIN =    =      -                 RETIRED DECEASED
PENDING_START_DATE       ACTIVE   =       =      DELETED    TERMINATED -       -                 -      -                     =    =      -                 RETIRED DECEASED
PENDING_APPROVAL         ACTIVE   =       =      DELETED    TERMINATED -       -                 -      -                     =    =      APPROVAL_DECLINED RETIRED DECEASED
APPROVAL_DECLINED        -        -       -      -          TERMINATED -       -                 -      -                     -    -      =                 -       DECEASED
PENDING_USER_VALIDATION  ACTIVE   =       =      DELETED    TERMINATED -       -                 -      -                     =    =      APPROVAL_DECLINED RETIRED DECEASED
PENDING_INITIAL_LOGIN    ACTIVE   =       =      DELETED    TERMINATED -       LEAVE_OF_ABSENCE  -      =                     =    =      -                 RETIRED DECEASED
TERMINATED               -        -       -      =          =          ACTIVE  -                 -      -                     -    -      -                 -       DECEASED
DELETED                  ACTIVE   -       -      =          TERMINATED ACTIVE  -                 -      -                     -    -      -                 -       DECEASED
LEAVE                    -        =       =      DELETED    TERMINATED -       -                 ACTIVE -                     =    =      -                 RETIRED DECEASED
LEAVE_OF_ABSENCE         -        =       =      DELETED    TERMINATED -       -                 ACTIVE -                     =    =      -                 RETIRED DECEASED
USER_LEAVE_WITH_PAY      -        =       =      DELETED    TERMINATED -       -                 ACTIVE -                     =    =      -                 RETIRED DECEASED
RETIRED                  -        -       -      -          -          ACTIVE  -                 -      -                     -    -      -                 =       DECEASED
DECEASED                 -        -       -      -          -          -       -                 -      -                     -    -      -                 -       =`

const [head, ...rows] = table.trim().split('\n').map((line) => line.trim().split(/\s+/))
const cases = rows.flatMap(([status, ...cells]) => cells.map((cell, index) => [status!, head![index] as Operation, cell] as const))

describe('from every status', () => {
  test('every operation stands in the table', () => {
    expect([...head!, 'convert'].sort()).toEqual([...operations].sort())
    expect(rows.map(([status]) => status).sort()).toEqual([...statuses].sort())
    expect(cases).toHaveLength(statuses.length * (operations.length - 1))
  })

  test.each(cases)('%s · %s → %s', async (status, operation, expected) => {
    const before = await person({ status })
    const work = operate(ctx, idOf(before), operation, undefined)
    if (expected === '-') {
      await expect(work).rejects.toMatchObject({ code: 'transition_not_allowed', status: 409 })
      expect(versionOf(await readUser(ctx.db, idOf(before)))).toBe(1)
    } else {
      expect(await work).toMatchObject({ status: expected === '=' ? status : expected })
    }
  })

  const closed = ['APPROVAL_DECLINED', 'TERMINATED', 'DELETED', 'RETIRED', 'DECEASED']
  test.each(statuses.map((status) => [status, !closed.includes(status)] as const))('%s · convert → %s', async (status, allowed) => {
    const work = operate(ctx, idOf(await person({ status })), 'convert', { typeId: 'EXTERNAL_USER' })
    if (allowed) expect(await work).toMatchObject({ status, typeId: 'EXTERNAL_USER' })
    else await expect(work).rejects.toMatchObject({ code: 'transition_not_allowed' })
  })
})

describe('the account status', () => {
  const after = { disable: 'DISABLED', enable: undefined, lock: 'LOCKED_ADMIN', unlock: undefined, activate: undefined, terminate: undefined, retire: undefined, decease: undefined, reset: undefined } as const
  const kept = ['deactivate', 'leave'] as const
  const given = [undefined, ...secondaryStatuses]
  const changes = given.flatMap((from) => Object.entries(after).map(([operation, to]) => [from, operation as Operation, to] as const))

  test.each(changes.filter(([from, operation]) => from !== 'DISABLED' || !['lock', 'unlock'].includes(operation)))('%s · %s → %s', async (from, operation, to) => {
    const before = await person({ status: 'ACTIVE', ...(from ? { secondaryStatus: from } : {}) })
    expect((await operate(ctx, idOf(before), operation, undefined)).secondaryStatus).toBe(to)
  })

  test.each(given.flatMap((from) => kept.map((operation) => [from, operation] as const)))('%s · %s stays', async (from, operation) => {
    const before = await person({ status: 'ACTIVE', ...(from ? { secondaryStatus: from } : {}) })
    expect((await operate(ctx, idOf(before), operation, undefined)).secondaryStatus).toBe(from)
  })

  test.each(['lock', 'unlock'] as const)('a disabling is not undone by way of %s', async (operation) => {
    const before = await person({ status: 'ACTIVE', secondaryStatus: 'DISABLED' })
    await expect(operate(ctx, idOf(before), operation, undefined)).rejects.toMatchObject({ code: 'transition_not_allowed' })
  })
})

async function access(id: string) {
  await ctx.db.execute(`insert into role (role_id, role_name) values ('R1', 'Role one'), ('R2', 'Role two'), ('R3', 'Role three') on conflict do nothing`)
  await ctx.db.execute(`insert into grp (grp_id, grp_name) values ('G1', 'Group one') on conflict do nothing`)
  await ctx.db.execute(`insert into res (resource_id, name, resource_type_id) values ('RES1', 'Resource one', 'NO-PROVISION-APP') on conflict do nothing`)
  await ctx.db.execute(
    `insert into user_role (user_id, role_id, membership_id, start_date, end_date) values
       ($1, 'R1', $2, null, null), ($1, 'R2', $3, '2030-01-01', null), ($1, 'R3', $4, '2020-01-01', '2021-01-01')`, [id, ctx.newId(), ctx.newId(), ctx.newId()])
  await ctx.db.execute(`insert into user_grp (user_id, grp_id, membership_id, start_date, end_date) values ($1, 'G1', $2, '2020-01-01', '2031-01-01')`, [id, ctx.newId()])
  await ctx.db.execute(`insert into resource_user (user_id, resource_id, membership_id) values ($1, 'RES1', $2)`, [id, ctx.newId()])
}

async function accessOf(id: string) {
  return ctx.db.query<{ what: string; end: string | null }>(
    `select role_id as what, end_date as end from user_role where user_id = $1 union all select grp_id, end_date from user_grp where user_id = $1
     union all select resource_id, end_date from resource_user where user_id = $1 order by 1`, [id])
}

async function session(id: string) {
  await ctx.db.execute(`insert into auth_state (user_id, session_id, auth_state, expires_at, last_seen) values ($1, $2, 1, now() + interval '1 hour', now())`, [id, ctx.newId()])
}
const sessionsOf = async (id: string) => (await ctx.db.query('select 1 from auth_state where user_id = $1', [id])).length

describe('sessions', () => {
  const ends = ['disable', 'deactivate', 'terminate', 'lock', 'reset', 'leave', 'retire', 'decease']
  test.each(operations.filter((one) => !['rehire', 'return', 'decline', 'convert'].includes(one)))('%s', async (operation) => {
    const [one, other] = [idOf(await person({ status: 'ACTIVE' })), idOf(await person({ status: 'ACTIVE' }))]
    await Promise.all([session(one), session(one), session(other)])
    await operate(ctx, one, operation, undefined)
    expect([await sessionsOf(one), await sessionsOf(other)]).toEqual([ends.includes(operation) ? 0 : 2, 1])
  })

  test('end with active set to false, by whatever way', async () => {
    const id = idOf(await person({ status: 'ACTIVE' }))
    await session(id)
    await patchUser(ctx, id, { active: false })
    expect(await sessionsOf(id)).toBe(0)
  })
})

describe('access', () => {
  test.each([
    ['is ended by default', {}, undefined, false],
    ['is removed when the setting says so', { TERMINATE_REMOVES_ACCESS: 'true' }, undefined, true],
    ['is removed when the call says so', {}, { removeAccess: true }, true],
    ['is ended when the call says so', { TERMINATE_REMOVES_ACCESS: 'true' }, { removeAccess: false }, false],
  ])('%s', async (_what, env, body, removed) => {
    for (const operation of ['terminate', 'retire'] as const) {
      const id = idOf(await person({ status: 'ACTIVE' }))
      await access(id)
      await operate(withSettings(env), id, operation, body)
      const now = clock.toISOString()
      // What was over stays as it was; what was to begin later never does.
      const ended = [{ what: 'G1', end: now }, { what: 'R1', end: now }, { what: 'R3', end: '2021-01-01T00:00:00.000Z' }, { what: 'RES1', end: now }]
      expect(await accessOf(id)).toEqual(removed ? [] : ended)
    }
  })

  test('is removed from the dead, whose affiliations stay', async () => {
    await ctx.db.execute(`insert into company (company_id, company_name) values ('C1', 'Company') on conflict do nothing`)
    const id = idOf(await person({ status: 'ACTIVE', affiliations: [{ organization: 'C1' }] }))
    await access(id)
    expect(await operate(ctx, id, 'decease', undefined)).toMatchObject({ affiliations: [{ organization: 'C1' }] })
    expect(await accessOf(id)).toEqual([])
  })

  test.each(['disable', 'deactivate', 'lock', 'leave', 'reset', 'convert'] as const)('is left alone by %s', async (operation) => {
    const id = idOf(await person({ status: 'ACTIVE' }))
    await access(id)
    const before = await accessOf(id)
    await operate(ctx, id, operation, operation === 'convert' ? { typeId: 'EXTERNAL_USER' } : undefined)
    expect(await accessOf(id)).toEqual(before)
  })
})

describe('the audit', () => {
  const eventsOf = (id: string) => ctx.db.query<{ action: string; changes: { path: string; before?: unknown; after?: unknown }[] }>(
    `select action, changes::jsonb as changes from gatehouse.audit_event where target_id = $1 and action <> 'user.create' order by event_id`, [id])
  const right = `insert into access_rights (access_right_id, name) values ('VIEW', 'View') on conflict do nothing`

  test.each([['terminate', false], ['retire', false], ['terminate', true], ['decease', true]] as const)('%s says what it took away, in its one event (removing: %s)', async (operation, removes) => {
    const id = idOf(await person({ status: 'ACTIVE' }))
    await access(id)
    await ctx.db.execute(right)
    await ctx.db.execute(`insert into user_role_membership_rights (membership_id, access_right_id) select membership_id, 'VIEW' from user_role where user_id = $1 and role_id = 'R1'`, [id])
    await operate(ctx, id, operation, operation === 'decease' ? undefined : { removeAccess: removes })
    const events = await eventsOf(id)
    expect(events.map(({ action }) => action)).toEqual([`user.${operation}`])
    const end = clock.toISOString()
    const [r3, group] = [{ start: '2020-01-01T00:00:00.000Z', end: '2021-01-01T00:00:00.000Z' }, { start: '2020-01-01T00:00:00.000Z', end: '2031-01-01T00:00:00.000Z' }]
    const gone = [
      { path: 'groups[G1]', before: group, ...(removes ? {} : { after: { ...group, end } }) },
      { path: 'resources[RES1]', before: {}, ...(removes ? {} : { after: { end } }) },
      { path: 'roles[R1]', before: { rights: ['VIEW'] }, ...(removes ? {} : { after: { end, rights: ['VIEW'] } }) },
      { path: 'roles[R2]', before: { start: '2030-01-01T00:00:00.000Z' } },
      ...(removes ? [{ path: 'roles[R3]', before: r3 }] : []),
    ]
    expect(events[0]!.changes.filter(({ path }) => path.includes('[')).sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(gone)
  })

  test('a deletion says it too', async () => {
    const id = idOf(await person({ status: 'ACTIVE' }))
    await access(id)
    await deleteUser(ctx, id)
    const events = await eventsOf(id)
    expect(events.map(({ action }) => action)).toEqual(['user.delete'])
    expect(events[0]!.changes.slice(1).map(({ path }) => path).sort()).toEqual(['groups[G1]', 'resources[RES1]', 'roles[R1]', 'roles[R2]', 'roles[R3]'])
  })

  test('a reset of somebody who waits for the first sign-in tells what it wiped, and once', async () => {
    const before = await person()
    const id = idOf(before)
    await ctx.db.execute(`update login set password = 'hash', topt_active = 'Y', otp_active = 'Y' where user_id = $1`, [id])
    await ctx.db.execute(`insert into user_auth_param (param_id, user_id, type, confirmed, name) values ($2, $1, 'TOTP', 'Y', 'App')`, [id, ctx.newId()])
    const after = await operate(ctx, id, 'reset', undefined)
    expect(after.status).toBe(before.status)
    expect(versionOf(after)).toBe(2)
    await operate(ctx, id, 'reset', undefined)
    expect((await eventsOf(id)).map(({ action, changes }) => [action, changes])).toEqual([['user.reset', [{ path: 'password' }, { path: 'factors' }]]])
    expect(await ctx.db.first('select password, topt_active as totp, otp_active as otp from login where user_id = $1', [id])).toEqual({ password: null, totp: 'N', otp: 'N' })
  })
})

describe('related accounts', () => {
  async function family() {
    const admin = idOf(await person({ status: 'ACTIVE' }))
    const nested = idOf(await person({ status: 'ACTIVE' }))
    const spouse = idOf(await person({ status: 'ACTIVE' }))
    await patchUser(ctx, admin, { relations: [{ user: nested, type: 'TEST_ACCOUNT' }] })
    const id = idOf(await person({ status: 'ACTIVE', relations: [{ user: admin, type: 'ADMIN_ACCOUNT' }, { user: spouse, type: 'FAMILY' }] }))
    // Back again, as older versions let it: two accounts that name each other end both, and end.
    await ctx.db.execute(`insert into user_to_user_membership (membership_id, primary_user_id, related_user_id, type_id) values ($1, $2, $3, 'ADMIN_ACCOUNT')`, [ctx.newId(), admin, id])
    return { id, admin, nested, spouse }
  }
  const statusOf = async (id: string) => (await readUser(ctx.db, id)).status

  test('follow their person, and family does not', async () => {
    const { id, admin, nested, spouse } = await family()
    await session(admin)
    await operate(ctx, id, 'terminate', undefined)
    expect(await Promise.all([id, admin, nested, spouse].map(statusOf))).toEqual(['TERMINATED', 'TERMINATED', 'TERMINATED', 'ACTIVE'])
    expect(await sessionsOf(admin)).toBe(0)
    const events = await ctx.db.query<{ target_id: string }>(`select target_id from gatehouse.audit_event where action = 'user.terminate' and target_id = any($1)`, [[id, admin, nested]])
    expect(events.map((one) => one.target_id).sort()).toEqual([id, admin, nested].sort())
  })

  test.each([[{ TERMINATE_RELATED_USERS: 'false' }, undefined], [{}, { includeRelated: false }]])('stay when told so: %j %j', async (env, body) => {
    const { id, admin } = await family()
    await operate(withSettings(env as Record<string, string>), id, 'terminate', body)
    expect(await statusOf(admin)).toBe('ACTIVE')
  })

  test('of the system stay', async () => {
    const { id, admin } = await family()
    await ctx.db.execute(`update users set system_flag = 'Y' where user_id = $1`, [admin])
    await operate(ctx, id, 'terminate', undefined)
    expect(await statusOf(admin)).toBe('ACTIVE')
  })
})

describe('locks and resets', () => {
  const loginOf = (id: string) => ctx.db.first<Record<string, unknown>>(
    `select lock_marker, auth_fail_count, password, first_time_login, reset_pwd, pswd_reset_token from login where user_id = $1 and managed_sys_id = '0'`, [id])

  test('a lock reaches the login, and unlocking forgets the failures', async () => {
    for (const unlock of [() => 'unlock', () => 'enable', () => 'activate'] as const) {
      const id = idOf(await person({ status: 'ACTIVE' }))
      await ctx.db.execute('update login set auth_fail_count = 3 where user_id = $1', [id])
      await operate(ctx, id, 'lock', undefined)
      expect(await loginOf(id)).toMatchObject({ lock_marker: 'LOCKED_ADMIN', auth_fail_count: 3 })
      await operate(ctx, id, unlock() as Operation, undefined)
      expect(await loginOf(id)).toMatchObject({ lock_marker: 'NOT_LOCKED', auth_fail_count: 0 })
    }
  })

  test('unlocking someone who is not locked forgets the failures too', async () => {
    const id = idOf(await person({ status: 'ACTIVE' }))
    await ctx.db.execute('update login set auth_fail_count = 2 where user_id = $1', [id])
    expect(versionOf(await operate(ctx, id, 'unlock', undefined))).toBe(1)
    expect(await loginOf(id)).toMatchObject({ auth_fail_count: 0 })
  })

  test.each([
    ['ACTIVE', 'LOCKED_ADMIN', 'unlock'], ['ACTIVE', 'LOCKED', 'unlock'], ['LEAVE_OF_ABSENCE', undefined, 'LEAVE_OF_ABSENCE'], ['PENDING_START_DATE', undefined, 'PENDING_START_DATE'],
  ])('active does not open what keeps somebody out who is %s, %s; false disables them all the same', async (status, secondaryStatus, told) => {
    const id = idOf(await person({ status, secondaryStatus }))
    await expect(patchUser(ctx, id, { active: true })).rejects.toMatchObject({ code: 'transition_not_allowed', message: expect.stringContaining(told) })
    // What was read and is sent back changes nothing.
    const { active, userName, name } = await readUser(ctx.db, id)
    expect(active).toBe(false)
    expect(await replaceUser(ctx, id, { userName, name, active })).toMatchObject({ status, active: false, ...(secondaryStatus === undefined ? {} : { secondaryStatus }) })
    expect(await patchUser(ctx, id, { active: false })).toMatchObject({ status, secondaryStatus: 'DISABLED', active: false })
    expect(versionOf(await patchUser(ctx, id, { active: false }))).toBe(versionOf(await readUser(ctx.db, id)))
  })

  test.each([['LOCKED_ADMIN'], ['LOCKED']] as const)('a lock (%s) is there again once a disabling that took its place is lifted by active; enabling lifts both', async (lock) => {
    const id = idOf(await person({ status: 'ACTIVE' }))
    if (lock === 'LOCKED_ADMIN') await operate(ctx, id, 'lock', undefined)
    else await ctx.db.transaction((tx) => lockByFailures(tx, id, ctx.now()))
    expect(await patchUser(ctx, id, { active: false })).toMatchObject({ secondaryStatus: 'DISABLED' })
    expect(await patchUser(ctx, id, { active: true })).toMatchObject({ secondaryStatus: lock, active: false })
    expect(await loginOf(id)).toMatchObject({ lock_marker: lock })
    await patchUser(ctx, id, { active: false })
    expect(await operate(ctx, id, 'enable', undefined)).toMatchObject({ active: true })
    expect(await loginOf(id)).toMatchObject({ lock_marker: 'NOT_LOCKED' })
    // Who was not locked is just active again.
    await patchUser(ctx, id, { active: false })
    expect(await patchUser(ctx, id, { active: true })).toMatchObject({ active: true })
  })

  test('takes the right of disabling and enabling, not only that of changing people', async () => {
    const id = idOf(await person({ status: 'ACTIVE' }))
    const acting = (...rights: ('UPDATE' | 'RESET')[]): Context => ({ ...ctx, authority: { rights: new Set(rights.map((right) => rightKey({ resource: 'people', right }))) } })
    await expect(patchUser(acting('UPDATE'), id, { active: false })).rejects.toMatchObject({ code: 'forbidden' })
    expect(await patchUser(acting('UPDATE'), id, { active: true, title: 'Dr' })).toMatchObject({ title: 'Dr', active: true })
    expect(await patchUser(acting('UPDATE', 'RESET'), id, { active: false })).toMatchObject({ active: false })
  })

  test('active false of who has left changes nothing', async () => {
    const id = idOf(await person({ status: 'ACTIVE' }))
    await operate(ctx, id, 'terminate', undefined)
    expect(await patchUser(ctx, id, { active: false })).not.toHaveProperty('secondaryStatus')
    await expect(patchUser(ctx, id, { active: true })).rejects.toMatchObject({ code: 'transition_not_allowed' })
  })

  test('a reset puts the account back to before the first sign-in', async () => {
    const id = idOf(await person({ status: 'ACTIVE', secondaryStatus: 'LOCKED' }))
    await ctx.db.execute(
      `update login set password = 'hash', auth_fail_count = 5, first_time_login = 'N', lock_marker = 'LOCKED', pswd_reset_token = 't' where user_id = $1`, [id])
    await ctx.db.execute(`update users set date_it_policy_approved = now(), claim_date = '2020-01-01', date_challenge_resp_changed = now() where user_id = $1`, [id])
    await ctx.db.execute(`insert into user_identity_ans (identity_ans_id, identity_question_id, user_id, question_answer) values ($2, 'Q01', $1, 'x')`, [id, ctx.newId()])
    const reset = await operate(ctx, id, 'reset', undefined)
    expect(reset).toMatchObject({ status: 'PENDING_INITIAL_LOGIN' })
    expect(reset).not.toHaveProperty('secondaryStatus')
    expect(await loginOf(id)).toEqual({ lock_marker: 'NOT_LOCKED', auth_fail_count: 0, password: null, first_time_login: 'Y', reset_pwd: '1', pswd_reset_token: null })
    expect(await ctx.db.first('select date_it_policy_approved as a, claim_date as b, date_challenge_resp_changed as c from users where user_id = $1', [id])).toEqual({ a: null, b: null, c: null })
    expect(await ctx.db.query('select 1 from user_identity_ans where user_id = $1', [id])).toEqual([])
    const read = await readUser(ctx.db, id)
    for (const path of ['dateItPolicyApproved', 'claimDate', 'dateChallengeRespChanged']) expect(read).not.toHaveProperty(path)
  })
})

describe('what an operation is told', () => {
  test('convert keeps the day, and the type of employment changes with it', async () => {
    const before = await person({ status: 'ACTIVE', subTypeId: 'INTERNAL_USER' })
    const id = idOf(before)
    const after = await operate(ctx, id, 'convert', { typeId: 'EXTERNAL_USER', employeeType: 'CONTRACTOR' })
    expect(after).toMatchObject({ typeId: 'EXTERNAL_USER', employeeType: 'CONTRACTOR', conversionDate: clock.toISOString() })
    expect(after).not.toHaveProperty('subTypeId')
    clock = new Date(clock.getTime() + 60_000)
    expect(await operate(ctx, id, 'convert', { typeId: 'EXTERNAL_USER', employeeType: 'INTERN' })).toMatchObject({ employeeType: 'INTERN', conversionDate: after.conversionDate })
    expect(versionOf(await operate(ctx, id, 'convert', { typeId: 'EXTERNAL_USER' }))).toBe(3)
  })

  test('rehire brings back the same person, from a day ahead when told so', async () => {
    const before = await person({ status: 'ACTIVE', startDate: '2020-01-01', lastDate: '2026-01-31', employeeNumber: 'E7' })
    const id = idOf(before)
    await operate(ctx, id, 'terminate', undefined)
    const back = await operate(ctx, id, 'rehire', {})
    expect(back).toMatchObject({ id, status: 'ACTIVE', active: true, employeeNumber: 'E7', startDate: '2020-01-01' })
    expect(back).not.toHaveProperty('lastDate')
    await operate(ctx, id, 'terminate', undefined)
    await expect(operate(ctx, id, 'rehire', { lastDate: '2026-06-14' })).rejects.toMatchObject({ code: 'invalid_value', problems: [{ path: 'lastDate' }] })
    await expect(planBulk(ctx, bulkRequest({ operation: 'rehire', filter: `id eq "${id}"`, options: { lastDate: '2026-06-14' } }))).rejects.toMatchObject({ code: 'invalid_value' })
    expect(await operate(ctx, id, 'rehire', { lastDate: '2026-06-15' })).toMatchObject({ status: 'ACTIVE', lastDate: '2026-06-15' })
    await operate(ctx, id, 'terminate', { lastDate: '2026-06-14' })
    expect(await operate(ctx, id, 'rehire', { startDate: '2026-09-01', lastDate: '2027-08-31' })).toMatchObject({ status: 'PENDING_START_DATE', startDate: '2026-09-01', lastDate: '2027-08-31' })
  })

  test.each(['terminate', 'retire'])('%s takes no last day that is to come: it would end the person today', async (operation) => {
    const id = idOf(await person({ status: 'ACTIVE' }))
    const refused = { code: 'invalid_value', message: expect.stringContaining('by PATCH'), problems: [{ path: 'lastDate' }] }
    await expect(operate(ctx, id, operation as 'terminate', { lastDate: '2026-06-16' })).rejects.toMatchObject(refused)
    await expect(planBulk(ctx, bulkRequest({ operation, filter: `id eq "${id}"`, options: { lastDate: '2026-06-16' } }))).rejects.toMatchObject(refused)
    expect(await operate(ctx, id, operation as 'terminate', { lastDate: '2026-06-15' })).toMatchObject({ lastDate: '2026-06-15', active: false })
  })

  test('leave may be paid', async () => {
    expect(await operate(ctx, idOf(await person({ status: 'ACTIVE' })), 'leave', { paid: true })).toMatchObject({ status: 'USER_LEAVE_WITH_PAY', active: false })
  })

  test.each([
    ['activate', { x: 1 }, 'unknown_attribute'],
    ['activate', [], 'invalid_body'],
    ['leave', { paid: 'yes' }, 'invalid_value'],
    ['terminate', { lastDate: '2026-02-30' }, 'invalid_value'],
    ['terminate', { removeAccess: 1 }, 'invalid_value'],
    ['rehire', { startDate: 5 }, 'invalid_value'],
    ['convert', undefined, 'required_attribute'],
    ['convert', { typeId: 7 }, 'invalid_value'],
    ['convert', { typeId: 'WORK_EMAIL' }, 'invalid_reference'],
    ['convert', { typeId: 'EXTERNAL_USER', employeeType: 'MANAGER' }, 'invalid_reference'],
  ] as const)('%s %j is refused', async (operation, body, code) => {
    const id = idOf(await person({ status: operation === 'rehire' ? 'TERMINATED' : 'ACTIVE' }))
    await expect(operate(ctx, id, operation, body)).rejects.toMatchObject({ code })
  })

  test('nobody is operated on who is not there, or has changed since', async () => {
    await expect(operate(ctx, 'nobody', 'activate', undefined)).rejects.toMatchObject({ code: 'not_found' })
    await expect(operate(ctx, idOf(await person()), 'activate', undefined, [2])).rejects.toMatchObject({ code: 'version_mismatch' })
  })

  test('what has nothing left to do changes nothing and is not audited', async () => {
    const id = idOf(await person({ status: 'ACTIVE' }))
    for (const operation of ['terminate', 'terminate', 'deactivate'] as const) await operate(ctx, id, operation, undefined)
    const events = await ctx.db.query<{ action: string }>('select action from gatehouse.audit_event where target_id = $1 order by event_id', [id])
    expect(events.map((one) => one.action)).toEqual(['user.create', 'user.terminate'])
  })
})

describe('at night', () => {
  test('those start whose day has come, in the time zone of the setting', async () => {
    clock = new Date('2026-07-31T09:59:00.000Z')
    const there = await person({ startDate: '2026-08-01', lastDate: '2026-12-31' })
    const later = await person({ startDate: '2026-08-02' })
    expect([there.status, later.status]).toEqual(['PENDING_START_DATE', 'PENDING_START_DATE'])
    const utc = withSettings({ TIME_ZONE: 'UTC' })
    const auckland = withSettings({ TIME_ZONE: 'Pacific/Kiritimati' })
    expect(await startPeople(utc)).toBe(0)
    expect(await startPeople(auckland)).toBe(0)
    clock = new Date('2026-07-31T10:00:00.000Z')
    expect(await startPeople(utc)).toBe(0)
    expect(await startPeople(auckland)).toBe(1)
    expect(await startPeople(auckland)).toBe(0)
    expect(await readUser(ctx.db, idOf(there))).toMatchObject({ status: 'ACTIVE', active: true })
    expect(await readUser(ctx.db, idOf(later))).toMatchObject({ status: 'PENDING_START_DATE' })
    clock = new Date('2026-08-02T00:00:00.000Z')
    expect(await startPeople(utc)).toBe(1)
  })

  test('nobody waits behind somebody who cannot be changed', async () => {
    clock = new Date('2026-08-10T12:00:00.000Z')
    const [stuck, free] = [await person({ startDate: '2026-08-11' }), await person({ startDate: '2026-08-11' })].toSorted((a, b) => idOf(a).localeCompare(idOf(b)))
    await ctx.db.execute(`alter table users add constraint stuck check (user_id <> '${idOf(stuck!)}' or status <> 'ACTIVE')`)
    clock = new Date('2026-08-11T12:00:00.000Z')
    await expect(startPeople(ctx)).rejects.toMatchObject({ message: expect.stringContaining(`1 person could not be changed, 1 was (${idOf(stuck!)})`) })
    expect(await readUser(ctx.db, idOf(free!))).toMatchObject({ status: 'ACTIVE' })
    expect(await readUser(ctx.db, idOf(stuck!))).toMatchObject({ status: 'PENDING_START_DATE' })
    await ctx.db.execute('alter table users drop constraint stuck')
    expect(await startPeople(ctx)).toBe(1)
  })

  test('those end whose last day is over: terminated and disabled, in one event', async () => {
    clock = new Date('2026-08-31T23:59:59.000Z')
    const last = await person({ status: 'ACTIVE', lastDate: '2026-08-31' })
    const away = await person({ status: 'LEAVE_OF_ABSENCE', lastDate: '2026-08-30' })
    const system = await person({ status: 'ACTIVE', lastDate: '2026-08-01' })
    await ctx.db.execute(`update users set system_flag = 'Y' where user_id = $1`, [system.id])
    await access(idOf(last))
    expect(await endPeople(ctx)).toBe(1)
    expect(await readUser(ctx.db, idOf(away))).toMatchObject({ status: 'TERMINATED', secondaryStatus: 'DISABLED' })
    expect(await readUser(ctx.db, idOf(last))).toMatchObject({ status: 'ACTIVE' })
    clock = new Date('2026-09-01T00:00:00.000Z')
    expect(await endPeople(ctx)).toBe(1)
    expect(await endPeople(ctx)).toBe(0)
    expect(await readUser(ctx.db, idOf(last))).toMatchObject({ status: 'TERMINATED', secondaryStatus: 'DISABLED', active: false })
    expect((await accessOf(idOf(last))).filter(({ end }) => end === null || end > clock.toISOString())).toEqual([])
    expect(await readUser(ctx.db, idOf(system))).toMatchObject({ status: 'ACTIVE' })
    const events = await ctx.db.query<{ action: string }>('select action from gatehouse.audit_event where target_id = $1 order by event_id', [last.id])
    expect(events.map((one) => one.action)).toEqual(['user.create', 'user.terminate'])
  })

  test('many start and end, on two servers at once, each of them once', async () => {
    clock = new Date('2026-10-01T12:00:00.000Z')
    await startPeople(ctx)
    await endPeople(ctx)
    const ids: string[] = []
    for (let i = 0; i < 230; i++) ids.push(idOf(await person({ status: i % 2 ? 'ACTIVE' : 'PENDING_START_DATE', startDate: '2026-10-01', ...(i % 2 ? { lastDate: '2026-10-01' } : {}) })))
    expect(await Promise.all([startPeople(ctx), startPeople(ctx)]).then(([a, b]) => a + b)).toBe(115)
    clock = new Date('2026-10-02T12:00:00.000Z')
    expect(await Promise.all([endPeople(ctx), endPeople(ctx)]).then(([a, b]) => a + b)).toBe(115)
    const events = await ctx.db.query<{ action: string; count: number }>(
      `select action, count(*)::int as count from gatehouse.audit_event where target_id = any($1) group by 1 order by 1`, [ids])
    expect(events).toEqual([{ action: 'user.activate', count: 115 }, { action: 'user.create', count: 230 }, { action: 'user.terminate', count: 115 }])
  })

  test('someone deleted in the meantime does not stop the others', async () => {
    clock = new Date('2026-11-02T00:00:00.000Z')
    const [gone, there] = [await person({ status: 'ACTIVE', lastDate: '2026-11-01' }), await person({ status: 'ACTIVE', lastDate: '2026-11-01' })]
    let deleted = false
    const db = Object.create(ctx.db) as typeof ctx.db
    db.transaction = async (work, begin) => {
      if (!deleted) await deleteUser(ctx, idOf(gone))
      deleted = true
      return ctx.db.transaction(work, begin)
    }
    expect(await endPeople({ ...ctx, db })).toBe(1)
    expect(await readUser(ctx.db, idOf(there))).toMatchObject({ status: 'TERMINATED' })
  })

  test('those fall inactive who have been away for long with an expired password, when the setting says so', async () => {
    clock = new Date('2026-11-20T00:00:00.000Z')
    const login = (id: string, last: string | null, expires: string | null) => ctx.db.execute('update login set last_login = $2, pwd_exp = $3 where user_id = $1', [id, last, expires])
    const [away, recent, valid, off] = [await person({ status: 'ACTIVE' }), await person({ status: 'ACTIVE' }), await person({ status: 'ACTIVE' }), await person({ status: 'LEAVE' })].map(idOf)
    await login(away!, '2026-08-01T00:00:00Z', '2026-10-01T00:00:00Z')
    await login(recent!, '2026-11-01T00:00:00Z', '2026-10-01T00:00:00Z')
    await login(valid!, '2026-08-01T00:00:00Z', '2027-01-01T00:00:00Z')
    await login(off!, '2026-08-01T00:00:00Z', '2026-10-01T00:00:00Z')
    expect(await inactivatePeople(ctx)).toBe(0)
    expect(await inactivatePeople(withSettings({ INACTIVE_AFTER_DAYS: '90' }))).toBe(1)
    expect(await Promise.all([away!, recent!, valid!, off!].map(async (id) => (await readUser(ctx.db, id)).status))).toEqual(['INACTIVE', 'ACTIVE', 'ACTIVE', 'LEAVE'])
    expect(await operate(ctx, away!, 'activate', undefined)).toMatchObject({ status: 'ACTIVE', active: true })
  })
})
