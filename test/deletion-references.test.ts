/** What refers to something that is deleted lets go of it: with a new version, and told by the event of the deletion. */
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { makePerson } from './administrators.ts'
import { testServer } from './rest-server.ts'
import { organization } from '../src/model/organization.ts'
import { setMapping } from '../src/portals/mapping.ts'
import { addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { user } from '../src/model/user.ts'
import { foreignKeys, ownEntries, referredTables, referrerOf } from '../src/store/referrers.ts'

const shared = await testServer()
const { ask, ctx } = shared

interface Change { path: string; before?: unknown; after?: unknown }
const changesOf = async (id: string, action: string): Promise<Change[]> => (await ask('GET', `/audit?targetId=${id}&filter=${encodeURIComponent(`action eq "${action}"`)}`)).body.items[0].changes
const read = async (path: string) => {
  const { body, headers } = await ask('GET', path)
  return { body, etag: headers.etag as string }
}
const made = async (path: string, body: object) => {
  const reply = await ask('POST', path, body)
  expect(reply.status, JSON.stringify(reply.body)).toBe(201)
  return reply.body.id as string
}

let counter = 0
const person = (more: object = {}) => makePerson(shared, `ref-${++counter}`, more)
const whole = (id: string) => read(`/users/${id}?attributes=alternateId,alternateStartDate,alternateEndDate,certDelegateId,certDelegateStartDate,certDelegateEndDate,supervisors,relations,addresses,meta,userName`)

describe('a person who is deleted', () => {
  let gone: string
  beforeAll(async () => {
    gone = await person()
  })

  test('is let go of by people and organisations, whose versions rise', async () => {
    const days = { start: '2026-01-01T00:00:00.000Z', end: '2099-01-01T00:00:00.000Z' }
    const id = await person({
      alternateId: gone, alternateStartDate: days.start, alternateEndDate: days.end, certDelegateId: gone, certDelegateStartDate: days.start, certDelegateEndDate: days.end,
      supervisors: [{ supervisor: gone }], relations: [{ user: gone, type: 'FAMILY' }],
    })
    const organization = await made('/organizations', { name: 'Certified', certifierId: gone })
    const [before, company] = [await whole(id), await read(`/organizations/${organization}`)]
    expect((await ask('DELETE', `/users/${gone}`)).status).toBe(204)
    const after = await whole(id)
    expect(after.body).toEqual({ id, userName: before.body.userName, meta: expect.anything() })
    expect(after.body.meta.version).toBeGreaterThan(before.body.meta.version)
    expect(after.body.meta.lastModified > before.body.meta.lastModified).toBe(true)
    expect((await ask('GET', `/users/${id}`, undefined, { 'if-none-match': before.etag })).status).toBe(200)
    expect((await ask('PATCH', `/users/${id}`, { title: 'Dr' }, { 'if-match': before.etag })).status).toBe(412)
    const emptied = await read(`/organizations/${organization}`)
    expect(emptied.body.certifierId).toBeUndefined()
    expect(emptied.body.meta.version).toBe(company.body.meta.version + 1)
    expect((await ask('PATCH', `/organizations/${organization}`, { name: 'Other' }, { 'if-match': company.etag })).status).toBe(412)
    const changes = await changesOf(gone, 'user.delete')
    for (const [path, value] of Object.entries({
      alternateId: gone, alternateStartDate: days.start, alternateEndDate: days.end, certDelegateId: gone, certDelegateStartDate: days.start, certDelegateEndDate: days.end,
    })) expect(changes).toContainEqual({ path: `users[${id}].${path}`, before: value })
    expect(changes).toContainEqual({ path: `organizations[${organization}].certifierId`, before: gone })
    for (const path of ['supervisors', 'relations']) {
      const [entry] = before.body[path]
      expect(changes).toContainEqual({ path: `users[${id}].${path}[${entry.id}].${path === 'relations' ? 'user' : 'supervisor'}`, before: gone })
    }
  })

  test('leaves days that an account shows to be pushed, where they went with whom they were about', async () => {
    const other = await person()
    const id = await person({ emails: [{ value: 'away@example.com', primary: true }], alternateId: other, alternateEndDate: '2099-01-01T00:00:00.000Z' })
    const { id: portal } = await createPortal(ctx, { name: 'Away' })
    await addPortalUsers(ctx, portal, [id])
    await setMapping(ctx, portal, { login: 'userName', email: { email: 'primaryEmail' }, awayUntil: 'alternateEndDate' })
    await ctx.db.execute(`insert into efs.iam_portal_user_reference (portal_id, user_id, uuid, status, has_data_changes)
      select pp.portal_id, pp.user_id, '00uAway', 1, 0 from efs.portal_panelist pp where pp.portal_id = $1`, [portal])
    expect((await ask('DELETE', `/users/${other}`)).status).toBe(204)
    expect(await ctx.db.query('select has_data_changes as marked from efs.iam_portal_user_reference where portal_id = $1', [portal])).toEqual([{ marked: 1 }])
  })

  test('with many below is deleted in seconds, and the event names the first and says how many', async () => {
    const boss = await person()
    await ctx.db.execute(`insert into users (user_id, last_name, status) select 'below-' || lpad(n::text, 6, '0'), 'Below', 'ACTIVE' from generate_series(1, 5000) n`)
    await ctx.db.execute(`insert into org_structure (org_structure_id, supervisor_id, staff_id, is_primary_super) select user_id, $1, user_id, 'Y' from users where user_id like 'below-%'`, [boss])
    const before = performance.now()
    expect((await ask('DELETE', `/users/${boss}`)).status).toBe(204)
    expect(performance.now() - before).toBeLessThan(10_000)
    const changes = (await changesOf(boss, 'user.delete')).slice(1)
    expect(changes).toHaveLength(101)
    expect(changes[0]).toEqual({ path: 'users[below-000001].supervisors[below-000001].supervisor', before: boss })
    expect(changes[100]).toEqual({ path: 'users.supervisors.supervisor', before: 5000 })
    expect(await ctx.db.query(`select distinct version from users where user_id like 'below-%'`)).toEqual([{ version: 2 }])
  })

  test('by a plan does not make the plan stale for whom it deletes later, nor for itself', async () => {
    const first = await person()
    const others = await Promise.all([1, 2, 3].map(() => person({ alternateId: first, supervisors: [{ supervisor: first }] })))
    const kept = await person({ alternateId: others[0] })
    const plan = (await ask('POST', '/plans', { kind: 'bulk', operation: 'delete', filter: [first, ...others].map((id) => `id eq "${id}"`).join(' or ') })).body
    expect((await ask('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
    const { body } = await whole(kept)
    expect([body.alternateId, body.meta.version]).toEqual([undefined, 2])
    expect(await changesOf(others[0]!, 'user.delete')).toContainEqual({ path: `users[${kept}].alternateId`, before: others[0] })
    expect(JSON.stringify(await changesOf(first, 'user.delete'))).not.toContain('.alternateId')
  })
})

describe('a location', () => {
  const located = async () => {
    const organization = await made('/organizations', { name: `Located ${++counter}` })
    const location = await made(`/organizations/${organization}/locations`, { name: 'Head office', locality: 'Köln' })
    const id = await person({ addresses: [{ copyFromLocationId: location }] })
    return { organization, location, id, before: await whole(id) }
  }
  const letGo = async ({ id, before }: Awaited<ReturnType<typeof located>>) => {
    const after = await whole(id)
    expect(after.body.addresses[0].copyFromLocationId).toBeUndefined()
    expect(after.body.addresses[0].locality).toBe('Köln')
    expect(after.body.meta.version).toBe(before.body.meta.version + 1)
    expect((await ask('GET', `/users/${id}`, undefined, { 'if-none-match': before.etag })).status).toBe(200)
  }
  const toldOf = ({ id, before, location }: Awaited<ReturnType<typeof located>>) => ({ path: `users[${id}].addresses[${before.body.addresses[0].id}].copyFromLocationId`, before: location })

  test('that is removed is let go of by addresses, told by the event of the organisation', async () => {
    const one = await located()
    expect((await ask('DELETE', `/organizations/${one.organization}/locations/${one.location}`)).status).toBe(204)
    await letGo(one)
    const changes = await changesOf(one.organization, 'organization.locations.remove')
    expect(changes).toContainEqual(toldOf(one))
    expect(changes[0]!.path).toContain('locations[')
  })

  test('that is removed beside others is told by their event once each, with all else that it changes', async () => {
    const [one, other] = [await located(), await located()]
    const second = await made(`/organizations/${one.organization}/locations`, { name: 'Branch', locality: 'Bonn' })
    const id = await person({ addresses: [{ copyFromLocationId: second }, { copyFromLocationId: other.location }] })
    const { body: before } = await whole(id)
    expect((await ask('PATCH', `/organizations/${one.organization}`, { name: 'Moved out', locations: [] })).status).toBe(200)
    await letGo(one)
    const events = (await ask('GET', `/audit?targetId=${one.organization}&filter=${encodeURIComponent('action eq "organization.update"')}`)).body.items as { changes: Change[] }[]
    expect(events).toHaveLength(1)
    const paths = events[0]!.changes.map(({ path }) => path)
    expect(paths).toEqual(expect.arrayContaining(['name', toldOf(one).path, `users[${id}].addresses[${before.addresses[0].id}].copyFromLocationId`]))
    expect(new Set(paths).size).toBe(paths.length)
    expect((await whole(id)).body.addresses).toMatchObject([{ locality: 'Bonn' }, { copyFromLocationId: other.location }])
  })

  test('that goes with its organisation too', async () => {
    const one = await located()
    expect((await ask('DELETE', `/organizations/${one.organization}`)).status).toBe(204)
    await letGo(one)
    expect(await changesOf(one.organization, 'organization.delete')).toContainEqual(toldOf(one))
  })
})

test('a resource is let go of by what it administers, and by what it was asked for', async () => {
  const resource = await made('/resources', { name: 'Gone', resourceType: 'WEBSERVICE' })
  const group = await made('/groups', { displayName: 'Administered', adminResourceId: resource })
  const element = await made('/metadata/elements', { name: 'guarded', typeId: 'DEFAULT_USER', isPublic: false, resourceId: resource })
  const before = await Promise.all([`/groups/${group}`, `/metadata/elements/${element}`].map(read))
  expect((await ask('DELETE', `/resources/${resource}`)).status).toBe(204)
  const after = await Promise.all([`/groups/${group}`, `/metadata/elements/${element}`].map(read))
  expect([after[0]!.body.adminResourceId, after[1]!.body.resourceId]).toEqual([undefined, undefined])
  for (const [at, one] of after.entries()) expect(one.etag).not.toBe(before[at]!.etag)
  const changes = await changesOf(resource, 'resource.delete')
  for (const path of [`groups[${group}].adminResourceId`, `elements[${element}].resourceId`]) expect(changes).toContainEqual({ path, before: resource })
})

test('a site is let go of by the versions of usage policies that were asked for on it', async () => {
  const site = await made('/content-providers', { name: 'Gone site', domainPattern: 'gone.example.com' })
  const version = await made('/it-policy-versions', { policyId: await made('/it-policies', {}), name: 'Of the site', content: 'Text', contentProviderId: site })
  const before = await read(`/it-policy-versions/${version}`)
  expect((await ask('DELETE', `/content-providers/${site}`)).status).toBe(204)
  const after = await read(`/it-policy-versions/${version}`)
  expect([after.body.contentProviderId, after.etag === before.etag]).toEqual([undefined, false])
  expect((await ask('PATCH', `/it-policy-versions/${version}`, { name: 'Other' }, { 'if-match': before.etag })).status).toBe(412)
  expect(await changesOf(site, 'content-provider.delete')).toContainEqual({ path: `policyVersions[${version}].contentProviderId`, before: site })
})

test('a site stays as long as a version in force is asked for on it alone: without it all sites would ask for it', async () => {
  const site = await made('/content-providers', { name: 'Kept site', domainPattern: 'kept.example.com' })
  const version = await made('/it-policy-versions', { policyId: await made('/it-policies', {}), name: 'In force', content: 'Text', contentProviderId: site, active: true })
  const refused = await ask('DELETE', `/content-providers/${site}`)
  expect([refused.status, refused.body.code, refused.body.detail]).toEqual([409, 'still_referenced', expect.stringContaining(`${version} of a usage policy (In force)`)])
  expect((await read(`/it-policy-versions/${version}`)).body.contentProviderId).toBe(site)
  expect((await ask('PATCH', `/it-policy-versions/${version}`, { active: false })).status).toBe(200)
  expect((await ask('DELETE', `/content-providers/${site}`)).status).toBe(204)
})

test('a version is put into force on a site only while nobody deletes that', async () => {
  const site = await made('/content-providers', { name: 'Held site', domainPattern: 'held.example.com' })
  const version = await made('/it-policy-versions', { policyId: await made('/it-policies', {}), name: 'Waits', content: 'Text', contentProviderId: site })
  let answered = false
  const waiting = await ctx.db.transaction(async (tx) => {
    await tx.execute('select from content_provider where content_provider_id = $1 for update', [site])
    const asked = ask('PATCH', `/it-policy-versions/${version}`, { active: true }).finally(() => (answered = true))
    await sleep(500)
    expect(answered).toBe(false)
    return { asked }
  })
  expect((await waiting.asked).status).toBe(200)
})

test('of entries of records, locations alone are referred to: plans change others without telling whose versions rise', async () => {
  const tables = [user, organization].flatMap(({ collections }) => collections.map(({ table }) => table))
  expect(await referredTables(ctx.db, tables)).toEqual(['location'])
})

/** Set null, and nobody's version to raise: no record shows them. */
const unseen = ['auth_state.content_provider_id', 'user_it_policy_history.content_provider_id']

test('every foreign key that lets go is known as an attribute of some record', async () => {
  const unknown = (await foreignKeys(ctx.db)).filter((key) => !key.cascades && !referrerOf(key)).map(({ table, column }) => `${table}.${column}`)
  expect(unknown).toEqual(unseen)
})

/** Rows that go with what they belong to, and show in no attribute of another record, or in edges, whose ends tell of them. One that does belongs among the owners of referrers.ts. */
const goAlong = {
  'what people have to sign in with': 'auth_state.user_id gatehouse.factor_challenge.param_id gatehouse.factor_challenge.user_id gatehouse.recovery_code.param_id gatehouse.remembered_device.user_id gatehouse.sign_in_place.user_id pwd_history.login_id user_auth_param.user_id user_identity_ans.user_id',
  'custom attributes': 'company_attribute.company_id company_attribute_values.company_attribute_id login_attribute.login_id login_attribute_values.login_attribute_id md_element_valid_values.metadata_element_id user_attribute_values.user_attribute_id user_attributes.user_id',
  'edges': 'group_organization.company_id group_organization.grp_id grp_role.grp_id grp_role.role_id grp_to_grp_membership.grp_id grp_to_grp_membership.member_grp_id res_org_membership.company_id res_org_membership.resource_id res_to_res_membership.member_resource_id res_to_res_membership.resource_id resource_group.grp_id resource_group.resource_id resource_role.resource_id resource_role.role_id resource_user.user_id role_org_membership.company_id role_org_membership.role_id role_to_role_membership.member_role_id role_to_role_membership.role_id user_grp.user_id user_role.user_id',
  'rights of edges': 'grp_grp_membership_rights.membership_id grp_org_membership_rights.membership_id grp_role_membership_rights.membership_id org_to_org_membership_rights.membership_id res_grp_membership_rights.membership_id res_org_membership_rights.membership_id res_res_membership_rights.membership_id res_role_membership_rights.membership_id role_org_membership_rights.membership_id role_role_membership_rights.membership_id user_affiliation_rights.membership_id user_grp_membership_rights.membership_id user_res_membership_rights.membership_id user_role_membership_rights.membership_id',
  'EFS': 'efs.account_mapping.portal_id efs.iam_portal_user_reference.user_id efs.iam_user_reference.user_id efs.panelists.person_id efs.portal_panelist.portal_id efs.portal_panelist.user_id efs.portal_secret.portal_id efs.portal_session.portal_id efs.users.person_id gatehouse.portal_sign_in.portal_id',
  'OpenID Connect': 'gatehouse.oidc_artifact.client_id gatehouse.oidc_artifact.user_id gatehouse.oidc_client_secret.client_id gatehouse.oidc_consent.client_id gatehouse.oidc_consent.user_id gatehouse.oidc_logout.client_id',
  'policies': 'auth_level_attribute.auth_level_grouping_id auth_state_auth_param_xref.param_id policy_attribute.policy_id policy_def_param.policy_def_id policy_object_assoc.policy_id',
  'others': 'gatehouse.delegation.user_id gatehouse.message.user_id gatehouse.plan_key.plan_id gatehouse.plan_read.plan_id gatehouse.plan_step.plan_id org_type_valid_membership.member_org_type_id org_type_valid_membership.org_type_id user_it_policy_history.user_id',
}

test('every foreign key that takes rows along is an entry of its own record, known as one of another, or named here', async () => {
  const unknown = (await foreignKeys(ctx.db)).filter((key) => key.cascades && !ownEntries(key) && !referrerOf(key)).map(({ table, column }) => `${table}.${column}`)
  expect(unknown.toSorted()).toEqual(Object.values(goAlong).flatMap((names) => names.split(' ')).toSorted())
})
