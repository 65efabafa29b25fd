import { useEffect, useRef } from 'react'
import { useWords } from '../words/words.tsx'

/** The heading of a page; who comes to the page by a link arrives at it, with keyboard and screen reader too. */
export function PageTitle({ children, arrive = true }: { children: string; arrive?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null)
  const { words } = useWords()
  useEffect(() => {
    document.title = `${children} – ${words.product}`
  }, [children, words])
  useEffect(() => {
    if (arrive) heading.current?.focus()
  }, [arrive])
  return <h1 ref={heading} tabIndex={-1}>{children}</h1>
}
