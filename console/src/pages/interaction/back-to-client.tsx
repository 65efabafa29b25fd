import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { api } from '../../api.ts'
import { farewell } from '../../query.ts'
import { wordsOf } from '../../ui/refusal-words.ts'
import { useWords } from '../../words/words.tsx'
import { nameOf, useAsker } from './interaction-query.ts'

/** The way back to the application that sent somebody to sign in, which is told that they would not. */
export function BackToClient() {
  const { words } = useWords()
  const { data: asked } = useAsker()
  const { data: left } = useQuery(farewell)
  const { mutate, isPending, isSuccess, error } = useMutation({ mutationFn: (id: string) => api.answerInteraction(id, 'abort'), onSuccess: ({ redirectTo }) => window.location.assign(redirectTo) })
  if (asked === undefined) return null
  return (
    <>
      <Button variant="default" loading={isPending} disabled={isSuccess} onClick={() => mutate(asked.id)}>{left?.why === 'declined' ? words.consent.backTo(nameOf(asked)) : words.consent.back}</Button>
      {error ? <p role="alert">{wordsOf(error, words)}</p> : null}
    </>
  )
}
