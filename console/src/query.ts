/** The pages' memory of what the server said, and what happens everywhere when a session ends. */
import { MutationCache, QueryCache, QueryClient, queryOptions } from '@tanstack/react-query'
import { api, Refusal, type SignInState } from './api.ts'

const worthAnotherTry = new Set<Refusal['code']>(['unreachable', 'unavailable'])

/** The end of a session, or a step that came up in the middle of it, shows wherever the next question is asked. */
export function noticeEnd(error: unknown): void {
  if (!(error instanceof Refusal)) return
  if (error.code === 'unauthenticated' && client.getQueryData(standing.queryKey) != null) leave('ended')
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

export const standing = queryOptions({ queryKey: ['sign-in'], queryFn: (): Promise<SignInState | null> => api.signInState(), staleTime: 60_000 })

export type Farewell = 'signedOut' | 'ended'
export const farewell = queryOptions({ queryKey: ['farewell'], queryFn: (): Farewell | null => null, staleTime: Infinity, gcTime: Infinity })

/** Forgets everything about whoever was here. */
export function leave(why: Farewell): void {
  void client.cancelQueries()
  client.setQueryData(farewell.queryKey, why)
  client.setQueryData(standing.queryKey, null)
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== farewell.queryKey[0] && queryKey[0] !== standing.queryKey[0] })
}

/** Goes where a step has led to. */
export function arrive(state: SignInState): void {
  client.setQueryData(farewell.queryKey, null)
  client.setQueryData(standing.queryKey, state)
}
