/**
 * Offers recovery codes to who has added a factor on the way in, before they go where they were going: whose phone is lost tomorrow has none
 * otherwise. Whoever wants none goes on, and finds the offer among their factors.
 */
import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { api } from '../../api.ts'
import { endOffer } from '../../query.ts'
import { HelpDesk } from '../../ui/help-desk.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { wordsOf } from '../../ui/refusal-words.ts'
import { Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.tsx'
import { Begun } from './begun.tsx'
import { wantsCodes } from './wants-codes.ts'

export function OfferCodes() {
  const { words } = useWords()
  // What was known before has not the factor that was added.
  const { data, error, isFetchedAfterMount } = useQuery({ queryKey: ['factors'], queryFn: api.factors, staleTime: 0 })
  const making = useMutation({ mutationFn: () => api.enrolFactor('/me/factors', { type: 'RECOVERY_CODES' }) })
  // An offer is worth no hindrance.
  const isIdle = error !== null || (isFetchedAfterMount && data !== undefined && !wantsCodes(data.items) && making.data === undefined)
  useEffect(() => {
    if (isIdle) endOffer()
  }, [isIdle])
  if (making.data !== undefined) return <Begun at="/me/factors" factor={making.data} onDone={endOffer} onCancel={endOffer} />
  if (!isFetchedAfterMount || isIdle) return <Waiting />
  return (
    <div className="stack">
      <PageTitle>{words.factors.offerTitle}</PageTitle>
      {making.error ? <Notice kind="error" takesFocus><p>{wordsOf(making.error, words)}</p></Notice> : null}
      <Notice kind="good"><p>{words.factors.added}</p></Notice>
      <p>{words.factors.noCodesHint}<HelpDesk /></p>
      <div className="row">
        <Button loading={making.isPending} onClick={() => making.mutate()}>{words.factors.makeCodes}</Button>
        <Button variant="default" disabled={making.isPending} onClick={endOffer}>{words.factors.offerLater}</Button>
      </div>
    </div>
  )
}
