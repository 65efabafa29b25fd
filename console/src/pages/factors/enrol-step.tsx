import { useState } from 'react'
import type { Factor } from '../../api.ts'
import { arrive, beginOffer, client, standing } from '../../query.ts'
import { PageTitle } from '../../ui/page-title.tsx'
import { useWords } from '../../words/words.tsx'
import { Arriving } from '../sign-in/asker.tsx'
import { AddFactor, kindsFor } from './add-factor.tsx'
import { Begun, isOpen } from './begun.tsx'

const at = '/sign-in/factors'

/** Goes on, and is offered recovery codes before anything else once the sign-in is through. */
function added(goOn: () => void): void {
  beginOffer()
  goOn()
}

/** The step enrol_factor of a sign-in. */
export function EnrolStep() {
  const { words: { factors: words } } = useWords()
  const [begun, setBegun] = useState<Factor>()
  if (begun !== undefined) return <Begun at={at} factor={begun} onDone={(state) => state && added(() => arrive(state))} onCancel={() => setBegun(undefined)} />
  const onBegun = (factor: Factor) => (isOpen(factor) ? setBegun(factor) : added(() => void client.invalidateQueries({ queryKey: standing.queryKey })))
  return (
    <div className="stack">
      <PageTitle>{words.enrolTitle}</PageTitle>
      <Arriving />
      <p>{words.enrolIntro}</p>
      <AddFactor at={at} kinds={kindsFor()} onBegun={onBegun} />
    </div>
  )
}
