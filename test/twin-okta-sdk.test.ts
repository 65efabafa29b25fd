/** Okta's own SDK, as an administrator's script would use it, against the Okta double on a port. */
import okta from '@okta/okta-sdk-nodejs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTwin } from '../twin/server.ts'
import type { Twin } from '../twin/server.ts'
import { password } from './twin-harness.ts'
import { oauthSeed, privateKey } from './twin-oauth-harness.ts'

let twin: Twin
let url: string

beforeEach(async () => {
  twin = createTwin({ token: 'sdk-token', seed: oauthSeed })
  url = await twin.listen(0)
})

afterEach(() => twin.close())

const client = (token = 'sdk-token') => new okta.Client({ orgUrl: url, token, cacheMiddleware: null })

async function all<T>(collection: { each(use: (item: T) => void): Promise<unknown> }): Promise<T[]> {
  const items: T[] = []
  await collection.each((item) => { items.push(item) })
  return items
}

const grace = { profile: { login: 'grace@example.com', email: 'grace@example.com', firstName: 'Grace', lastName: 'Hopper' }, credentials: { password: { value: password } } }

describe('the SDK', () => {
  it('makes, reads, changes, suspends and deletes users', async () => {
    const { userApi } = client()
    const user = await userApi.createUser({ body: grace, activate: true })
    expect(user).toMatchObject({ status: 'ACTIVE', profile: { login: 'grace@example.com' } })
    const id = user.id!
    const changed = await userApi.updateUser({ userId: id, user: { profile: { title: 'Admiral' } } })
    expect(changed.profile).toMatchObject({ title: 'Admiral', firstName: 'Grace' })
    await userApi.suspendUser({ userId: id })
    expect((await userApi.getUser({ userId: 'grace@example.com' })).status).toBe('SUSPENDED')
    await userApi.unsuspendUser({ userId: id })
    await userApi.deleteUser({ userId: id })
    expect((await userApi.getUser({ userId: id })).status).toBe('DEPROVISIONED')
    await userApi.deleteUser({ userId: id })
    await expect(userApi.getUser({ userId: id })).rejects.toMatchObject({ status: 404, errorCode: 'E0000007' })
  })

  it('walks pages, searches and filters', async () => {
    const { userApi } = client()
    expect(await all(await userApi.listUsers({ limit: 1 }))).toHaveLength(3)
    expect(twin.calls.list().filter((call) => call.path === '/api/v1/users')).toHaveLength(3)
    expect(await all(await userApi.listUsers({ search: 'profile.firstName eq "ADA"' }))).toMatchObject([{ profile: { login: 'ada@example.com' } }])
  })

  it('learns of a wrong token, a wrong transition, a bad profile', async () => {
    await expect((await client('wrong').userApi.listUsers()).each(() => {})).rejects.toMatchObject({ status: 401, errorCode: 'E0000011' })
    const { userApi } = client()
    const ada = await userApi.getUser({ userId: 'ada@example.com' })
    await expect(userApi.unlockUser({ userId: ada.id! })).rejects.toMatchObject({ status: 403, errorCode: 'E0000032' })
    await expect(userApi.activateUser({ userId: ada.id! })).rejects.toMatchObject({ status: 403, errorCode: 'E0000016' })
    await expect(userApi.createUser({ body: { profile: { login: 'ada@example.com', email: 'x' } } })).rejects.toMatchObject({ status: 400, errorCode: 'E0000001', errorCauses: expect.any(Array) })
  })

  it('waits out a 429 by the headers and goes on', async () => {
    twin.faults.add({ kind: 'status', status: 429, resetSeconds: 1, count: 1 })
    const { userApi } = client()
    expect((await userApi.getUser({ userId: 'ada@example.com' })).status).toBe('ACTIVE')
    expect(twin.calls.list().map((call) => call.status)).toEqual([429, 200])
  })

  it('keeps groups, their members and their apps', async () => {
    const { groupApi, applicationApi, userApi } = client()
    const group = await groupApi.createGroup({ group: { profile: { name: 'Panel', description: 'People' } } })
    const bob = await userApi.getUser({ userId: 'bob@example.com' })
    await groupApi.assignUserToGroup({ groupId: group.id!, userId: bob.id! })
    expect((await all(await groupApi.listGroupUsers({ groupId: group.id! }))).map((member) => member.id)).toEqual([bob.id])
    const [portal] = await all(await applicationApi.listApplications())
    await applicationApi.assignGroupToApplication({ appId: portal!.id!, groupId: group.id! })
    expect(await applicationApi.getApplicationUser({ appId: portal!.id!, userId: bob.id! })).toMatchObject({ scope: 'GROUP' })
    await groupApi.unassignUserFromGroup({ groupId: group.id!, userId: bob.id! })
    await expect(applicationApi.getApplicationUser({ appId: portal!.id!, userId: bob.id! })).rejects.toMatchObject({ status: 404 })
    await applicationApi.assignUserToApplication({ appId: portal!.id!, appUser: { id: bob.id! } })
    await expect(applicationApi.assignUserToApplication({ appId: portal!.id!, appUser: { id: bob.id! } })).rejects.toMatchObject({ status: 409, errorCode: 'E0000062' })
    await applicationApi.unassignUserFromApplication({ appId: portal!.id!, userId: bob.id! })
    await groupApi.deleteGroup({ groupId: group.id! })
  })

  it('declares attributes, reads the System Log, registers hooks', async () => {
    const { schemaApi, systemLogApi, eventHookApi, inlineHookApi } = client()
    await schemaApi.updateUserProfile({ schemaId: 'default', userSchema: { definitions: { custom: { id: '#custom', type: 'object', properties: { efsUid: { title: 'EFS uid', type: 'integer' } } } } } })
    await client().userApi.createUser({ body: { ...grace, profile: { ...grace.profile, efsUid: 7 } }, activate: false })
    const page = await systemLogApi.listLogEvents({ filter: 'eventType eq "user.lifecycle.create"', until: new Date(Date.now() + 1000).toISOString() })
    expect(await all(page)).toMatchObject([{ eventType: 'user.lifecycle.create', target: [{ alternateId: 'grace@example.com' }] }])
    const channel = { type: 'HTTP' as const, version: '1.0.0', config: { uri: 'https://example.com/hook', authScheme: { type: 'HEADER' as const, key: 'authorization', value: 's' } } }
    const hook = await eventHookApi.createEventHook({ eventHook: { name: 'Ours', events: { type: 'EVENT_TYPE', items: ['user.lifecycle.create'] }, channel } })
    expect(hook).toMatchObject({ status: 'ACTIVE', verificationStatus: 'UNVERIFIED' })
    await eventHookApi.deactivateEventHook({ eventHookId: hook.id! })
    await eventHookApi.deleteEventHook({ eventHookId: hook.id! })
    const inline = await inlineHookApi.createInlineHook({ inlineHook: { name: 'Import', type: 'com.okta.user.credential.password.import', version: '1.0.0', channel: { ...channel, config: { ...channel.config, method: 'POST' } } } as never })
    expect(inline.type).toBe('com.okta.user.credential.password.import')
  })

  const service = (keyId: string, scopes: string[]) => new okta.Client({ orgUrl: url, authorizationMode: 'PrivateKey', clientId: 'service-1', scopes, privateKey: privateKey.export({ format: 'pem', type: 'pkcs1' }).toString(), keyId, cacheMiddleware: null })

  it('signs in as a service app', async () => {
    const { userApi, groupApi } = service('one', ['okta.users.manage', 'okta.groups.read'])
    expect(await all(await userApi.listUsers())).toHaveLength(3)
    await expect(groupApi.createGroup({ group: { profile: { name: 'No' } } })).rejects.toMatchObject({ status: 403, errorCode: 'E0000006' })
    expect(twin.calls.list().filter((call) => call.path === '/oauth2/v1/token')).toHaveLength(1)
    await expect((await service('none', ['okta.users.manage']).userApi.listUsers()).each(() => {})).rejects.toMatchObject({ status: 401 })
  })
  it('proves possession of a key where the org demands it', async () => {
    twin.org.options = { ...twin.org.options, requireDpop: true }
    const { userApi } = service('one', ['okta.users.manage'])
    expect((await userApi.getUser({ userId: 'ada@example.com' })).status).toBe('ACTIVE')
    expect(twin.calls.list().map((call) => [call.scheme, call.status, call.errorCode])).toEqual([['none', 400, 'use_dpop_nonce'], ['none', 200, null], ['DPoP', 200, null]])
  })
})
