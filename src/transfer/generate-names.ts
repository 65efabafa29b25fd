/**
 * The tables of names made ready for drawing, and the names of one person.
 *
 * Logins are unique without a list of those given away. Positions of a company are dealt out to the tables, so that the
 * n-th bearer of a table's names is known from the position alone. The n-th bears the n-th (given name, family name)
 * pair of a permutation of all pairs; after the last pair a new round begins. Two people of one company with the same
 * letters in their login therefore differ in the round or in the table, and from both a number is made that follows the
 * name (none for the first).
 */
import { chance, pick, roll, type Dice } from './generate-random.ts'
import { allCultures } from './names/all-cultures.ts'
import { entries, type Culture } from './names/culture.ts'

interface Written {
  prefix?: string
  text: string
}

interface Name {
  native: Written
  latin: Written
  /** Only a-z: what logins and addresses are made of. */
  token: string
  /** A bit for each table in which some name has the same token. */
  tables: number
}

export interface NameTable {
  index: number
  culture: Culture
  /** Men's names first. */
  given: Name[]
  men: number
  family: { male: Name[]; female: Name[] }
  middle: { male: Name[]; female: Name[] }
  nicknames: Map<string, string>
  honorifics: [string, string][]
  suffixes: [string, string][]
  /** True when the names are written in other letters than Latin ones. */
  ownScript: boolean
}

/** The names of one person, and what their login is made of. */
export interface PersonNames {
  sex: 'M' | 'F'
  given: string
  family: Written
  /** What follows the first family name, where people bear two. */
  secondFamily?: Written
  middle?: string
  nickName?: string
  prefix?: string
  suffix?: string
  partner?: Written
  maiden?: string
  /** `anna.mueller2`: unique in the company. */
  login: string
}

const undecomposed: Record<string, string> = {
  ß: 'ss', æ: 'ae', ø: 'o', œ: 'oe', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i', ŋ: 'ng',
}
const umlauts: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue' }

/** A name in the letters a-z: accents dropped, ß as ss, and German umlauts with an e where `german` says so. */
export function lettersOf(name: string, german = false): string {
  let text = name.normalize('NFC').toLowerCase()
  if (german) text = text.replace(/[äöü]/g, (letter) => umlauts[letter]!)
  text = text.replace(/[^a-z]/g, (letter) => undecomposed[letter] ?? letter)
  return text.normalize('NFD').replace(/[^a-z]/g, '')
}

/** Splits leading words in lower case from a family name. */
function written(name: string): Written {
  const parts = /^((?:['’]?[a-z][\p{Ll}'’]*\s+)+)(\S.*)$/u.exec(name)
  return parts ? { prefix: parts[1]!.trim(), text: parts[2]! } : { text: name }
}

function nameOf(entry: string, culture: Culture): Name {
  const [native, latin] = entry.split('=') as [string, string | undefined]
  return {
    native: written(native),
    latin: written(latin ?? native),
    token: lettersOf(latin ?? native, culture.umlauts),
    tables: 0,
  }
}

const namesOf = (list: string, culture: Culture) => entries(list).map((entry) => nameOf(entry, culture))

function formsOf(list: string): [string, string][] {
  return entries(list).map((entry) => {
    const [male, female] = entry.split('/').map((text) => text.trim()) as [string, string | undefined]
    return [male, female ?? male]
  })
}

function tableOf(culture: Culture, index: number): NameTable {
  const men = namesOf(culture.male, culture)
  const forms = formsOf(culture.family)
  return {
    index,
    culture,
    given: [...men, ...namesOf(culture.female, culture)],
    men: men.length,
    family: {
      male: forms.map(([male]) => nameOf(male, culture)),
      female: forms.map(([, female]) => nameOf(female, culture)),
    },
    middle: {
      male: namesOf(culture.middle?.male ?? '', culture),
      female: namesOf(culture.middle?.female ?? '', culture),
    },
    nicknames: new Map(entries(culture.nicknames ?? '').map((entry) => entry.split('=') as [string, string])),
    honorifics: formsOf(culture.honorifics),
    suffixes: formsOf(culture.suffixes ?? ''),
    ownScript: culture.family.includes('='),
  }
}

function markShared(tables: NameTable[], namesIn: (table: NameTable) => Name[]): void {
  const byToken = new Map<string, number>()
  for (const table of tables) {
    for (const { token } of namesIn(table)) byToken.set(token, (byToken.get(token) ?? 0) | (1 << table.index))
  }
  for (const table of tables) for (const name of namesIn(table)) name.tables = byToken.get(name.token)!
}

function prepare(): NameTable[] {
  const tables = allCultures.map(tableOf)
  markShared(tables, (table) => table.given)
  markShared(tables, (table) => [...table.family.male, ...table.family.female])
  return tables
}

/** The tables, each at the place of its culture in `allCultures`. */
export const nameTables: readonly NameTable[] = prepare()

function countBits(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}

// Primes above the length of any list are coprime to every number of pairs.
const strides = [10007, 12553, 15013, 17389, 20011, 22501, 25013, 27527]

/** Whose names the person at a position bears, and how many at smaller positions bear names of the same table. */
interface Share {
  table: NameTable
  rank: number
}

const block = 64
const ofHome = 42

/**
 * Deals out positions: of every 64, 42 go to the company's own table and 22 to the others in turn. `mixture` is the
 * company's share of chance (32 bits).
 */
export function shareAt(home: NameTable, position: number, mixture: number): Share {
  const round = Math.floor(position / block)
  const bits = Math.imul(round ^ mixture, 0x9e3779b1) >>> 8
  const slot = ((position % block) * ((bits & 31) * 2 + 1) + (bits >>> 5)) % block
  if (slot < ofHome) return { table: home, rank: round * ofHome + slot }
  const turn = round * (block - ofHome) + slot - ofHome
  const others = nameTables.length - 1
  const other = (turn + (mixture >>> 20)) % others
  return { table: nameTables[other < home.index ? other : other + 1]!, rank: Math.floor(turn / others) }
}

/** The n-th pair: multiplied and shifted, then each list turned by an amount that the other list gives. */
function pairAt(rank: number, mixture: number, given: number, family: number): [number, number] {
  const pairs = given * family
  const stride = strides[mixture & 7]!
  const place = ((rank % pairs) * stride + (mixture >>> 3)) % pairs
  const first = place % given
  const second = (Math.floor(place / given) + first * 7 + ((first * first) % 13)) % family
  return [(first + second * 5 + ((second * second) % 11)) % given, second]
}

/** The names of one share of a company's positions. `home` is true where the table's own letters are used. */
export function namesOfShare({ table, rank }: Share, mixture: number, home: boolean, dice: Dice): PersonNames {
  const families = table.family.male.length
  const [givenIndex, familyIndex] = pairAt(rank, mixture, table.given.length, families)
  const given = table.given[givenIndex]!
  const sex = givenIndex < table.men ? 'M' : 'F'
  const form = sex === 'M' ? 'male' : 'female'
  const family = table.family[form][familyIndex]!
  const script = table.ownScript && !home ? 'latin' : 'native'
  const round = Math.floor(rank / (table.given.length * families))
  const shared = given.tables & family.tables
  const number = round * countBits(shared) + countBits(shared & ((1 << table.index) - 1))
  const names: PersonNames = {
    sex,
    given: given[script].text,
    family: family[script],
    login: `${given.token}.${family.token}${number === 0 ? '' : number + 1}`,
  }
  if (table.culture.doubleFamily) names.secondFamily = pick(dice, table.family[form])[script]
  addExtras(names, table, script, familyIndex, dice)
  return names
}

function addExtras(names: PersonNames, table: NameTable, script: 'native' | 'latin', own: number, dice: Dice): void {
  const { culture } = table
  const female = names.sex === 'F' ? 1 : 0
  const form = female ? 'female' : 'male'
  if (culture.middle && chance(dice, culture.middle.percent)) names.middle = pick(dice, table.middle[form])[script].text
  const other = table.family[form][(own + 1 + roll(dice, table.family.male.length - 1)) % table.family.male.length]!
  if (culture.partnerNames) {
    if (chance(dice, 35)) names.partner = other[script]
  } else if (female && culture.maidenPercent && chance(dice, culture.maidenPercent)) {
    names.maiden = withPrefix(other[script])
  }
  if (table.ownScript && script === 'latin') {
    if (chance(dice, 5)) names.prefix = 'Dr.'
    return
  }
  if (chance(dice, 30)) {
    const nickName = table.nicknames.get(names.given)
    if (nickName !== undefined) names.nickName = nickName
  }
  if (chance(dice, 6)) names.prefix = pick(dice, table.honorifics)[female]!
  if (table.suffixes.length > 0 && chance(dice, 4)) names.suffix = pick(dice, table.suffixes)[female]!
}

/** A family name as one text. */
export function withPrefix(name: Written): string {
  return name.prefix === undefined ? name.text : `${name.prefix} ${name.text}`
}
