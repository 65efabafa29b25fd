import { Button, TextInput } from '@mantine/core'
import { useEffect, useRef } from 'react'
import type { Entry } from '../../api.ts'
import type { FieldProps } from '../../ui/form.tsx'
import { useWords } from '../../words/words.tsx'
import { textOf, type EntryKind } from './own-attributes.ts'

/** A telephone number or address on the screen: with a number of its own, since those that are new have no id yet. */
export interface Row {
  number: number
  entry: Entry
}

interface Props {
  kind: EntryKind
  rows: readonly Row[]
  title: (n: number) => string
  add: string
  onChange: (rows: readonly Row[]) => void
  field: FieldProps
}

export const fieldName = (kind: EntryKind, row: Row, path: string) => `${kind.path}.${row.number}.${path}`

/** Entries one below the other. Whoever removes one stays with the button that adds; whoever adds one begins to type. */
export function EntryFields({ kind, rows, title, add, onChange, field }: Props) {
  const { words } = useWords()
  const place = useRef<HTMLDivElement>(null)
  const before = useRef(rows.length)
  useEffect(() => {
    const [added, removed] = [rows.length > before.current, rows.length < before.current]
    before.current = rows.length
    if (added) place.current?.querySelector<HTMLInputElement>('fieldset:last-of-type input')?.focus()
    if (removed) place.current?.querySelector<HTMLButtonElement>(':scope > div:last-child button')?.focus()
  }, [rows.length])
  return (
    <div ref={place} className="stack">
      {rows.map((row, place) => (
        <fieldset key={row.number} className="entry stack">
          <legend>{title(place + 1)}</legend>
          <div className="fields">
            {kind.fields.map(({ path, label, length }) => (
              <TextInput key={path} {...field(fieldName(kind, row, path))} label={words.attributes[path] ?? label} defaultValue={textOf(row.entry[path])} maxLength={length ?? 100}
                readOnly={row.entry.isForSms === true} type={kind.path === 'phoneNumbers' && path === 'value' ? 'tel' : 'text'} />
            ))}
          </div>
          {row.entry.isForSms === true
            ? <p className="dimmed small">{words.profile.forCodes}</p>
            : <div><Button variant="default" aria-label={`${words.remove}: ${title(place + 1)}`} onClick={() => onChange(rows.filter((one) => one !== row))}>{words.remove}</Button></div>}
        </fieldset>
      ))}
      {rows.length < kind.limit ? <div><Button variant="default" onClick={() => onChange([...rows, { number: 1 + Math.max(0, ...rows.map(({ number }) => number)), entry: {} }])}>{add}</Button></div> : null}
    </div>
  )
}
