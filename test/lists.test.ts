/** Every list over an attribute list answers alike: filter, order, pages, totals; and says what it cannot do. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Attribute, Document } from '../src/model/attribute.ts'
import { valueAt } from '../src/model/attribute.ts'
import { clientAttributes } from '../src/model/oidc-client.ts'
import { apiKeyAttributes, messageAttributes, oktaErrorAttributes, organizationChildAttributes, planAttributes, planStepAttributes, policyDecisionAttributes, efsAdminAttributes, portalAttributes, portalUserAttributes, queuedAccountAttributes, sessionAttributes, syncRunAttributes, undecidedAttributes } from '../src/model/listings.ts'
import { policyAttributes } from '../src/model/password-policy-records.ts'
import { questionGroup, securityQuestion } from '../src/model/security-questions.ts'
import { contentProvider, itPolicy, itPolicyVersion } from '../src/model/site-records.ts'
import { metadataElement, metadataType } from '../src/model/metadata-records.ts'
import { organizationType } from '../src/model/organization-type.ts'
import { managedSystem } from '../src/model/managed-system.ts'
import { resourceType } from '../src/model/resource-type.ts'
import { allRoutes } from '../src/main.ts'
import { decidePolicy } from '../src/signin/it-policies.ts'
import { openApi } from '../src/rest/openapi.ts'
import { logRemoteErrors } from '../src/store/remote-errors.ts'
import { testMasterKey } from './master-key.ts'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()

/** What stands for an id in the addresses below. */
const ids: Record<string, string> = {}

beforeAll(async () => {
  const people: string[] = []
  for (const name of ['ada', 'Bob', 'cleo', 'dora', 'emil']) {
    const { body } = await ask('POST', '/users', { userName: name, emails: [{ value: `${name}@example.com`, primary: true }] })
    people.push(body.id)
  }
  ids.person = people[0]!
  ids.company = (await ask('POST', '/organizations', { name: 'Above' })).body.id
  for (const name of ['x', 'Y', 'z']) await ask('POST', '/organizations', { name, parents: [{ organization: ids.company, ...(name === 'Y' ? { start: '2020-01-01T00:00:00Z' } : {}) }] })
  for (const [name, description] of [['One', 'x'], ['two', undefined], ['Three', 'x']]) await ask('POST', '/portals', { name, description, settings: { issuer: 'https://example.okta.com' } })
  ids.portal = '1'
  await ask('POST', '/portals/1/users', people)
  await ctx.db.execute(`insert into efs.iam_portal_user_reference (portal_id, user_id, uuid, status, has_data_changes) select 1, uid, 'okta' || uid, uid % 3 + 1, uid % 2 from efs.panelists where uid < 4`)
  await ask('POST', '/portals/admins/users', people)
  await ctx.db.execute(`insert into efs.iam_user_reference (user_id, uuid, status, has_data_changes) select uid, 'okta' || uid, uid % 3 + 1, uid % 2 from efs.users where uid < 4`)
  await ctx.db.execute(`insert into efs.iam_portal_user_group_unassignment_queue (user_id, uuid, email) values (101, 'u1', 'a@example.com'), (102, 'u2', null), (103, null, 'c@example.com')`)
  await ctx.db.execute(`insert into efs.iam_user_unassignment_queue (user_id, uuid, email, attempts) values (101, 'u1', 'a@example.com', 0), (102, 'u2', null, 1), (103, null, 'c@example.com', 2)`)
  await logRemoteErrors(ctx.db, [404, 429, 429, 0].map((status) => ({ at: '2026-11-01T00:00:00Z', message: `m${status}`, status, code: `E${status}`, trace: { status } })))
  for (const name of ['a', 'B', 'c']) await ask('POST', '/keys', { userId: ids.person, name, scopes: ['read'], ...(name === 'B' ? { expires: '2099-01-01T00:00:00Z' } : {}) })
  for (const name of ['one', 'Two', 'three']) await ask('POST', '/oidc/clients', { name, redirectUris: ['https://app.example.com/'], firstParty: name === 'Two', leastLevel: 1 })
  for (const operation of ['disable', 'enable', 'lock']) ids.plan = (await ask('POST', '/plans', { kind: 'bulk', operation, filter: 'userName pr' })).body.id
  await ctx.db.execute(`insert into gatehouse.plan (plan_id, kind, title, created_at, created_by) values ('s1', 'sync', 'Sync', now(), 'x'), ('s2', 'sync', 'Sync', now(), 'x')`)
  await ctx.db.execute(`insert into gatehouse.sync_run (run_id, kind, portal_id, status, lease_until, started_at, started_by, source)
    select 'r' || n, case when n = 3 then 'full' else 'delta' end, n, 'done', now(), '2026-11-01'::timestamptz + n * interval '1 minute', 'x', 'CLI' from generate_series(1, 4) n`)
  for (const name of ['shoeSize', 'Colour', 'rank']) await ask('POST', '/metadata/elements', { name, validValues: name === 'rank' ? ['1', '2'] : [] })
  for (const id of ['LINUX', 'Payroll', 'door']) expect((await ask('POST', '/managed-systems', { id, name: id, ...(id === 'door' ? { description: 'At the gate' } : {}) })).status).toBe(201)
  for (const name of ['shop', 'Office', 'lab']) await ask('POST', '/content-providers', { name, domainPattern: `${name}.example.com`, ...(name === 'lab' ? { locale: 'de' } : {}) })
  for (const name of ['shift', 'Night']) {
    const groupId = (await ask('POST', '/question-groups', { name, status: 'INACTIVE' })).body.id
    await ask('POST', '/security-questions', { groupId, text: `Of ${name}?`, active: false })
  }
  for (const name of ['Terms', 'rules', 'Code']) {
    const policyId = (await ask('POST', '/it-policies', { active: true, ...(name === 'rules' ? { approveType: 'ANNUALLY' } : {}) })).body.id
    ids.version = (await ask('POST', '/it-policy-versions', { policyId, name, content: name, active: true })).body.id
    await decidePolicy(ctx, ids.person!, ids.version!, name === 'Code')
  }
  await ctx.db.execute(`insert into gatehouse.message (message_id, user_id, template, channel, recipient, locale, content, status, attempts, due_at, expires_at, created_at)
    select 'm' || n, $1, 'email-changed', 'EMAIL', 'a@example.com', 'en', '{}', 'SENT', n, now(), now() + interval '1 day', now() + n * interval '1 second' from generate_series(1, 4) n`, [people[0]])
  await ctx.db.execute(
    `insert into auth_state (user_id, session_id, auth_state, last_login, ip_address, is_new_flags, expires_at, last_seen)
     select v.*, now() + interval '1 hour', now() from (values ($1, 's1', 1, '2026-11-01'::timestamptz, '10.0.0.1', 3), ($1, 's2', 1.5, '2026-11-02', '::1', 2), ($1, 's3', 1, '2026-11-03', null, 0), ($2, 's4', 1, null, null, 0)) v`, [people[0], people[1]])
})

const lists: [string, readonly Attribute[], string][] = [
  ['/metadata/types', metadataType.attributes, 'grouping eq "EMAIL"'],
  ['/metadata/elements', metadataElement.attributes, 'name sw "sh" or validValues eq "2"'],
  ['/metadata/organization-types', organizationType.attributes, 'members pr'],
  ['/metadata/resource-types', resourceType.attributes, 'supportsHierarchy eq true'],
  ['/managed-systems', managedSystem.attributes, 'description pr'],
  ['/organizations/:company/children', organizationChildAttributes, 'start pr or name eq "X"'],
  ['/plans', planAttributes, 'kind eq "bulk" and title co "a"'],
  ['/plans/:plan/steps', planStepAttributes, 'step gt 2'],
  ['/portals', portalAttributes, 'description pr and meta.created gt "2000-01-01"'],
  ['/portals/:portal/users', portalUserAttributes, 'status eq "assigned" or hasDataChanges eq true'],
  ['/portals/admins/users', efsAdminAttributes, 'status eq "assigned" or hasDataChanges eq true'],
  ['/portals/unassignment-queue', queuedAccountAttributes, 'userId ge 102 or state eq "dead"'],
  ['/portals/admin-unassignment-queue', queuedAccountAttributes, 'userId ge 102 or attempts gt 0'],
  ['/okta/errors', oktaErrorAttributes, 'statusCode eq 429'],
  ['/okta/runs', syncRunAttributes, 'kind eq "delta" and portalId ge 2'],
  ['/keys', apiKeyAttributes, 'expires pr'],
  ['/oidc/clients', clientAttributes, 'firstParty eq true and leastLevel ge 1'],
  ['/password-policies', policyAttributes, 'id eq "CLASSIC"'],
  ['/sign-in-policies', policyAttributes, 'id eq "4001"'],
  ['/content-providers', contentProvider.attributes, 'locale pr'],
  ['/it-policies', itPolicy.attributes, 'approveType eq "ANNUALLY"'],
  ['/it-policy-versions', itPolicyVersion.attributes, 'name sw "r"'],
  ['/question-groups', questionGroup.attributes, 'status eq "ACTIVE"'],
  ['/security-questions', securityQuestion.attributes, 'active eq true'],
  ['/it-policy-versions/:version/undecided', undecidedAttributes, 'userName sw "b"'],
  ['/users/:person/it-policies', policyDecisionAttributes, 'accepted eq true'],
  ['/messages', messageAttributes, 'attempts gt 2'],
  ['/users/:person/messages', messageAttributes.map((one) => (one.path === 'lastError' ? { ...one, filterable: false } : one)), 'attempts gt 2'],
  ['/users/:person/sessions', sessionAttributes, 'newNetwork eq true and ip pr'],
]

const pathOf = (path: string) => path.replace(/:(\w+)/, (_, name: string) => ids[name]!)
const idOf = (attributes: readonly Attribute[], item: Document) => item[attributes[0]!.path]

test('all lists that go on at a cursor are tested here, or are those of records and of the audit', () => {
  const shape = (path: string) => path.replaceAll(/:\w+/g, ':')
  const known = new Set([...lists.map(([path]) => shape(path)), '/users', '/organizations', '/groups', '/roles', '/resources', '/rights', '/audit'])
  // Lists of edges and answers about access go along the graph, in its own order. Those below /me are the same lists, of oneself; a person's sign-ins
  // are the audit, asked one question.
  const paged = allRoutes(testMasterKey()).filter(({ tag, path, query, caller }) => query?.some(({ name }) => name === 'cursor') && caller === undefined && !path.endsWith('/sign-in-events') && (tag !== 'Access' || known.has(path)))
  expect(paged.filter(({ path }) => !known.has(shape(path))).map(({ path }) => path)).toEqual([])
  for (const { path, query } of paged) expect(query!.map(({ name }) => name), path).toEqual(expect.arrayContaining(['filter', 'sortBy', 'sortOrder', 'count', 'total']))
})

describe.each(lists)('%s', (template, attributes, filter) => {
  /** All items, three a page. */
  async function walk(query: string): Promise<Document[]> {
    const found: Document[] = []
    for (let cursor = '', pages = 0; pages < 200; pages++) {
      const { status, body } = await ask('GET', `${pathOf(template)}?count=3&${query}${cursor}`)
      expect(status, JSON.stringify(body)).toBe(200)
      found.push(...body.items)
      if (body.next === undefined) return found
      expect(body.items).toHaveLength(3)
      cursor = `&cursor=${body.next}`
    }
    throw new Error('has no end')
  }

  test('is counted, and walked in pages in its own order', async () => {
    const { body } = await ask('GET', `${pathOf(template)}?count=1000&total=true`)
    expect(body.items.length).toBeGreaterThan(1)
    expect(body.total).toBe(body.items.length)
    expect(body).not.toHaveProperty('next')
    expect(await walk('')).toEqual(body.items)
    expect(await walk('sortOrder=descending')).toHaveLength(body.total)
  })

  test('is sorted by whatever can be sorted by, skipping and repeating nothing', async () => {
    const all = (await ask('GET', `${pathOf(template)}?count=1000`)).body.items as Document[]
    // Ids go by their bytes, names by their letters, and what is absent comes last.
    const before = (a: unknown, b: unknown, exact: boolean): boolean => {
      if (a === undefined || b === undefined) return b === undefined
      return typeof a === 'string' && !exact ? a.toLowerCase() <= (b as string).toLowerCase() : a! <= b!
    }
    for (const { path } of attributes.filter((one) => one.sortable)) {
      for (const order of ['ascending', 'descending']) {
        const found = await walk(`sortBy=${path}&sortOrder=${order}`)
        expect(new Set(found.map((one) => idOf(attributes, one))).size, path).toBe(all.length)
        const values = (order === 'ascending' ? found : found.toReversed()).map((one) => valueAt(one, path))
        expect(values.slice(1).every((value, index) => before(values[index], value, path === 'id')), `${path} ${order} ${JSON.stringify(values)}`).toBe(true)
      }
    }
  })

  test('is filtered by each of its attributes, and counted so', async () => {
    const all = (await ask('GET', `${pathOf(template)}?count=1000`)).body.items as Document[]
    for (const { path } of attributes.filter((one) => one.filterable)) {
      const { status, body } = await ask('GET', `${pathOf(template)}?count=1000&total=true&filter=${encodeURIComponent(`${path} pr`)}`)
      expect(status, path).toBe(200)
      const wanted = all.filter((one) => valueAt(one, path) !== undefined)
      expect(body.items.map((one: Document) => idOf(attributes, one)), path).toEqual(wanted.map((one) => idOf(attributes, one)))
      expect(body.total).toBe(wanted.length)
    }
    const some = await walk(`filter=${encodeURIComponent(filter)}`)
    expect(some.length).toBeGreaterThan(0)
    const others = await walk(`filter=${encodeURIComponent(`not (${filter})`)}`)
    expect(others.length).toBeGreaterThan(0)
    expect(some.length + others.length).toBe(all.length)
  })

  test('says what it cannot be asked, and what it can', async () => {
    const refused = await ask('GET', `${pathOf(template)}?filter=shape+eq+"x"`)
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_filter' } })
    for (const { path } of attributes.filter((one) => one.filterable)) expect(refused.body.detail).toContain(path)
    const unsorted = await ask('GET', `${pathOf(template)}?sortBy=shape`)
    expect(unsorted).toMatchObject({ status: 400, body: { code: 'invalid_sort' } })
    for (const { path } of attributes.filter((one) => one.sortable)) expect(unsorted.body.detail).toContain(path)
    const other = await ask('GET', `${pathOf(template)}?count=1`)
    for (const cursor of ['x', `${other.body.next}&filter=${encodeURIComponent(filter)}`]) {
      expect(await ask('GET', `${pathOf(template)}?cursor=${cursor}`)).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } })
    }
  })

  test('is described as its attribute list has it', () => {
    const routes = allRoutes(testMasterKey())
    const route = routes.find(({ method, path }) => method === 'GET' && path.replaceAll(/:\w+/g, ':') === template.replaceAll(/:\w+/g, ':'))!
    const schema = openApi(routes, { version: '0', publicUrl: 'http://localhost' }).components.schemas[route.answer!.component]!
    for (const { path } of attributes) {
      const [head = '', sub] = path.split('.')
      expect(sub === undefined ? schema.properties![head] : schema.properties![head]?.properties?.[sub], path).toBeDefined()
    }
  })
})

test('the order of the audit can be turned', async () => {
  const [newest, oldest] = [await ask('GET', '/audit?count=1000'), await ask('GET', '/audit?sortBy=at&sortOrder=ascending&count=1000')]
  expect(oldest.body.items).toEqual(newest.body.items.toReversed())
  const first = await ask('GET', '/audit?sortOrder=ascending&count=2')
  const second = await ask('GET', `/audit?sortOrder=ascending&count=2&cursor=${first.body.next}`)
  expect([...first.body.items, ...second.body.items]).toEqual(oldest.body.items.slice(0, 4))
  expect(await ask('GET', `/audit?count=2&cursor=${first.body.next}`)).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } })
  expect(await ask('GET', '/audit?sortBy=action')).toMatchObject({ status: 400, body: { code: 'invalid_sort' } })
})
