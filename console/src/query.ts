/** The pages' memory of what the server said, and what happens everywhere when a session ends. */
import { MutationCache, QueryCache, QueryClient, queryOptions } from '@tanstack/react-query'
import { api, belongTo, Refusal, type SignInState } from './api.ts'

const worthAnotherTry = new Set<Refusal['code']>(['unreachable', 'unavailable'])

/** The end of a session, or a step that came up in the middle of it, shows wherever the next question is asked. */
export function noticeEnd(error: unknown): void {
  if (!(error instanceof Refusal)) return
  if (error.code === 'unauthenticated' && client.getQueryData(standing.queryKey) != null) leave({ why: 'ended' })
  if (error.code === 'another_signed_in') startAnew()
  if (error.code === 'sign_in_incomplete') void client.invalidateQueries({ queryKey: standing.queryKey })
}

export const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeEnd }),
  mutationCache: new MutationCache({ onError: noticeEnd }),
  defaultOptions: {
    queries: { retry: (count, error) => count < 2 && error instanceof Refusal && worthAnotherTry.has(error.code), staleTime: 10_000 },
    mutations: { networkMode: 'always' },
  },
})

/** Looked at whenever somebody comes back to this window: meanwhile somebody else may have signed in in another one. */
export const standing = queryOptions({
  queryKey: ['sign-in'], staleTime: 60_000, refetchOnWindowFocus: 'always',
  queryFn: async (): Promise<SignInState | null> => {
    const state = await api.signInState()
    if (isAnother(state)) client.setQueryData(farewell.queryKey, turned)
    hand(state)
    return state
  },
})

/** What is said on the page that comes next: how the one before ended. */
type Farewell = { why: 'signedOut' | 'ended' | 'another' } | { why: 'declined'; policy: string }
export const farewell = queryOptions({ queryKey: ['farewell'], queryFn: (): Farewell | null => null, staleTime: Infinity, gcTime: Infinity })

/** It has been read. */
export const forgetFarewell = (): void => void client.setQueryData(farewell.queryKey, null)

/** Whether recovery codes are to be offered: kept here, since looking away from the page asks anew where the sign-in stands. */
export const offer = queryOptions({ queryKey: ['offer-codes'], queryFn: () => false, staleTime: Infinity, gcTime: Infinity })
export const beginOffer = (): void => void client.setQueryData(offer.queryKey, true)
export const endOffer = (): void => void client.setQueryData(offer.queryKey, false)

const turned: Farewell = { why: 'another' }

const kept = new Set<unknown>(['sign-in', 'farewell'])
const forget = () => client.removeQueries({ predicate: ({ queryKey }) => !kept.has(queryKey[0]) })

/** Whether the page was somebody's and is somebody else's now. */
function isAnother(state: SignInState | null): boolean {
  const before = client.getQueryData<SignInState | null>(['sign-in'])
  return before != null && state !== null && before.userId !== state.userId
}

/** The page is theirs from now on, and nothing of anybody else is left in it. */
function hand(state: SignInState | null): void {
  if (isAnother(state)) forget()
  belongTo(state?.userId)
}

/** Forgets everything about whoever was here. */
export function leave(why: Farewell): void {
  void client.cancelQueries()
  client.setQueryData(farewell.queryKey, why)
  client.setQueryData(standing.queryKey, null)
  belongTo(undefined)
  forget()
}

/** Goes where a step has led to. */
export function arrive(state: SignInState): void {
  client.setQueryData(farewell.queryKey, null)
  hand(state)
  client.setQueryData(standing.queryKey, state)
}

/** Somebody else has signed in in this browser: nothing that is shown here is theirs. */
function startAnew(): void {
  void client.cancelQueries()
  client.setQueryData(farewell.queryKey, turned)
  belongTo(undefined)
  forget()
  void client.resetQueries({ queryKey: standing.queryKey })
}
