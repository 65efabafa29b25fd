import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { api } from '../../api.ts'
import { Notice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { wordsOf } from '../../ui/refusal-words.ts'
import { useWords } from '../../words/words.tsx'

export function MyData() {
  const { words } = useWords()
  const { title, intro, format, download, downloaded } = words.data
  const { mutate, error, isPending, isSuccess } = useMutation({ mutationFn: api.exported, onSuccess: save })
  return (
    <div className="stack">
      <PageTitle>{title}</PageTitle>
      <p>{intro}</p>
      {error ? <Notice kind="error"><p>{wordsOf(error, words)}</p></Notice> : null}
      {isSuccess ? <Notice kind="good"><p>{downloaded}</p></Notice> : null}
      <div className="card stack"><p>{format}</p><div><Button loading={isPending} onClick={() => mutate()}>{download}</Button></div></div>
    </div>
  )
}

/** Hands the browser a file to keep, as a link would. */
function save(file: Blob): void {
  const address = URL.createObjectURL(file)
  const link = Object.assign(document.createElement('a'), { href: address, download: 'my-data.json' })
  link.click()
  // What is being saved is the browser's by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
