/** Lists, page by page: nobody skipped and nobody twice while people come and go; every order; the type-ahead; cursors. */
import { beforeAll, describe, expect, test } from 'vitest'
import { deleteUser } from '../src/directory/delete-users.ts'
import { createUsers, newUser } from '../src/directory/users.ts'
import { createOrganizations, newOrganization } from '../src/directory/organizations.ts'
import { setValueAt, valueAt, type Attribute, type Document } from '../src/model/attribute.ts'
import { nameOrder } from '../src/model/name-order.ts'
import { organization } from '../src/model/organization.ts'
import { user } from '../src/model/user.ts'
import { testServer } from './rest-server.ts'

let clock = Date.parse('2026-01-01T00:00:00Z')
const { ask, ctx } = await testServer({}, () => new Date(clock))

/** The same numbers every time: a test that fails can be run again. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

let counter = 0
async function people(documents: readonly Document[]): Promise<Document[]> {
  return createUsers(ctx, await Promise.all(documents.map((document) => newUser(ctx, { userName: `paging${++counter}`, ...document }))))
}

interface Page {
  items: Document[]
  next?: string
  total?: number
}

async function page(path: string, query: Record<string, string | number | boolean>): Promise<Page> {
  const text = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  const { status, body } = await ask('GET', `${path}?${text}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return body as Page
}

/** All pages, with something happening between each and the next. */
async function walk(path: string, query: Record<string, string | number | boolean>, between: () => Promise<unknown> = async () => {}): Promise<Document[]> {
  const all: Document[] = []
  for (let cursor: string | undefined, pages = 0; pages < 200; pages++) {
    const { items, next } = await page(path, { ...query, ...(cursor === undefined ? {} : { cursor }) })
    all.push(...items)
    if (next === undefined) return all
    expect(items).toHaveLength(Number(query.count))
    cursor = next
    await between()
  }
  throw new Error('the pages do not end')
}

describe('while people come and go', () => {
  const orders: Record<string, string>[] = [{}, { sortOrder: 'descending' }, { sortBy: 'name.familyName' }, { sortBy: 'name.familyName', sortOrder: 'descending' }, { sortBy: 'startDate' }, { sortBy: 'meta.created', sortOrder: 'descending' }]

  test.each(orders)('%j neither skips nor repeats those who stay', async (order) => {
    const random = numbers(7)
    const title = `Comers ${++counter}`
    // Few names and dates, so that many share a place in the order, and some have none.
    const someone = (): Document => ({
      title, ...(random(4) ? { name: { familyName: ['Abel', 'abel', 'Béla', 'Zoë', 'Ö'][random(5)] } } : {}), ...(random(3) ? { startDate: `2020-01-0${1 + random(3)}` } : {}),
    })
    const staying = (await people(Array.from({ length: 40 }, someone))).map((one) => one.id as string)
    let leaving = (await people(Array.from({ length: 40 }, someone))).map((one) => one.id as string)
    const shown = await walk('/users', { ...order, filter: `title eq "${title}"`, count: 7, attributes: 'id' }, async () => {
      const gone = leaving.splice(0, 4)
      await Promise.all(gone.map((id) => deleteUser(ctx, id)))
      clock += 1000
      leaving = [...leaving, ...(await people([someone(), someone()])).map((one) => one.id as string)]
    })
    const ids = shown.map((one) => one.id as string)
    expect(new Set(ids).size).toBe(ids.length)
    expect(staying.filter((id) => !ids.includes(id))).toEqual([])
  })

  // Without an order, a search comes in one of its own. All are found by the search text, a third of them meet the filter.
  test.each<Record<string, string>>([
    { q: 'shuffler' }, { filter: 'name.familyName co "huffle"' }, { filter: 'active eq true and nickName co "huffl"' }, { q: 'shuff', filter: 'nickName sw "Shu"' },
  ])('a search for %j neither skips nor repeats those who stay', async (query) => {
    const someone = (_: unknown, n: number): Document => ({ name: { familyName: 'Shuffler' }, ...(n % 3 ? {} : { nickName: 'Shuffly' }) })
    const meets = (one: Document) => !query.filter?.includes('nickName') || one.nickName !== undefined
    const staying = (await people(Array.from({ length: 60 }, someone))).filter(meets).map((one) => one.id as string)
    const leaving = (await people(Array.from({ length: 12 }, someone))).map((one) => one.id as string)
    const shown = await walk('/users', { ...query, count: 4, attributes: 'id' }, async () => {
      for (const id of leaving.splice(0, 2)) await deleteUser(ctx, id)
      await people([someone(undefined, counter)])
    })
    const ids = shown.map((one) => one.id as string)
    expect(new Set(ids).size).toBe(ids.length)
    expect(staying.filter((id) => !ids.includes(id))).toEqual([])
    expect(ids).not.toEqual(ids.toSorted())
    await Promise.all([...staying, ...leaving].map((id) => deleteUser(ctx, id)))
  })

  test('a page goes on where the last one ended although its last person is gone', async () => {
    const title = `Cursor ${++counter}`
    const ids = (await people(Array.from({ length: 6 }, () => ({ title })))).map((one) => one.id as string)
    const query = { filter: `title eq "${title}"`, count: 3, attributes: 'id' }
    const first = await page('/users', query)
    await deleteUser(ctx, first.items[2]!.id as string)
    expect((await page('/users', { ...query, cursor: first.next! })).items.map((one) => one.id)).toEqual(ids.slice(3))
  })

  test('the last page has no next, also when it is full', async () => {
    const title = `Full ${++counter}`
    await people(Array.from({ length: 4 }, () => ({ title })))
    const query = { filter: `title eq "${title}"`, count: 2, total: true }
    const first = await page('/users', query)
    const second = await page('/users', { ...query, cursor: first.next! })
    expect([first.items.length, first.total, second.items.length, second.total]).toEqual([2, 4, 2, 4])
    expect(second).not.toHaveProperty('next')
    expect(await page('/users', { filter: 'title eq "Nobody"', total: true })).toEqual({ items: [], total: 0 })
  })
})

/** Compared as the index compares: names by their letters, others without case, by code point; what is missing comes last. */
function inOrder(a: unknown, b: unknown, byLetters?: true): number {
  const [one, other] = [a, b].map((value) => (typeof value === 'string' ? Buffer.from(byLetters ? nameOrder(value) : value.toLowerCase()) : undefined))
  if (!one || !other) return one ? -1 : other ? 1 : 0
  return Buffer.compare(one, other)
}

const sortable = (attributes: readonly Attribute[]) => attributes.filter((one) => one.sortable).map((one) => one.path)

describe.each([['users', user], ['organizations', organization]] as const)('%s in order', (segment, resource) => {
  const mark = `Ordered ${segment}`
  const filter = `${segment === 'users' ? 'title' : 'description'} eq "${mark}"`
  beforeAll(async () => {
    const names = ['anna', 'Anna', 'ANNA', 'Émile', 'emil', 'Zoë', 'zoe', '中村', '_x', '0', 'ß', 'ss', '\u{1f600}', '-', undefined, undefined]
    for (const [index, name] of names.entries()) {
      clock += 86_400_000
      const day = `20${10 + (index * 7) % 16}-0${1 + index % 9}-11`
      if (segment === 'organizations') {
        await createOrganizations(ctx, [newOrganization(ctx, { name: name ?? `none ${index}`, description: mark })])
        continue
      }
      const document: Document = { title: mark }
      for (const path of ['name.familyName', 'name.givenName', 'employeeNumber']) if (name !== undefined && index % 5 > 0) setValueAt(document, path, `${name}${path.length}`)
      if (index % 3 > 0) Object.assign(document, { startDate: day, lastDate: day })
      await people([{ ...document, userName: `${name ?? 'none'}${index}` }])
    }
  })

  test.each(sortable(resource.attributes).flatMap((path) => [[path, 'ascending'], [path, 'descending']] as const))('by %s %s', async (sortBy, sortOrder) => {
    const shown = await walk(`/${segment}`, { filter, sortBy, sortOrder, count: 5 })
    expect(shown).toHaveLength(16)
    const ascending = sortOrder === 'ascending' ? shown : shown.toReversed()
    for (let i = 1; i < ascending.length; i++) {
      const [a, b] = [ascending[i - 1]!, ascending[i]!]
      const difference = inOrder(valueAt(a, sortBy), valueAt(b, sortBy), resource.attributes.find((one) => one.path === sortBy)!.byLetters)
      expect(difference < 0 || (difference === 0 && (a.id as string) < (b.id as string)), `${JSON.stringify(valueAt(a, sortBy))} before ${JSON.stringify(valueAt(b, sortBy))}`).toBe(true)
    }
    expect(await walk(`/${segment}`, { filter, sortBy: sortBy.toUpperCase(), sortOrder, count: 1000 })).toEqual(shown)
  })

  test('by nothing else, and the refusal names what there is', async () => {
    const reply = await ask('GET', `/${segment}?sortBy=status`)
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_sort' } })
    for (const path of sortable(resource.attributes)) expect(reply.body.detail).toContain(path)
    expect((await ask('GET', `/${segment}?sortBy=id&sortOrder=up`)).body.code).toBe('invalid_parameter')
  })
})

describe('a cursor', () => {
  const encode = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url')
  const markOf = (cursor: string) => (JSON.parse(Buffer.from(cursor, 'base64url').toString()) as string[])[0]

  test('belongs to its filter, search and order', async () => {
    await people(Array.from({ length: 3 }, () => ({ name: { familyName: 'Cursory' } })))
    const query = { filter: 'title pr or name.familyName eq "Cursory"', q: 'cursory', sortBy: 'userName', count: 1 }
    const { next } = await page('/users', query)
    for (const change of [{ filter: 'title pr' }, { q: 'x' }, { sortBy: 'startDate' }, { sortBy: '' }, { sortOrder: 'descending' }]) {
      const text = Object.entries({ ...query, ...change, cursor: next! }).filter(([, value]) => value !== '').map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
      expect(await ask('GET', `/users?${text}`), JSON.stringify(change)).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } })
    }
    // How many, which attributes and how the order is written may change from page to page.
    expect((await page('/users', { ...query, sortBy: 'USERNAME', count: 2, attributes: 'id', cursor: next! })).items).toHaveLength(2)
  })

  test('of somebody else\'s making is refused', async () => {
    await people([{ name: { familyName: 'Abel' } }, { name: { familyName: 'Abelson' } }])
    const { next } = await page('/users', { count: 1 })
    const dated = await page('/users', { count: 1, sortBy: 'startDate' })
    const instant = await page('/users', { count: 1, sortBy: 'meta.created' })
    const searched = await page('/users', { count: 1, q: 'a' })
    const [plain, day, time, search] = [next!, dated.next!, instant.next!, searched.next!].map(markOf)
    const forged: [string, unknown][] = [
      ['', []], ['', {}], ['', null], ['', 'x'], ['', [plain]], ['', [plain, null, 5]], ['', [plain, 5, 'x']], ['', [plain, null, '\u0000']], ['', ['other', null, 'x']],
      ['&q=a', [search, 'x', 'x']], ['&q=a', [search, '99999999999', 'x']], ['&q=a', [search, 'x']],
      ['&sortBy=startDate', [day, '2024-02-31', 'x']], ['&sortBy=startDate', [day, 'x', 'x']], ['&sortBy=meta.created', [time, '99999', 'x']], ['&sortBy=meta.created', [time, '\u0000', 'x']],
    ]
    for (const [order, parts] of forged) {
      expect(await ask('GET', `/users?count=1${order}&cursor=${encode(parts)}`), JSON.stringify(parts)).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } })
    }
    for (const cursor of ['', 'x', '%00', 'W10', `${next}A`]) expect((await ask('GET', `/users?count=1&cursor=${cursor}`)).body.code, cursor).toBeOneOf(['invalid_cursor', 'invalid_parameter'])
  })
})

describe('the type-ahead', () => {
  beforeAll(async () => {
    await people([
      { userName: 'kmueller', name: { givenName: 'Käthe', familyName: 'Müller' }, emails: [{ value: 'kaethe.mueller@firma.example' }] },
      { userName: 'sob', name: { givenName: 'Sinéad', familyName: 'O\'Brien' }, nickName: 'Shin' },
      { userName: 'łw', name: { givenName: 'Łukasz', familyName: 'Wałęsa' }, maidenName: 'Østergård' },
      { userName: 'jvdb', name: { givenName: 'Jan', familyName: 'Berg' }, lastnamePrefix: 'van den', partnerName: 'Smith-Jones' },
      { userName: 'hidden.mueller', name: { familyName: 'Müller' }, isVisible: false },
    ])
  })

  test.each([
    ['mul', ['kmueller']], ['mueller', ['kmueller']], ['MÜLL', ['kmueller']], ['kathe', ['kmueller']], ['kaethe', ['kmueller']], ['müller käthe', ['kmueller']], ['kmu', ['kmueller']],
    ['firma', ['kmueller']], ['kaethe.mueller@firma', ['kmueller']], ['uller', []], ['obrien', ['sob']], ['o\'brien', ['sob']], ['o’b', ['sob']], ['sinead', ['sob']], ['shin', ['sob']],
    ['lukasz', ['łw']], ['walesa', ['łw']], ['ostergard', ['łw']], ['oestergaard', ['łw']], ['van den berg', ['jvdb']], ['jones', ['jvdb']], ['smith-jones', ['jvdb']], ['mül%', ['kmueller']], ['m_l', []], ['%', []], ['-', []],
  ])('%j finds %j', async (q, expected) => {
    const found = (await page('/users', { q, attributes: 'userName', filter: 'not (userName sw "paging")' })).items.map((one) => one.userName)
    expect(found).toEqual(expected)
  })

  test('goes with a filter, an order and pages, and counts', async () => {
    await people(Array.from({ length: 5 }, (_, i) => ({ name: { familyName: `Quill${4 - i}` }, title: i % 2 ? 'odd' : 'even' })))
    const shown = await walk('/users', { q: 'quill', filter: 'title eq "even"', sortBy: 'name.familyName', count: 1 })
    expect(shown.map((one) => valueAt(one, 'name.familyName'))).toEqual(['Quill0', 'Quill2', 'Quill4'])
    expect((await page('/users', { q: 'quill', total: true, count: 1 })).total).toBe(5)
  })
})
