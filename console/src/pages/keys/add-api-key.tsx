import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { api } from '../../api.ts'
import { client } from '../../query.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Form, type Values } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useWords } from '../../words/words.tsx'
import { explainKey } from './explain-key.ts'

/** What the scopes of a key add up to: who may change may read. */
const scopesUpTo = { read: ['read'], write: ['read', 'write'], admin: ['read', 'write', 'admin'] } as const
type Scope = keyof typeof scopesUpTo

export function AddApiKey() {
  const { words: { keys: words, ...all } } = useWords()
  const [token, setToken] = useState<string>()
  const check = ({ name }: Values) => (name?.trim() === '' ? [{ field: 'name', message: words.needName }] : [])
  const send = async ({ name = '', scope = 'read', expires = '' }: Values) => {
    setToken(undefined)
    const made = await api.addKey({ type: 'API', name: name.trim(), scopes: [...scopesUpTo[scope as Scope]], ...(expires === '' ? {} : { expires: new Date(`${expires}T23:59:59`).toISOString() }) })
    setToken(made.token)
    await client.invalidateQueries({ queryKey: ['keys'] })
  }
  return (
    <>
      {token === undefined ? null : <Token key={token} token={token} />}
      <Form submit={words.make} check={check} send={send} explain={explainKey(all.errors)} empties>
        {(field) => (
          <>
            <TextInput {...field('name')} label={words.name} description={words.nameHint} maxLength={40} autoComplete="off" />
            <NativeSelect {...field('scope')} label={words.scope} data={(['read', 'write', 'admin'] as const).map((value) => ({ value, label: words.scopes[value] }))} />
            <TextInput {...field('expires')} type="date" label={`${words.expires} (${all.optional})`} />
          </>
        )}
      </Form>
    </>
  )
}

function Token({ token }: { token: string }) {
  const { words: { keys: words } } = useWords()
  return (
    <Notice kind="good" title={words.token} takesFocus>
      <div className="stack tight">
        <p>{words.tokenHint}</p>
        <code className="token">{token}</code>
        <div className="row"><CopyButton text={token} /></div>
      </div>
    </Notice>
  )
}
