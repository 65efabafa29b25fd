/** Adds the factor that an application demands and its person has not, so that they can go on to it. */
import { useState } from 'react'
import type { Factor, Interaction, SignInState } from '../../api.ts'
import { arrive, beginOffer, client, standing } from '../../query.ts'
import { PageTitle } from '../../ui/page-title.tsx'
import { useWords } from '../../words/words.tsx'
import { AddFactor, kindsFor } from '../factors/add-factor.tsx'
import { Begun, isOpen } from '../factors/begun.tsx'
import { nameOf } from './interaction-query.ts'

const at = '/me/factors'

export function EnrolFor({ asked }: { asked: Interaction }) {
  const { words: { factors, consent: words } } = useWords()
  const [begun, setBegun] = useState<Factor>()
  // Whether it is enough comes first: a higher level alone would have the person be asked to sign in anew.
  const goOn = async (state?: SignInState) => {
    beginOffer()
    await client.invalidateQueries({ queryKey: ['interaction'] })
    if (state) arrive(state)
    else await client.invalidateQueries({ queryKey: standing.queryKey })
    await client.invalidateQueries({ queryKey: ['factors'] })
  }
  const kinds = kindsFor(asked.leastLevel)
  if (begun !== undefined) return <Begun at={at} factor={begun} onDone={(state) => void goOn(state)} onCancel={() => setBegun(undefined)} />
  return (
    <>
      <PageTitle>{factors.enrolTitle}</PageTitle>
      <p>{words.stronger(nameOf(asked))} {kinds.length > 0 ? words.noWay : words.noKind}</p>
      {kinds.length > 0 ? <AddFactor at={at} kinds={kinds} onBegun={(factor) => (isOpen(factor) ? setBegun(factor) : void goOn())} /> : null}
    </>
  )
}
