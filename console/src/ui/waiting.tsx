import { Button, Loader } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useWords } from '../words/words.tsx'
import { Notice } from './notice.tsx'
import { wordsOf } from './refusal-words.ts'

/** What is quick shows nothing first: a flicker tells nobody anything. */
const quickMs = 300

export function Waiting() {
  const { words } = useWords()
  const [shown, show] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => show(true), quickMs)
    return () => clearTimeout(timer)
  }, [])
  return <output className="row">{shown ? <><Loader size="sm" aria-hidden /><span>{words.loading}</span></> : null}</output>
}

export function Failed({ error, again }: { error: unknown; again: () => void }) {
  const { words } = useWords()
  return <div className="stack"><Notice kind="error" title={words.failed}><p>{wordsOf(error, words)}</p></Notice><div><Button onClick={again}>{words.again}</Button></div></div>
}
