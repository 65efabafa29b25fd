import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { api } from '../api.ts'
import { leave } from '../query.ts'
import { useWords } from '../words/words.tsx'
import { wordsOf } from './refusal-words.ts'

/** Out is out only when the server says so: whoever walks away from a failure has to know. */
export function SignOut() {
  const { words } = useWords()
  const { mutate, isPending, error } = useMutation({ mutationFn: api.signOut, onSuccess: () => leave({ why: 'signedOut' }) })
  return <><Button variant="default" loading={isPending} onClick={() => mutate()}>{words.account.signOut}</Button>{error ? <p role="alert">{wordsOf(error, words)}</p> : null}</>
}
