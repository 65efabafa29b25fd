import { Button } from '@mantine/core'
import { useEffect, useRef, type ReactNode } from 'react'
import { useWords } from '../words/words.tsx'

interface Props {
  kind: 'good' | 'warning' | 'error'
  title?: string
  /** Where what was done has taken away the button that had the focus. */
  takesFocus?: boolean
  /** Where it may be put away once it is read. */
  onClose?: () => void
  children: ReactNode
}

/** Something to be noticed; screen readers say it when it appears. */
export function Notice({ kind, title, takesFocus = false, onClose, children }: Props) {
  const { words } = useWords()
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (takesFocus) place.current?.focus()
  }, [takesFocus])
  return (
    <div ref={place} className={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'} tabIndex={takesFocus ? -1 : undefined}>
      {title === undefined ? null : <h2>{title}</h2>}
      {children}
      {onClose === undefined ? null : <p><Button variant="default" onClick={() => {
        // What had the focus goes: the page has it, and not the top of the document.
        document.querySelector<HTMLElement>('main h1')?.focus()
        onClose()
      }}>{words.close}</Button></p>}
    </div>
  )
}
