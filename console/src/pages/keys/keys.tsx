import { useMutation, useQuery } from '@tanstack/react-query'
import { api, type Key } from '../../api.ts'
import { client } from '../../query.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { wordsOf } from '../../ui/refusal-words.ts'
import { Failed, Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.tsx'
import { AddApiKey } from './add-api-key.tsx'
import { AddSshKey } from './add-ssh-key.tsx'

export function Keys() {
  const { words } = useWords()
  const { data, error, refetch } = useQuery({ queryKey: ['keys'], queryFn: api.keys })
  const removal = useMutation({ mutationFn: api.removeKey, onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }) })
  return (
    <div className="stack">
      <PageTitle>{words.keys.title}</PageTitle>
      <p>{words.keys.intro}</p>
      {removal.error ? <Notice kind="error"><p>{wordsOf(removal.error, words)}</p></Notice> : null}
      {removal.isSuccess ? <Notice key={removal.submittedAt} kind="good" takesFocus><p>{words.keys.removed}</p></Notice> : null}
      {data === undefined ? error ? <Failed error={error} again={() => void refetch()} /> : <Waiting /> : (
        <section className="card">
          {data.items.length === 0 ? <p>{words.keys.none}</p> : <ul className="items">{data.items.map((one) => <li key={one.id}><KeyFacts item={one} onRemove={() => removal.mutate(one.id)} /></li>)}</ul>}
        </section>
      )}
      <section className="card stack"><h2>{words.keys.addApi}</h2><AddApiKey /></section>
      <section className="card stack"><h2>{words.keys.addSsh}</h2><AddSshKey /></section>
    </div>
  )
}

function KeyFacts({ item, onRemove }: { item: Key; onRemove: () => void }) {
  const { words: { keys: words, ...all }, moment } = useWords()
  const { name, type, scopes: granted = [], created, lastUsed, expires } = item
  const facts = [
    ...(granted.length > 0 ? [[words.scope, granted.map((one) => words.scopes[one as keyof typeof words.scopes] ?? one).join(', ')]] : []),
    ...(created === undefined ? [] : [[words.created, moment(created)]]),
    ...(type === 'API' ? [[words.lastUsed, lastUsed === undefined ? words.never : moment(lastUsed)]] : []),
    ...(expires === undefined ? [] : [[words.until, moment(expires)]]),
  ]
  return (
    <div className="stack tight">
      <div className="row apart">
        <div className="row"><h2>{name}</h2><span className="badge">{words.kinds[type]}</span></div>
        <Confirm label={words.removeOf(name)} question={words.removeSure(name)} confirm={all.remove} onConfirm={onRemove}>{all.remove}</Confirm>
      </div>
      <dl className="facts">{facts.map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>
    </div>
  )
}
