/** Policies as records, which of them counts for whom, and trying a password. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import { setPassword } from '../src/signin/password-change.ts'
import { policyOf } from '../src/signin/password-policy.ts'
import { administrator, makePerson } from './administrators.ts'
import { testServer, type TestServer } from './rest-server.ts'

let server: TestServer
let ctx: Context
let ask: TestServer['ask']
beforeAll(async () => {
  server = await testServer({ PUBLIC_URL: 'https://people.zugspitze.example' })
  ;({ ctx, ask } = server)
})

let count = 0
async function policy(document: object): Promise<{ id: string }> {
  const made = await ask('POST', '/password-policies', { name: `P${++count}`, ...document })
  expect([made.status, made.body.detail]).toEqual([201, undefined])
  return made.body
}
const made = async (path: string, body: object): Promise<string> => (await ask('POST', path, body)).body.id

describe('the policies that are there', () => {
  test('are NIST\'s for everyone, and OpenIAM\'s to choose', async () => {
    const { body } = await ask('GET', '/password-policies')
    expect(body.items.map(({ id, appliesTo }: Record<string, unknown>) => [id, appliesTo])).toEqual([['CLASSIC', []], ['4000', [{ level: 'GLOBAL', id: 'GLOBAL' }]]])
    const [classic, nist] = body.items
    expect(nist.rules).toEqual({ length: { min: 15 }, blocklist: true, changeOnReset: true, resetExpirationDays: 2, resetByUser: true, recoveryMinutes: 30 })
    expect(classic.rules).toEqual({
      length: { min: 8, max: 12 }, digits: { min: 1 }, history: 6, rejectLogin: true, rejectName: true, rejectPasswordWord: true, rejectCharacters: '<>', expirationDays: 90, graceDays: 1,
      warningDays: { min: 1, max: 5 }, resetExpirationDays: 2, changeOnReset: true, questionCount: 3, questionsCorrect: 3, questionSource: 'USER', questionList: 'GLOBAL', recoveryDays: 3,
    })
    expect((await ask('GET', '/sign-in-policies/4001')).body.rules).toMatchObject({ failures: 10, unlockMinutes: 30, tokenLifeMinutes: 30 })
  })

  test('that apply where no other does stay', async () => {
    expect((await ask('DELETE', '/password-policies/4000')).body.code).toBe('system_record')
    for (const patch of [{ active: false }, { appliesTo: [] }, { appliesTo: null }]) expect((await ask('PATCH', '/password-policies/4000', patch)).body.code).toBe('conflict')
    expect((await ask('PATCH', '/sign-in-policies/4001', { rules: { failures: 5 } })).body.rules.failures).toBe(5)
    expect((await policyOf(ctx.db, 'nobody', ctx.now())).lockout).toEqual({ failures: 5, unlockMinutes: 30 })
  })
})

describe('a policy', () => {
  test('is made, read, changed, replaced and removed, and each is in the audit', async () => {
    const { id } = await policy({ name: 'Strict', rules: { length: { min: 20 }, rejectWords: ['acme', 'Straße'], digits: { min: 1 } }, advisory: ['digits', 'history'], priority: 3 })
    const read = await ask('GET', `/password-policies/${id}`)
    expect([read.headers.etag, read.body]).toMatchObject(['W/"1"', { name: 'Strict', active: true, priority: 3, rules: { length: { min: 20 }, rejectWords: ['acme', 'Straße'], digits: { min: 1 } }, advisory: ['digits'], appliesTo: [] }])
    const patched = await ask('PATCH', `/password-policies/${id}`, { rules: { digits: null, length: { max: 64 } }, active: false }, { 'if-match': 'W/"1"' })
    expect([patched.headers.etag, patched.body]).toMatchObject(['W/"2"', { active: false, rules: { length: { min: 20, max: 64 } }, advisory: [] }])
    expect((await ask('PATCH', `/password-policies/${id}`, { priority: 1 }, { 'if-match': 'W/"1"' })).status).toBe(412)
    const put = await ask('PUT', `/password-policies/${id}`, { name: 'Strict', rules: {} })
    expect(put.body).toMatchObject({ rules: {}, active: true, priority: 0 })
    expect((await ask('PUT', `/password-policies/${id}`, put.body)).status).toBe(200)
    expect((await ask('DELETE', `/password-policies/${id}`)).status).toBe(204)
    expect((await ask('GET', `/password-policies/${id}`)).status).toBe(404)
    const events = await ctx.db.query<{ action: string }>('select action from gatehouse.audit_event where target_id = $1 order by event_id', [id])
    expect(events.map(({ action }) => action)).toEqual(['create', 'update', 'update', 'update', 'delete'].map((one) => `password.policy.${one}`))
  })

  test('is found by filter, and is of one sort', async () => {
    const { id } = await policy({ name: 'Findable', priority: 77 })
    expect((await ask('GET', `/password-policies?filter=${encodeURIComponent('priority gt 70 and name sw "find"')}`)).body.items.map((one: { id: string }) => one.id)).toEqual([id])
    expect((await ask('GET', `/sign-in-policies/${id}`)).status).toBe(404)
    expect((await ask('DELETE', `/sign-in-policies/${id}`)).status).toBe(404)
  })

  test('cannot be removed while an organisation names it', async () => {
    const { id } = await policy({})
    const company = await made('/organizations', { name: 'Holder', policyId: id })
    expect((await ask('DELETE', `/password-policies/${id}`)).body.code).toBe('still_referenced')
    await ask('PATCH', `/organizations/${company}`, { policyId: null })
    expect((await ask('DELETE', `/password-policies/${id}`)).status).toBe(204)
  })

  test.each<[string, object, string]>([
    ['a rule that there is not', { rules: { vowels: 1 } }, 'rules.vowels'],
    ['a rule of another sort', { rules: { failures: 3 } }, 'rules.failures'],
    ['a rule that objects have', { rules: JSON.parse('{"__proto__": 1, "constructor": 1}') }, 'rules.__proto__'],
    ['a number that is a text', { rules: { history: '3' } }, 'rules.history'],
    ['a number too large', { rules: { history: 25 } }, 'rules.history'],
    ['a number below nothing', { rules: { expirationDays: -1 } }, 'rules.expirationDays'],
    ['half a number', { rules: { length: { min: 1.5 } } }, 'rules.length'],
    ['a range upside down', { rules: { length: { min: 9, max: 8 } } }, 'rules.length'],
    ['a range of something else', { rules: { length: { least: 8 } } }, 'rules.length'],
    ['more digits than characters', { rules: { length: { max: 8 }, digits: { min: 5 }, capitals: { min: 2 }, smallLetters: { min: 2 } } }, 'rules.length'],
    ['a flag that is a text', { rules: { blocklist: 'true' } }, 'rules.blocklist'],
    ['words with spaces', { rules: { rejectWords: ['two words'] } }, 'rules.rejectWords'],
    ['rules that are a list', { rules: [] }, 'rules'],
    ['advice on nothing', { advisory: ['vowels'] }, 'advisory'],
    ['a level that there is not', { appliesTo: [{ level: 'PLANET', id: '1' }] }, 'appliesTo[0].level'],
    ['a level without its id', { appliesTo: [{ level: 'ROLE' }] }, 'appliesTo[0].id'],
    ['everyone twice', { appliesTo: [{ level: 'GLOBAL' }, { level: 'GLOBAL', id: 'x' }] }, 'appliesTo[1]'],
    ['a role that there is not', { appliesTo: [{ level: 'ROLE', id: 'nope' }] }, 'appliesTo[0].id'],
    ['a priority that is a text', { priority: 'high' }, 'priority'],
  ])('is refused with %s', async (_name, document, path) => {
    const { status, body } = await ask('POST', '/password-policies', { name: 'Wrong', ...document })
    expect([status, body.problems?.[0]?.path]).toEqual([400, path])
  })

  test('needs the right to policies, and those who help may read it', async () => {
    const desk = await administrator(server, 'policy-desk', 'HELP_DESK')
    expect((await desk.ask('GET', '/password-policies/4000')).status).toBe(200)
    expect((await desk.ask('PATCH', '/password-policies/4000', { rules: { length: { min: 1 } } })).status).toBe(403)
    const security = await administrator(server, 'policy-security', 'SECURITY_ADMIN')
    expect((await security.ask('POST', '/password-policies', { name: 'Theirs' })).body).toMatchObject({ createdBy: security.id })
  })
})

describe('the policy of a person', () => {
  const named = async (id: string) => (await ask('GET', `/users/${id}/password-policy`)).body.name

  test('is the one of the highest priority; among equals the closest', async () => {
    const id = await makePerson(server, 'bound')
    expect(await named(id)).toBe('Default password policy')
    const [company, parent, group, role] = [await made('/organizations', { name: 'Firm' }), await made('/organizations', { name: 'Holding' }), await made('/groups', { displayName: 'Team' }), await made('/roles', { name: 'Worker' })]
    await policy({ name: 'by role', appliesTo: [{ level: 'ROLE', id: role }] })
    expect(await named(id)).toBe('Default password policy')
    await ask('PUT', `/groups/${group}/members/${id}`, {})
    await ctx.db.execute(`insert into grp_role (membership_id, role_id, grp_id) values ('edge', '${role}', '${group}')`)
    expect(await named(id)).toBe('by role')
    await policy({ name: 'by group', appliesTo: [{ level: 'GROUP', id: group }] })
    expect(await named(id)).toBe('by group')
    await ask('POST', `/users/${id}/affiliations`, { organization: company })
    await ask('POST', `/organizations/${company}/parents`, { organization: parent })
    await policy({ name: 'by organisation', appliesTo: [{ level: 'ORGANIZATION', id: company }] })
    expect(await named(id)).toBe('by organisation')
    await policy({ name: 'by type', appliesTo: [{ level: 'USER_TYPE', id: 'DEFAULT_USER' }] })
    expect(await named(id)).toBe('by type')
    await policy({ name: 'by system', appliesTo: [{ level: 'MANAGED_SYSTEM', id: '0' }] })
    expect(await named(id)).toBe('by system')
    await policy({ name: 'elsewhere', priority: 50, appliesTo: [{ level: 'MANAGED_SYSTEM', id: 'OKTA' }] })
    expect(await named(id)).toBe('by system')
    const high = await policy({ name: 'by priority', priority: 9, appliesTo: [{ level: 'ROLE', id: role }] })
    expect(await named(id)).toBe('by priority')
    await ask('PATCH', `/password-policies/${high.id}`, { active: false })
    expect(await named(id)).toBe('by system')
    for (const { id: one } of (await ask('GET', `/password-policies?filter=${encodeURIComponent('name eq "by system" or name eq "by type"')}`)).body.items) await ask('DELETE', `/password-policies/${one}`)
    expect(await named(id)).toBe('by organisation')
  })

  test('ends with the membership, and a group that names one counts like a binding', async () => {
    const id = await makePerson(server, 'brief')
    const { id: own } = await policy({ name: 'of the group itself' })
    const group = await made('/groups', { displayName: 'Short', policyId: own })
    await ask('PUT', `/groups/${group}/members/${id}`, { end: '2020-01-01T00:00:00Z' })
    expect(await named(id)).toBe('Default password policy')
    await ask('PUT', `/groups/${group}/members/${id}`, { start: '2026-01-01T00:00:00Z' })
    expect(await named(id)).toBe('of the group itself')
  })

  test('is shown with every blank filled in', async () => {
    const id = await makePerson(server, 'shown')
    expect((await ask('GET', `/users/${id}/password-policy`)).body).toMatchObject({
      id: '4000', rules: { length: { min: 15 } }, advisory: [], expiry: { days: 0, changeOnReset: true, resetDays: 2 }, changes: { minimumAgeHours: 0, byUser: true }, recovery: { tokenMinutes: 30 },
    })
    expect((await ask('GET', '/users/nobody/password-policy')).status).toBe(404)
  })
})

describe('trying a password', () => {
  const check = async (body: object, by = ask) => (await by('POST', '/password-policies/check', body)).body
  const broken = async (body: object) => (await check(body)).violations.map(({ rule }: { rule: string }) => rule)

  test('tells everything that is wrong, for everyone or under a policy', async () => {
    expect(await check({ password: 'brittle lantern under snow' })).toEqual({ acceptable: true, policy: { id: '4000', name: 'Default password policy' }, violations: [], advice: [] })
    expect(await broken({ password: 'password' })).toEqual(['length', 'blocklist'])
    expect(await broken({ password: 'zugspitze zugspitze' })).toEqual(['blocklist'])
    expect(await broken({ password: 'a<Password', policyId: 'CLASSIC' })).toEqual(['digits', 'rejectPasswordWord', 'rejectCharacters'])
    expect((await ask('POST', '/password-policies/check', { password: 'x', policyId: 'nope' })).status).toBe(404)
  })

  test('for a person knows their words, and not their passwords', async () => {
    const id = await makePerson(server, 'quillfeather', { emails: [{ value: 'q@thimblerigger.example', primary: true }] })
    expect(await broken({ password: 'Thimblerigger-Quillfeather', userId: id })).toEqual(['blocklist'])
    expect(await broken({ password: 'Thimblerigger-Quillfeather' })).toEqual([])
    await setPassword(ctx, id, { next: 'a password of their own', forceChange: false })
    expect(await broken({ password: 'a password of their own', userId: id })).toEqual([])
    const desk = await administrator(server, 'check-desk', 'HELP_DESK')
    await ask('POST', `/users/${desk.id}/delegations`, { kind: 'REPORTS' })
    expect(await check({ password: 'x', userId: id }, desk.ask)).toMatchObject({ status: 404 })
    expect(await check({ password: 'x' }, desk.ask)).toMatchObject({ acceptable: false })
  })

  test('leaves nothing behind, not even with a key to repeat it', async () => {
    const tables = async () => JSON.stringify(await Promise.all(['gatehouse.audit_event', 'gatehouse.idempotency_key', 'pwd_history'].map((table) => ctx.db.query(`select count(*)::int from ${table}`))))
    const before = await tables()
    const { body, headers } = await ask('POST', '/password-policies/check', { password: 'unforgettable-zebra' }, { 'idempotency-key': 'zebra' })
    expect([body.acceptable, JSON.stringify([body, headers]).includes('zebra')]).toEqual([true, false])
    expect(await tables()).toBe(before)
  })

  test.each<[unknown]>([[{}], [{ password: 1 }], [{ password: 'zebra', userId: 5 }], [{ password: 'zebra', other: 1 }], [['zebra']], ['"zebra'], ['zebra']])('refuses %j without repeating it', async (body) => {
    const reply = await ask('POST', '/password-policies/check', body)
    expect([reply.status, JSON.stringify(reply.body).includes('"zebra"')]).toEqual([400, false])
  })

  test('takes long ones in its stride', async () => {
    expect(await broken({ password: 'x'.repeat(100_000) })).toEqual(['length'])
    expect(await broken({ password: `${'x'.repeat(1009)} and 14 others` })).toEqual(['blocklist'])
  })
})

test('no route sets the password of somebody else', () => {
  const routes = server.server.printRoutes({ commonPrefix: false })
  expect(routes).toContain('password-policies')
  expect(routes).not.toMatch(/users[^\n]*\/password\b(?!-policy)/)
})
