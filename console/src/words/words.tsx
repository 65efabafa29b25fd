/** Which language the pages speak: the one chosen here before, else the first of the browser's that there is. */
import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react'
import { de } from './de.ts'
import { en, type Words } from './en.ts'

const languages = { en, de } as const
export type Language = keyof typeof languages
export const languageNames = Object.entries(languages).map(([value, { name }]) => ({ value: value as Language, label: name }))

const kept = 'gatehouse-language'
const isLanguage = (text: string | null | undefined): text is Language => text != null && Object.hasOwn(languages, text)

function firstLanguage(): Language {
  const chosen = localStorage.getItem(kept)
  if (isLanguage(chosen)) return chosen
  return navigator.languages.map((one) => one.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en'
}

interface Spoken {
  language: Language
  words: Words
  speak: (language: Language) => void
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
