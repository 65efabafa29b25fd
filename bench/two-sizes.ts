/**
 * The same kinds of request to a small and to a large directory, taking turns. A million people may not cost more than
 * 1.5 times what ten thousand cost when the results have the same size, so each case brings requests of its own for
 * either, made from the people who are there, and those are held against each other that find as many.
 */
import type { FastifyInstance } from 'fastify'
import { generatePerson } from '../src/transfer/generate.ts'
import type { PersonDocument } from '../src/transfer/generate-documents.ts'
import { timeFigure, timesFigure, type BenchOptions, type Figure } from './bench.ts'
import { peopleDatabase, worldOf } from './database.ts'
import { latencies, median, quantile } from './measure.ts'
import { ask, benchServer } from './server.ts'

export interface Directory {
  people: number
  server: FastifyInstance
  /** Some of its people, always the same, from all over it. */
  some: PersonDocument[]
  /** More of them. */
  more: PersonDocument[]
}

/** A path to a list, what kind of request it is, and how many it finds. */
export interface Sized {
  path: string
  kind: string
  total: number
}

export type Case = Kind & (
  /** Paths below /api/v1 to ask a directory for. */
  | { paths: (directory: Directory) => string[] }
  /** The same with what they find: compared with those of the same kind and size alone. */
  | { sized: (directory: Directory) => Promise<Sized[]> }
)

interface Kind {
  what: string
  /** Milliseconds below which 95 of 100 answers must come. */
  most: number
  /** False where a result is larger in a larger directory, so that times are not comparable. */
  comparable?: boolean
  /** Nothing is said where there are too few requests. */
  optional?: boolean
}

const sample = 60
/** Requests that find as many as those of a large directory are rarer in a small one, where it takes little to look for more. */
const larger = (people: number) => (people > 100_000 ? 300 : 1200)

/** Runs every case against both directories. */
export async function inBothSizes({ people, small }: BenchOptions, cases: readonly Case[]): Promise<Figure[]> {
  const opened = [await open(small), await open(people)] as const
  try {
    const figures: Figure[] = []
    for (const one of cases) figures.push(...(await runCase(one, opened[0].directory, opened[1].directory)))
    return figures
  } finally {
    for (const { close } of opened) await close()
  }
}

async function open(people: number): Promise<{ directory: Directory; close: () => Promise<void> }> {
  const database = await peopleDatabase(people)
  const server = benchServer(database.ctx)
  return { directory: { people, server, some: peopleOf(people, sample), more: peopleOf(people, larger(people)) }, async close() {
    await server.close()
    await database.close()
  } }
}

function peopleOf(people: number, count: number): PersonDocument[] {
  const step = people / count
  return Array.from({ length: count }, (_, n) => generatePerson(worldOf(people), Math.floor(n * step + (n * 7919) % step)).document)
}

/** As many of either as have a partner of the same kind and size: to ten exactly, above to a tenth. */
function ofEqualSizes(first: readonly Sized[], second: readonly Sized[]): [string[], string[]] {
  const bySize = (requests: readonly Sized[]) => Map.groupBy(requests, ({ kind, total }) => `${kind} ${Math.round(Math.log(total) / Math.log(1.1))}`)
  const [inFirst, inSecond] = [bySize(first), bySize(second)]
  const pairs = [...inFirst].flatMap(([size, mine]) => {
    const others = inSecond.get(size) ?? []
    const count = Math.min(mine.length, others.length)
    const spread = (all: readonly Sized[], n: number) => all[Math.floor(n * all.length / count)]!.path
    return Array.from({ length: count }, (_, n): [string, string] => [spread(mine, n), spread(others, n)])
  })
  return [pairs.map(([one]) => one), pairs.map(([, other]) => other)]
}

const rounds = 3

async function runCase(one: Case, small: Directory, large: Directory): Promise<Figure[]> {
  const { what, most, comparable = true, optional = false } = one
  const [ofSmall, ofLarge] = 'sized' in one ? ofEqualSizes(await one.sized(small), await one.sized(large)) : [one.paths(small), one.paths(large)]
  if (Math.min(ofSmall.length, ofLarge.length) < 5) {
    return optional ? [] : [{ what, measured: `too few such requests to say (${ofLarge.length}, and ${ofSmall.length})` }]
  }
  const [smallTimes, largeTimes]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    smallTimes.push(...(await latencies(ofSmall, (path) => ask(small.server, path))))
    largeTimes.push(...(await latencies(ofLarge, (path) => ask(large.server, path))))
  }
  const [p50, p95, before] = [median(largeTimes), quantile(largeTimes, 0.95), median(smallTimes)]
  const note = ` (p50 ${p50.toFixed(1)} ms; ${small.people.toLocaleString('en')} people: ${before.toFixed(1)} ms)`
  const figure = timeFigure(`${what}: p95`, p95, most, note)
  return comparable ? [figure, timesFigure(`${what}: large against small`, p50 / before, 1.5)] : [figure]
}

/** A path to a list: the parameters that are given, encoded. */
export function listPath(parameters: Record<string, string | number>): string {
  return `/users?${new URLSearchParams(Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)])).toString()}`
}
