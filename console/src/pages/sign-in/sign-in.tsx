/** User name and password. The language of refusals is ours; which of the two was wrong nobody is told. */
import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '../../api.ts'
import { arrive, farewell } from '../../query.ts'
import { Form, type Values } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { PasswordField } from '../../ui/password-field.tsx'
import { useWords } from '../../words/words.tsx'

export function SignIn() {
  const { words: { signIn: words } } = useWords()
  const { data: left } = useQuery(farewell)
  const check = ({ userName, password }: Values) => [
    ...(userName?.trim() === '' ? [{ field: 'userName', message: words.needUserName }] : []),
    ...(password === '' ? [{ field: 'password', message: words.needPassword }] : []),
  ]
  const send = async ({ userName = '', password = '' }: Values) => arrive(await api.signIn({ userName: userName.trim(), password }))
  return (
    <div className="stack">
      <PageTitle arrive={left != null}>{words.title}</PageTitle>
      {left ? <Notice kind="good"><p>{words[left]}</p></Notice> : null}
      {window.isSecureContext
        ? (
          <Form submit={words.submit} check={check} send={send}>
            {(field) => (
              <>
                <TextInput {...field('userName')} label={words.userName} autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={220} />
                <PasswordField {...field('password')} label={words.password} autoComplete="current-password" />
              </>
            )}
          </Form>
        )
        : <Notice kind="error" title={words.insecure}><p>{words.insecureDetail}</p></Notice>}
    </div>
  )
}
