import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Button } from '@mantine/core'
import { api, type Session } from '../../api.ts'
import { client, leave } from '../../query.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { wordsOf } from '../../ui/refusal-words.ts'
import { Failed, Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.tsx'

const refresh = () => client.invalidateQueries({ queryKey: ['sessions'] })

export function Sessions() {
  const { words } = useWords()
  const { data, error, refetch, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['sessions'], queryFn: ({ pageParam }) => api.sessions(pageParam), initialPageParam: undefined as string | undefined, getNextPageParam: ({ next }) => next,
  })
  const end = useMutation({ mutationFn: ({ id }: Session) => api.endSession(id), onSuccess: async (_, { current }) => (current ? leave({ why: 'signedOut' }) : refresh()) })
  const endOthers = useMutation({ mutationFn: api.endOtherSessions, onSuccess: refresh })
  const sessions = data?.pages.flatMap(({ items }) => items)
  const failure = end.error ?? endOthers.error
  return (
    <div className="stack">
      <PageTitle>{words.sessions.title}</PageTitle>
      <p>{words.sessions.intro}</p>
      {failure ? <Notice kind="error"><p>{wordsOf(failure, words)}</p></Notice> : null}
      {endOthers.isSuccess || end.isSuccess ? <Notice key={endOthers.submittedAt + end.submittedAt} kind="good" takesFocus><p>{endOthers.isSuccess ? words.sessions.othersEnded : words.sessions.ended}</p></Notice> : null}
      {sessions === undefined ? error ? <Failed error={error} again={() => void refetch()} /> : <Waiting /> : (
        <section className="card stack">
          <ul className="items">{sessions.map((one) => <li key={one.id}><SessionFacts session={one} onEnd={() => end.mutate(one)} /></li>)}</ul>
          {hasNextPage ? <div><Button variant="default" onClick={() => void fetchNextPage()}>{words.more}</Button></div> : null}
        </section>
      )}
      {sessions === undefined ? null : sessions.length > 1
        ? <div><Confirm question={words.sessions.endOthersSure} confirm={words.sessions.endOthers} onConfirm={() => endOthers.mutate()}>{words.sessions.endOthers}</Confirm></div>
        : <p className="dimmed">{words.sessions.onlyThis}</p>}
    </div>
  )
}

function SessionFacts({ session, onEnd }: { session: Session; onEnd: () => void }) {
  const { words: { sessions: words }, moment } = useWords()
  const { ip, started, lastSeen, current, newDevice, newNetwork } = session
  const device = words.deviceOf(session.device)
  return (
    <div className="stack tight">
      <div className="row apart">
        <div className="row">
          <h2>{device}</h2>
          {current ? <span className="badge good">{words.here}</span> : null}
          {newDevice ? <span className="badge warning">{words.newDevice}</span> : null}
          {newNetwork ? <span className="badge warning">{words.newNetwork}</span> : null}
        </div>
        {current ? null : <Button variant="default" aria-label={words.endOf(device, moment(started))} onClick={onEnd}>{words.end}</Button>}
      </div>
      <dl className="facts">
        {ip === undefined ? null : <div><dt>{words.from}</dt><dd>{ip}</dd></div>}
        <div><dt>{words.began}</dt><dd>{moment(started)}</dd></div>
        <div><dt>{words.lastSeen}</dt><dd>{moment(lastSeen)}</dd></div>
      </dl>
    </div>
  )
}
