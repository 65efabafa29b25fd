/** Names that people decide by: nothing in them that is not seen, turns the direction, or begins a line. */
import { expect, test } from 'vitest'
import { nameFault } from '../src/model/shown-name.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer()
const { ask, ctx, signedIn } = shared
const soon = new Date(Date.now() + 86_400_000).toISOString()
const redirectUris = ['https://app.example.com/callback']

const wrong = ['Bank\u202e', 'phone\r\nIf this was you, do nothing', 'laptop\n', '\u2066x\u2069', 'a\u200bb', 'tab\there', '\u0085', '   ', '\u00a0', '\u200d \u200c', 'x\u{e0041}',
  '\u3164', '\u115f', '\u2800', '\ue000', 'Pay\u200droll', 'Pay\u200croll', 'A\u200e', 'A\u061c', 'A\ufe0f', 'A\u034f', 'A\u{e0100}', 'می\u200cx', 'می\u200c\u200cخواهم', 'می\u200c', '\u200cمی', '👩\u200d👧']
const right = ['YubiKey 5C', 'می\u200cخواهم', 'क्\u200dष', 'می\u064e\u200cخواهم', 'שלום!', '👩', 'Zoë', 'Zoe\u0308', '한국', '—', ' a b ']

test.each(wrong)('%j is refused', (name) => {
  expect(nameFault(name)).toMatch(/^must /)
})

test.each(right)('%j is taken', (name) => {
  expect(nameFault(name)).toBeUndefined()
})

test('of applications, sites, usage policies, factors and keys, by every door that gives them one', async () => {
  const one = await signedIn('ada')
  const person = one.id
  const policyId = (await ask('POST', '/it-policies', {})).body.id as string
  const factor = (await one.ask('POST', '/me/factors', { type: 'TOTP', name: 'phone' })).body.id as string
  const client = (await ask('POST', '/oidc/clients', { name: 'Notebook', redirectUris })).body.id as string
  const doors: [string, (name: string) => ReturnType<typeof ask>][] = [
    ['clients', (name) => ask('POST', '/oidc/clients', { name, redirectUris })],
    ['a client', (name) => ask('PATCH', `/oidc/clients/${client}`, { name })],
    ['sites', (name) => ask('POST', '/content-providers', { name, domainPattern: 'x.example.com' })],
    ['versions', (name) => ask('POST', '/it-policy-versions', { policyId, name, content: 'Be kind.' })],
    ['factors', (name) => one.ask('POST', '/me/factors', { type: 'TOTP', name })],
    ['a factor', (name) => one.ask('PATCH', `/me/factors/${factor}`, { name })],
    ['keys', (name) => ask('POST', '/keys', { name, userId: person, scopes: ['read'], expires: soon })],
    ['my keys', (name) => one.ask('POST', '/me/keys', { type: 'API', name, scopes: ['read'] })],
    ['keys of a record', (name) => ask('POST', `/users/${person}/keys`, { name, value: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh' })],
  ]
  for (const [what, door] of doors) {
    for (const name of ['Bank\u202e', 'x\r\ny', '  ']) {
      const { status, body } = await door(name)
      expect([what, status, (body.problems as { path: string }[])?.[0]?.path]).toEqual([what, 400, 'name'])
    }
  }
  // What was called so before the rule may be changed otherwise.
  await ctx.db.execute('update gatehouse.oidc_client set name = $2 where client_id = $1', [client, 'Old\u202e'])
  expect((await ask('PATCH', `/oidc/clients/${client}`, { description: 'kept' })).status).toBe(200)
})
