/** A declaration that another server has changed, while this one still judges by what it knows of it. */
import { describe, expect, test } from 'vitest'
import type { Document } from '../src/model/attribute.ts'
import { loadMetadata } from '../src/store/metadata.ts'
import { readElement, updateElement } from '../src/store/metadata-records.ts'
import { migratedDatabase, open } from './database.ts'
import { testServer } from './rest-server.ts'

const options = await migratedDatabase()
const { ask, ctx } = await testServer({}, undefined, options)
const other = open({ ...options, poolSize: 2 })

let counter = 0
const next = () => `other${++counter}`

async function element(more: object = {}): Promise<{ id: string; name: string }> {
  const { status, body } = await ask('POST', '/metadata/elements', { name: next(), ...more })
  expect(status).toBe(201)
  return body
}

/** What this server knows is fresh, and then past: the other one says nothing of it. */
async function elsewhere(id: string, change: object): Promise<void> {
  await loadMetadata(ctx.db, ctx.db)
  await other.transaction(async (tx) => updateElement(tx, id, { ...(await readElement(tx, id)).document, ...change }))
}

const known = async (id: string) => (await loadMetadata(ctx.db, ctx.db)).elements.find((one) => one.id === id)!

describe('a value is judged by the declaration as it is', () => {
  test.each([
    ['another form', { validator: '[0-9]+' }], ['fewer values', { validValues: ['soup'] }], ['less room', { maxLength: 2 }], ['another type', { dataType: 'INTEGER' }],
  ])('%s', async (_, change) => {
    const { id, name } = await element()
    const { body: { id: person } } = await ask('POST', '/users', { userName: next() })
    await elsewhere(id, change)
    expect((await known(id)).version).toBe(1)
    expect(await ask('PATCH', `/users/${person}`, { attributes: { [name]: 'salad' } })).toMatchObject({ status: 400, body: { code: 'invalid_value' } })
    expect((await known(id)).version).toBe(2)
    await elsewhere(id, change)
    expect(await ask('POST', '/users', { userName: next(), attributes: { [name]: 'salad' } })).toMatchObject({ status: 400, body: { code: 'invalid_value' } })
    expect((await ask('GET', `/users/${person}`)).body.attributes).toBeUndefined()
  })

  test('what is required now is asked for of whoever is made, and of who takes a type of which it is', async () => {
    const everybody = await element()
    await elsewhere(everybody.id, { required: true })
    expect(await ask('POST', '/users', { userName: next() })).toMatchObject({ status: 400, body: { code: 'required_attribute' } })
    await ask('PATCH', `/metadata/elements/${everybody.id}`, { required: false })
    const { body: person } = await ask('POST', '/users', { userName: next() })
    const external = await element({ typeId: 'EXTERNAL_USER' })
    await elsewhere(external.id, { required: true })
    expect(await ask('PATCH', `/users/${person.id}`, { typeId: 'EXTERNAL_USER' })).toMatchObject({ status: 400, body: { code: 'required_attribute' } })
  })

  test('what is sensitive now stays out of the audit', async () => {
    const { id, name } = await element()
    const { body: person } = await ask('POST', '/users', { userName: next() })
    await elsewhere(id, { sensitive: true })
    expect((await ask('PATCH', `/users/${person.id}`, { attributes: { [name]: 'of nobody\'s business' } })).status).toBe(200)
    const { body } = await ask('GET', `/audit?targetId=${person.id}`)
    expect(body.items.flatMap((event: Document) => (event.changes as Document[]).map(({ path }) => path))).toContain(`attributes.${name}`)
    expect(JSON.stringify(body)).not.toContain('business')
  })
})
