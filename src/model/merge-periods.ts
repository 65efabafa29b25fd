/**
 * What becomes of the periods in which two people had one thing when they become one person: at every instant the
 * survivor has it when either had it, with the rights that the two had at that instant, no more and no less. Pure.
 *
 *     survivor    READ ├──────────────────┤
 *     duplicate                  ├────────────────────┤ UPDATE
 *     together         ├── READ ─┼─ both ─┼── UPDATE ─┤   a piece of the survivor's row, another, one of the duplicate's
 */

export interface MergePeriod {
  /** The id of the row. */
  id: string
  /** Instants as text of one width, so that their order is that of the letters; null is open. */
  start: string | null
  end: string | null
  /** In order. */
  rights: readonly string[]
}

interface Piece extends MergePeriod {
  own: boolean
}

export interface MergedPeriods {
  /** Each with the row that it is a piece of; the first piece of a row stays that row. */
  pieces: MergePeriod[]
  /** Those of the duplicate's rows of which no piece is left: the survivor has as much as they gave. */
  covered: string[]
}

const covers = ({ start, end }: MergePeriod, from: string | null, to: string | null) =>
  (start === null || (from !== null && start <= from)) && (end === null || (to !== null && end >= to))

const sameRights = (some: readonly string[], others: readonly string[]) => some.join() === others.join()

/** The periods of one pair each, which do not overlap among themselves. */
export function mergePeriods(survivor: readonly MergePeriod[], duplicate: readonly MergePeriod[]): MergedPeriods {
  const cuts: (string | null)[] = [null, ...[...new Set([...survivor, ...duplicate].flatMap(({ start, end }) => [start, end]).filter((at) => at !== null))].sort(), null]
  const pieces: Piece[] = []
  for (let i = 1; i < cuts.length; i++) {
    const [from, to] = [cuts[i - 1]!, cuts[i]!]
    const [own, other] = [survivor, duplicate].map((some) => some.find((one) => covers(one, from, to)))
    if (!own && !other) continue
    const rights = [...new Set([...(own?.rights ?? []), ...(other?.rights ?? [])])].sort()
    const last = pieces.at(-1)
    const { id } = (own ?? other)!
    if (last && last.id === id && last.end === from && sameRights(last.rights, rights)) last.end = to
    else pieces.push({ id, start: from, end: to, rights, own: own !== undefined })
  }
  const left = new Set(pieces.map(({ id }) => id))
  return { pieces: pieces.map(({ own: _, ...piece }) => piece), covered: duplicate.map(({ id }) => id).filter((id) => !left.has(id)) }
}
