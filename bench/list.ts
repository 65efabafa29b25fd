/** First pages of sorted, filtered lists of whole documents, and page 1,000 by cursor against page 1. */
import { timeFigure, timesFigure, type Bench, type Figure } from './bench.ts'
import { peopleDatabase } from './database.ts'
import { inTurns, median, quantile, time } from './measure.ts'
import { ask, benchServer } from './server.ts'
import { inBothSizes, listPath, type Case } from './two-sizes.ts'

const most = 50
const count = 25

const times = (parameters: Record<string, string | number>) => () => Array.from({ length: 40 }, () => listPath({ count, ...parameters }))
const byFamilyName = { sortBy: 'name.familyName' }

const cases: readonly Case[] = [
  { what: 'everyone by familyName', most, paths: times(byFamilyName) },
  { what: 'everyone by familyName, 100 a page', most, paths: times({ ...byFamilyName, count: 100 }) },
  { what: 'active eq true by sortName', most, paths: times({ filter: 'active eq true', sortBy: 'sortName' }) },
  { what: 'status eq, one in 350, by familyName', most, comparable: false, paths: times({ filter: 'status eq "RETIRED"', ...byFamilyName }) },
  { what: 'status eq, one in 33, latest start first', most, comparable: false, paths: times({ filter: 'status eq "TERMINATED"', sortBy: 'startDate', sortOrder: 'descending' }) },
  { what: 'attributes.department eq by familyName', most, comparable: false, paths: times({ filter: 'attributes.department eq "Canteen"', ...byFamilyName }) },
  { what: 'familyName sw by userName', most, comparable: false, paths: ({ some }) => some.map(({ name }) => listPath({ count, filter: `name.familyName sw ${JSON.stringify([...name.familyName].slice(0, 3).join(''))}`, sortBy: 'userName' })) },
  { what: 'affiliations.organization eq by familyName', most, paths: ({ some }) => some.map(({ affiliations: [one] }) => listPath({ count, filter: `affiliations.organization eq "${one!.organization}"`, ...byFamilyName })) },
  { what: 'companyOwnerId eq and active by familyName', most, comparable: false, paths: ({ some }) => some.map(({ companyOwnerId }) => listPath({ count, filter: `companyOwnerId eq "${companyOwnerId}" and active eq true`, ...byFamilyName })) },
  { what: 'q, 3 letters, by sortName', most, comparable: false, paths: ({ some }) => some.map(({ name }) => listPath({ count, q: [...name.familyName].slice(0, 3).join(''), sortBy: 'sortName' })) },
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
    for (const [what, parameters] of [['by familyName', byFamilyName], ['active by sortName', { filter: 'active eq true', sortBy: 'sortName' }]] as const) {
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
      figures.push(timeFigure(`page ${deep}, ${what}: p95`, quantile(taken, 0.95), most, ` (p50 ${median(taken).toFixed(1)} ms)`))
    }
    return figures
  } finally {
    await server.close()
    await close()
  }
}
