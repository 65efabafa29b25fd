import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { api, type UsagePolicy } from '../../api.ts'
import { arrive, leave, standing } from '../../query.ts'
import { Notice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { wordsOf } from '../../ui/refusal-words.ts'
import { useWords } from '../../words/words.tsx'
import { Arriving } from '../sign-in/asker.tsx'

/** The step accept_policy of a sign-in: one policy after the other, as text and never as HTML. */
export function AcceptPolicy() {
  const { words } = useWords()
  const { data: state } = useQuery(standing)
  const policy = state?.policies?.[0]
  const { mutate, isPending, error } = useMutation({
    mutationFn: ({ id, accepted }: Pick<UsagePolicy, 'id' | 'name'> & { accepted: boolean }) => api.decidePolicy(id, accepted),
    onSuccess: (next, { name }) => (next.next === 'signed_out' ? leave({ why: 'declined', policy: name }) : arrive(next)),
  })
  if (policy === undefined) return null
  const { id, name, content, confirmation } = policy
  return (
    <div key={id} className="stack">
      <PageTitle>{words.policy.title}</PageTitle>
      <Arriving />
      <p>{words.policy.intro}</p>
      <h2>{name}</h2>
      <div className="policy">{content}</div>
      {confirmation === undefined ? null : <p><strong>{confirmation}</strong></p>}
      {error ? <Notice kind="error"><p>{wordsOf(error, words)}</p></Notice> : null}
      <div className="row">
        <Button loading={isPending} onClick={() => mutate({ id, name, accepted: true })}>{words.policy.accept}</Button>
        <Button variant="default" disabled={isPending} onClick={() => mutate({ id, name, accepted: false })}>{words.policy.decline}</Button>
      </div>
    </div>
  )
}
