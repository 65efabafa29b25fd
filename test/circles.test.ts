/** Which edges lie on a circle, held against a search from each of them. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { firstOnCircle, type GraphEdge } from '../src/model/circles.ts'

const edge = fc.record({ own: fc.constantFrom(...'abcdefg'), target: fc.constantFrom(...'abcdefg') })

function leads(from: string, to: string, edges: readonly GraphEdge[]): boolean {
  const seen = new Set([from])
  for (const node of seen) for (const { own, target } of edges) if (own === node) seen.add(target)
  return seen.has(to)
}

test('an edge is on a circle when its end leads back to its beginning', () => {
  fc.assert(fc.property(fc.array(edge, { maxLength: 8 }), fc.array(edge, { maxLength: 8 }), (some, others) => {
    expect(firstOnCircle(some, others)).toEqual(some.find(({ own, target }) => leads(target, own, [...some, ...others])))
  }), { numRuns: 2000 })
})

test('a long chain costs no more than its length', () => {
  const chain = Array.from({ length: 200_000 }, (_, at) => ({ own: `${at}`, target: `${at + 1}` }))
  expect(firstOnCircle(chain, [])).toBeUndefined()
  expect(firstOnCircle([{ own: '200000', target: '0' }], chain)).toEqual({ own: '200000', target: '0' })
})
