/** What the database itself refuses, and what it says when it does: the last line of defence behind every verb. */
import { describe, expect, test } from 'vitest'
import { newId } from '../src/model/id.ts'
import { statuses } from '../src/model/user-statuses.ts'
import { constraints, whileReferenced } from '../src/store/constraint-errors.ts'
import { testDatabase } from './database.ts'

const db = await testDatabase()

async function person(columns: Record<string, unknown> = {}): Promise<string> {
  const id = newId()
  const row = { user_id: id, status: 'ACTIVE', ...columns }
  await insert('users', row)
  return id
}

async function company(): Promise<string> {
  const id = newId()
  await insert('company', { company_id: id, company_name: 'Acme' })
  return id
}

async function insert(table: string, row: Record<string, unknown>, through: Pick<typeof db, 'execute'> = db) {
  const names = Object.keys(row)
  const places = names.map((_, index) => `$${index + 1}`)
  await through.execute(`insert into ${table} (${names.join(', ')}) values (${places.join(', ')})`, Object.values(row))
}

const affiliation = (user: string, org: string, start: string | null, end: string | null) =>
  ({ membership_id: newId(), user_id: user, company_id: org, start_date: start, end_date: end })

describe('periods of one pair', () => {
  test.each([
    ['the same time', '2020-01-01', '2021-01-01', '2020-01-01', '2021-01-01'],
    ['the same start', '2020-01-01', '2021-01-01', '2020-01-01', '2020-06-01'],
    ['an overlap at the end', '2020-01-01', '2021-01-01', '2020-12-31', '2022-01-01'],
    ['an overlap at the start', '2020-01-01', '2021-01-01', '2019-01-01', '2020-01-02'],
    ['one inside the other', '2020-01-01', '2021-01-01', '2020-03-01', '2020-04-01'],
    ['always, twice', null, null, null, null],
    ['open to the end', '2020-01-01', null, '2025-01-01', null],
    ['open to the start', null, '2020-01-01', '2019-01-01', '2019-02-01'],
  ])('%s is refused', async (_, start1, end1, start2, end2) => {
    const [user, org] = [await person(), await company()]
    await insert('user_affiliation', affiliation(user, org, start1, end1))
    const again = insert('user_affiliation', affiliation(user, org, start2, end2))
    await expect(again).rejects.toMatchObject({ code: 'period_overlap' })
  })

  test('one may begin at the instant another ends, and other pairs do not count', async () => {
    const [user, org, other] = [await person(), await company(), await company()]
    await insert('user_affiliation', affiliation(user, org, '2020-01-01', '2021-01-01'))
    await insert('user_affiliation', affiliation(user, org, '2021-01-01', null))
    await insert('user_affiliation', affiliation(user, org, null, '2020-01-01'))
    await insert('user_affiliation', affiliation(user, other, null, null))
    await insert('user_affiliation', affiliation(await person(), org, null, null))
  })

  test('a change may not make them overlap, and one statement may move several', async () => {
    const [user, org] = [await person(), await company()]
    const first = affiliation(user, org, '2020-01-01', '2021-01-01')
    const second = affiliation(user, org, '2021-01-01', '2022-01-01')
    await insert('user_affiliation', first)
    await insert('user_affiliation', second)
    const longer = db.execute(
      `update user_affiliation set end_date = '2021-02-01' where membership_id = $1`, [first.membership_id])
    await expect(longer).rejects.toMatchObject({ code: 'period_overlap' })
    await db.execute(
      `update user_affiliation 
       set start_date = start_date + interval '6 months', end_date = end_date + interval '6 months' where user_id = $1`, [user])
  })

  test('of two transactions that add overlapping periods the second is refused', async () => {
    const [user, org] = [await person(), await company()]
    let second: Promise<void> | undefined
    await db.transaction(async (tx) => {
      await insert('user_affiliation', affiliation(user, org, '2020-01-01', null), tx)
      second = db.transaction((other) => insert('user_affiliation', affiliation(user, org, '2021-01-01', null), other))
      second.catch(() => {})
      await waitUntilBlocked()
    })
    await expect(second).rejects.toMatchObject({ code: 'period_overlap' })
  })

  async function waitUntilBlocked(): Promise<void> {
    for (;;) {
      const waiting = await db.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
      if (waiting.length > 0) return
    }
  }

  test('a load of many rows is checked too', async () => {
    const [user, org] = [await person(), await company()]
    const lines = Array.from({ length: 300 }, (_, i) => `${newId()}\t${user}\t${org}\t20${i % 100}-01-01\t\\N\n`)
    const copy = 'copy user_affiliation (membership_id, user_id, company_id, start_date, end_date) from stdin'
    const load = db.transaction((tx) => tx.copyIn(copy, lines))
    await expect(load).rejects.toMatchObject({ code: 'period_overlap' })
  })

  test('must end after they begin', async () => {
    const [user, org] = [await person(), await company()]
    const empty = insert('user_affiliation', affiliation(user, org, '2020-01-01', '2020-01-01'))
    await expect(empty).rejects.toMatchObject({ code: 'invalid_value' })
  })

  test('every table of memberships has the rule', async () => {
    const guarded = await db.query<{ name: string }>(
      `select c.relname as name from pg_trigger t
       join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid
       where p.proname = 'refuse_overlap' group by 1 having count(*) = 2 order by 1`)
    const dated = await db.query<{ name: string }>(
      `select table_name as name from information_schema.columns where table_schema = 'public'
       and column_name in ('membership_id', 'start_date') group by 1 having count(*) = 2 order by 1`)
    expect(guarded).toEqual(dated)
  })

  test('groups, roles, resources and their edges are held to it', async () => {
    const [first, second] = [newId(), newId()]
    for (const id of [first, second]) await insert('role', { role_id: id, role_name: id })
    const edge = { role_id: first, member_role_id: second, start_date: null }
    await insert('role_to_role_membership', { membership_id: newId(), ...edge, end_date: '2030-01-01' })
    await expect(insert('role_to_role_membership', { membership_id: newId(), ...edge, start_date: '2029-01-01' }))
      .rejects.toMatchObject({ code: 'period_overlap' })
    await expect(insert('role_to_role_membership', { membership_id: newId(), role_id: first, member_role_id: first }))
      .rejects.toMatchObject({ code: 'circular_dependency' })
  })
})

describe('uniqueness', () => {
  test('a login is one in its system, whatever the case', async () => {
    const login = { login_id: newId(), user_id: await person(), login: 'Ötto@Example.org', managed_sys_id: '0' }
    await insert('login', login)
    expect(await db.first('select lowercase_login from login where login_id = $1', [login.login_id]))
      .toEqual({ lowercase_login: 'ötto@example.org' })
    const again = { ...login, login_id: newId(), user_id: await person(), login: 'öTTO@example.org' }
    await expect(insert('login', again)).rejects.toMatchObject({
      code: 'already_exists', problems: [{ path: 'userName', message: 'Another person signs in with this name.' }],
    })
    await insert('login', { ...again, managed_sys_id: 'OKTA' })
  })

  test('a person has one login of system 0, and one default of each kind', async () => {
    const user = await person()
    const login = () => insert('login', { login_id: newId(), user_id: user, login: newId(), managed_sys_id: '0' })
    await login()
    await expect(login()).rejects.toMatchObject({ code: 'already_exists' })
    const email = (isDefault: string) =>
      insert('email_address', { email_id: newId(), parent_id: user, email_address: 'a@b', is_default: isDefault })
    await email('Y')
    await email('N')
    await email('N')
    await expect(email('Y')).rejects.toMatchObject({ code: 'already_exists' })
  })

  test('a person has one primary supervisor, who is someone else', async () => {
    const [staff, one, two] = [await person(), await person(), await person()]
    const lead = (supervisor: string, primary: string) => insert('org_structure', {
      org_structure_id: newId(), supervisor_id: supervisor, staff_id: staff, is_primary_super: primary,
    })
    await lead(one, 'Y')
    await expect(lead(two, 'Y')).rejects.toMatchObject({ code: 'already_exists' })
    await lead(two, 'N')
    await expect(lead(staff, 'N')).rejects.toMatchObject({ code: 'circular_dependency' })
  })
})

describe('references', () => {
  test('a person takes along what is theirs; delegations to them are forgotten', async () => {
    const user = await person()
    const other = await person({ alternate_id: user })
    await insert('login', { login_id: newId(), user_id: user, login: newId(), managed_sys_id: '0' })
    await insert('efs.panelists', { person_id: user })
    await db.execute('delete from users where user_id = $1', [user])
    expect(await db.query('select from login where user_id = $1', [user])).toEqual([])
    expect(await db.query('select from efs.panelists where person_id = $1', [user])).toEqual([])
    expect(await db.first('select alternate_id from users where user_id = $1', [other])).toEqual({ alternate_id: null })
  })

  test('an organisation with people stays', async () => {
    const [user, org] = [await person(), await company()]
    await insert('user_affiliation', affiliation(user, org, null, null))
    await expect(db.execute('delete from company where company_id = $1', [org])).rejects.toMatchObject({
      code: 'still_referenced', message: 'People still belong to this organisation.',
    })
  })

  test('a reference to nothing is refused', async () => {
    await expect(person({ job_code: 'NOTHING' })).rejects.toMatchObject({ code: 'invalid_reference' })
    await expect(insert('user_affiliation', affiliation(await person(), newId(), null, null))).rejects.toMatchObject({
      code: 'invalid_reference', message: expect.stringContaining('there is no Organization'),
    })
  })
})

describe('values', () => {
  test.each([
    [{ status: 'REMOVE' }, 'status'],
    [{ secondary_status: 'ACTIVE' }, 'secondaryStatus'],
    [{ sex: 'D' }, 'sex'],
    [{ start_date: '2026-01-02', last_date: '2026-01-01' }, 'lastDate'],
    [{ cert_delegate_start_date: '2026-01-02', cert_delegate_end_date: '2026-01-01' }, 'certDelegateId'],
  ])('%o is refused', async (columns, path) => {
    await expect(person(columns)).rejects.toMatchObject({ code: 'invalid_value', problems: [{ path }] })
  })

  test('the statuses of the code are those of the check and of the metadata', async () => {
    for (const status of statuses) await person({ status })
    const types = await db.query<{ type_id: string }>(`select type_id from metadata_type where "grouping" = 'USER'`)
    expect(types.map((row) => row.type_id).sort()).toEqual([...statuses].sort())
  })

  test('each listed meaning belongs to a constraint that exists', async () => {
    const rows = await db.query<{ name: string }>(
      `select conname as name from pg_constraint union select relname from pg_class where relkind = 'i'
       union select c.relname || '_period' from pg_trigger t join pg_class c on c.oid = t.tgrelid
         join pg_proc p on p.oid = t.tgfoid where p.proname = 'refuse_overlap'`)
    const names = new Set(rows.map(({ name }) => name))
    expect([...constraints.keys(), ...whileReferenced.keys()].filter((name) => !names.has(name))).toEqual([])
  })
})

describe('the rows every installation starts with', () => {
  test('are there', async () => {
    const count = async (sql: string) => (await db.first<{ n: number }>(`select count(*)::int as n from ${sql}`))!.n
    expect(await count(`managed_sys where managed_sys_id in ('0', 'OKTA')`)).toBe(2)
    expect(await count(`identity_question where identity_quest_grp_id = 'GLOBAL' and active = 'Y'`)).toBe(18)
    expect(await count(`org_type_valid_membership`)).toBe(5)
    expect(await count(`access_rights`)).toBe(9)
    expect(await count(`policy_attribute where policy_id in ('CLASSIC', '4000', '4001')`)).toBeGreaterThan(20)
    expect(await count(`content_provider where content_provider_id = 'DEFAULT_CP'`)).toBe(1)
  })

  test('the system acts as a person that cannot sign in, is not seen and stays', async () => {
    const system = await db.first(`select system_flag, is_visible from users where user_id = '3000'`)
    expect(system).toEqual({ system_flag: 'Y', is_visible: 'N' })
    expect(await db.query(`select from login where user_id = '3000'`)).toEqual([])
  })
})
