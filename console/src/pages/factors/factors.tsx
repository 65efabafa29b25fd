/** One's factors: what there is, adding, naming and removing. What needs a fresh proof is done once the proof is there. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, Refusal, type Factor } from '../../api.ts'
import { arrive, client } from '../../query.ts'
import { Notice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { wordsOf } from '../../ui/refusal-words.ts'
import { Failed, Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.tsx'
import { AddFactor } from './add-factor.tsx'
import { Begun, isOpen } from './begun.tsx'
import { FactorFacts } from './factor-facts.tsx'
import { ProveAgain, waysOf } from './prove-again.tsx'

type Work = () => Promise<void>
/** What happened last: done, or what stood against it after a proof. */
type Outcome = { done: 'added' | 'removed' } | { error: unknown }

export function Factors() {
  const { words } = useWords()
  const { data, error, refetch } = useQuery({ queryKey: ['factors'], queryFn: api.factors })
  const [begun, setBegun] = useState<Factor>()
  const [waiting, setWaiting] = useState<{ work: Work }>()
  const [outcome, setOutcome] = useState<Outcome>()
  const changed = (done: 'added' | 'removed') => {
    setBegun(undefined)
    setOutcome({ done })
    void client.invalidateQueries({ queryKey: ['factors'] })
  }
  const attempt = async (work: Work) => {
    setOutcome(undefined)
    await work().catch((refusal: unknown) => {
      if (!(refusal instanceof Refusal) || refusal.code !== 'step_up_required') throw refusal
      setWaiting({ work })
    })
  }
  const proved = async ({ work }: { work: Work }) => {
    setWaiting(undefined)
    await work().catch((refusal: unknown) => setOutcome({ error: refusal }))
  }
  if (data === undefined) return error ? <Failed error={error} again={() => void refetch()} /> : <Waiting />
  if (waiting !== undefined) {
    return (
      <div className="stack">
        <PageTitle>{words.factors.again}</PageTitle>
        <p>{words.factors.againIntro}</p>
        <div className="card stack">
          <ProveAgain ways={waysOf(data.items)} onProved={() => proved(waiting)} />
          <div><Button variant="default" onClick={() => setWaiting(undefined)}>{words.cancel}</Button></div>
        </div>
      </div>
    )
  }
  if (begun !== undefined) {
    return <div className="card"><Begun at="/me/factors" factor={begun} onCancel={() => {
      setBegun(undefined)
      void client.invalidateQueries({ queryKey: ['factors'] })
    }} onDone={(state) => {
      if (state) arrive(state)
      changed('added')
    }} /></div>
  }
  const remove = (id: string) => attempt(async () => {
    await api.removeFactor(id)
    changed('removed')
  }).catch((refusal: unknown) => setOutcome({ error: refusal }))
  return (
    <div className="stack">
      <PageTitle>{words.factors.title}</PageTitle>
      <p>{words.factors.intro}</p>
      {outcome === undefined ? null : 'done' in outcome
        ? <Notice kind="good" takesFocus><p>{words.factors[outcome.done]}</p></Notice>
        : <Notice kind="error" takesFocus><p>{wordsOf(outcome.error, words)}</p></Notice>}
      <section className="card">
        {data.items.length === 0 ? <p>{words.factors.none}</p> : <ul className="items">{data.items.map((one) => <li key={one.id}><FactorFacts item={one} onRemove={() => void remove(one.id)} /></li>)}</ul>}
      </section>
      <section className="card stack">
        <h2>{words.factors.add}</h2>
        <AddFactor at="/me/factors" attempt={attempt} onBegun={(factor) => (isOpen(factor) ? setBegun(factor) : changed('added'))} />
      </section>
    </div>
  )
}
