/** For who cannot sign in: asks for links, and what links in mails lead to. Whether there is such an account is told to nobody. */
import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, useSyncExternalStore, type ReactNode } from 'react'
import { api, Refusal, type RecoveryProof, type RecoveryState } from '../../api.ts'
import { client, standing } from '../../query.ts'
import { Form } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { Failed, Waiting } from '../../ui/waiting.tsx'
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

function Sheet({ title, intro, done, children }: { title: string; intro?: string; done: string | undefined; children: ReactNode }) {
  const { words: { recovery: words } } = useWords()
  return (
    <div className="stack">
      <PageTitle>{title}</PageTitle>
      {done === undefined ? <>{intro === undefined ? null : <p>{intro}</p>}{children}</> : <Notice kind="good" takesFocus><p>{done}</p></Notice>}
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

/** The link is looked at on arrival, which uses nothing up: nobody thinks up a password for a dead one. */
function NewPassword({ token, onDone }: { token: string; onDone: (userName: string) => void }) {
  const { words: { recovery: words, ...all } } = useWords()
  const { data: look, error, refetch } = useQuery({ queryKey: ['recovery', token], queryFn: () => api.lookAtRecovery({ token }), staleTime: Infinity })
  const anew = <p><a href={onTheWay('/recover')}>{words.anew}</a></p>
  if (look !== undefined) return <Sheet title={look.first ? words.firstTitle : words.newTitle} intro={look.first ? words.firstIntro : words.newIntro} done={undefined}><Choose look={look} proof={{ token }} onDone={onDone} />{anew}</Sheet>
  if (error instanceof Refusal && error.code === 'recovery_refused') return <Sheet title={words.newTitle} done={undefined}><Notice kind="error"><p>{all.errors.recovery_refused}</p></Notice>{anew}</Sheet>
  return error ? <Failed error={error} again={() => void refetch()} /> : <Waiting />
}

function Choose({ look: { userName, passwordLength }, proof, onDone }: { look: RecoveryState; proof: RecoveryProof; onDone: (userName: string) => void }) {
  const { words: { recovery: words } } = useWords()
  return (
    <>
      <p><span className="dimmed">{words.yourName}</span> <strong>{userName}</strong></p>
      <SetPassword userName={userName} least={passwordLength} complete={(given) => api.completeRecovery({ ...proof, ...given })} onDone={() => onDone(userName)} />
    </>
  )
}

function Done({ userName }: { userName: string }) {
  const { words: { recovery: words } } = useWords()
  return <Sheet title={words.doneTitle} done={`${words.newDone} ${words.signInAs(userName)}`}>{null}</Sheet>
}

function OpenLock({ token, onDone }: { token: string; onDone: () => void }) {
  const { words: { recovery: words } } = useWords()
  const send = async () => {
    await api.completeUnlock(token)
    onDone()
  }
  // A press of a button: programs that look into mails follow links.
  return <Sheet title={words.unlockTitle} intro={words.unlockLink} done={undefined}><Form submit={words.unlockSubmit} send={send}>{() => null}</Form><p><a href={onTheWay('/unlock')}>{words.anew}</a></p></Sheet>
}

export function Recover() {
  const token = useToken()
  const [done, setDone] = useState<string>()
  // Another link that is opened in this window is looked at as the first was.
  if (done !== undefined && token === '') return <Done userName={done} />
  return token === '' ? <AskLink what="password" /> : <NewPassword key={token} token={token} onDone={(userName) => {
    setDone(userName)
    spent('/recover')
  }} />
}

export function Unlock() {
  const { words: { recovery: words } } = useWords()
  const token = useToken()
  const [done, setDone] = useState(false)
  if (done && token === '') return <Sheet title={words.unlockDoneTitle} done={words.unlockDone}>{null}</Sheet>
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
  const [shown, show] = useState<{ code: string; look: RecoveryState }>()
  const [done, setDone] = useState<string>()
  const ask = async ({ userName: name = '' }: Readonly<Record<string, string>>) => {
    await api.recoverBySms(name.trim())
    askedFor(name.trim())
  }
  if (done !== undefined) return <Done userName={done} />
  if (userName === undefined) {
    return (
      <Sheet title={words.smsTitle} intro={words.smsIntro} done={undefined}>
        <Form submit={words.smsSend} send={ask} check={({ userName: name }) => (name?.trim() === '' ? [{ field: 'userName', message: words.needName }] : [])}>
          {(field) => <TextInput {...field('userName')} label={words.name} autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={320} />}
        </Form>
      </Sheet>
    )
  }
  const anew = <p><a href={onTheWay('/recover-by-sms')}>{words.smsAnew}</a></p>
  if (shown !== undefined) {
    return (
      <Sheet title={words.newTitle} intro={words.newIntro} done={undefined}>
        <Choose look={shown.look} proof={{ userName, code: shown.code }} onDone={(name) => {
          setDone(name)
          spent('/recover-by-sms')
        }} />
        {anew}
      </Sheet>
    )
  }
  const look = async ({ code = '' }: Readonly<Record<string, string>>) => show({ code: code.trim(), look: await api.lookAtRecovery({ userName, code: code.trim() }) })
  return (
    <Sheet title={words.smsTitle} intro={words.smsSent} done={undefined}>
      <Form submit={factors.goOn} send={look} check={({ code }) => (code?.trim() === '' ? [{ field: 'code', message: factors.needCode }] : [])} explain={({ code }) => (code === 'recovery_refused' ? [{ field: 'code', message: words.smsWrong }] : [])}>
        {(field) => <TextInput {...field('code')} label={factors.code} description={factors.codeHints.SMS} autoComplete="one-time-code" inputMode="numeric" maxLength={40} />}
      </Form>
      {anew}
    </Sheet>
  )
}
