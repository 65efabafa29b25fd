/** What people call the program that a User-Agent names: "Firefox on Linux". A help to recognise one's sessions, no more. */
import type { Language } from './languages.ts'

const programs: readonly [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'], [/\bOPR\/|\bOpera\//, 'Opera'], [/\bSamsungBrowser\//, 'Samsung Internet'], [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\b(?:Headless)?Chrome\/|\bCriOS\//, 'Chrome'], [/\bSafari\//, 'Safari'], [/^curl\//, 'curl'],
]

const systems: readonly [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'], [/\biPad\b/, 'iPad'], [/\bAndroid\b/, 'Android'], [/\bCrOS\b/, 'ChromeOS'], [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'], [/\bLinux\b/, 'Linux'],
]

const firstOf = (list: readonly [RegExp, string][], text: string) => list.find(([pattern]) => pattern.test(text))?.[1]

/** How a language says which program on which system. */
const words: Readonly<Record<Language, { on: (program: string, system: string) => string; program: string; unknown: string }>> = {
  en: { on: (program, system) => `${program} on ${system}`, program: 'A program', unknown: 'Unknown device' },
  de: { on: (program, system) => `${program} unter ${system}`, program: 'Ein Programm', unknown: 'Unbekanntes Gerät' },
  fr: { on: (program, system) => `${program} ${system.startsWith('iP') ? 'sur' : 'sous'} ${system}`, program: 'Un programme', unknown: 'Appareil inconnu' },
}

/** In English where it is kept, in the language of whoever is written to. */
export function deviceLabel(userAgent: string | undefined, language: Language = 'en'): string {
  const { on, ...said } = words[language]
  const text = userAgent ?? ''
  const [program, system] = [firstOf(programs, text), firstOf(systems, text)]
  if (program === undefined) return system === undefined ? said.unknown : on(said.program, system)
  return system === undefined ? program : on(program, system)
}
