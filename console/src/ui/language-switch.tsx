import { NativeSelect } from '@mantine/core'
import { languageNames, useWords, type Language } from '../words/words.tsx'

export function LanguageSwitch() {
  const { language, words, speak } = useWords()
  return <NativeSelect aria-label={words.language} data={languageNames} value={language} onChange={({ currentTarget }) => speak(currentTarget.value as Language)} />
}
