/** The current password and a new one. Everything the policy has against the new one is said at once. */
import type { PasswordChange, Refusal, SignInState } from '../../api.ts'
import { Form, type Values } from '../../ui/form.tsx'
import { hintFor, PasswordField } from '../../ui/password-field.tsx'
import { useWords } from '../../words/words.tsx'

interface Props {
  userName?: string | undefined
  /** How many characters the new one must have, where that is known. */
  least?: number | undefined
  change: (change: PasswordChange) => Promise<SignInState>
  onChanged: (state: SignInState) => void
}

export function ChangePasswordForm({ userName, least, change, onChanged }: Props) {
  const { words } = useWords()
  const check = ({ current, next }: Values) => [
    ...(current === '' ? [{ field: 'current', message: words.password.needCurrent }] : []),
    ...(next === '' ? [{ field: 'next', message: words.password.needNext }] : []),
  ]
  const wrongCurrent = { field: 'current', message: words.password.wrongCurrent }
  const explain = ({ code, problems }: Refusal) =>
    code === 'sign_in_refused' ? [wrongCurrent] : problems.map((problem) => (problem.path === 'current' ? wrongCurrent : { field: 'next', message: words.rule(problem) }))
  return (
    <Form submit={words.password.submit} check={check} explain={explain} empties send={async ({ current = '', next = '' }) => onChanged(await change({ current, next }))}>
      {(field) => (
        <>
          {/* For password managers: whose password it is. */}
          {userName === undefined ? null : <input type="text" autoComplete="username" value={userName} readOnly hidden />}
          <PasswordField {...field('current')} label={words.password.current} autoComplete="current-password" />
          <PasswordField {...field('next')} label={words.password.next} description={hintFor(least, words)} autoComplete="new-password" />
        </>
      )}
    </Form>
  )
}
