/** One's factors: what there is, adding, naming and removing. */
import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { smsNumberOf } from '../../../../src/model/sms-number.ts'
import { api, type Factor, type NewFactor } from '../../api.ts'
import { arrive, client } from '../../query.ts'
import { HelpDesk } from '../../ui/help-desk.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { wordsOf } from '../../ui/refusal-words.ts'
import { Failed, Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.tsx'
import { me } from '../profile/me.ts'
import { AddFactor, kindsFor } from './add-factor.tsx'
import { Begun, isOpen } from './begun.tsx'
import { FactorFacts } from './factor-facts.tsx'
import { realOf, wantsCodes } from './wants-codes.ts'

const refresh = () => client.invalidateQueries({ queryKey: ['factors'] })

export function Factors() {
  const { words } = useWords()
  const { data, error, refetch } = useQuery({ queryKey: ['factors'], queryFn: api.factors })
  const { data: own } = useQuery(me)
  const numbers = [...new Set((own?.body.phoneNumbers ?? []).flatMap((phone) => (phone.active === false ? [] : (smsNumberOf(phone) ?? []))))]
  const [begun, setBegun] = useState<Factor>()
  const [done, setDone] = useState<'added' | 'removed'>()
  const changed = (what: 'added' | 'removed') => {
    setBegun(undefined)
    setDone(what)
    void refresh()
  }
  const removal = useMutation({ mutationFn: api.removeFactor, onMutate: () => setDone(undefined), onSuccess: () => changed('removed') })
  const begin = useMutation({ mutationFn: (factor: NewFactor) => api.enrolFactor('/me/factors', factor), onMutate: () => setDone(undefined), onSuccess: setBegun })
  const failure = removal.error ?? begin.error
  if (data === undefined) return error ? <Failed error={error} again={() => void refetch()} /> : <Waiting />
  // An address that was shown to be one's own is no second factor.
  const factors = data.items.filter(({ type }) => type !== 'EMAIL')
  // Without it none is left: a number that was set aside beside it is asked for again.
  const isLast = (one: Factor) => realOf(factors).includes(one) && realOf(factors.filter((other) => other !== one)).length === 0
  const hasCodes = factors.some(({ type }) => type === 'RECOVERY_CODES')
  const questionOf = (one: Factor) => (isLast(one) ? (name: string) => words.factors.removeLast(name, hasCodes) : words.factors.removeSure)
  if (begun !== undefined) {
    return <div className="card"><Begun at="/me/factors" factor={begun} onCancel={() => {
      setBegun(undefined)
      void refresh()
    }} onDone={(state) => {
      if (state) arrive(state)
      changed('added')
    }} /></div>
  }
  return (
    <div className="stack">
      <PageTitle>{words.factors.title}</PageTitle>
      <p>{words.factors.intro}</p>
      {failure ? <Notice kind="error" takesFocus><p>{wordsOf(failure, words)}</p></Notice> : null}
      {done === undefined ? null : <Notice kind="good" takesFocus><p>{words.factors[done]}</p></Notice>}
      {wantsCodes(factors) ? <Notice kind="warning" title={words.factors.noCodes}><p>{words.factors.noCodesHint}<HelpDesk /></p><p><Button variant="default" loading={begin.isPending} onClick={() => begin.mutate({ type: 'RECOVERY_CODES' })}>{words.factors.makeCodes}</Button></p></Notice> : null}
      <section className="card stack">
        {factors.length === 0 ? <p>{words.factors.none}</p> : <ul className="items">{factors.map((one) => <li key={one.id}><FactorFacts item={one} question={questionOf(one)} onRemove={() => removal.mutate(one.id)} onAgain={() => begin.mutate({ type: one.type, name: one.name })} /></li>)}</ul>}
        {factors.length === 0 ? null : <p className="dimmed">{words.factors.lost}<HelpDesk /></p>}
      </section>
      <section className="card stack">
        <h2>{words.factors.add}</h2>
        <AddFactor at="/me/factors" kinds={[...kindsFor(), 'RECOVERY_CODES']} numbers={numbers} onBegun={(factor) => (isOpen(factor) ? setBegun(factor) : changed('added'))} />
      </section>
    </div>
  )
}
