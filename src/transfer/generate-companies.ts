/** The companies of a generated world: their country, name, domain, places of work and share of the people. */
import { lettersOf, nameTables, type NameTable } from './generate-names.ts'
import { bitsOf, diceFor, fraction, pick, roll, shuffled, streams, type Dice } from './generate-random.ts'
import { entries } from './names/culture.ts'

/** A place of work, or a town to live in. */
export interface Place {
  city: string
  region: string
  area: string
  /** With # for a digit and @ for a letter. */
  postal: string
  /** `DE-BER`. */
  code: string
}

export interface Country {
  code: string
  dial: string
  mobile: string
  numberFirst: boolean
  places: Place[]
  streets: string[]
}

export interface Company {
  index: number
  table: NameTable
  country: Country
  root: string
  name: string
  trade: string
  /** Four letters, one company only: part of employee numbers and some logins. */
  code: string
  domain: string
  /** True where people sign in with their employee number instead of their e-mail address. */
  numberedLogins: boolean
  places: Place[]
  first: number
  size: number
  /** The company's share of chance in the names of its people. */
  mixture: number
}

/** Domains of private mailboxes. The top-level domain is reserved for examples (RFC 2606): no mail ever gets out. */
export const privateDomains = ['postbox.example', 'webmail.example', 'mailhaus.example'] as const

function countryOf({ culture }: NameTable): Country {
  const places = entries(culture.cities).map((entry) => {
    const [city, region, area, postal] = entry.split('|') as [string, string, string, string]
    return { city, region, area, postal, code: `${culture.country}-${lettersOf(city).slice(0, 3).toUpperCase()}` }
  })
  return {
    code: culture.country,
    dial: culture.dial,
    mobile: culture.mobile,
    numberFirst: culture.numberFirst ?? false,
    places,
    streets: entries(culture.streets),
  }
}

/** The country of each table of names, at the same place. */
export const countries: readonly Country[] = nameTables.map(countryOf)

/** Cuts `size` things into `parts` pieces of uneven sizes, none empty; the ends of the pieces. */
export function cut(size: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const ends: number[] = []
  let reached = 0
  for (let part = 0; part < weights.length; part++) {
    reached += weights[part]!
    const least = (ends[part - 1] ?? 0) + 1
    ends.push(Math.max(least, Math.min(size - (weights.length - 1 - part), Math.round((size * reached) / total))))
  }
  return ends
}

const slug = (text: string, german: boolean) => text.split(' ').map((word) => lettersOf(word, german)).join('-')

function nameCompany(dice: Dice, table: NameTable, taken: Set<string>): Pick<Company, 'root' | 'trade' | 'domain'> {
  const german = table.culture.umlauts ?? false
  for (;;) {
    const trade = pick(dice, entries(table.culture.trades))
    const family = pick(dice, table.family.male)
    const root = `${(table.ownScript ? family.latin : family.native).text} ${trade}`
    const domain = `${slug(root, german)}.example`
    if (taken.has(domain)) continue
    taken.add(domain)
    return { root, trade, domain }
  }
}

const letter = (number: number) => String.fromCharCode(97 + (number % 26))

function companyAt(seed: number, index: number, table: NameTable, taken: Set<string>): Omit<Company, 'first' | 'size'> {
  const dice = diceFor(seed, streams.company, index)
  const country = countries[table.index]!
  const { root, trade, domain } = nameCompany(dice, table, taken)
  return {
    index,
    table,
    country,
    root,
    name: `${root} ${pick(dice, entries(table.culture.legalForms))}`,
    trade,
    domain,
    code: lettersOf(root).slice(0, 2) + letter(Math.floor(index / 26)) + letter(index),
    numberedLogins: roll(dice, 3) === 0,
    places: shuffled(dice, country.places.length).slice(0, 1 + roll(dice, 4)).map((place) => country.places[place]!),
    mixture: bitsOf(seed, streams.names, index),
  }
}

/** As many companies as a directory of so many people would have: 1 for 100, 4 for 2,000, 84 for a million. */
export function companiesFor(seed: number, people: number): Company[] {
  const count = Math.min(200, Math.max(1, Math.ceil(Math.sqrt(people) / 12)))
  const dice = diceFor(seed, streams.culture, 0)
  const order = shuffled(dice, nameTables.length)
  const weights = Array.from({ length: count }, (_, index) => (0.5 + fraction(dice)) / Math.sqrt(index + 2))
  const ends = cut(people, weights)
  const taken = new Set<string>(privateDomains)
  return ends.map((end, index) => {
    const table = nameTables[order[index % order.length]!]!
    const first = ends[index - 1] ?? 0
    return { ...companyAt(seed, index, table, taken), first, size: end - first }
  })
}
