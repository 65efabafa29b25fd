/** Organisations: types and what may stand below what, several dated parents, no circles, and what hangs on them. */
import { describe, expect, test } from 'vitest'
import { followParents } from '../src/directory/nightly.ts'
import { createOrganizations, newOrganization } from '../src/directory/organizations.ts'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()

async function made(name: string, more: Record<string, unknown> = {}) {
  const { status, body } = await ask('POST', '/organizations', { name, ...more })
  expect(status, JSON.stringify(body)).toBe(201)
  return body as { id: string; parents: { id: string; organization: string }[]; [key: string]: unknown }
}

const below = (...parents: string[]) => ({ parents: parents.map((organization) => ({ organization })) })
const read = async (id: string) => (await ask('GET', `/organizations/${id}`)).body

describe('an organisation', () => {
  test('is made, read, changed, replaced and removed', async () => {
    const policies = await ctx.db.query<{ policy_id: string }>(`select policy_id from policy where policy_id = '4000'`)
    const certifier = (await ask('POST', '/users', { userName: 'certifier' })).body.id
    const given = {
      alias: 'AC', description: 'Makes things', domainName: 'acme.example', ldapStr: 'ou=Acme, o=World\\, Inc', classification: 'gold',
      organizationType: 'ORGANIZATION', typeId: 'DEFAULT_ORGANIZATION', isSelectable: false, policyId: policies[0]!.policy_id, certifierId: certifier,
    }
    const acme = await made('Acme', given)
    expect(acme).toMatchObject({ ...given, name: 'Acme', status: 'ACTIVE', meta: { version: 1, resourceType: 'Organization' } })
    expect(await read(acme.id)).toEqual(acme)
    const patched = await ask('PATCH', `/organizations/${acme.id}`, { alias: null, status: 'INACTIVE' }, { 'if-match': 'W/"1"' })
    expect(patched).toMatchObject({ status: 200, body: { status: 'INACTIVE', ldapStr: given.ldapStr, meta: { version: 2 } } })
    expect(patched.body).not.toHaveProperty('alias')
    expect((await ask('PUT', `/organizations/${acme.id}`, patched.body)).body.meta.version).toBe(2)
    const replaced = await ask('PUT', `/organizations/${acme.id}`, { name: 'Acme Ltd' })
    expect(replaced.body).toMatchObject({ name: 'Acme Ltd', meta: { version: 3 } })
    expect(replaced.body).not.toHaveProperty('ldapStr')
    expect((await ask('DELETE', `/organizations/${acme.id}`)).status).toBe(204)
    expect((await ask('GET', `/organizations/${acme.id}`)).status).toBe(404)
  })

  test('loses its certifier when that person is removed', async () => {
    const person = (await ask('POST', '/users', { userName: 'leaving.certifier' })).body.id
    const { id } = await made('Certified', { certifierId: person })
    expect((await ask('DELETE', `/users/${person}`)).status).toBe(204)
    expect(await read(id)).not.toHaveProperty('certifierId')
  })

  test.each([
    ['certifierId', { certifierId: 'nobody' }],
    ['policyId', { policyId: 'nothing' }],
    ['organizationType', { organizationType: 'GALAXY' }],
    ['parents.organization', { parents: [{ organization: 'nowhere' }] }],
    ['typeId', { typeId: 'WORK_EMAIL' }],
  ])('refers by %s to something that exists', async (path, more) => {
    expect(await ask('POST', '/organizations', { name: 'Refers', ...more })).toMatchObject({ status: 400, body: { code: 'invalid_reference', problems: [{ path }] } })
  })

  test('has one audit event for each change', async () => {
    const { id } = await made('Watched')
    await ask('PATCH', `/organizations/${id}`, { alias: 'W' })
    await ask('PATCH', `/organizations/${id}`, { alias: 'W' })
    await ask('DELETE', `/organizations/${id}`)
    const events = await ctx.db.query<{ action: string }>('select action from gatehouse.audit_event where target_id = $1 order by event_id', [id])
    expect(events.map((one) => one.action)).toEqual(['organization.create', 'organization.update', 'organization.delete'])
  })
})

describe('types and nesting', () => {
  const allowed = [['ORGANIZATION', 'SUBSIDIARY'], ['ORGANIZATION', 'DIVISION'], ['ORGANIZATION', 'DEPARTMENT'], ['SUBSIDIARY', 'DIVISION'], ['DIVISION', 'DEPARTMENT']]
  const types = ['ORGANIZATION', 'SUBSIDIARY', 'DIVISION', 'DEPARTMENT', undefined]
  const pairs = types.flatMap((parent) => types.map((child) => [parent, child] as const))

  test.each(pairs)('below %s: %s', async (parentType, childType) => {
    const parent = await made('Parent', parentType ? { organizationType: parentType } : {})
    const reply = await ask('POST', '/organizations', { name: 'Child', ...(childType ? { organizationType: childType } : {}), ...below(parent.id) })
    const fits = !parentType || !childType || allowed.some(([above, under]) => above === parentType && under === childType)
    expect(reply).toMatchObject(fits ? { status: 201 } : { status: 409, body: { code: 'conflict' } })
  })

  test('hold when the type of one with children changes', async () => {
    const division = await made('Division', { organizationType: 'DIVISION' })
    await made('Department', { organizationType: 'DEPARTMENT', ...below(division.id) })
    const change = (organizationType: string | null) => ask('PATCH', `/organizations/${division.id}`, { organizationType })
    expect(await change('SUBSIDIARY')).toMatchObject({ status: 409, body: { code: 'conflict', detail: expect.stringContaining('DEPARTMENT cannot stand below SUBSIDIARY') } })
    expect(await change(null)).toMatchObject({ status: 200 })
    expect(await change('ORGANIZATION')).toMatchObject({ status: 200 })
  })

  test('hold when the type of one with a parent changes', async () => {
    const division = await made('Division', { organizationType: 'DIVISION' })
    const free = await made('Untyped', below(division.id))
    expect(await ask('PATCH', `/organizations/${free.id}`, { organizationType: 'DIVISION' })).toMatchObject({ status: 409, body: { code: 'conflict' } })
    expect(await ask('PATCH', `/organizations/${free.id}`, { organizationType: 'DEPARTMENT' })).toMatchObject({ status: 200 })
  })
})

describe('a type of organisations', () => {
  const path = '/metadata/organization-types'

  test('is made with what may stand below it, read, changed and removed', async () => {
    expect((await ask('POST', path, { id: 'FACULTY', name: 'Faculty', members: ['DEPARTMENT'] }))).toMatchObject({ status: 201, body: { id: 'FACULTY', name: 'Faculty', members: ['DEPARTMENT'] } })
    const university = await ask('POST', path, { id: 'UNIVERSITY', name: 'University', description: 'A place of learning', members: ['FACULTY', 'DEPARTMENT', 'FACULTY'] })
    expect(university.body).toEqual({ id: 'UNIVERSITY', name: 'University', description: 'A place of learning', members: ['DEPARTMENT', 'FACULTY'] })
    expect((await ask('GET', `${path}/UNIVERSITY`)).body).toEqual(university.body)
    expect((await ask('GET', path)).body.items.map((one: { id: string }) => one.id)).toEqual(['DEPARTMENT', 'DIVISION', 'FACULTY', 'ORGANIZATION', 'SUBSIDIARY', 'UNIVERSITY'])
    expect((await ask('PATCH', `${path}/UNIVERSITY`, { members: null, name: 'Alma mater', description: null })).body).toEqual({ id: 'UNIVERSITY', name: 'Alma mater' })
    expect((await ask('DELETE', `${path}/UNIVERSITY`)).status).toBe(204)
    expect((await ask('GET', `${path}/UNIVERSITY`)).status).toBe(404)
    const events = await ctx.db.query<{ action: string }>(`select action from gatehouse.audit_event where target_id = 'UNIVERSITY' order by event_id`)
    expect(events.map((one) => one.action)).toEqual(['organization.type.create', 'organization.type.update', 'organization.type.delete'])
  })

  test('allows from then on what it says, and no less while organisations stand so', async () => {
    await ask('POST', path, { id: 'CLUB', name: 'Club' })
    await ask('POST', path, { id: 'TEAM', name: 'Team' })
    const club = await made('FC', { organizationType: 'CLUB' })
    const team = { name: 'First eleven', organizationType: 'TEAM', ...below(club.id) }
    expect(await ask('POST', '/organizations', team)).toMatchObject({ status: 409, body: { code: 'conflict' } })
    await ask('PATCH', `${path}/CLUB`, { members: ['TEAM'] })
    const first = await made('First eleven', team)
    expect(await ask('PATCH', `${path}/CLUB`, { members: [] })).toMatchObject({ status: 409, body: { code: 'conflict', detail: expect.stringContaining('First eleven') } })
    expect((await ask('GET', `${path}/CLUB`)).body.members).toEqual(['TEAM'])
    expect(await ask('DELETE', `${path}/TEAM`)).toMatchObject({ status: 409, body: { code: 'still_referenced' } })
    await ask('DELETE', `/organizations/${first.id}`)
    expect((await ask('DELETE', `${path}/TEAM`)).status).toBe(204)
    expect((await ask('GET', `${path}/CLUB`)).body).not.toHaveProperty('members')
  })

  test.each([
    [{ name: 'No id' }, 400, 'required_attribute', 'id'],
    [{ id: 'X' }, 400, 'required_attribute', 'name'],
    [{ id: 'X', name: 'X', members: ['NOTHING'] }, 400, 'invalid_reference', 'members'],
    [{ id: 'X', name: 'X', members: 'DIVISION' }, 400, 'invalid_value', 'members'],
    [{ id: 'DIVISION', name: 'Another' }, 409, 'already_exists', 'id'],
    [{ id: 'X', name: 'Division' }, 409, 'already_exists', 'name'],
  ])('%j is refused', async (body, status, code, at) => {
    expect(await ask('POST', path, body)).toMatchObject({ status, body: { code, problems: [{ path: at }] } })
  })

  test('keeps its id', async () => {
    expect(await ask('PATCH', `${path}/DIVISION`, { id: 'SECTION' })).toMatchObject({ status: 400, body: { code: 'read_only_attribute' } })
  })
})

describe('the hierarchy', () => {
  test('knows several parents, each for its time, and keeps PARENT_ID in step', async () => {
    const [one, two, three] = [await made('One'), await made('Two'), await made('Three')]
    const child = await made('Child', { parents: [
      { organization: one.id, start: '2020-01-01T00:00:00Z', end: '2022-01-01T00:00:00Z' },
      { organization: one.id, start: '2022-01-01T00:00:00+00:00', end: '2023-01-01T00:00:00Z', description: 'again' },
      { organization: two.id, start: '2023-01-01T00:00:00Z' },
    ] })
    expect(child).toMatchObject({ parentId: two.id, parents: [{ end: '2022-01-01T00:00:00.000Z' }, { description: 'again' }, { organization: two.id }] })
    const added = await ask('POST', `/organizations/${child.id}/parents`, { organization: three.id })
    expect(added).toMatchObject({ status: 201, body: { organization: three.id } })
    expect((await read(child.id)).parentId).toBe(two.id)
    expect((await ask('PATCH', `/organizations/${child.id}/parents/${child.parents[2]!.id}`, { end: '2024-01-01T00:00:00Z' })).status).toBe(200)
    expect((await read(child.id)).parentId).toBe(three.id)
    expect((await ask('DELETE', `/organizations/${child.id}/parents/${added.body.id}`)).status).toBe(204)
    expect(await read(child.id)).not.toHaveProperty('parentId')
    expect((await ask('PATCH', `/organizations/${child.id}`, { parents: null })).body).not.toHaveProperty('parentId')
    expect(await ctx.db.first('select parent_id from company where company_id = $1', [child.id])).toEqual({ parent_id: null })
  })

  test('has the first parent in force today as PARENT_ID, and follows the days', async () => {
    const [a, b] = [await made('Followed'), await made('Following')]
    const day = (text: string) => `${text}T00:00:00.000Z`
    const child = await made('Moves', { parents: [{ organization: a.id, start: day('2020-01-01'), end: day('2097-01-01') }, { organization: b.id, start: day('2097-01-01') }] })
    const [ended, begins] = [await made('Ended', { parents: [{ organization: a.id, end: day('2020-01-01') }] }), await made('Begins', { parents: [{ organization: a.id, start: day('2090-01-01') }] })]
    const inForce = async (id: string) => (await ask('GET', `/organizations?filter=${encodeURIComponent(`parentId eq "${id}"`)}`)).body.items.map((one: { id: string }) => one.id)
    expect([child.parentId, ended.parentId, begins.parentId]).toEqual([a.id, undefined, undefined])
    expect(await inForce(a.id)).toEqual([child.id])
    const at = (text: string) => ({ ...ctx, now: () => new Date(day(text)), actor: { ...ctx.actor, principal: 'follow-parents' } })
    // As an older version left it, and once more: nothing is left to do.
    await ctx.db.execute('update company set parent_id = $1 where company_id = $2', [a.id, ended.id])
    expect([await followParents(ctx), await followParents(ctx)]).toEqual([1, 0])
    expect(await read(ended.id)).toMatchObject({ meta: { version: 2 } })
    expect(await Promise.all([followParents(at('2090-01-01')), followParents(at('2090-01-01'))]).then(([x, y]) => x + y)).toBeGreaterThan(0)
    expect((await inForce(a.id)).sort()).toEqual([child.id, begins.id].sort())
    expect(await followParents(at('2097-01-01'))).toBe(1)
    expect([await inForce(b.id), await inForce(a.id)]).toEqual([[child.id], [begins.id]])
    const events = await ctx.db.query<{ changes: unknown }>(`select changes from gatehouse.audit_event where target_id = $1 and action = 'organization.update'`, [child.id])
    expect(events).toMatchObject([{ changes: [{ path: 'parentId', before: a.id, after: b.id }] }])
  })

  test('is told the first time, whatever the days of the edges that an older rule went by', async () => {
    const [a, b] = [await made('First'), await made('Second')]
    const children = [
      await made('Begins in 2099', { parents: [{ organization: a.id, start: '2099-01-01T00:00:00Z' }] }),
      await made('Ends in 2099', { parents: [{ organization: a.id, end: '2099-01-01T00:00:00Z' }, { organization: b.id }] }),
      await made('Undated', below(a.id, b.id)),
      await made('Unparented'),
    ]
    // Days of other tests have passed since.
    await ctx.db.execute(`delete from gatehouse.setting where name = 'organization_parents'`)
    await followParents(ctx)
    const right = children.map(({ parentId }) => parentId)
    for (const { id, parentId } of children) await ctx.db.execute('update company set parent_id = $1 where company_id = $2', [parentId === a.id ? b.id : a.id, id])
    expect(await followParents(ctx)).toBe(0)
    await ctx.db.execute(`delete from gatehouse.setting where name = 'organization_parents'`)
    expect([await followParents(ctx), await followParents(ctx)]).toEqual([4, 0])
    expect(await Promise.all(children.map(async ({ id }) => (await read(id)).parentId))).toEqual(right)
  })

  test('takes parentId neither at creation nor later: parents say it', async () => {
    const parent = await made('Above')
    const refused = { status: 400, body: { code: 'read_only_attribute', problems: [{ path: 'parentId' }] } }
    expect(await ask('POST', '/organizations', { name: 'Short', parentId: parent.id })).toMatchObject(refused)
    const child = await made('Fixed', below(parent.id))
    expect(await ask('PATCH', `/organizations/${child.id}`, { parentId: child.id })).toMatchObject(refused)
  })

  test.each([
    ['twice at once', [{}, {}]],
    ['twice with the same start', [{ start: '2020-01-01T00:00:00Z', end: '2021-01-01T00:00:00Z' }, { start: '2020-01-01T00:00:00Z' }]],
    ['in times that overlap', [{ start: '2020-01-01T00:00:00Z', end: '2021-01-01T00:00:01Z' }, { start: '2021-01-01T00:00:00Z' }]],
    ['in a time within another', [{ end: '2030-01-01T00:00:00Z' }, { start: '2021-01-01T00:00:00Z', end: '2022-01-01T00:00:00Z' }]],
  ])('has no pair %s', async (_what, periods) => {
    const parent = await made('Periods')
    const reply = await ask('POST', '/organizations', { name: 'Overlaps', parents: periods.map((period) => ({ organization: parent.id, ...period })) })
    expect(reply).toMatchObject({ status: 409, body: { code: 'period_overlap', problems: [{ path: expect.stringMatching(/^parents\[[01]\]$/) }] } })
  })

  test('refuses an edge that ends before it begins', async () => {
    const parent = await made('Backwards')
    const parents = [{ organization: parent.id, start: '2022-01-01T00:00:00Z', end: '2022-01-01T00:00:00Z' }]
    expect(await ask('POST', '/organizations', { name: 'B', parents })).toMatchObject({ status: 400, body: { code: 'invalid_value', problems: [{ path: 'parents[0].end' }] } })
  })

  test('has no circle, however long, and none in the past either', async () => {
    const top = await made('Top')
    const middle = await made('Middle', { parents: [{ organization: top.id, start: '2000-01-01T00:00:00Z', end: '2001-01-01T00:00:00Z' }] })
    const bottom = await made('Bottom', below(middle.id))
    for (const parent of [top, middle, bottom]) {
      const reply = await ask('POST', `/organizations/${top.id}/parents`, { organization: parent.id })
      expect(reply).toMatchObject({ status: 409, body: { code: 'circular_dependency' } })
      expect((await ask('PATCH', `/organizations/${top.id}`, below(parent.id))).status).toBe(409)
    }
    // The edge that would have closed the circle goes in the same change.
    expect((await ask('PATCH', `/organizations/${bottom.id}`, { parents: [] })).status).toBe(200)
    expect((await ask('PATCH', `/organizations/${top.id}`, below(bottom.id))).status).toBe(200)
  })

  test('has no circle, and names who stands below already', async () => {
    const [a, d, e] = [await made('A'), await made('D'), await made('E')]
    await ask('POST', `/organizations/${d.id}/parents`, { organization: a.id })
    await ask('POST', `/organizations/${e.id}/parents`, { organization: d.id })
    const why = (child: string, parent: string) => ask('POST', `/organizations/${child}/parents`, { organization: parent }).then(({ body }) => body.problems[0])
    const message = (parent: string, child: string) => `${parent} stands below ${child} already, directly or through others; an organisation cannot stand below itself`
    expect(await why(a.id, e.id)).toEqual({ path: 'parents', message: message(e.id, a.id) })
    expect(await why(a.id, d.id)).toEqual({ path: 'parents', message: message(d.id, a.id) })
    expect((await why(a.id, a.id)).message).toBe(`${a.id} is named as its own parent; an organisation cannot stand below itself`)
    const other = await made('Other')
    expect((await ask('PATCH', `/organizations/${a.id}`, below(other.id, e.id))).body.problems).toEqual([{ path: 'parents', message: message(e.id, a.id) }])
  })

  test('has no circle among organisations made together', async () => {
    const [a, b] = [newOrganization(ctx, { name: 'A' }), newOrganization(ctx, { name: 'B' })]
    a.parents = [{ organization: b.id }]
    b.parents = [{ organization: a.id }]
    await expect(createOrganizations(ctx, [a, b])).rejects.toMatchObject({ code: 'circular_dependency' })
    b.parents = []
    await expect(createOrganizations(ctx, [b, a])).resolves.toMatchObject([{}, { parentId: b.id }])
  })

  test('gets one half only of a circle that two writers close', async () => {
    for (let round = 0; round < 3; round++) {
      const [a, b] = [await made(`Half A${round}`), await made(`Half B${round}`)]
      const replies = await Promise.all([
        ask('POST', `/organizations/${a.id}/parents`, { organization: b.id }),
        ask('PATCH', `/organizations/${b.id}`, below(a.id)),
      ])
      expect(replies.map((one) => one.status).sort((x, y) => x - y)).toEqual([expect.toBeOneOf([200, 201]), 409])
    }
  })

  test('is walked downwards in pages', async () => {
    const parent = await made('Parent of many')
    for (const name of ['b', 'C', 'a', 'd']) await made(name, { parents: [{ organization: parent.id, start: '2020-01-01T00:00:00Z', description: `edge ${name}` }] })
    const whole = await ask('GET', `/organizations/${parent.id}/children`)
    expect(whole.body.items.map((one: { name: string }) => one.name)).toEqual(['a', 'b', 'C', 'd'])
    expect(whole.body.items[2]).toEqual({ id: expect.any(String), organization: expect.any(String), name: 'C', start: '2020-01-01T00:00:00.000Z', description: 'edge C' })
    expect(whole.body).not.toHaveProperty('next')
    const names: string[] = []
    for (let cursor = '', pages = 0; pages < 3; pages++) {
      const { body } = await ask('GET', `/organizations/${parent.id}/children?count=2${cursor}`)
      names.push(...body.items.map((one: { name: string }) => one.name))
      if (body.next === undefined) break
      cursor = `&cursor=${body.next}`
    }
    expect(names).toEqual(['a', 'b', 'C', 'd'])
    expect((await ask('GET', '/organizations/none/children')).status).toBe(404)
    for (const cursor of ['abc', Buffer.from('["a"]').toString('base64url'), Buffer.from('["\\u0000","b"]').toString('base64url')]) {
      expect(await ask('GET', `/organizations/${parent.id}/children?cursor=${cursor}`)).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } })
    }
  })
})

describe('an e-mail address', () => {
  test.each([
    ['anna@domain.example', 'Domain'],
    ['ANNA@Domain.EXAMPLE', 'Domain'],
    ['"odd@name"@mail.domain.example', 'Domain'],
    ['anna@uk.domain.example', 'Domain UK'],
    ['anna@notdomain.example', null],
    ['anna@closed.example', null],
    ['anna@hidden.example', null],
  ])('%s proposes %s', async (email, name) => {
    if (!(await ctx.db.first(`select from company where company_name = 'Domain'`))) {
      await made('Domain', { domainName: 'Domain.example' })
      await made('Domain UK', { domainName: 'uk.domain.example' })
      await made('Closed', { domainName: 'closed.example', status: 'INACTIVE' })
      await made('Not to choose', { domainName: 'hidden.example', isSelectable: false })
    }
    const { status, body } = await ask('GET', `/organizations/proposal?email=${encodeURIComponent(email)}`)
    expect(status).toBe(200)
    expect(body.organization?.name ?? null).toBe(name)
  })

  test('is needed, and is one', async () => {
    expect(await ask('GET', '/organizations/proposal')).toMatchObject({ status: 400, body: { code: 'invalid_parameter' } })
    for (const email of ['anna', '', 'anna@', '@domain.example', 'anna@not a domain', 'anna@domain.example>']) {
      expect(await ask('GET', `/organizations/proposal?email=${encodeURIComponent(email)}`), email).toMatchObject({ status: 400, body: { code: 'invalid_value', problems: [{ path: 'email' }] } })
    }
  })

  test('of several organisations proposes the one that was made first', async () => {
    const first = await made('Twin', { domainName: 'twin.example' })
    await made('Later twin', { domainName: 'TWIN.example' })
    expect((await ask('GET', '/organizations/proposal?email=anna@twin.example')).body.organization).toEqual({ id: first.id, name: 'Twin' })
  })

  test('has a domain, which every organisation gives as one', async () => {
    for (const domainName of ['not a domain!', 'a@b.example', '@b.example', 'b..example', '.example', 'example.', '-a.example', 'https://b.example', '']) {
      expect(await ask('POST', '/organizations', { name: 'Nowhere', domainName }), domainName).toMatchObject({ status: 400, body: { code: 'invalid_value', problems: [{ path: 'domainName' }] } })
    }
    const { id } = await made('Old', { domainName: 'bücher.example' })
    await ctx.db.execute(`update company set domain_name = 'from before!' where company_id = $1`, [id])
    expect((await ask('PATCH', `/organizations/${id}`, { alias: 'Old' })).status).toBe(200)
  })
})

describe('removal', () => {
  test('is refused while people, organisations or records depend on it', async () => {
    const parent = await made('Used')
    const child = await made('Below used', below(parent.id))
    const user = (await ask('POST', '/users', { userName: 'member', affiliations: [{ organization: parent.id }], companyOwnerId: parent.id })).body
    const remove = () => ask('DELETE', `/organizations/${parent.id}`)
    expect(await remove()).toMatchObject({ status: 409, body: { code: 'still_referenced', detail: expect.stringContaining('people and organisations') } })
    await ask('PATCH', `/organizations/${child.id}`, { parents: [] })
    expect(await remove()).toMatchObject({ status: 409, body: { code: 'still_referenced' } })
    await ask('PATCH', `/users/${user.id}`, { affiliations: [] })
    expect(await remove()).toMatchObject({ status: 409, body: { code: 'still_referenced', detail: expect.stringContaining('owns') } })
    await ask('PATCH', `/users/${user.id}`, { companyOwnerId: null })
    expect((await remove()).status).toBe(204)
  })

  test('is refused to a version that has passed', async () => {
    const { id } = await made('Versioned')
    await ask('PATCH', `/organizations/${id}`, { alias: 'V' })
    expect((await ask('DELETE', `/organizations/${id}`, undefined, { 'if-match': 'W/"1"' })).status).toBe(412)
    expect((await ask('DELETE', `/organizations/${id}`, undefined, { 'if-match': 'W/"2"' })).status).toBe(204)
  })

  test('of a child takes its edge along', async () => {
    const parent = await made('Stays')
    const child = await made('Goes', below(parent.id))
    expect((await ask('DELETE', `/organizations/${child.id}`)).status).toBe(204)
    expect((await ask('GET', `/organizations/${parent.id}/children`)).body.items).toEqual([])
    expect((await ask('DELETE', `/organizations/${parent.id}`)).status).toBe(204)
  })
})

describe('lists', () => {
  test('are filtered, searched and sorted like those of people', async () => {
    const parent = await made('Lists Ltd', { domainName: 'lists.example' })
    await made('Žofín Lists', { alias: 'Café', ...below(parent.id) })
    const names = async (query: string) => (await ask('GET', `/organizations?${query}`)).body.items.map((one: { name: string }) => one.name)
    expect(await names('q=zofin')).toEqual(['Žofín Lists'])
    expect(await names('q=cafe')).toEqual(['Žofín Lists'])
    expect(await names(`sortBy=name&filter=${encodeURIComponent('name co "lists"')}`)).toEqual(['Lists Ltd', 'Žofín Lists'])
    expect(await names(`filter=${encodeURIComponent(`parents[organization eq "${parent.id}"]`)}`)).toEqual(['Žofín Lists'])
    expect(await names(`filter=${encodeURIComponent('domainName eq "LISTS.example" and parents.organization eq null')}`)).toEqual(['Lists Ltd'])
  })
})

describe('custom attributes', () => {
  test('apply to all organisations, or to those of a type', async () => {
    await ask('POST', '/metadata/types', { id: 'SCHOOL', grouping: 'ORG_TYPE', displayName: 'School' })
    expect((await ask('POST', '/metadata/elements', { name: 'vatNumber', typeId: 'DEFAULT_ORGANIZATION', validator: '[A-Z]{2}\\d+' })).status).toBe(201)
    expect((await ask('POST', '/metadata/elements', { name: 'pupils', typeId: 'SCHOOL', dataType: 'INTEGER', required: true })).status).toBe(201)
    const plain = await made('Plain', { attributes: { vatNumber: 'DE1' } })
    expect(plain).toMatchObject({ attributes: { vatNumber: 'DE1' } })
    expect(await ask('PATCH', `/organizations/${plain.id}`, { attributes: { vatNumber: 'x' } })).toMatchObject({ status: 400, body: { problems: [{ path: 'attributes.vatNumber' }] } })
    expect(await ask('POST', '/organizations', { name: 'P', attributes: { pupils: '3' } })).toMatchObject({ status: 400, body: { code: 'unknown_attribute' } })
    expect(await ask('POST', '/organizations', { name: 'S', typeId: 'SCHOOL' })).toMatchObject({ status: 400, body: { code: 'required_attribute', problems: [{ path: 'attributes.pupils' }] } })
    const school = await made('School', { typeId: 'SCHOOL', attributes: { pupils: '300', vatNumber: 'FR2' } })
    const found = await ask('GET', `/organizations?filter=${encodeURIComponent('attributes.pupils eq "300"')}`)
    expect(found.body.items).toEqual([expect.objectContaining({ id: school.id, attributes: { pupils: '300', vatNumber: 'FR2' } })])
  })
})
