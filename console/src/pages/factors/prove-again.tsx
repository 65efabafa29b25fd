/** Proves again who one is in a session: by a factor, or by the password of who has none. */
import type { FactorKind } from '../../../../src/model/factor.ts'
import { api, type Factor, type Way } from '../../api.ts'
import { arrive } from '../../query.ts'
import { Form, type Values } from '../../ui/form.tsx'
import { PasswordField } from '../../ui/password-field.tsx'
import { useWords } from '../../words/words.tsx'
import { ProveFactor } from './prove-factor.tsx'

/** The most that each reaches beside a password, as src/model/factor.ts says; an address reaches nothing. */
const reach: Readonly<Record<FactorKind, number>> = { TOTP: 2, WEBAUTHN: 3, SMS: 1.5, RECOVERY_CODES: 2, EMAIL: 0 }

/** Those of one's factors that can be proved and reach a level; recovery codes stand in for another one, and are none alone. */
export function waysOf(factors: readonly Factor[], level = 0): Way[] {
  const usable = factors.filter(({ type, confirmed }) => confirmed && reach[type] > 0)
  return usable.some(({ type }) => type !== 'RECOVERY_CODES') ? usable.filter(({ type }) => reach[type] >= level) : []
}

export function ProveAgain({ ways, onProved }: { ways: readonly Way[]; onProved: () => unknown }) {
  const { words } = useWords()
  if (ways.length > 0) return <ProveFactor ways={ways} prove={api.stepUp} onProved={(state) => {
    arrive(state)
    return onProved()
  }} />
  const check = ({ password }: Values) => (password === '' ? [{ field: 'password', message: words.signIn.needPassword }] : [])
  const send = async ({ password = '' }: Values) => {
    arrive(await api.stepUp({ password }))
    await onProved()
  }
  return (
    <Form submit={words.factors.goOn} check={check} send={send} explain={({ code }) => (code === 'sign_in_refused' ? [{ field: 'password', message: words.password.wrongCurrent }] : [])}>
      {(field) => <PasswordField {...field('password')} label={words.signIn.password} autoComplete="current-password" />}
    </Form>
  )
}
