import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { api, type Factor } from '../../api.ts'
import { client } from '../../query.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Form } from '../../ui/form.tsx'
import { useWords } from '../../words/words.tsx'
import { calledOf } from './called.ts'

interface Props {
  item: Factor
  /** What is asked before it is removed. */
  question: (name: string) => string
  onRemove: () => void
  onAgain: () => void
}

export function FactorFacts({ item, question, onRemove, onAgain }: Props) {
  const { words: { factors: words, ...all }, moment } = useWords()
  const [naming, setNaming] = useState(false)
  const { id, type, confirmed, hint, left, created, lastUsed, setAside } = item
  const name = calledOf(item, words.kinds)
  const facts = [
    ...(hint === undefined ? [] : [[type === 'SMS' ? words.number : words.kinds[type], hint]]),
    ...(left === undefined ? [] : [[words.left, String(left)]]),
    ...(created === undefined ? [] : [[words.created, moment(created)]]),
    ...(confirmed ? [[all.keys.lastUsed, lastUsed === undefined ? all.keys.never : moment(lastUsed)]] : []),
  ]
  const rename = async ({ name: next = '' }: Readonly<Record<string, string>>) => {
    await api.nameFactor(id, next.trim())
    setNaming(false)
    await client.invalidateQueries({ queryKey: ['factors'] })
  }
  return (
    <div className="stack tight">
      <div className="row apart">
        <div className="row"><h2>{name}</h2>{confirmed && name === words.kinds[type] ? null : <span className={confirmed ? 'badge' : 'badge warning'}>{confirmed ? words.kinds[type] : words.open}</span>}</div>
        <div className="row">
          <Button variant="default" aria-label={words.renameOf(name)} aria-expanded={naming} onClick={() => setNaming(!naming)}>{words.rename}</Button>
          <Confirm label={words.removeOf(name)} question={question(name)} confirm={all.remove} onConfirm={onRemove}>{all.remove}</Confirm>
        </div>
      </div>
      {confirmed ? null : <p>{words.openHint}{type === 'TOTP' ? '' : ` ${words.openElse}`}</p>}
      {setAside ? <p>{words.setAside}</p> : null}
      {confirmed || type !== 'TOTP' ? null : <div><Button variant="default" aria-label={words.beginAgainOf(name)} onClick={onAgain}>{words.beginAgain}</Button></div>}
      {naming ? (
        <Form submit={all.save} send={rename} check={({ name: next }) => (next?.trim() === '' ? [{ field: 'name', message: all.keys.needName }] : [])}>
          {(field) => <TextInput {...field('name')} label={all.keys.name} defaultValue={name} maxLength={60} autoComplete="off" />}
        </Form>
      ) : null}
      <dl className="facts">{facts.map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>
    </div>
  )
}
