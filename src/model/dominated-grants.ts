/**
 * Grants that take care of themselves, after Ene et al., Fast exact and heuristic methods for role minimization
 * problems (SACMAT 2008). Two grants (a person, a thing) agree when one role may hold both: each person also has the
 * other's thing. A role is a set of grants that agree with one another, a clique. If all that agrees with `e` also
 * agrees with `f`, whatever role covers `e` can take `f` in, and `f` need not be looked at.
 *
 * First on the matrix itself, where (row, column) dominates (row', column') exactly if the row's columns are among those
 * of row', and the column's rows among those of column'; then on the graph of what is left, again and again.
 */
import { add, countShared, emptySet, firstShared, fullSet, has, members, remove, within, withinMasked, type BitSet } from './bit-set.ts'
import type { GrantMatrix } from './grant-matrix.ts'

export interface Cell {
  row: number
  column: number
}

export interface EssentialCells {
  cells: Cell[]
  /** Every other cell, with the index of an essential one that dominates it. */
  dominated: { cell: Cell; by: number }[]
}

/** The cells that no other dominates, and for all others one that does. */
export function essentialCells(matrix: GrantMatrix): EssentialCells {
  const { rows, columns } = matrix
  const rowsBelow = below(rows)
  const columnsBelow = below(columns).map((list, column) => ({ strict: setFrom(columns.length, list), whole: setFrom(columns.length, [...list, column]) }))
  const dominatorOf = ({ row, column }: Cell): Cell | undefined => {
    const { strict, whole } = columnsBelow[column]!
    const same = firstShared(rows[row]!, strict)
    if (same >= 0) return { row, column: same }
    for (const lower of rowsBelow[row]!) {
      const found = firstShared(rows[lower]!, whole)
      if (found >= 0) return { row: lower, column: found }
    }
    return undefined
  }
  const all = rows.flatMap((set, row) => members(set).map((column) => ({ row, column })))
  const first = all.map(dominatorOf)
  const key = ({ row, column }: Cell) => row * columns.length + column
  const next = new Map(all.map((cell, index) => [key(cell), first[index]]))
  const cells = all.filter((_, index) => first[index] === undefined)
  const indexOf = new Map(cells.map((cell, index) => [key(cell), index]))
  const dominated = all.flatMap((cell, index) => {
    let by = first[index]
    if (by === undefined) return []
    // Domination passes on, and each step goes strictly down, so that this ends at an essential one.
    for (let lower = next.get(key(by)); lower !== undefined; lower = next.get(key(by))) by = lower
    return [{ cell, by: indexOf.get(key(by))! }]
  })
  return { cells, dominated }
}

/** For each set, the indices of those that are strictly within it. */
function below(sets: readonly BitSet[]): number[][] {
  return sets.map((set, index) => sets.flatMap((other, lower) => (lower !== index && within(other, set) ? [lower] : [])))
}

function setFrom(length: number, list: readonly number[]): BitSet {
  const made = emptySet(length)
  for (const member of list) add(made, member)
  return made
}

/** For each cell, the cells that agree with it, itself included. */
export function agreement({ rows, columns }: GrantMatrix, cells: readonly Cell[]): BitSet[] {
  const inRow = rows.map(() => emptySet(cells.length))
  const inColumn = columns.map(() => emptySet(cells.length))
  cells.forEach(({ row, column }, index) => {
    add(inRow[row]!, index)
    add(inColumn[column]!, index)
  })
  const ofColumns = columns.map((set) => union(cells.length, members(set).map((row) => inRow[row]!)))
  const ofRows = rows.map((set) => union(cells.length, members(set).map((column) => inColumn[column]!)))
  return cells.map(({ row, column }) => {
    const set = Uint32Array.from(ofColumns[column]!)
    for (let word = 0; word < set.length; word++) set[word]! &= ofRows[row]![word]!
    return set
  })
}

function union(length: number, sets: readonly BitSet[]): BitSet {
  const made = emptySet(length)
  for (const set of sets) for (let word = 0; word < made.length; word++) made[word]! |= set[word]!
  return made
}

export interface Kernel {
  /** Those that are left. */
  alive: BitSet
  /** Those that went, in order, each with one that dominated it then. */
  removed: { index: number; by: number }[]
}

/** Takes dominated cells out of the graph until none is left or the time is up. */
export function kernelOf(agreeing: readonly BitSet[], expired: () => boolean): Kernel {
  const alive = fullSet(agreeing.length)
  const removed: Kernel['removed'] = []
  let waiting = agreeing.map((_, index) => index).toSorted((a, b) => countShared(agreeing[a]!, alive) - countShared(agreeing[b]!, alive))
  while (waiting.length > 0 && !expired()) {
    const touched = new Set<number>()
    for (const index of waiting) {
      if (!has(alive, index)) continue
      for (const other of members(agreeing[index]!)) {
        if (other === index || !has(alive, other) || !withinMasked(agreeing[index]!, agreeing[other]!, alive)) continue
        remove(alive, other)
        removed.push({ index: other, by: index })
        for (const near of members(agreeing[other]!)) if (has(alive, near)) touched.add(near)
      }
      if (expired()) break
    }
    waiting = [...touched].toSorted((a, b) => a - b)
  }
  return { alive, removed }
}
