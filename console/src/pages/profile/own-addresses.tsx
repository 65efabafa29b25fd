/** One's e-mail addresses: which are proved, and proving one by the code that goes there. */
import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, type OwnEmail } from '../../api.ts'
import { client } from '../../query.ts'
import { Form, type Values } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { wordsOf } from '../../ui/refusal-words.ts'
import { useWords } from '../../words/words.tsx'
import { me } from './me.ts'

export function OwnAddresses({ emails }: { emails: readonly OwnEmail[] }) {
  const { words: all } = useWords()
  const words = all.profile
  const [asked, setAsked] = useState<OwnEmail>()
  const [done, setDone] = useState<string>()
  const sending = useMutation({
    mutationFn: ({ id }: OwnEmail) => api.sendAddressCode(id),
    onMutate: () => setDone(undefined), onSuccess: (_, one) => setAsked(one),
  })
  const proved = (address: string) => {
    setAsked(undefined)
    setDone(address)
  }
  return (
    <section className="card stack">
      <h2>{words.emails}</h2>
      <p>{words.emailsHint}</p>
      {sending.error ? <Notice key={sending.submittedAt} kind="error" takesFocus><p>{wordsOf(sending.error, all)}</p></Notice> : null}
      {done === undefined ? null : <Notice key={done} kind="good" takesFocus><p>{words.emailProved(done)}</p></Notice>}
      <ul className="items">
        {emails.map((one) => (
          <li key={one.id}>
            <div className="stack tight">
              <div className="row apart">
                <div className="row"><Address text={one.value} /><Standing email={one} /></div>
                {one.active === false || one.proved ? null : <Button variant="default" loading={sending.isPending && sending.variables.id === one.id} aria-label={words.proveEmailOf(one.value)} onClick={() => sending.mutate(one)}>{words.proveEmail}</Button>}
              </div>
              {asked?.id === one.id && !one.proved ? <Code key={sending.submittedAt} email={one} onProved={() => proved(one.value)} onCancel={() => setAsked(undefined)} /> : null}
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Breaks before the @, where there is not room for all of it, and not within a name. */
function Address({ text }: { text: string }) {
  const at = text.lastIndexOf('@')
  return <span>{text.slice(0, at)}<wbr />{text.slice(at)}</span>
}

function Standing({ email: { active, primary, proved } }: { email: OwnEmail }) {
  const { words: { profile: words } } = useWords()
  if (active === false) return <span className="badge">{words.emailUnused}</span>
  return <>{primary ? <span className="badge">{words.emailPrimary}</span> : null}{proved ? <span className="badge good">{words.emailIsProved}</span> : null}</>
}

function Code({ email, onProved, onCancel }: { email: OwnEmail; onProved: () => void; onCancel: () => void }) {
  const { words: { profile: words, factors, errors, ...all } } = useWords()
  const send = async ({ code = '' }: Values) => {
    await api.proveAddress(email.id, code.trim())
    await client.invalidateQueries(me)
    onProved()
  }
  return (
    <div className="stack">
      <Notice kind="good" takesFocus><p>{words.emailSent(email.value)}</p></Notice>
      <Form submit={factors.confirm} send={send} check={({ code }) => (code?.trim() === '' ? [{ field: 'code', message: factors.needCode }] : [])} explain={({ code }) => (code === 'factor_refused' ? [{ field: 'code', message: errors.factor_refused! }] : [])}>
        {(field) => <TextInput {...field('code')} label={factors.code} autoComplete="one-time-code" inputMode="numeric" maxLength={40} />}
      </Form>
      <div><Button variant="default" onClick={onCancel}>{all.cancel}</Button></div>
    </div>
  )
}
