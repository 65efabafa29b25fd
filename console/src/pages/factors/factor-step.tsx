import { useQuery } from '@tanstack/react-query'
import { api } from '../../api.ts'
import { arrive, standing } from '../../query.ts'
import { HelpDesk } from '../../ui/help-desk.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { useWords } from '../../words/words.tsx'
import { Arriving } from '../sign-in/asker.tsx'
import { ProveFactor } from './prove-factor.tsx'

/** The step factor of a sign-in. */
export function FactorStep() {
  const { words: { factors: words } } = useWords()
  const { data: state } = useQuery(standing)
  return (
    <div className="stack">
      <PageTitle>{words.prove}</PageTitle>
      <Arriving />
      <p>{words.proveIntro}</p>
      <ProveFactor ways={state?.factors ?? []} prove={api.proveFactor} onProved={arrive} canRemember />
      <details>
        <summary>{words.without}</summary>
        <p>{state?.factors?.some(({ type }) => type === 'RECOVERY_CODES') ? words.withoutByCode : words.withoutCodes} {words.withoutHelp}<HelpDesk /></p>
      </details>
    </div>
  )
}
