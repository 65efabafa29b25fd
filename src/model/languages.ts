/** The languages that people are written to in, and which of them serves somebody. */

export const languages = ['en', 'de', 'fr'] as const
export type Language = (typeof languages)[number]

/** A language as it was written, as a language tag of BCP 47; undefined where it is none. */
export function languageTag(written: unknown): string | undefined {
  const tag = typeof written === 'string' ? written.trim().replaceAll('_', '-') : ''
  try {
    return /^[a-z]{2,3}(?:-[a-z0-9]{1,8})*$/i.test(tag) ? Intl.getCanonicalLocales(tag)[0] : undefined
  } catch {
    return undefined
  }
}

/** Why a text names no language; undefined when it does. Underscores, as locales are written with, are taken too. */
export const languageFault = (text: string): string | undefined => (languageTag(text) === undefined || text.trim() !== text ? 'must be a language tag (BCP 47), such as de, en-GB or zh-Hant' : undefined)

/** The first language that the person's choice begins with (`de-AT` is German), else the installation's. */
export function languageOf(preferred: string | null | undefined, fallback: string): Language {
  for (const wanted of [preferred, fallback]) {
    const main = wanted?.toLowerCase().split(/[-_]/)[0]
    const found = languages.find((one) => one === main)
    if (found) return found
  }
  return 'en'
}
