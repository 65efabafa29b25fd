/** Random filters for properties: trees that the grammar can give, over paths and literals of the caller's. */
import fc from 'fast-check'
import { comparisons, type Filter, type Literal } from '../src/model/filter.ts'

/** Filters of up to `depth` levels whose leaves are `leaf`; value paths choose among entries by `entryLeaf`. */
export function filters(leaf: fc.Arbitrary<Filter>, entries: fc.Arbitrary<Filter>, depth: number): fc.Arbitrary<Filter> {
  return fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof({ maxDepth: depth, withCrossShrink: true }, leaf, entries, negated(tie('filter')), joined(tie('filter'))),
  })).filter
}

/** A value path over filters without further ones. */
export function entries(path: fc.Arbitrary<string>, leaf: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  const inner = fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof({ maxDepth: 2 }, leaf, negated(tie('filter')), joined(tie('filter'))),
  })).filter
  return fc.record({ kind: fc.constant('entry' as const), path, filter: inner })
}

const negated = (term: fc.Arbitrary<Filter>) => fc.record({ kind: fc.constant('not' as const), term })

const joined = (term: fc.Arbitrary<Filter>) =>
  fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), terms: fc.array(term, { minLength: 2, maxLength: 3 }) })

/** Comparisons and presence over any path. */
export function leaves(path: fc.Arbitrary<string>, value: fc.Arbitrary<Literal>): fc.Arbitrary<Filter> {
  const compare = fc.record({ kind: fc.constant('compare' as const), path, operator: fc.constantFrom(...comparisons), value })
  return fc.oneof({ weight: 4, arbitrary: compare }, { weight: 1, arbitrary: fc.record({ kind: fc.constant('present' as const), path }) })
}
