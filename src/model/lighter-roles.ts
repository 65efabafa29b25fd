/**
 * Roles for the least weight (roles + assignments + contents, "weighted structural complexity") instead of the fewest
 * roles: a greedy cover by what a candidate replaces per weight, then single roles put in and taken out while that helps.
 */
import { addAll, countShared, emptySet, isEmpty, keepShared, members, removeAll, within, type BitSet } from './bit-set.ts'
import type { Effort } from './clique-cover.ts'
import type { GrantMatrix } from './grant-matrix.ts'
import { settled, total, weightOf, type MatrixRole, type Weights } from './role-assignment.ts'

const mostCandidates = 4000

/** The lightest found that starts from a cover with few roles, or from nothing. */
export function lighterRoles(matrix: GrantMatrix, few: readonly MatrixRole[], weights: Weights, effort: Effort): MatrixRole[] {
  const candidates = candidateSets(matrix, few)
  const starts = [settled(matrix, few, weights), settled(matrix, greedy(matrix, candidates, weights), weights)]
  return starts.map((start) => improved(matrix, start, candidates, weights, effort))
    .reduce((best, next) => (weightOf(matrix, next, weights) < weightOf(matrix, best, weights) ? next : best))
}

/** What people have in common: whole rows, what the rows of a column share, what two rows share, and the given roles. */
function candidateSets(matrix: GrantMatrix, few: readonly MatrixRole[]): BitSet[] {
  const found = new Map<string, BitSet>()
  const note = (set: BitSet) => void (isEmpty(set) || found.size >= mostCandidates || found.set(set.join(), set))
  for (const { columns } of few) note(columns)
  for (const row of matrix.rows) note(row)
  for (const rows of matrix.columns) note(shared(members(rows).map((row) => matrix.rows[row]!)))
  matrix.rows.forEach((one, index) => matrix.rows.slice(0, index).forEach((other) => note(shared([one, other]))))
  return [...found.values()]
}

function shared(sets: readonly BitSet[]): BitSet {
  const common = Uint32Array.from(sets[0]!)
  for (const set of sets.slice(1)) keepShared(common, set)
  return common
}

function greedy(matrix: GrantMatrix, candidates: readonly BitSet[], weights: Weights): MatrixRole[] {
  const open = matrix.rows.map((row) => Uint32Array.from(row))
  const fitting = candidates.map((columns) => matrix.rows.flatMap((row, index) => (within(columns, row) ? [index] : [])))
  const chosen: MatrixRole[] = []
  while (open.some((row) => !isEmpty(row))) {
    const ratios = candidates.map((columns, index) => gainPerWeight(matrix, columns, fitting[index]!, open, weights))
    const best = ratios.reduce((top, ratio, index) => (ratio > ratios[top]! ? index : top), 0)
    const rows = emptySet(matrix.rows.length)
    for (const row of fitting[best]!) removeAll(open[row]!, candidates[best]!)
    addAll(rows, rowsHaving(matrix, fitting[best]!))
    chosen.push({ rows, columns: candidates[best]! })
  }
  return chosen
}

function rowsHaving(matrix: GrantMatrix, list: readonly number[]): BitSet {
  const made = emptySet(matrix.rows.length)
  for (const row of list) made[row >>> 5]! |= 1 << (row & 31)
  return made
}

function gainPerWeight(matrix: GrantMatrix, columns: BitSet, fitting: readonly number[], open: readonly BitSet[], weights: Weights): number {
  let gain = 0
  let people = 0
  for (const row of fitting) {
    if (countShared(columns, open[row]!) === 0) continue
    const both = Uint32Array.from(columns)
    keepShared(both, open[row]!)
    gain += total(matrix.columnThings, both) * matrix.rowPeople[row]!.length
    people += matrix.rowPeople[row]!.length
  }
  return gain === 0 ? 0 : gain / (weights.role + people * weights.assignment + total(matrix.columnThings, columns) * weights.content)
}

/** Takes a role out, or puts a candidate in, wherever what comes of it is lighter. */
function improved(matrix: GrantMatrix, start: readonly MatrixRole[], candidates: readonly BitSet[], weights: Weights, { dice, patience, expired }: Effort): MatrixRole[] {
  let best = [...start]
  let weight = weightOf(matrix, best, weights)
  const attempt = (roles: readonly MatrixRole[]): boolean => {
    const next = settled(matrix, roles, weights)
    const found = weightOf(matrix, next, weights)
    if (found < weight) [best, weight] = [next, found]
    return best === next
  }
  let queue: BitSet[] = []
  for (let idle = 0; candidates.length > 0 && idle < patience && !expired(); idle++) {
    const spare = best.find((role) => coverable(matrix, best.filter((other) => other !== role)) && attempt(best.filter((other) => other !== role)))
    if (queue.length === 0) queue = dice.shuffled(candidates)
    const columns = queue.pop()!
    if (attempt([...best, { rows: emptySet(matrix.rows.length), columns }]) || spare) idle = 0
  }
  return best
}

function coverable(matrix: GrantMatrix, roles: readonly MatrixRole[]): boolean {
  return matrix.rows.every((row) => {
    const open = Uint32Array.from(row)
    for (const { columns } of roles) if (within(columns, row)) removeAll(open, columns)
    return isEmpty(open)
  })
}
