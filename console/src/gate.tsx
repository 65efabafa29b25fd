/** Who is here decides what is shown at any address: the sign-in, a step of it, or the page. Nobody is sent anywhere. */
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, type ComponentType } from 'react'
import type { SignInState } from './api.ts'
import { offer, standing } from './query.ts'
import { stepOf } from './steps.tsx'
import { BackToClient } from './pages/interaction/back-to-client.tsx'
import { interactionHere, useItsLanguage } from './pages/interaction/interaction-query.ts'
import { SignIn } from './pages/sign-in/sign-in.tsx'
import { Handed } from './ui/handed.tsx'
import { SingleFrame } from './ui/single-frame.tsx'
import { Failed, Waiting } from './ui/waiting.tsx'
import { useWords } from './words/words.tsx'

const Account = lazy(async () => ({ default: (await import('./pages/account/account.tsx')).Account }))
const Interaction = lazy(async () => ({ default: (await import('./pages/interaction/interaction.tsx')).Interaction }))
const FreshProof = lazy(async () => ({ default: (await import('./pages/factors/fresh-proof.tsx')).FreshProof }))
const OfferCodes = lazy(async () => ({ default: (await import('./pages/factors/offer-codes.tsx')).OfferCodes }))
const recovery = () => import('./pages/recovery/recovery.tsx')

/** Pages for whoever comes, signed in or not. */
const open: Readonly<Record<string, ComponentType>> = {
  '/recover': lazy(async () => ({ default: (await recovery()).Recover })),
  '/recover-by-sms': lazy(async () => ({ default: (await recovery()).RecoverBySms })),
  '/unlock': lazy(async () => ({ default: (await recovery()).Unlock })),
  '/user-name': lazy(async () => ({ default: (await recovery()).UserName })),
}

export function Gate() {
  useItsLanguage()
  const { pathname } = window.location
  const Open = Object.hasOwn(open, pathname) ? open[pathname] : undefined
  return Open ? <SingleFrame><Suspense fallback={<Waiting />}><Open /></Suspense></SingleFrame> : <Closed />
}

function Closed() {
  const { data: state, error, refetch } = useQuery(standing)
  if (state === undefined) return <SingleFrame>{error ? <Failed error={error} again={() => void refetch()} /> : <Waiting />}</SingleFrame>
  if (state === null) return <SingleFrame back={<BackToClient />}><SignIn /></SingleFrame>
  // By the person: nothing that was typed on somebody's page is left on somebody else's.
  return <Inside key={state.userId} state={state} />
}

function Inside({ state }: { state: SignInState }) {
  const interaction = interactionHere()
  const { data: isOffered } = useQuery(offer)
  // Who declines a policy is signed out: its page has the way out already.
  if (state.next !== 'done') return <SingleFrame back={<BackToClient />} canLeave={state.next !== 'accept_policy'}><Suspense fallback={<Waiting />}><Handed />{stepOf(state.next) ?? <UnknownStep />}</Suspense></SingleFrame>
  if (isOffered) return <SingleFrame canLeave><Suspense fallback={<Waiting />}><OfferCodes /><FreshProof /></Suspense></SingleFrame>
  if (interaction !== undefined) return <SingleFrame canLeave><Suspense fallback={<Waiting />}><Handed /><Interaction id={interaction} session={state.started} level={state.level} /><FreshProof /></Suspense></SingleFrame>
  if (window.location.pathname === '/sign-in' || window.location.pathname === '/consent') return <Home />
  return <Suspense fallback={<SingleFrame><Waiting /></SingleFrame>}><Account /><FreshProof /></Suspense>
}

/** Nothing is asked at this address. */
function Home() {
  useEffect(() => window.location.replace('/'), [])
  return null
}

function UnknownStep() {
  const { words } = useWords()
  return <p role="alert">{words.signIn.unknownStep}</p>
}
