import { Button } from '@mantine/core'
import { useId, useRef, type ReactNode } from 'react'
import { useWords } from '../words/words.tsx'

interface Props {
  /** What the button says, and names for those who do not see what it stands beside. */
  children: ReactNode
  label?: string
  question: string
  confirm: string
  onConfirm: () => void
}

/** A button that asks before it does what cannot be undone. The browser's own dialog keeps the keyboard inside. */
export function Confirm({ children, label, question, confirm, onConfirm }: Props) {
  const { words } = useWords()
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const close = () => dialog.current?.close()
  return (
    <>
      <Button variant="default" aria-label={label} onClick={() => dialog.current?.showModal()}>{children}</Button>
      <dialog ref={dialog} aria-labelledby={id}>
        <div className="stack">
          <p id={id}>{question}</p>
          <div className="row">
            <Button onClick={() => {
              close()
              onConfirm()
            }}>{confirm}</Button>
            <Button variant="default" onClick={close}>{words.cancel}</Button>
          </div>
        </div>
      </dialog>
    </>
  )
}
