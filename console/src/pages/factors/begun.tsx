/** What is shown once of a factor that was begun: the key of an app with the code that confirms it, a number's code, recovery codes. */
import { Button, TextInput } from '@mantine/core'
import { api, type EnrolAt, type Factor, type SignInState } from '../../api.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { DownloadButton } from '../../ui/download-button.tsx'
import { Form, type Values } from '../../ui/form.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { QrCode } from '../../ui/qr-code.tsx'
import { useWords } from '../../words/words.tsx'

interface Props {
  at: EnrolAt
  factor: Factor
  onDone: (state?: SignInState) => void
  onCancel: () => void
}

/** Whether something of it has to be seen or confirmed. */
export const isOpen = ({ confirmed, codes }: Factor): boolean => !confirmed || codes !== undefined

export function Begun({ at, factor, onDone, onCancel }: Props) {
  const { words: { factors: words, errors, ...all } } = useWords()
  if (factor.codes !== undefined) {
    const text = `${factor.codes.join('\n')}\n`
    return (
      <div className="stack">
        <PageTitle>{words.codesTitle}</PageTitle>
        <p>{words.codesIntro}</p>
        <ul className="fields">{factor.codes.map((one) => <li key={one}><code className="token">{one}</code></li>)}</ul>
        <div className="row">
          <CopyButton text={text} />
          <DownloadButton text={text} name="gatehouse-recovery-codes.txt">{words.codesDownload}</DownloadButton>
        </div>
        <div><Button onClick={() => onDone()}>{words.codesDone}</Button></div>
      </div>
    )
  }
  const check = ({ code }: Values) => (code?.trim() === '' ? [{ field: 'code', message: words.needCode }] : [])
  const explain = ({ code }: { code: string }) => (code === 'factor_refused' ? [{ field: 'code', message: errors.factor_refused! }] : [])
  return (
    <div className="stack">
      <PageTitle>{factor.uri === undefined ? words.smsTitle : words.totpTitle}</PageTitle>
      <p>{factor.uri === undefined ? words.smsIntro : words.totpIntro}</p>
      {factor.uri === undefined ? null : (
        <div className="stack tight">
          <QrCode text={factor.uri} label={words.totpPicture} />
          <p>{words.totpType}</p>
          <code className="token">{new URL(factor.uri).searchParams.get('secret')?.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code>
          <p><a href={factor.uri}>{words.totpLink}</a></p>
        </div>
      )}
      <Form submit={words.confirm} check={check} explain={explain} send={async ({ code = '' }) => onDone(await api.confirmFactor(at, factor.id, code.trim()))}>
        {(field) => <TextInput {...field('code')} label={words.code} autoComplete="one-time-code" inputMode="numeric" maxLength={40} />}
      </Form>
      <div><Button variant="default" onClick={onCancel}>{all.cancel}</Button></div>
    </div>
  )
}
