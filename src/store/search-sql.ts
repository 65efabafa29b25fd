/**
 * What the search indexes are asked (migrations/0010_search.sql): lexemes of the folded search text for `q` and for
 * addresses, and lexemes of the names as they are written. Everything here only narrows; who is found, the condition
 * that stands beside it decides.
 */
import type { Attribute, FilterTarget } from '../model/attribute.ts'
import type { Test } from '../model/filter-condition.ts'
import { fold, searchWords } from '../model/fold.ts'

/** One condition on the search text, as the index is asked and as a row is judged. */
export interface Word {
  /** A tsquery over the lexemes of the search text. */
  lexemes: string
  /** Patterns of LIKE, one of which the search text meets. */
  patterns: string[]
}

/** Which of the words of one term to look up in the index; null for a condition that uses no search index. */
export type ChooseWords = ((words: Word[]) => Word[]) | null

export const everyWord = (words: Word[]): Word[] => words

/** As the functions of the index cut words and their endings. */
const [wordLength, endingLength] = [100, 16]

/** The words of a type-ahead: each begins a word of the record, in one of its spellings. */
export function typedWords(q: string): Word[] {
  return searchWords(q).map((spellings) => ({
    lexemes: spellings.map((word) => lexeme('', word, wordLength, false)).join(' | '),
    patterns: spellings.map((word) => `% ${word}%`),
  }))
}

/**
 * The words that an address has when the comparison holds. Folding keeps parts parts: what contains the text contains
 * its fold. Endings have three letters at least; two letters that begin a word are looked up when there is nothing longer.
 */
export function addressWords({ operator, value }: Test): Word[] {
  const parts = fold(String(value)).split(' ')
  const words = parts.map((part, index) => {
    const begins = index > 0 || operator === 'sw' || operator === 'eq'
    const ends = index < parts.length - 1
    const [whole, ending] = [lexeme('', part, wordLength, ends), lexeme('_', part, endingLength, ends)]
    const patterns = [`%${begins ? ' ' : ''}${part}${ends ? ' ' : ''}%`]
    return { letters: part.length, begins, lexemes: begins ? whole : `${whole} | ${ending}`, patterns }
  })
  const long = words.filter(({ letters }) => letters >= 3)
  return long.length > 0 ? long : words.filter(({ letters, begins }) => letters === 2 && begins)
}

/** Folded text is letters and digits: nothing to escape. What was cut matches by its beginning, which is the whole lexeme. */
function lexeme(mark: string, text: string, length: number, whole: boolean): string {
  return `'${mark}${text.slice(0, length)}'${whole ? '' : ':*'}`
}

type Parameter = (value: unknown) => string

/** The conditions that a row has all the words: those that are chosen by the index, and each by the row's search text. */
export function wordConditions(words: Word[], choose: ChooseWords, parameter: Parameter): string[] {
  const chosen = choose?.(words) ?? []
  const query = chosen.map(({ lexemes }) => `(${lexemes})`).join(' & ')
  const lookup = chosen.length > 0 ? [`gatehouse.word_lexemes(t.search_text) @@ ${parameter(query)}::tsquery`] : []
  return [...lookup, ...words.map((word) => wordTest(word, parameter))]
}

/** The condition that a row has a word, by its search text. */
export function wordTest({ patterns }: Word, parameter: Parameter): string {
  const places = patterns.map((pattern) => `t.search_text like ${parameter(pattern)}`)
  return places.length === 1 ? places[0]! : `(${places.join(' or ')})`
}

/** The condition that some name of the record contains the text, by the index; none for a text that is too short. */
export function nameLookup(resource: FilterTarget, text: string, parameter: Parameter): string[] {
  if ([...text].length < 3) return []
  return [`gatehouse.name_lexemes(${namesOf(resource)}) @@ gatehouse.name_part(${parameter(text)})`]
}

/** All names of a row, one a line: the expression of the index. */
function namesOf({ attributes }: FilterTarget): string {
  const names = attributes.filter((one: Attribute) => one.searched === 'name')
  return names.map(({ column }) => `coalesce(t.${column}, '')`).join(' || chr(10) || ')
}
