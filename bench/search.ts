/**
 * Type-ahead and "contains" with patterns of three characters and more. Patterns are cut from the names, logins and
 * addresses of people who are there and sorted by how many they find, so that requests of one kind are compared whose results
 * have one size: those of all kinds together, and kind by kind where both directories have enough of them.
 */
import type { PersonDocument } from '../src/transfer/generate-documents.ts'
import type { Bench } from './bench.ts'
import { ask } from './server.ts'
import { inBothSizes, listPath, type Case, type Directory, type Sized } from './two-sizes.ts'

const most = 50
const page = 25

export const search: Bench = {
  name: 'search',
  doc: 'q and co with three characters and more, whole documents of up to 25 people a page',
  run: (options) => inBothSizes(options, cases),
}

type Cut = (person: PersonDocument, n: number) => Record<string, string>

const begins = (length: number): Cut => ({ name }) => ({ q: [...name.familyName].slice(0, length).join('') })
const bothNames: Cut = ({ name }) => ({ q: `${[...name.givenName].slice(0, 3).join('')} ${[...name.familyName].slice(0, 4).join('')}` })
const wholeLogin: Cut = ({ userName }) => ({ q: userName })
const contains = (path: string, text: (person: PersonDocument) => string, length: number): Cut => (person, n) => {
  const points = [...text(person)]
  const start = n % Math.max(1, points.length - length)
  return { filter: `${path} co ${JSON.stringify(points.slice(start, start + length).join(''))}` }
}
const family = ({ name }: PersonDocument) => name.familyName
const login = ({ userName }: PersonDocument) => userName.split('@')[0]!
const domain = ({ emails: [email] }: PersonDocument) => email!.value.slice(email!.value.indexOf('@'))

const kinds: [string, Cut][] = [
  ['q, 3 letters', begins(3)], ['q, 5 letters', begins(5)],
  ['q, two words', bothNames], ['q, a whole login', wholeLogin],
  ['familyName co 3 letters', contains('name.familyName', family, 3)],
  ['familyName co 5 letters', contains('name.familyName', family, 5)],
  ['userName co 5 letters of a name', contains('userName', login, 5)],
  // Up to a tenth of all people share a domain.
  ['emails.value co 8 letters of a domain', contains('emails.value', domain, 8)],
]

const queriesOf = (people: readonly PersonDocument[], cut: Cut) => people.map((person, n) => cut(person, n)).filter((query) => {
  const text = query.q ?? JSON.parse(/"(?:[^"\\]|\\.)*"$/.exec(query.filter!)![0]) as string
  return [...text].length >= 3
})

const mixed: Case[] = kinds.map(([what, cut]) => ({
  what, most, comparable: false, paths: (directory) => queriesOf(directory.some, cut).map((query) => listPath({ ...query, count: page })),
}))

const totals = new Map<string, number>()

/** How many people a query finds. */
async function totalOf({ people, server }: Directory, query: Record<string, string>): Promise<number> {
  const path = listPath({ ...query, count: 1, attributes: 'userName', total: 'true' })
  const known = totals.get(`${people} ${path}`) ?? (await ask(server, path)).total!
  totals.set(`${people} ${path}`, known)
  return known
}

/** Requests of every kind whose results have from `from` to `to` people. */
function ofSize(from: number, to: number, inKinds: (what: string) => boolean) {
  return async (directory: Directory): Promise<Sized[]> => {
    const fitting: Sized[] = []
    for (const [what, cut] of kinds) {
      if (!inKinds(what)) continue
      for (const query of queriesOf(directory.more, cut)) {
        const total = await totalOf(directory, query)
        if (total >= from && total <= to) fitting.push({ path: listPath({ ...query, count: page }), kind: what, total })
      }
    }
    return fitting
  }
}

const isQ = (what: string) => what.startsWith('q')
const sized: Case[] = [
  { what: 'q, 1 to 10 found', most, sized: ofSize(1, 10, isQ) },
  { what: 'q, 25 to 250 found', most, sized: ofSize(25, 250, isQ) },
  { what: 'co, 1 to 10 found', most, sized: ofSize(1, 10, (what) => !isQ(what)) },
  { what: 'co, 25 to 250 found', most, sized: ofSize(25, 250, (what) => !isQ(what)) },
]

// So many are found by other kinds of text in a large directory than in a small one (25 to 250 by one word there, and here by two), and
// two words are looked up in more time than one: held against each other without regard to the kind, they would tell that alone.
const alike: Case[] = kinds.flatMap(([kind]) => [[1, 10], [25, 250]].map(([from, to]): Case =>
  ({ what: `${kind}, ${from} to ${to} found`, most, sized: ofSize(from!, to!, (what) => what === kind), optional: true })))

const cases: readonly Case[] = [...mixed, ...sized, ...alike]
