import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { api, type Held } from '../../api.ts'
import { PageTitle } from '../../ui/page-title.tsx'
import { Failed, Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.tsx'

const types = ['Organization', 'Role', 'Group', 'Resource'] as const

export function Access() {
  const { words } = useWords()
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['access'], queryFn: ({ pageParam }) => api.access(pageParam), initialPageParam: undefined as string | undefined, getNextPageParam: ({ next }) => next,
  })
  const held = data?.pages.flatMap(({ items }) => items)
  return (
    <div className="stack">
      <PageTitle>{words.access.title}</PageTitle>
      <p>{words.access.intro}</p>
      {held === undefined ? error ? <Failed error={error} again={() => void refetch()} /> : <Waiting /> : null}
      {held?.length === 0 ? <p className="card">{words.access.none}</p> : null}
      {types.map((type) => <OfType key={type} type={type} items={held?.filter((one) => one.type === type) ?? []} />)}
      {hasNextPage ? <div><Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{words.more}</Button></div> : null}
    </div>
  )
}

function OfType({ type, items }: { type: Held['type']; items: readonly Held[] }) {
  const { words: { access: words } } = useWords()
  if (items.length === 0) return null
  const ways = ({ direct, inherited, everyone }: Held) => Object.entries({ direct, inherited, everyone }).flatMap(([way, is]) => (is ? [words.ways[way as keyof typeof words.ways]] : [])).join(', ')
  return (
    <section className="card stack">
      <h2>{words.types[type]}</h2>
      <ul className="items">
        {items.map((one) => (
          <li key={one.id} className="row apart">
            <span><strong>{one.name ?? one.id}</strong> <span className="dimmed small">{ways(one)}</span></span>
            {one.rights.length > 0 ? <span className="small">{words.rights}: {one.rights.join(', ')}</span> : null}
          </li>
        ))}
      </ul>
    </section>
  )
}
