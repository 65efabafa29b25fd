/** User name and password. The language of refusals is ours; which of the two was wrong nobody is told. */
import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { api, Refusal } from '../../api.ts'
import { arrive, farewell } from '../../query.ts'
import { Form, type Values } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { knowsPasskeys, showPasskey } from '../../ui/passkey.ts'
import { PasswordField } from '../../ui/password-field.tsx'
import { Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.tsx'
import { onTheWay, useAsker } from '../interaction/interaction-query.ts'
import { Over } from '../interaction/over.tsx'
import { Asker } from './asker.tsx'

/** @param hinted whether the name that an application gives is meant: not for somebody else */
export function SignIn({ hinted = true }: { hinted?: boolean }) {
  const { words: { signIn: words, recovery, factors } } = useWords()
  const { data: left } = useQuery(farewell)
  const { data: asked, error, isLoading } = useAsker()
  const passwordField = useRef<HTMLInputElement>(null)
  // The name is there already; what has just happened is read first.
  const hint = hinted ? asked?.loginHint : undefined
  const isPasswordNext = hint !== undefined && left == null
  useEffect(() => {
    if (isPasswordNext) passwordField.current?.focus()
  }, [isPasswordNext])
  const check = ({ userName, password }: Values) => [
    ...(userName?.trim() === '' ? [{ field: 'userName', message: words.needUserName }] : []),
    ...(password === '' ? [{ field: 'password', message: words.needPassword }] : []),
  ]
  const send = async ({ userName = '', password = '' }: Values) => arrive(await api.signIn({ userName: userName.trim(), password, ...(asked?.site === undefined ? {} : { site: asked.site }) }))
  const byPasskey = async () => arrive(await api.signInByPasskey(await showPasskey(await api.passkeyQuestion())))
  // Before anybody types a password for it.
  if (isLoading) return <Waiting />
  if (error instanceof Refusal && error.code === 'not_found') return <Over />
  return (
    <div className="stack">
      <PageTitle arrive={left != null}>{words.title}</PageTitle>
      <Asker />
      {left ? <Notice kind={left.why === 'declined' ? 'warning' : 'good'}><p>{left.why === 'declined' ? words.declined(left.policy) : words[left.why]}</p></Notice> : null}
      {window.isSecureContext
        ? (
          <>
            <Form submit={words.submit} check={check} send={send}>
              {(field) => (
                <>
                  <TextInput {...field('userName')} label={words.userName} autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={220} defaultValue={hint} />
                  <PasswordField {...field('password')} label={words.password} autoComplete="current-password" ref={passwordField} />
                </>
              )}
            </Form>
            <p className="row"><a href={onTheWay('/recover')}>{recovery.forgotten}</a><a href={onTheWay('/unlock')}>{recovery.locked}</a></p>
            {knowsPasskeys() ? <Form submit={factors.byPasskey} quiet send={byPasskey}>{() => null}</Form> : null}
          </>
        )
        : <Notice kind="error" title={words.insecure}><p>{words.insecureDetail}</p></Notice>}
    </div>
  )
}
