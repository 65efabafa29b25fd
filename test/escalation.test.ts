/** Nobody gives, or takes away, more than they have: by whatever way to a right, and by whatever person who has it. */
import { beforeAll, describe, expect, test } from 'vitest'
import { ownId, ownRoles } from '../src/model/own-access.ts'
import { administrator, askAs, giveRole, makePerson, type Ask } from './administrators.ts'
import { testServer, type Reply } from './rest-server.ts'

const shared = await testServer()
const { ctx, ask } = shared
const superRole = ownId('SUPER_ADMIN')
let security: Ask
let boss: string
let friend: string

beforeAll(async () => {
  security = (await administrator(shared, 'security', 'SECURITY_ADMIN')).ask
  boss = (await administrator(shared, 'boss', 'SUPER_ADMIN')).id
  friend = await makePerson(shared, 'friend')
  await ctx.db.execute(`
    insert into grp (grp_id, grp_name) values ('admins', 'Admins'), ('plain', 'Plain'), ('above', 'Above');
    insert into grp_role (membership_id, role_id, grp_id) values ('ga', '${superRole}', 'above');
    insert into grp_to_grp_membership (membership_id, grp_id, member_grp_id) values ('gg', 'above', 'admins');
    insert into company (company_id, company_name) values ('hq', 'HQ'), ('shop', 'Shop');
    insert into role_org_membership (membership_id, role_id, company_id) values ('or', '${superRole}', 'hq');
    insert into role (role_id, role_name, status) values ('sleeper', 'Sleeper', 'DELETED');
    insert into role_to_role_membership (membership_id, role_id, member_role_id) values ('rr', '${superRole}', 'sleeper')`)
})

/** One statement in the name of the security administrator: what a verb of another folder would do. */
async function asSecurity(sql: string): Promise<string> {
  const rights = Object.entries(ownRoles.SECURITY_ADMIN!.rights).flatMap(([resource, some]) => some.map((right) => `${resource} ${right}`.toUpperCase()))
  const attempt = ctx.db.withActorRights(rights).transaction(async (tx) => {
    await tx.execute(sql)
    throw new Error('done')
  })
  const error = await attempt.catch((caught: Error & { code?: string }) => caught)
  return (error as { code?: string }).code ?? (error as Error).message
}

describe('the database refuses edges that lead to more, and lets others be', () => {
  const refused: [string, string][] = [
    ['a role', `insert into user_role (user_id, role_id, membership_id) values ('$', '${superRole}', 'x')`],
    ['a role from next year on', `insert into user_role (user_id, role_id, membership_id, start_date) values ('$', '${superRole}', 'x', now() + interval '1 year')`],
    ['a group whose groups above have it', `insert into user_grp (user_id, grp_id, membership_id) values ('$', 'admins', 'x')`],
    ['an organisation that has it', `insert into user_affiliation (user_id, company_id, membership_id) values ('$', 'hq', 'x')`],
    ['a role that sleeps', `insert into user_role (user_id, role_id, membership_id) values ('$', 'sleeper', 'x')`],
    ['a role on its waking up', `update role set status = 'ACTIVE' where role_id = 'sleeper'`],
    ['a group that everybody is in', `update grp set assign_to_all = 'Y' where grp_id = 'admins'`],
    ['how many may have a role', `update role set max_user_number = 0 where role_id = '${superRole}'`],
    ['for how long a role is given', `update role set membership_duration_seconds = 1 where role_id = '${superRole}'`],
    ['how many may be in a group that leads to it', `update grp set max_user_number = 0 where grp_id = 'admins'`],
    ['for how long one is in such a group', `update grp set membership_duration_seconds = 1 where grp_id = 'admins'`],
    ['a role of a group', `insert into grp_role (membership_id, role_id, grp_id) values ('x', '${superRole}', 'plain')`],
    ['a group above', `insert into grp_to_grp_membership (membership_id, grp_id, member_grp_id) values ('x', 'admins', 'plain')`],
    ['a role above', `insert into role_to_role_membership (membership_id, role_id, member_role_id) values ('x', '${superRole}', '${ownId('HELP_DESK')}')`],
    ['an organisation above', `insert into company_to_company_membership (membership_id, company_id, member_company_id) values ('x', 'hq', 'shop')`],
    ['a right on an edge of a role', `insert into res_role_membership_rights (membership_id, access_right_id) select membership_id, 'DELETE' from resource_role where role_id = '${ownId('HELP_DESK')}' and resource_id = '${ownId('people')}'`],
    ['a right of one\'s own making, straight to the person', `insert into resource_user (user_id, resource_id, membership_id) values ('$', '${ownId('people')}', 'x');
      insert into user_res_membership_rights (membership_id, access_right_id) values ('x', 'DELETE')`],
    ['a right by a resource below', `insert into res (resource_id, resource_type_id, name) values ('low', 'WEBSERVICE', 'Low');
      insert into res_to_res_membership (membership_id, resource_id, member_resource_id) values ('x', '${ownId('keys')}', 'low'), ('y', '${ownId('sensitive')}', 'low');
      insert into res_res_membership_rights (membership_id, access_right_id) values ('x', 'READ'), ('y', 'READ')`],
    ['a membership moved to another group', `insert into user_grp (user_id, grp_id, membership_id) values ('$', 'plain', 'x'); update user_grp set grp_id = 'admins' where membership_id = 'x'`],
    ['a membership moved to another person', `update user_role set user_id = '$' where role_id = '${superRole}'`],
    ['the taking away of a role', `delete from user_role where role_id = '${superRole}'`],
    ['the end of a role', `update user_role set end_date = now() + interval '1 day' where role_id = '${superRole}'`],
    ['the taking away of an edge of the role', `delete from resource_role where role_id = '${superRole}' and resource_id = '${ownId('sensitive')}'`],
    ['the end of an edge of the role', `update resource_role set end_date = now() + interval '1 day' where role_id = '${superRole}' and resource_id = '${ownId('sensitive')}'`],
    ['the end of the person who has it', `delete from users where user_id in (select user_id from user_role where role_id = '${superRole}')`],
  ]
  test.each(refused)('%s', async (_what, sql) => expect(await asSecurity(sql.replaceAll('$', friend))).toBe('forbidden'))

  const allowed: [string, string][] = [
    ['the help desk\'s role', `insert into user_role (user_id, role_id, membership_id) values ('$', '${ownId('HELP_DESK')}', 'x')`],
    ['a group of no rights', `insert into user_grp (user_id, grp_id, membership_id) values ('$', 'plain', 'x')`],
    ['the limits of such a group', `update grp set max_user_number = 5, membership_duration_seconds = 60 where grp_id = 'plain'`],
    ['the name of a role that leads to more', `update role set role_name = 'Other' where role_id = 'sleeper'`],
    ['an organisation of no rights', `insert into user_affiliation (user_id, company_id, membership_id) values ('$', 'shop', 'x')`],
    ['a right one has, on an edge of a role', `insert into res_role_membership_rights (membership_id, access_right_id) select membership_id, 'UPDATE' from resource_role where role_id = '${ownId('HELP_DESK')}' and resource_id = '${ownId('people')}'`],
    ['the taking away of a right one has', `delete from resource_role where role_id = '${ownId('HELP_DESK')}' and resource_id = '${ownId('people')}'`],
    ['a resource of somebody else', `insert into res (resource_id, resource_type_id, name) values ('app', 'WEBSERVICE', 'App'); insert into resource_user (user_id, resource_id, membership_id) values ('$', 'app', 'x')`],
  ]
  test.each(allowed)('but not %s', async (_what, sql) => expect(await asSecurity(sql.replaceAll('$', friend))).toBe('done'))

  test('who is trusted is not asked', async () => {
    await expect(ctx.db.transaction(async (tx) => {
      await tx.execute(`insert into user_role (user_id, role_id, membership_id) values ($1, $2, 'x')`, [friend, superRole])
      throw new Error('done')
    })).rejects.toThrow('done')
  })
})

const refusedWith = (reply: Reply, code = 'forbidden') => expect([reply.status, reply.body.code, reply.body.detail]).toEqual([403, code, expect.any(String)])

describe('somebody who has more cannot be acted on', () => {
  test.each<[string, string, string, object?]>([
    ['reset', 'POST', '/reset'], ['lock', 'POST', '/lock'], ['disable', 'POST', '/disable'], ['convert', 'POST', '/convert', { typeId: 'DEFAULT_USER' }],
    ['terminate', 'POST', '/terminate', {}], ['a change', 'PATCH', '', { title: 'Mine' }], ['another e-mail address', 'POST', '/emails', { value: 'me@example.com' }],
    ['a restriction', 'POST', '/delegations', { kind: 'REPORTS' }],
  ])('%s', async (_what, method, path, body) => {
    refusedWith(await security(method, `/users/${boss}${path}`, body))
    expect((await ask('GET', `/users/${boss}`)).body).toMatchObject({ active: true })
    // The same is theirs to do to others.
    expect((await security(method, `/users/${await makePerson(shared, `other-${Math.random()}`)}${path}`, body)).status).toBeOneOf([200, 201])
  })

  test('an API key for them, and the end of theirs', async () => {
    refusedWith(await security('POST', '/keys', { userId: boss, name: 'mine', scopes: ['admin'] }))
    const [key] = await ctx.db.query<{ id: string }>('select user_key_id as id from user_key where user_id = $1', [boss])
    refusedWith(await security('DELETE', `/keys/${key!.id}`))
    const made = await security('POST', '/keys', { userId: friend, name: 'theirs', scopes: ['read'] })
    expect(made.status).toBe(201)
    const key2 = await shared.ask('GET', '/users', undefined, { authorization: `Bearer ${made.body.token}` })
    expect(key2.status).toBe(403)
  })

  test('merging them away, or into somebody', async () => {
    const { ask: writer } = await administrator(shared, 'merger', 'API_WRITER')
    for (const body of [{ survivor: friend, duplicate: boss }, { survivor: boss, duplicate: friend }]) refusedWith(await writer('POST', '/plans', { kind: 'merge', ...body }))
    // A plan that somebody else made is no way around it either.
    const plan = (await ask('POST', '/plans', { kind: 'merge', survivor: friend, duplicate: boss })).body
    expect((await writer('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ failed: 1 })
    expect((await ask('GET', `/users/${boss}`)).status).toBe(200)
  })

  test('merging somebody into oneself gives what they have, and needs the right to give', async () => {
    await ctx.db.execute(`
      insert into role (role_id, role_name) values ('merging', 'Merging'), ('treasurer', 'Treasurer');
      insert into resource_role (membership_id, role_id, resource_id) select 'merging ' || r, 'merging', 'GATEHOUSE_' || r from unnest(array['PEOPLE', 'SENSITIVE', 'PLANS', 'ACCESS']) r;
      insert into res_role_membership_rights (membership_id, access_right_id) select 'merging ' || r, x from unnest(array['PEOPLE', 'SENSITIVE', 'PLANS']) r, unnest(array['READ', 'CREATE', 'UPDATE', 'DELETE']) x`)
    const { id, ask: merging } = await administrator(shared, 'merging')
    const rich = await makePerson(shared, 'treasurer')
    await ctx.db.execute(`insert into user_role (user_id, role_id, membership_id) values ($1, 'merging', 'm1')`, [id])
    await ctx.db.execute(`insert into user_role (user_id, role_id, membership_id) values ($1, 'treasurer', 'm2')`, [rich])
    const body = { kind: 'merge', survivor: id, duplicate: rich }
    refusedWith(await merging('POST', '/plans', body))
    refusedWith(await merging('POST', `/users/${id}/merge`, { duplicate: rich }))
    const plan = (await ask('POST', '/plans', body)).body
    refusedWith(await merging('POST', `/plans/${plan.id}/apply`))
    await ctx.db.execute(`insert into res_role_membership_rights (membership_id, access_right_id) values ('merging ACCESS', 'GRANT')`)
    expect((await merging('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
  })

  test('a bulk operation passes them by', async () => {
    const victim = await makePerson(shared, 'bulk-victim')
    const plan = (await security('POST', '/plans', { kind: 'bulk', operation: 'lock', filter: `userName eq "boss" or userName eq "bulk-victim"` })).body
    expect((await security('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ failed: 1 })
    expect([(await ask('GET', `/users/${boss}`)).body.active, (await ask('GET', `/users/${victim}`)).body.active]).toEqual([true, false])
  })

  test('but those who have every right can', async () => {
    const other = (await administrator(shared, 'boss-two', 'SUPER_ADMIN')).id
    const { ask: asBoss } = await administrator(shared, 'boss-three', 'SUPER_ADMIN')
    expect((await asBoss('POST', `/users/${other}/reset`)).status).toBe(200)
  })
})

test('an affiliation by the person\'s record is no way to a role of the organisation', async () => {
  const { ask: hr } = await administrator(shared, 'hr', 'HUMAN_RESOURCES')
  refusedWith(await hr('POST', `/users/${friend}/affiliations`, { organization: 'hq' }))
  refusedWith(await hr('POST', '/users', { userName: 'planted', name: { familyName: 'P' }, affiliations: [{ organization: 'hq' }] }))
  expect((await hr('POST', `/users/${friend}/affiliations`, { organization: 'shop' })).status).toBe(201)
  refusedWith(await hr('POST', '/organizations/shop/parents', { organization: 'hq' }))
})

test('rights that a key\'s person does not have yet do not make a plan of others theirs', async () => {
  const plan = (await ask('POST', '/plans', { kind: 'bulk', operation: 'delete', filter: 'userName eq "friend"' })).body
  const { ask: hr } = await administrator(shared, 'hr-two', 'HUMAN_RESOURCES')
  refusedWith(await hr('POST', `/plans/${plan.id}/apply`))
  refusedWith(await hr('POST', '/plans', { kind: 'bulk', operation: 'delete', filter: 'userName eq "friend"' }))
  expect((await hr('POST', '/plans', { kind: 'bulk', operation: 'disable', filter: 'userName eq "friend"' })).status).toBe(201)
})

test('an Idempotency-Key takes nothing of this away', async () => {
  const { ask: hr } = await administrator(shared, 'hr-three', 'HUMAN_RESOURCES')
  refusedWith(await hr('POST', `/users/${friend}/affiliations`, { organization: 'hq' }, { 'idempotency-key': 'again' }))
})

test('who lost the rights they gave a key with cannot use it for more', async () => {
  const id = await makePerson(shared, 'short-lived')
  const membership = await giveRole(ctx, id, 'SECURITY_ADMIN')
  const own = await askAs(shared, id)
  expect((await own('GET', '/keys')).status).toBe(200)
  await ctx.db.execute('delete from user_role where membership_id = $1', [membership])
  refusedWith(await own('GET', '/keys'))
})

test('giving over REST: what one has, and not more', async () => {
  const member = (role: string, id: string) => `/roles/${ownId(role)}/members/${id}`
  refusedWith(await security('PUT', member('SUPER_ADMIN', friend), {}))
  refusedWith(await security('PUT', `/groups/admins/members/${friend}`, {}))
  refusedWith(await security('DELETE', member('SUPER_ADMIN', boss)))
  refusedWith(await security('PUT', `/roles/${ownId('HELP_DESK')}/resources/${ownId('people')}`, { rights: ['READ', 'DELETE'] }))
  refusedWith(await security('DELETE', `/roles/${ownId('SUPER_ADMIN')}/resources/${ownId('sensitive')}`))
  expect((await security('PUT', member('HELP_DESK', friend), {})).status).toBe(201)
  expect((await security('DELETE', member('HELP_DESK', friend))).status).toBe(204)
  const { ask: helpDesk } = await administrator(shared, 'giving-helper', 'HELP_DESK')
  refusedWith(await helpDesk('PUT', member('END_USER', friend), {}))
})

test('a plan gives to many what whoever applies it has, and fails for the rest', async () => {
  const plan = (await ask('POST', '/plans', { kind: 'bulk', operation: 'assign', filter: 'userName eq "friend"', options: { role: superRole } })).body
  expect((await security('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ failed: 1 })
  expect(await ctx.db.query('select 1 from user_role where user_id = $1 and role_id = $2', [friend, superRole])).toEqual([])
})
