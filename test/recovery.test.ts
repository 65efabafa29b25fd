/** Recovery: links that are asked for, what strangers learn, what ends a link, and what it does not open. */
import { describe, expect, test } from 'vitest'
import { renderMail } from '../src/notify/render.ts'
import { recoverAccounts } from '../src/signin/recovery.ts'
import { setPassword } from '../src/signin/password-change.ts'
import { administrator } from './administrators.ts'
import { browser, password, personWithPassword } from './browser.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer()
const { ctx, ask, server, masterKey, fresh, signedIn, withTotp, codeOf, sentTo, later } = shared
const next = 'another horse, another battery'
const work = () => recoverAccounts(ctx, masterKey)
const mailOf = (name: string) => `${name}@example.com`
const withMail = (name: string) => ({ emails: [{ value: mailOf(name), primary: true }] })
const request = (path: string, body: object, one = fresh()) => one.ask('POST', `/recovery/${path}`, body)
const complete = (token: string, to = next) => request('password/complete', { token, next: to })

/** The token of the newest link that was sent to somebody. */
async function tokenFor(name: string, template = 'password-reset'): Promise<string> {
  const mail = (await sentTo(mailOf(name))).find((one) => one.template === template)
  return new URL(mail!.link!).hash.slice(1)
}

async function linkTo(name: string): Promise<string> {
  later(2)
  expect((await request('password', { userName: name })).status).toBe(202)
  await work()
  return tokenFor(name.toLowerCase())
}

describe('a link', () => {
  test('sets a new password once; sessions end, the person is told, and what is kept is a hash', async () => {
    const one = await signedIn('ada', withMail('ada'))
    const token = await linkTo('ADA')
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    const [mail] = await sentTo(mailOf('ada'))
    expect(mail).toMatchObject({ template: 'password-reset', minutes: '30', link: `http://localhost:8080/recover#${token}` })
    const tables = ['login', 'gatehouse.audit_event', 'gatehouse.message', 'gatehouse.recovery_request']
    const dump = JSON.stringify(await Promise.all(tables.map((table) => ctx.db.query(`select row_to_json(t)::text as row from ${table} t`))))
    expect(dump).not.toContain(token)
    expect((await ctx.db.first<{ hash: string }>('select pswd_reset_token as hash from login where user_id = $1', [one.id]))!.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(await complete(token, 'short')).toMatchObject({ status: 400, body: { code: 'password_refused' } })
    expect((await complete(token)).status).toBe(200)
    expect(await ctx.db.query('select param_value as address, confirmed_type as how from user_auth_param where user_id = $1', [one.id])).toEqual([{ address: mailOf('ada'), how: 'LINK' }])
    expect((await complete(token, 'yet another horse and battery')).body.code).toBe('recovery_refused')
    expect([(await one.ask('GET', '/me')).status, (await fresh().signIn('ada')).status, (await fresh().signIn('ada', next)).status]).toEqual([401, 401, 200])
    const events = await ctx.db.query<{ action: string }>(`select action from gatehouse.audit_event where target_id = $1 and (action like 'user.recovery%' or action = 'user.password.set') order by event_id`, [one.id])
    expect(events.map(({ action }) => action)).toEqual(['user.recovery.send', 'user.recovery.complete', 'user.password.set'])
  })

  test('is looked at before a password is thought up for it, which uses nothing up; the answer to any other is one', async () => {
    await signedIn('lia', withMail('lia'))
    const token = await linkTo('lia')
    const look = (body: object) => request('password/look', body)
    for (let n = 0; n < 3; n++) expect(await look({ token })).toMatchObject({ status: 200, body: { userName: 'lia', passwordLength: 15, first: false } })
    expect((await ask('POST', '/users', { userName: 'new', status: 'ACTIVE', ...withMail('new') })).status).toBe(201)
    const { id } = (await ask('GET', '/users?filter=userName eq "new"')).body.items[0]
    expect((await ask('POST', `/users/${id}/invite`, {})).status).toBe(202)
    const invitation = await tokenFor('new', 'invitation')
    expect((await look({ token: invitation })).body).toEqual({ userName: 'new', passwordLength: 15, first: true })
    expect((await complete(token)).status).toBeLessThan(300)
    await ctx.db.execute(`update users set secondary_status = 'DISABLED' where user_id = $1`, [id])
    for (const dead of [{ token }, { token: invitation }, { token: 'x'.repeat(43) }, { token: 'x' }, { userName: 'lia', code: '000000' }, { userName: 'nobody at all', code: '000000' }]) {
      const { status, body } = await look(dead)
      expect([dead, status, body.code, Object.keys(body).toSorted()]).toEqual([dead, 403, 'recovery_refused', ['code', 'requestId', 'status', 'title', 'type']])
    }
    expect((await ask('GET', `/recovery/password/look`)).status).toBe(404)
  })

  test('works once, however many use it at once', async () => {
    await signedIn('bea', withMail('bea'))
    const token = await linkTo('bea')
    const replies = await Promise.all(Array.from({ length: 5 }, (_, n) => complete(token, `${next} number ${n}`)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('dies with its time, with the next one, and with any other change of the password', async () => {
    const one = await signedIn('cal', withMail('cal'))
    const late = await linkTo('cal')
    later(31)
    expect((await complete(late)).body.code).toBe('recovery_refused')
    const first = await linkTo('cal')
    const second = await linkTo('cal')
    expect(first).not.toBe(second)
    expect((await complete(first)).body.code).toBe('recovery_refused')
    const two = fresh()
    await two.signIn('cal')
    expect((await two.ask('POST', '/me/password', { current: password, next })).status).toBe(200)
    expect((await complete(second)).body.code).toBe('recovery_refused')
    // By whichever door: an import writes hashes.
    const third = await linkTo('cal')
    await ctx.db.execute(`update login set password = '{SSHA}x' where user_id = $1`, [one.id])
    expect((await complete(third)).body.code).toBe('recovery_refused')
  })

  test('follows PUBLIC_URL, whatever the request says of the host', async () => {
    await signedIn('dot', withMail('dot'))
    later(2)
    const reply = await server.inject({ method: 'POST', url: '/api/v1/recovery/password', headers: { host: 'localhost.evil.example', 'x-forwarded-host': 'evil.example', 'content-type': 'application/json' }, payload: JSON.stringify({ userName: 'dot' }) })
    expect(reply.statusCode).toBe(403)
    await request('password', { userName: 'dot' }, browser(server, { host: 'localhost:9999' }))
    await work()
    expect((await sentTo(mailOf('dot')))[0]!.link).toMatch(/^http:\/\/localhost:8080\/recover#/)
  })

  test('opens the password alone: factors are asked for', async () => {
    const one = await signedIn('eli', withMail('eli'))
    const { id, secret } = await withTotp(one)
    expect((await complete(await linkTo('eli'))).status).toBe(200)
    const two = fresh()
    expect((await two.signIn('eli', next)).body.next).toBe('factor')
    expect((await two.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret) })).body.next).toBe('done')
  })

  test('opens a lock by failures, and never an administrator\'s', async () => {
    const [one, other] = [await signedIn('fay', withMail('fay')), await signedIn('flo', withMail('flo'))]
    const [token, theirs] = [await linkTo('fay'), await linkTo('flo')]
    for (let n = 0; n < 3; n++) await fresh().signIn('fay', 'wrong')
    expect((await fresh().signIn('fay')).status).toBe(401)
    expect((await complete(token)).status).toBe(200)
    expect((await fresh().signIn('fay', next)).body.next).toBe('done')
    await ask('POST', `/users/${other.id}/lock`)
    expect((await complete(theirs)).body.code).toBe('recovery_refused')
    expect((await ask('GET', `/users/${one.id}`)).body.active).toBe(true)
  })
})

describe('the address that a link went to', () => {
  const token = (id: string) => ctx.db.first<{ hash: string | null; made: string | null }>('select pswd_reset_token as hash, pswd_reset_token_made as made from login where user_id = $1', [id])
  const mails = (...values: string[]) => ({ emails: values.map((value, n) => ({ value, primary: n === 0 })) })
  const emails = async (id: string) => ((await ask('GET', `/users/${id}`)).body.emails as { id: string; value: string; primary: boolean }[])

  test('takes it along when it is another one now, or none', async () => {
    for (const [name, change] of [['abe', mails('else@example.com')], ['abi', { emails: [] }], ['abu', mails('new@example.com', mailOf('abu'))]] as const) {
      const { id } = await signedIn(name, withMail(name))
      const link = await linkTo(name)
      expect((await ask('PATCH', `/users/${id}`, change)).status).toBe(200)
      expect((await complete(link)).body.code).toBe('recovery_refused')
      expect(await token(id)).toEqual({ hash: null, made: null })
    }
  })

  test('leaves it when it is written again, or in other letters, or when another one goes', async () => {
    for (const [name, change] of [['ace', (one: string) => mails(one)], ['ada-lou', (one: string) => mails(one.toUpperCase())], ['alf', (one: string) => mails(one, 'second@example.com')], ['amo', () => ({ title: 'x' })]] as const) {
      const { id } = await signedIn(name, { emails: [{ value: mailOf(name), primary: true }, { value: 'other@example.com' }] })
      const link = await linkTo(name)
      expect((await ask('PATCH', `/users/${id}`, change(mailOf(name)))).status).toBe(200)
      expect((await complete(link)).status).toBe(200)
    }
  })

  test('by which other door it changed: another one is primary, its row is deleted, an invitation of a week', async () => {
    const one = await signedIn('ann', { emails: [{ value: mailOf('ann'), primary: true }, { value: 'ann2@example.com' }] })
    const link = await linkTo('ann')
    const second = (await emails(one.id)).find(({ primary }) => !primary)!
    expect((await ask('PATCH', `/users/${one.id}/emails/${second.id}`, { primary: true })).status).toBe(200)
    expect((await complete(link)).body.code).toBe('recovery_refused')
    const { body: { id } } = await ask('POST', '/users', { userName: 'art', name: { familyName: 'New' }, status: 'PENDING_INITIAL_LOGIN', ...withMail('art') })
    expect((await ask('POST', `/users/${id}/invite`)).status).toBe(202)
    const invitation = await tokenFor('art', 'invitation')
    const [first] = await emails(id)
    expect((await ask('DELETE', `/users/${id}/emails/${first!.id}`)).status).toBe(204)
    expect((await complete(invitation)).body.code).toBe('recovery_refused')
  })
})

describe('strangers', () => {
  test('are told the same whoever they ask about, and nothing is sent', async () => {
    const disabled = await signedIn('gil', withMail('gil'))
    await ask('POST', `/users/${disabled.id}/disable`)
    await signedIn('gus')
    await signedIn('hal', withMail('hal'))
    later(2)
    const seen: string[] = []
    for (const userName of ['hal', mailOf('hal').toUpperCase(), 'nobody at all', 'gil', 'gus', '\' or 1=1 --']) {
      const { status, body, headers } = await request('password', { userName })
      seen.push(JSON.stringify([status, body, Object.keys(headers).filter((one) => one !== 'date').toSorted()]))
    }
    expect([...new Set(seen)]).toHaveLength(1)
    // Until the job works, nothing but the request tells who it is about.
    const before = (await ctx.db.query('select from gatehouse.message')).length
    expect(await work()).toBe(6)
    expect((await ctx.db.query('select from gatehouse.message')).length).toBe(before + 1)
    expect(await ctx.db.query('select from gatehouse.recovery_request')).toEqual([])
    expect(await sentTo(mailOf('gil'))).toEqual([])
  })

  test('cannot fill a mailbox, nor keep a link from being used', async () => {
    await signedIn('ivy', withMail('ivy'))
    const token = await linkTo('ivy')
    for (let n = 0; n < 5; n++) await request('password', { userName: 'ivy' })
    await work()
    expect((await sentTo(mailOf('ivy'))).filter(({ template }) => template === 'password-reset')).toHaveLength(1)
    expect((await complete(token)).status).toBe(200)
    const own = await factorServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '3' })
    const statuses = []
    for (let n = 0; n < 5; n++) statuses.push((await own.fresh({ address: '192.0.2.7' }).ask('POST', '/recovery/password', { userName: `x${n}` })).status)
    expect(statuses).toEqual([202, 202, 202, 429, 429])
  })

  test.each([[{}], [{ token: 'x' }], [{ token: 'A'.repeat(44), next }], [{ token: 'A'.repeat(43), next, userId: 'x' }], [[]]])('%j is no completion', async (body) => {
    expect((await request('password/complete', body)).status).toBe(400)
  })

  test('a token of nobody opens nothing', async () => {
    expect((await complete('A'.repeat(43))).body.code).toBe('recovery_refused')
    expect((await complete('\'; --')).body.code).toBe('recovery_refused')
  })

  test('a request that nobody worked on in time is dropped', async () => {
    await signedIn('jan', withMail('jan'))
    await request('password', { userName: 'jan' })
    later(20)
    expect(await work()).toBe(1)
    expect((await sentTo(mailOf('jan'))).filter(({ template }) => template === 'password-reset')).toEqual([])
  })
})

test('a policy can keep people from recovering by themselves', async () => {
  const one = await signedIn('joy', withMail('joy'))
  const { body: role } = await ask('POST', '/roles', { name: 'Guarded' })
  await ask('PUT', `/roles/${role.id}/members/${one.id}`, {})
  expect((await ask('POST', '/password-policies', { name: 'Guarded', priority: 9, rules: { resetByUser: false }, appliesTo: [{ level: 'ROLE', id: role.id }] })).status).toBe(201)
  later(2)
  await request('password', { userName: 'joy' })
  await work()
  expect((await sentTo(mailOf('joy'))).filter(({ template }) => template === 'password-reset')).toEqual([])
})

test('user names go to the address that they belong to, as it is kept and not as it was typed', async () => {
  await signedIn('kay', { emails: [{ value: 'Family@example.com', primary: true }] })
  await signedIn('kim', { emails: [{ value: 'Family@example.com', primary: true }] })
  await signedIn('kit', { emails: [{ value: 'kit@example.com', primary: true }, { value: 'family@example.com' }] })
  await signedIn('kelvin', { emails: [{ value: 'kelvin@example.com', primary: true }] })
  // Its first letter is the Kelvin sign, which is a k where letters lose their case, and another mailbox.
  for (const email of ['FAMILY@example.com', 'nobody@example.com', '\u212Aelvin@example.com']) expect((await request('user-name', { email })).status).toBe(202)
  await work()
  const [mail] = await sentTo('Family@example.com')
  expect(mail!.template).toBe('user-name')
  expect(mail!.userNames!.split(', ').toSorted()).toEqual(['kay', 'kim'])
  expect((await sentTo('kelvin@example.com')).filter(({ template }) => template === 'user-name')).toMatchObject([{ userNames: 'kelvin' }])
  const told = await ctx.db.query<{ recipient: string }>(`select recipient from gatehouse.message where template = 'user-name' order by recipient collate "C"`)
  expect(told.map(({ recipient }) => recipient)).toEqual(['Family@example.com', 'kelvin@example.com'])
})

test('a link to unlock opens the lock, once, and is no link for a password', async () => {
  const one = await signedIn('lea', withMail('lea'))
  await request('unlock', { userName: 'lea' })
  await work()
  expect((await sentTo(mailOf('lea'))).filter(({ template }) => template === 'account-unlock')).toEqual([])
  for (let n = 0; n < 3; n++) await fresh().signIn('lea', 'wrong')
  await request('unlock', { userName: 'lea' })
  await work()
  const token = await tokenFor('lea', 'account-unlock')
  expect((await complete(token)).body.code).toBe('recovery_refused')
  expect((await request('unlock/complete', { token })).status).toBe(204)
  expect((await request('unlock/complete', { token })).body.code).toBe('recovery_refused')
  expect((await fresh().signIn('lea')).body.next).toBe('done')
  expect((await ask('GET', `/users/${one.id}`)).body.active).toBe(true)
})

describe('a code by SMS', () => {
  const number = '+491700000077'
  async function enrolled(name: string) {
    const one = await signedIn(name, withMail(name))
    const { body: { id: sms } } = await one.ask('POST', '/me/factors', { type: 'SMS', value: number })
    const [sent] = await sentTo(number)
    expect((await one.ask('POST', `/me/factors/${sms}/confirm`, { code: sent!.code })).status).toBe(200)
    return { one, sms }
  }
  async function codeFor(userName: string): Promise<string | undefined> {
    later(2)
    expect((await request('password', { userName, channel: 'SMS' })).status).toBe(202)
    await work()
    const [sent] = await sentTo(number)
    return sent?.template === 'reset-code' ? sent.code : undefined
  }
  const answer = (userName: string, code: string) => request('password/complete', { userName, code, next })

  test('goes to who has another factor as well, and does not serve as both', async () => {
    const { one, sms } = await enrolled('pia')
    expect(await codeFor('pia')).toBeUndefined()
    expect((await one.ask('POST', '/sign-in/factor/code', { factor: sms })).status).toBe(202)
    const [sent] = await sentTo(number)
    expect((await one.ask('POST', '/me/step-up', { factor: sms, code: sent!.code })).status).toBe(200)
    const totp = await withTotp(one)
    const code = (await codeFor('pia'))!
    expect(code).toMatch(/^\d{8}$/)
    const { hash } = (await ctx.db.first<{ hash: string }>('select sms_reset_token as hash from login where user_id = $1', [one.id]))!
    expect([hash.length, hash.includes(code)]).toEqual([10, false])
    expect((await request('password/complete', { userName: 'pia', code, next: 'short' })).body.code).toBe('password_refused')
    expect([(await answer('pia', code)).status, (await answer('pia', code)).status]).toEqual([200, 403])
    const two = fresh()
    expect((await two.signIn('pia', next)).body.factors.map(({ type }: { type: string }) => type)).toEqual(['TOTP'])
    expect((await two.ask('POST', '/sign-in/factor/code', { factor: sms })).status).toBe(404)
    later(1)
    expect((await two.ask('POST', '/sign-in/factor', { factor: totp.id, code: codeOf(totp.secret) })).body.next).toBe('done')
    expect((await fresh().signIn('pia', next)).body.factors.map(({ type }: { type: string }) => type)).toEqual(['SMS', 'TOTP'])
  })

  test('is not guessed, lapses, and is nobody else\'s', async () => {
    const { one } = await enrolled('quin')
    await withTotp(one)
    await signedIn('rob', withMail('rob'))
    const code = (await codeFor('quin'))!
    expect((await answer('rob', code)).body.code).toBe('recovery_refused')
    expect((await answer('nobody', code)).body.code).toBe('recovery_refused')
    const late = code
    later(11)
    expect((await answer('quin', late)).body.code).toBe('recovery_refused')
    const again = (await codeFor('quin'))!
    expect((await answer('quin', again)).status).toBe(200)
    expect((await one.ask('GET', '/me')).status).toBe(401)
  })

  test('dies with the number that it went to', async () => {
    const { one, sms } = await enrolled('ray')
    await withTotp(one)
    const code = (await codeFor('ray'))!
    expect((await one.ask('DELETE', `/me/factors/${sms}`)).status).toBe(204)
    expect((await answer('ray', code)).body.code).toBe('recovery_refused')
  })

  test.each([[{ userName: 'a', channel: 'FAX' }], [{ userName: 'a', channel: 'PIGEON' }], [{ userName: 'a', channel: 1 }]])('%j is no request', async (body) => expect(await request('password', body)).toMatchObject({ status: 400, body: { problems: [{ path: 'channel', message: 'must be EMAIL or SMS' }] } }))
})

describe('the help desk', () => {
  test('sends a link that it does not see, to those it may', async () => {
    const one = await signedIn('mia', withMail('mia'))
    const desk = await administrator(shared, 'desk', 'HELP_DESK')
    const boss = await administrator(shared, 'boss', 'SUPER_ADMIN')
    const auditor = await administrator(shared, 'auditor', 'AUDITOR')
    const reply = await desk.ask('POST', `/users/${one.id}/recover`)
    expect([reply.status, reply.body]).toEqual([202, undefined])
    expect((await desk.ask('POST', `/users/${one.id}/recover`)).status).toBe(409)
    expect([(await desk.ask('POST', `/users/${boss.id}/recover`)).status, (await auditor.ask('POST', `/users/${one.id}/recover`)).status, (await desk.ask('POST', '/users/nobody/recover')).status]).toEqual([403, 403, 404])
    expect((await complete(await tokenFor('mia'))).status).toBe(200)
    expect((await desk.ask('POST', `/users/${one.id}/invite`)).status).toBe(409)
  })

  test('invites who has no password yet, and that lives a week', async () => {
    const { body: { id } } = await ask('POST', '/users', { userName: 'nat', name: { familyName: 'New' }, status: 'PENDING_INITIAL_LOGIN', ...withMail('nat') })
    expect((await ask('POST', `/users/${id}/invite`)).status).toBe(202)
    later(6 * 24 * 60)
    // What to sign in with is in the mail, and in the answer: nobody else tells them.
    const [mail] = await sentTo(mailOf('nat'))
    expect(mail).toMatchObject({ template: 'invitation', userName: 'nat' })
    for (const locale of ['en', 'de', 'fr']) expect(renderMail({ template: 'invitation', locale, values: { link: mail!.link!, userName: 'na\u202et' } }, { product: 'Gatehouse', timeZone: 'UTC' }).text).toContain('na t')
    const letter = (locale: string) => renderMail({ template: 'invitation', locale, values: { link: mail!.link!, userName: 'nat' } }, { product: 'Gatehouse', timeZone: 'UTC' }).text
    expect([letter('en'), letter('de'), letter('fr')]).toEqual([/within 7 days/, /innerhalb von 7 Tagen/, /dans les 7 jours/].map((one) => expect.stringMatching(one) as string))
    const { life } = (await ctx.db.first<{ life: number }>(`select extract(epoch from expires_at - created_at)::float8 / 86400 as life from gatehouse.message where user_id = $1`, [id]))!
    expect(life).toBeCloseTo(7, 3)
    // So it is where a server of the version before enqueued it, which told none.
    await ctx.db.execute(`update gatehouse.message set content = content - 'userName' where user_id = $1`, [id])
    expect((await sentTo(mailOf('nat')))[0]).toMatchObject({ template: 'invitation', userName: 'nat' })
    expect(await complete(await tokenFor('nat', 'invitation'))).toMatchObject({ status: 200, body: { userName: 'nat' } })
    expect((await fresh().signIn('nat', next)).body.next).toBe('done')
    expect((await ask('GET', `/users/${id}`)).body.status).toBe('ACTIVE')
  })
})

test('whoever sets a password otherwise ends the link', async () => {
  const id = await personWithPassword(shared, 'ola', withMail('ola'))
  const token = await linkTo('ola')
  await setPassword(ctx, id, { next, forceChange: false })
  expect((await complete(token)).body.code).toBe('recovery_refused')
})

test('of many people at an address twenty names are told, with the word that there are more; five get a link; who is gone takes no place', async () => {
  const names = Array.from({ length: 22 }, (_, n) => `crew${String(n).padStart(2, '0')}`)
  const gone = new Set(names.slice(0, 2))
  const emails = [{ value: 'crew@example.com', primary: true }]
  for (const userName of names) {
    const { body } = await ask('POST', '/users', { userName, status: 'ACTIVE', emails })
    if (gone.has(userName)) await ask('POST', `/users/${body.id}/terminate`, {})
  }
  const told = async () => {
    await request('user-name', { email: 'crew@example.com' })
    await work()
    const [mail] = await sentTo('crew@example.com')
    later(2)
    return { userNames: mail!.userNames!, text: (locale: string) => renderMail({ template: 'user-name', locale, values: { userNames: mail!.userNames! } }, { product: 'Gatehouse', timeZone: 'UTC' }).text }
  }
  const here = names.filter((one) => !gone.has(one))
  expect((await told()).userNames).toBe(here.join(', '))
  await request('password', { userName: 'crew@example.com' })
  await work()
  const linked = await ctx.db.query<{ name: string }>(`select u.user_name as name from gatehouse.message m join users u using (user_id) where m.template = 'password-reset' and m.recipient = 'crew@example.com' order by 1`)
  expect(linked.map(({ name }) => name)).toEqual(here.slice(0, 5))
  await ask('POST', '/users', { userName: 'crew99', status: 'ACTIVE', emails })
  const more = await told()
  expect(more.userNames).toBe(`${here.join(', ')}, …`)
  for (const [locale, word] of [['en', 'others'], ['de', 'weitere'], ['fr', 'autres']] as const) expect(more.text(locale)).toContain(`crew21, ${locale === 'en' ? 'and' : locale === 'de' ? 'und' : 'et d’'}${locale === 'fr' ? '' : ' '}${word}`)
})
