/** A custom attribute that is not public is there for those who have its resource, and for nobody else who may not read sensitive data. */
import { beforeAll, describe, expect, test } from 'vitest'
import { patchUser } from '../src/directory/users.ts'
import { administrator, makePerson, type Ask } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ctx, ask } = shared
let outside: Ask
let holder: { id: string; ask: Ask }
let hr: Ask
let ada: string

beforeAll(async () => {
  await ctx.db.execute(`insert into res (resource_id, name, resource_type_id, is_public) values ('BADGES', 'Badges', 'WEBSERVICE', 'N'), ('NOBODYS', 'Nobody has it', 'WEBSERVICE', 'N')`)
  for (const element of [{ name: 'badge', isPublic: false, resourceId: 'BADGES' }, { name: 'locker', isPublic: false }, { name: 'shelf', isPublic: false, resourceId: 'NOBODYS' }, { name: 'desk' }]) {
    expect(await ask('POST', '/metadata/elements', element)).toMatchObject({ status: 201 })
  }
  ada = await makePerson(shared, 'ada', { attributes: { badge: 'badge-42', locker: 'locker-7', shelf: 'shelf-3', desk: 'desk-1' } })
  outside = (await administrator(shared, 'outside', 'SECURITY_ADMIN')).ask
  holder = await administrator(shared, 'holder', 'SECURITY_ADMIN')
  hr = (await administrator(shared, 'hr', 'HUMAN_RESOURCES')).ask
  expect((await ask('PUT', `/resources/BADGES/members/${holder.id}`, {})).status).toBeLessThan(300)
})

const attributesFor = async (one: Ask) => (await one('GET', `/users/${ada}`)).body.attributes
const filtered = (one: Ask, filter: string) => one('GET', `/users?filter=${encodeURIComponent(filter)}`)

describe('a custom attribute that is not public', () => {
  test('is shown to who has its resource, and whole to who may read sensitive data', async () => {
    expect(await attributesFor(outside)).toEqual({ desk: 'desk-1' })
    expect(await attributesFor(holder.ask)).toEqual({ desk: 'desk-1', badge: 'badge-42' })
    expect(await attributesFor(hr)).toEqual({ desk: 'desk-1', badge: 'badge-42', locker: 'locker-7', shelf: 'shelf-3' })
  })

  test('is neither filtered by nor found in the audit by others', async () => {
    expect(await filtered(outside, 'attributes.badge eq "badge-42"')).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    expect((await filtered(holder.ask, 'attributes.badge eq "badge-42"')).body.items).toHaveLength(1)
    expect((await filtered(holder.ask, 'attributes.shelf pr')).status).toBe(403)
    await patchUser(ctx, ada, { attributes: { badge: 'badge-43', locker: 'locker-8' } })
    const auditor = await administrator(shared, 'auditor', 'AUDITOR')
    expect(JSON.stringify((await auditor.ask('GET', '/audit?count=100')).body)).not.toMatch(/badge-4|locker-/)
  })

  test('stays as it was when others write the record, and its holders change it', async () => {
    // Help desk and security administrators change people, this one without a right to the attribute.
    expect((await outside('PATCH', `/users/${ada}`, { title: 'Countess' })).status).toBe(200)
    expect(await outside('PATCH', `/users/${ada}`, { attributes: { badge: 'stolen' } })).toMatchObject({ status: 403 })
    expect((await holder.ask('PATCH', `/users/${ada}`, { attributes: { badge: 'badge-44' } })).status).toBe(200)
    expect(await attributesFor(hr)).toMatchObject({ badge: 'badge-44', locker: 'locker-8', shelf: 'shelf-3' })
  })

  test('is hidden again as soon as the resource is taken away', async () => {
    await ask('DELETE', `/resources/BADGES/members/${holder.id}`)
    expect(await attributesFor(holder.ask)).toEqual({ desk: 'desk-1' })
  })

  test('names a resource that there is', async () => {
    expect(await ask('POST', '/metadata/elements', { name: 'wrong', isPublic: false, resourceId: 'none' })).toMatchObject({ status: 400, body: { code: 'invalid_reference' } })
  })
})
