/** A filter's tree as text again (RFC 7644 §3.4.2.2), with no more parentheses than it needs. */
import type { Filter } from './filter.ts'

/** The filter as text: parsing it gives the same tree. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'compare':
      return `${filter.path} ${filter.operator} ${JSON.stringify(filter.value)}`
    case 'present':
      return `${filter.path} pr`
    case 'entry':
      return `${filter.path}[${printFilter(filter.filter)}]`
    case 'not':
      return `not (${printFilter(filter.term)})`
    case 'and':
    case 'or':
      return filter.terms.map((term) => printTerm(filter.kind, term)).join(` ${filter.kind} `)
  }
}

function printTerm(outer: 'and' | 'or', term: Filter): string {
  const parenthesised = term.kind === outer || (outer === 'and' && term.kind === 'or')
  return parenthesised ? `(${printFilter(term)})` : printFilter(term)
}
