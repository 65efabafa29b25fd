/** Security questions, where a policy wants them: which one has answered, and answering them anew. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, type SecurityQuestions } from '../../api.ts'
import { client } from '../../query.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { HelpDesk } from '../../ui/help-desk.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { wordsOf } from '../../ui/refusal-words.ts'
import { Failed, Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.tsx'
import { AnswerForm } from './answer-form.tsx'
import { questionsQuery } from './questions-query.ts'

export function Questions() {
  const { words } = useWords()
  const { data, error, refetch } = useQuery(questionsQuery)
  const [done, setDone] = useState<'saved' | 'removed'>()
  const removal = useMutation({
    mutationFn: api.removeAnswers, onMutate: () => setDone(undefined),
    onSuccess: () => {
      setDone('removed')
      return client.invalidateQueries({ queryKey: questionsQuery.queryKey })
    },
  })
  return (
    <div className="stack">
      <PageTitle>{words.questions.title}</PageTitle>
      <p>{words.questions.intro}</p>
      {removal.error ? <Notice kind="error" takesFocus><p>{wordsOf(removal.error, words)}</p></Notice> : null}
      {done === undefined ? null : <Notice kind="good" takesFocus><p>{words.questions[done]}</p></Notice>}
      {data === undefined ? error ? <Failed error={error} again={() => void refetch()} /> : <Waiting />
        : data.enabled ? <Enabled data={data} onRemove={() => removal.mutate()} onSaved={() => setDone('saved')} /> : <p>{words.questions.off}</p>}
    </div>
  )
}

function Enabled({ data, onRemove, onSaved }: { data: SecurityQuestions; onRemove: () => void; onSaved: () => void }) {
  const { words: { questions: words, ...all } } = useWords()
  return (
    <>
      {data.locked ? <Notice kind="warning"><p>{words.locked}<HelpDesk /></p></Notice> : null}
      <section className="card stack">
        <h2>{words.answered}</h2>
        {data.answered.length === 0 ? <p>{words.none}</p> : (
          <>
            <ul className="points">{data.answered.map(({ id, question }) => <li key={id}>{words.known[id] ?? question}</li>)}</ul>
            <div><Confirm question={words.removeSure} confirm={all.remove} onConfirm={onRemove}>{words.remove}</Confirm></div>
          </>
        )}
      </section>
      <section className="card stack">
        <h2>{words.set}</h2>
        <p>{words.hint}</p>
        <AnswerForm questions={data} onSaved={onSaved} />
      </section>
    </>
  )
}
