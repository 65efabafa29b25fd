/** A new password by a link or a code, and the answers to security questions where they are asked for besides. */
import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { Refusal, type NewPassword, type Problem } from '../../api.ts'
import { Form, type Values } from '../../ui/form.tsx'
import type { Failure } from '../../ui/error-summary.tsx'
import { helpDeskIn } from '../../ui/help-desk.tsx'
import { Notice } from '../../ui/notice.tsx'
import { hintFor, PasswordField } from '../../ui/password-field.tsx'
import { useWords } from '../../words/words.tsx'

interface Props {
  complete: (given: NewPassword) => Promise<void>
  onDone: () => void
  /** Whose password it is, which is kept with it by programs that keep passwords. */
  userName: string
  least: number
}

export function SetPassword({ complete, onDone, userName, least }: Props) {
  const { words: all } = useWords()
  const { recovery: words, password, questions: questionWords, rule } = all
  const [questions, ask] = useState<readonly Problem[]>([])
  const send = async (values: Values) => {
    const answers = questions.map(({ path = '' }, at) => ({ question: path, answer: values[`answer${at}`] ?? '' }))
    try {
      await complete({ next: values.next ?? '', ...(answers.length > 0 ? { answers } : {}) })
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'answers_required') throw error
      return ask(error.problems)
    }
    onDone()
  }
  const missing = (values: Values) => [
    ...(values.next === '' ? [{ field: 'next', message: password.needNext }] : []),
    ...questions.flatMap((_, at) => (values[`answer${at}`]?.trim() === '' ? [{ field: `answer${at}`, message: questionWords.needAnswer(at + 1) }] : [])),
  ]
  const explain = ({ code, problems }: Refusal): Failure[] => {
    if (code === 'password_refused') return problems.map((problem) => ({ field: 'next', message: rule(problem) }))
    return code === 'recovery_refused' && questions.length > 0 ? [{ message: questionWords.wrong + helpDeskIn(all) }] : []
  }
  return (
    <Form submit={words.newSubmit} send={send} check={missing} explain={explain}>
      {(field) => (
        <>
          <input type="text" name="username" autoComplete="username" value={userName} readOnly hidden />
          <PasswordField {...field('next')} label={password.next} description={hintFor(least, all)} autoComplete="new-password" />
          {questions.length === 0 ? null : <Notice kind="warning" takesFocus><p>{questionWords.besides}</p></Notice>}
          {questions.map(({ path = '', message }, at) => <TextInput key={path} {...field(`answer${at}`)} label={questionWords.known[path] ?? message} autoComplete="off" autoCapitalize="none" spellCheck={false} maxLength={200} />)}
        </>
      )}
    </Form>
  )
}
