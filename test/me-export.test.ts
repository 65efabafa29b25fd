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
  'gatehouse.delegation.user_id': 'delegations', 'gatehouse.message.user_id': 'messages', 'gatehouse.oidc_client.user_id': 'clients',
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
  'gatehouse.sign_in_place.user_id': 'keyed hashes of devices and networks, of which nothing can be read; the places stand in sessions and eventsAboutMe',
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
