/**
 * A form that says everything that is wrong at once: above, where the focus goes and each line leads to its field, and at
 * the field. What the browser would say by itself it says one thing at a time and in its own language, so it is kept quiet.
 */
import { Button } from '@mantine/core'
import { useId, useRef, useState, type FormEvent, type ReactNode } from 'react'
import { Refusal } from '../api.ts'
import { noticeEnd } from '../query.ts'
import { useWords } from '../words/words.tsx'
import { ErrorSummary, type Failure } from './error-summary.tsx'
import { wordsOf } from './refusal-words.ts'
import { useCountdown } from './countdown.ts'

export type Values = Readonly<Record<string, string>>
export type FieldProps = (name: string) => { name: string; id: string; error: string | undefined }

interface Props {
  submit: string
  /** What is missing, before anything is sent. */
  check?: (values: Values) => Failure[]
  send: (values: Values) => Promise<unknown>
  /** What a refusal means for the fields; empty leaves it to the words for its code. */
  explain?: (refusal: Refusal) => Failure[]
  /** Whether the fields are emptied once it is done. */
  empties?: boolean
  /** Whether there is a more important form beside it. */
  quiet?: boolean
  children: (field: FieldProps) => ReactNode
}

export function Form({ submit, check, send, explain, empties = false, quiet = false, children }: Props) {
  const { words } = useWords()
  const prefix = useId()
  const form = useRef<HTMLFormElement>(null)
  const [problem, setProblem] = useState<Problem>()
  // A new summary takes the focus, even when it says the same again.
  const [round, setRound] = useState(0)
  const [sending, setSending] = useState(false)
  const [seconds, wait] = useCountdown()
  const failures = problem === undefined ? [] : 'missing' in problem ? check?.(problem.missing) ?? [] : explained(problem.refusal, explain, wordsOf(problem.refusal, words))
  const idOf = (name: string) => `${prefix}${name}`
  const field: FieldProps = (name) => ({ name, id: idOf(name), error: failures.filter((one) => one.field === name).map(({ message }) => message).join('\n') || undefined })

  async function onSubmit(event: FormEvent) {
    event.preventDefault()
    if (sending || seconds > 0) return
    const values = Object.fromEntries([...new FormData(form.current!)].map(([name, value]) => [name, String(value)]))
    setProblem(undefined)
    setRound(round + 1)
    if ((check?.(values) ?? []).length > 0) return setProblem({ missing: values })
    setSending(true)
    try {
      await send(values)
      if (empties) form.current?.reset()
    } catch (error) {
      setProblem({ refusal: error })
      noticeEnd(error)
      if (error instanceof Refusal && error.retryAfter !== undefined) wait(error.retryAfter)
    } finally {
      setSending(false)
    }
  }

  return (
    <form ref={form} className="stack" noValidate onSubmit={(event) => void onSubmit(event)}>
      {failures.length > 0 ? <ErrorSummary key={round} failures={failures} idOf={idOf} /> : null}
      {children(field)}
      <div className="stack tight">
        <div><Button type="submit" variant={quiet ? 'default' : 'filled'} loading={sending} disabled={seconds > 0}>{submit}</Button></div>
        {seconds > 0 ? <p className="dimmed">{words.signIn.wait(seconds)}</p> : null}
      </div>
    </form>
  )
}

/** Kept as it came and told anew when the language changes. */
type Problem = { missing: Values } | { refusal: unknown }

function explained(refusal: unknown, explain: Props['explain'], otherwise: string): Failure[] {
  const failures = refusal instanceof Refusal ? explain?.(refusal) ?? [] : []
  return failures.length > 0 ? failures : [{ message: otherwise }]
}
