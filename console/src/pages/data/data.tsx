import { Button } from '@mantine/core'
import { api } from '../../api.ts'
import { PageTitle } from '../../ui/page-title.tsx'
import { useWords } from '../../words/words.tsx'

export function MyData() {
  const { words: { data: words } } = useWords()
  return (
    <div className="stack">
      <PageTitle>{words.title}</PageTitle>
      <p>{words.intro}</p>
      <div className="card stack"><p>{words.format}</p><div><Button component="a" href={api.exportAddress} download="my-data.json">{words.download}</Button></div></div>
    </div>
  )
}
