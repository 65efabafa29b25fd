/** What is hashed: no two different events have the same bytes, and no secret gets in. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalText, commitment, eventDigest, type EventHeader } from '../src/audit/digest.ts'
import { eventRows } from '../src/audit/record.ts'

// Texts that look like the framing itself are the likeliest to confuse it.
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.stringMatching(/^(\d{0,2}[:,~]){0,4}$/),
  fc.constantFrom('', '~', '0:,', '1:a,1:b,'),
)
const optional = fc.option(text, { nil: null })
const header: fc.Arbitrary<EventHeader> = fc.record({
  eventId: text,
  at: text,
  actorId: optional,
  source: text,
  action: text,
  targetType: text,
  targetId: text,
  result: text,
  correlationId: optional,
})
const event = fc.tuple(header, optional, optional)

describe('the canonical text', () => {
  test('differs for any two different events', () => {
    fc.assert(
      fc.property(event, event, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b)
        return (canonicalText(...a) === canonicalText(...b)) === same
      }),
      { numRuns: 2000 },
    )
  })

  test('differs when text moves from one field to the next', () => {
    fc.assert(
      fc.property(header, fc.nat(), (one, seed) => {
        const joined = one.source + one.action
        const cut = seed % (joined.length + 1)
        const moved = { ...one, source: joined.slice(0, cut), action: joined.slice(cut) }
        return (canonicalText(one, null, null) === canonicalText(moved, null, null)) === (cut === one.source.length)
      }),
      { numRuns: 1000 },
    )
  })

  test('is the documented one', () => {
    const one = {
      eventId: '019aa5b8c3d47000800000000000abcd',
      at: '2026-11-21T07:00:00.000Z',
      actorId: null,
      source: 'REST',
      action: 'user.create',
      targetType: 'User',
      targetId: '3000',
      result: 'SUCCESS',
      correlationId: 'é',
    }
    expect(canonicalText(one, null, 'ff')).toBe(
      'gatehouse audit event 1\n32:019aa5b8c3d47000800000000000abcd,24:2026-11-21T07:00:00.000Z,' +
        '~4:REST,11:user.create,4:User,4:3000,7:SUCCESS,2:é,~2:ff,',
    )
    // Computed once with sha256sum over the text above: a change here breaks every chain that exists.
    expect(eventDigest(one, null, 'ff')).toBe('78a5531c58c40fad35389f3df065d82e1108599746bd6d30200fc2907f9055b2')
    expect(commitment('changes', '00'.repeat(16), '[]')).toBe(
      '9495fe068a2dc0cf74cb256ba2533cc80e3f4062db0a8d8d492559c75661785f',
    )
  })
})

describe('secrets', () => {
  const ctx = {
    now: () => new Date('2026-11-21T07:00:00Z'),
    newId: () => 'f'.repeat(32),
    actor: { userId: null, principal: 'p', source: 'REST' as const, ip: null, correlationId: 'c' },
  }
  const rows = (path: string, after: unknown) =>
    eventRows(ctx, [{ action: 'user.update', targetType: 'User', targetId: '1', changes: [{ path, after }] }])

  test.each([
    ['password', 'x'],
    ['secretWord', 'x'],
    ['logins[0a].password', 'x'],
    ['newPassword', 'x'],
    ['', { secretWord: 'x' }],
    ['', { logins: [{ id: '1', password: 'x' }] }],
    ['logins[0a]', { password: 'x' }],
  ])('a value at %s %j is refused', (path, after) => {
    expect(() => rows(path, after)).toThrow(/secret/)
  })

  test.each([
    ['secretWord', undefined],
    ['attributes.password', 'a custom attribute of that name'],
    ['description', 'say "password": twice'],
    ['', { attributes: { password: 'x' }, secretWord: null }],
  ])('but not %s %j', (path, after) => {
    expect(rows(path, after)).toHaveLength(1)
  })
})

test('the commitments of two events with the same changes differ', () => {
  const ctx = {
    now: () => new Date(0),
    newId: () => 'f'.repeat(32),
    actor: { userId: null, principal: 'p', source: 'REST' as const, ip: null, correlationId: 'c' },
  }
  const same = { action: 'a', targetType: 'User', targetId: '1', changes: [{ path: 'status', after: 'ACTIVE' }] }
  const [one, two] = eventRows(ctx, [same, same])
  expect(one!.changes).toBe(two!.changes)
  expect(one!.changes_digest).not.toBe(two!.changes_digest)
})
