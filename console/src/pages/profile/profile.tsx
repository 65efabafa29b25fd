import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, type Me } from '../../api.ts'
import { Notice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { Failed, Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.tsx'
import { me } from './me.ts'
import { OwnAddresses } from './own-addresses.tsx'
import { shown, textOf } from './own-attributes.ts'
import { OwnForm } from './own-form.tsx'

export function Profile() {
  const { words } = useWords()
  const { data, error, refetch } = useQuery(me)
  const custom = useQuery({ queryKey: ['own-attributes'], queryFn: api.ownAttributes, staleTime: 60_000 })
  const [saved, setSaved] = useState(0)
  return (
    <div className="stack">
      <PageTitle>{words.profile.title}</PageTitle>
      <p>{words.profile.intro}</p>
      {saved > 0 ? <Notice key={saved} kind="good" takesFocus><p>{words.saved}</p></Notice> : null}
      {data === undefined ? error ? <Failed error={error} again={() => void refetch()} /> : <Waiting /> : (
        <>
          <section className="card stack"><h2>{words.profile.known}</h2><Facts person={data.body} /></section>
          {data.body.emails === undefined ? null : <OwnAddresses emails={data.body.emails} />}
          <section className="card stack"><h2>{words.profile.yours}</h2>{custom.data === undefined ? custom.error ? <Failed error={custom.error} again={() => void custom.refetch()} /> : <Waiting /> : <OwnForm key={formOf(data.body)} person={data.body} etag={data.etag} elements={custom.data.items} onSaved={() => setSaved(saved + 1)} />}</section>
        </>
      )}
    </div>
  )
}

/** What the form was filled from. A new version that says the same of it, as one by which an address is proved, takes nothing that was typed away. */
const formOf = ({ emails: _, meta: __, ...rest }: Me) => JSON.stringify(rest)

function Facts({ person }: { person: Me }) {
  const { words, day } = useWords()
  const facts = shown.flatMap(({ path, label, type }) => {
    const text = textOf(person[path])
    return text === '' ? [] : [[words.attributes[path] ?? label, type === 'date' ? day(text) : text] as const]
  })
  return (
    <dl className="facts">
      {facts.map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}
    </dl>
  )
}
