/** What people are told of by mail: by every door, to old and new addresses, once; and what wakes the sender. */
import { randomBytes } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { createAccessRecord, roleKind } from '../src/access/access-records.ts'
import { putEdge } from '../src/access/edges.ts'
import { tellOfEnds } from '../src/access/membership-ends.ts'
import { recordEvents } from '../src/audit/record.ts'
import type { Context } from '../src/context.ts'
import { deleteUser } from '../src/directory/delete-users.ts'
import { createUser, patchUser } from '../src/directory/users.ts'
import { startJobs } from '../src/jobs/runner.ts'
import { languages } from '../src/model/languages.ts'
import { andOthers, messageKinds, type MessageName } from '../src/model/message-kinds.ts'
import { renderMail, renderSms } from '../src/notify/render.ts'
import { sendMessages } from '../src/notify/send-messages.ts'
import { tellPeople as tellSettled } from '../src/notify/tell-people.ts'
import { texts } from '../src/notify/texts.ts'
import { enqueueMessage } from '../src/store/messages.ts'
import { settle } from './audit-context.ts'
import { migratedDatabase, open as openDatabase } from './database.ts'
import { mailServer } from './mail-server.ts'
import { testMasterKey } from './master-key.ts'
import { testServer } from './rest-server.ts'

const { ctx, ask } = await testServer()
const { db } = ctx

async function tellPeople(as: Context): Promise<number> {
  await settle(db)
  return tellSettled(as)
}

await tellPeople(ctx)

let counter = 0
const person = async (more: object = {}) => (await createUser(ctx, { userName: `told${++counter}`, status: 'ACTIVE', emails: [{ value: `told${counter}@example.com` }], ...more })).id as string
const messages = (id: string) => db.query<{ template: string; recipient: string; locale: string; content: Record<string, string> }>(
  'select template, recipient, locale, content from gatehouse.message where user_id = $1 order by message_id', [id])
const told = async (id: string) => (await messages(id)).map(({ template, recipient }) => `${template} ${recipient}`)
const event = (id: string, action: string, changes: { path: string; before?: unknown; after?: unknown }[], as: Partial<Context['actor']> = {}) =>
  db.transaction((tx) => recordEvents(tx, { ...ctx, actor: { ...ctx.actor, ...as } }, [{ action, targetType: 'User', targetId: id, changes }]))

describe('a person is told', () => {
  test('of another e-mail address, at the old and at the new one, which learn little of each other', async () => {
    const id = await person({ preferredLanguage: 'de' })
    const [entry] = (await ask('GET', `/users/${id}/emails`)).body.items
    expect((await ask('PATCH', `/users/${id}/emails/${entry.id}`, { value: 'other@example.net' })).status).toBe(200)
    expect(await tellPeople(ctx)).toBe(2)
    const sent = await messages(id)
    expect(sent.map(({ recipient }) => recipient).toSorted()).toEqual(['other@example.net', `told${counter}@example.com`])
    for (const one of sent) expect(one).toMatchObject({ template: 'email-changed', locale: 'de', content: { before: 't…@example.com', after: 'o…@example.net' } })
    expect(await tellPeople(ctx)).toBe(0)
  })

  test('of an address that was added or taken away, and of a phone number', async () => {
    const id = await person()
    const primary = `told${counter}@example.com`
    const added = (await ask('POST', `/users/${id}/emails`, { value: 'second@example.net' })).body.id as string
    await ask('POST', `/users/${id}/phones`, { value: '+49 170 1234567' })
    await tellPeople(ctx)
    await ask('DELETE', `/users/${id}/emails/${added}`)
    await tellPeople(ctx)
    expect(await told(id)).toEqual([`email-changed ${primary}`, 'email-changed second@example.net', `phone-changed ${primary}`, `email-changed ${primary}`, 'email-changed second@example.net'])
    expect((await messages(id))[2]!.content).toMatchObject({ before: '–', after: '…567' })
  })

  test('of a phone number that is another one by its country, its area or its extension alone, masked', async () => {
    const id = await person({ phoneNumbers: [{ value: '1234567', areaCd: '170', countryCd: '49' }] })
    const [{ id: entry }] = (await ask('GET', `/users/${id}/phones`)).body.items
    for (const change of [{ countryCd: '7', areaCd: '999' }, { areaCd: '998' }, { phoneExt: '12' }, { countryCd: '+1', value: '7654321' }, { name: 'Desk' }]) {
      expect((await ask('PATCH', `/users/${id}/phones/${entry}`, change)).status).toBe(200)
    }
    await ask('DELETE', `/users/${id}/phones/${entry}`)
    await tellPeople(ctx)
    const sent = await messages(id)
    expect(new Set(sent.map(({ template }) => template))).toEqual(new Set(['phone-changed']))
    expect(sent.map(({ content: { before, after } }) => `${before} > ${after}`)).toEqual(['+49 … > +7 …', '… > …', '… > …', '+7 …567 > +1 …321', '+1 …321 > –'])
  })

  test('of a number that gets no codes by SMS any more, masked, and not twice where a factor goes with it', async () => {
    const id = await person({ phoneNumbers: [{ value: '1234567', areaCd: '170', countryCd: '49', isForSms: true }] })
    const [{ id: entry }] = (await ask('GET', `/users/${id}/phones`)).body.items
    for (const isForSms of [false, true]) expect((await ask('PATCH', `/users/${id}/phones/${entry}`, { isForSms })).status).toBe(200)
    await event(id, 'user.update', [{ path: 'phoneNumbers[gone].isForSms', before: true, after: false }], { correlationId: ctx.newId() })
    await event(id, 'user.factor.remove', [{ path: 'factors[1]', before: { type: 'SMS', name: 'SMS' } }, { path: `phoneNumbers[${entry}].isForSms`, before: true, after: false }])
    const twice = { correlationId: ctx.newId() }
    await event(id, 'user.update', [{ path: `phoneNumbers[${entry}].isForSms`, before: true, after: false }], twice)
    await event(id, 'user.factor.remove', [{ path: 'factors[2]', before: { type: 'SMS', name: 'SMS' } }], twice)
    await tellPeople(ctx)
    expect((await messages(id)).map(({ template, content: { number, name } }) => [template, number ?? name])).toEqual([['sms-switched-off', '+49 …567'], ['sms-switched-off', '…'], ['factor-removed', 'SMS'], ['factor-removed', 'SMS']])
  })

  test('of a password, a factor, a key, another user name and a lock, by whatever verb', async () => {
    const id = await person()
    await event(id, 'user.password.change', [{ path: 'password' }])
    await event(id, 'user.restore', [{ path: 'logins[7].password' }])
    await event(id, 'user.factors.add', [{ path: 'factors[1]', after: { type: 'TOTP' } }])
    await event(id, 'user.factors.remove', [{ path: 'factors[1]', before: { type: 'TOTP', name: 'My phone' } }])
    await event(id, 'user.factor.prove', [{ path: 'factors[1].proved', after: { type: 'TOTP', level: 2 } }])
    await event(id, 'user.factor.prove', [{ path: 'factors[2].proved', after: { type: 'RECOVERY_CODES', level: 2, left: 7 } }])
    await event(id, 'user.keys.add', [{ path: 'keys[1]', after: { name: 'laptop' } }])
    await patchUser(ctx, id, { userName: 'renamed' })
    expect((await ask('POST', `/users/${id}/lock`)).status).toBe(200)
    await tellPeople(ctx)
    expect((await told(id)).map((one) => one.split(' ')[0])).toEqual(['password-changed', 'password-changed', 'factor-added', 'factor-removed', 'recovery-code-used', 'key-added', 'user-name-changed', 'account-locked-by-administrator'])
    expect((await messages(id)).map(({ content }) => content.name).filter(Boolean)).toEqual(['TOTP', 'My phone', 'laptop'])
  })

  test('of a key that was added, made another one, or removed, by themselves or by others, and by what it is where it has no name', async () => {
    const id = await person()
    const api = (await ask('POST', '/keys', { userId: id, name: 'laptop', scopes: ['read'] })).body.id as string
    const ssh = () => `ssh-ed25519 ${Buffer.concat([Buffer.from('ssh-ed25519'), randomBytes(32)].flatMap((one) => [Buffer.from([0, 0, 0, one.length]), one])).toString('base64')}`
    const added = (await ask('POST', `/users/${id}/keys`, { type: 'SSH', name: 'desk', value: ssh() })).body.id as string
    expect((await ask('PATCH', `/users/${id}/keys/${added}`, { value: ssh() })).status).toBe(200)
    expect((await ask('DELETE', `/users/${id}/keys/${added}`)).status).toBe(204)
    expect((await ask('DELETE', `/keys/${api}`)).status).toBe(204)
    await event(id, 'user.keys.remove', [{ path: 'keys[9]', before: { type: 'API', name: 'see https://evil.example' } }])
    await tellPeople(ctx)
    expect((await messages(id)).map(({ template, content }) => `${template} ${content.name}`)).toEqual(['key-added laptop', 'key-added desk', 'key-added SSH', 'key-removed desk', 'key-removed laptop', 'key-removed API'])
  })

  test('of things whose names could lead a reader elsewhere by their kind, in the words of the language', async () => {
    const id = await person()
    const names = ['ok, see https://evil.example/help', 'evil1.example/help', 'ring 0900 123 456', 'help@evil.example', `${'a'.repeat(61)}`, 'my YubiKey 5C']
    for (const name of names) await event(id, 'user.factors.add', [{ path: 'factors[1]', after: { type: 'WEBAUTHN', name } }])
    await event(id, 'user.keys.add', [{ path: 'keys[1]', after: { type: 'SSH', name: names[0]! } }])
    await tellPeople(ctx)
    const kept = (await messages(id)).map(({ content }) => content.name!)
    expect(kept).toEqual([...Array.from({ length: 5 }, () => 'WEBAUTHN'), 'my YubiKey 5C', 'SSH'])
    const said = (name: string, locale = 'en') => renderMail({ template: 'factor-added', locale, values: { at: ctx.now().toISOString(), name } }, { product: 'Gatehouse', timeZone: 'UTC' }).text
    expect([said('WEBAUTHN'), said('WEBAUTHN', 'de'), said('WEBAUTHN', 'fr')]).toEqual([expect.stringContaining(': a passkey.'), expect.stringContaining('ein Passkey'), expect.stringContaining('une clé d’accès')])
    // What is called like one of our kinds is not taken for it.
    const other = await person()
    for (const name of ['RECOVERY_CODES', ' SMS\t', 'totp', 'My SMS']) await event(other, 'user.factors.add', [{ path: 'factors[1]', after: { type: 'WEBAUTHN', name } }])
    await event(other, 'user.keys.add', [{ path: 'keys[1]', after: { name: 'API' } }])
    await tellPeople(ctx)
    expect((await messages(other)).map(({ content }) => content.name)).toEqual(['WEBAUTHN', 'WEBAUTHN', 'WEBAUTHN', 'My SMS', '–'])
    // Those that an older version has queued are looked at, too.
    expect(said(names[0]!)).not.toContain('evil')
  })

  test('who locked an account: a wrong guess too many, which they can undo, or an administrator, whom they have to ask', async () => {
    const id = await person()
    await event(id, 'user.lock', [{ path: 'secondaryStatus', after: 'LOCKED' }])
    await event(id, 'user.lock', [{ path: 'secondaryStatus', before: 'LOCKED', after: 'LOCKED_ADMIN' }])
    await tellPeople(ctx)
    expect((await told(id)).map((one) => one.split(' ')[0])).toEqual(['account-locked', 'account-locked-by-administrator'])
    const said = (template: MessageName, locale: string) => renderMail({ template, locale, values: { at: ctx.now().toISOString() } }, { product: 'Gatehouse', timeZone: 'UTC' }).text
    for (const [locale, self] of [['en', 'yourself'], ['de', 'selbst'], ['fr', 'vous-même']] as const) {
      expect(said('account-locked', locale)).toContain(self)
      expect(said('account-locked-by-administrator', locale)).not.toContain(self)
    }
  })

  test('of what happened together with a change of address at the old one too, in whatever order', async () => {
    for (const passwordFirst of [true, false]) {
      const id = await person()
      const old = `told${counter}@example.com`
      const steps = [() => event(id, 'user.password.set', [{ path: 'password' }]), () => patchUser(ctx, id, { emails: [{ value: 'mallory@example.net', primary: true }] })]
      for (const step of passwordFirst ? steps : steps.toReversed()) await step()
      await event(id, 'user.password.reminder', [{ path: 'expires', after: ctx.now().toISOString() }])
      await tellPeople(ctx)
      const to = async (template: string) => (await messages(id)).filter((one) => one.template === template).map(({ recipient }) => recipient).toSorted()
      expect([await to('password-changed'), await to('email-changed'), await to('password-expires')]).toEqual([['mallory@example.net', old], ['mallory@example.net', old], ['mallory@example.net']])
    }
  })

  test('that a membership ends, with its name', async () => {
    const id = await person()
    const role = (await createAccessRecord(ctx, roleKind, { name: 'Keeper' })).id as string
    const end = new Date(Date.now() + 3 * 86_400_000).toISOString()
    await putEdge(ctx, 'ur', id, role, { end })
    await tellOfEnds(ctx)
    await tellPeople(ctx)
    expect(await messages(id)).toEqual([{ template: 'membership-ends', recipient: `told${counter}@example.com`, locale: 'en', content: { name: 'Keeper', end } }])
  })

  test('nothing when the record is new, refused, imported, of somebody gone or without an address, or of anything else', async () => {
    const id = await person()
    await event(id, 'user.password.change', [{ path: 'password' }], { source: 'IMPORT' })
    await db.transaction((tx) => recordEvents(tx, ctx, [{ action: 'user.password.change', targetType: 'User', targetId: id, changes: [{ path: 'password' }], result: 'forbidden' }]))
    await patchUser(ctx, id, { title: 'Keeper' })
    const gone = await person()
    await event(gone, 'user.password.change', [{ path: 'password' }])
    await deleteUser(ctx, gone)
    const mute = await person({ emails: [] })
    await event(mute, 'user.password.change', [{ path: 'password' }])
    const left = await person({ status: 'TERMINATED' })
    await event(left, 'user.password.change', [{ path: 'password' }])
    expect(await tellPeople(ctx)).toBe(0)
  })

  test('of imports when that is wanted', async () => {
    const id = await person()
    await event(id, 'user.password.change', [{ path: 'password' }], { source: 'IMPORT' })
    expect(await tellPeople({ ...ctx, config: { ...ctx.config, NOTIFY_IMPORTS: true } })).toBe(1)
  })

  test('once, by one of two servers, and again when the first one was killed before it was through', async () => {
    const id = await person()
    await event(id, 'user.password.change', [{ path: 'password' }])
    const killed: Context = { ...ctx, newId: () => { throw new Error('killed') } }
    await expect(tellPeople(killed)).rejects.toThrow('killed')
    const both = await Promise.all([tellPeople(ctx), tellPeople(ctx)])
    expect(both[0] + both[1]).toBe(1)
    expect(await told(id)).toHaveLength(1)
  })
})

describe('every language', () => {
  const sample = { text: 'VALUE', instant: '2026-11-21T08:30:00.000Z', link: 'https://people.example.com/x', label: 'VALUE', names: 'VALUE' } as const
  test.each(languages)('%s has every message, with exactly the values it is given', (language) => {
    expect(Object.keys(texts[language].messages).toSorted()).toEqual(Object.keys(messageKinds).toSorted())
    for (const [name, kind] of Object.entries(messageKinds)) {
      const { subject, paragraphs, button, sms } = texts[language].messages[name as MessageName]
      const used = new Set([...paragraphs.join(' ').matchAll(/\{(\w+)\}/g)].map(([, one]) => one!))
      used.delete('helpDesk')
      expect([...used].toSorted(), name).toEqual(Object.keys(kind.values).toSorted())
      expect(subject, name).not.toMatch(/[{}]/)
      expect(button !== undefined, name).toBe(used.has('link'))
      expect(sms !== undefined, name).toBe((kind.channels as readonly string[]).includes('SMS'))
      const values = Object.fromEntries(Object.entries(kind.values).map(([key, form]) => [key, sample[form]]))
      const letter = { template: name as MessageName, locale: language, values }
      const mail = renderMail(letter, { product: 'Gatehouse', timeZone: 'Europe/Berlin' })
      expect(mail.text + mail.html + (sms === undefined ? '' : renderSms(letter, { product: 'Gatehouse', timeZone: 'UTC' })), name).not.toMatch(/\{\w*\}|undefined/)
    }
  })

  test.each([['en', /help desk/], ['de', /Helpdesk/], ['fr', /service d’assistance/]] as const)('%s says how to reach the help desk wherever it sends people there, escaped, and no more than that it is there where nobody has said', (language, helpDesk) => {
    const sentThere = Object.entries(texts[language].messages).filter(([, { paragraphs }]) => helpDesk.test(paragraphs.join(' ').replaceAll('{userNames}', texts[language].andOthers).replaceAll(/not even to the help desk|auch nicht dem Helpdesk/g, ''))).map(([name]) => name as MessageName)
    expect(sentThere).toEqual(expect.arrayContaining(['password-changed', 'password-closed', 'account-locked', 'account-locked-by-administrator', 'passkey-copied', 'new-sign-in', 'key-added', 'key-removed', 'user-name', 'invitation']))
    for (const template of sentThere) {
      const values = Object.fromEntries(Object.entries(messageKinds[template].values).map(([key, form]) => [key, form === 'names' ? `one, {product}, ${andOthers}` : sample[form]]))
      const mail = (contact?: string) => renderMail({ template, locale: language, values }, { product: 'Gatehouse', timeZone: 'UTC', helpDesk: contact })
      const named = mail('<b>Desk</b> & help@example.com')
      expect(named.text, template).toContain('(<b>Desk</b> & help@example.com)')
      expect(named.html, template).toContain('(&lt;b&gt;Desk&lt;/b&gt; &amp; help@example.com)')
      expect(mail().text.replace('{product}', ''), template).not.toMatch(/[()]|\{|undefined/)
    }
  })

  test('writes instants in the zone of the installation', () => {
    const mail = renderMail({ template: 'password-changed', locale: 'de', values: { at: '2026-11-21T23:30:00.000Z' } }, { product: 'Gatehouse', timeZone: 'Europe/Berlin' })
    expect(mail.text).toContain('22. November 2026 um 00:30:00 MEZ')
  })
})

describe('over REST', () => {
  test('messages are listed without what stands in them, and dead ones are tried again unless they held a secret', async () => {
    const id = await person()
    const write = <N extends MessageName>(template: N, values: Record<string, string>) =>
      db.transaction((tx) => enqueueMessage(tx, ctx, { template, to: 'nobody', userId: id, values: values as never }, testMasterKey()))
    const secret = await write('password-reset', { link: 'https://people.example.com/TOP-SECRET', minutes: '30' })
    const plain = await write('user-name', { userNames: 'TOP-SECRET' })
    const list = await ask('GET', `/messages?filter=${encodeURIComponent(`status eq "DEAD" and userId eq "${id}"`)}&total=true`)
    expect(list.body).toMatchObject({ total: 2, items: [{ id: plain, template: 'user-name', status: 'DEAD', recipient: 'nobody' }, { id: secret }] })
    expect(JSON.stringify(list.body)).not.toContain('TOP-SECRET')
    expect((await ask('POST', `/messages/${secret}/retry`)).body).toMatchObject({ code: 'conflict', detail: expect.stringContaining('ask for a new one') })
    expect((await ask('POST', `/messages/${plain}/retry`)).body).toMatchObject({ status: 'QUEUED', attempts: 0 })
    expect((await ask('POST', `/messages/${plain}/retry`)).status).toBe(409)
    expect((await ask('GET', `/messages/nothing`)).status).toBe(404)
  })
})

describe('the outbox', () => {
  const token = 'a-token-for-the-tests'
  const open = async (env: Record<string, string>) => {
    const { ctx: own, server } = await testServer(env)
    const get = (path: string, host = 'localhost:8080') => server.inject({ method: 'GET', url: path, headers: { host } })
    return { own, get }
  }

  test('shows what waits to whoever has the token, as text and as the mail itself', async () => {
    const { own, get } = await open({ OUTBOX_TOKEN: token })
    expect((await get(`/outbox/${token}`)).body).toContain('Nothing waits')
    // Another key than the server's cannot be read: the page must use the server's own.
    const id = await own.db.transaction((tx) => enqueueMessage(tx, own, { template: 'user-name', to: 'ann@example.com', values: { userNames: '<img src=x>' } }))
    const page = await get(`/outbox/${token}`)
    expect(page.body).toContain('You sign in with: &lt;img src=x&gt;.')
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    const mail = await get(`/outbox/${token}/${id}`)
    expect(mail.body).toContain('<p>You sign in with: &lt;img src=x&gt;.</p>')
    expect(mail.headers['content-security-policy']).toContain('sandbox')
    expect(await sendMessages({ db: own.db, config: own.config, masterKey: testMasterKey(), now: own.now })).toEqual({ sent: 0, failed: 0 })
    for (const [path, host] of [['/outbox/another-token-of-the-tests', 'localhost'], [`/outbox/${token}`, 'evil.example'], [`/outbox/${token}/nothing`, 'localhost']] as const) expect((await get(path, host)).statusCode).toBe(404)
  })

  test('is not there without the token, and the token not where others could reach it', async () => {
    const { get } = await open({})
    expect((await get('/outbox/undefined')).statusCode).toBe(404)
    await expect(open({ OUTBOX_TOKEN: token, HOST: '0.0.0.0' })).rejects.toThrow(/OUTBOX_TOKEN/)
    await expect(open({ OUTBOX_TOKEN: token, SMTP_URL: 'smtp://localhost', MAIL_FROM: 'a@example.com' })).rejects.toThrow(/OUTBOX_TOKEN/)
    await expect(open({ OUTBOX_TOKEN: 'short' })).rejects.toThrow(/OUTBOX_TOKEN/)
  })
})

test('the sender wakes when a message is committed, not at the next minute', async () => {
  const mail = await mailServer()
  const options = await migratedDatabase()
  const own = openDatabase(options)
  const config = { ...ctx.config, SMTP_URL: mail.url, MAIL_FROM: 'gate@example.com' }
  const arrived = new Promise<void>((resolve) => {
    mail.taken = async () => resolve()
  })
  // A schedule that does not come round: only the trigger can have started it.
  const jobs = await startJobs(options, [{ name: 'send-messages', schedule: '0 0 29 2 *', work: () => sendMessages({ db: own, config, masterKey: testMasterKey(), now: () => new Date() }) }], { log: () => {}, now: () => new Date() })
  afterAll(jobs.stop)
  await own.transaction((tx) => enqueueMessage(tx, ctx, { template: 'user-name', to: 'ann@example.com', values: { userNames: 'ann' } }))
  await arrived
  await jobs.stop()
  expect(mail.received).toHaveLength(1)
})
