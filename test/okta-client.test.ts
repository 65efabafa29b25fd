/** The Okta client and its parts: paging, errors, retries, the rate budget, and what a profile may hold. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createOktaClient, nextLink, type OktaClientOptions } from '../src/connectors/okta/client.ts'
import { createOktaConnector } from '../src/connectors/okta/connector.ts'
import { isDuplicate, readErrorBody, type OktaError } from '../src/connectors/okta/errors.ts'
import { accountOf, expressionsOf, findAccounts, findByIds, term } from '../src/connectors/okta/lookup.ts'
import { differences, profileOf } from '../src/connectors/okta/profile.ts'
import { bucketOf, createRateBudget } from '../src/connectors/okta/rate-budget.ts'
import { pauseBefore, type Failure } from '../src/connectors/okta/retry.ts'
import { defaultMapping, mappedPaths, touchesMapping } from '../src/model/account-mapping.ts'

const groupId = '00g12345678901234567'

type Scripted = (url: URL, init: RequestInit) => Response | Error

/** A client whose network is a list of answers, and whose pauses are written down instead of waited for. */
function scripted(answers: Scripted[], options: Partial<OktaClientOptions> = {}) {
  let now = Date.UTC(2026, 0, 1)
  const asked: { method: string; url: string; headers: Headers; body: unknown }[] = []
  const pauses: number[] = []
  const errors: OktaError[] = []
  const client = createOktaClient({
    orgUrl: 'https://org.example', authorization: () => 'SSWS secret', budget: createRateBudget(50),
    now: () => now,
    async sleep(ms) {
      pauses.push(ms)
      now += ms
    },
    random: () => 0,
    onError: (error) => errors.push(error),
    async fetch(input, init = {}) {
      const url = new URL(String(input))
      asked.push({ method: init.method ?? 'GET', url: url.href, headers: new Headers(init.headers), body: init.body })
      const answer = answers[Math.min(asked.length, answers.length) - 1]!(url, init)
      if (answer instanceof Error) throw answer
      return answer
    },
    ...options,
  })
  return { client, asked, pauses, errors, at: () => now }
}

const json = (body: unknown, init: ResponseInit = {}) => () => Response.json(body, init)
const oktaError = (status: number, errorCode: string, headers: Record<string, string> = {}, causes: string[] = []) => () => (
  Response.json({ errorCode, errorSummary: 'went wrong', errorCauses: causes.map((errorSummary) => ({ errorSummary })) },
    { status, headers: { 'x-okta-request-id': 'req1', ...headers } })
)
const network = (code: string) => () => Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error(code), { code }) })

describe('a request', () => {
  test('carries the token and JSON, and follows no redirect', async () => {
    let redirect: unknown
    const { client, asked } = scripted([(_url, init) => {
      redirect = init.redirect
      return Response.json({ id: 'x' })
    }])
    await client.request('POST', '/api/v1/users', { query: { activate: 'true' }, body: { profile: {} } })
    expect(asked[0]).toMatchObject({ method: 'POST', url: 'https://org.example/api/v1/users?activate=true', body: '{"profile":{}}' })
    expect(asked[0]!.headers.get('authorization')).toBe('SSWS secret')
    expect(redirect).toBe('manual')
  })

  test('follows next links, but never with the token to another host', async () => {
    const link = '<https://org.example/api/v1/users?limit=2>; rel="self", <https://evil.example/api/v1/users?after=a%2Cb&limit=2>; rel="next"'
    const { client, asked } = scripted([json([{ id: '1' }, { id: '2' }], { headers: { link } }), json([{ id: '3' }])])
    const pages: unknown[] = []
    for await (const page of client.pages('/api/v1/users', { limit: '2' })) pages.push(page)
    expect(pages).toEqual([[{ id: '1' }, { id: '2' }], [{ id: '3' }]])
    expect(asked[1]!.url).toBe('https://org.example/api/v1/users?after=a%2Cb&limit=2')
    expect(nextLink('<https://org.example/a>; rel="self"', 'https://org.example')).toBeNull()
  })

  test('that is refused gives Okta\'s error and is not repeated', async () => {
    const { client, asked } = scripted([oktaError(400, 'E0000001', {}, ['login: An object with this field already exists in the current organization'])])
    const error = await client.request('POST', '/api/v1/users', { repeatable: false }).catch((one: unknown) => one) as OktaError
    expect(error).toMatchObject({ status: 400, code: 'E0000001', errorSummary: 'went wrong', requestId: 'req1', request: 'POST /api/v1/users' })
    expect(isDuplicate(error)).toBe(true)
    expect(asked).toHaveLength(1)
  })

  test('waits for the reset after a 429, on Okta\'s clock rather than ours', async () => {
    const theirs = Date.UTC(2026, 0, 1, 2)
    const headers = {
      'x-rate-limit-limit': '600', 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(theirs / 1000 + 20), date: new Date(theirs).toUTCString(),
    }
    const { client, at } = scripted([oktaError(429, 'E0000047', headers), json({})])
    const before = at()
    await client.request('POST', '/api/v1/users', { repeatable: false })
    expect(at() - before).toBeGreaterThanOrEqual(20_000)
    expect(at() - before).toBeLessThan(25_000)
  })

  test('is not believed about the reset of a concurrency 429', async () => {
    const headers = { 'x-rate-limit-limit': '0', 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '99999999999' }
    const { client, at } = scripted([oktaError(429, 'E0000047', headers), oktaError(429, 'E0000047', headers), json({})])
    const before = at()
    await client.request('GET', '/api/v1/users')
    expect(at() - before).toBeLessThan(5_000)
  })

  const nothing: Scripted = () => new Response('', { status: 200, headers: { 'x-okta-request-id': 'req1' } })
  test.for([['nothing', nothing], ['null', json(null)], ['an object for a list', json({})], ['a list of nothings', json([null])]] as [string, Scripted][])(
    'that is answered 200 and %s has an error like any other that cannot be read', async ([, bad]) => {
      const list = scripted([bad])
      const reads: [string, () => Promise<unknown>][] = [
        ['members', () => createOktaConnector(list.client).groupMembers(groupId)[Symbol.asyncIterator]().next()], ['groups', () => createOktaConnector(list.client).groupsOf('00u1')],
        ['a group by name', () => createOktaConnector(list.client).findGroup('panel')], ['people', () => findAccounts(list.client, [{ externalId: 'p', login: 'a', email: null }], true)],
        ['people by id', () => findByIds(list.client, ['00u1'])], ['accounts', () => createOktaConnector(list.client).accounts()[Symbol.asyncIterator]().next()],
        ['events', () => createOktaConnector(list.client).events({ since: '2026-01-01T00:00:00Z' })[Symbol.asyncIterator]().next()],
      ]
      for (const [what, read] of reads) {
        const before = list.errors.length
        await expect(read(), what).rejects.toMatchObject({ name: 'OktaError', code: 'not_json', status: 200 })
        expect(list.errors.length, what).toBeGreaterThan(before)
      }
    })

  test('is sent again after an empty answer where one is needed, and only there', async () => {
    const user = { id: '00u1', status: 'ACTIVE', profile: { login: 'a@example.com', gatehouseId: 'p1' } }
    const read = scripted([nothing, json(user)])
    expect(await createOktaConnector(read.client).read('00u1')).toMatchObject({ id: '00u1' })
    expect(read.errors).toMatchObject([{ code: 'not_json', requestId: 'req1', request: 'GET /api/v1/users/00u1' }])
    // Made, though the answer does not say what: found, and not made again.
    const made = scripted([nothing, json(user)])
    expect(await createOktaConnector(made.client).create({ login: 'a@example.com', gatehouseId: 'p1' }, 'mail')).toMatchObject({ id: '00u1' })
    expect(made.asked.map(({ method }) => method)).toEqual(['POST', 'GET'])
    const bare = scripted([nothing])
    await createOktaConnector(bare.client).suspend('00u1')
    expect([bare.asked.length, bare.errors]).toEqual([1, []])
  })

  test.for([
    ['an HTML page', () => new Response('<html><b>Down</b> for repairs</html>', { status: 503, headers: { 'content-type': 'text/html' } }), 'not_json'],
    ['a 500', oktaError(500, 'E0000009'), 'E0000009'],
    ['no answer', network('ECONNRESET'), 'ECONNRESET'],
    ['half an answer', () => new Response('{"id": "00u', { status: 200 }), 'not_json'],
  ] as [string, Scripted, string][])('is sent again after %s, unless it must not happen twice', async ([, bad, code]) => {
    const safe = scripted([bad, bad, json({ ok: true })])
    expect((await safe.client.request('GET', '/api/v1/users/x')).body).toEqual({ ok: true })
    expect(safe.errors).toMatchObject([{ code }, { code }])
    const once = scripted([bad, json({})])
    await expect(once.client.request('POST', '/api/v1/users', { repeatable: false })).rejects.toMatchObject({ isOutcomeUnknown: true })
    expect(once.asked).toHaveLength(1)
  })

  test('that was certainly never sent is sent again even if it must not happen twice', async () => {
    const { client, asked } = scripted([network('ECONNREFUSED'), json({})])
    await client.request('POST', '/api/v1/users', { repeatable: false })
    expect(asked).toHaveLength(2)
  })

  test('is given up in the end', async () => {
    const { client, asked } = scripted([network('ECONNRESET')])
    await expect(client.request('GET', '/api/v1/users')).rejects.toMatchObject({ status: 0, code: 'ECONNRESET' })
    expect(asked.length).toBeLessThan(10)
  })
})

test('hostile and odd error bodies are read without harm', () => {
  expect(readErrorBody(502, '')).toMatchObject({ code: 'not_json', causes: [] })
  expect(readErrorBody(400, 'null')).toMatchObject({ code: 'not_json' })
  expect(readErrorBody(400, '{"errorCode":7,"errorCauses":[null,{"errorSummary":1}]}')).toEqual({ code: 'unknown', summary: 'HTTP 400', causes: [] })
  expect(readErrorBody(400, '{"error":"invalid_client","error_description":"no"}')).toEqual({ code: 'invalid_client', summary: 'no', causes: [] })
})

test('the retry table', () => {
  const table: [Failure, number, boolean, number | null][] = [
    [{ kind: 'refused' }, 1, true, null],
    [{ kind: 'serverError', status: 500 }, 1, true, 500],
    [{ kind: 'serverError', status: 500 }, 3, true, 2000],
    [{ kind: 'serverError', status: 500 }, 1, false, null],
    [{ kind: 'serverError', status: 500 }, 5, true, null],
    [{ kind: 'notJson' }, 1, true, 1000],
    [{ kind: 'notJson' }, 1, false, null],
    [{ kind: 'reset' }, 1, true, 500],
    [{ kind: 'reset' }, 1, false, null],
    [{ kind: 'timeout' }, 2, true, 2000],
    [{ kind: 'timeout' }, 3, true, null],
    [{ kind: 'timeout' }, 1, false, null],
    [{ kind: 'unreachable' }, 1, false, 500],
    [{ kind: 'rateLimit', resetInMs: 7000 }, 1, false, 8000],
    [{ kind: 'rateLimit', resetInMs: 9_999_999 }, 1, true, 121_000],
    [{ kind: 'rateLimit', resetInMs: null }, 2, true, 4000],
    [{ kind: 'concurrency' }, 1, false, 500],
    [{ kind: 'stillActivating' }, 1, true, 1000],
  ]
  for (const [failure, attempt, repeatable, pause] of table) expect(pauseBefore(failure, attempt, repeatable, 0)).toBe(pause)
})

describe('the rate budget', () => {
  /** Sends as fast as it is allowed to; the instants of the sends. */
  function sends(limit: number, share: number, count: number, pauseAt: number): number[] {
    const budget = createRateBudget(share)
    const times: number[] = []
    let now = 0
    let isPaused = false
    budget.note('b', { limit, remaining: limit, resetAt: 60_000 }, now)
    while (times.length < count) {
      if (times.length === pauseAt && !isPaused) {
        isPaused = true
        budget.pause('b', now + 30_000, now)
      }
      const wait = budget.take('b', now)
      if (wait === 0) {
        times.push(now)
        budget.leave()
      }
      now += wait
    }
    return times
  }

  test('never lets more than the share through in any minute, also after a pause', () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 2000 }), fc.integer({ min: 1, max: 100 }), fc.nat(300), (limit, share, pauseAt) => {
      const allowance = Math.max(1, Math.floor((limit * share) / 100))
      const times = sends(limit, share, Math.min(3 * allowance, 1500), pauseAt)
      for (let from = 0, to = 0; to < times.length; to++) {
        while (times[to]! - times[from]! >= 60_000) from++
        if (to - from + 1 > allowance) return false
      }
      return true
    }), { numRuns: 60 })
  })

  test('uses nearly all of the share when there is enough to do', () => {
    const times = sends(600, 50, 1500, -1)
    expect(1500 / (times.at(-1)! / 60_000)).toBeGreaterThan(0.95 * 300)
  })

  test('stops until the reset when others have used the bucket up', () => {
    const budget = createRateBudget(50)
    budget.note('b', { limit: 600, remaining: 50, resetAt: 12_000 }, 0)
    expect(budget.take('b', 0)).toBe(12_000)
    expect(budget.take('b', 12_000)).toBe(0)
    expect(budget.take('b', 12_000)).toBeGreaterThan(0)
    expect(budget.take('other', 0)).toBe(0)
  })

  test('knows Okta\'s buckets', () => {
    const requests: [string, string, string][] = [
      ['GET', '/api/v1/users', 'users'], ['POST', '/api/v1/users', 'users'], ['GET', '/api/v1/users/00u1', 'user-read'],
      ['POST', '/api/v1/users/00u1', 'user-write'], ['POST', '/api/v1/users/00u1/lifecycle/suspend', 'api'],
      ['PUT', '/api/v1/groups/00g1/users/00u1', 'api'], ['GET', '/api/v1/groups', 'groups'], ['GET', '/api/v1/groups/00g1', 'group'],
      ['GET', '/api/v1/apps/0oa1', 'app'], ['POST', '/api/v1/apps/0oa1/users', 'apps'], ['GET', '/api/v1/logs', 'logs'],
    ]
    for (const [method, path, bucket] of requests) expect(bucketOf(method, path)).toBe(bucket)
  })
})

describe('a profile', () => {
  const values = {
    id: 'p1', userName: 'ada', primaryEmail: 'ada@example.com', 'name.givenName': 'Ada', 'name.familyName': 'Byron', displayName: 'Ada Byron',
  }

  test('takes the first source that fits, and leaves out what has no value', () => {
    expect(profileOf(defaultMapping, { ...values, title: '  ' })).toEqual({
      problems: [],
      profile: { gatehouseId: 'p1', login: 'ada@example.com', email: 'ada@example.com', firstName: 'Ada', lastName: 'Byron', displayName: 'Ada Byron' },
    })
    expect(profileOf(defaultMapping, { ...values, userName: 'a@b.example' }).profile['login']).toBe('a@b.example')
  })

  test('reports each field that Okta would refuse', () => {
    const { problems } = profileOf(defaultMapping, {
      ...values, 'name.givenName': 'x'.repeat(51), 'name.familyName': null, title: 'a𝄞b', primaryEmail: 'no mail',
    })
    expect(problems).toEqual([
      { path: 'login', message: 'has the value "ada", which is not shaped like an e-mail address' },
      { path: 'email', message: 'has the value "no mail", which is not shaped like an e-mail address' },
      { path: 'firstName', message: 'must have at most 50 characters, has 51' },
      { path: 'lastName', message: 'is required by Okta, and the person has no name.familyName' },
      { path: 'title', message: 'holds the character U+1D11E, and Okta takes none of four bytes' },
    ])
  })

  test('differs where a value changed, came or went; the case of a login is no difference', () => {
    const { profile } = profileOf(defaultMapping, values)
    const account = {
      id: '00u', state: 'active' as const, status: 'ACTIVE', externalId: 'p1', login: '', email: null,
      profile: { ...profile, login: 'ADA@example.com', lastName: 'King', title: 'Countess', mobilePhone: null, own: 'kept' },
    }
    expect(differences(defaultMapping, profile, account)).toEqual([
      { field: 'lastName', before: 'King', after: 'Byron' },
      { field: 'title', before: 'Countess', after: null },
    ])
  })

  test('a login written with its accents behind the letters is the same one; a name so written is another text', () => {
    const composed = { login: 'zo\u00eb@example.com', firstName: 'Zo\u00eb' }
    const account = { id: '00u', state: 'active' as const, status: 'ACTIVE', externalId: 'p1', login: '', email: null, profile: { login: 'ZOE\u0308@example.com', firstName: 'Zoe\u0308' } }
    const mapping = defaultMapping.filter(({ target }) => target in composed)
    expect(differences(mapping, composed, account)).toEqual([{ field: 'firstName', before: 'Zoe\u0308', after: 'Zo\u00eb' }])
  })
})

test('only changes of mapped attributes concern the account', () => {
  for (const path of ['name.familyName', 'name', 'primaryEmail', 'userName', 'phoneNumbers[1f].value', 'phoneNumbers', 'title', 'status', 'secondaryStatus']) {
    expect(touchesMapping([path]), path).toBe(true)
  }
  for (const path of ['mailCode', 'notes[1].value', 'titles', 'nameless', 'emails[2].description', 'attributes.title', 'affiliations[1].start']) {
    expect(touchesMapping([path]), path).toBe(false)
  }
  expect(mappedPaths()).toContain('phoneNumbers')
})

test('search expressions quote what they are given and stay short', () => {
  expect(term('profile.login', 'a"b\\c')).toBe('profile.login eq "a\\"b\\\\c"')
  const terms = Array.from({ length: 300 }, (_, n) => term('profile.email', `person${n}@example.com`))
  const expressions = expressionsOf(terms)
  expect(expressions.flatMap((one) => one.split(' or '))).toEqual(terms)
  expect(Math.max(...expressions.map((one) => encodeURIComponent(one).length))).toBeLessThan(4500)
})

test('an answer that is no user is an error of the connected system, not a crash', () => {
  const bad = [null, {}, { id: 'x' }, { id: 'x', profile: null }, { id: 'x'.repeat(21), profile: {} }, { id: 'ä', profile: {} }]
  for (const user of bad) expect(() => accountOf(user as never)).toThrow(expect.objectContaining({ code: 'unexpected_answer' }))
})
