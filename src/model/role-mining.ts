/**
 * Role mining: roles that give people exactly what they have by single grants, nothing more and nothing less. Pure: the
 * same grants, seed and options give the same roles, as long as the time does not run out (`complete`).
 *
 *     grants ─ merge what is alike ─▶ matrix ─ drop dominated grants ─▶ kernel ─ cover with cliques ─▶ few roles
 *            ─ choose assignments, trim ─▶ the roles, expanded to people and things again
 */
import { GatehouseError } from '../errors.ts'
import { add, emptySet, members, setOf, type BitSet } from './bit-set.ts'
import { cliqueCover, components, type Effort } from './clique-cover.ts'
import { diceOf } from './dice.ts'
import { agreement, essentialCells, kernelOf, type Cell } from './dominated-grants.ts'
import { grantMatrix, type Grant, type GrantMatrix } from './grant-matrix.ts'
import { lighterRoles } from './lighter-roles.ts'
import { closed, settled, weightOf, type MatrixRole, type Weights } from './role-assignment.ts'

export interface MiningOptions {
  /** `roles`: as few roles as can be. `complexity`: roles, assignments and contents together as few as can be. */
  minimise: 'roles' | 'complexity'
  seed: number
  /** Roles for fewer people, or with fewer things, are not proposed: those grants stay as they are. */
  leastPeople: number
  leastThings: number
  /** Whether the time is up; what has been found by then is answered. */
  expired: () => boolean
}

export interface MinedRole {
  people: number[]
  things: number[]
}

export interface MinedRoles {
  roles: MinedRole[]
  /** Grants that no proposed role replaces. */
  left: Grant[]
  /** No exact set of roles has fewer. */
  atLeast: number
  /** False when the time ran out: more of it could give a better answer. */
  complete: boolean
}

/** Pairs of grants are compared as bits: so many of them need some 50 MB. */
const mostCells = 20_000

const evenly: Weights = { role: 1, assignment: 1, content: 1 }
/** Which of two roles serves as well is decided by their order: so many orders are tried. */
const shuffles = 20
const patience = { roles: 400, complexity: 300 }

/** Errors: `invalid_value` when the grants are too many and too unlike. */
export function mineRoles(people: number, things: number, grants: readonly Grant[], options: MiningOptions): MinedRoles {
  let complete = true
  const expired = () => {
    if (options.expired()) complete = false
    return !complete
  }
  const matrix = grantMatrix(people, things, grants)
  const effort = { dice: diceOf(options.seed), patience: patience.roles, expired }
  const { roles: few, atLeast } = fewRoles(matrix, effort)
  const wide = few.map((role) => closed(matrix, role))
  const chosen = options.minimise === 'complexity'
    ? lighterRoles(matrix, wide, evenly, { ...effort, patience: patience.complexity })
    : lightest(matrix, [wide, few, ...Array.from({ length: expired() ? 0 : shuffles }, () => effort.dice.shuffled(wide))].map((roles) => settled(matrix, roles, evenly)))
  return { ...expanded(matrix, chosen, grants, options), atLeast, complete }
}

const lightest = (matrix: GrantMatrix, solutions: readonly MatrixRole[][]) =>
  solutions.reduce((best, next) => (weightOf(matrix, next, evenly) < weightOf(matrix, best, evenly) ? next : best))

/** A cover of the matrix with few roles, and how few there could be. */
function fewRoles(matrix: GrantMatrix, effort: Effort): { roles: MatrixRole[]; atLeast: number } {
  const { cells, dominated } = essentialCells(matrix)
  if (cells.length > mostCells) {
    throw new GatehouseError('invalid_value', `filter: these people's grants are too unlike to be compared at once (${cells.length} distinct ones, ${mostCells} at most); narrow the filter.`)
  }
  const agreeing = agreement(matrix, cells)
  const kernel = kernelOf(agreeing, effort.expired)
  const covers = components(agreeing, kernel.alive).map((component) => cliqueCover(agreeing, component, effort))
  const cliqueOf = new Int32Array(cells.length)
  const cliques = covers.flatMap((cover) => cover.cliques)
  cliques.forEach((list, clique) => list.forEach((cell) => (cliqueOf[cell] = clique)))
  // Backwards: whoever took one out was itself still there then, and its clique takes it in.
  for (const { index, by } of kernel.removed.toReversed()) cliqueOf[index] = cliqueOf[by]!
  const roles = cliques.map((): MatrixRole => ({ rows: emptySet(matrix.rows.length), columns: emptySet(matrix.columns.length) }))
  const put = ({ row, column }: Cell, clique: number) => {
    add(roles[clique]!.rows, row)
    add(roles[clique]!.columns, column)
  }
  cells.forEach((cell, index) => put(cell, cliqueOf[index]!))
  for (const { cell, by } of dominated) put(cell, cliqueOf[by]!)
  const simple = simplestRoles(matrix)
  return { roles: simple.length < roles.length ? simple : roles, atLeast: covers.reduce((sum, cover) => sum + cover.atLeast, 0) }
}

/** A role for each row or for each column, whichever are fewer: what is left when there was no time to search. */
function simplestRoles({ rows, columns }: GrantMatrix): MatrixRole[] {
  if (rows.length <= columns.length) return rows.map((set, row) => ({ rows: setOf(rows.length, [row]), columns: set }))
  return columns.map((set, column) => ({ rows: set, columns: setOf(columns.length, [column]) }))
}

/** Rows and columns become people and things again; roles that are too small are left out, the largest come first. */
function expanded(matrix: GrantMatrix, chosen: readonly MatrixRole[], grants: readonly Grant[], options: MiningOptions): Pick<MinedRoles, 'roles' | 'left'> {
  const all = chosen.map(({ rows, columns }) => ({ people: spread(matrix.rowPeople, rows), things: spread(matrix.columnThings, columns) }))
  const roles = all.filter((role) => role.people.length >= options.leastPeople && role.things.length >= options.leastThings)
    .toSorted((a, b) => b.people.length * b.things.length - a.people.length * a.things.length || a.people[0]! - b.people[0]! || a.things[0]! - b.things[0]!)
  if (roles.length === all.length) return { roles, left: [] }
  const given = new Map<number, Set<number>>()
  for (const { people, things } of roles) {
    for (const person of people) {
      const had = given.get(person) ?? new Set()
      for (const thing of things) had.add(thing)
      given.set(person, had)
    }
  }
  return { roles, left: grants.filter(([person, thing]) => !given.get(person)?.has(thing)) }
}

const spread = (groups: readonly (readonly number[])[], set: BitSet): number[] => members(set).flatMap((member) => groups[member]!).toSorted((a, b) => a - b)
