/** The languages that people are written to in, and which of them serves somebody. */

export const languages = ['en', 'de', 'fr'] as const
export type Language = (typeof languages)[number]

/** The first language that the person's choice begins with (`de-AT` is German), else the installation's. */
export function languageOf(preferred: string | null | undefined, fallback: string): Language {
  for (const wanted of [preferred, fallback]) {
    const main = wanted?.toLowerCase().split(/[-_]/)[0]
    const found = languages.find((one) => one === main)
    if (found) return found
  }
  return 'en'
}
