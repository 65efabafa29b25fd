import { queryOptions, useQuery } from '@tanstack/react-query'
import { api, type Interaction } from '../../api.ts'

/** Which question of an application this address is about; undefined when it is about none. */
export function interactionHere(): string | undefined {
  const { pathname, search } = window.location
  return pathname === '/sign-in' || pathname === '/consent' ? new URLSearchParams(search).get('interaction') ?? undefined : undefined
}

/** The address of another page that is still on the way to the application that asks, where one does: it looks like that one's, and leads back there. */
export function onTheWay(path: string): string {
  const { search } = window.location
  return new URLSearchParams(search).has('interaction') ? path + search : path
}

export const nameOf = ({ client: { name, id } }: Interaction): string => name ?? id

/** What it asks; whether the sign-in is enough for it changes with the sign-in. */
export const interactionQuery = (id: string, signedIn: string) => queryOptions({ queryKey: ['interaction', id, signedIn], queryFn: () => api.interaction(id), staleTime: 0 })

/** What the application asks that one is on the way to, where there is one; before it is known who goes on. */
export function useAsker() {
  const id = interactionHere()
  return useQuery({ ...interactionQuery(id ?? '', ''), enabled: id !== undefined, staleTime: 60_000 })
}
