import { useQuery } from '@tanstack/react-query'
import { api } from '../../api.ts'
import { arrive, standing } from '../../query.ts'
import { PageTitle } from '../../ui/page-title.tsx'
import { useWords } from '../../words/words.tsx'
import { Arriving } from '../sign-in/asker.tsx'
import { ChangePasswordForm } from './change-password-form.tsx'

/** The step change_password of a sign-in. */
export function ChoosePassword() {
  const { words: { password: words } } = useWords()
  const { data: state } = useQuery(standing)
  return (
    <div className="stack">
      <PageTitle>{words.dueTitle}</PageTitle>
      <Arriving />
      {state?.reason === undefined ? null : <p>{words.due[state.reason]}</p>}
      <ChangePasswordForm userName={state?.userName} least={state?.passwordLength} change={api.changePasswordToSignIn} onChanged={arrive} />
    </div>
  )
}
