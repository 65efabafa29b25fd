import { useQuery } from '@tanstack/react-query'
import { farewell } from '../query.ts'
import { useWords } from '../words/words.tsx'
import { Notice } from './notice.tsx'

/** Says that the page has become somebody else's, and whose it is now. */
export function Handed({ name }: { name?: string | undefined }) {
  const { words: { account: words } } = useWords()
  const { data: left } = useQuery(farewell)
  return left?.why === 'another' ? <Notice kind="warning" takesFocus><p>{words.another}{name === undefined ? '' : ` ${words.anotherIs(name)}`}</p></Notice> : null
}
