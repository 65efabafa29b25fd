/** What people change of themselves, sent as a merge patch against the version that they saw. */
import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { api, type Me } from '../../api.ts'
import { client } from '../../query.ts'
import { Form, type Values } from '../../ui/form.tsx'
import { useWords } from '../../words/words.tsx'
import { EntryFields, fieldName, type Row } from './entry-fields.tsx'
import { me } from './me.ts'
import { filledIn, own, phones, postal, textOf, type EntryKind } from './own-attributes.ts'

interface Props {
  person: Me
  etag: string | null
  onSaved: () => void
}

const rowsOf = (person: Me, kind: EntryKind): readonly Row[] => (person[kind.path] ?? []).map((entry, number) => ({ number, entry }))

export function OwnForm({ person, etag, onSaved }: Props) {
  const { words } = useWords()
  const [numbers, setNumbers] = useState(rowsOf(person, phones))
  const [places, setPlaces] = useState(rowsOf(person, postal))
  const entries = (kind: EntryKind, rows: readonly Row[], values: Values) => rows.map((row) => filledIn(row.entry, kind.fields, (path) => values[fieldName(kind, row, path)] ?? ''))
  const check = (values: Values) => numbers.flatMap((row, place) => {
    const field = fieldName(phones, row, 'value')
    return values[field]?.trim() === '' ? [{ field, message: words.profile.needPhone(place + 1) }] : []
  })
  const send = async (values: Values) => {
    const texts = Object.fromEntries(own.map(({ path }) => [path, values[path]?.trim() || null]))
    const filled = (rows: Record<string, unknown>[]) => rows.filter((row) => Object.keys(row).length > 0)
    await api.changeMe({ ...texts, phoneNumbers: entries(phones, numbers, values), addresses: filled(entries(postal, places, values)) as Me['addresses'] }, etag)
    await client.invalidateQueries(me)
    onSaved()
  }
  return (
    <Form submit={words.save} check={check} send={send}>
      {(field) => (
        <>
          <div className="fields">
            {own.map(({ path, label, length }) => <TextInput key={path} {...field(path)} label={words.attributes[path] ?? label} defaultValue={textOf(person[path])} maxLength={length ?? 100} />)}
          </div>
          <h3>{words.profile.phones}</h3>
          <EntryFields kind={phones} rows={numbers} title={words.profile.phone} add={words.profile.addPhone} onChange={setNumbers} field={field} />
          <h3>{words.profile.addresses}</h3>
          <EntryFields kind={postal} rows={places} title={words.profile.address} add={words.profile.addAddress} onChange={setPlaces} field={field} />
        </>
      )}
    </Form>
  )
}
