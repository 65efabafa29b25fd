/** The Okta double's user lists: pages and Link lines, search, filter, q, sorting, the lagging index. */
import { describe, expect, it } from 'vitest'
import { createCollection } from '../twin/collection.ts'
import { createSearchIndex } from '../twin/search-index.ts'
import { everyPage, harness, nextOf } from './twin-harness.ts'
import type { Answer, Harness, Wire } from './twin-harness.ts'

const list = (kind: string, expression: string, more = '') =>
  `/api/v1/users?${kind}=${encodeURIComponent(expression)}${more}`
const logins = (answer: Answer): string[] => answer.body.map((user: Wire) => user.profile.login.split('@')[0])

async function people(h: Harness, count: number): Promise<Wire[]> {
  const made: Wire[] = []
  for (let index = 0; index < count; index += 1) made.push(await h.user(`user.${index}@example.com`))
  return made
}

describe('pages', () => {
  it('self and next come as two Link lines; the last page has no next', async () => {
    const h = harness()
    await people(h, 5)
    const first = await h.call('GET', '/api/v1/users?limit=2')
    const links = [first.headers['link']].flat()
    expect(links).toHaveLength(2)
    expect(links[0]).toMatch(/^<http:\/\/[^>]+\/api\/v1\/users\?limit=2>; rel="self"$/)
    expect(links[1]).toMatch(/^<http:\/\/[^>]+after=[^>]+>; rel="next"$/)
    const pages = await everyPage(h.call, '/api/v1/users?limit=2')
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1])
    expect([(await h.call('GET', '/api/v1/users?limit=5')).headers['link']].flat()).toHaveLength(1)
  })

  it('neither skips nor repeats while users come and go', async () => {
    const h = harness()
    const made = await people(h, 6)
    const first = await h.call('GET', '/api/v1/users?limit=2')
    for (const index of [1, 2]) {
      await h.call('DELETE', `/api/v1/users/${made[index].id}`)
      await h.call('DELETE', `/api/v1/users/${made[index].id}`)
    }
    await h.user('late@example.com')
    const second = await h.call('GET', nextOf(first)!)
    expect(logins(second)).toEqual(['user.3', 'user.4'])
    expect(logins(await h.call('GET', nextOf(second)!))).toEqual(['user.5', 'late'])
  })

  it('keeps the other parameters in next, caps the limit, refuses a bad one', async () => {
    const h = harness()
    await people(h, 3)
    const url = list('search', 'profile.firstName eq "Ada"', '&limit=2')
    const next = nextOf(await h.call('GET', url))!
    expect(new URL(next, 'http://x').searchParams.get('search')).toBe('profile.firstName eq "Ada"')
    expect((await h.call('GET', '/api/v1/users?limit=100000')).status).toBe(200)
    for (const query of ['limit=0', 'limit=x', 'limit=-1', 'after=%21', 'after=WyJ4Il0']) {
      const answer = await h.call('GET', `/api/v1/users?${query}`)
      expect([query, answer.status, answer.body.errorCode]).toEqual([query, 400, 'E0000029'])
    }
  })

  it('leaves deactivated users out, unless search or filter asks', async () => {
    const h = harness()
    const [gone] = await people(h, 2)
    await h.call('DELETE', `/api/v1/users/${gone.id}`)
    expect(logins(await h.call('GET', '/api/v1/users'))).toEqual(['user.1'])
    expect(logins(await h.call('GET', '/api/v1/users?q=Ada'))).toEqual(['user.1'])
    expect(logins(await h.call('GET', list('search', 'profile.firstName eq "Ada"')))).toEqual(['user.0', 'user.1'])
    expect(logins(await h.call('GET', list('filter', 'status eq "DEPROVISIONED"')))).toEqual(['user.0'])
  })

  it('shows only the fields asked for', async () => {
    const h = harness()
    const [made] = await people(h, 1)
    const answer = await h.call('GET', '/api/v1/users?fields=id,profile:(login,lastName)')
    expect(answer.body).toEqual([{ id: made.id, profile: { login: 'user.0@example.com', lastName: 'Byron' } }])
  })
})

async function sample(): Promise<Harness> {
  const h = harness()
  await h.call('POST', '/api/v1/meta/schemas/user/default', {
    definitions: {
      custom: {
        properties: {
          efsUid: { title: 'EFS uid', type: 'integer' },
          tags: { title: 'Tags', type: 'array', items: { type: 'string' } },
        },
      },
    },
  })
  const ann = { firstName: 'Ann', lastName: 'Smith', efsUid: 9, tags: ['red', 'blue'] }
  await h.user('ann@example.com', { profile: ann })
  await h.wait(60)
  await h.user('bob@example.com', { profile: { firstName: 'Bob', lastName: 'smithers', efsUid: 10, title: 'A "b" c' } })
  await h.wait(60)
  await h.user('cyd@example.com', { activate: false, profile: { firstName: 'Cyd', lastName: 'Jones' } })
  return h
}

describe('search', () => {
  it.each([
    ['profile.login eq "ANN@example.com"', ['ann']],
    ['profile.lastName sw "SMI"', ['ann', 'bob']],
    ['profile.lastName eq "smith"', ['ann']],
    ['status eq "STAGED"', ['cyd']],
    ['(status lt "STAGED" or status gt "STAGED")', ['ann', 'bob']],
    ['profile.efsUid eq 9', ['ann']],
    ['profile.efsUid gt 9', ['bob']],
    ['profile.efsUid pr', ['ann', 'bob']],
    ['profile.tags eq "blue"', ['ann']],
    ['profile.title eq "a \\"b\\" C"', ['bob']],
    ['created lt "2026-01-01T00:01:00.000Z"', ['ann']],
    ['lastUpdated ge "2026-01-01T01:01:00.000+01:00"', ['bob', 'cyd']],
    ['profile.firstName eq "Ann" or profile.firstName eq "Cyd"', ['ann', 'cyd']],
    ['profile.firstName eq "Cyd" or profile.lastName sw "Smith" and profile.efsUid eq 10', ['bob', 'cyd']],
    ['(profile.firstName eq "Cyd" or profile.lastName sw "Smith") and profile.efsUid eq 10', ['bob']],
    ['profile.firstName EQ "Ann" AND profile.lastName Eq "SMITH"', ['ann']],
    ['profile.nickName eq null and profile.firstName eq "Ann"', ['ann']],
    ['profile.firstName eq "Nobody"', []],
  ])('%s', async (expression, expected) => {
    const h = await sample()
    const answer = await h.call('GET', list('search', expression))
    expect([answer.status, logins(answer)]).toEqual([200, expected])
    // Once more after each index has been built, and by single pages.
    const pages = await everyPage(h.call, list('search', expression, '&limit=1'))
    expect(pages.flat().map((user) => user.profile.login.split('@')[0])).toEqual(expected)
  })

  it('finds by id and by type', async () => {
    const h = harness()
    const [made] = await people(h, 2)
    expect(logins(await h.call('GET', list('search', `id eq "${made.id}"`)))).toEqual(['user.0'])
    expect(logins(await h.call('GET', list('search', `type.id eq "${made.type.id}"`)))).toEqual(['user.0', 'user.1'])
  })

  it.each([
    'profile.firstName ne "Ann"', 'profile.firstName co "Ann"', 'not (status eq "ACTIVE")', 'profile.unknown eq "x"',
    'Profile.firstName eq "Ann"', 'credentials eq "x"', 'profile.firstName eq Ann', 'profile.firstName eq "Ann',
    'profile.firstName eq', 'profile.firstName', '(status eq "ACTIVE"', 'status eq "ACTIVE") ', 'and', '"x"',
    'status eq "ACTIVE" status eq "STAGED"', `${'('.repeat(300)}status eq "ACTIVE"${')'.repeat(300)}`,
    `status eq "${'x'.repeat(9000)}"`,
  ])('refuses %s', async (expression) => {
    const answer = await harness().call('GET', list('search', expression))
    expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000031'])
  })

  it('a date that is none is E0000030', async () => {
    const { call } = harness()
    for (const date of ['yesterday', '2026-13-45T00:00:00Z']) {
      expect((await call('GET', list('search', `lastUpdated gt "${date}"`))).body.errorCode).toBe('E0000030')
    }
  })

  it('sorts by any attribute, equal values by id, page by page', async () => {
    const h = await sample()
    const by = async (more: string) => {
      const pages = await everyPage(h.call, list('search', 'created pr', `&limit=1&${more}`))
      return pages.flat().map((user) => user.profile.login.split('@')[0])
    }
    expect(await by('sortBy=profile.lastName')).toEqual(['cyd', 'ann', 'bob'])
    expect(await by('sortBy=profile.lastName&sortOrder=desc')).toEqual(['bob', 'ann', 'cyd'])
    const same = harness()
    await people(same, 4)
    const pages = await everyPage(same.call, list('search', 'created pr', '&limit=1&sortBy=profile.lastName'))
    const ids = pages.flat().map((user) => user.id)
    expect(ids).toEqual(ids.toSorted())
    expect(ids).toHaveLength(4)
    expect((await h.call('GET', list('search', 'created pr', '&sortBy=profile.none'))).body.errorCode).toBe('E0000031')
  })

  it('an index that lags shows old values, hides new users, and catches up', async () => {
    const h = harness({ options: { indexLagSeconds: 2 } })
    const [made] = await people(h, 1)
    const search = () => h.call('GET', list('search', 'profile.firstName pr'))
    expect((await search()).body).toEqual([])
    expect((await h.call('GET', `/api/v1/users/${made.id}`)).status).toBe(200)
    await h.wait(2)
    await h.call('POST', `/api/v1/users/${made.id}`, { profile: { firstName: 'Augusta' } })
    expect((await search()).body[0].profile.firstName).toBe('Ada')
    expect((await h.call('GET', list('search', 'profile.firstName eq "Augusta"'))).body).toEqual([])
    await h.wait(2)
    expect((await search()).body[0].profile.firstName).toBe('Augusta')
    expect((await h.call('GET', list('search', 'profile.firstName eq "Augusta"'))).body).toHaveLength(1)
    expect((await h.call('GET', list('search', 'profile.firstName eq "Ada"'))).body).toEqual([])
  })

  it('an equality index forgets users that are gone or changed', async () => {
    const h = harness()
    const [made] = await people(h, 2)
    const byEmail = (email: string) => h.call('GET', list('search', `profile.email eq "${email}"`))
    expect((await byEmail('user.0@example.com')).body).toHaveLength(1)
    await h.call('POST', `/api/v1/users/${made.id}`, { profile: { email: 'new@example.com' } })
    expect((await byEmail('user.0@example.com')).body).toEqual([])
    expect((await byEmail('NEW@example.com')).body).toHaveLength(1)
    await h.call('DELETE', `/api/v1/users/${made.id}`)
    await h.call('DELETE', `/api/v1/users/${made.id}`)
    expect((await byEmail('new@example.com')).body).toEqual([])
  })
})

describe('the equality index', () => {
  it('offers those that can match, and no longer those that cannot', () => {
    const index = createSearchIndex<{ id: string; name: string }>((item) => item.name)
    const name = (value: string) => ({ kind: 'compare', path: 'name', operator: 'eq', value, date: false }) as const
    const ids = (value: string) => [...(index.candidates(name(value)) ?? ['everything'])]
    index.publish('u1', { id: 'u1', name: 'Ann' }, 0, 0)
    index.publish('u2', { id: 'u2', name: 'ANN' }, 0, 0)
    expect(ids('ann')).toEqual(['u1', 'u2'])
    index.publish('u1', { id: 'u1', name: 'Bob' }, 0, 0)
    index.publish('u2', undefined, 0, 0)
    expect([ids('ann'), ids('bob')]).toEqual([[], ['u1']])
    const either = { kind: 'or', terms: [name('bob'), { ...name('ann'), operator: 'sw' }] } as const
    expect(index.candidates({ kind: 'or', terms: [...either.terms] })).toBeNull()
    expect(index.candidates({ kind: 'and', terms: [...either.terms] })).toEqual(new Set(['u1']))
  })
})

describe('filter', () => {
  it.each([
    ['profile.login eq "ann@example.com"', ['ann']],
    ['profile.login eq "ANN@example.com"', []],
    ['profile.lastName eq "Smith"', ['ann']],
    ['lastUpdated gt "2026-01-01T00:00:30.000Z" and (status eq "STAGED" or status eq "ACTIVE")', ['cyd']],
    ['lastUpdated le "2026-01-01T00:01:00.000Z"', ['ann', 'bob']],
    ['lastUpdated eq "2026-01-01T00:01:00.000Z"', ['bob']],
  ])('%s', async (expression, expected) => {
    const h = await sample()
    expect(logins(await h.call('GET', list('filter', expression)))).toEqual(expected)
  })

  it.each([
    'profile.title eq "x"', 'profile.lastName sw "Smi"', 'created gt "2026-01-01T00:00:00.000Z"', 'status gt "A"',
    'lastUpdated pr', 'profile.efsUid eq 9',
  ])('refuses %s', async (expression) => {
    const answer = await harness().call('GET', list('filter', expression))
    expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000031'])
  })
})

describe('q', () => {
  it('is the beginning of a first name, last name or e-mail, ten at most, without pages', async () => {
    const h = harness()
    await people(h, 12)
    const answer = await h.call('GET', '/api/v1/users?q=BYR')
    expect(answer.body).toHaveLength(10)
    expect(nextOf(answer)).toBeNull()
    expect((await h.call('GET', '/api/v1/users?q=user.3&limit=200')).body).toHaveLength(1)
    expect((await h.call('GET', '/api/v1/users?q=yron')).body).toEqual([])
  })

  it('does not mix with search or filter', async () => {
    const { call } = harness()
    for (const query of ['q=a&search=status%20pr', 'q=a&filter=x', 'search=status%20pr&filter=x']) {
      const answer = await call('GET', `/api/v1/users?${query}`)
      expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000033'])
    }
  })
})

describe('the ordered store', () => {
  it('pages from a position after most of it has been deleted', () => {
    const store = createCollection<{ id: string }>()
    for (let index = 1; index <= 1000; index += 1) store.put({ id: `u${index}` })
    for (let index = 1; index <= 1000; index += 1) if (index % 10 !== 0) store.delete(`u${index}`)
    const after = [...store.after(store.position('u500'))]
    expect(after).toHaveLength(50)
    expect(after[0]).toEqual([510, { id: 'u510' }])
    expect(store.size).toBe(100)
    expect(store.delete('u1')).toBe(false)
  })
})
