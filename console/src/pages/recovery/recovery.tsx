/** For who cannot sign in: asks for links, and what links in mails lead to. Whether there is such an account is told to nobody. */
import { TextInput } from '@mantine/core'
import { useState, useSyncExternalStore, type ReactNode } from 'react'
import { api } from '../../api.ts'
import { client, standing } from '../../query.ts'
import { Form } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { useWords } from '../../words/words.tsx'
import { onTheWay } from '../interaction/interaction-query.ts'
import { SetPassword } from './set-password.tsx'

function onHash(changed: () => void): () => void {
  window.addEventListener('hashchange', changed)
  return () => window.removeEventListener('hashchange', changed)
}

/** What stands behind # in a link; a link that is opened where the page is open already changes nothing else. */
const useToken = () => useSyncExternalStore(onHash, () => window.location.hash.slice(1))

/** A link that was used is of no use to whoever looks into the history. */
function spent(path: string): void {
  window.history.replaceState(null, '', onTheWay(path))
  void client.invalidateQueries({ queryKey: standing.queryKey })
}

/** The sign-in is at every address; the question of an application at one of its own. */
function toSignIn(): string {
  const asked = onTheWay('/sign-in')
  return asked === '/sign-in' ? '/' : asked
}

function Sheet({ title, intro, done, children }: { title: string; intro: string; done: string | undefined; children: ReactNode }) {
  const { words: { recovery: words } } = useWords()
  return (
    <div className="stack">
      <PageTitle>{title}</PageTitle>
      {done === undefined ? <><p>{intro}</p>{children}</> : <Notice kind="good" takesFocus><p>{done}</p></Notice>}
      <p><a href={toSignIn()}>{words.toSignIn}</a></p>
    </div>
  )
}

function AskLink({ what }: { what: 'password' | 'unlock' }) {
  const { words: { recovery: words } } = useWords()
  const [sent, setSent] = useState(false)
  const send = async ({ userName = '' }: Readonly<Record<string, string>>) => {
    await api.recover(what, userName.trim())
    setSent(true)
  }
  return (
    <Sheet title={words[what]} intro={what === 'password' ? words.passwordIntro : words.unlockIntro} done={sent ? words.sent : undefined}>
      <Form submit={words.send} send={send} check={({ userName }) => (userName?.trim() === '' ? [{ field: 'userName', message: words.needName }] : [])}>
        {(field) => <TextInput {...field('userName')} label={words.name} autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={320} />}
      </Form>
      {what === 'password' ? <ul className="stack tight"><li><a href={onTheWay('/user-name')}>{words.userName}</a></li><li><a href={onTheWay('/unlock')}>{words.unlock}</a></li><li><a href={onTheWay('/recover-by-sms')}>{words.sms}</a></li></ul> : null}
    </Sheet>
  )
}

function NewPassword({ token, onDone }: { token: string; onDone: () => void }) {
  const { words: { recovery: words } } = useWords()
  return (
    <Sheet title={words.newTitle} intro={words.newIntro} done={undefined}>
      <SetPassword complete={(_, given) => api.completeRecovery({ token, ...given })} onDone={onDone} />
      <p><a href={onTheWay('/recover')}>{words.anew}</a></p>
    </Sheet>
  )
}

function OpenLock({ token, onDone }: { token: string; onDone: () => void }) {
  const { words: { recovery: words } } = useWords()
  const send = async () => {
    await api.completeUnlock(token)
    onDone()
  }
  // A press of a button: programs that look into mails follow links.
  return <Sheet title={words.unlockTitle} intro={words.unlockLink} done={undefined}><Form submit={words.unlockSubmit} send={send}>{() => null}</Form></Sheet>
}

export function Recover() {
  const { words: { recovery: words } } = useWords()
  const token = useToken()
  const [done, setDone] = useState(false)
  if (done) return <Sheet title={words.newTitle} intro="" done={words.newDone}>{null}</Sheet>
  return token === '' ? <AskLink what="password" /> : <NewPassword key={token} token={token} onDone={() => {
    setDone(true)
    spent('/recover')
  }} />
}

export function Unlock() {
  const { words: { recovery: words } } = useWords()
  const token = useToken()
  const [done, setDone] = useState(false)
  if (done) return <Sheet title={words.unlockTitle} intro="" done={words.unlockDone}>{null}</Sheet>
  return token === '' ? <AskLink what="unlock" /> : <OpenLock key={token} token={token} onDone={() => {
    setDone(true)
    spent('/unlock')
  }} />
}

export function UserName() {
  const { words: { recovery: words } } = useWords()
  const [sent, setSent] = useState(false)
  const send = async ({ email = '' }: Readonly<Record<string, string>>) => {
    await api.recoverUserName(email.trim())
    setSent(true)
  }
  return (
    <Sheet title={words.userName} intro={words.userNameIntro} done={sent ? words.sent : undefined}>
      <Form submit={words.sendName} send={send} check={({ email }) => (email?.trim() === '' ? [{ field: 'email', message: words.needEmail }] : [])}>
        {(field) => <TextInput {...field('email')} type="email" label={words.email} autoComplete="email" maxLength={320} />}
      </Form>
    </Sheet>
  )
}

/** By a code to a number, for who has another factor and cannot reach their mail. */
export function RecoverBySms() {
  const { words: { recovery: words, factors } } = useWords()
  const [userName, askedFor] = useState<string>()
  const [done, setDone] = useState(false)
  const ask = async ({ userName: name = '' }: Readonly<Record<string, string>>) => {
    await api.recoverBySms(name.trim())
    askedFor(name.trim())
  }
  if (done) return <Sheet title={words.newTitle} intro="" done={words.newDone}>{null}</Sheet>
  if (userName === undefined) {
    return (
      <Sheet title={words.smsTitle} intro={words.smsIntro} done={undefined}>
        <Form submit={words.smsSend} send={ask} check={({ userName: name }) => (name?.trim() === '' ? [{ field: 'userName', message: words.needName }] : [])}>
          {(field) => <TextInput {...field('userName')} label={words.name} autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={320} />}
        </Form>
      </Sheet>
    )
  }
  return (
    <Sheet title={words.newTitle} intro={words.smsSent} done={undefined}>
      <SetPassword complete={({ code = '' }, given) => api.completeRecovery({ userName, code: code.trim(), ...given })} onDone={() => {
        setDone(true)
        spent('/recover-by-sms')
      }} check={({ code }) => (code?.trim() === '' ? [{ field: 'code', message: factors.needCode }] : [])}>
        {(field) => <TextInput {...field('code')} label={factors.code} description={factors.codeHints.SMS} autoComplete="one-time-code" inputMode="numeric" maxLength={40} />}
      </SetPassword>
      <p><a href={onTheWay('/recover-by-sms')}>{words.smsAnew}</a></p>
    </Sheet>
  )
}
