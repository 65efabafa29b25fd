/** Which texts PostgreSQL can keep, and how one that it cannot is shown. Pure. */

/** Why a text cannot be stored; undefined when it can. */
export function textFault(text: string): string | undefined {
  if (text.includes('\u0000')) return 'holds the character U+0000, which cannot be stored'
  return text.isWellFormed() ? undefined : 'holds half of a surrogate pair, which is not a character'
}

/** A value as it is compared: without regard to case, and to whether an accent is written with its letter or behind it, as macOS writes it. */
export const comparedText = (text: string): string => text.normalize('NFC').toLowerCase()

/** A text as it was given, with each accent in its letter (NFC), and behind it (NFD): what is kept from before may stand in any of them. */
export const writtenForms = (text: string): string[] => [...new Set([text, text.normalize('NFC'), text.normalize('NFD')])]

/** The beginning of a text, of at most so many characters: never half of one. */
export function cutText(text: string, most: number): string {
  return text.length <= most ? text : Array.from(text.slice(0, most * 2)).slice(0, most).join('')
}

/** A text that can be stored: ␀ stands for U+0000 and � for half a pair. */
export const shownText = (text: string): string => text.replaceAll('\u0000', '␀').toWellFormed()

/** The same for every text in a value, names of members included. */
export function shownTexts<T>(value: T): T
export function shownTexts(value: unknown): unknown {
  if (typeof value === 'string') return shownText(value)
  if (Array.isArray(value)) return value.map((one: unknown) => shownTexts(one))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [shownText(name), shownTexts(inner)]))
}

/**
 * Whether JSON that has been read from valid UTF-8 may hold a text that cannot be stored: such characters stand in it escaped. One look
 * over the whole, which costs next to nothing; its members, looked at one by one, would not.
 */
export const mayHoldFault = (json: string): boolean => /\\u(?:0000|d[89a-f])/i.test(json)

/** The first text in a value that cannot be stored: the way to it, and why. A member whose name cannot be is one too. */
export function faultIn(value: unknown): { steps: (string | number)[]; fault: string } | undefined {
  if (typeof value === 'string') return faultOf(value)
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const found = faultIn(value[index])
      if (found) return { ...found, steps: [index, ...found.steps] }
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const name of Object.keys(value)) {
      const found = faultOf(name) ?? faultIn((value as Record<string, unknown>)[name])
      if (found) return { ...found, steps: [name, ...found.steps] }
    }
  }
  return undefined
}

function faultOf(text: string): { steps: never[]; fault: string } | undefined {
  const fault = textFault(text)
  return fault === undefined ? undefined : { steps: [], fault }
}

/** Schemes whose addresses name a mailbox or an account, and nobody's secret. */
const mailboxes = /^(?:mailto|sips?|tel|acct|xmpp):/i
const userInfo = /(?:^|[\s,;]|\/\/)[^\s/?#,;]*@/
/** As a browser reads it, which takes `http:/name:password@host` and backslashes for the same. */
const hasUserInfo = (url: URL | null): boolean => url !== null && url.username + url.password !== ''

/** Why a text cannot be the address of something; undefined where it can. Addresses are shown and audited, which names and passwords in them would be as well. */
export const userInfoFault = (text: string): string | undefined =>
  (!mailboxes.test(text) && (userInfo.test(text) || hasUserInfo(URL.parse(text))) ? 'must hold no user name and no password before the @: an address is shown and audited as it is' : undefined)

const word = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9_.-]*$/

/** Why a text cannot be an id that callers choose, which stands in addresses and filters; undefined where it can. */
export const wordFault = (text: string): string | undefined => (word.test(text) ? undefined : 'must be a word of A to Z, a to z, 0 to 9, and after the first of them also _, - and single dots')
