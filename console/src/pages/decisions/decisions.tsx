/** Which usage policies one accepted and declined, and when. */
import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { api, type PolicyDecision } from '../../api.ts'
import { PageTitle } from '../../ui/page-title.tsx'
import { Failed, Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.tsx'

export function Decisions() {
  const { words } = useWords()
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['decisions'], queryFn: ({ pageParam }) => api.decisions(pageParam), initialPageParam: undefined as string | undefined, getNextPageParam: ({ next }) => next,
  })
  const decisions = data?.pages.flatMap(({ items }) => items)
  return (
    <div className="stack">
      <PageTitle>{words.decisions.title}</PageTitle>
      <p>{words.decisions.intro}</p>
      {decisions === undefined ? error ? <Failed error={error} again={() => void refetch()} /> : <Waiting /> : (
        <section className="card stack">
          {decisions.length === 0 ? <p>{words.decisions.none}</p> : <ul className="items">{decisions.map((one) => <li key={one.id}><DecisionFacts item={one} /></li>)}</ul>}
          {hasNextPage ? <div><Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{words.more}</Button></div> : null}
        </section>
      )}
    </div>
  )
}

function DecisionFacts({ item: { name, accepted, decided } }: { item: PolicyDecision }) {
  const { words: { decisions: words }, moment } = useWords()
  return (
    <div className="stack tight">
      <h2>{name ?? words.unnamed}</h2>
      <dl className="facts"><div><dt>{accepted ? words.accepted : words.declined}</dt><dd>{moment(decided)}</dd></div></dl>
    </div>
  )
}
