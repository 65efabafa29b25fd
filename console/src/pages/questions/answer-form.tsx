import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { api, type Refusal, type SecurityQuestions } from '../../api.ts'
import { client } from '../../query.ts'
import { Form, type FieldProps, type Values } from '../../ui/form.tsx'
import type { Failure } from '../../ui/error-summary.tsx'
import { useWords } from '../../words/words.tsx'
import { questionsQuery } from './questions-query.ts'

/** The choice of writing a question of one's own. */
const own = 'own'

export function AnswerForm({ questions, onSaved }: { questions: SecurityQuestions; onSaved: () => void }) {
  const { words: { questions: words } } = useWords()
  const places = Array.from({ length: questions.count }, (_, at) => at)
  const check = (values: Values) => places.flatMap((at): Failure[] => [
    ...(values[`question${at}`] === own && values[`own${at}`]?.trim() === '' ? [{ field: `own${at}`, message: words.needQuestion(at + 1) }] : []),
    ...(values[`answer${at}`]?.trim() === '' ? [{ field: `answer${at}`, message: words.needAnswer(at + 1) }] : []),
  ])
  const send = async (values: Values) => {
    const chosen = (at: number) => (values[`question${at}`] === own ? values[`own${at}`] : values[`question${at}`]) ?? ''
    const data = await api.setAnswers(places.map((at) => ({ question: chosen(at).trim(), answer: values[`answer${at}`] ?? '' })))
    client.setQueryData(questionsQuery.queryKey, data)
    onSaved()
  }
  // `answers.1.question` is about the choice, or the text in its place: the first of them.
  const explain = ({ problems }: Refusal): Failure[] => problems.map(({ path = '', message }) => {
    const [, at, what] = path.split('.')
    return { field: at === undefined ? undefined : `${what}${at}`, message: words.faults[message] ?? message }
  })
  return (
    <Form submit={words.save} check={check} send={send} explain={explain} empties>
      {(field) => places.map((at) => <Place key={at} at={at} field={field} questions={questions} />)}
    </Form>
  )
}

function Place({ at, field, questions: { offered, ownAllowed } }: { at: number; field: FieldProps; questions: SecurityQuestions }) {
  const { words: { questions: words } } = useWords()
  const [chosen, choose] = useState(offered[at]?.id ?? own)
  const choices = [...offered.map(({ id, question }) => ({ value: id, label: words.known[id] ?? question })), ...(ownAllowed ? [{ value: own, label: words.own }] : [])]
  return (
    <fieldset className="entry stack">
      <legend>{words.place(at + 1)}</legend>
      <NativeSelect {...field(`question${at}`)} label={words.question} value={chosen} onChange={({ currentTarget }) => choose(currentTarget.value)} data={choices} />
      {chosen === own ? <TextInput {...field(`own${at}`)} label={words.ownQuestion} maxLength={500} autoComplete="off" /> : null}
      <TextInput {...field(`answer${at}`)} label={words.answer} maxLength={200} autoComplete="off" autoCapitalize="none" spellCheck={false} />
    </fieldset>
  )
}
