/** Addresses that are kept hold no user name and no password: they are shown, and audited, as they are. */
import { describe, expect, test } from 'vitest'
import { userInfoFault } from '../src/model/text.ts'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()
const secret = 'MSPW2'

test.each([
  `ldap://u:${secret}@x`, `u:${secret}@x`, `//u:${secret}@x`, `ldap://a ldap://u:${secret}@b`, `ldap://a,ldap://u:${secret}@b:389/o=x`, `https://${secret}@x/`, `LDAPS://u:p,${secret}@x`, `@x`, `ldap:\\\\u:${secret}@x`, `http:/u:${secret}@x/`, `https:\\u:${secret}@x`,
])('%s holds user info', (address) => {
  expect(userInfoFault(address)).toMatch(/no user name and no password/)
})

test.each(['ldap://x', 'ldaps://x:636/o=x?mail?sub?(mail=a@b)', 'https://mastodon.example/@ada', 'x.example', '\\\\server\\share', 'mailto:help@example.com', 'https://x/?a=b@c', 'https://x/#@', '[::1]:389', ''])('%s holds none', (address) => {
  expect(userInfoFault(address)).toBeUndefined()
})

const address = `https://u:${secret}@x.example/`
describe.each([
  ['/managed-systems', { id: 'LD', name: 'LD' }, 'hostUrl'],
  ['/resources', { name: 'R', resourceType: 'NO-PROVISION-APP' }, 'url'],
  ['/metadata/resource-types', { id: 'RT', description: 'RT' }, 'url'],
  ['/content-providers', { name: 'S', domainPattern: 's.example' }, 'loginUrl'],
  ['/portals', { name: 'P' }, 'settings.issuer'],
  ['/portals', { name: 'P2' }, 'settings.redirect_uri'],
  ['/portals', { name: 'P3' }, 'settings.post_logout_redirect_uri'],
] as const)('%s', (path, body, at) => {
  const [head, setting] = at.split('.') as [string, string | undefined]
  const withAddress = (value: string) => ({ ...body, [head]: setting === undefined ? value : { [setting]: value } })

  test(`takes ${at} without them alone`, async () => {
    const refused = await ask('POST', path, withAddress(address))
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_value', detail: expect.stringContaining('user name') } })
    expect(JSON.stringify(refused.body)).not.toContain(secret)
    const made = await ask('POST', path, withAddress('https://x.example/a/@b'))
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    const change = await ask('PATCH', `${path}/${made.body.id}`, setting === undefined ? { [head]: address } : { settings: { [setting]: address } })
    expect(change).toMatchObject({ status: 400 })
    const told = await ctx.db.first<{ all: string }>(`select coalesce(string_agg(changes::text, ''), '') as all from gatehouse.audit_event`)
    expect(told!.all).not.toContain(secret)
  })
})

test('an address from before that holds some does not keep its system from changing', async () => {
  await ask('POST', '/managed-systems', { id: 'OLD', name: 'Old' })
  await ctx.db.execute(`update managed_sys set host_url = $1 where managed_sys_id = 'OLD'`, [address])
  expect(await ask('PATCH', '/managed-systems/OLD', { description: 'x' })).toMatchObject({ status: 200, body: { description: 'x' } })
})
