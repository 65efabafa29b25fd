/** Local times as instants: every time that a zone's clock shows is found again, and what none shows is settled. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instantOf, isZone } from '../src/model/zoned-time.ts'

const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC', '+05:45', '-09:30']

/** What the clock of a zone shows. */
function shown(instant: number, zone: string): string {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(zone) ?? []
  if (sign) return new Date(instant + (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000).toISOString().slice(0, 19).replace('T', ' ')
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(instant)
}

test('a time that a clock shows is the instant at which it does, the first of two', () => {
  fc.assert(fc.property(fc.constantFrom(...zones), fc.integer({ min: Date.UTC(1971, 0) / 1000, max: Date.UTC(2037, 11) / 1000 }), (zone, second) => {
    const at = second * 1000
    const found = Date.parse(instantOf(shown(at, zone), zone)!)
    expect(shown(found, zone)).toBe(shown(at, zone))
    expect(found).toBeLessThanOrEqual(at)
    expect(at - found).toBeLessThanOrEqual(3_600_000)
  }), { numRuns: 500 })
})

test.each([
  ['2024-03-31 02:30:00', 'Europe/Berlin', '2024-03-31T01:30:00.000Z'],
  ['2024-10-27 02:30:00', 'Europe/Berlin', '2024-10-27T00:30:00.000Z'],
  ['2024-11-03 01:30:00', 'America/New_York', '2024-11-03T05:30:00.000Z'],
  ['2024-02-29 12:00:00.123456', '+02:00', '2024-02-29T10:00:00.123Z'],
  ['1000-01-01 00:00:00', 'UTC', '1000-01-01T00:00:00.000Z'],
  ['9999-12-31 23:59:59', '-01:00', null],
  ['0000-00-00 00:00:00', 'UTC', null], ['2023-02-29 00:00:00', 'UTC', null], ['2023-13-01 00:00:00', 'UTC', null], ['2023-01-01 24:00:00', 'UTC', null], ['nonsense', 'UTC', null], ['0000-01-01 00:00:00', 'UTC', null],
])('%s in %s', (text, zone, instant) => expect(instantOf(text, zone)).toBe(instant))

test('zones', () => {
  expect(['+01:00', 'UTC', 'Europe/Berlin'].every(isZone)).toBe(true)
  expect(['CEST', 'Nowhere/Land', '+1', ''].some(isZone)).toBe(false)
})
