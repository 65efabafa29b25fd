/** Numbers and what they count, in texts for people: one is not several. Pure. */

/** A number and what it counts: `1 step`, `2 steps`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count.toLocaleString('en')} ${count === 1 ? one : many}`

/** What phrases of plans begin with, and the same of one; the longer before the shorter. */
const nouns: readonly (readonly [many: string, one: string])[] = [
  ['people and accounts', 'person or account'], ['differences and strange accounts', 'difference or strange account'], ['group memberships', 'group membership'],
  ['accounts', 'account'], ['fields', 'field'], ['groups', 'group'], ['links', 'link'], ['marks', 'mark'], ['people', 'person'],
]

/** A phrase such as `accounts to create`, as it is said of so many: `account to create` of one. */
export function phraseOf(count: number, phrase: string): string {
  const noun = count === 1 ? nouns.find(([many]) => phrase === many || phrase.startsWith(`${many} `)) : undefined
  return noun === undefined ? phrase : `${noun[1]}${phrase.slice(noun[0].length)}`
}
