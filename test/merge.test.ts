/** Two records of one person become one: what the plan tells, what applying does, and undoing, which brings back every row. */
import { beforeAll, describe, expect, test } from 'vitest'
import { eraseUser } from '../src/directory/erase.ts'
import type { Document } from '../src/model/attribute.ts'
import { keepRows } from '../src/store/kept-rows.ts'
import { ed25519Key } from './public-keys.ts'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()
const { db } = ctx

let counter = 0
async function person(more: Record<string, unknown> = {}) {
  const { status, body } = await ask('POST', '/users', { userName: `merge${++counter}`, ...more })
  expect(status, JSON.stringify(body)).toBe(201)
  return body as Document & { id: string }
}
const read = async (id: string) => (await ask('GET', `/users/${id}`)).body
const whole = async (id: string) => (await ask('GET', `/users/${id}?attributes=${everything}`)).body
const everything = 'userName,name,title,employeeNumber,costCenter,emails,phoneNumbers,addresses,attributes,affiliations,supervisors,relations,logins,notes,keys,alternateId,typeId'

async function plan(survivor: string, duplicate: string, take?: string[]) {
  const { status, body } = await ask('POST', '/plans', { kind: 'merge', survivor, duplicate, ...(take ? { take } : {}) })
  expect(status, JSON.stringify(body)).toBe(201)
  const { body: steps } = await ask('GET', `/plans/${body.id}/steps`)
  return { id: body.id as string, body, changes: steps.items[0].changes }
}
const apply = (id: string) => ask('POST', `/plans/${id}/apply`)
const undo = (id: string) => ask('POST', `/plans/${id}/undo`)

const publicKey = ed25519Key('laptop')

const organizations: string[] = []
beforeAll(async () => {
  for (const name of ['Org A', 'Org B']) organizations.push((await ask('POST', '/organizations', { name })).body.id)
  await ask('POST', '/metadata/elements', { name: 'badge' })
  await ask('POST', '/metadata/elements', { name: 'langs', multiValued: true })
  await ask('POST', '/metadata/elements', { name: 'pilotOnly', typeId: 'INTERNAL_USER' })
  await ask('POST', '/metadata/elements', { name: 'uid', typeId: 'DEFAULT_LOGIN' })
})

describe('the plan', () => {
  test('tells every field, entry and link, and what is given up', async () => {
    const survivor = await person({
      title: 'Chief', attributes: { badge: '1' }, emails: [{ value: 'same@example.org' }], affiliations: [{ organization: organizations[0] }],
    })
    const duplicate = await person({
      title: 'Head', costCenter: 'C7', typeId: 'INTERNAL_USER', attributes: { badge: '2', langs: ['de', 'en'], pilotOnly: 'p' },
      emails: [{ value: 'SAME@example.org' }, { value: 'other@example.org' }],
      affiliations: [{ organization: organizations[0] }, { organization: organizations[1] }], notes: [{ description: 'n' }],
    })
    const { body, changes } = await plan(survivor.id, duplicate.id)
    expect(body).toMatchObject({ kind: 'merge', status: 'planned', steps: 1, counts: { update: 1, delete: 1 } })
    expect(changes.fields).toEqual([{ path: 'costCenter', after: 'C7' }, { path: 'attributes.langs', after: ['de', 'en'] }])
    expect(changes.entries).toEqual([{ path: 'emails', added: [expect.objectContaining({ value: 'other@example.org', primary: false })] }])
    expect(changes.links).toEqual([
      {
        table: 'user_affiliation', column: 'user_id', moves: 1, stays: 1,
        moving: [{ target: organizations[1], name: 'Org B' }], staying: [{ target: organizations[0], name: 'Org A' }],
      },
      { table: 'login', column: 'user_id', moves: 0, stays: 1, staying: [{ login: duplicate.userName, managedSystem: '0' }] },
      { table: 'user_note', column: 'user_id', moves: 1, stays: 0 },
    ])
    expect(changes.notTaken).toEqual([
      { path: 'userName', value: duplicate.userName }, { path: 'typeId', value: 'INTERNAL_USER' }, { path: 'title', value: 'Head' },
      { path: 'attributes.badge', value: '2' }, { path: 'attributes.pilotOnly', value: 'p' },
    ])
    // Planning changes nothing.
    expect(await read(duplicate.id)).toEqual(duplicate)
    expect(await read(survivor.id)).toEqual(survivor)
  })

  test('takes from the duplicate what it is told to', async () => {
    const [survivor, duplicate] = [await person({ title: 'Chief', attributes: { badge: '1' } }), await person({ title: 'Head', attributes: { badge: '2' } })]
    const { id, changes } = await plan(survivor.id, duplicate.id, ['title', 'attributes.badge'])
    expect(changes.fields).toEqual([{ path: 'title', before: 'Chief', after: 'Head' }, { path: 'attributes.badge', before: '1', after: '2' }])
    expect((await apply(id)).body).toMatchObject({ status: 'applied', failed: 0 })
    expect(await read(survivor.id)).toMatchObject({ title: 'Head', attributes: { badge: '2' }, userName: survivor.userName })
  })

  test.each([
    ['no body', [], 'invalid_body'],
    ['no duplicate', { survivor: 'x' }, 'invalid_body'],
    ['the same twice', { survivor: 'x', duplicate: 'x' }, 'invalid_value'],
    ['an unknown path', { survivor: 'x', duplicate: 'y', take: ['shoe'] }, 'invalid_value'],
    ['the user name', { survivor: 'x', duplicate: 'y', take: ['userName'] }, 'invalid_value'],
    ['an unknown member', { survivor: 'x', duplicate: 'y', colour: 'red' }, 'unknown_attribute'],
  ])('is refused with %s', async (_what, body, code) => {
    expect(await ask('POST', '/plans', Array.isArray(body) ? body : { kind: 'merge', ...body })).toMatchObject({ status: 400, body: { code: Array.isArray(body) ? 'invalid_value' : code } })
  })

  test('is refused for people who are not there, or of the system', async () => {
    const [survivor, system] = [await person(), await person()]
    await db.execute(`update users set system_flag = 'Y' where user_id = $1`, [system.id])
    expect((await ask('POST', '/plans', { kind: 'merge', survivor: survivor.id, duplicate: 'nobody' })).status).toBe(404)
    expect((await ask('POST', '/plans', { kind: 'merge', survivor: survivor.id, duplicate: system.id })).body.code).toBe('system_record')
  })

  test('is made at the address of the person, too', async () => {
    const [survivor, duplicate] = [await person(), await person()]
    const made = await ask('POST', `/users/${survivor.id}/merge`, { duplicate: duplicate.id, take: ['title'] })
    expect(made).toMatchObject({ status: 201, body: { kind: 'merge', options: { survivor: survivor.id, duplicate: duplicate.id, take: ['title'] } } })
    expect((await ask('POST', `/users/${survivor.id}/merge`, { duplicate: duplicate.id, survivor: duplicate.id })).status).toBe(400)
  })
})

/** A duplicate with a row in every table that a person's removal takes rows from, and everyone who points at them. */
async function entangled() {
  const [boss, staff, survivor] = [await person(), await person(), await person({ title: 'Keeps', emails: [{ value: 'keeps@example.org' }] })]
  const duplicate = await person({
    title: 'Gives', costCenter: 'C1', secretWord: 'Blue Moon', attributes: { badge: '2', langs: ['de', 'en'] }, alternateId: survivor.id,
    emails: [{ value: 'gives@example.org', type: 'WORK_EMAIL' }], phoneNumbers: [{ value: '1', isForSms: true }], addresses: [{ locality: 'Bern' }],
    affiliations: [{ organization: organizations[0], start: '2020-01-01T00:00:00Z', rights: ['ADMIN_ACCESS'] }],
    supervisors: [{ supervisor: boss.id }, { supervisor: survivor.id }], relations: [{ user: survivor.id, type: 'ADMIN_ACCOUNT' }, { user: boss.id, type: 'FAMILY' }],
    logins: [{ login: `gives${++counter}@okta`, managedSystem: 'OKTA', attributes: { uid: 'x'.repeat(4500) } }],
    notes: [{ description: 'n' }], keys: [{ name: 'laptop', value: publicKey }],
  })
  await ask('PATCH', `/users/${staff.id}`, { supervisors: [{ supervisor: duplicate.id }], alternateId: duplicate.id, certDelegateId: duplicate.id, relations: [{ user: duplicate.id, type: 'TEST_ACCOUNT' }] })
  await ask('PATCH', `/users/${survivor.id}`, { alternateId: duplicate.id })
  const organization = (await ask('POST', '/organizations', { name: 'Certified', certifierId: duplicate.id })).body.id
  const id = duplicate.id
  const own = (await ask('GET', `/users/${id}/logins`)).body.items.find((one: Document) => one.managedSystem === '0').id
  await db.execute(`update login set password = '$argon2id$v=19$hash' where login_id = $1`, [own])
  await db.execute(`insert into role (role_id, role_name) values ('MR', 'Merge role') on conflict do nothing`)
  await db.execute(`insert into grp (grp_id, grp_name) values ('MG', 'Merge group') on conflict do nothing`)
  await db.execute(`insert into res (resource_id, name, resource_type_id) values ('MRES', 'Merge resource', 'NO-PROVISION-APP') on conflict do nothing`)
  await db.execute(`insert into user_role (user_id, role_id, membership_id, status) values ($1, 'MR', $1, 'REMINDED')`, [id])
  await db.execute(`insert into user_role_membership_rights values ($1, 'OWNER_ACCESS', 'e')`, [id])
  await db.execute(`insert into user_grp (user_id, grp_id, membership_id) values ($1, 'MG', $1)`, [id])
  await db.execute(`insert into user_grp_membership_rights values ($1, 'OWNER_ACCESS')`, [id])
  await db.execute(`insert into resource_user (user_id, resource_id, membership_id) values ($1, 'MRES', $1)`, [id])
  await db.execute(`insert into user_res_membership_rights values ($1, 'OWNER_ACCESS')`, [id])
  await db.execute(`insert into gatehouse.delegation (delegation_id, user_id, kind, create_date) values ($1, $1, 'REPORTS', now())`, [id])
  await db.execute(`insert into pwd_history values ($2, $1, now(), 'old hash')`, [own, ctx.newId()])
  await db.execute(`insert into user_identity_ans (identity_ans_id, identity_question_id, user_id, question_answer) values ($2, 'Q01', $1, 'hash')`, [id, ctx.newId()])
  await db.execute(`insert into user_auth_param (param_id, user_id, type) values ($2, $1, 'TOTP')`, [id, ctx.newId()])
  await db.execute(`insert into user_it_policy_history (id, user_id, submit_date, accepted) values ($2, $1, now(), 'Y')`, [id, ctx.newId()])
  const portal = await db.first<{ id: number }>(`insert into efs.portal (name) values ($1) returning portal_id as id`, [`Portal ${id}`])
  const panelist = await db.first<{ uid: number }>('insert into efs.panelists (person_id) values ($1) returning uid', [id])
  await db.execute('insert into efs.portal_panelist (portal_id, user_id) values ($1, $2)', [portal!.id, panelist!.uid])
  await db.execute(`insert into efs.iam_portal_user_reference (portal_id, user_id, uuid, status) values ($1, $2, '00u1', 1)`, [portal!.id, panelist!.uid])
  const administrator = await db.first<{ uid: number }>('insert into efs.users (person_id) values ($1) returning uid', [id])
  await db.execute(`insert into efs.iam_user_reference (user_id, uuid, status) values ($1, '00u2', 1)`, [administrator!.uid])
  return { survivor: survivor.id, duplicate: id, boss: boss.id, staff: staff.id, organization, panelist: panelist!.uid }
}

/** The survivor has the like of everything that can only be there once, so that the duplicate's own rows go. */
async function rivalled(survivor: string) {
  await db.execute(`insert into user_role (user_id, role_id, membership_id) values ($1, 'MR', $1)`, [survivor])
  await db.execute(`insert into user_grp (user_id, grp_id, membership_id) values ($1, 'MG', $1)`, [survivor])
  await db.execute(`insert into resource_user (user_id, resource_id, membership_id) values ($1, 'MRES', $1)`, [survivor])
  await db.execute('insert into efs.panelists (person_id) values ($1)', [survivor])
  await db.execute('insert into efs.users (person_id) values ($1)', [survivor])
  const { status, body } = await ask('PATCH', `/users/${survivor}`, { affiliations: [{ organization: organizations[0] }], keys: [{ name: 'laptop', value: publicKey }] })
  expect(status, JSON.stringify(body)).toBe(200)
}

const moving = ['recorded_from', 'last_update', 'last_updated_by', 'version', 'changes', 'has_data_changes', 'updated_at', 'lst_update', 'lst_updated_by', 'update_date', 'updated_by']

/** All rows of these people as they stand, without what counts changes. */
async function rowsOf(...ids: string[]) {
  const found = await db.transaction(async (tx) => {
    const kept = []
    for (const id of ids) kept.push(...(await keepRows(tx, id)).flatMap(({ table, rows }) => rows.map((row) => ({ table, row }))))
    return kept
  })
  const stable = found.map(({ table, row }) => JSON.stringify([table, Object.fromEntries(Object.entries(row).filter(([column]) => !moving.includes(column)))]))
  return [...new Set(stable)].sort()
}

describe('removing a person', () => {
  test('takes rows from no table that merging does not keep', async () => {
    const tables = await db.query<{ name: string }>(
      `with recursive gone as (
         select 'public.users'::regclass::oid as table_oid
         union select c.conrelid from pg_constraint c join gone on c.confrelid = gone.table_oid where c.contype = 'f' and c.confdeltype = 'c')
       select replace(table_oid::regclass::text, 'gatehouse.', '') as name from gone`)
    const { duplicate } = await entangled()
    const kept = await db.transaction((tx) => keepRows(tx, duplicate))
    // Sign-ins, tokens and consents end with the person they were given by: nobody has consented for the survivor.
    const passing = ['auth_state', 'auth_state_auth_param_xref', 'message', 'oidc_artifact', 'oidc_consent', 'efs.portal_session', 'sign_in_place', 'factor_challenge', 'recovery_code', 'remembered_device']
    expect(kept.map((one) => one.table.replace('gatehouse.', '')).sort()).toEqual(tables.map((one) => one.name).filter((name) => !passing.includes(name)).sort())
  })
})

describe('applied', () => {
  test('the survivor has what the duplicate had, and the duplicate is gone', async () => {
    const { survivor, duplicate, boss, staff, organization, panelist } = await entangled()
    const { id, changes } = await plan(survivor, duplicate)
    expect(changes.fields).toContainEqual({ path: 'alternateId', before: duplicate })
    expect((await apply(id)).body).toMatchObject({ status: 'applied', failed: 0 })
    expect((await ask('GET', `/users/${duplicate}`)).status).toBe(404)
    expect(await whole(survivor)).toMatchObject({
      title: 'Keeps', costCenter: 'C1', attributes: { badge: '2', langs: ['de', 'en'] },
      emails: [{ value: 'keeps@example.org', primary: true }, { value: 'gives@example.org', primary: false }],
      phoneNumbers: [{ value: '1', primary: true }], addresses: [{ locality: 'Bern', primary: true }],
      affiliations: [{ organization: organizations[0], rights: ['ADMIN_ACCESS'] }], supervisors: [{ supervisor: boss, primary: true }],
      relations: [{ user: boss, type: 'FAMILY' }], notes: [{ description: 'n' }], keys: [{ name: 'laptop' }],
    })
    const logins = (await whole(survivor)).logins
    expect(logins.map((one: Document) => one.managedSystem).sort()).toEqual(['0', 'OKTA'])
    expect(await whole(survivor)).not.toHaveProperty('alternateId')
    expect(await whole(staff)).toMatchObject({ alternateId: survivor, supervisors: [{ supervisor: survivor }], relations: [{ user: survivor }] })
    expect((await ask('GET', `/organizations/${organization}`)).body.certifierId).toBe(survivor)
    expect(await db.query('select uid from efs.panelists where person_id = $1', [survivor])).toEqual([{ uid: panelist }])
    const [reference] = await db.query('select uuid, has_data_changes from efs.iam_portal_user_reference where user_id = $1', [panelist])
    expect(reference).toEqual({ uuid: '00u1', has_data_changes: 1 })
    const events = await db.query<{ action: string; target_id: string }>(
      `select action, target_id from gatehouse.audit_event where target_id = any($1) and action like 'user.merge%' order by event_id`, [[survivor, duplicate]])
    expect(events).toEqual([{ action: 'user.merge', target_id: survivor }, { action: 'user.merged', target_id: duplicate }])
  })

  test('others whose records now name the survivor have a new version', async () => {
    const { survivor, duplicate, staff, organization } = await entangled()
    const { id } = await plan(survivor, duplicate)
    const tags = async () => [(await ask('GET', `/users/${staff}`)).headers.etag, (await ask('GET', `/organizations/${organization}`)).headers.etag]
    const before = await tags()
    await apply(id)
    const after = await tags()
    expect(after[0]).not.toBe(before[0])
    expect(after[1]).not.toBe(before[1])
  })

  test('is refused whole when either has changed, or is gone, since', async () => {
    const change = { survivor: (id: string) => ask('PATCH', `/users/${id}`, { nickName: 'N' }), duplicate: (id: string) => ask('POST', `/users/${id}/notes`, { description: 'n' }) }
    for (const who of ['survivor', 'duplicate'] as const) {
      const people = { survivor: (await person()).id, duplicate: (await person()).id }
      const { id } = await plan(people.survivor, people.duplicate)
      await change[who](people[who])
      const before = await rowsOf(people.survivor, people.duplicate)
      expect(await apply(id)).toMatchObject({ status: 409, body: { code: 'plan_stale', problems: [{ path: `User ${people[who]}` }] } })
      expect(await rowsOf(people.survivor, people.duplicate)).toEqual(before)
    }
    const [survivor, duplicate] = [await person(), await person()]
    const { id } = await plan(survivor.id, duplicate.id)
    await ask('DELETE', `/users/${duplicate.id}`)
    expect((await apply(id)).body.code).toBe('plan_stale')
    // Of who was erased the plan tells nothing any more.
    const erased = await person()
    const { id: blanked } = await plan(survivor.id, erased.id)
    await eraseUser(ctx, erased.id)
    expect((await apply(blanked)).body.code).toBe('plan_stale')
  })

  test('happens once', async () => {
    const [survivor, duplicate] = [await person(), await person()]
    const { id } = await plan(survivor.id, duplicate.id)
    const replies = await Promise.all([apply(id), apply(id)])
    expect(replies.filter((one) => one.status === 200).length).toBeGreaterThanOrEqual(1)
    expect((await apply(id)).body.code).toBe('plan_state')
    const events = await db.query(`select 1 from gatehouse.audit_event where target_id = $1 and action = 'user.merged'`, [duplicate.id])
    expect(events).toHaveLength(1)
  })
})

describe('undone', () => {
  test.each([['links that moved', false], ['rows that went', true]])('brings back every row, with %s', async (_what, rivals) => {
    const { survivor, duplicate, staff, organization } = await entangled()
    if (rivals) await rivalled(survivor)
    const before = await rowsOf(survivor, duplicate, staff)
    const documents = await Promise.all([whole(survivor), whole(duplicate), whole(staff)])
    const { id } = await plan(survivor, duplicate)
    expect((await apply(id)).body).toMatchObject({ status: 'applied', failed: 0 })
    expect(await rowsOf(survivor, staff)).not.toEqual(before)
    expect(await undo(id)).toMatchObject({ status: 200, body: { status: 'undone' } })
    expect(await rowsOf(survivor, duplicate, staff)).toEqual(before)
    expect(await Promise.all([whole(survivor), whole(duplicate), whole(staff)])).toEqual(documents)
    expect((await ask('GET', `/organizations/${organization}`)).body.certifierId).toBe(duplicate)
    expect(await db.first<{ password: string }>(`select password from login where user_id = $1 and managed_sys_id = '0'`, [duplicate])).toEqual({ password: '$argon2id$v=19$hash' })
    expect(await db.query(`select 1 from efs.iam_portal_user_group_unassignment_queue where uuid = '00u1' union all select 1 from efs.iam_user_unassignment_queue where uuid = '00u2'`)).toEqual([])
    expect((await undo(id)).body.code).toBe('plan_state')
  })

  test('brings back no public key that was removed, and nothing that was taken from the survivor, since', async () => {
    const [survivor, duplicate] = [await person(), await person({ keys: [{ name: 'leaked', value: publicKey }] })]
    const { id: roleId } = (await ask('POST', '/roles', { name: 'Taken away' })).body
    const { id: kept } = (await ask('POST', '/roles', { name: 'Narrowed' })).body
    await ask('PUT', `/roles/${roleId}/members/${duplicate.id}`, {})
    await ask('PUT', `/roles/${kept}/members/${duplicate.id}`, { rights: ['READ', 'UPDATE'] })
    const { id } = await plan(survivor.id, duplicate.id)
    expect((await apply(id)).body).toMatchObject({ failed: 0 })
    await db.execute('delete from user_key where user_id = $1', [survivor.id])
    expect((await ask('DELETE', `/roles/${roleId}/members/${survivor.id}`)).status).toBe(204)
    expect((await ask('PUT', `/roles/${kept}/members/${survivor.id}`, { rights: ['READ'] })).status).toBe(200)
    expect((await undo(id)).status).toBe(200)
    expect((await whole(duplicate.id)).keys ?? []).toEqual([])
    expect((await ask('GET', `/users/${duplicate.id}/roles`)).body.items).toMatchObject([{ target: { id: kept }, rights: ['READ'] }])
  })

  test('is refused once others have changed what the merge gave the survivor', async () => {
    const [survivor, duplicate] = [await person(), await person({ title: 'T' })]
    const { id } = await plan(survivor.id, duplicate.id)
    await apply(id)
    await ask('PATCH', `/users/${survivor.id}`, { title: 'N' })
    expect(await undo(id)).toMatchObject({ status: 409, body: { code: 'conflict', problems: [{ path: 'title' }] } })
    expect((await ask('GET', `/plans/${id}`)).body.status).toBe('applied')
  })

  test('is refused once someone else has the duplicate\'s name', async () => {
    const [survivor, duplicate] = [await person(), await person()]
    const { id } = await plan(survivor.id, duplicate.id)
    await apply(id)
    await person({ userName: duplicate.userName })
    expect(await undo(id)).toMatchObject({ status: 409, body: { code: 'already_exists' } })
    expect((await ask('GET', `/users/${duplicate.id}`)).status).toBe(404)
  })

  test('is refused for a plan that was not applied, or could not be carried out', async () => {
    const [survivor, duplicate] = [await person(), await person({ attributes: { badge: 'x' } })]
    const { id } = await plan(survivor.id, duplicate.id)
    expect((await undo(id)).body.code).toBe('plan_state')
    // A stricter declaration since the plan was made stands against the merge alone.
    const element = (await ask('GET', '/metadata/elements')).body.items.find((one: { name: string }) => one.name === 'badge')
    await ask('PATCH', `/metadata/elements/${element.id}`, { validator: '\\d' })
    expect((await apply(id)).body).toMatchObject({ status: 'applied', failed: 1 })
    await ask('PATCH', `/metadata/elements/${element.id}`, { validator: null })
    expect((await ask('GET', `/plans/${id}/steps?failed=true`)).body.items[0].result).toMatchObject({ code: 'invalid_value' })
    expect((await ask('GET', `/users/${duplicate.id}`)).status).toBe(200)
    expect((await undo(id)).body.code).toBe('plan_state')
  })

  test('is refused once the person was erased, of whom the plan then tells nothing', async () => {
    const [survivor, duplicate] = [await person({ name: { familyName: 'Forgotten' } }), await person({ name: { familyName: 'Forgotten' }, nickName: 'Forgotten' })]
    const { id } = await plan(survivor.id, duplicate.id)
    await apply(id)
    await eraseUser(ctx, survivor.id)
    expect((await undo(id)).body.code).toBe('plan_state')
    const rows = await db.query('select p.*, s.*, convert_from(s.secret, \'utf8\') from gatehouse.plan p join gatehouse.plan_step s using (plan_id) where plan_id = $1', [id])
    expect(JSON.stringify(rows)).not.toContain('Forgotten')
  })

  test('shows no secret on the way', async () => {
    const { survivor, duplicate } = await entangled()
    const { id } = await plan(survivor, duplicate)
    await apply(id)
    const shown = JSON.stringify([(await ask('GET', `/plans/${id}`)).body, (await ask('GET', `/plans/${id}/steps`)).body])
    expect(shown).not.toMatch(/argon2|old hash|secret/)
  })
})
