/** Numbers that codes go to: what the pages offer is what the database knows as the number of a telephone. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { smsNumber, smsNumberOf } from '../src/model/sms-number.ts'
import { testContext } from './context.ts'

test.for([
  ['+43 660 123 45-67', '+436601234567'], ['0660 1234567', undefined], ['+0 660 1234567', undefined], ['+43 (660) 1234567', '+436601234567'], ['+43', undefined],
] as const)('%s is %s', ([text, number]) => {
  expect(smsNumber(text)).toBe(number)
})

test('the number of a telephone is the one that the database finds', async () => {
  const { db } = await testContext()
  const part = (unit: string[], maxLength: number) => fc.option(fc.string({ unit: fc.constantFrom(...unit), maxLength }))
  const phone = fc.record({ countryCd: part(['+', '0', '4', '9', ' '], 4), areaCd: part(['0', '6', '(', ')', ' '], 5), value: fc.string({ unit: fc.constantFrom('0', '1', '7', ' ', '-', '/', '+', 'x'), minLength: 1, maxLength: 12 }) })
  const phones = [...fc.sample(phone, { numRuns: 1_000, seed: 20261126 }), { countryCd: '0043', areaCd: '0660', value: '1234567' }, { countryCd: '43', areaCd: null, value: '0660 1234567' }, { countryCd: null, areaCd: null, value: '+43 660 1234567' }]
  const rows = await db.query<{ number: string | null }>(
    `select gatehouse.sms_number("countryCd", "areaCd", value) as number from jsonb_to_recordset($1) as p("countryCd" varchar, "areaCd" varchar, value varchar)`,
    [JSON.stringify(phones)])
  const known = rows.map(({ number }) => number)
  // What is no number of E.164 after all, too short say, no code goes to.
  expect(phones.map((one) => smsNumberOf(one) ?? null)).toEqual(known.map((one) => (one !== null && smsNumber(one) ? one : null)))
  expect(known.filter((one) => one !== null).length).toBeGreaterThan(50)
  expect(known.slice(-3)).toEqual(['+436601234567', '+436601234567', '+436601234567'])
})
