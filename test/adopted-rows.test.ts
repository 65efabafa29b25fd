/** Digests, checksums and what a row of EFS means for a second run. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adoptedTables, Checksum, judgeRow, rowDigest } from '../src/model/adopted-rows.ts'
import { checkEfsMapping, loadEfsMapping, settleRule } from '../src/transfer/efs-mapping.ts'
import { root } from '../tools/house-rules.ts'

describe('a row', () => {
  test.each([
    ['a', undefined, undefined, 'create'], ['a', undefined, 'a', 'update'], ['a', undefined, 'b', 'conflict'],
    ['a', 'a', 'a', 'unchanged'], ['a', 'a', 'b', 'unchanged'], ['a', 'a', undefined, 'unchanged'],
    ['a', 'b', 'b', 'update'], ['a', 'b', 'a', 'update'], ['a', 'b', 'c', 'conflict'], ['a', 'b', undefined, 'conflict'],
  ] as const)('in EFS %s, as taken over %s, here %s: %s', (source, kept, current, action) => expect(judgeRow(source, kept, current).action).toBe(action))

  test('has another digest when any column differs, null and empty included', () => {
    const row = { portal_id: 1, key: 'a', value: null }
    const digests = [row, { ...row, portal_id: 2 }, { ...row, key: null }, { ...row, value: '' }, { ...row, key: 'a","b' }].map((one) => rowDigest(adoptedTables.settings, one))
    expect(new Set(digests).size).toBe(5)
    expect(rowDigest(adoptedTables.settings, { value: null, key: 'a', portal_id: 1 })).toBe(digests[0])
  })
})

test('a checksum knows no order, and tells one row from none', () => {
  const digest = fc.stringMatching(/^[0-9a-f]{32}$/)
  fc.assert(fc.property(fc.array(digest, { minLength: 1, maxLength: 20 }), (digests) => {
    const sum = (some: readonly string[]) => some.reduce((made, one) => (made.add(one), made), new Checksum())
    expect(sum(digests.toReversed()).text).toBe(sum(digests).text)
    expect(sum(digests)).toMatchObject({ rows: digests.length })
    if (!/^0+$/.test(digests[0]!)) expect(sum(digests.slice(1)).text).not.toBe(sum(digests).text)
  }), { numRuns: 200 })
})

test('the example of a mapping is valid, and names what the tables have', async () => {
  const mapping = await loadEfsMapping(`${root}/examples/efs-mapping.json`)
  expect(checkEfsMapping(mapping)).toEqual([])
  const columns = ['uid', 'account', 'firstname', 'lastname', 'email', 'birthday', 'portal_id', 'deleted', 'created_at']
  expect(settleRule('panelists', mapping.panelists, columns)).toMatchObject({ created: 'created_at', portal: 'portal_id', found: 'keep' })
})
