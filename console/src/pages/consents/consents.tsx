/** What one has allowed applications, and taking it back. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { scopeDoc } from '../../../../src/model/oidc-scopes.ts'
import { api, type Consent } from '../../api.ts'
import { client } from '../../query.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { wordsOf } from '../../ui/refusal-words.ts'
import { Failed, Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.tsx'

export function Consents() {
  const { words } = useWords()
  const { data, error, refetch } = useQuery({ queryKey: ['consents'], queryFn: api.consents })
  const revocation = useMutation({ mutationFn: api.revokeConsent, onSuccess: () => client.invalidateQueries({ queryKey: ['consents'] }) })
  return (
    <div className="stack">
      <PageTitle>{words.consents.title}</PageTitle>
      <p>{words.consents.intro}</p>
      {revocation.error ? <Notice kind="error"><p>{wordsOf(revocation.error, words)}</p></Notice> : null}
      {revocation.isSuccess ? <Notice key={revocation.submittedAt} kind="good" takesFocus><p>{words.consents.revoked}</p></Notice> : null}
      {data === undefined ? error ? <Failed error={error} again={() => void refetch()} /> : <Waiting /> : (
        <section className="card">
          {data.items.length === 0 ? <p>{words.consents.none}</p> : <ul className="items">{data.items.map((one) => <li key={one.clientId}><ConsentFacts item={one} onRevoke={() => revocation.mutate(one.clientId)} /></li>)}</ul>}
        </section>
      )}
    </div>
  )
}

function ConsentFacts({ item: { clientName, firstParty, scopes, created, lastModified }, onRevoke }: { item: Consent; onRevoke: () => void }) {
  const { words: { consents: words, consent }, moment } = useWords()
  return (
    <div className="stack tight">
      <div className="row apart">
        <h2>{clientName}</h2>
        <Confirm label={words.revokeOf(clientName)} question={firstParty ? words.revokeOwnSure(clientName) : words.revokeSure(clientName)} confirm={words.revoke} onConfirm={onRevoke}>{words.revoke}</Confirm>
      </div>
      {firstParty ? <p className="dimmed">{words.own}</p> : null}
      <ul className="points">{scopes.map((scope) => <li key={scope}>{consent.scopes[scope] ?? scopeDoc(scope)}</li>)}</ul>
      <dl className="facts">
        <div><dt>{words.since}</dt><dd>{moment(created)}</dd></div>
        {lastModified === created ? null : <div><dt>{words.changed}</dt><dd>{moment(lastModified)}</dd></div>}
      </dl>
    </div>
  )
}
