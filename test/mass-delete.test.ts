/** A mass delete as people ask for it: whom rows mean, what is planned, stopped, carried out in one go, and undone. */
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { planLines } from '../src/cli/plans.ts'
import { eraseUser } from '../src/directory/erase.ts'
import { patchUser } from '../src/directory/users.ts'
import { addAdminUsers, addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { purgeMassDeletes } from '../src/portals/apply-mass-delete.ts'
import { testServer } from './rest-server.ts'

let skew = 0
const { ask, ctx } = await testServer({ MASS_DELETE_UNDO_HOURS: '48' }, () => new Date(Date.now() + skew))
const { db } = ctx
let portals = 0

interface Person {
  id: string
  uid: number
  name: string
  email: string
}

async function portal(settings: Record<string, string> = {}): Promise<number> {
  return (await createPortal(ctx, { name: `Portal ${++portals}`, settings: { limit_mass_delete: 'none', limit_deactivate: 'none', ...settings } })).id
}

async function members(portalId: number, names: readonly string[]): Promise<Person[]> {
  const people: Person[] = []
  for (const name of names) {
    const email = `${name}@portal${portalId}.example`
    const { status, body } = await ask('POST', '/users', { userName: `${name}.${portalId}`, emails: [{ value: email, primary: true }], name: { givenName: name }, title: 'Reader' })
    expect(status).toBe(201)
    const [member] = await addPortalUsers(ctx, portalId, [body.id])
    await link(portalId, member!.uid, `00u${portalId}${name}`)
    people.push({ id: body.id, uid: member!.uid, name, email })
  }
  return people
}

/** As a sync leaves it. */
async function link(portalId: number, uid: number, uuid: string): Promise<void> {
  await db.execute(`insert into efs.iam_portal_user_reference (portal_id, user_id, uuid, status, has_data_changes, changes, created_at, updated_at)
    values ($1, $2, $3, 1, 1, 3, '2025-01-02T03:04:05.678901Z', '2025-02-03T04:05:06.5Z')`, [portalId, uid, uuid])
}

const plan = (portalId: number, body: object) => ask('POST', `/portals/${portalId}/mass-delete`, body)
const apply = (id: string) => ask('POST', `/plans/${id}/apply`)
const undo = (id: string) => ask('POST', `/plans/${id}/undo`)
const queue = (uuid: string) => db.query('select user_id, uuid, email, portals, plan_id from efs.iam_portal_user_group_unassignment_queue where uuid = $1', [uuid])
const portalsOf = async (person: Person) => (await db.query<{ portal_id: number }>('select portal_id from efs.portal_panelist where user_id = $1 order by 1', [person.uid])).map((row) => row.portal_id)
const events = async (id: string) => (await db.query<{ action: string }>('select action from gatehouse.audit_event where target_id = $1 order by event_id', [id])).map(({ action }) => action)

/** Everything that a mass delete may touch, to be the same after its undoing. */
async function world(portalId: number): Promise<unknown> {
  const of = (sql: string, params: unknown[] = []) => db.query(sql, params)
  return {
    panelists: await of('select p.* from efs.panelists p order by uid'),
    memberships: await of('select m.* from efs.portal_panelist m where portal_id = $1 order by user_id', [portalId]),
    references: await of('select r.*, r.created_at::text as exactly, r.updated_at::text as too from efs.iam_portal_user_reference r order by id'),
    queue: await of('select user_id, uuid, portals from efs.iam_portal_user_group_unassignment_queue order by id'),
    people: await of(`select to_jsonb(u) as row from public.users u order by user_id`),
    logins: await of(`select to_jsonb(l) as row from public.login l order by login_id`),
    emails: await of(`select to_jsonb(e) as row from public.email_address e order by email_id`),
    notes: await of(`select to_jsonb(o) as row from public.org_structure o order by org_structure_id`),
  }
}

describe('whom it means', () => {
  test('rows name people by number, id, user name and e-mail address, and what they do not find is told row by row', async () => {
    const [one, two] = [await portal(), await portal()]
    const [ada, bea, cleo, dora] = await members(one, ['ada', 'bea', 'cleo', 'dora'])
    const [other] = await members(two, ['eve'])
    // Both have the address; only in this portal does that matter.
    await patchUser(ctx, cleo!.id, { emails: [{ value: 'shared@example.com', primary: true }] })
    await patchUser(ctx, dora!.id, { emails: [{ value: 'Shared@Example.com', primary: true }] })
    const users = [String(ada!.uid), bea!.id, 'cleo.' + one, ada!.email.toUpperCase(), 'nobody@example.com', other!.email, 'shared@example.com', `uid:${dora!.uid}`, 'userName: ada.' + one, '', '# a comment', 'x'.repeat(401), '\u0000']
    const { status, body, headers } = await plan(one, { users })
    expect(status).toBe(201)
    expect(headers.location).toMatch(new RegExp(`/plans/${body.id}$`))
    expect(body).toMatchObject({ kind: 'mass-delete', status: 'planned', counts: { delete: 4, error: 5, skipped: 2 }, steps: 11, options: { portalId: one, deletePersons: false } })
    const { body: { items } } = await ask('GET', `/plans/${body.id}/steps`)
    expect((items as { line: number; action: string; targetId?: string; label: string; problems?: { message: string }[] }[]).map((step) => [step.line, step.action, step.targetId ?? step.label.slice(0, 20), step.problems?.[0]!.message ?? ''])).toEqual([
      [1, 'delete', ada!.id, ''], [2, 'delete', bea!.id, ''], [3, 'delete', cleo!.id, ''], [4, 'skipped', ada!.id, 'was named before, in row 1'],
      [5, 'error', 'nobody@example.com', 'names nobody'], [6, 'error', other!.email, 'names somebody who is not in this portal'],
      [7, 'error', 'shared@example.com', 'names 2 people of this portal: write uid:, id:, userName: or email: before it'], [8, 'delete', dora!.id, ''],
      [9, 'skipped', ada!.id, 'was named before, in row 1'], [12, 'error', 'x'.repeat(20), 'is longer than 400 characters'], [13, 'error', ' ', 'holds a character that cannot be used'],
    ])
    expect((await apply(body.id)).body).toMatchObject({ status: 'applied', failed: 0 })
    expect(await db.query('select from efs.portal_panelist where portal_id = $1', [one])).toEqual([])
    expect(await portalsOf(other!)).toEqual([two])
  })

  test('numbers and ids alone mean numbers and ids', async () => {
    const one = await portal()
    const [ada, bea] = await members(one, ['ada', 'bea'])
    expect((await plan(one, { uids: [ada!.uid, 2_000_000_000] })).body.counts).toEqual({ delete: 1, error: 1 })
    expect((await plan(one, { ids: [bea!.id, 'userName: ada.' + one] })).body.counts).toEqual({ delete: 1, error: 1 })
  })

  test('the highest number that a panelist may have is found, and a higher one is nobody\'s', async () => {
    const one = await portal()
    const [ada] = await members(one, ['ada'])
    await db.execute('update efs.panelists set uid = 2147483647 where uid = $1', [ada!.uid])
    expect((await plan(one, { users: ['2147483647', '2147483648', 'uid: 9999999999'] })).body.counts).toEqual({ delete: 1, error: 2 })
    await db.execute('update efs.panelists set uid = $1 where uid = 2147483647', [ada!.uid])
  })

  test('a filter is asked of the portal\'s people alone', async () => {
    const [one, two] = [await portal(), await portal()]
    await members(one, ['ada', 'bea'])
    await members(two, ['ada', 'cleo'])
    const { body } = await plan(one, { filter: 'name.givenName eq "ada" or name.givenName eq "cleo"' })
    expect(body).toMatchObject({ counts: { delete: 1 }, steps: 1, options: { filter: expect.any(String) } })
    expect((await plan(one, { filter: 'title pr' })).body.counts).toEqual({ delete: 2 })
    expect((await plan(one, { filter: 'userName eq "none"' })).body).toMatchObject({ status: 'planned', steps: 0 })
  })

  test('what is not asked for properly is refused', async () => {
    const one = await portal()
    const refused: [unknown, string][] = [
      [{}, 'required_attribute'], [{ filter: ' ' }, 'invalid_value'], [{ uids: [1], filter: 'a pr' }, 'required_attribute'], [{ uids: [] }, 'invalid_value'],
      [{ uids: ['1'] }, 'invalid_value'], [{ uids: [1.5] }, 'invalid_value'], [{ ids: [1] }, 'invalid_value'], [{ users: 'x' }, 'invalid_value'],
      [{ uids: [1], deletePersons: 'yes' }, 'invalid_value'], [{ uids: [1], force: true }, 'unknown_attribute'], [[], 'invalid_body'], [{ filter: 'x' }, 'invalid_filter'],
    ]
    for (const [body, code] of refused) expect((await plan(one, body as object)).body, JSON.stringify(body)).toMatchObject({ code })
    expect((await plan(999_999, { uids: [1] })).status).toBe(404)
    expect((await db.query(`select from gatehouse.plan where kind = 'mass-delete' and status = 'planning'`))).toEqual([])
  })
})

describe('carried out', () => {
  test('panelists go with one event each, their references by cascade, their accounts into the queue; persons stay', async () => {
    const one = await portal()
    const [ada, bea] = await members(one, ['ada', 'bea'])
    const { body } = await plan(one, { uids: [ada!.uid] })
    expect((await apply(body.id)).body).toMatchObject({ status: 'applied', appliedThrough: 1 })
    expect(await db.query('select from efs.panelists where uid = $1', [ada!.uid])).toEqual([])
    expect(await db.query('select from efs.iam_portal_user_reference where user_id = $1', [ada!.uid])).toEqual([])
    expect(await queue(`00u${one}ada`)).toEqual([{ user_id: ada!.uid, uuid: `00u${one}ada`, email: ada!.email, portals: [one], plan_id: body.id }])
    expect((await ask('GET', `/users/${ada!.id}`)).status).toBe(200)
    expect(await events(ada!.id)).toEqual(['user.create', 'portal.addUser', 'portal.removeUser'])
    expect(await portalsOf(bea!)).toEqual([one])
    expect(await queue(`00u${one}bea`)).toEqual([])
    expect((await apply(body.id)).body.code).toBe('plan_state')
  })

  test('leaving one portal loses no other', async () => {
    const [one, two] = [await portal(), await portal()]
    const [ada] = await members(one, ['ada'])
    await addPortalUsers(ctx, two, [ada!.id])
    await link(two, ada!.uid, `00u${one}ada`)
    const { body } = await plan(one, { uids: [ada!.uid], deletePersons: true })
    expect((await ask('GET', `/plans/${body.id}/steps`)).body.items[0]).toMatchObject({ action: 'delete', changes: { last: false, deletePerson: false }, problems: [{ message: 'the person is kept: they are in another portal too' }] })
    await apply(body.id)
    expect(await portalsOf(ada!)).toEqual([two])
    expect(await db.query('select portal_id from efs.iam_portal_user_reference where user_id = $1', [ada!.uid])).toEqual([{ portal_id: two }])
    expect(await queue(`00u${one}ada`)).toMatchObject([{ portals: [one] }])
    expect((await ask('GET', `/users/${ada!.id}`)).status).toBe(200)
  })

  test('persons go when asked, but not those who administer EFS', async () => {
    const one = await portal()
    const [ada, bea] = await members(one, ['ada', 'bea'])
    const [admin] = await addAdminUsers(ctx, [bea!.id])
    await db.execute('insert into efs.iam_user_reference (user_id, uuid, status) values ($1, $2, 1)', [admin!.uid, `00u${one}bea`])
    const { id: hinting } = (await ask('POST', '/users', { userName: `hinting-${one}`, alternateId: ada!.id })).body
    const { body } = await plan(one, { ids: [ada!.id, bea!.id], deletePersons: true })
    expect(body.counts).toEqual({ delete: 2, persons: 1 })
    await apply(body.id)
    expect((await ask('GET', `/users/${hinting}`)).body.meta.version).toBe(2)
    expect((await ask('GET', `/users/${ada!.id}`)).status).toBe(404)
    expect((await ask('GET', `/users/${bea!.id}`)).status).toBe(200)
    expect(await queue(`00u${one}ada`)).toMatchObject([{ email: ada!.email }])
    expect(await db.query('select uuid from efs.iam_user_reference where user_id = $1', [admin!.uid])).toHaveLength(1)
    expect(await db.query('select from efs.iam_user_unassignment_queue')).toEqual([])
    expect(await events(ada!.id)).toEqual(['user.create', 'portal.addUser', 'user.delete'])
  })

  test('it is refused whole when somebody has changed, left, or joined another portal since', async () => {
    const [one, two] = [await portal(), await portal()]
    const people = await members(one, ['ada', 'bea', 'cleo', 'dora'])
    const changes: ((person: Person) => Promise<unknown>)[] = [
      (person) => patchUser(ctx, person.id, { title: 'Changed' }),
      (person) => ask('DELETE', `/portals/${one}/users/${person.id}`),
      (person) => addPortalUsers(ctx, two, [person.id]),
    ]
    for (const [index, change] of changes.entries()) {
      const { body } = await plan(one, { ids: [people[3]!.id, people[index]!.id] })
      await change(people[index]!)
      expect(await apply(body.id)).toMatchObject({ status: 409, body: { code: 'plan_stale' } })
      expect((await ask('GET', `/plans/${body.id}`)).body).toMatchObject({ status: 'planned', appliedThrough: 0 })
      expect(await portalsOf(people[3]!)).toEqual([one])
    }
    const { body } = await plan(one, { ids: [people[3]!.id] })
    expect((await ask('POST', `/plans/${body.id}/cancel`)).body.status).toBe('cancelled')
    expect((await apply(body.id)).body.code).toBe('plan_state')
  })

  test('of persons who go the plan says how many related accounts stay open, but for those that go too, and it leaves them so', async () => {
    const one = await portal()
    const [ada, bea, cy] = await members(one, ['ada', 'bea', 'cy'])
    const account = async (userName: string) => (await ask('POST', '/users', { userName: `${userName}.${one}` })).body.id as string
    const [admin, ended, spouse] = [await account('admin'), await account('ended'), await account('spouse')]
    await ask('POST', `/users/${ended}/terminate`)
    const relations = [{ user: admin, type: 'ADMIN_ACCOUNT' }, { user: ended, type: 'ADMIN_ACCOUNT' }, { user: spouse, type: 'FAMILY' }, { user: bea!.id, type: 'TEST_ACCOUNT' }]
    expect((await ask('PATCH', `/users/${ada!.id}`, { relations })).status).toBe(200)
    const ids = [ada!.id, bea!.id, cy!.id]
    expect((await plan(one, { ids })).body.counts).toEqual({ delete: 3 })
    const { body } = await plan(one, { ids, deletePersons: true })
    expect(body.counts).toEqual({ delete: 3, persons: 3, relatedLeftOpen: 1 })
    expect(planLines(body).join('\n')).toMatch(/ 1 {2}account related to persons who go stays open/)
    expect((await apply(body.id)).body.status).toBe('applied')
    expect((await ask('GET', `/users/${admin}`)).body.status).toBe('PENDING_INITIAL_LOGIN')
  })

  test('a limit stops it before the first write; released with a reason it goes once', async () => {
    const one = await portal({ limit_mass_delete: '1' })
    const [ada, bea] = await members(one, ['ada', 'bea'])
    const { status, body } = await plan(one, { uids: [ada!.uid, bea!.uid] })
    expect(status).toBe(201)
    expect(body).toMatchObject({ status: 'stopped', stopReason: expect.stringContaining('limit is 1') })
    expect((await apply(body.id)).body).toMatchObject({ code: 'plan_state', detail: expect.stringMatching(/The plan is stopped.*limit is 1.*release the plan/) })
    expect(await portalsOf(ada!)).toEqual([one])
    expect((await ask('POST', `/plans/${body.id}/release`, {})).status).toBe(400)
    expect((await ask('POST', `/plans/${body.id}/release`, { reason: 'The study is over' })).body).toMatchObject({ status: 'planned', releaseReason: 'The study is over' })
    expect((await apply(body.id)).body.status).toBe('applied')
    expect((await ask('POST', `/plans/${body.id}/release`, { reason: 'Again' })).body.code).toBe('plan_state')
    const next = await members(one, ['cleo', 'dora'])
    expect((await plan(one, { ids: next.map(({ id }) => id) })).body.status).toBe('stopped')
  })
})

describe('undone', () => {
  test('everything is as it was: numbers, memberships, references to the microsecond, persons with all that is theirs', async () => {
    const [one, two] = [await portal(), await portal()]
    const [ada, bea, cleo] = await members(one, ['ada', 'bea', 'cleo'])
    await addPortalUsers(ctx, two, [cleo!.id])
    // People who go together may stand in each other's records.
    await patchUser(ctx, ada!.id, { alternateId: bea!.id, supervisors: [{ supervisor: bea!.id, primary: true }] })
    await patchUser(ctx, bea!.id, { alternateId: ada!.id })
    const before = await world(one)
    const { body } = await plan(one, { filter: 'title eq "Reader"', deletePersons: true })
    expect(body.counts).toEqual({ delete: 3, persons: 2 })
    await apply(body.id)
    expect((await ask('GET', `/users/${bea!.id}`)).status).toBe(404)
    expect(JSON.stringify((await ask('GET', `/plans/${body.id}/steps`)).body)).not.toMatch(/secret|00u/)
    expect((await undo(body.id)).body).toMatchObject({ status: 'undone', failed: 0 })
    expect(await world(one)).toEqual(before)
    expect(await events(bea!.id)).toEqual(['user.create', 'portal.addUser', 'user.update', 'user.delete', 'user.delete.undo'])
    expect(await events(cleo!.id)).toEqual(['user.create', 'portal.addUser', 'portal.addUser', 'portal.removeUser', 'portal.removeUser.undo'])
    expect(await db.query('select from gatehouse.plan_step where plan_id = $1 and secret is not null', [body.id])).toEqual([])
    expect((await undo(body.id)).body).toMatchObject({ code: 'plan_state', detail: expect.stringContaining('undone already') })
  })

  test('an account that somebody has begun with is put right by the next sync: closed here, and marked', async () => {
    const one = await portal()
    const [ada, bea, cleo] = await members(one, ['ada', 'bea', 'cleo'])
    const { body } = await plan(one, { filter: 'title pr' })
    await apply(body.id)
    await db.execute('update efs.iam_portal_user_group_unassignment_queue set started_at = now() where user_id = $1', [ada!.uid])
    await db.execute('delete from efs.iam_portal_user_group_unassignment_queue where user_id = $1', [bea!.uid])
    await undo(body.id)
    const status = (person: Person) => db.query('select status, has_data_changes, changes from efs.iam_portal_user_reference where user_id = $1', [person.uid])
    for (const person of [ada!, bea!]) expect(await status(person)).toEqual([{ status: 4, has_data_changes: 1, changes: 4 }])
    expect(await status(cleo!)).toEqual([{ status: 1, has_data_changes: 1, changes: 3 }])
    for (const { name } of [ada!, bea!, cleo!]) expect(await queue(`00u${one}${name}`)).toEqual([])
  })

  test('what had to be done for another portal stays in the queue', async () => {
    const [one, two] = [await portal(), await portal()]
    const [ada] = await members(one, ['ada'])
    await addPortalUsers(ctx, two, [ada!.id])
    await link(two, ada!.uid, `00u${one}ada`)
    await ask('DELETE', `/portals/${two}/users/${ada!.id}`)
    const { body } = await plan(one, { ids: [ada!.id] })
    await apply(body.id)
    await undo(body.id)
    expect(await queue(`00u${one}ada`)).toMatchObject([{ portals: [two] }])
    expect(await portalsOf(ada!)).toEqual([one])
  })

  test('a change that came meanwhile is marked for the next sync', async () => {
    const one = await portal()
    const [ada] = await members(one, ['ada'])
    await db.execute('update efs.iam_portal_user_reference set has_data_changes = 0 where user_id = $1', [ada!.uid])
    const { body } = await plan(one, { ids: [ada!.id] })
    await apply(body.id)
    await patchUser(ctx, ada!.id, { name: { givenName: 'Augusta' } })
    await undo(body.id)
    expect(await db.query('select status, has_data_changes, changes from efs.iam_portal_user_reference where user_id = $1', [ada!.uid])).toEqual([{ status: 1, has_data_changes: 1, changes: 4 }])
  })

  test('who has joined anew, or whose name is taken, stands against nobody else, and can be brought back later', async () => {
    const one = await portal()
    const [ada, bea, cleo] = await members(one, ['ada', 'bea', 'cleo'])
    const { body } = await plan(one, { filter: 'title pr', deletePersons: true })
    await apply(body.id)
    const taken = (await ask('POST', '/users', { userName: `ada.${one}` })).body.id
    expect((await undo(body.id)).body).toMatchObject({ status: 'undone', failed: 1 })
    expect(await portalsOf(bea!)).toEqual([one])
    expect(await portalsOf(cleo!)).toEqual([one])
    expect((await ask('GET', `/users/${ada!.id}`)).status).toBe(404)
    expect((await ask('GET', `/plans/${body.id}/steps?failed=true`)).body.items).toMatchObject([{ targetId: ada!.id, result: { code: 'already_exists' } }])
    expect((await undo(body.id)).body.code).toBe('plan_state')
    await ask('DELETE', `/users/${taken}`)
    expect((await undo(body.id)).body).toMatchObject({ status: 'undone' })
    expect((await ask('GET', `/users/${ada!.id}`)).body).toMatchObject({ id: ada!.id, userName: `ada.${one}` })
    expect(await portalsOf(ada!)).toEqual([one])
  })

  test('erasing a person reaches what the plan keeps: they do not come back, the others do', async () => {
    const one = await portal()
    const [ada, bea] = await members(one, ['ada', 'bea'])
    await patchUser(ctx, bea!.id, { alternateId: ada!.id, supervisors: [{ supervisor: ada!.id, primary: true }] })
    const { body } = await plan(one, { filter: 'title pr', deletePersons: true })
    await apply(body.id)
    await eraseUser(ctx, ada!.id)
    expect(await db.query('select from gatehouse.plan_step where plan_id = $1 and target_id = $2 and (secret is not null or label is not null)', [body.id, ada!.id])).toEqual([])
    expect(await queue(`00u${one}ada`)).toMatchObject([{ email: null }])
    await undo(body.id)
    expect((await ask('GET', `/users/${ada!.id}`)).status).toBe(404)
    expect((await ask('GET', `/users/${bea!.id}`)).body).not.toHaveProperty('alternateId')
    expect(await portalsOf(bea!)).toEqual([one])
  })

  test('the window closes, and what was kept goes', async () => {
    const one = await portal()
    const [ada] = await members(one, ['ada'])
    const { body } = await plan(one, { ids: [ada!.id], deletePersons: true })
    await apply(body.id)
    const kept = () => db.query('select from gatehouse.plan_step where plan_id = $1 and secret is not null', [body.id])
    skew = 47 * 3_600_000
    await purgeMassDeletes(ctx)
    expect(await kept()).toHaveLength(1)
    skew = 48 * 3_600_000 + 1000
    expect((await undo(body.id)).body).toMatchObject({ code: 'plan_state', detail: expect.stringContaining('48 hours') })
    expect(await purgeMassDeletes(ctx)).toBeGreaterThanOrEqual(1)
    expect(await kept()).toEqual([])
    skew = 0
    expect((await undo(body.id)).body).toMatchObject({ code: 'plan_state', detail: expect.stringContaining('gone') })
  })
})

test('thousands go in one transaction, in seconds, and come back', async () => {
  const one = await portal()
  await db.execute(`insert into public.users (user_id, last_name, user_name, type_id, status, primary_email) select 'mass' || n, 'Mass', 'mass' || n, 'DEFAULT_USER', 'ACTIVE', 'mass' || n || '@example.com' from generate_series(1, 5000) n`)
  await db.execute(`with p as (insert into efs.panelists (person_id) select 'mass' || n from generate_series(1, 5000) n returning uid), m as (insert into efs.portal_panelist (portal_id, user_id) select $1, uid from p returning user_id)
    insert into efs.iam_portal_user_reference (portal_id, user_id, uuid, status) select $1, uid, '00uMass' || uid, 1 from p`, [one])
  const { body } = await plan(one, { filter: 'name.familyName eq "Mass"' })
  expect(body).toMatchObject({ steps: 5000, counts: { delete: 5000 } })
  const statements = await counted(() => apply(body.id))
  // However many they are: none of the statements is about one person.
  expect(statements).toBeLessThan(120)
  expect(await db.query(`select count(*)::int as n from efs.iam_portal_user_group_unassignment_queue where plan_id = $1`, [body.id])).toEqual([{ n: 5000 }])
  expect(await db.query(`select count(*)::int as n, count(distinct xid)::int as transactions from gatehouse.audit_event where action = 'portal.removeUser' and target_id like 'mass%'`)).toEqual([{ n: 5000, transactions: 1 }])
  expect((await undo(body.id)).body).toMatchObject({ status: 'undone', failed: 0 })
  expect(await db.query('select count(*)::int as n from efs.iam_portal_user_reference where portal_id = $1 and status = 1 and has_data_changes = 0', [one])).toEqual([{ n: 5000 }])
  expect(await db.query(`select from efs.iam_portal_user_group_unassignment_queue where plan_id = $1`, [body.id])).toEqual([])
}, 120_000)

/** How many statements a piece of work sends. */
async function counted(work: () => Promise<unknown>): Promise<number> {
  const before = await statementCount()
  await work()
  return (await statementCount()) - before
}

let sent = 0
const statementCount = async () => sent
const { query } = pg.Client.prototype
pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
  sent += 1
  return query.apply(this, given as never) as never
} as typeof query
