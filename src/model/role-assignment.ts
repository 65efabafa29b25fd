/**
 * Which rows get which roles, and what each role needs to hold: given roles that together can cover every row exactly,
 * as few assignments as a greedy choice and repeated trimming find. Everything stays exact at every step.
 */
import { add, addAll, countShared, emptySet, has, isEmpty, keepShared, members, remove, removeAll, within, type BitSet } from './bit-set.ts'
import type { GrantMatrix } from './grant-matrix.ts'

/** A role on the matrix: rows that get it, columns that it holds; each of its rows has all of its columns. */
export interface MatrixRole {
  rows: BitSet
  columns: BitSet
}

/** What a solution weighs: its roles, its assignments to people, what its roles hold. */
export interface Weights {
  role: number
  assignment: number
  content: number
}

export function weightOf(matrix: GrantMatrix, roles: readonly MatrixRole[], weights: Weights): number {
  const assignments = roles.reduce((sum, { rows }) => sum + total(matrix.rowPeople, rows), 0)
  const contents = roles.reduce((sum, { columns }) => sum + total(matrix.columnThings, columns), 0)
  return roles.length * weights.role + assignments * weights.assignment + contents * weights.content
}

/** How many people or things the members of a set stand for. */
export const total = (groups: readonly (readonly number[])[], set: BitSet): number =>
  members(set).reduce((sum, member) => sum + groups[member]!.length, 0)

/** Assigns and trims in turns until nothing gets lighter. */
export function settled(matrix: GrantMatrix, roles: readonly MatrixRole[], weights: Weights): MatrixRole[] {
  let best = trimmed(matrix, assigned(matrix, roles))
  for (let round = 0; round < 10; round++) {
    const next = trimmed(matrix, assigned(matrix, best))
    if (weightOf(matrix, next, weights) >= weightOf(matrix, best, weights)) return best
    best = next
  }
  return best
}

/** All columns that the rows of a role have in common. */
export function closed(matrix: GrantMatrix, { rows, columns }: MatrixRole): MatrixRole {
  const [first, ...others] = members(rows)
  if (first === undefined) return { rows, columns }
  const common = Uint32Array.from(matrix.rows[first]!)
  for (const row of others) keepShared(common, matrix.rows[row]!)
  return { rows, columns: common }
}

/** The same roles with rows chosen anew: each row gets as few of those that fit it as a greedy cover needs. */
function assigned(matrix: GrantMatrix, roles: readonly MatrixRole[]): MatrixRole[] {
  const anew = roles.map(({ columns }) => ({ rows: emptySet(matrix.rows.length), columns: Uint32Array.from(columns) }))
  matrix.rows.forEach((wanted, row) => {
    const fitting = anew.filter(({ columns }) => within(columns, wanted))
    for (const role of cover(wanted, fitting)) add(role.rows, row)
  })
  return anew.filter(({ rows }) => !isEmpty(rows))
}

function cover(wanted: BitSet, fitting: readonly MatrixRole[]): MatrixRole[] {
  const open = Uint32Array.from(wanted)
  const chosen: MatrixRole[] = []
  while (!isEmpty(open)) {
    let best: MatrixRole | undefined
    let most = 0
    for (const role of fitting) {
      const gain = countShared(role.columns, open)
      if (gain > most) [best, most] = [role, gain]
    }
    if (!best) throw new Error('the roles do not cover a row')
    chosen.push(best)
    removeAll(open, best.columns)
  }
  return withoutNeedless(chosen)
}

/** Whatever the others of the choice hold together is not needed. */
function withoutNeedless(chosen: readonly MatrixRole[]): MatrixRole[] {
  const kept = [...chosen]
  for (const role of chosen) {
    const others = emptySet(role.columns.length)
    for (const other of kept) if (other !== role) addAll(others, other.columns)
    if (within(role.columns, others)) kept.splice(kept.indexOf(role), 1)
  }
  return kept
}

/** Takes out of each role the columns that all of its rows also have by another role. */
function trimmed(matrix: GrantMatrix, roles: readonly MatrixRole[]): MatrixRole[] {
  const width = matrix.columns.length
  const times = new Uint16Array(matrix.rows.length * width)
  const count = (role: MatrixRole, column: number, by: number) => members(role.rows).forEach((row) => (times[row * width + column]! += by))
  for (const role of roles) for (const column of members(role.columns)) count(role, column, 1)
  const anew = roles.map(({ rows, columns }) => ({ rows, columns: Uint32Array.from(columns) }))
  const order = Array.from({ length: width }, (_, column) => column).toSorted((a, b) => matrix.columnThings[b]!.length - matrix.columnThings[a]!.length || a - b)
  for (const column of order) {
    // A role with few rows gives it up first: the others serve more.
    const holding = anew.filter(({ columns }) => has(columns, column)).toSorted((a, b) => total(matrix.rowPeople, a.rows) - total(matrix.rowPeople, b.rows))
    for (const role of holding) {
      if (!members(role.rows).every((row) => times[row * width + column]! > 1)) continue
      count(role, column, -1)
      remove(role.columns, column)
    }
  }
  return anew.filter(({ columns }) => !isEmpty(columns))
}
