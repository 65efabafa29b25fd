/** Which language the pages speak: the one chosen here before, else the first that an application wishes, else the first of the browser's that there is. */
import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react'
import { de } from './de.ts'
import { en, type Words } from './en.ts'

const languages = { en, de } as const
export type Language = keyof typeof languages
export const languageNames = Object.entries(languages).map(([value, { name }]) => ({ value: value as Language, label: name }))

const kept = 'gatehouse-language'
const isLanguage = (text: string | null | undefined): text is Language => text != null && Object.hasOwn(languages, text)

function chosenHere(): Language | undefined {
  const chosen = localStorage.getItem(kept)
  return isLanguage(chosen) ? chosen : undefined
}

/** The first of some language tags that there are words in. */
const spokenOf = (tags: readonly string[]): Language | undefined => tags.map((one) => one.split('-')[0]!.toLowerCase()).find(isLanguage)

const firstLanguage = (): Language => chosenHere() ?? spokenOf(navigator.languages) ?? 'en'

interface Spoken {
  language: Language
  words: Words
  speak: (language: Language) => void
  /** Speaks the first of these that there is, unless somebody has chosen one here. */
  wish: (tags: readonly string[]) => void
  /** A moment, as people write it. */
  moment: (iso: string) => string
  day: (iso: string) => string
}

const Speaking = createContext<Spoken | undefined>(undefined)

export function WordsProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage)
  const spoken = useMemo((): Spoken => {
    // Dates as they are written where the browser is at home, when that speaks the language.
    const place = navigator.languages.find((one) => one.startsWith(language)) ?? language
    const [moments, days] = [new Intl.DateTimeFormat(place, { dateStyle: 'medium', timeStyle: 'short' }), new Intl.DateTimeFormat(place, { dateStyle: 'long', timeZone: 'UTC' })]
    return {
      language, words: languages[language],
      speak: (chosen) => {
        localStorage.setItem(kept, chosen)
        setLanguage(chosen)
      },
      wish: (tags) => {
        const wished = chosenHere() === undefined ? spokenOf(tags) : undefined
        if (wished !== undefined) setLanguage(wished)
      },
      moment: (iso) => moments.format(new Date(iso)),
      day: (iso) => days.format(new Date(iso)),
    }
  }, [language])
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  return <Speaking value={spoken}>{children}</Speaking>
}

export function useWords(): Spoken {
  return use(Speaking)!
}
