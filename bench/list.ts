/** First pages of sorted, filtered lists of whole documents, and page 1,000 by cursor against page 1. */
import type { PersonDocument } from '../src/transfer/generate-documents.ts'
import { timeFigure, timesFigure, type Bench, type Figure } from './bench.ts'
import { peopleDatabase } from './database.ts'
import { inTurns, median, quantile, time } from './measure.ts'
import { ask, benchServer } from './server.ts'
import { inBothSizes, listPath, type Case, type Directory } from './two-sizes.ts'

const most = 50
const count = 25

type Parameters = Record<string, string | number>

const times = (parameters: Parameters) => () => new Array<string>(40).fill(listPath({ count, ...parameters }))
const each = (make: (person: PersonDocument) => Parameters) => ({ some }: Directory) =>
  some.map((person) => listPath({ count, ...make(person) }))
const start = (text: string) => [...text].slice(0, 3).join('')
const byFamilyName = { sortBy: 'name.familyName' }
const activeBySortName = { filter: 'active eq true', sortBy: 'sortName' }

/** A list that is longer in a larger directory, so that times are not comparable. */
const larger = (what: string, paths: (directory: Directory) => string[]): Case => ({ what, most, comparable: false, paths })

const cases: readonly Case[] = [
  { what: 'everyone by familyName', most, paths: times(byFamilyName) },
  { what: 'everyone by familyName, 100 a page', most, paths: times({ ...byFamilyName, count: 100 }) },
  { what: 'active eq true by sortName', most, paths: times(activeBySortName) },
  larger('status eq, one in 350, by familyName', times({ filter: 'status eq "RETIRED"', ...byFamilyName })),
  larger('status eq, one in 33, latest start first', times({ filter: 'status eq "TERMINATED"', sortBy: 'startDate', sortOrder: 'descending' })),
  larger('attributes.department eq by familyName', times({ filter: 'attributes.department eq "Canteen"', ...byFamilyName })),
  larger('familyName sw by userName', each(({ name }) => ({ filter: `name.familyName sw "${start(name.familyName)}"`, sortBy: 'userName' }))),
  { what: 'affiliations.organization eq by familyName', most, paths: each(({ affiliations: [one] }) => ({
    filter: `affiliations.organization eq "${one!.organization}"`, ...byFamilyName,
  })) },
  larger('companyOwnerId eq and active by familyName', each(({ companyOwnerId }) => ({
    filter: `companyOwnerId eq "${companyOwnerId}" and active eq true`, ...byFamilyName,
  }))),
  larger('q, 3 letters, by sortName', each(({ name }) => ({ q: start(name.familyName), sortBy: 'sortName' }))),
]

export const list: Bench = {
  name: 'list',
  doc: 'first pages of sorted, filtered lists, 25 people a page; page 1,000 by cursor',
  async run(options) {
    return [...(await inBothSizes(options, cases)), ...(await deepPages(options.people))]
  },
}

const deep = 1000

/** Walks to page 1,000 of a list, then asks for that page and for page 1 in turns. */
async function deepPages(people: number): Promise<Figure[]> {
  const { ctx, close } = await peopleDatabase(people)
  const server = benchServer(ctx)
  try {
    const figures: Figure[] = []
    for (const [what, parameters] of [['by familyName', byFamilyName], ['active by sortName', activeBySortName]] as const) {
      const perPage = Math.min(count, Math.floor(people / (deep + 100)))
      const first = listPath({ ...parameters, count: perPage })
      let path = first
      for (let page = 1; page < deep; page++) path = `${first}&cursor=${(await ask(server, path)).next!}`
      const taken: number[] = []
      const page1000 = async () => {
        taken.push(await time(() => ask(server, path)))
        return taken.at(-1)!
      }
      const { ratio } = await inTurns(60, page1000, () => time(() => ask(server, first)))
      figures.push(timesFigure(`page ${deep} against page 1, ${what}`, ratio, 1.5))
      const note = ` (p50 ${median(taken).toFixed(1)} ms)`
      figures.push(timeFigure(`page ${deep}, ${what}: p95`, quantile(taken, 0.95), most, note))
    }
    return figures
  } finally {
    await server.close()
    await close()
  }
}
