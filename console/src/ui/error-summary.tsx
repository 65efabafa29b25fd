import { useEffect, useRef, type MouseEvent } from 'react'
import { useWords } from '../words/words.tsx'

/** One thing that is wrong, and the field where it is mended. */
export interface Failure {
  field?: string
  message: string
}

export function ErrorSummary({ failures, idOf }: { failures: readonly Failure[]; idOf: (field: string) => string }) {
  const { words } = useWords()
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => place.current?.focus(), [])
  const go = (id: string) => (event: MouseEvent) => {
    event.preventDefault()
    document.getElementById(id)?.focus()
  }
  const line = ({ field, message }: Failure) => (field === undefined ? message : <a href={`#${idOf(field)}`} onClick={go(idOf(field))}>{message}</a>)
  return (
    <div ref={place} className="notice error" role="alert" tabIndex={-1}>
      <h2>{failures.length === 1 ? words.problem : words.problems}</h2>
      <ul>{failures.map((one) => <li key={`${one.field} ${one.message}`}>{line(one)}</li>)}</ul>
    </div>
  )
}
