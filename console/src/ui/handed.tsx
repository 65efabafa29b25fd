import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { farewell, forgetFarewell } from '../query.ts'
import { useWords } from '../words/words.tsx'
import { Notice } from './notice.tsx'

/**
 * Says that the page has become somebody else's, and whose it is now, until it is closed or its person goes to another page.
 * @param at the page that it stands on
 */
export function Handed({ name, at }: { name?: string | undefined; at?: string }) {
  const { words: { account: words } } = useWords()
  const { data: left } = useQuery(farewell)
  const isSaid = left?.why === 'another'
  const saidAt = useRef<string>(undefined)
  useEffect(() => {
    if (isSaid && saidAt.current !== undefined && saidAt.current !== at) forgetFarewell()
    saidAt.current = isSaid ? at : undefined
  }, [isSaid, at])
  return isSaid ? <Notice kind="warning" takesFocus onClose={forgetFarewell}><p>{words.another}{name === undefined ? '' : ` ${words.anotherIs(name)}`}</p></Notice> : null
}
