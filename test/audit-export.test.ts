/** An exported file proves itself without the server, and betrays whatever was done to it. */
import { beforeAll, describe, expect, test } from 'vitest'
import { dropOldEvents } from '../src/audit/retention.ts'
import { erasePerson } from '../src/audit/erase.ts'
import { exportAudit } from '../src/audit/export.ts'
import { verifyAuditFile } from '../src/audit/verify-file.ts'
import type { VerifyRange } from '../src/audit/walk.ts'
import { testDatabase } from './database.ts'
import { seal, testContext, testKey, userEvent, write, type TestContext } from './audit-context.ts'

const key = testKey()
let ctx: TestContext
let lines: string[]

async function exported(of: TestContext, range: VerifyRange = {}): Promise<string[]> {
  let text = ''
  await exportAudit(of.db, key, of.now(), range, async (part) => void (text += part))
  return text.split('\n').slice(0, -1)
}

/** As a file comes from a disk: in chunks that cut lines and characters anywhere. */
async function* chunked(given: readonly string[], size = 1000): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(given.map((line) => `${line}\n`).join(''))
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const verify = (given: readonly string[], options = {}) => verifyAuditFile(chunked(given), options)
const kinds = (report: { breaks: { kind: string }[] }) => report.breaks.map((one) => one.kind)

/** The index of the n-th line of a kind. */
const at = (kind: string, n = 0) =>
  lines.map((line, index) => (line.startsWith(`{"${kind}"`) ? index : -1)).filter((index) => index >= 0)[n]!
const changed = (index: number, change: (line: string) => string) =>
  lines.map((line, other) => (other === index ? change(line) : line))
const idOf = (line: string) => (JSON.parse(line) as { event: { eventId: string } }).event.eventId

beforeAll(async () => {
  ctx = testContext(await testDatabase(), { principal: 'Jürgen 😀' })
  for (let block = 0; block < 3; block++) {
    await write(ctx, ...Array.from({ length: 4 }, (_, n) => userEvent(`ü${block}${n}`)))
    await seal(ctx, key)
  }
  lines = await exported(ctx)
})

test('a whole export verifies, in chunks of any size', async () => {
  expect(lines).toHaveLength(1 + 3 + 12 + 1)
  for (const size of [1, 7, 65536]) {
    expect(await verifyAuditFile(chunked(lines, size))).toMatchObject({ ok: true, blocks: 3, events: 12, breaks: [] })
  }
})

test('a range verifies by itself', async () => {
  const part = await exported(ctx, { fromBlock: 2, toBlock: 2 })
  const report = await verify(part)
  expect(report).toMatchObject({ ok: true, blocks: 1, events: 4 })
  expect(await verify(part, { trustedKeys: report.keyIds })).toMatchObject({ ok: true })
  expect(kinds(await verify(part, { trustedKeys: ['another'] }))).toContain('signature')
  expect(await verify(await exported(ctx, { from: '2030-01-01T00:00:00Z' }))).toMatchObject({
    ok: true,
    blocks: 0,
    events: 0,
  })
})

describe('tampering', () => {
  test('an event altered, in any of its fields', async () => {
    const index = at('event', 5)
    const id = idOf(lines[index]!)
    const event = (JSON.parse(lines[index]!) as { event: Record<string, unknown> }).event
    for (const field of Object.keys(event)) {
      if (field === 'eventId') continue
      const altered = changed(index, () => JSON.stringify({ event: { ...event, [field]: `${String(event[field])}x` } }))
      expect(await verify(altered), field).toMatchObject({
        ok: false,
        first: { kind: 'altered', eventId: id, blockNo: 2 },
      })
    }
  })

  test('an event taken out, one put in twice, two changed in place, one moved to another block', async () => {
    const [a, b, far] = [at('event', 5), at('event', 6), at('event', 9)]
    const id = idOf(lines[a]!)
    expect((await verify(lines.toSpliced(a, 1))).first).toMatchObject({ kind: 'missing', eventId: id })
    expect((await verify(lines.toSpliced(b, 0, lines[a]!))).first).toMatchObject({ kind: 'inserted', eventId: id })
    expect((await verify(lines.with(a, lines[b]!).with(b, lines[a]!))).first).toMatchObject({
      kind: 'reordered',
      eventId: id,
    })
    expect((await verify(lines.toSpliced(far, 0, lines[a]!).toSpliced(a, 1))).first).toMatchObject({
      kind: 'reordered',
      eventId: id,
      blockNo: 2,
    })
  })

  test('the personal parts taken out', async () => {
    const blanked = changed(at('event', 2), (line) => {
      const { event } = JSON.parse(line) as { event: Record<string, unknown> }
      return JSON.stringify({ event: { ...event, changes: null, changesSalt: null } })
    })
    expect((await verify(blanked)).first).toMatchObject({ kind: 'erased', blockNo: 1 })
  })

  test('the end cut off, at every line', async () => {
    for (let length = 0; length < lines.length; length++) {
      expect(kinds(await verify(lines.slice(0, length)))).toContain('truncated')
    }
    // With the last block gone and the end rewritten to fit, its signature no longer does.
    const cut = lines.slice(0, at('block', 2))
    const { end } = JSON.parse(lines.at(-1)!) as { end: Record<string, unknown> }
    const { block } = JSON.parse(lines[at('block', 1)]!) as { block: { hash: string } }
    const forged = JSON.stringify({ end: { ...end, blocks: 2, events: 8, head: { blockNo: 2, hash: block.hash } } })
    expect(kinds(await verify([...cut, forged]))).toEqual(['signature'])
  })

  test('a block taken out, altered or put elsewhere', async () => {
    const second = at('block', 1)
    expect(kinds(await verify(lines.toSpliced(second, 5)))).toContain('chain')
    const altered = changed(second, (line) => line.replace('"eventCount":4', '"eventCount":5'))
    expect((await verify(altered)).first).toMatchObject({ kind: 'block', blockNo: 2 })
    const signature = changed(second, (line) => line.replace(/"signature":"[^"]{8}/, '"signature":"AAAAAAAA'))
    expect((await verify(signature)).first).toMatchObject({ kind: 'signature', blockNo: 2 })
  })

  test('a public key passed off under the id of another', async () => {
    const other = testContext(await testDatabase())
    await write(other, userEvent('x'))
    await seal(other, key)
    const [header] = await exported(other)
    const {
      keys: [foreign],
    } = JSON.parse(header!) as { keys: [{ jwk: object }] }
    const mixed = changed(0, (line) => {
      const {
        keys: [own],
        ...rest
      } = JSON.parse(line) as { keys: [object] }
      return JSON.stringify({ ...rest, keys: [{ ...own, jwk: foreign.jwk }] })
    })
    expect((await verify(mixed)).first).toMatchObject({ kind: 'signature', blockNo: 1 })
  })

  test.each([
    ['no JSON', '{'],
    ['another object', '{"a":1}'],
    ['a block without its fields', '{"block":{"blockNo":1}}'],
    ['an event without its fields', '{"event":{"eventId":"1"}}'],
    ['a list', '[]'],
    ['nothing', ''],
    ['proof of nothing', '{"proof":{"block":{},"event":{}}}'],
  ])('a line that is none of ours: %s', async (_, line) => {
    const report = await verify(lines.toSpliced(3, 0, line))
    expect(report.first).toMatchObject({ kind: 'missing' })
    expect(report.breaks.at(-1)).toMatchObject({ kind: 'format', message: expect.stringContaining('Line 4') })
    expect((await verify([line])).first).toMatchObject({ kind: 'format' })
  })
})

describe('each line is what the writer prints, to the byte', () => {
  const added = (kind: string, n = 0) => ({ index: at(kind, n), name: kind })
  const withText = (index: number, from: string | RegExp, to: string) => changed(index, (line) => line.replace(from, to))
  const places = () => [{ index: 0, name: 'header', open: '{' }, ...['block', 'event', 'end'].map((kind) => ({ ...added(kind, kind === 'end' ? 0 : 1), open: `{"${kind}":{` }))]

  test('a member more, at any place, or one that stands twice', async () => {
    for (const { index, name, open } of places()) {
      for (const member of ['"principal":"mallory",', '"__proto__":{},', '"action":"user.delete",', '"keyId":"x",', '"exportedAt":"x",']) {
        for (const altered of [withText(index, open, open + member), withText(index, /^\{/, `{${member}`)]) {
          const report = await verify(altered)
          expect(report.ok, `${name} ${member}`).toBe(false)
          expect(report.breaks.at(-1), `${name} ${member}`).toMatchObject({ kind: 'format', message: expect.stringContaining(`Line ${index + 1}:`) })
        }
      }
    }
    for (const inner of ['"first":{', '"last":{', '"head":{', '"jwk":{', '"keys":[{']) {
      const index = lines.findIndex((line) => line.includes(inner))
      expect(kinds(await verify(withText(index, inner, `${inner}"x":1,`))), inner).toContain('format')
    }
  })

  test('the same, written otherwise', async () => {
    const event = at('event', 3)
    const others: [string, readonly string[]][] = [
      ['a space', withText(event, '{"event":', '{"event": ')],
      ['an escape that needs none', withText(event, '"user.', '"\\u0075ser.')],
      ['a carriage return', withText(event, /$/, '\r')],
      ['a mark of the byte order', withText(0, /^/, '\ufeff')],
      ['a number with a fraction', withText(at('block', 1), '"eventCount":4', '"eventCount":4.0')],
      ['a signature with a letter of no alphabet', withText(at('block', 1), '"signature":"', '"signature":"!')],
      ['the signature at the end, with a space', withText(at('end'), '"signature":"', '"signature":" ')],
      ['members in another order', changed(event, (line) => JSON.stringify({ event: Object.fromEntries(Object.entries((JSON.parse(line) as { event: object }).event).reverse()) }))],
      ['two objects in one line', withText(event, /\}$/, ',"end":{}}')],
    ]
    for (const [what, altered] of others) expect(kinds(await verify(altered)), what).toContain('format')
    async function* bytes(...parts: Buffer[]): AsyncGenerator<Buffer> {
      yield* parts
    }
    const whole = Buffer.from(lines.map((line) => `${line}\n`).join(''))
    expect(await verifyAuditFile(bytes(whole))).toMatchObject({ ok: true })
    expect(kinds(await verifyAuditFile(bytes(whole.subarray(0, -1)))), 'without the last break').toContain('format')
    expect(kinds(await verifyAuditFile(bytes(whole, Buffer.from([0xe2, 0x82])))), 'half a letter behind it').toContain('format')
  })

  test('a byte that is no UTF-8, where a replacement character stood', async () => {
    const other = testContext(await testDatabase(), { principal: 'a\ufffdb' })
    await write(other, userEvent('x'))
    await seal(other, key)
    const whole = Buffer.from((await exported(other)).map((line) => `${line}\n`).join(''))
    const place = whole.indexOf(Buffer.from('\ufffd'))
    expect(place).toBeGreaterThan(0)
    async function* forged(): AsyncGenerator<Buffer> {
      yield Buffer.concat([whole.subarray(0, place), Buffer.from([0xff]), whole.subarray(place + 3)])
    }
    expect(kinds(await verifyAuditFile(forged()))).toContain('format')
  })
})

test('erased and dropped events are accounted for in the file too, also from behind its range', async () => {
  const other = testContext(await testDatabase())
  await write(other, userEvent('old'))
  await seal(other, key)
  other.clock.now = new Date('2026-12-21T00:00:00Z')
  await write(other, userEvent('anna'), userEvent('bert'))
  await seal(other, key)
  await other.db.transaction((tx) => erasePerson(tx, other, 'anna'))
  await dropOldEvents(other, 10)
  await seal(other, key)
  expect(await verify(await exported(other))).toMatchObject({ ok: true, erased: 1, droppedBlocks: 1, events: 4 })
  const part = await exported(other, { toBlock: 2 })
  expect(part.filter((line) => line.startsWith('{"proof"'))).toHaveLength(2)
  expect(await verify(part)).toMatchObject({ ok: true, erased: 1, droppedBlocks: 1, events: 2 })
  const unproved = part.filter((line) => !line.startsWith('{"proof"'))
  expect(kinds(await verify(unproved))).toEqual(['dropped', 'erased'])
})
