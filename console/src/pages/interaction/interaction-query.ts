import { queryOptions, useQuery } from '@tanstack/react-query'
import { useLayoutEffect } from 'react'
import { api, type Interaction } from '../../api.ts'
import { useWords } from '../../words/words.tsx'

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

/** Has the pages speak the language that the application wishes, on those of recovery on the way too; before anything of it is seen. */
export function useItsLanguage(): void {
  const { wish } = useWords()
  const id = new URLSearchParams(window.location.search).get('interaction') ?? undefined
  const { data } = useQuery({ ...interactionQuery(id ?? '', ''), enabled: id !== undefined, staleTime: 60_000 })
  const locales = data?.locales
  useLayoutEffect(() => {
    if (locales !== undefined) wish(locales.split(' '))
  }, [locales, wish])
}

/** What the application asks that one is on the way to, where there is one; before it is known who goes on. */
export function useAsker() {
  const id = interactionHere()
  return useQuery({ ...interactionQuery(id ?? '', ''), enabled: id !== undefined, staleTime: 60_000 })
}
