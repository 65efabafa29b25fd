/** How the help desk is reached, as the server's setting has it; the pages know it from their own head. */
import type { Words } from '../words/en.ts'
import { useWords } from '../words/words.tsx'

const contact = document.querySelector<HTMLMetaElement>('meta[name="help-desk"]')?.content

/** A sentence to go on with, where a text sends people to the help desk; nothing where nobody has said how to reach it. */
export const helpDeskIn = ({ helpDesk }: Words): string => (contact === undefined ? '' : ` ${helpDesk(contact)}`)

export function HelpDesk() {
  const { words } = useWords()
  return helpDeskIn(words)
}
