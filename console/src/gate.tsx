/** Who is here decides what is shown at any address: the sign-in, a step of it, or the page. Nobody is sent anywhere. */
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { standing } from './query.ts'
import { stepOf } from './steps.tsx'
import { SignIn } from './pages/sign-in/sign-in.tsx'
import { SingleFrame } from './ui/single-frame.tsx'
import { Failed, Waiting } from './ui/waiting.tsx'
import { useWords } from './words/words.tsx'

const Account = lazy(async () => ({ default: (await import('./pages/account/account.tsx')).Account }))

export function Gate() {
  const { data: state, error, refetch } = useQuery(standing)
  if (state === undefined) return <SingleFrame>{error ? <Failed error={error} again={() => void refetch()} /> : <Waiting />}</SingleFrame>
  if (state === null) return <SingleFrame><SignIn /></SingleFrame>
  if (state.next === 'done') return <Suspense fallback={<SingleFrame><Waiting /></SingleFrame>}><Account key={state.userId} /></Suspense>
  return <SingleFrame canLeave><Suspense fallback={<Waiting />}>{stepOf(state.next) ?? <UnknownStep />}</Suspense></SingleFrame>
}

function UnknownStep() {
  const { words } = useWords()
  return <p role="alert">{words.signIn.unknownStep}</p>
}
