/** People show that addresses of theirs are theirs: by a code that goes there, for as long as the address is what it was. */
import { describe, expect, test } from 'vitest'
import { accountSource } from '../src/model/account-sources.ts'
import { tellPeople as tellSettled } from '../src/notify/tell-people.ts'
import { checkMapping } from '../src/transfer/mapping-check.ts'
import { settle } from './audit-context.ts'
import { password } from './browser.ts'
import { factorServer } from './factor-people.ts'
import { imported, jsonl } from './import-harness.ts'

const { ctx, ask, fresh, signedIn, withTotp, codeOf, sentTo, later } = await factorServer()

async function tellPeople(as: typeof ctx): Promise<void> {
  await settle(ctx.db)
  await tellSettled(as)
}

// What was before is told to nobody.
await tellPeople(ctx)
const wrong = '00000000'

interface Entry {
  id: string
  value: string
  proved: boolean
}

/** Somebody signed in with a primary address, a second one, and perhaps more. */
async function withTwo(name: string, ...more: string[]) {
  const [first, second] = [`${name}@example.com`, `${name}2@example.com`]
  const one = await signedIn(name, { emails: [{ value: first, primary: true }, ...[second, ...more].map((value) => ({ value }))] })
  const entries = async () => (await one.ask('GET', '/me')).body.emails as Entry[]
  const entry = async (value = second) => (await entries()).find((each) => each.value === value)!
  const send = async (value = second) => one.ask('POST', `/me/emails/${(await entry(value)).id}/code`)
  const confirm = async (code: string, value = second) => one.ask('POST', `/me/emails/${(await entry(value)).id}/confirm`, { code })
  const codeTo = async (value = second) => (await sentTo(value)).find(({ template }) => template === 'address-code')!.code!
  const prove = async (value = second) => {
    expect((await send(value)).status).toBe(202)
    expect(await confirm(await codeTo(value), value)).toMatchObject({ status: 200, body: { value, proved: true } })
  }
  const change = async (body: object, value = second) => ask('PATCH', `/users/${one.id}/emails/${(await entry(value)).id}`, body)
  const isProved = async (value = second) => (await entry(value)).proved
  return { ...one, first, second, entries, entry, send, confirm, codeTo, prove, change, isProved }
}

const templates = async (address: string) => (await sentTo(address)).map(({ template }) => template!).toSorted()
const events = (id: string) => ctx.db.query<{ action: string; changes: unknown }>(`select action, changes from gatehouse.audit_event where target_id = $1 and action like 'user.emails.%' order by event_id`, [id])

describe('an address', () => {
  test('is proved by the code that went there, once; the record tells it in a new version, and the audit who asked and who showed it', async () => {
    const one = await withTwo('ann')
    const { id } = await one.entry()
    expect((await one.entries()).map(({ proved }) => proved)).toEqual([false, false])
    const { version } = (await one.ask('GET', '/me')).body.meta
    expect((await one.send()).status).toBe(202)
    expect(await one.isProved()).toBe(false)
    const code = await one.codeTo()
    expect(code).toMatch(/^\d{8}$/)
    const dump = JSON.stringify(await Promise.all(['user_auth_param', 'gatehouse.factor_challenge', 'gatehouse.audit_event', 'gatehouse.message'].map((table) => ctx.db.query(`select row_to_json(t)::text as row from ${table} t`))))
    expect(dump).not.toContain(code)
    expect(await one.confirm(code)).toMatchObject({ status: 200, body: { id, value: one.second, proved: true, primary: false } })
    expect((await one.entries()).map(({ value, proved }) => [value, proved])).toEqual([[one.first, false], [one.second, true]])
    expect((await one.ask('GET', '/me')).body.meta.version).toBe(version + 1)
    expect((await ask('GET', `/users/${one.id}/emails/${id}`)).body.proved).toBe(true)
    expect((await ask('GET', `/users?filter=emails[value eq "${one.second}" and proved eq true]`)).body.items.map((each: { id: string }) => each.id)).toEqual([one.id])
    // Neither once more, nor anew.
    expect([(await one.confirm(code)).status, (await one.send()).status]).toEqual([409, 409])
    expect(await events(one.id)).toEqual([
      { action: 'user.emails.send-code', changes: [{ path: `emails[${id}].code`, after: 'sent' }] },
      { action: 'user.emails.prove', changes: [{ path: `emails[${id}].proved`, after: { value: one.second } }] },
    ])
    // It is no second factor, and nothing but the address.
    expect((await fresh().signIn('ann')).body.next).toBe('done')
  })

  test('is not proved by a code that was never sent, is too old, or went to another one, nor in another session', async () => {
    const one = await withTwo('bea')
    expect((await one.confirm(wrong)).body.code).toBe('factor_refused')
    await one.send()
    const code = await one.codeTo()
    expect((await one.confirm(code, one.first)).body.code).toBe('factor_refused')
    const other = fresh()
    await other.signIn('bea')
    expect((await other.ask('POST', `/me/emails/${(await one.entry()).id}/confirm`, { code })).body.code).toBe('factor_refused')
    later(11)
    await one.ask('POST', '/me/step-up', { password })
    expect((await one.confirm(code)).body.code).toBe('factor_refused')
    expect((await one.entries()).map(({ proved }) => proved)).toEqual([false, false])
  })

  test('cannot be guessed at: too many wrong codes lock, and the right one comes too late', async () => {
    const one = await withTwo('cal')
    await one.send()
    const { id } = await one.entry()
    const code = await one.codeTo()
    for (let n = 0; n < 3; n++) expect((await one.confirm(wrong)).status).toBe(403)
    expect((await one.ask('POST', `/me/emails/${id}/confirm`, { code })).status).toBe(401)
    expect((await ask('GET', `/users/${one.id}/emails/${id}`)).body.proved).toBe(false)
  })

  test('is one\'s own: that of somebody else is not there, whether it exists or not', async () => {
    const [one, two] = [await withTwo('dan'), await withTwo('eve')]
    await two.send()
    const { id } = await two.entry()
    for (const [path, body] of [[`/me/emails/${id}/code`], [`/me/emails/${id}/confirm`, { code: await two.codeTo() }], ['/me/emails/nobody/code']] as const) {
      expect(await one.ask('POST', path, body)).toMatchObject({ status: 404, body: { code: 'not_found' } })
    }
    expect(await templates(two.second)).toEqual(['address-code'])
  })

  test('needs a fresh proof of who one is, of the strongest kind that one has', async () => {
    const one = await withTwo('fay')
    const { id: factor, secret } = await withTotp(one)
    later(11)
    expect((await one.send()).body.code).toBe('step_up_required')
    expect((await one.ask('POST', '/me/step-up', { factor, code: codeOf(secret) })).status).toBe(200)
    await one.prove()
  })

  test('that no mail is sent to cannot be proved, and nothing is said to have gone there', async () => {
    const odd = 'odd@under_scored.example.com'
    const one = await withTwo('odd', odd)
    expect(await one.send(odd)).toMatchObject({ status: 400, body: { code: 'invalid_value' } })
    expect(await sentTo(odd)).toEqual([])
  })

  test('that is not in use is none to prove', async () => {
    const one = await withTwo('gil')
    expect((await one.change({ active: false })).status).toBe(200)
    expect((await one.send()).body.code).toBe('conflict')
    expect(await templates(one.second)).toEqual([])
  })

  test('gets no more than some mails: from one person, and from all together', async () => {
    const one = await withTwo('hal')
    const statuses = []
    for (let n = 0; n < 6; n++) statuses.push((await one.send()).status)
    expect(statuses).toEqual([202, 202, 202, 202, 202, 429])
    const two = await signedIn('hub', { emails: [{ value: one.second.toUpperCase(), primary: true }] })
    const { id } = (await two.ask('GET', '/me')).body.emails[0]
    expect((await two.ask('POST', `/me/emails/${id}/code`)).status).toBe(429)
    expect(await templates(one.second)).toHaveLength(5)
    later(61)
    await two.signIn('hub')
    expect((await two.ask('POST', `/me/emails/${id}/code`)).status).toBe(202)
  })

  test('is written to as the record has it, however it is typed where a factor is begun', async () => {
    const one = await withTwo('ida')
    await one.change({ value: 'Ida2@example.com' })
    expect((await one.ask('POST', '/me/factors', { type: 'EMAIL', value: 'iDA2@example.com' })).body.hint).toBe('Ida2@example.com')
    await one.confirm(await one.codeTo('Ida2@example.com'), 'Ida2@example.com')
    expect(await one.isProved('Ida2@example.com')).toBe(true)
  })

  test('gets no more than some mails from many who ask at once either', async () => {
    const shared = 'everybody@example.com'
    const people = await Promise.all(Array.from({ length: 12 }, (_, n) => signedIn(`crowd${n}`, { emails: [{ value: shared, primary: true }] })))
    const ids = await Promise.all(people.map(async (one) => ((await one.ask('GET', '/me')).body.emails as Entry[])[0]!.id))
    const statuses = (await Promise.all(people.map((one, n) => one.ask('POST', `/me/emails/${ids[n]}/code`)))).map(({ status }) => status)
    expect(statuses.filter((status) => status === 202)).toHaveLength(5)
    expect(statuses.filter((status) => status === 429)).toHaveLength(7)
  })

  test('that stands twice, in two spellings, is written to in each, proved in both, and told once', async () => {
    const one = await withTwo('tik', 'TIK2@example.com')
    await tellPeople(ctx)
    expect((await one.send('TIK2@example.com')).status).toBe(202)
    expect(await one.confirm(await one.codeTo('TIK2@example.com'), 'TIK2@example.com')).toMatchObject({ status: 200 })
    expect((await one.entries()).map(({ proved }) => proved)).toEqual([false, true, true])
    await tellPeople(ctx)
    expect((await sentTo(one.first)).filter(({ template }) => template === 'email-proved')).toHaveLength(1)
    expect([...(await sentTo(one.second)), ...(await sentTo('TIK2@example.com'))].filter(({ template }) => template === 'email-proved')).toHaveLength(1)
  })

  test('is proved by one of two answers that come at once', async () => {
    const one = await withTwo('joe')
    await one.send()
    const [{ id }, code] = [await one.entry(), await one.codeTo()]
    const both = await Promise.all([1, 2].map(() => one.ask('POST', `/me/emails/${id}/confirm`, { code })))
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1)
    expect((await events(one.id)).filter(({ action }) => action === 'user.emails.prove')).toHaveLength(1)
  })
})

describe('what was proved, and the code that is out,', () => {
  const ways = {
    'becomes another one, even where it is made the old one again': async (one: Awaited<ReturnType<typeof withTwo>>) => {
      await one.change({ value: 'other@example.com' })
      await one.change({ value: one.second }, 'other@example.com')
    },
    'goes out of use, even where it comes back': async (one: Awaited<ReturnType<typeof withTwo>>) => {
      await one.change({ active: false })
      await one.change({ active: true })
    },
    'is removed, even where it is added again': async (one: Awaited<ReturnType<typeof withTwo>>) => {
      expect((await ask('DELETE', `/users/${one.id}/emails/${(await one.entry()).id}`)).status).toBe(204)
      expect((await ask('POST', `/users/${one.id}/emails`, { value: one.second })).status).toBe(201)
    },
    'is written past the verbs': async (one: Awaited<ReturnType<typeof withTwo>>) => {
      await ctx.db.execute(`update email_address set email_address = 'other@example.com' where email_id = $1`, [(await one.entry()).id])
      await ctx.db.execute(`update email_address set email_address = $2 where parent_id = $1 and email_address = 'other@example.com'`, [one.id, one.second])
    },
  }
  test.each(Object.entries(ways))('ends when the address %s', async (what, change) => {
    const name = `k${Object.keys(ways).indexOf(what)}`
    const one = await withTwo(name)
    await one.send()
    const code = await one.codeTo()
    await change(one)
    expect((await one.confirm(code)).body.code).toBe('factor_refused')
    await one.prove()
    await change(one)
    expect(await one.isProved()).toBe(false)
    expect(await ctx.db.query(`select param_value from user_auth_param where user_id = $1`, [one.id])).toEqual([])
  })

  // The sign of Kelvin, a dotted I and an E with an accent fold to other letters, as some do it: other mailboxes.
  test.each([['mik', 'mi\u212a2@example.com'], ['ibo', '\u0130bo2@example.com'], ['éva', 'Éva2@example.com']])('ends when the address of %s becomes %s, which only folds to it; the old one is told', async (name, other) => {
    const one = await withTwo(name)
    await one.prove()
    await tellPeople(ctx)
    expect(await one.change({ value: other })).toMatchObject({ status: 200, body: { proved: false } })
    expect((await one.entries()).map(({ value, proved }) => [value, proved])).toEqual([[one.first, false], [other, false]])
    expect(await ctx.db.query(`select from user_auth_param where user_id = $1 and type = 'EMAIL'`, [one.id])).toEqual([])
    await tellPeople(ctx)
    for (const address of [one.first, one.second, other]) expect(await templates(address)).toContain('email-changed')
  })

  test('the answer and the audit say so at once; a word of its own, another case and a new entry for it change nothing', async () => {
    const one = await withTwo('lea')
    await one.prove()
    expect((await one.change({ name: 'home', value: 'LEA2@example.com' })).body).toMatchObject({ proved: true })
    const emails = (await one.entries()).map(({ value }) => ({ value, primary: value === one.first }))
    expect((await ask('PATCH', `/users/${one.id}`, { emails })).body.emails.map(({ proved }: Entry) => proved)).toEqual([false, true])
    expect(await one.isProved('LEA2@example.com')).toBe(true)
    const { id } = await one.entry('LEA2@example.com')
    expect((await one.change({ value: 'lea3@example.com' }, 'LEA2@example.com')).body).toMatchObject({ value: 'lea3@example.com', proved: false })
    expect((await events(one.id)).at(-1)!.changes).toContainEqual({ path: `emails[${id}].proved`, before: true, after: false })
  })

  test('ends with everything else that one has to sign in with, when an account is put back', async () => {
    const one = await withTwo('leo')
    const { id } = await one.entry()
    await one.prove()
    expect((await ask('POST', `/users/${one.id}/reset`)).status).toBe(200)
    expect((await ask('GET', `/users/${one.id}/emails/${id}`)).body.proved).toBe(false)
  })
})

test('nobody can claim it: not who writes records, nor who is the person', async () => {
  const one = await withTwo('mia')
  const { id } = await one.entry()
  const claims = [
    ['POST', '/users', { userName: 'mob', emails: [{ value: 'mob@example.com', proved: true }] }],
    ['PATCH', `/users/${one.id}`, { emails: [{ id, value: one.second, proved: true }] }],
    ['PUT', `/users/${one.id}/emails/${id}`, { value: one.second, proved: true }],
    ['PATCH', `/users/${one.id}/emails/${id}`, { proved: true }],
    ['POST', `/users/${one.id}/emails`, { value: 'mia3@example.com', proved: true }],
  ] as const
  for (const [method, path, body] of claims) expect([path, await ask(method, path, body)]).toMatchObject([path, { status: 400, body: { code: 'read_only_attribute' } }])
  expect((await one.ask('PATCH', '/me', { emails: [{ id, proved: true }] })).body.code).toBe('read_only_attribute')
  expect((await one.entries()).map(({ proved }) => proved)).toEqual([false, false])
  // What is repeated as it is is no claim.
  expect((await ask('PATCH', `/users/${one.id}/emails/${id}`, { proved: false, name: 'home' })).status).toBe(200)
  expect((await ask('POST', `/users/${one.id}/emails`, { value: 'mia3@example.com', proved: false })).body).toMatchObject({ proved: false })
})

test('no file can claim it: of what an export has it is passed over, a mapping cannot name it, and the address of a record that is merged is not proved', async () => {
  const one = await withTwo('nia')
  await one.prove()
  const { id } = await one.entry()
  const before = await one.entries()
  expect(await imported(ctx, jsonl({ id: one.id, userName: 'nia', emails: before.map((entry) => ({ ...entry, proved: entry.id !== id })) }))).toMatchObject({ failed: 0, counts: { unchanged: 1 } })
  expect(await imported(ctx, jsonl({ userName: 'nil', name: { familyName: 'Nil' }, emails: [{ value: 'nil@example.com', proved: true }] }))).toMatchObject({ failed: 0, counts: { create: 1 } })
  const nil = (await ask('GET', '/users?filter=userName eq "nil"')).body.items[0]
  expect([await one.entries(), nil.emails[0].proved]).toEqual([before, false])
  expect(checkMapping({ format: 'csv', records: [{ resource: 'User', set: { userName: { column: 'name' }, 'emails[0].proved': { column: 'proved' } } }] }).map(({ message }) => message)).toContainEqual(expect.stringContaining('cannot be set'))
  expect(accountSource('emails[proved eq true].value')).toBe(null)
  // As that of somebody else it is not there, and none of theirs.
  const two = await withTwo('nox')
  await two.prove()
  const { body: merge } = await ask('POST', `/users/${one.id}/merge`, { duplicate: two.id })
  expect((await ask('POST', `/plans/${merge.id}/apply`)).body).toMatchObject({ failed: 0 })
  expect((await one.entries()).filter(({ proved }) => proved).map(({ value }) => value)).toEqual([one.second])
})

describe('notices about security', () => {
  test('go to every address that is proved, besides the primary one, and to none that is not', async () => {
    const one = await withTwo('ned', 'ned3@example.com')
    await one.prove()
    await tellPeople(ctx)
    expect((await sentTo(one.first)).find(({ template }) => template === 'email-proved')).toMatchObject({ address: 'n…@example.com' })
    expect((await one.ask('POST', '/me/password', { current: password, next: 'another horse and battery' })).status).toBe(200)
    await withTotp(one)
    await tellPeople(ctx)
    expect(await templates(one.first)).toEqual(['email-proved', 'factor-added', 'password-changed'])
    expect(await templates(one.second)).toEqual(['address-code', 'email-proved', 'factor-added', 'password-changed'])
    expect(await templates('ned3@example.com')).toEqual([])
  })

  test('reach an address that is proved no more by its person\'s own wish, and not by what the help desk takes away', async () => {
    const one = await withTwo('noa')
    // Of a code that nobody has entered nothing is told there.
    await one.send()
    expect((await one.ask('DELETE', `/me/factors/${(await one.ask('GET', '/me/factors')).body.items[0].id}`)).status).toBe(204)
    await tellPeople(ctx)
    expect(await templates(one.second)).toEqual(['address-code'])
    await one.prove()
    await withTotp(one)
    expect((await ask('DELETE', `/users/${one.id}/factors`)).status).toBe(204)
    await one.signIn('noa')
    expect(await one.isProved()).toBe(true)
    await tellPeople(ctx)
    const [{ id }] = (await one.ask('GET', '/me/factors')).body.items
    const { version } = (await one.ask('GET', '/me')).body.meta
    expect((await one.ask('DELETE', `/me/factors/${id}`)).status).toBe(204)
    expect((await one.ask('GET', '/me')).body.meta.version).toBe(version + 1)
    expect(await one.isProved()).toBe(false)
    await one.ask('POST', '/me/password', { current: password, next: 'another horse and battery' })
    await tellPeople(ctx)
    expect((await templates(one.second)).filter((each) => each !== 'address-code')).toEqual(['email-proved', 'factor-added', 'factor-removed', 'factor-removed', 'password-changed'])
  })

  test('of another primary address go to those that are proved, too, whoever has changed it', async () => {
    const one = await withTwo('oda')
    await one.prove()
    await tellPeople(ctx)
    await one.change({ value: 'stranger@example.com' }, one.first)
    await tellPeople(ctx)
    for (const address of [one.first, one.second, 'stranger@example.com']) expect((await templates(address)).filter((each) => each === 'email-changed')).toHaveLength(1)
  })

  test('go to three at most beside the primary one, those first that were proved first; an address that is there twice gets one', async () => {
    const more = [3, 4, 5, 6].map((n) => `pia${n}@example.com`)
    const one = await withTwo('pia', ...more, 'PIA2@example.com')
    for (const value of [one.second, ...more]) {
      await one.prove(value)
      later(6)
      await one.ask('POST', '/me/step-up', { password })
    }
    await tellPeople(ctx)
    await one.ask('POST', '/me/password', { current: password, next: 'another horse and battery' })
    await tellPeople(ctx)
    const told = await ctx.db.query<{ recipient: string }>(`select recipient from gatehouse.message where user_id = $1 and template = 'password-changed' order by recipient`, [one.id])
    expect(told.map(({ recipient }) => recipient.toLowerCase())).toEqual([one.first, one.second, ...more.slice(0, 2)].toSorted())
  })

  test('of sign-ins from somewhere new go there, as one that is told once and taken back once', async () => {
    const one = await withTwo('quy')
    await one.prove()
    const { id: factor, secret } = await withTotp(one)
    const elsewhere = fresh()
    expect((await elsewhere.signIn('quy')).body.next).toBe('factor')
    expect(await ctx.db.query(`select recipient from gatehouse.message where user_id = $1 and template = 'password-known' order by recipient`, [one.id])).toEqual([{ recipient: one.second }, { recipient: one.first }])
    later(1)
    expect((await elsewhere.ask('POST', '/sign-in/factor', { factor, code: codeOf(secret) })).body.next).toBe('done')
    for (const address of [one.first, one.second]) expect((await templates(address)).filter((each) => ['password-known', 'new-sign-in'].includes(each))).toEqual(['new-sign-in'])
    // Five a day, however many addresses each goes to.
    for (let n = 0; n < 7; n++) await fresh().signIn('quy')
    expect(await ctx.db.query(`select count(*)::int as n from gatehouse.message where user_id = $1 and template = 'password-known'`, [one.id])).toEqual([{ n: 10 }])
  })

  test('tell of a password that was recovered by a link, at the address that the link did not go to', async () => {
    const one = await withTwo('ray')
    await one.prove()
    expect((await ask('POST', `/users/${one.id}/recover`)).status).toBe(202)
    const { link } = (await sentTo(one.first)).find(({ template }) => template === 'password-reset')!
    expect((await fresh().ask('POST', '/recovery/password/complete', { token: link!.split('#')[1], next: 'another horse and battery' })).status).toBe(200)
    await tellPeople(ctx)
    expect(await templates(one.second)).toEqual(['address-code', 'email-proved', 'password-changed'])
    // The link has proved the primary one: it is told once all the same.
    expect((await templates(one.first)).filter((each) => each === 'password-changed')).toHaveLength(1)
  })

  test('reach who has no primary address in use; links still go to a primary one alone', async () => {
    const one = await withTwo('rex')
    await one.prove()
    await one.change({ active: false }, one.first)
    await tellPeople(ctx)
    await one.ask('POST', '/me/password', { current: password, next: 'another horse and battery' })
    await tellPeople(ctx)
    expect(await templates(one.second)).toContain('password-changed')
    expect((await ask('POST', `/users/${one.id}/recover`)).body.code).toBe('no_mail_address')
    await one.change({ active: true }, one.first)
    expect((await ask('POST', `/users/${one.id}/recover`)).status).toBe(202)
    expect([await templates(one.first), await templates(one.second)].map((each) => each.includes('password-reset'))).toEqual([true, false])
  })
})
