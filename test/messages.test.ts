/** Mail and SMS from the verb's transaction to a real mail server and a real webhook: once, whole, and nothing but what was meant. */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../src/config.ts'
import type { Context } from '../src/context.ts'
import { createUser } from '../src/directory/users.ts'
import { connectMail, senderOf } from '../src/notify/send-mail.ts'
import { retryMessage } from '../src/notify/dead-letters.ts'
import { channelsOf, sendMessages, type SenderContext } from '../src/notify/send-messages.ts'
import { rotateMasterKey } from '../src/store/open-master-key.ts'
import { newMasterKey, parseMasterKey } from '../src/store/master-key.ts'
import { enqueueMessage, leaseMessage, sweepMessages, type Lease } from '../src/store/messages.ts'
import { testContext } from './context.ts'
import { headersOf, mailServer, partsOf } from './mail-server.ts'
import { testMasterKey } from './master-key.ts'

let clock = new Date()
const later = (minutes: number) => void (clock = new Date(clock.getTime() + minutes * 60_000))
const mail = await mailServer()
const hook = await webhook()
const env = { SMTP_URL: mail.url, MAIL_FROM: 'Gate <gate@example.com>', SMS_WEBHOOK_URL: hook.url, SMS_WEBHOOK_SECRET: 'a secret of the webhook' }
const ctx: Context = await testContext(env, () => clock)
const { db } = ctx
const masterKey = testMasterKey()
const sender: SenderContext = { db, config: ctx.config, masterKey, now: () => clock }
const link = 'https://people.example.com/reset?token=TOP-SECRET-TOKEN&x=1'

beforeEach(async () => {
  mail.received.length = 0
  mail.refuse = () => undefined
  mail.refuseSender = undefined
  mail.refuseMessage = undefined
  mail.taken = undefined
  hook.calls.length = 0
  hook.status = 200
  await db.execute('delete from gatehouse.message')
})

async function webhook() {
  const state = { url: '', status: 200, calls: [] as { headers: IncomingHttpHeaders; body: string }[] }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += String(part)
    state.calls.push({ headers: request.headers, body })
    response.writeHead(state.status, state.status === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end('ignored')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  afterAll(() => void server.close())
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms`
  return state
}

const reset = (to = 'ann@example.com', more: { userId?: string; locale?: string; expires?: Date } = {}) =>
  db.transaction((tx) => enqueueMessage(tx, ctx, { template: 'password-reset', to, values: { link, minutes: '30' }, ...more }, masterKey))
const changed = (to = 'ann@example.com', more: { userId?: string; locale?: string } = {}) =>
  db.transaction((tx) => enqueueMessage(tx, ctx, { template: 'password-changed', to, values: { at: '2026-11-21T08:30:00.000Z' }, ...more }))
const code = (to: string) => db.transaction((tx) => enqueueMessage(tx, ctx, { template: 'sign-in-code', channel: 'SMS', to, values: { code: '481516', minutes: '10' } }, masterKey))
const row = async (id: string) => (await db.first<{ status: string; attempts: number; last_error: string | null; secrets_encrypted: Buffer | null; all: string }>(
  'select status, attempts, last_error, secrets_encrypted, m::text as all from gatehouse.message m where message_id = $1', [id]))!

describe('a mail', () => {
  test('arrives as text and HTML, with a link that works in both, from and to whom it should', async () => {
    const id = await reset()
    expect(await sendMessages(sender)).toEqual({ sent: 1, failed: 0 })
    const [received] = mail.received
    expect(received).toMatchObject({ from: 'gate@example.com', to: ['ann@example.com'] })
    const headers = headersOf(received!.raw)
    expect(headers.get('from')).toEqual(['Gate <gate@example.com>'])
    expect(headers.get('to')).toEqual(['ann@example.com'])
    expect(headers.get('subject')).toEqual(['Choose a new password'])
    expect(headers.get('message-id')).toEqual([`<${id}@example.com>`])
    expect(headers.get('auto-submitted')).toEqual(['auto-generated'])
    const { text, html } = partsOf(received!.raw)
    expect(text).toContain(`\n${link}\n`.replaceAll('\n', '\r\n'))
    expect(html).toContain(`href="${link.replace('&', '&amp;')}"`)
  })

  test('holds its secret encrypted while it waits, and not at all once it is sent', async () => {
    const id = await reset()
    const waiting = await row(id)
    expect(waiting.all).not.toContain('TOP-SECRET')
    expect(waiting.secrets_encrypted).not.toBeNull()
    await sendMessages(sender)
    expect(await row(id)).toMatchObject({ status: 'SENT', secrets_encrypted: null, attempts: 1 })
  })

  test('names the help desk as the setting has it, which is one line', async () => {
    await changed()
    await sendMessages({ ...sender, config: { ...ctx.config, HELP_DESK_CONTACT: 'help@example.com' } })
    expect(partsOf(mail.received[0]!.raw).text).toContain('tell your help desk (help@example.com) at once.')
    expect(readConfig({ HELP_DESK_CONTACT: 'x'.repeat(200) }).HELP_DESK_CONTACT).toHaveLength(200)
    for (const wrong of ['x'.repeat(201), 'a\nb', ' ', 'a\u202eb']) expect(() => readConfig({ HELP_DESK_CONTACT: wrong })).toThrow(/HELP_DESK_CONTACT/)
  })

  test('is not written when the verb is rolled back', async () => {
    await expect(db.transaction(async (tx) => {
      await enqueueMessage(tx, ctx, { template: 'password-changed', to: 'ann@example.com', values: { at: clock.toISOString() } })
      throw new Error('no')
    })).rejects.toThrow('no')
    expect(await sendMessages(sender)).toEqual({ sent: 0, failed: 0 })
  })

  test('is in the language of its reader, with their dates and name, and escaped', async () => {
    const person = await createUser(ctx, { userName: 'bob', name: { givenName: 'Bob & <b>Ann</b>', familyName: 'O\'Neil' }, status: 'ACTIVE' })
    await changed('bob@example.com', { userId: person.id as string, locale: 'de-AT' })
    await changed('bob@example.com', { locale: 'xx' })
    await changed('bob@example.com', { locale: 'FR' })
    await sendMessages(sender)
    const [german, other, french] = mail.received.map(({ raw }) => partsOf(raw))
    expect(german!.text).toContain('21. November 2026')
    expect(german!.text).toContain('Guten Tag,')
    expect(other!.text).toContain('Hello,')
    expect(french!.text).toContain('Bonjour,')
    expect(french!.html).toContain('lang="fr"')
  })

  test('greets by name, escaped, unless the name could be an address of a page', async () => {
    const names = [['Zoë & Co', 'Zoë &amp; Co'], ['Visit https://evil.example', undefined], ['evil.example/now', undefined], ['win@evil.example', undefined], ['evil1.example, today', undefined], ['evil。example:8080', undefined], ['call 0900 12 34', undefined], ['a\r\nBcc: x@example.com', undefined], ['x'.repeat(400), `${'x'.repeat(79)}…`]] as const
    for (const [givenName, greeted] of names) {
      mail.received.length = 0
      const person = await createUser(ctx, { userName: ctx.newId(), name: { familyName: givenName.slice(0, 100), middleName: '' }, status: 'ACTIVE' })
      await changed('x@example.com', { userId: person.id as string })
      await sendMessages(sender)
      const html = partsOf(mail.received[0]!.raw).html
      expect(html).toContain(greeted === undefined ? '<p>Hello,</p>' : `<p>Hello ${greeted.slice(0, 80)},</p>`)
    }
  })
})

describe('nothing gets into a header or to somebody else', () => {
  const hostile = [
    'ann@example.com\r\nBcc: eve@example.com', 'ann@example.com, eve@example.com', '"ann@example.com eve"@evil.example', 'Ann <eve@example.com>', 'ann@example.com>', 'a b@example.com', '@example.com', 'ann',
    `${'a'.repeat(65)}@example.com`, `ann@${'a'.repeat(64)}.com`, 'ann@-x.com', 'ann@[127.0.0.1]', 'ann\u0000@example.com', 'ann@example.com\u2028x', '<ann@example.com>',
  ]
  test.each(hostile)('%j is no address: the message is dead and listed', async (address) => {
    if (address.includes('\u0000')) {
      await expect(reset(address)).rejects.toThrow()
      return
    }
    const id = await reset(address)
    expect(await row(id)).toMatchObject({ status: 'DEAD', secrets_encrypted: null, last_error: expect.stringContaining('no address') })
    await sendMessages(sender)
    expect(mail.received).toEqual([])
  })

  test('values with line breaks stay in the body', async () => {
    const values = { at: clock.toISOString(), before: 'x\r\n\r\n.\r\nRCPT TO:<eve@example.com>\r\nBcc: eve@example.com', after: '<script>alert(1)</script>\u202egnp.exe' }
    await db.transaction((tx) => enqueueMessage(tx, ctx, { template: 'user-name-changed', to: 'ann@example.com', values }))
    await sendMessages(sender)
    expect(mail.received).toHaveLength(1)
    expect(mail.received[0]!.to).toEqual(['ann@example.com'])
    expect(headersOf(mail.received[0]!.raw).has('bcc')).toBe(false)
    const { html, text } = partsOf(mail.received[0]!.raw)
    expect(html).not.toContain('<script>')
    expect(html).toContain('&lt;script&gt;')
    expect(text).not.toContain('\u202e')
  })

  test('a link that is no web address is not sent', async () => {
    const id = await db.transaction((tx) => enqueueMessage(tx, ctx, { template: 'password-reset', to: 'ann@example.com', values: { link: 'javascript:alert(1)', minutes: '1' } }, masterKey))
    expect(await sendMessages(sender)).toEqual({ sent: 0, failed: 1 })
    expect((await row(id)).last_error).toBe('the message could not be made')
  })

  test('MAIL_FROM is one address', () => {
    expect(senderOf('Gate <gate@example.com>')).toEqual({ name: 'Gate', address: 'gate@example.com' })
    expect(() => readConfig({ MAIL_FROM: 'a@example.com\r\nBcc: b@example.com' })).toThrow(/MAIL_FROM/)
    expect(() => readConfig({ MAIL_FROM: 'a@example.com, b@example.com' })).toThrow(/MAIL_FROM/)
    expect(() => readConfig({ SMTP_URL: mail.url })).toThrow(/SMTP_URL needs MAIL_FROM/)
    expect(() => readConfig({ SMS_WEBHOOK_URL: 'http://sms.example.com' })).toThrow(/SMS_WEBHOOK_URL/)
  })
})

describe('at least once', () => {
  test('two workers send each message once', async () => {
    for (let count = 0; count < 30; count++) await changed(`p${count}@example.com`)
    const done = await Promise.all([sendMessages(sender), sendMessages(sender), sendMessages(sender)])
    expect(done.reduce((sum, { sent }) => sum + sent, 0)).toBe(30)
    expect(new Set(mail.received.map(({ to }) => to[0])).size).toBe(30)
    expect(mail.received).toHaveLength(30)
  })

  test('a worker killed between handing over and recording leaves it to another, under the same Message-ID', async () => {
    const id = await changed()
    const dying = channelsOf(ctx.config, ctx.now).EMAIL!()
    const killed = new Promise<void>((resolve) => {
      void sendMessages(sender, { EMAIL: () => ({ close: () => {}, send: async (delivery) => {
        await dying.send(delivery)
        resolve()
        return new Promise(() => {})
      } }) })
    })
    await killed
    dying.close()
    expect(mail.received).toHaveLength(1)
    expect(await sendMessages(sender)).toEqual({ sent: 0, failed: 0 })
    later(11)
    expect(await sendMessages(sender)).toEqual({ sent: 1, failed: 0 })
    const sent = mail.received.map(({ raw }) => headersOf(raw))
    expect(sent.map((headers) => headers.get('message-id'))).toEqual([[`<${id}@example.com>`], [`<${id}@example.com>`]])
    expect(sent[0]!.get('date')).toEqual(sent[1]!.get('date'))
    expect(await row(id)).toMatchObject({ status: 'SENT', attempts: 2 })
  })

  test('who comes back after the lease does not record over another', async () => {
    const id = await changed()
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const { promise: taken, resolve: begun } = Promise.withResolvers<void>()
    const slow = sendMessages(sender, { EMAIL: () => ({ close: () => {}, send: async () => {
      begun()
      await gate
    } }) })
    await taken
    later(11)
    mail.refuse = () => 450
    await sendMessages(sender)
    open()
    await slow
    expect(await row(id)).toMatchObject({ status: 'QUEUED', attempts: 2 })
  })

  test('a refusal for good is dead at once, one for now is tried again with growing pauses until it is given up', async () => {
    mail.refuse = (address) => (address.startsWith('gone') ? 550 : 450)
    const gone = await changed('gone@example.com')
    const busy = await changed('busy@example.com')
    const pauses: number[] = []
    for (let round = 0; round < 8; round++) {
      const before = clock
      while ((await sendMessages(sender)).failed === 0) later(1)
      pauses.push((clock.getTime() - before.getTime()) / 60_000)
    }
    expect(pauses).toEqual([0, 1, 5, 15, 60, 180, 360, 720])
    expect(await row(gone)).toMatchObject({ status: 'DEAD', attempts: 1, last_error: expect.stringContaining('refused by the test') })
    expect(await row(busy)).toMatchObject({ status: 'DEAD', attempts: 8 })
    later(10_000)
    expect(await sendMessages(sender)).toEqual({ sent: 0, failed: 0 })
  })

  test('a server that is down costs one message one attempt, and the others wait', async () => {
    const ids = [await changed(), await changed()]
    const down = { ...sender, config: { ...ctx.config, SMTP_URL: 'smtp://127.0.0.1:1' } }
    expect(await sendMessages(down)).toEqual({ sent: 0, failed: 1 })
    expect((await Promise.all(ids.map(row))).map(({ attempts }) => attempts).toSorted()).toEqual([0, 1])
    later(2)
    expect(await sendMessages(sender)).toEqual({ sent: 2, failed: 0 })
  })

  test.each([550, 451])('a sender that the server will not have (%i to MAIL FROM) costs one message one attempt, and no secret', async (refusal) => {
    mail.refuseSender = refusal
    const ids = [await reset(), await reset('bob@example.com')]
    expect(await sendMessages(sender)).toEqual({ sent: 0, failed: 1 })
    const rows = await Promise.all(ids.map(row))
    expect(rows.map(({ attempts }) => attempts).toSorted()).toEqual([0, 1])
    for (const one of rows) expect(one).toMatchObject({ status: 'QUEUED', secrets_encrypted: expect.anything() })
    mail.refuseSender = undefined
    later(2)
    expect(await sendMessages(sender)).toEqual({ sent: 2, failed: 0 })
  })

  test('a message that the server will not have when it has read it is dead at once, or comes again, and the others go', async () => {
    for (const [refusal, status] of [[554, 'DEAD'], [451, 'QUEUED']] as const) {
      mail.refuseMessage = refusal
      const ids = [await changed(), await changed('bob@example.com')]
      expect(await sendMessages(sender)).toEqual({ sent: 0, failed: 2 })
      for (const id of ids) expect(await row(id)).toMatchObject({ status, attempts: 1 })
    }
  })

  test('what a clock that was ahead has written goes at once by one that is right; what is to wait, and a pause after a failure, wait', async () => {
    later(60)
    await changed('ahead@example.com')
    await db.transaction((tx) => enqueueMessage(tx, ctx, { template: 'password-changed', to: 'waits@example.com', values: { at: clock.toISOString() }, due: new Date(clock.getTime() + 60_000) }))
    later(-60)
    mail.refuse = (to) => (to === 'again@example.com' ? 451 : undefined)
    await changed('again@example.com')
    expect(await sendMessages(sender)).toEqual({ sent: 1, failed: 1 })
    expect(mail.received.map(({ to }) => to[0])).toEqual(['ahead@example.com'])
    expect(await sendMessages(sender)).toEqual({ sent: 0, failed: 0 })
    // Queued anew by that clock.
    mail.refuse = () => undefined
    const { message_id: id } = (await db.first<{ message_id: string }>(`update gatehouse.message set status = 'DEAD' where recipient = 'again@example.com' returning message_id`))!
    later(60)
    await retryMessage(ctx, id)
    later(-60)
    expect(await sendMessages(sender)).toEqual({ sent: 1, failed: 0 })
    later(62)
    expect(await sendMessages(sender)).toEqual({ sent: 1, failed: 0 })
    later(-62)
  })

  test('what has expired is not sent, and its secret is gone', async () => {
    const id = await reset('ann@example.com', { expires: new Date(clock.getTime() + 30 * 60_000) })
    later(31)
    expect(await sendMessages(sender)).toEqual({ sent: 0, failed: 0 })
    expect(await row(id)).toMatchObject({ status: 'DEAD', secrets_encrypted: null })
  })

  test('what was sent is forgotten in its time, what waits is not', async () => {
    await changed()
    await sendMessages(sender)
    await changed()
    expect(await sweepMessages(db, new Date(clock.getTime() + 1), 10)).toBe(1)
  })
})

test('a rotated master key reads what waits', async () => {
  await reset()
  const next = parseMasterKey(newMasterKey(), 'test')
  await rotateMasterKey(db, masterKey, next)
  expect(await sendMessages({ ...sender, masterKey: next })).toEqual({ sent: 1, failed: 0 })
  expect(partsOf(mail.received[0]!.raw).text).toContain('TOP-SECRET-TOKEN')
  await rotateMasterKey(db, next, masterKey)
})

test('credentials do not go in the clear to a server elsewhere', async () => {
  // The same server under a name that is not this machine's own: it offers no STARTTLS.
  const url = mail.url.replace('127.0.0.1', '0.0.0.0')
  const elsewhere = connectMail({ ...ctx.config, SMTP_URL: url })
  const delivery = { id: 'x', to: 'ann@example.com', createdAt: clock.toISOString(), letter: { template: 'password-changed', locale: 'en', values: { at: clock.toISOString() } } } as const
  await expect(elsewhere.send(delivery)).rejects.toThrow(/TLS/i)
  elsewhere.close()
  const allowed = connectMail({ ...ctx.config, SMTP_URL: `${url}?requireTLS=false` })
  await allowed.send(delivery)
  allowed.close()
  expect(mail.received).toHaveLength(1)
})

describe('an SMS', () => {
  test('goes to the webhook, signed, under an id that stays', async () => {
    const id = await code('+49 (170) 123-4567')
    hook.status = 500
    expect(await sendMessages(sender)).toEqual({ sent: 0, failed: 1 })
    hook.status = 204
    later(2)
    expect(await sendMessages(sender)).toEqual({ sent: 1, failed: 0 })
    expect(hook.calls.map(({ headers }) => headers['idempotency-key'])).toEqual([id, id])
    const { headers, body } = hook.calls[1]!
    expect(JSON.parse(body)).toEqual({ id, to: '+491701234567', text: '481516 is your code for signing in to Gatehouse, valid for 10 minutes. Never tell it to anybody.' })
    const [, at, given] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers['gatehouse-signature'] as string)!
    expect(createHmac('sha256', env.SMS_WEBHOOK_SECRET).update(`${at}.${body}`).digest('hex')).toBe(given)
    expect(Number(at)).toBe(Math.floor(clock.getTime() / 1000))
  })

  test('is dead when the webhook will not have it, and is not sent after a redirect', async () => {
    hook.status = 422
    const refused = await code('+491701234567')
    await sendMessages(sender)
    expect(await row(refused)).toMatchObject({ status: 'DEAD', last_error: 'answered with 422', secrets_encrypted: null })
    hook.status = 302
    const moved = await code('+491701234567')
    await sendMessages(sender)
    expect(await row(moved)).toMatchObject({ status: 'QUEUED', last_error: 'cannot be reached' })
  })

  test('needs a number with its country', async () => {
    for (const number of ['0170 1234567', '+49', '+49170123456789012', 'tel:+491701234567', '+4917\r\n01234567']) expect(await row(await code(number))).toMatchObject({ status: number.includes('\r') ? 'QUEUED' : 'DEAD' })
  })
})

describe('what somebody waits for', () => {
  const order = () => mail.received.map(({ to }) => to[0]!.replace('@example.com', ''))

  test('goes before notices that wait longer, and leaves them one turn in five', async () => {
    for (let n = 0; n < 4; n++) await changed(`notice${n}@example.com`)
    later(1)
    for (let n = 0; n < 6; n++) await reset(`link${n}@example.com`)
    later(1)
    await db.transaction((tx) => enqueueMessage(tx, ctx, { template: 'user-name', to: 'name@example.com', values: { userNames: 'ann' } }))
    await db.transaction((tx) => enqueueMessage(tx, ctx, { template: 'invitation', to: 'new@example.com', values: { link, userName: 'new' } }, masterKey))
    await sendMessages(sender)
    expect(order()).toEqual(['link0', 'link1', 'link2', 'link3', 'notice0', 'link4', 'link5', 'name', 'notice1', 'notice2', 'notice3', 'new'])
  })

  test('is found by its index among a hundred thousand others, and they by theirs', async () => {
    await db.execute(`insert into gatehouse.message (message_id, template, channel, recipient, locale, content, status, due_at, expires_at, created_at, awaited)
      select 'n' || lpad(n::text, 6, '0'), case when n % 20 = 0 then 'sign-in-code' else 'password-expires' end, 'EMAIL', 'a@example.com', 'en', '{}', 'QUEUED', $1::timestamptz - (100000 - n) * interval '1 millisecond', $1::timestamptz + interval '1 day', $1, n % 20 = 0
      from generate_series(1, 100000) n`, [clock])
    await db.execute('analyze gatehouse.message')
    const lease: Lease = { now: clock.toISOString(), until: new Date(clock.getTime() + 60_000).toISOString(), first: 'awaited' }
    for (const [first, index] of [['awaited', 'message_awaited'], ['oldest', 'message_due']] as const) {
      const lines: string[] = []
      const planned = { first: async (sql: string, params?: unknown[]) => void lines.push(...(await db.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${sql}`, params)).map((line) => line['QUERY PLAN'])) }
      await leaseMessage(planned as unknown as typeof db, 'EMAIL', { ...lease, first })
      expect(lines.join('\n')).toContain(`Index Scan using ${index}`)
      expect(lines.join('\n')).not.toMatch(/Seq Scan on message|Sort/)
    }
    expect((await leaseMessage(db, 'EMAIL', lease))!.template).toBe('sign-in-code')
    expect((await leaseMessage(db, 'EMAIL', { ...lease, first: 'oldest' }))!.template).toBe('password-expires')
  })
})
