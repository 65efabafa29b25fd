/** Proves one of the factors that are open: for the step of a sign-in, and again in the middle of a session. */
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, Refusal, type FactorAnswer, type SignInState, type Way } from '../../api.ts'
import { Form, type Values } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { showPasskey } from '../../ui/passkey.ts'
import { wordsOf } from '../../ui/refusal-words.ts'
import { useWords } from '../../words/words.tsx'
import { calledOf } from './called.ts'

interface Props {
  ways: readonly Way[]
  prove: (answer: FactorAnswer) => Promise<SignInState>
  onProved: (state: SignInState) => unknown
  /** Whether it can be left out in this browser from now on. */
  canRemember?: boolean
}

/** The browser chooses among passkeys: which of the factors it was, the id of what it shows tells. */
async function answerByPasskey(ways: readonly Way[]): Promise<FactorAnswer> {
  const assertion = await showPasskey(await api.ownPasskeyQuestion())
  const factor = ways.find(({ credentialId }) => credentialId === (assertion as { id: string }).id)
  if (factor === undefined) throw new Refusal('passkey_not_given', '')
  return { factor: factor.id, assertion }
}

export function ProveFactor({ ways, prove, onProved, canRemember = false }: Props) {
  const { words: { factors: words, errors } } = useWords()
  const choices = ways.filter(({ type }, at) => type !== 'WEBAUTHN' || ways.findIndex((one) => one.type === 'WEBAUTHN') === at)
  const [chosen, choose] = useState<string>()
  const way = choices.find(({ id }) => id === chosen) ?? choices[0]
  if (way === undefined) return null
  const byPasskey = way.type === 'WEBAUTHN'
  const check = ({ code }: Values) => (code?.trim() === '' ? [{ field: 'code', message: words.needCode }] : [])
  const send = async ({ code = '', remember }: Values) => {
    const answer = byPasskey ? await answerByPasskey(ways) : { factor: way.id, code: code.trim() }
    await onProved(await prove({ ...answer, ...(remember === undefined ? {} : { remember: true }) }))
  }
  const explain = ({ code }: Refusal) => (code === 'factor_refused' && !byPasskey ? [{ field: 'code', message: errors.factor_refused! }] : [])
  const label = (one: Way) => ((one.type === 'TOTP' || one.type === 'SMS') && calledOf(one, words.kinds) !== words.kinds[one.type] ? `${words.kinds[one.type]}: ${one.name}` : words.kinds[one.type])
  return (
    <div className="stack">
      {choices.length > 1
        ? <NativeSelect label={words.way} value={way.id} onChange={({ currentTarget }) => choose(currentTarget.value)} data={choices.map((one) => ({ value: one.id, label: label(one) }))} />
        : <p><strong>{label(way)}</strong></p>}
      {way.type === 'SMS' ? <SendCode key={`send ${way.id}`} way={way} /> : null}
      <Form key={way.id} submit={byPasskey ? words.usePasskey : words.goOn} check={check} send={send} explain={explain}>
        {(field) => (
          <>
            {byPasskey ? null : <TextInput {...field('code')} label={words.code} description={words.codeHints[way.type as keyof typeof words.codeHints]} autoComplete="one-time-code" inputMode={way.type === 'RECOVERY_CODES' ? 'text' : 'numeric'} autoCapitalize="none" spellCheck={false} maxLength={40} />}
            {canRemember ? <label className="check"><input type="checkbox" name="remember" value="yes" /><span>{words.remember}</span></label> : null}
          </>
        )}
      </Form>
    </div>
  )
}

function SendCode({ way }: { way: Way }) {
  const { words } = useWords()
  const { mutate, isPending, isSuccess, error } = useMutation({ mutationFn: () => api.sendFactorCode(way.id) })
  return (
    <div className="stack tight">
      <div><Button variant="default" loading={isPending} onClick={() => mutate()}>{words.factors.send(way.hint ?? way.name)}</Button></div>
      {isSuccess ? <Notice kind="good"><p>{words.factors.sent}</p></Notice> : null}
      {error ? <Notice kind="error"><p>{wordsOf(error, words)}</p></Notice> : null}
    </div>
  )
}
