/** The form that values of a data type are kept in: what the database says of a value, and what the model makes of it, are one rule. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dataTypes, type DataType } from '../src/model/data-type.ts'
import { checkCustomAttributes, type Element } from '../src/model/metadata.ts'
import { isKeptSql } from '../src/store/metadata-records.ts'
import { testDatabase } from './database.ts'

const db = await testDatabase()

/** Whether the model takes a value and keeps it as it is. */
function isKept(dataType: DataType, ownForm: boolean, value: string): boolean {
  const element: Element = { id: 'e', typeId: 'DEFAULT_USER', name: 'x', dataType, required: false, multiValued: false, selfEditable: false, sensitive: false, validator: ownForm ? '.*' : null, validValues: [], defaultValue: null, maxLength: null }
  const elements = new Map([['x', element]])
  const { attributes, findings } = checkCustomAttributes({ x: value }, undefined, elements, 'attributes', elements)
  return findings.length === 0 && attributes?.x === value
}

const pad = (width: number) => (n: number) => String(n).padStart(width, '0')
const days = fc.tuple(fc.oneof(fc.nat(9999), fc.constantFrom(0, 1900, 2000, 2024, 2023)).map(pad(4)), fc.integer({ min: 0, max: 13 }).map(pad(2)), fc.integer({ min: 0, max: 32 }).map(pad(2))).map((parts) => parts.join('-'))
const times = fc.tuple(fc.integer({ min: 0, max: 24 }).map(pad(2)), fc.integer({ min: 0, max: 60 }).map(pad(2)), fc.integer({ min: 0, max: 60 }).map(pad(2))).map((parts) => parts.join(':'))
const numbers = fc.tuple(fc.constantFrom('', '-', '+'), fc.stringMatching(/^[0-9]{0,19}$/), fc.constantFrom('', '.', ','), fc.stringMatching(/^[0-9]{0,3}[0-9]{0,17}$/)).map((parts) => parts.join(''))
const values = fc.oneof(
  numbers, days, fc.constantFrom('true', 'false', 'TRUE', '', '-0', '0', '0.0', '-0.5', '1.50', '007', '٣', '１', 'NaN', '1e3', '0x1', '2024-02-29', '2023-02-29', '٢٠٢٤-02-29'),
  fc.tuple(days, fc.constantFrom('T', ' ', 't'), times, fc.constantFrom('', '.0', '.000', '.123', '.1234'), fc.constantFrom('Z', '', '+00:00', '+01:00', 'z')).map((parts) => parts.join('')),
  fc.tuple(fc.oneof(numbers, days), fc.constantFrom('\n', ' ', 'Z')).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }).filter((text) => !text.includes('\u0000')),
)

test.each(dataTypes.flatMap((type) => [[type, false], [type, true]] as const))('%s, of a form of its own: %s', async (type, ownForm) => {
  await fc.assert(fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 200 }), async (some) => {
    const rows = await db.query<{ kept: boolean }>(`select (${isKeptSql(type, ownForm)}) is true as kept from unnest($1::text[]) with ordinality as s(v, place) order by place`, [some])
    const differ = some.filter((value, place) => {
      const [stored, made] = [rows[place]!.kept, isKept(type, ownForm, value)]
      // Instants stand in order by their one form, whatever else is asked of them: the database takes no other for granted.
      return type === 'DATETIME' && ownForm ? stored && !made : stored !== made
    })
    expect(differ).toEqual([])
  }), { numRuns: 60 })
})
