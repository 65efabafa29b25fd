/** Usage policies and sites: what is asked of whom and when, what was decided, and who has not. */
import { execFile } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createOrganization } from '../src/directory/organizations.ts'
import { policyDue, yearMs, type AskedVersion } from '../src/model/it-policy.ts'
import { askedVersions, undecidedAt, undecidedListing } from '../src/store/it-policies.ts'
import { decidePolicy, policiesDue } from '../src/signin/it-policies.ts'
import { root } from '../tools/house-rules.ts'
import { administrator } from './administrators.ts'
import { connectionOf, migratedDatabase } from './database.ts'
import { memoryFolder } from './memory-folder.ts'
import { testServer } from './rest-server.ts'

let clock = new Date('2026-11-21T08:00:00Z')
const later = (ms: number) => void (clock = new Date(clock.getTime() + ms))
const shared = await testServer({}, () => clock)
const { ctx, ask } = shared
const { db } = ctx

let counter = 0
const person = async (more: object = {}) => (await ask('POST', '/users', { userName: `reader${++counter}`, status: 'ACTIVE', ...more })).body.id as string
const made = async (path: string, body: object) => {
  const reply = await ask('POST', path, body)
  expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201 })
  return reply.body
}
const due = async (id: string, site: string | null = null) => (await policiesDue(db, id, site === null ? [] : [site], clock)).map(({ name }) => name)
const policyWith = async (name: string, policy: object = {}, version: object = {}) => {
  const policyId = (await made('/it-policies', { active: true, ...policy })).id as string
  return { policyId, versionId: (await made('/it-policy-versions', { policyId, name, content: `Text of ${name}`, active: true, ...version })).id as string }
}
const end = ({ policyId }: { policyId: string }) => ask('PATCH', `/it-policies/${policyId}`, { active: false })

describe('policyDue', () => {
  const asked: AskedVersion = { versionId: 'v', policyId: 'p', name: 'n', content: '', confirmation: null, approveType: 'ONCE', inForceSince: '2026-01-01T00:00:00.000Z', contentProviderId: null, accepted: null, decided: null }
  const now = new Date('2026-11-21T08:00:00Z')
  const cases: [string, Partial<AskedVersion>, [boolean, string] | undefined, boolean][] = [
    ['never decided', {}, undefined, true],
    ['accepted', {}, [true, '2026-02-01T00:00:00.000Z'], false],
    ['declined', {}, [false, '2026-02-01T00:00:00.000Z'], true],
    ['accepted before it was put into force', {}, [true, '2025-12-31T00:00:00.000Z'], true],
    ['accepted 364 days ago, annually', { approveType: 'ANNUALLY', inForceSince: null }, [true, '2025-11-22T08:00:00.000Z'], false],
    ['accepted 365 days ago, annually', { approveType: 'ANNUALLY', inForceSince: null }, [true, '2025-11-21T08:00:00.000Z'], true],
    ['accepted, though it was put into force by a clock that was ahead', { inForceSince: '2026-12-21T08:00:00.000Z' }, [true, '2026-11-21T07:59:00.000Z'], false],
    ['accepted just before a server a little ahead put it into force', { inForceSince: '2026-11-21T08:04:00.000Z' }, [true, '2026-11-21T07:59:00.000Z'], true],
    ['accepted long ago, once', { inForceSince: null }, [true, '2001-01-01T00:00:00.000Z'], false],
  ]
  test.each(cases)('%s', (_, version, [accepted, decided] = [false, ''], expected) => {
    expect(policyDue({ ...asked, ...version, ...(decided === '' ? {} : { accepted, decided }) }, now)).toBe(expected)
  })

  test('goes by the last decision whatever the order, never by those on other versions or of others, nor by what was before a reset', async () => {
    const [id, other] = [await person(), await person()]
    const versions = [await policyWith('Last 1'), await policyWith('Last 2')]
    const decision = fc.record({ whose: fc.constantFrom(id, id, other), version: fc.constantFrom(0, 1), accepted: fc.boolean(), at: fc.integer({ min: 0, max: 2 * yearMs }).map((ms) => new Date(now.getTime() - ms).toISOString()) })
    const reset = fc.option(fc.integer({ min: 0, max: 2 * yearMs }).map((ms) => new Date(now.getTime() - ms).toISOString()))
    await fc.assert(fc.asyncProperty(fc.uniqueArray(decision, { maxLength: 6, selector: ({ at }) => at }), reset, async (decisions, since) => {
      await db.execute('delete from user_it_policy_history where user_id = any($1)', [[id, other]])
      await db.execute('update users set policies_asked_since = $2 where user_id = $1', [id, since])
      for (const [n, { whose, version, accepted, at }] of decisions.entries()) {
        await db.execute(`insert into user_it_policy_history (id, user_id, version_id, submit_date, accepted, name) values ($1, $2, $3, $4, $5, 'x')`, [`d${n}`, whose, versions[version]!.versionId, at, accepted ? 'Y' : 'N'])
      }
      const last = versions.map((_, at) => decisions.filter((one) => one.whose === id && one.version === at && (since === null || one.at > since)).toSorted((a, b) => a.at.localeCompare(b.at)).at(-1))
      const found = await askedVersions(db, id, { sites: [] }, now)
      expect(versions.map(({ versionId }) => found.find((one) => one.versionId === versionId)).map((one) => [one!.accepted, one!.decided])).toEqual(last.map((one) => [one?.accepted ?? null, one?.at ?? null]))
      const expected = last.flatMap((one, at) => (one?.accepted ? [] : [`Last ${at + 1}`]))
      await db.execute(`update it_policy set create_date = null where it_policy_id = any($1)`, [versions.map(({ policyId }) => policyId)])
      expect(await due(id)).toEqual(expected)
    }), { numRuns: 30 })
    for (const one of versions) await end(one)
  })
})

describe('a person', () => {
  test('is asked until they accept, again after another version, and after a year where that is wanted', async () => {
    const id = await person()
    const once = await policyWith('Terms 1')
    const annual = await policyWith('House rules', { approveType: 'ANNUALLY' })
    expect(await due(id)).toEqual(['Terms 1', 'House rules'])
    later(1000)
    await decidePolicy(ctx, id, once.versionId, false)
    expect(await due(id)).toEqual(['Terms 1', 'House rules'])
    later(1000)
    await decidePolicy(ctx, id, once.versionId, true)
    await decidePolicy(ctx, id, annual.versionId, true)
    await decidePolicy(ctx, id, annual.versionId, true)
    expect(await due(id)).toEqual([])
    const history = await ask('GET', `/users/${id}/it-policies`)
    expect(history.body.items.map((one: { name: string; accepted: boolean }) => `${one.name} ${one.accepted}`).toSorted()).toEqual(['House rules true', 'Terms 1 false', 'Terms 1 true'])
    expect((await ask('GET', `/users/${id}`)).body.dateItPolicyApproved).toBe(clock.toISOString())
    const events = await db.query<{ action: string }>(`select action from gatehouse.audit_event where target_id = $1 and action like 'user.it-policy.%' order by event_id`, [id])
    expect(events.map(({ action }) => action)).toEqual(['user.it-policy.decline', 'user.it-policy.accept', 'user.it-policy.accept'])
    await made('/it-policy-versions', { policyId: once.policyId, name: 'Terms 2', content: 'x', active: true })
    expect(await due(id)).toEqual(['Terms 2'])
    expect((await ask('GET', `/it-policy-versions/${once.versionId}`)).body.active).toBe(false)
    await expect(decidePolicy(ctx, id, once.versionId, true)).rejects.toMatchObject({ code: 'not_found' })
    later(yearMs)
    expect(await due(id)).toEqual(['House rules', 'Terms 2'])
    await end(once)
    await end(annual)
    expect(await due(id)).toEqual([])
  })

  test('is asked again when a policy is put into force anew', async () => {
    const id = await person()
    const policy = await policyWith('Again')
    await decidePolicy(ctx, id, policy.versionId, true)
    await end(policy)
    later(1000)
    await ask('PATCH', `/it-policies/${policy.policyId}`, { active: true })
    expect(await due(id)).toEqual(['Again'])
    await end(policy)
  })

  test('who is reset is asked for everything again, one after the other, and stands in the report until then', async () => {
    const id = await person()
    const [first, second] = [await policyWith('Before 1'), await policyWith('Before 2')]
    for (const { versionId } of [first, second]) await decidePolicy(ctx, id, versionId, true)
    const undecided = async ({ versionId }: { versionId: string }) => ((await ask('GET', `/it-policy-versions/${versionId}/undecided?count=200`)).body.items as { id: string }[]).some((one) => one.id === id)
    expect([await due(id), await undecided(first), await undecided(second)]).toEqual([[], false, false])
    later(1000)
    expect((await ask('POST', `/users/${id}/reset`)).status).toBe(200)
    expect([await due(id), await undecided(first), await undecided(second)]).toEqual([['Before 1', 'Before 2'], true, true])
    later(1000)
    await decidePolicy(ctx, id, second.versionId, true)
    expect([await due(id), await undecided(first), await undecided(second)]).toEqual([['Before 1'], true, false])
    await decidePolicy(ctx, id, first.versionId, true)
    expect([await due(id), await undecided(first)]).toEqual([[], false])
    for (const one of [first, second]) await end(one)
  })

  test('is asked on the sites that it is for, and of all sites first', async () => {
    const id = await person()
    const [shop, intranet] = [(await made('/content-providers', { name: 'Shop', domainPattern: 'shop.example.com' })).id, (await made('/content-providers', { name: 'Intranet', domainPattern: '*.corp.example.com' })).id]
    const own = await policyWith('Shop terms', {}, { contentProviderId: shop })
    const all = await policyWith('Everywhere')
    expect(await due(id)).toEqual(['Everywhere'])
    expect(await due(id, shop)).toEqual(['Everywhere', 'Shop terms'])
    expect(await due(id, intranet)).toEqual(['Everywhere'])
    await decidePolicy(ctx, id, own.versionId, true, shop)
    expect((await ask('GET', `/users/${id}/it-policies`)).body.items).toMatchObject([{ contentProviderId: shop, accepted: true }])
    await end(own)
    await end(all)
  })

  test('who sends the same acceptance twice at once has accepted once', async () => {
    const id = await person()
    const policy = await policyWith('Twice')
    await Promise.all([1, 2, 3].map(() => decidePolicy(ctx, id, policy.versionId, true)))
    expect((await ask('GET', `/users/${id}/it-policies`)).body.items).toHaveLength(1)
    await expect(decidePolicy(ctx, 'nobody', policy.versionId, true)).rejects.toMatchObject({ code: 'not_found' })
    await end(policy)
  })
})

describe('a version', () => {
  test('that somebody has decided on stays as it is, and is not removed', async () => {
    const policy = await policyWith('Fixed')
    const path = `/it-policy-versions/${policy.versionId}`
    expect((await ask('PATCH', path, { content: 'Better' })).body.content).toBe('Better')
    await decidePolicy(ctx, await person(), policy.versionId, false)
    expect((await ask('PATCH', path, { content: 'Worse' })).body.code).toBe('conflict')
    expect((await ask('DELETE', path)).body).toMatchObject({ code: 'still_referenced' })
    expect((await ask('DELETE', `/it-policies/${policy.policyId}`)).body).toMatchObject({ code: 'still_referenced' })
    expect((await ask('PATCH', path, { active: false })).status).toBe(200)
  })

  test('takes the place of another, also when both are put in at once', async () => {
    const { policyId } = await policyWith('First')
    const replies = await Promise.all(['A', 'B', 'C'].map((name) => ask('POST', '/it-policy-versions', { policyId, name, content: 'x', active: true })))
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201])
    const list = await ask('GET', `/it-policy-versions?filter=${encodeURIComponent(`policyId eq "${policyId}" and active eq true`)}`)
    expect(list.body.items).toHaveLength(1)
    await end({ policyId })
  })

  test('needs a policy that is there, a name of its own, and keeps to its ETag', async () => {
    expect((await ask('POST', '/it-policy-versions', { policyId: 'none', name: 'x', content: 'x' })).body.code).toBe('invalid_reference')
    const policy = await policyWith('Named')
    expect((await ask('POST', '/it-policy-versions', { policyId: policy.policyId, name: 'Named', content: 'x' })).body.code).toBe('already_exists')
    expect((await ask('PATCH', `/it-policies/${policy.policyId}`, { confirmation: 'x' }, { 'if-match': '"99"' })).status).toBe(412)
    await end(policy)
  })
})

describe('the report', () => {
  test('has who may sign in and has not accepted, page by page, and only those within reach', async () => {
    const organization = (await createOrganization(ctx, { name: 'Company' })).id as string
    const people: string[] = []
    for (let count = 0; count < 5; count++) people.push(await person({ affiliations: [{ organization }] }))
    const policy = await policyWith('Report', { approveType: 'ANNUALLY' })
    // Accepted a year ago, and in force before: both by the clock of the server, which is another than the database's.
    await db.execute('update it_policy set create_date = null where it_policy_id = $1', [policy.policyId])
    const decide = (id: string, at: string, accepted: string) => db.execute(
      `insert into user_it_policy_history (id, user_id, version_id, submit_date, accepted) values ($1, $2, $3, $6::timestamptz - $4::interval, $5)`, [ctx.newId(), id, policy.versionId, at, accepted, clock])
    await decide(people[0]!, '1 day', 'Y')
    await decide(people[1]!, '1 day', 'N')
    await decide(people[1]!, '2 days', 'Y')
    await decide(people[2]!, '366 days', 'Y')
    await ask('POST', `/users/${people[3]}/disable`)
    const own = `filter=${encodeURIComponent(people.map((id) => `id eq "${id}"`).join(' or '))}`
    const found: { id: string; declined?: string; accepted?: string }[] = []
    for (let cursor = ''; ;) {
      const { body } = await ask('GET', `/it-policy-versions/${policy.versionId}/undecided?count=1&${own}${cursor}`)
      found.push(...body.items)
      if (body.next === undefined) break
      cursor = `&cursor=${encodeURIComponent(body.next)}`
    }
    expect(found.map(({ id }) => people.indexOf(id))).toEqual([1, 2, 4])
    expect(found.map(({ declined, accepted }) => [declined !== undefined, accepted !== undefined])).toEqual([[true, false], [false, true], [false, false]])
    expect((await ask('GET', '/it-policy-versions/none/undecided')).status).toBe(404)
    const auditor = await administrator(shared, 'auditor', 'AUDITOR')
    const path = `/it-policy-versions/${policy.versionId}/undecided?total=true`
    const everybody = (await auditor.ask('GET', path)).body.total as number
    await ask('POST', `/users/${auditor.id}/delegations`, { kind: 'ORGANIZATION', target: organization })
    expect((await auditor.ask('GET', path)).body.total).toBe(3)
    expect(everybody).toBeGreaterThan(3)
    await end(policy)
  })

  test('is asked for however many others there are', async () => {
    const [many, last] = [(await made('/content-providers', { name: 'Many', domainPattern: 'many.example.com' })).id as string, (await made('/content-providers', { name: 'Last', domainPattern: 'last.example.com' })).id as string]
    const policies = await Promise.all([many, last].flatMap((site) => Array.from({ length: 101 }, (_, n) => policyWith(`Of ${site} ${n}`, {}, { contentProviderId: site }))))
    const id = await person()
    expect(await due(id, many)).toHaveLength(101)
    expect(await due(id, last)).toHaveLength(101)
    expect(await due(id)).toEqual([])
    const end101 = policies.at(-1)!
    await decidePolicy(ctx, id, end101.versionId, true, last)
    expect(await due(id, last)).toHaveLength(100)
    for (const one of policies) await end(one)
  })

  test('is walked by indexes', async () => {
    const { versionId, policyId } = await policyWith('Walked')
    await db.execute(`insert into users (user_id, status, user_name) select md5(n::text), 'ACTIVE', 'walked' || n from generate_series(1, 20000) n`)
    await db.execute(`insert into user_it_policy_history (id, user_id, version_id, submit_date, accepted) select md5('h' || n), md5(n::text), $1, now(), 'Y' from generate_series(1, 20000) n`, [versionId])
    await db.execute('analyze users; analyze user_it_policy_history')
    const plan = await db.transaction(async (tx) => {
      const { sql, params } = undecidedAt(clock)(1)
      return tx.query<{ 'QUERY PLAN': string }>(`explain select t.* from ${undecidedListing.table} t where t.version_id = '${versionId}' and ${sql} and t.user_id > 'a' order by t.user_id limit 101`, [...params])
    })
    const text = plan.map((line) => line['QUERY PLAN']).join('\n')
    expect(text).toContain('user_it_policy_history_last')
    expect(text).toContain('users_pkey')
    expect(text).not.toMatch(/Sort|Seq Scan on users/)
    await end({ policyId })
  }, 120_000)
})

describe('a site', () => {
  test('is made, changed, and refused with the reason', async () => {
    const site = await made('/content-providers', { name: 'Portal', domainPattern: 'portal.example.com:8443', minAuthLevel: 'TWO_FACTOR_AUTH', locale: 'de', themeId: 'dark' })
    expect(site).toMatchObject({ isPublic: false, showOnAppPage: true, minAuthLevel: 'TWO_FACTOR_AUTH' })
    expect((await ask('PATCH', `/content-providers/${site.id}`, { minAuthLevel: null, isSsl: true })).body).toMatchObject({ isSsl: true })
    expect((await ask('PUT', `/content-providers/${site.id}`, { name: 'Portal', domainPattern: '*' })).body).toMatchObject({ code: 'already_exists' })
    for (const [body, code] of [
      [{ name: 'Portal', domainPattern: 'x.example.com' }, 'already_exists'], [{ name: 'Bad', domainPattern: 'https://x/' }, 'invalid_value'], [{ name: 'Bad', domainPattern: 'x.*.com' }, 'invalid_value'],
      [{ name: 'Bad', domainPattern: 'y.example.com', minAuthLevel: 'NONE_SUCH' }, 'invalid_reference'], [{ name: 'Bad', domainPattern: 'z.example.com', loginUrl: 'javascript:alert(1)' }, 'invalid_value'],
    ] as const) expect((await ask('POST', '/content-providers', body)).body.code, JSON.stringify(body)).toBe(code)
    expect((await ask('DELETE', `/content-providers/${site.id}`)).status).toBe(204)
  })

  test('is not administered by who may only read, nor read by who may not', async () => {
    const auditor = await administrator(shared, 'site-auditor', 'AUDITOR')
    const desk = await administrator(shared, 'site-desk', 'HELP_DESK')
    expect((await auditor.ask('GET', '/content-providers')).status).toBe(200)
    expect((await auditor.ask('POST', '/content-providers', { name: 'x', domainPattern: 'x' })).status).toBe(403)
    expect((await desk.ask('GET', '/it-policies')).status).toBe(403)
  })
})

test('the command line publishes a file, and lists who has not accepted it', async () => {
  const options = await migratedDatabase()
  const { ask: other } = await testServer({}, undefined, options)
  const folder = memoryFolder('gatehouse-policy-')
  const run = async (...args: string[]) => {
    const env = { PATH: process.env['PATH'], DATABASE_URL: connectionOf(options), GATEHOUSE_DATA: folder }
    return (await promisify(execFile)(createRequire(import.meta.url).resolve('node/bin/node'), [join(root, 'bin/gatehouse.js'), 'policies', ...args], { env })).stdout
  }
  try {
    writeFileSync(join(folder, 'terms.md'), 'Be kind.\n')
    await other('POST', '/users', { userName: 'ann', name: { familyName: 'Lee' }, status: 'ACTIVE' })
    const { id, policyId } = JSON.parse(await run('publish', join(folder, 'terms.md'), '--name', 'Terms 1', '--json'))
    expect((await other('GET', `/it-policy-versions/${id}`)).body).toMatchObject({ content: 'Be kind.\n', active: true })
    expect((await other('GET', `/it-policies/${policyId}`)).body).toMatchObject({ active: true, inForceSince: expect.any(String) })
    expect(await run('list')).toContain('Terms 1')
    expect(await run('undecided', id)).toMatch(/^[0-9a-f]{32} {2}ann {2}Lee\n$/m)
    expect(await run('list')).toMatch(/Terms 1 +yes/)
    expect(await run('stop', policyId)).toContain('Nobody is asked')
    expect(await run('list')).toMatch(/Terms 1 +stopped/)
    expect((await other('GET', `/it-policies/${policyId}`)).body).toMatchObject({ active: false })
    await run('resume', policyId)
    expect(await run('list')).toMatch(/Terms 1 +yes/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)
