/** The Okta double's controls, seeds, and its life as a program. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runTwin } from '../twin/main.ts'
import { harness } from './twin-harness.ts'
import type { Wire } from './twin-harness.ts'

const ada = { login: 'ada@example.com', email: 'ada@example.com', firstName: 'Ada', lastName: 'Byron' }
const bob = { login: 'bob@example.com', email: 'bob@example.com', firstName: 'Bob', lastName: 'Dole' }

const seed = {
  schema: { efsUid: { title: 'EFS uid', type: 'integer' } },
  users: [
    { id: '00uSeedOfAda00gH5d7', status: 'LOCKED_OUT', profile: { ...ada, efsUid: 7 } },
    { profile: bob, credentials: { password: { value: 'Correct-Horse-7' } }, groupIds: ['00gSeedReaders0gH5d7'] },
  ],
  groups: [{ id: '00gSeedReaders0gH5d7', name: 'Readers', members: ['ada@example.com', 'bob@example.com'] }],
  apps: [{ label: 'Portal', clientId: 'portal-7', groupIds: ['00gSeedReaders0gH5d7'] }],
}

describe('seeds', () => {
  it('fill an org, keep ids, and let groups name members by login', async () => {
    const { call } = harness({ seed })
    expect((await call('GET', '/api/v1/users/00uSeedOfAda00gH5d7')).body).toMatchObject({
      status: 'LOCKED_OUT', profile: { efsUid: 7 },
    })
    expect((await call('GET', '/api/v1/groups/00gSeedReaders0gH5d7/users')).body).toHaveLength(2)
    const { client_name: name } = (await call('GET', '/oauth2/v1/clients/portal-7')).body
    expect(name).toBe('Portal')
    expect((await call('GET', '/_twin/state?summary=true')).body).toMatchObject({
      users: 2, byStatus: { LOCKED_OUT: 1, ACTIVE: 1 }, apps: 1,
      groups: [{ name: 'Everyone', members: 2 }, { name: 'Readers', members: 2 }],
    })
  })

  it('a state is a seed: loaded elsewhere it is the same state', async () => {
    const first = harness({ seed })
    const state = (await first.call('GET', '/_twin/state')).body
    expect(state.memberships).toHaveLength(2)
    const second = harness()
    expect((await second.call('POST', '/_twin/seed', state)).body).toEqual({ users: 2, groups: 2, apps: 1 })
    const again = (await second.call('GET', '/_twin/state')).body
    const plain = (value: Wire) => ({
      users: value.users.map((user: Wire) => ({ ...user, type: null })),
      memberships: value.memberships,
      schema: value.schema,
      apps: value.apps,
    })
    expect(plain(again)).toEqual(plain(state))
  })

  it.each<[object, RegExp]>([
    [{ users: {} }, /^users: /],
    [{ users: [7] }, /^users\[0\]: /],
    [{ users: [{ profile: ada }, { profile: { ...ada, login: 'x' } }] }, /^users\[1\]: login: /],
    [{ users: [{ profile: ada }, { profile: ada }] }, /^users\[1\]: login: Is already taken/],
    [{ users: [{ profile: ada, status: 'HAPPY' }] }, /^users\[0\]: status: /],
    [{ groups: [{ name: 'Readers', members: ['nobody'] }] }, /^groups\[0\]: Not found/],
    [{ groups: [{ name: '' }] }, /^groups\[0\]: name: /],
    [{ memberships: [{ groupId: '00gnone', userId: '00unone' }] }, /^memberships\[0\]: /],
    [{ apps: [{}] }, /^apps\[0\]: label: /],
  ])('%j names the row that is wrong', async (wrong, expected) => {
    const answer = await harness().call('POST', '/_twin/seed', wrong)
    expect(answer.status).toBe(400)
    expect(answer.body.errorCauses[0].errorSummary).toMatch(expected)
  })
})

describe('the controls', () => {
  it('reset brings back how it was started', async () => {
    const h = harness({ seed, faults: [{ kind: 'html', count: 1 }] })
    await h.call('GET', '/api/v1/users')
    await h.user('new@example.com')
    await h.call('PUT', '/_twin/limits', { buckets: { users: 1 } })
    await h.call('POST', '/_twin/reset')
    expect((await h.call('GET', '/_twin/calls')).body).toEqual({ total: 0, calls: [] })
    expect((await h.call('GET', '/_twin/faults')).body).toMatchObject([{ kind: 'html', hits: 0 }])
    expect((await h.call('GET', '/_twin/limits')).body.buckets).toEqual({})
    expect((await h.call('GET', '/api/v1/users')).status).toBe(503)
    expect((await h.call('GET', '/api/v1/users')).body).toHaveLength(2)
  })

  it('record every call to the API, in order, without secrets, and none to the controls', async () => {
    const h = harness()
    const question = { question: 'Whose engine?', answer: 'Babbage' }
    const credentials = { password: { value: 'Correct-Horse-7' }, recovery_question: question }
    await h.call('POST', '/api/v1/users?activate=true', { profile: ada, credentials })
    await h.call('GET', '/api/v1/users?limit=2')
    await h.call('GET', '/api/v1/users', undefined, { authorization: 'SSWS wrong' })
    const { total, calls } = (await h.call('GET', '/_twin/calls')).body
    expect(total).toBe(3)
    expect(calls).toMatchObject([
      {
        number: 1, method: 'POST', path: '/api/v1/users', query: 'activate=true', status: 200, errorCode: null,
        body: {
          profile: { login: 'ada@example.com' },
          credentials: { password: '***', recovery_question: { answer: '***' } },
        },
      },
      { number: 2, method: 'GET', path: '/api/v1/users', query: 'limit=2', status: 200 },
      { number: 3, status: 401, errorCode: 'E0000011' },
    ])
    expect(new Set(calls.map((call: Wire) => call.requestId)).size).toBe(3)
    await h.call('DELETE', '/_twin/calls')
    expect((await h.call('GET', '/_twin/calls')).body.calls).toEqual([])
  })

  it('keep the last calls only', async () => {
    const h = harness({ recordedCalls: 3 })
    for (let index = 0; index < 10; index += 1) await h.call('GET', `/api/v1/users/${index}`)
    const { total, calls } = (await h.call('GET', '/_twin/calls')).body
    expect([total, calls.map((call: Wire) => call.number)]).toEqual([10, [8, 9, 10]])
  })

  it('put a user into any status, as the user or a browser would', async () => {
    const h = harness()
    const { id } = await h.user('ada@example.com', { password: 'Correct-Horse-7' })
    await h.force(id, 'LOCKED_OUT')
    expect((await h.call('POST', `/api/v1/users/${id}/lifecycle/activate`)).body.errorCode).toBe('E0000016')
    expect((await h.call('POST', `/api/v1/users/${id}/lifecycle/unlock`)).status).toBe(200)
    expect((await h.call('PUT', `/_twin/users/${id}/status`, { status: 'HAPPY' })).status).toBe(400)
  })

  it('refuse options that are none', async () => {
    const { call } = harness()
    for (const wrong of [{ nothing: 1 }, { indexLagSeconds: 'x' }, { constructor: 1 }]) {
      expect((await call('PUT', '/_twin/options', wrong)).status).toBe(400)
    }
    for (const wrong of [{}, { advanceSeconds: -1 }, { advanceSeconds: '1' }]) {
      expect((await call('POST', '/_twin/clock', wrong)).status).toBe(400)
    }
    expect((await call('GET', '/_twin/clock')).body).toEqual({ now: '2026-01-01T00:00:00.000Z', speed: 1 })
  })
})

describe('as a program', () => {
  it('reads its files, answers, and says which file is bad', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'twin-'))
    try {
      const [seedFile, faultsFile, badFile] = ['seed', 'faults', 'bad'].map((name) => join(folder, `${name}.json`))
      await writeFile(seedFile!, JSON.stringify(seed))
      await writeFile(faultsFile!, JSON.stringify([{ kind: 'status', status: 503, count: 1 }]))
      await writeFile(badFile!, '{')
      const program = { port: 0, token: 't', signals: false }
      const running = await runTwin({ ...program, seedFile: seedFile!, faultsFile: faultsFile!, limits: 'free', speed: 60 })
      try {
        expect(running.twin.limits.options).toMatchObject({ plan: 'free', tokenShare: 0.5, concurrency: 35 })
        expect(running.twin.org.clock.speed).toBe(60)
        const get = () => fetch(`${running.url}/api/v1/users`, { headers: { authorization: 'SSWS t' } })
        expect((await get()).status).toBe(503)
        expect(await (await get()).json()).toHaveLength(2)
      } finally {
        await running.close()
      }
      await expect(runTwin({ ...program, seedFile: badFile! })).rejects.toThrow(/bad\.json: /)
      await expect(runTwin({ ...program, faultsFile: seedFile! })).rejects.toThrow(/^faults: kind: /)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
