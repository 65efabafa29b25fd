import { useQuery } from '@tanstack/react-query'
import { standing } from '../../query.ts'
import { useWords } from '../../words/words.tsx'
import { nameOf, useAsker } from '../interaction/interaction-query.ts'

/** The application that one goes on to. */
export function Asker() {
  const { words } = useWords()
  const { data } = useAsker()
  return data === undefined ? null : <p className="dimmed">{words.consent.to(nameOf(data))}</p>
}

/** Who is on the way in, and to which application. */
export function Arriving() {
  const { words: { account: words } } = useWords()
  const { data: state } = useQuery(standing)
  return (
    <>
      {state?.userName === undefined ? null : <p><span className="dimmed">{words.signedInAs}</span> <strong>{state.userName}</strong></p>}
      <Asker />
    </>
  )
}
