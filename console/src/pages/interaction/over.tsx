/** There is no question of an application here, or none that can be answered any more. */
import { PageTitle } from '../../ui/page-title.tsx'
import { useWords } from '../../words/words.tsx'

export function Over() {
  const { words: { consent: words } } = useWords()
  return (
    <div className="stack">
      <PageTitle>{words.overTitle}</PageTitle>
      <p>{words.over}</p>
      <p><a href="/">{words.overHome}</a></p>
    </div>
  )
}
