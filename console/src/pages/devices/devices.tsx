/** Browsers that are not asked for a second factor for a while: which, from where, until when; and asking them again. */
import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { secondFactors } from '../../../../src/model/factor-kinds.ts'
import { api, type Device } from '../../api.ts'
import { client } from '../../query.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page-title.tsx'
import { wordsOf } from '../../ui/refusal-words.ts'
import { Failed, Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.tsx'

const refresh = () => client.invalidateQueries({ queryKey: ['devices'] })

export function Devices() {
  const { words } = useWords()
  const { data, error, refetch } = useQuery({ queryKey: ['devices'], queryFn: api.devices })
  const one = useMutation({ mutationFn: api.forgetDevice, onSuccess: refresh })
  const all = useMutation({ mutationFn: api.forgetDevices, onSuccess: refresh })
  const failure = one.error ?? all.error
  return (
    <div className="stack">
      <PageTitle>{words.devices.title}</PageTitle>
      <p>{words.devices.intro}</p>
      {failure ? <Notice kind="error"><p>{wordsOf(failure, words)}</p></Notice> : null}
      {one.isSuccess || all.isSuccess ? <Notice key={one.submittedAt + all.submittedAt} kind="good" takesFocus><p>{all.isSuccess ? words.devices.allForgotten : words.devices.forgotten}</p></Notice> : null}
      {data === undefined ? error ? <Failed error={error} again={() => void refetch()} /> : <Waiting /> : (
        <section className="card">
          {data.items.length === 0 ? <NoDevice /> : <ul className="items">{data.items.map((device) => <li key={device.id}><DeviceFacts item={device} onForget={() => one.mutate(device.id)} /></li>)}</ul>}
        </section>
      )}
      {data !== undefined && data.items.length > 1 ? <div><Confirm question={words.devices.forgetAllSure} confirm={words.devices.forgetAll} onConfirm={() => all.mutate()}>{words.devices.forgetAll}</Confirm></div> : null}
    </div>
  )
}

function NoDevice() {
  const { words: { devices: words, factors } } = useWords()
  const { data } = useQuery({ queryKey: ['factors'], queryFn: api.factors })
  if (data === undefined) return null
  return secondFactors(data.items).length > 0 ? <p>{words.none}</p> : <p>{words.noFactor} <Link to="/factors">{factors.add}</Link></p>
}

function DeviceFacts({ item: { device, ip, created, expires }, onForget }: { item: Device; onForget: () => void }) {
  const { words: { devices: words, sessions }, moment } = useWords()
  const name = sessions.deviceOf(device)
  return (
    <div className="stack tight">
      <div className="row apart">
        <h2>{name}</h2>
        <Button variant="default" aria-label={words.forgetOf(name, moment(created))} onClick={onForget}>{words.forget}</Button>
      </div>
      <dl className="facts">
        {ip === undefined ? null : <div><dt>{sessions.from}</dt><dd>{ip}</dd></div>}
        <div><dt>{words.since}</dt><dd>{moment(created)}</dd></div>
        <div><dt>{words.until}</dt><dd>{moment(expires)}</dd></div>
      </dl>
    </div>
  )
}
