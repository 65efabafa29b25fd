/** Gatehouse's own doors: every route has its right, the shipped roles open what they should, and taking one away bites at once. */
import { describe, expect, test } from 'vitest'
import { ownId, everyRight, ownResources, ownRights, ownRoles, rightKey, type OwnRole } from '../src/model/own-access.ts'
import { readConfig } from '../src/config.ts'
import { allRoutes, buildServer } from '../src/main.ts'
import { migrate, readMigrations } from '../src/store/migrate.ts'
import { findOwnRights } from '../src/store/own-access.ts'
import { newUser, writeUsers } from '../src/directory/users.ts'
import { firstAdministrator } from '../src/signin/first-administrator.ts'
import { outsideRoutes } from '../tools/rights-docs.ts'
import { emptyDatabase, open, whereIs } from './database.ts'
import { administrator, askAs, giveRole, makePerson } from './administrators.ts'
import { testMasterKey } from './master-key.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ctx, ask } = shared
const routes = allRoutes(testMasterKey())

describe('every route', () => {
  test('says what it needs, in rights that there are', () => {
    const known = new Set(everyRight)
    const wrong = routes.filter(({ needs }) => !Array.isArray(needs) || needs.some((need) => !known.has(rightKey(need))))
    expect(wrong.map(({ operation }) => operation)).toEqual([])
    // Open to any key is what tells a caller about themselves, and nothing else.
    expect(routes.filter(({ needs, caller }) => needs.length === 0 && caller === undefined).map(({ operation }) => operation)).toEqual(['readOwnAccess'])
  })

  test('takes no secret in its address', () => {
    const names = (path: string) => [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!)
    const said = routes.flatMap(({ operation, path, query = [] }) => [...names(path), ...query.map(({ name }) => name)].map((name) => `${operation} ${name}`))
    // What Okta sends back with the browser counts once, and only with what that browser keeps.
    expect(said.filter((one) => /^(?:\w*(?:password|token|proof)|secret|code|state|answers?|session)$/i.test(one.split(' ')[1]!))).toEqual(['completePortalSignIn code', 'completePortalSignIn state'])
  })

  test('about nobody but the caller is below /me, or about signing in', () => {
    expect(routes.filter(({ caller }) => caller !== undefined).map(({ path }) => path).filter((path) => !/^\/(me|sign-in|sign-out|recovery|portals\/:id\/(sign-in|callback|session|sign-out)|okta\/password-import)(\/|$)/.test(path))).toEqual([])
    expect(routes.filter(({ caller }) => caller === 'everyone').map(({ operation }) => operation)).toEqual(['beginPortalSignIn', 'completePortalSignIn', 'verifyImportedPassword', 'signIn', 'readPasskeyOptions', 'signInByPasskey', 'recoverPassword', 'completeRecovery', 'lookAtRecovery', 'recoverUserName', 'recoverLockedAccount', 'completeUnlock'])
    expect(routes.filter(({ path, caller }) => /^\/me(\/|$)/.test(path) && caller !== 'signed-in').map(({ operation }) => operation)).toEqual([])
  })

  test('that changes something needs more than to read', () => {
    // Questions too long for an address.
    const questions = ['checkAccesses', 'checkPassword', 'foreseeAccess', 'mineRoles']
    expect(routes.filter(({ method, needs, caller }) => method !== 'GET' && caller === undefined && !needs.some(({ right }) => right !== 'READ')).map(({ operation }) => operation).toSorted()).toEqual(questions)
  })

  test('about a person keeps to them, and no list of people is free', () => {
    const people = routes.filter(({ path }) => path.startsWith('/users/:id') || path.includes(':userId'))
    expect(people.filter(({ reach }) => reach !== 'path').map(({ operation }) => operation)).toEqual([])
    expect(routes.filter(({ reach, needs }) => reach === 'free' && needs.some(({ resource }) => ['people', 'audit', 'plans', 'keys'].includes(resource))).map(({ operation }) => operation)).toEqual([])
  })
})

test('what is answered without a right of the list stands in docs/rights.md with what it needs instead', async () => {
  const config = readConfig({ LOG_LEVEL: 'silent', OUTBOX_TOKEN: 'aTokenOfTheTestsWith32Characters', OKTA_HOOK_SECRET: 'aSecretOfTheTestsWith32Characters' })
  const found = new Set<string>()
  const server = buildServer({ ...ctx, config }, testMasterKey(), undefined, (one) => void one.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) if (each !== 'HEAD') found.add(`${each} ${url}`)
  }))
  await server.ready()
  await server.close()
  const listed = routes.map(({ method, path }) => `${method} /api/v1${path}`)
  expect(listed.filter((one) => !found.has(one))).toEqual([])
  const others = [...found].filter((one) => !listed.includes(one)).map((one) => one.slice(one.indexOf(' ') + 1).replace(/(:uid)\/(abort|another|consent|login)$/, '$1/:what'))
  expect([...new Set(others)].toSorted()).toEqual(Object.keys(outsideRoutes).toSorted())
})

test('the database has the resources, rights and roles of the model', async () => {
  const stored = await ctx.db.query<{ role: string; resource: string; rights: string[] }>(
    `select r.role_id as role, r.resource_id as resource, array_agg(x.access_right_id order by x.access_right_id) as rights
     from resource_role r join res_role_membership_rights x using (membership_id) where r.role_id like 'GATEHOUSE%' group by 1, 2`)
  const shipped = Object.entries(ownRoles).flatMap(([role, { rights }]: [string, OwnRole]) =>
    Object.entries(rights).map(([resource, some]) => ({ role: ownId(role), resource: ownId(resource), rights: [...some].sort() })))
  const order = (rows: typeof stored) => rows.toSorted((a, b) => (a.role + a.resource < b.role + b.resource ? -1 : 1))
  expect(order(stored)).toEqual(order(shipped))
  const named = async (sql: string) => Object.fromEntries((await ctx.db.query<{ id: string; name: string }>(sql)).map(({ id, name }) => [id, name]))
  expect(await named(`select role_id as id, role_name as name from role where is_system = 'Y'`)).toEqual(Object.fromEntries(Object.entries(ownRoles).map(([id, { name }]) => [ownId(id), name])))
  expect(await named(`select resource_id as id, name from res where is_system = 'Y'`)).toEqual(Object.fromEntries(Object.entries(ownResources).map(([id, { name }]) => [ownId(id), name])))
  expect(await named(`select access_right_id as id, description as name from access_rights where is_system = 'Y'`)).toEqual({ ...ownRights })
})

describe('the matrix of shipped roles and routes', () => {
  const nobody = '0'.repeat(32)
  const roles = ['SUPER_ADMIN', 'SECURITY_ADMIN', 'HELP_DESK', 'HUMAN_RESOURCES', 'AUDITOR', 'PORTAL_OPERATOR', 'END_USER', 'API_WRITER', 'API_READER']
  test.each(roles)('%s', async (role) => {
    const { ask: asked } = await administrator(shared, `matrix-${role.toLowerCase()}`, role)
    const { rights } = ownRoles[role]!
    const wrong: string[] = []
    for (const { method, path, needs, operation, body, caller } of routes) {
      // What is about the caller alone asks for a session; signing in, for nothing.
      if (caller !== undefined) continue
      const reply = await asked(method, path.replaceAll(/:\w+/g, path.startsWith('/portals/:id') ? '999999' : nobody), body ? {} : undefined)
      const mayDo = needs.every(({ resource, right }) => rights[resource]?.includes(right))
      // Whoever is let in finds nothing there, or is told what is wrong with the body.
      if (mayDo === (reply.status === 403) || reply.status === 401 || reply.status >= 500) wrong.push(`${operation} ${reply.status} ${JSON.stringify(reply.body)}`)
    }
    expect(wrong).toEqual([])
  }, 60_000)
})

test('what each may do is told to themselves', async () => {
  const { id, ask: helpDesk } = await administrator(shared, 'told', 'HELP_DESK')
  expect((await helpDesk('GET', '/access/me')).body).toEqual({ userId: id, scopes: ['read', 'write', 'admin'], rights: { ...ownRoles.HELP_DESK!.rights }, delegations: [] })
  const all = (await ask('GET', '/access/me')).body
  expect(Object.entries(all.rights as Record<string, string[]>).flatMap(([resource, rights]) => rights.map((right) => `${resource} ${right}`))).toEqual(everyRight)
  expect(all).not.toHaveProperty('userId')
})

test('the scope of a key stays the outer limit', async () => {
  const id = await makePerson(shared, 'scoped-key')
  await giveRole(ctx, id, 'SUPER_ADMIN')
  const read = await askAs(shared, id, 'read')
  expect([(await read('GET', `/users/${id}`)).status, (await read('PATCH', `/users/${id}`, { title: 'x' })).status, (await read('GET', '/audit')).status]).toEqual([200, 403, 403])
})

describe('what is taken from somebody is gone at the very next request', () => {
  const ways: [string, string][] = [
    ['the role is taken away', `delete from user_role where user_id = '$'`],
    ['the role ends', `update user_role set end_date = now() where user_id = '$'`],
    ['the group is taken away', `delete from user_grp where user_id = '$'`],
    ['the group loses the role', `delete from grp_role where grp_id = 'desk'`],
    ['the group is retired', `update grp set status = 'DELETED' where grp_id = 'desk'`],
    ['the person is disabled', `update users set secondary_status = 'DISABLED' where user_id = '$'`],
    ['the key is deleted', `delete from user_key where user_id = '$'`],
  ]
  test.each(ways)('%s, on another connection', async (_way, sql) => {
    const own = await testServer()
    // Another server on the same database: it shares nothing with the one that answers.
    const elsewhere = open({ ...whereIs(own.ctx.db), poolSize: 1 })
    await elsewhere.execute(`insert into grp (grp_id, grp_name) values ('desk', 'Desk'); insert into grp_role (membership_id, role_id, grp_id) values ('desk', '${ownId('HELP_DESK')}', 'desk')`)
    const { id, ask: asked } = await administrator(own, 'leaver')
    const byGroup = sql.includes('grp')
    await (byGroup ? elsewhere.execute(`insert into user_grp (user_id, grp_id, membership_id) values ($1, 'desk', 'leaver')`, [id]) : giveRole(own.ctx, id, 'HELP_DESK'))
    expect((await asked('GET', '/users?count=1')).status).toBe(200)
    await elsewhere.execute(sql.replace('$', id))
    expect((await asked('GET', '/users?count=1')).status).toBeOneOf([401, 403])
  })
})

test('rights come by resources below ours too, and by what everybody has not', async () => {
  const { id, ask: asked } = await administrator(shared, 'indirect')
  await ctx.db.execute(`insert into res (resource_id, resource_type_id, name) values ('portal-desk', 'WEBSERVICE', 'Portal desk');
    insert into res_to_res_membership (membership_id, resource_id, member_resource_id) values ('portal-desk', '${ownId('portals')}', 'portal-desk');
    insert into res_res_membership_rights (membership_id, access_right_id) values ('portal-desk', 'READ')`)
  expect((await asked('GET', '/portals')).status).toBe(403)
  await ctx.db.execute(`insert into resource_user (user_id, resource_id, membership_id) values ('${id}', 'portal-desk', 'indirect')`)
  expect((await asked('GET', '/portals')).status).toBe(200)
  expect((await ask('PATCH', `/resources/${ownId('people')}`, { isPublic: true })).status).toBe(200)
  expect((await asked('GET', '/users')).status).toBe(403)
})

test.each([['roles', 'HELP_DESK'], ['resources', 'people']])('what the server relies on cannot be deleted: /%s', async (path, id) => {
  expect((await ask('GET', `/${path}/${ownId(id)}`)).body.isSystem).toBe(true)
  expect((await ask('DELETE', `/${path}/${ownId(id)}`)).body).toMatchObject({ status: 409, code: 'system_record' })
})

test('nor the rights', async () => {
  expect((await ask('DELETE', '/rights/READ')).body.code).toBe('system_record')
})

test('who holds an API key when roles come goes on being able to do what it could', async () => {
  const db = open(await emptyDatabase())
  const names = readMigrations().map(({ name }) => name).filter((name) => name < '0015')
  await migrate(db, { names })
  await db.execute(`
    insert into access_rights (access_right_id, name) values ('READ', 'See'), ('own', 'Update');
    insert into users (user_id, last_name, status) values ('a', 'A', 'ACTIVE'), ('w', 'W', 'ACTIVE'), ('r', 'R', 'ACTIVE'), ('s', 'S', 'ACTIVE'), ('n', 'N', 'ACTIVE');
    insert into user_key (user_key_id, user_id, name, key_type, key_hash, scopes) values
      ('1', 'a', '1', 'API', '1', 'read'), ('2', 'a', '2', 'API', '2', 'admin'), ('3', 'w', '3', 'API', '3', 'read write'), ('4', 'r', '4', 'API', '4', 'read');
    insert into user_key (user_key_id, user_id, name, key_type, key_value) values ('5', 's', '5', 'SSH', 'ssh')`)
  await migrate(db)
  const given = await db.query<{ user_id: string; role_id: string }>('select user_id, role_id from user_role order by user_id')
  expect(given).toEqual([{ user_id: 'a', role_id: ownId('SUPER_ADMIN') }, { user_id: 'r', role_id: ownId('API_READER') }, { user_id: 'w', role_id: ownId('API_WRITER') }])
  expect(await findOwnRights(db, 'r', new Date().toISOString())).toContain('SENSITIVE READ')
  // Rights that were there keep their names; ours stand beside those that had the name.
  expect(await db.query(`select name from access_rights where access_right_id in ('READ', 'own', 'UPDATE') order by access_right_id collate "C"`)).toEqual([{ name: 'See' }, { name: 'Gatehouse: update' }, { name: 'Update' }])
})

test('the administrator of the first start has every right', async () => {
  const { ctx: own } = await testServer()
  await firstAdministrator(own, async (tx, document) => (await writeUsers(tx, own, [{ action: 'user.create', after: await newUser(own, document) }]))[0]!)
  const [admin] = await own.db.query<{ id: string }>(`select user_id as id from login where lowercase_login = 'admin'`)
  const found = await findOwnRights(own.db, admin!.id, own.now().toISOString())
  expect(found.map((one) => one.toLowerCase()).toSorted()).toEqual(everyRight.map((one) => one.toLowerCase()).toSorted())
})
