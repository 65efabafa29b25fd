import { useEffect, useRef, type ReactNode } from 'react'

interface Props {
  kind: 'good' | 'warning' | 'error'
  title?: string
  /** Where what was done has taken away the button that had the focus. */
  takesFocus?: boolean
  children: ReactNode
}

/** Something to be noticed; screen readers say it when it appears. */
export function Notice({ kind, title, takesFocus = false, children }: Props) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (takesFocus) place.current?.focus()
  }, [takesFocus])
  return (
    <div ref={place} className={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'} tabIndex={takesFocus ? -1 : undefined}>
      {title === undefined ? null : <h2>{title}</h2>}
      {children}
    </div>
  )
}
