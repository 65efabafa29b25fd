/** Numbers within their range: each is held at its limits, and refused beyond them by its name, before the database is asked. */
import { describe, expect, test } from 'vitest'
import { group, resource, right, role } from '../src/model/access-records.ts'
import { organization } from '../src/model/organization.ts'
import { passwordSettings, signInSettings } from '../src/model/password-settings.ts'
import { user } from '../src/model/user.ts'
import { testServer } from './rest-server.ts'

const { ask } = await testServer()
const most = 2_147_483_647
const odd = [most + 1, 2 ** 53, 1e300, 0.5, '5', true]
let counter = 0
const named = () => `Number ${++counter}`

describe('attributes', () => {
  const integers = [user, organization, group, role, resource, right].flatMap((one) => one.attributes.filter(({ type, mutability }) => type === 'integer' && mutability === 'readWrite').map((attribute) => ({ one, attribute })))

  test('hold whole numbers from the least to the most, and none beyond', async () => {
    expect(integers.length).toBeGreaterThan(2)
    for (const { one, attribute: { path, least = -most } } of integers) {
      const body = (value: unknown) => ({ name: named(), displayName: named(), userName: named(), ...(one === resource ? { resourceType: 'URL_PATTERN' } : {}), [path]: value })
      const make = (value: unknown) => ask('POST', `/${one.segment}`, Object.fromEntries(Object.entries(body(value)).filter(([key]) => key === path || one.attributes.some((known) => known.path === key && known.mutability === 'readWrite'))))
      for (const value of [least, most]) expect([one.segment, path, value, (await make(value)).body[path]]).toEqual([one.segment, path, value, value])
      for (const value of [least - 1, ...odd]) {
        const { status, body: said } = await make(value)
        expect([one.segment, path, value, status, said.problems?.map((problem: { path: string }) => problem.path)]).toEqual([one.segment, path, value, 400, [path]])
      }
    }
  })
})

describe('settings of policies', () => {
  test.each([['password-policies', passwordSettings], ['sign-in-policies', signInSettings]] as const)('of /%s take their limits, and no number beyond', async (segment, settings) => {
    const make = (rules: object) => ask('POST', `/${segment}`, { name: named(), rules, appliesTo: [] })
    for (const [name, { kind, max = 0 }] of Object.entries(settings) as [string, { kind: string; max?: number }][]) {
      if (kind !== 'count' && kind !== 'range') continue
      const whole = (value: unknown) => ({ [name]: kind === 'range' ? { max: value } : value })
      expect([name, (await make(whole(max))).status]).toEqual([name, 201])
      for (const value of [max + 1, -1, ...odd]) expect([name, value, (await make(whole(value))).status]).toEqual([name, value, 400])
    }
  })
})

test.each(['0', '-1', '1001', '1e2', '0x10', '9'.repeat(30), 'NaN', ''])('a page of %j records is refused', async (count) => {
  expect(await ask('GET', `/users?count=${count}`)).toMatchObject({ status: 400 })
})
