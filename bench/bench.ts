/** What a bench is: a name, what it says about itself, and a measurement that ends in rows held against targets. */

export interface BenchOptions {
  /** The size of the large database, or of the import. */
  people: number
  /** The size it is compared with. */
  small: number
}

export interface Figure {
  what: string
  /** Already rounded for reading: `1,234 requests/s`. */
  measured: string
  target?: string
  /** Whether the target is met; absent where there is none. */
  met?: boolean
}

export interface Bench {
  name: string
  doc: string
  run: (options: BenchOptions) => Promise<Figure[]>
}

/** A ratio that must be at least `least`. */
export function ratioFigure(what: string, ratio: number, least: number, of: string): Figure {
  return { what, measured: `${(ratio * 100).toFixed(0)} % of ${of}`, target: `≥ ${(least * 100).toFixed(0)} %`, met: ratio >= least }
}

/** A time in milliseconds that must stay below `most`. */
export function timeFigure(what: string, milliseconds: number, most: number, note = ''): Figure {
  return { what, measured: `${milliseconds.toFixed(1)} ms${note}`, target: `< ${most} ms`, met: milliseconds < most }
}

/** How many times slower, which must not exceed `most`. */
export function timesFigure(what: string, times: number, most: number): Figure {
  return { what, measured: `× ${times.toFixed(2)}`, target: `≤ × ${most}`, met: times <= most }
}
