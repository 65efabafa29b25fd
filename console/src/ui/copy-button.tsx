import { Button } from '@mantine/core'
import { useState } from 'react'
import { useWords } from '../words/words.tsx'

/** Puts a text into the clipboard, and says that it has; nothing where the browser lends pages none (plain http on another host). */
export function CopyButton({ text }: { text: string }) {
  const { words } = useWords()
  const [copied, setCopied] = useState(false)
  // An older browser knows none, whatever the types say.
  const { clipboard } = navigator as { clipboard?: Clipboard }
  if (clipboard === undefined) return null
  return (
    <>
      <Button variant="default" onClick={() => void clipboard.writeText(text).then(() => setCopied(true), () => setCopied(false))}>{words.copy}</Button>
      <output>{copied ? words.copied : ''}</output>
    </>
  )
}
