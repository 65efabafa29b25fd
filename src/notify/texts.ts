/** Every language that messages are written in. */
import type { Language } from '../model/languages.ts'
import type { LanguageTexts } from './message-text.ts'
import { german } from './texts-de.ts'
import { english } from './texts-en.ts'
import { french } from './texts-fr.ts'

export const texts: Readonly<Record<Language, LanguageTexts>> = { en: english, de: german, fr: french }
