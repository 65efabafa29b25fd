/** Asks for a fresh proof over the page that something was asked on, which stays as it is meanwhile. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useId, useRef, useSyncExternalStore } from 'react'
import { reachOf } from '../../../../src/model/factor-kinds.ts'
import { api } from '../../api.ts'
import { isProofAsked, onProofAsked, settleProof } from '../../proof-question.ts'
import { Failed, Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.tsx'
import { ProveAgain, waysOf } from './prove-again.tsx'

export function FreshProof() {
  const asked = useSyncExternalStore(onProofAsked, isProofAsked)
  return asked ? <Question /> : null
}

function Question() {
  const { words } = useWords()
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const { data, error, refetch } = useQuery({ queryKey: ['factors'], queryFn: api.factors })
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal()
  }, [])
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={() => settleProof(false)}>
      <div className="stack">
        <h2 id={id}>{words.factors.again}</h2>
        <p>{words.factors.againIntro}</p>
        {data === undefined ? error ? <Failed error={error} again={() => void refetch()} /> : <Waiting /> : <ProveAgain ways={waysOf(data.items, reachOf(data.items).strongest)} onProved={() => settleProof(true)} />}
        <div><Button variant="default" onClick={() => settleProof(false)}>{words.cancel}</Button></div>
      </div>
    </dialog>
  )
}
