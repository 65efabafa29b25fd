import { useQuery } from '@tanstack/react-query'
import { api } from '../../api.ts'
import { arrive, standing } from '../../query.ts'
import { PageTitle } from '../../ui/page-title.tsx'
import { useWords } from '../../words/words.tsx'
import { ProveFactor } from './prove-factor.tsx'

/** The step factor of a sign-in. */
export function FactorStep() {
  const { words: { factors: words } } = useWords()
  const { data: state } = useQuery(standing)
  return (
    <div className="stack">
      <PageTitle>{words.prove}</PageTitle>
      <p>{words.proveIntro}</p>
      <ProveFactor ways={state?.factors ?? []} prove={api.proveFactor} onProved={arrive} canRemember />
    </div>
  )
}
