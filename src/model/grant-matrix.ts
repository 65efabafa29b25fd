/**
 * Who has what as a matrix of bits, in which people with the same grants are one row and things held by the same people
 * one column: a cover of the small matrix with roles is one of the large matrix, with as many roles.
 */
import { members, setOf, type BitSet } from './bit-set.ts'

export interface GrantMatrix {
  /** For each row, its columns. */
  rows: BitSet[]
  /** For each column, its rows. */
  columns: BitSet[]
  /** The people that a row stands for. */
  rowPeople: number[][]
  /** The things that a column stands for. */
  columnThings: number[][]
}

/** A person (a number from 0) and a thing they have. */
export type Grant = readonly [person: number, thing: number]

export function grantMatrix(people: number, things: number, grants: readonly Grant[]): GrantMatrix {
  const held = Array.from({ length: people }, (): number[] => [])
  for (const [person, thing] of grants) held[person]!.push(thing)
  const rowPeople = alike(held.map((list) => [...new Set(list)].toSorted((a, b) => a - b)))
  const holders = Array.from({ length: things }, (): number[] => [])
  rowPeople.forEach((group, row) => new Set(held[group[0]!]).forEach((thing) => holders[thing]!.push(row)))
  const columnThings = alike(holders)
  const columns = columnThings.map((group) => setOf(rowPeople.length, holders[group[0]!]!))
  const rowColumns = rowPeople.map((): number[] => [])
  columns.forEach((rows, column) => members(rows).forEach((row) => rowColumns[row]!.push(column)))
  return { rows: rowColumns.map((list) => setOf(columns.length, list)), columns, rowPeople, columnThings }
}

/** Indices of lists that are equal, together, in the order of the first of each; empty lists are left out. */
function alike(lists: readonly (readonly number[])[]): number[][] {
  const groups = new Map<string, number[]>()
  lists.forEach((list, index) => {
    if (list.length === 0) return
    const key = list.join(' ')
    const group = groups.get(key)
    if (group) group.push(index)
    else groups.set(key, [index])
  })
  return [...groups.values()]
}
