/** What an application asks of somebody who is signed in: to go on, to prove more, to sign in anew, or to consent. */
import { Button } from '@mantine/core'
import { useMutation, useQuery, type UseMutationResult } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, Refusal, type Interaction as Asked, type Me } from '../../api.ts'
import { arrive, client } from '../../query.ts'
import { Notice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { wordsOf } from '../../ui/refusal-words.ts'
import { Failed, Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.tsx'
import { ProveAgain, waysOf } from '../factors/prove-again.tsx'
import { me } from '../profile/me.ts'
import { SignIn } from '../sign-in/sign-in.tsx'
import { EnrolFor } from './enrol-for.tsx'
import { interactionQuery, nameOf } from './interaction-query.ts'
import { Over } from './over.tsx'

/** A word, or as whom to go on. */
type Answer = 'login' | 'consent' | 'abort' | { user: string }
type Answering = UseMutationResult<{ redirectTo: string }, Error, Answer>

export function Interaction({ id, session, level }: { id: string; session: string; level: number }) {
  const { words } = useWords()
  const { data: asked, error, refetch, isFetching } = useQuery(interactionQuery(id, session))
  const answering: Answering = useMutation({ mutationFn: (what: Answer) => (typeof what === 'string' ? api.answerInteraction(id, what) : api.answerInteraction(id, 'login', what.user)), onSuccess: ({ redirectTo }) => window.location.assign(redirectTo) })
  if (asked === undefined) {
    if (error instanceof Refusal && error.code === 'not_found') return <Over />
    return error ? <Failed error={error} again={() => void refetch()} /> : <Waiting />
  }
  return (
    <div className="stack">
      {answering.error ? <Notice kind="error"><p>{wordsOf(answering.error, words)}</p></Notice> : null}
      {asked.prompt === 'consent' ? <Consent asked={asked} answering={answering} /> : asked.satisfied ? <GoOn asked={asked} answering={answering} /> : asked.prompt === 'select_account' ? <Choose asked={asked} answering={answering} /> : <More asked={asked} fresh={!isFetching} level={level} answering={answering} />}
    </div>
  )
}

interface Props {
  asked: Asked
  answering: Answering
}

function GoOn({ asked, answering: { mutate } }: Props) {
  const { words } = useWords()
  useEffect(() => mutate('login'), [mutate])
  return <Notice kind="good"><p>{words.consent.goingOn(nameOf(asked))}</p></Notice>
}

function Consent({ asked, answering: { mutate, isPending, isSuccess } }: Props) {
  const { words: { consent: words } } = useWords()
  const busy = isPending || isSuccess
  return (
    <>
      <PageTitle>{words.title(nameOf(asked))}</PageTitle>
      <ConsentingAs asked={asked} busy={busy} />
      <p>{words.intro(nameOf(asked))}</p>
      <ul className="points">{asked.scopes.map(({ name, description, also = [] }) => <li key={name}>{words.scopes[name] ?? description}{also.length > 0 && ` ${words.also(also)}`}</li>)}</ul>
      <div className="row">
        <Button disabled={busy} onClick={() => mutate('consent')}>{words.allow}</Button>
        <Button variant="default" disabled={busy} onClick={() => mutate('abort')}>{words.deny}</Button>
      </div>
    </>
  )
}

/** For whom it is allowed; who is somebody else is asked who goes on. */
function ConsentingAs({ asked: { id }, busy }: { asked: Asked; busy: boolean }) {
  const { words } = useWords()
  const { data } = useQuery(me)
  const { mutate, isPending, error } = useMutation({ mutationFn: () => api.answerInteraction(id, 'another'), onSuccess: () => client.invalidateQueries({ queryKey: ['interaction'] }) })
  return (
    <>
      {error ? <Notice kind="error"><p>{wordsOf(error, words)}</p></Notice> : null}
      <div className="row apart">
        {data === undefined ? <span /> : <span><span className="dimmed">{words.account.signedInAs}</span> <strong>{calledBy(data.body)}</strong></span>}
        <Button variant="default" disabled={busy} loading={isPending} onClick={() => mutate()}>{words.consent.notMe}</Button>
      </div>
    </>
  )
}

/** By both names, where they are two. */
const calledBy = ({ displayName, userName }: Me) => (displayName === undefined || displayName === userName ? userName : `${displayName} (${userName})`)

/** Who is here goes on, or somebody else signs in. */
function Choose({ asked, answering: { mutate, isPending, isSuccess } }: Props) {
  const { words: { consent: words } } = useWords()
  const { data } = useQuery(me)
  const [other, setOther] = useState(false)
  const busy = isPending || isSuccess
  if (other) return <><SignIn hinted={false} /><div><Button variant="default" disabled={busy} onClick={() => mutate('abort')}>{words.back}</Button></div></>
  if (data === undefined) return <Waiting />
  const { id, displayName, userName } = data.body
  return (
    <>
      <PageTitle>{words.who}</PageTitle>
      <p>{words.to(nameOf(asked))}</p>
      <div className="row">
        <Button disabled={busy} onClick={() => mutate({ user: String(id) })}>{words.goOnAs(String(displayName ?? userName))}</Button>
        <Button variant="default" disabled={busy} onClick={() => setOther(true)}>{words.other}</Button>
      </div>
    </>
  )
}

/** The usage policies come as a step of the sign-in; after it what was known before is shown first, and is not gone by. */
function ToSite({ asked, fresh }: { asked: Asked; fresh: boolean }) {
  const { words } = useWords()
  const { mutate, error, isIdle } = useMutation({
    mutationFn: () => api.goToSite(asked.site),
    onSuccess: (state) => {
      arrive(state)
      // They may have been accepted in another tab meanwhile.
      if (state.next === 'done') void client.invalidateQueries({ queryKey: ['interaction'] })
    },
  })
  useEffect(() => {
    if (fresh && isIdle) mutate()
  }, [fresh, isIdle, mutate])
  return error ? <Failed error={error} again={() => mutate()} /> : <p>{words.consent.to(nameOf(asked))}</p>
}

/** The sign-in is there, and is not enough. */
function More({ asked, fresh, level, answering: { mutate } }: Props & { fresh: boolean; level: number }) {
  const { words: { factors, consent: words } } = useWords()
  const { data } = useQuery({ queryKey: ['factors'], queryFn: api.factors, enabled: !asked.policiesDue })
  const back = <div><Button variant="default" onClick={() => mutate('abort')}>{words.back}</Button></div>
  if (asked.policiesDue) return <ToSite asked={asked} fresh={fresh} />
  // Not signed out before: with a session ends whatever applications ask of it, this question too.
  const anew = (
    <>
      <Notice kind="warning"><p>{words.anew(nameOf(asked))}</p></Notice>
      <SignIn />
      {back}
    </>
  )
  const isStrong = level >= asked.leastLevel && !asked.reasons.includes('level')
  if (isStrong || (asked.anew && asked.reasons.includes('login_prompt'))) return anew
  if (data === undefined) return <Waiting />
  const ways = waysOf(data.items, asked.leastLevel)
  // First what they had before: a factor that is added now tells nothing of who is here.
  if (ways.length === 0 && asked.anew) return anew
  if (ways.length === 0) return <><EnrolFor asked={asked} />{back}</>
  return (
    <>
      <PageTitle>{factors.again}</PageTitle>
      <p>{words.stronger(nameOf(asked))}</p>
      <ProveAgain ways={ways} onProved={() => client.invalidateQueries({ queryKey: ['interaction'] })} />
      {back}
    </>
  )
}
