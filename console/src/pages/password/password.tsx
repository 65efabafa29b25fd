import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../api.ts'
import { arrive, client } from '../../query.ts'
import { Notice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { useWords } from '../../words/words.tsx'
import { me } from '../profile/me.ts'
import { questionsQuery } from '../questions/questions-query.ts'
import { ChangePasswordForm } from './change-password-form.tsx'

export function Password() {
  const { words: { password: words, questions: questionWords } } = useWords()
  const { data: questions } = useQuery(questionsQuery)
  const { data } = useQuery(me)
  const { data: rules } = useQuery({ queryKey: ['password-rules'], queryFn: api.passwordRules })
  const [done, setDone] = useState(0)
  return (
    <div className="stack">
      <PageTitle>{words.title}</PageTitle>
      <p>{words.intro}</p>
      {done > 0 ? <Notice key={done} kind="good" takesFocus><p>{words.done}</p></Notice> : null}
      <div className="card">
        <ChangePasswordForm userName={data?.body.userName ?? ''} least={rules?.passwordLength} change={api.changePassword} onChanged={(state) => {
          arrive(state)
          setDone(done + 1)
          void client.invalidateQueries({ queryKey: ['sessions'] })
        }} />
      </div>
      {questions?.enabled ? <section className="card stack tight"><h2>{questionWords.title}</h2><p>{questions.answered.length === 0 ? questionWords.toSet : questionWords.toChange}</p><p><Link to="/questions">{questionWords.go}</Link></p></section> : null}
    </div>
  )
}
