import { PasswordInput } from '@mantine/core'
import type { Ref } from 'react'
import type { Words } from '../words/en.ts'
import { useWords } from '../words/words.tsx'

interface Props {
  name: string
  id: string
  error: string | undefined
  label: string
  description?: string
  autoComplete: 'current-password' | 'new-password'
  ref?: Ref<HTMLInputElement>
}

/** Can be shown while it is typed, with the keyboard too, and be pasted or filled in. */
export function PasswordField(props: Props) {
  const { words } = useWords()
  return <PasswordInput {...props} aria-invalid={props.error !== undefined} maxLength={1024} spellCheck={false} autoCapitalize="none" visibilityToggleButtonProps={{ 'aria-label': words.show, tabIndex: 0 }} />
}

/** What is said of a new password before it is chosen; from one character on there is nothing to say of its length. */
export const hintFor = (least: number | undefined, { password: words }: Words): string => (least === undefined || least < 2 ? words.hint : `${words.atLeast(least)} ${words.hint}`)
