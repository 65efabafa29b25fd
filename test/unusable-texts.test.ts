/** Texts that cannot be stored and instants that do not exist are refused wherever they come in over REST, never a fault of the server. */
import { describe, expect, test } from 'vitest'
import { faultIn, mayHoldFault } from '../src/model/text.ts'
import { testServer } from './rest-server.ts'

const { ask } = await testServer()
const half = 'title eq "\ud800"'

describe('half a surrogate pair, and U+0000, in a body', () => {
  test.each([
    ['/plans', { kind: 'bulk', operation: 'disable', q: 'a\ud800' }, 'q'],
    ['/plans', { kind: 'bulk', operation: 'disable', filter: half }, 'filter'],
    ['/plans', { kind: 'bulk', operation: 'convert', filter: 'title pr', options: { typeId: 'a\u0000' } }, 'options.typeId'],
    ['/portals/1/mass-delete', { filter: half }, 'filter'],
    ['/users', { userName: 'x', emails: [{ value: 'a\ud800@b.example' }] }, 'emails[0].value'],
    ['/users', { userName: 'x', attributes: { 'a\u0000': 'y' } }, 'attributes.a␀'],
    ['/metadata/types', { id: 'T\ud800', grouping: 'EMAIL' }, 'id'],
  ])('POST %s %j', async (path, body, at) => {
    await ask('POST', '/portals', { name: 'Panel' })
    expect(await ask('POST', path, body)).toMatchObject({ status: 400, body: { code: 'invalid_value', problems: [{ path: at }] } })
  })
})

describe('an instant that does not exist in a query', () => {
  test.each(['/okta/errors?since=', '/okta/error-counts?since=', '/audit?from='])('%s', async (path) => {
    for (const value of ['2026-02-30', '2026-02-30T00:00:00Z', '2026-11-21T08:30:00', '2026-13-01', 'yesterday', '0000-01-01']) {
      const { status, body } = await ask('GET', path + value)
      expect({ value, status, code: body.code }).toEqual({ value, status: 400, code: 'invalid_parameter' })
    }
    for (const value of ['2026-02-28', '2026-02-28T08:30:00Z', '2026-02-28T08:30:00+01:00', '2026-02-28T08:30:00%2B01:00']) expect((await ask('GET', path + value)).status, value).toBe(200)
  })
})

test('a body without such a character is not looked through member by member, and one with it is found behind many', () => {
  expect(['{"a":"b"}', '"\\u00e4"', '"\\\\n"'].map(mayHoldFault)).toEqual([false, false, false])
  expect(['"\\u0000"', '"\\uD800"', '"\\udfff"'].map(mayHoldFault)).toEqual([true, true, true])
  const long = { list: [...Array.from({ length: 300_000 }, () => 0), { deep: ['fine', 'a\ud800'] }] }
  expect(faultIn(long)?.steps).toEqual(['list', 300_000, 'deep', 1])
  expect(faultIn({ list: [0, 'fine'] })).toBeUndefined()
})
