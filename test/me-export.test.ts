/** My data as a download: whatever names a person by a foreign key has its part in it, or a reason not to. */
import { expect, test } from 'vitest'
import { exportOf } from '../src/rest/me-export.ts'
import { createClient } from '../src/signin/oidc-clients.ts'
import { enqueueMessage } from '../src/store/messages.ts'
import { browser, personWithPassword } from './browser.ts'
import { testMasterKey } from './master-key.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000' })
const { ctx, ask, server } = shared

async function signedIn(name: string) {
  const id = await personWithPassword(shared, name)
  const one = browser(server)
  expect((await one.signIn(name)).status).toBe(200)
  return Object.assign(one, { id })
}

/** The part of the download that tells of the rows a key leads to. */
const parts: Readonly<Record<string, string>> = {
  'efs.panelists.person_id': 'portals', 'efs.portal_panelist.user_id': 'portals', 'efs.iam_portal_user_reference.user_id': 'portals',
  'efs.users.person_id': 'portalAdministration', 'efs.iam_user_reference.user_id': 'portalAdministration',
  'gatehouse.sign_in_place.user_id': 'signInPlaces', 'gatehouse.delegation.user_id': 'delegations', 'gatehouse.message.user_id': 'messages', 'gatehouse.oidc_client.user_id': 'clients',
  'gatehouse.oidc_consent.user_id': 'consents', 'gatehouse.remembered_device.user_id': 'devices',
  'public.address.parent_id': 'person', 'public.email_address.parent_id': 'person', 'public.phone.parent_id': 'person', 'public.login.user_id': 'person',
  'public.org_structure.staff_id': 'person', 'public.user_affiliation.user_id': 'person', 'public.user_attributes.user_id': 'person', 'public.user_key.user_id': 'person',
  'public.user_note.user_id': 'person', 'public.user_to_user_membership.primary_user_id': 'person',
  'public.users.user_id': 'person', 'public.auth_state.user_id': 'sessions', 'public.user_auth_param.user_id': 'factors', 'public.user_identity_ans.user_id': 'securityQuestions',
  'public.user_it_policy_history.user_id': 'policyDecisions', 'public.resource_user.user_id': 'access', 'public.user_grp.user_id': 'access', 'public.user_role.user_id': 'access',
  'public.org_structure.supervisor_id': 'namedIn', 'public.user_to_user_membership.related_user_id': 'namedIn', 'public.company.certifier_id': 'namedIn',
  'public.users.alternate_id': 'namedIn', 'public.users.cert_delegate_id': 'namedIn', 'public.users.user_owner_id': 'namedIn',
}

/** What is not in it, and why. */
const reasons: Readonly<Record<string, string>> = {
  'gatehouse.factor_challenge.user_id': 'questions to a device or a telephone, which end in minutes: hashes and no data',
  'gatehouse.oidc_artifact.user_id': 'tokens and grants of applications, encrypted or hashed; what was allowed stands in consents',
}

/** The same of columns that hold somebody's id without a key: the part, or the reason. */
const unkeyed: Readonly<Record<string, string>> = {
  'efs.iam_portal_user_group_unassignment_queue.person_id': 'accountRemovals', 'efs.iam_user_unassignment_queue.person_id': 'accountRemovals',
  'efs.iam_portal_user_group_unassignment_queue.user_id': 'accountRemovals', 'efs.iam_user_unassignment_queue.user_id': 'accountRemovals',
  'gatehouse.audit_event.actor_id': 'eventsByMe', 'gatehouse.audit_event.target_id': 'eventsAboutMe',
  'gatehouse.membership_history.user_id': 'memberships', 'gatehouse.user_status_history.user_id': 'statuses', 'gatehouse.plan_step.target_id': 'plans',
  'gatehouse.plan_read.target_id': 'numbers of versions, for the plans that are named', 'gatehouse.plan_key.target_id': 'hashes, for the plans that are named',
  'gatehouse.plan.actor_id': 'in eventsByMe, whose plan it is', 'gatehouse.oidc_logout.user_id': 'what an application is still to be told, for minutes',
  'public.auth_state_auth_param_xref.user_id': 'in eventsByMe, with the proof', 'efs.portal_session.user_id': 'in sessions', 'efs.portal_session.uid': 'in sessions',
  'public.managed_sys.user_id': 'the name that a system is spoken to by, and nobody\'s id',
  'efs.adopted_row.target_id': 'numbers of rows that were taken over', 'efs.panelists.uid': 'portals', 'efs.users.uid': 'portalAdministration',
}

test('every foreign key that leads to a person has its part, or a reason', async () => {
  const keys = await ctx.db.query<{ key: string }>(
    `select distinct k.table_schema || '.' || k.table_name || '.' || k.column_name as key
     from information_schema.referential_constraints r
     join information_schema.key_column_usage k on k.constraint_schema = r.constraint_schema and k.constraint_name = r.constraint_name
     join information_schema.key_column_usage u on u.constraint_schema = r.unique_constraint_schema and u.constraint_name = r.unique_constraint_name and u.ordinal_position = k.position_in_unique_constraint
     where (u.table_schema, u.table_name) in (('public', 'users'), ('efs', 'users'), ('efs', 'panelists')) order by 1`)
  expect(keys.length).toBeGreaterThan(30)
  const known = new Set([...Object.keys(parts), ...Object.keys(reasons)])
  expect(keys.map(({ key }) => key).filter((key) => !known.has(key))).toEqual([])
  const found = new Set(keys.map(({ key }) => key))
  expect([...known].filter((key) => key !== 'public.users.user_id' && !found.has(key))).toEqual([])
  const named = await ctx.db.query<{ key: string }>(
    `select table_schema || '.' || table_name || '.' || column_name as key from information_schema.columns join information_schema.tables using (table_schema, table_name)
     where table_type = 'BASE TABLE' and table_schema in ('public', 'efs', 'gatehouse') and column_name in ('user_id', 'person_id', 'actor_id', 'target_id', 'uid') order by 1`)
  expect(named.map(({ key }) => key).filter((key) => !known.has(key) && unkeyed[key] === undefined)).toEqual([])
  const one = await signedIn('walker')
  const { body } = await one.ask('GET', '/me/export')
  expect(Object.keys(body)).toEqual(expect.arrayContaining([...new Set(Object.values(parts))]))
})

test('nothing is asked for before its turn: what fails while nobody waits for it would end the process', async () => {
  const id = await personWithPassword(shared, 'turner')
  const asked: string[] = []
  const db = Object.create(ctx.db) as typeof ctx.db
  db.query = async (sql, ...rest) => (asked.push(sql), ctx.db.query(sql, ...rest))
  const document = exportOf({ ...ctx, db }, id)
  await document.next()
  const before = asked.length
  // The head of the first part; none of its rows has been asked for.
  expect((await document.next()).value).toContain('"sessions":[')
  expect(asked.slice(before)).toEqual([])
  let text = ''
  for await (const piece of document) text += piece
  expect(asked.length).toBeGreaterThan(before + 10)
  expect(text).toMatch(/"namedIn":\[\]/)
})

test('portals, accounts in Okta, messages, delegations, clients and records that name me are in it', async () => {
  const one = await signedIn('nell')
  const other = await personWithPassword(shared, 'otto', { alternateId: one.id, supervisors: [{ supervisor: one.id }] })
  const portal = (await ask('POST', '/portals', { name: 'Panel' })).body.id as number
  expect((await ask('POST', `/portals/${portal}/users`, [one.id])).status).toBeLessThan(300)
  expect((await ask('POST', '/portals/admins/users', [one.id])).status).toBeLessThan(300)
  await ctx.db.execute(`insert into efs.iam_portal_user_reference (portal_id, user_id, uuid, status) select $1, uid, '00uPanelist000000001', 1 from efs.panelists where person_id = $2`, [portal, one.id])
  await ctx.db.execute(`insert into efs.iam_user_reference (user_id, uuid, status) select uid, '00uAdministrator0001', 1 from efs.users where person_id = $1`, [one.id])
  expect((await ask('POST', `/users/${one.id}/delegations`, { kind: 'REPORTS' })).status).toBe(201)
  const client = await createClient(ctx, { name: 'Nightly job', grantTypes: ['client_credentials'], scopes: ['read'], userId: one.id })
  await ctx.db.transaction(async (tx) => {
    await enqueueMessage(tx, ctx, { template: 'key-added', to: 'nell@example.com', userId: one.id, values: { at: '2026-01-02T03:04:05Z', name: 'laptop' } })
    await enqueueMessage(tx, ctx, { template: 'password-reset', to: 'nell@example.com', userId: one.id, values: { link: 'https://secret.example/#token', minutes: '30' } }, testMasterKey())
    await enqueueMessage(tx, ctx, { template: 'key-added', to: 'otto@example.com', userId: other, values: { at: '2026-01-02T03:04:05Z', name: 'foreign' } })
  })
  const { status, body } = await one.ask('GET', '/me/export')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    portals: [{ portalId: portal, personId: one.id, uuid: '00uPanelist000000001', status: 'ASSIGNED' }],
    portalAdministration: [{ personId: one.id, uuid: '00uAdministrator0001', status: 'ASSIGNED' }],
    delegations: [{ kind: 'REPORTS' }],
    clients: [{ id: client.id, name: 'Nightly job', userId: one.id }],
    messages: expect.arrayContaining([
      expect.objectContaining({ template: 'key-added', recipient: 'nell@example.com', content: { at: '2026-01-02T03:04:05Z', name: 'laptop' } }),
      expect.objectContaining({ template: 'password-reset', recipient: 'nell@example.com', content: { minutes: '30' } }),
    ]),
    namedIn: expect.arrayContaining([{ as: 'supervisor', type: 'User', id: other }, { as: 'delegate', type: 'User', id: other }]),
  })
  expect(JSON.stringify(body.messages)).not.toMatch(/foreign|secret\.example/)
  expect(JSON.stringify(body)).not.toContain(client.secret)
})

test('what I had, have and will have, how I stood, from where I come, and what plans have done to me', async () => {
  const one = await signedIn('rita')
  const group = (await ask('POST', '/groups', { displayName: 'Choir' })).body.id as string
  const role = (await ask('POST', '/roles', { name: 'Soloist' })).body.id as string
  expect((await ask('PUT', `/groups/${group}/members/${one.id}?start=2020-01-01T00:00:00Z`, { end: '2021-01-01T00:00:00Z', rights: [] })).status).toBeLessThan(300)
  expect((await ask('PUT', `/groups/${group}/members/${one.id}?start=2090-01-01T00:00:00Z`, { description: 'next century' })).status).toBeLessThan(300)
  expect((await ask('PUT', `/roles/${role}/members/${one.id}`, {})).status).toBeLessThan(300)
  expect((await ask('DELETE', `/roles/${role}/members/${one.id}`)).status).toBeLessThan(300)
  await ctx.db.execute(`insert into efs.iam_portal_user_group_unassignment_queue (uuid, email, person_id, portals) values ('00uGone0000000000001', 'rita@example.com', $1, '{7}')`, [one.id])
  await ctx.db.execute(`insert into gatehouse.plan (plan_id, kind, title, created_at, created_by) values ('theplan', 'bulk', 'Some', now(), 'boss'), ('thenext', 'bulk', 'Some', now(), 'boss')`)
  await ctx.db.execute(`update gatehouse.plan set status = 'applying', applied_through = 1 where plan_id = 'theplan'`)
  await ctx.db.execute(`insert into gatehouse.plan_step (plan_id, step_no, action, resource, target_id, changes) values ('theplan', 1, 'update', 'User', $1, '{"hidden": true}'), ('theplan', 2, 'update', 'User', $1, '{}'), ('thenext', 1, 'delete', 'User', $1, '{}')`, [one.id])
  for (const verb of ['disable', 'enable']) expect((await ask('POST', `/users/${one.id}/${verb}`, {})).status).toBeLessThan(300)
  const again = browser(server)
  await again.signIn('rita')
  const { body } = await again.ask('GET', '/me/export')
  expect(body).toMatchObject({
    memberships: expect.arrayContaining([
      expect.objectContaining({ type: 'Group', id: group, name: 'Choir', start: expect.stringMatching(/^2020/), end: expect.stringMatching(/^2021/) }),
      expect.objectContaining({ type: 'Group', id: group, start: expect.stringMatching(/^2090/), description: 'next century' }),
      expect.objectContaining({ type: 'Role', id: role, name: 'Soloist', recordedTo: expect.stringMatching(/^20/) }),
    ]),
    statuses: expect.arrayContaining([{ status: 'ACTIVE', secondaryStatus: 'DISABLED', until: expect.stringMatching(/^20/) }]),
    signInPlaces: expect.arrayContaining([{ kind: 'DEVICE', lastSeen: expect.stringMatching(/^20/) }, { kind: 'NETWORK', lastSeen: expect.stringMatching(/^20/) }]),
    accountRemovals: [{ uuid: '00uGone0000000000001', email: 'rita@example.com', portals: [7] }],
    plans: [{ planId: 'theplan', step: 1, kind: 'bulk', action: 'update', status: 'done' }],
  })
  expect(JSON.stringify(body.memberships)).not.toMatch(/grantedBy|createdBy/)
  expect(JSON.stringify(body.plans)).not.toContain('hidden')
})

test('what stood before comes in pages, whole and once', async () => {
  const one = await signedIn('sven')
  await ctx.db.execute(
    `insert into gatehouse.membership_history (kind, membership_id, user_id, target, recorded_from, recorded_to)
     select 'ug', 'm' || n, $1, 'gchoir', now() - interval '2 years', now() - interval '1 year' + (n / 3) * interval '1 microsecond' from generate_series(1, 2300) n`, [one.id])
  await ctx.db.execute(`insert into gatehouse.user_status_history (user_id, status, recorded_to) select $1, 'S' || n, now() - interval '1 year' + n * interval '1 microsecond' from generate_series(1, 2300) n`, [one.id])
  const { body } = await one.ask('GET', '/me/export')
  expect(body.memberships).toHaveLength(2300)
  expect(new Set((body.statuses as { status: string }[]).map(({ status }) => status)).size).toBe(2300)
})

test('what I decided on usage policies is told to me as to those who administer people, and to nobody else', async () => {
  const one = await signedIn('pam')
  const policyId = (await ask('POST', '/it-policies', { active: true })).body.id as string
  const version = (await ask('POST', '/it-policy-versions', { policyId, name: 'House rules', content: 'Be kind.', active: true })).body.id as string
  const later = browser(server)
  expect((await later.signIn('pam')).body.next).toBe('accept_policy')
  expect((await later.ask('POST', '/sign-in/policy', { policy: version, accepted: true })).body.next).toBe('done')
  expect((await ask('PATCH', `/it-policies/${policyId}`, { active: false })).status).toBe(200)
  const mine = await later.ask('GET', '/me/it-policies')
  expect(mine).toMatchObject({ status: 200, body: { items: [{ versionId: version, name: 'House rules', accepted: true, decided: expect.stringMatching(/^20/) }] } })
  expect(mine.body.items).toEqual((await ask('GET', `/users/${one.id}/it-policies`)).body.items)
  expect((await later.ask('GET', '/me/export')).body.policyDecisions).toEqual(mine.body.items)
  expect((await later.ask('GET', '/me/it-policies?filter=accepted%20eq%20false')).body.items).toEqual([])
  const other = await signedIn('quinn')
  expect((await other.ask('GET', '/me/it-policies')).body.items).toEqual([])
})
