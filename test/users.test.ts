/** The verbs on people, against a real database: what is made can be read, changed, compared and removed. */
import { describe, expect, test } from 'vitest'
import { patchSelf } from '../src/directory/self-service.ts'
import { deleteUser } from '../src/directory/delete-users.ts'
import { createUser, patchUser, readUser, replaceUser } from '../src/directory/users.ts'
import type { Document } from '../src/model/attribute.ts'
import { testContext } from './context.ts'

const ctx = await testContext()

const anna = {
  userName: 'Anna.Berg',
  name: { givenName: 'Anna', familyName: 'Berg', honorificPrefix: 'Prof.' },
  lastnamePrefix: 'van der',
  partnerName: 'Vries',
  prefixPartnerName: 'de',
  birthdate: '1980-02-29',
  emails: [{ value: 'anna@example.com', type: 'WORK_EMAIL' }, { value: 'a.berg@example.org' }],
  phoneNumbers: [{ value: '5550100', countryCd: '+31', isForSms: true }],
  addresses: [{ address1: 'Straat 1', locality: 'Utrecht', country: 'NL' }],
}

test('nobody is born after tomorrow', async () => {
  const own = { ...ctx, now: () => new Date('2026-06-15T12:00:00Z') }
  const refused = { code: 'invalid_value', problems: [{ path: 'birthdate' }] }
  await expect(createUser(own, { userName: 'unborn', birthdate: '2026-06-17' })).rejects.toMatchObject(refused)
  const { id } = await createUser(own, { userName: 'born', birthdate: '2026-06-16' })
  await expect(patchUser(own, id as string, { birthdate: '2062-06-15' })).rejects.toMatchObject(refused)
  await expect(replaceUser(own, id as string, { userName: 'born', birthdate: '2062-06-15' })).rejects.toMatchObject(refused)
  await expect(patchSelf(own, id as string, { birthdate: '2062-06-15' })).rejects.toMatchObject({ code: expect.any(String) })
  // What stands there since before is in nobody's way.
  await ctx.db.execute(`update users set birthdate = '2062-06-15' where user_id = $1`, [id])
  expect(await patchUser(own, id as string, { title: 'Late' })).toMatchObject({ title: 'Late' })
})

describe('a person', () => {
  test('is kept as they were given, with what follows from it', async () => {
    const created = await createUser(ctx, anna)
    const read = await readUser(ctx.db, created.id as string)
    expect(read).toMatchObject({
      ...anna,
      active: true,
      status: 'PENDING_INITIAL_LOGIN',
      typeId: 'DEFAULT_USER',
      displayName: 'Anna van der Berg-de Vries',
      sortName: 'Berg-de Vries, Anna van der',
      primaryEmail: 'anna@example.com',
      isVisible: true,
      emails: [{ value: 'anna@example.com', type: 'WORK_EMAIL', primary: true, active: true }, { value: 'a.berg@example.org', primary: false }],
      logins: [{ login: 'Anna.Berg', managedSystem: '0', firstTimeLogin: true }],
      meta: { version: 1 },
    })
    expect(created.id).toMatch(/^[0-9a-f]{32}$/)
  })

  test('signs in with a name that nobody else has, whatever its case', async () => {
    await createUser(ctx, { userName: 'taken' })
    await expect(createUser(ctx, { userName: 'TAKEN' })).rejects.toMatchObject({ code: 'already_exists' })
  })

  test('changes by merge patch, and the rows that did not change stay', async () => {
    const created = await createUser(ctx, { ...anna, userName: 'patched' })
    const id = created.id as string
    const emails = (await readUser(ctx.db, id)).emails as Document[]
    const patched = await patchUser(ctx, id, { title: 'Engineer', name: { honorificPrefix: null }, emails: [emails[1]] })
    expect(patched).toMatchObject({ title: 'Engineer', meta: { version: 2 } })
    const read = await readUser(ctx.db, id)
    expect(read.name).not.toHaveProperty('honorificPrefix')
    expect(read.emails).toEqual([expect.objectContaining({ id: emails[1]!.id, value: 'a.berg@example.org' })])
    expect(read.phoneNumbers).toHaveLength(1)
  })

  test('is not written when nothing changes', async () => {
    const created = await createUser(ctx, { ...anna, userName: 'same' })
    const again = await patchUser(ctx, created.id as string, { title: null, name: { givenName: 'Anna' } })
    expect((again.meta as Document).version).toBe(1)
  })

  test('replaced by what was read is unchanged', async () => {
    const created = await createUser(ctx, { ...anna, userName: 'roundtrip' })
    const read = await readUser(ctx.db, created.id as string, ['emails', 'phoneNumbers', 'addresses'])
    const replaced = await replaceUser(ctx, created.id as string, read)
    expect((replaced.meta as Document).version).toBe(1)
  })

  test('is told to the audit field by field, as it was and as it is', async () => {
    const created = await createUser(ctx, { userName: 'told' })
    const own = (await readUser(ctx.db, created.id as string)).logins as Document[]
    await patchUser(ctx, created.id as string, { logins: [{ ...own[0], login: 'untold' }] })
    const event = await ctx.db.first<{ changes: string }>(`select changes::text from gatehouse.audit_event where target_id = $1 and action = 'user.update'`, [created.id])
    const named = ['name.formatted', 'displayName', 'sortName', 'userName', `logins[${String(own[0]!.id)}].login`]
    expect(JSON.parse(event!.changes)).toEqual(expect.arrayContaining(named.map((path) => ({ path, before: 'told', after: 'untold' }))))
    expect(JSON.parse(event!.changes)).toHaveLength(named.length)
  })

  test('takes its login with its user name', async () => {
    const created = await createUser(ctx, { userName: 'before' })
    await patchUser(ctx, created.id as string, { userName: 'after' })
    expect(await readUser(ctx.db, created.id as string)).toMatchObject({ userName: 'after', logins: [{ login: 'after' }] })
  })

  test('is written by one writer at a time', async () => {
    const created = await createUser(ctx, { userName: 'twice' })
    const id = created.id as string
    const results = await Promise.allSettled([patchUser(ctx, id, { title: 'A' }, [1]), patchUser(ctx, id, { title: 'B' }, [1])])
    expect(results.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(results.find((one) => one.status === 'rejected')).toMatchObject({ reason: { code: 'version_mismatch', status: 412 } })
  })

  test('goes with everything that hangs on them', async () => {
    const created = await createUser(ctx, { ...anna, userName: 'gone' })
    await deleteUser(ctx, created.id as string)
    await expect(readUser(ctx.db, created.id as string)).rejects.toMatchObject({ code: 'not_found' })
    expect(await ctx.db.query('select 1 from email_address where parent_id = $1', [created.id])).toEqual([])
  })

  test('keeps the secret word hashed and shows it nowhere', async () => {
    const created = await createUser(ctx, { userName: 'secret', secretWord: 'Blue Moon' })
    const row = await ctx.db.first<{ secret_word: string }>('select secret_word from users where user_id = $1', [created.id])
    expect(row!.secret_word).toMatch(/^\$argon2id\$/)
    expect(await readUser(ctx.db, created.id as string)).not.toHaveProperty('secretWord')
    const events = await ctx.db.query<{ changes: unknown }>('select changes::text from gatehouse.audit_event where target_id = $1', [created.id])
    expect(JSON.stringify(events)).not.toMatch(/argon2|Blue/)
  })
})

describe('refused', () => {
  test.each([
    ['a missing user name', {}, 'required_attribute', 'userName'],
    ['an unknown attribute', { userName: 'x1', shoeSize: 43 }, 'unknown_attribute', 'shoeSize'],
    ['an unknown part of the name', { userName: 'x2', name: { middle: 'x' } }, 'unknown_attribute', 'name.middle'],
    ['a wrong type', { userName: 'x3', title: 5 }, 'invalid_value', 'title'],
    ['an over-long text', { userName: 'x4', title: 'x'.repeat(101) }, 'invalid_value', 'title'],
    ['a date that does not exist', { userName: 'x5', startDate: '2026-02-30' }, 'invalid_value', 'startDate'],
    ['a value not among the allowed', { userName: 'x6', sex: 'X' }, 'invalid_value', 'sex'],
    ['a reference to nothing', { userName: 'x7', companyOwnerId: 'nowhere' }, 'invalid_reference', undefined],
    ['a type of another grouping', { userName: 'x8', typeId: 'WORK_EMAIL' }, 'invalid_reference', 'typeId'],
    ['two primary addresses', { userName: 'x9', emails: [{ value: 'a@b.c', primary: true }, { value: 'd@e.f', primary: true }] }, 'invalid_value', 'emails'],
    ['a read-only attribute', { userName: 'x10', displayName: 'Me' }, 'read_only_attribute', 'displayName'],
    ['an undeclared custom attribute', { userName: 'x11', attributes: { shoe: '43' } }, 'unknown_attribute', 'attributes.shoe'],
    ['U+0000', { userName: 'x12', title: 'a\u0000b' }, 'invalid_value', 'title'],
    ['half a surrogate pair', { userName: 'x13', title: 'a\ud800' }, 'invalid_value', 'title'],
  ])('%s', async (_what, input, code, path) => {
    const error = await createUser(ctx, input).then(() => undefined, (thrown: unknown) => thrown)
    expect(error).toMatchObject({ code })
    if (path !== undefined) expect((error as { problems: { path: string }[] }).problems[0]!.path).toBe(path)
  })
})
