/** The REST door on people: addresses, statuses, headers, lists, and what it refuses. */
import { describe, expect, test } from 'vitest'
import { testServer } from './rest-server.ts'

const { ask, server } = await testServer()

async function person(userName: string, more: Record<string, unknown> = {}) {
  const { status, body } = await ask('POST', '/users', { userName, ...more })
  expect(status, JSON.stringify(body)).toBe(201)
  return body
}

describe('people', () => {
  test('are made, read, changed and removed', async () => {
    const created = await ask('POST', '/users', { userName: 'first', name: { familyName: 'Müller' }, emails: [{ value: 'f@example.com' }] })
    expect(created.status).toBe(201)
    expect(created.headers.etag).toBe('W/"1"')
    expect(created.headers.location).toBe(created.body.meta.location)
    const path = `/users/${created.body.id}`
    expect((await ask('GET', path)).body).toEqual(created.body)
    const patched = await ask('PATCH', path, { title: 'Chief' }, { 'if-match': 'W/"1"' })
    expect(patched).toMatchObject({ status: 200, body: { title: 'Chief', emails: [{ value: 'f@example.com' }], meta: { version: 2 } } })
    expect(await ask('PATCH', path, { title: 'Late' }, { 'if-match': 'W/"1"' })).toMatchObject({ status: 412, body: { code: 'version_mismatch' } })
    expect((await ask('GET', path, undefined, { 'if-none-match': 'W/"2"' })).status).toBe(304)
    expect((await ask('DELETE', path)).status).toBe(204)
    expect(await ask('GET', path)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  })

  test('are found by filter, search and in order, page by page', async () => {
    for (const [login, family, given] of [['l1', 'Müller', 'Ann'], ['l2', "O'Brien", 'Bob'], ['l3', 'Mulligan', 'Cy'], ['l4', 'Zoë', 'Dan']]) {
      await person(login!, { name: { familyName: family, givenName: given }, emails: [{ value: `${login}@list.example` }] })
    }
    const names = async (query: string) => (await ask('GET', `/users?${query}`)).body.items.map((one: { userName: string }) => one.userName)
    expect(await names('q=mul&sortBy=userName')).toEqual(['l1', 'l3'])
    expect(await names('q=mueller')).toEqual(['l1'])
    expect(await names('q=obrien')).toEqual(['l2'])
    expect(await names(`q=${encodeURIComponent("o'b")}`)).toEqual(['l2'])
    expect(await names(`filter=${encodeURIComponent('name.familyName co "ülle" and emails.value ew "@LIST.example"')}`)).toEqual(['l1'])
    expect(await names(`filter=${encodeURIComponent('userName sw "L" and not (name.givenName eq "bob")')}&sortBy=name.givenName&sortOrder=descending`)).toEqual(['l4', 'l3', 'l1'])
    const seen: string[] = []
    for (let cursor = ''; ;) {
      const { body } = await ask('GET', `/users?count=2&total=true&sortBy=name.familyName&filter=${encodeURIComponent('emails.value co "@list"')}${cursor}`)
      expect(body.total).toBe(4)
      seen.push(...body.items.map((one: { userName: string }) => one.userName))
      if (!body.next) break
      cursor = `&cursor=${body.next}`
    }
    expect(seen).toEqual(['l1', 'l3', 'l2', 'l4'])
  })

  test('answer only with the attributes asked for', async () => {
    const created = await person('narrow', { title: 'T', emails: [{ value: 'n@example.com' }] })
    expect((await ask('GET', `/users/${created.id}?attributes=userName,emails.value`)).body).toEqual({ id: created.id, userName: 'narrow', emails: [{ id: expect.any(String), value: 'n@example.com' }] })
    expect(await ask('GET', `/users/${created.id}?attributes=shoe`)).toMatchObject({ status: 400, body: { code: 'unknown_attribute' } })
  })

  test('have e-mail addresses below them, one of them primary', async () => {
    const { id } = await person('mailer')
    const first = await ask('POST', `/users/${id}/emails`, { value: 'one@example.com', type: 'WORK_EMAIL' })
    expect(first).toMatchObject({ status: 201, body: { value: 'one@example.com', primary: true } })
    const second = await ask('POST', `/users/${id}/emails`, { value: 'two@example.com', primary: true })
    expect(second.body.primary).toBe(true)
    expect((await ask('GET', `/users/${id}/emails`)).body.items.map((one: { primary: boolean }) => one.primary)).toEqual([false, true])
    expect((await ask('PATCH', `/users/${id}/emails/${first.body.id}`, { name: 'desk' })).body).toMatchObject({ name: 'desk', value: 'one@example.com' })
    expect((await ask('DELETE', `/users/${id}/emails/${second.body.id}`)).status).toBe(204)
    expect((await ask('GET', `/users/${id}/emails`)).body.items).toHaveLength(1)
  })

  test('hidden ones stay out of ordinary searches', async () => {
    await person('hidden', { isVisible: false, title: 'Ghost' })
    const found = async (filter: string) => (await ask('GET', `/users?filter=${encodeURIComponent(filter)}`)).body.items.length
    expect(await found('title eq "Ghost"')).toBe(0)
    expect(await found('title eq "Ghost" and isVisible eq false')).toBe(1)
  })

  test('setting active means enabling and disabling', async () => {
    const { id } = await person('switch')
    expect((await ask('PATCH', `/users/${id}`, { active: false })).body).toMatchObject({ active: false, status: 'PENDING_INITIAL_LOGIN', secondaryStatus: 'DISABLED' })
    expect((await ask('POST', `/users/${id}/enable`)).body).toMatchObject({ active: true })
  })
})

describe('requests', () => {
  test('need a key', async () => {
    for (const headers of [{ authorization: '' }, { authorization: 'Bearer wrong' }, { authorization: 'Basic a-key-for-the-tests-only' }]) {
      expect(await ask('GET', '/users', undefined, headers)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    }
  })

  test('are carried out once under one idempotency key', async () => {
    const send = (title: string) => ask('POST', '/users', { userName: 'once', title }, { 'idempotency-key': 'k1' })
    const [first, again] = [await send('A'), await send('A')]
    expect(first.status).toBe(201)
    expect(again).toMatchObject({ status: 201, body: first.body })
    expect(again.headers).toMatchObject({ 'idempotency-replayed': 'true', etag: first.headers.etag, location: first.headers.location })
    expect(await send('B')).toMatchObject({ status: 422, body: { code: 'idempotency_mismatch' } })
  })

  test('show a collection by either of its names', async () => {
    const { id } = (await ask('POST', '/users', { userName: 'named', phoneNumbers: [{ value: '7' }] })).body
    for (const name of ['phones', 'phoneNumbers', 'phones.value', 'PHONES']) {
      expect((await ask('GET', `/users/${id}?attributes=${name}`)).body.phoneNumbers).toMatchObject([{ value: '7' }])
    }
  })

  test('whose default entry is removed have another one, unless there is none or it was said that there be none', async () => {
    const { id, emails, phoneNumbers } = (await ask('POST', '/users', { userName: 'defaults', emails: [{ value: 'a@x.example' }, { value: 'b@x.example' }], phoneNumbers: [{ value: '1' }, { value: '2' }] })).body
    expect((await ask('DELETE', `/users/${id}/emails/${emails[0].id}`)).status).toBe(204)
    expect((await ask('DELETE', `/users/${id}/phones/${phoneNumbers[0].id}`)).status).toBe(204)
    const left = (await ask('GET', `/users/${id}`)).body
    expect(left).toMatchObject({ primaryEmail: 'b@x.example', emails: [{ value: 'b@x.example', primary: true }], phoneNumbers: [{ value: '2', primary: true }] })
    expect((await ask('PATCH', `/users/${id}/emails/${left.emails[0].id}`, { primary: false })).body.primary).toBe(false)
    expect((await ask('GET', `/users/${id}`)).body.primaryEmail).toBeUndefined()
  })

  test.each([[{ version: 'x' }, 'meta.version'], [{ created: 'x' }, 'meta.created'], [{ foo: 1 }, 'meta.foo'], ['x', 'meta']])('with a meta that says nothing, %j, are refused', async (meta, path) => {
    const { id } = (await ask('POST', '/users', { userName: `meta-${path}` })).body
    for (const answer of [await ask('POST', '/users', { userName: 'meta', meta }), await ask('PATCH', `/users/${id}`, { meta })]) {
      expect(answer).toMatchObject({ status: 400, body: { problems: [{ path }] } })
    }
  })

  test('sent side by side under one key are carried out once, and no answer tells of the other', async () => {
    const send = (method: string, path: string, key: string, body?: unknown) => Array.from({ length: 6 }, () => ask(method, path, body, { 'idempotency-key': key }))
    const made = await Promise.all(send('POST', '/users', 'k2', { userName: 'beside' }))
    const id = made.find(({ status }) => status === 201)!.body.id
    for (const { status, body } of made) expect([[201, id], [409, 'conflict']]).toContainEqual([status, body.id ?? body.code])
    const gone = await Promise.all(send('DELETE', `/users/${id}`, 'k3'))
    for (const { status, body } of gone) expect([[204, undefined], [409, 'conflict']]).toContainEqual([status, body?.code])
    expect((await ask('DELETE', `/users/${id}`, undefined, { 'idempotency-key': 'k3' })).status).toBe(204)
  })

  test.each([
    ['GET', '/users?count=0', undefined, 400, 'invalid_parameter'],
    ['GET', '/users?shoe=1', undefined, 400, 'invalid_parameter'],
    ['GET', '/users?sortBy=title', undefined, 400, 'invalid_sort'],
    ['GET', '/users?cursor=abc', undefined, 400, 'invalid_cursor'],
    ['GET', '/users?filter=userName', undefined, 400, 'invalid_filter'],
    ['GET', `/users?filter=${encodeURIComponent('('.repeat(300))}`, undefined, 400, 'invalid_filter'],
    ['GET', `/users?filter=${'x'.repeat(9000)}`, undefined, 400, 'invalid_filter'],
    ['POST', '/users', '{"userName":', 400, 'invalid_json'],
    ['POST', '/users', '', 400, 'invalid_json'],
    ['POST', '/users', '[1]', 400, 'invalid_body'],
    ['POST', '/users', '{"userName":"a","userName":"b"}', 400, 'invalid_json'],
    ['GET', '/nowhere', undefined, 404, 'not_found'],
    ['PATCH', '/users/none', '{}', 404, 'not_found'],
  ])('%s %s %s is refused', async (method, path, body, status, code) => {
    expect(await ask(method, path, body)).toMatchObject({ status, body: { code, status } })
  })

  test('that are too large, or of another type, are refused', async () => {
    expect(await ask('POST', '/users', JSON.stringify({ userName: 'x'.repeat(2_000_000) }))).toMatchObject({ status: 413, body: { code: 'body_too_large' } })
    expect(await ask('POST', '/users', 'userName: x', { 'content-type': 'text/yaml' })).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } })
  })

  test('tell nothing of our inside when something breaks', async () => {
    const reply = await server.inject({ url: '/health/ready' })
    expect(reply.json()).toEqual({ status: 'ready' })
  })
})
