/** Begins a factor of any kind; what comes of it (a key, codes, a number to confirm) is shown by `Begun`. */
import { NativeSelect, TextInput } from '@mantine/core'
import { useId, useState } from 'react'
import { factorKinds } from '../../../../src/model/factor-kinds.ts'
import { api, type EnrolAt, type Factor } from '../../api.ts'
import { Form, type Values } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { knowsPasskeys, makePasskey } from '../../ui/passkey.ts'
import { useWords } from '../../words/words.tsx'

type Kind = 'TOTP' | 'WEBAUTHN' | 'SMS' | 'RECOVERY_CODES'

interface Props {
  at: EnrolAt
  /** Those that can be added here. */
  kinds: readonly Kind[]
  /** Numbers that are known of the person, to choose from. */
  numbers?: readonly string[]
  onBegun: (factor: Factor) => void
}

/** What can be added in this browser and reaches a level by itself, as recovery codes do not. */
export const kindsFor = (level = 0): Kind[] => (['TOTP', ...(knowsPasskeys() ? ['WEBAUTHN' as const] : []), 'SMS'] as const).filter((kind) => factorKinds[kind].most >= level)

export function AddFactor({ at, kinds, numbers, onBegun }: Props) {
  const listId = useId()
  const { words: { factors: words, ...all } } = useWords()
  const [kind, choose] = useState<Kind>(kinds[0]!)
  const check = ({ value }: Values) => (value?.trim() === '' ? [{ field: 'value', message: words.needNumber }] : [])
  const send = async ({ name = '', value }: Values) => {
    const passkey = kind === 'WEBAUTHN' ? { credential: await makePasskey(await api.newPasskeyQuestion(at)) } : {}
    onBegun(await api.enrolFactor(at, { type: kind, ...(name.trim() === '' ? {} : { name: name.trim() }), ...(value === undefined ? {} : { value: value.trim() }), ...passkey }))
  }
  return (
    <Form submit={words.addSubmit} check={check} send={send} empties explain={({ problems }) => problems.filter(({ path }) => path === 'value').map(() => ({ field: 'value', message: words.numberWrong }))}>
      {(field) => (
        <>
          <NativeSelect {...field('type')} label={words.kind} value={kind} onChange={({ currentTarget }) => choose(currentTarget.value as Kind)} data={kinds.map((value) => ({ value, label: words.adds[value] }))} />
          {/* SP 800-63B-4 §3.2.9: the risk of a restricted authenticator, and what there is instead, before it is enrolled. */}
          {kind === 'SMS' ? <Notice kind="warning"><p>{words.smsWeak}</p></Notice> : null}
          {kind === 'SMS' ? <TextInput {...field('value')} type="tel" label={words.number} description={words.numberHint} autoComplete="tel" maxLength={40} list={listId} /> : null}
          <datalist id={listId}>{numbers?.map((one) => <option key={one} value={one}>{one}</option>)}</datalist>
          {kind === 'RECOVERY_CODES' ? null : <TextInput {...field('name')} label={`${all.keys.name} (${all.optional})`} description={all.keys.nameHint} maxLength={60} autoComplete="off" />}
        </>
      )}
    </Form>
  )
}
