/** Proves again who one is in a session: by a factor, or by the password of who has none. */
import { factorKinds, secondFactors } from '../../../../src/model/factor-kinds.ts'
import { api, type Factor, type Way } from '../../api.ts'
import { arrive } from '../../query.ts'
import { Form, type Values } from '../../ui/form.tsx'
import { PasswordField } from '../../ui/password-field.tsx'
import { useWords } from '../../words/words.tsx'
import { ProveFactor } from './prove-factor.tsx'

/** Those of one's factors that can be proved and reach a level. */
export const waysOf = (factors: readonly Factor[], level = 0): Way[] => secondFactors(factors).filter(({ type }) => factorKinds[type].most >= level)

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
