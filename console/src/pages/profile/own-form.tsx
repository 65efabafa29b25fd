/** What people change of themselves, sent as a merge patch against the version that they saw. */
import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { languages } from '../../../../src/model/languages.ts'
import { api, type Me, type OwnAttribute, type Refusal } from '../../api.ts'
import { client } from '../../query.ts'
import { Form, type FieldProps, type Values } from '../../ui/form.tsx'
import { useWords } from '../../words/words.tsx'
import { changedAttributes, CustomFields, customField } from './custom-fields.tsx'
import { EntryFields, fieldName, type Row } from './entry-fields.tsx'
import { me } from './me.ts'
import { filledIn, own, phones, postal, textOf, type EntryKind } from './own-attributes.ts'

interface Props {
  person: Me
  etag: string | null
  elements: readonly OwnAttribute[]
  onSaved: () => void
}

const rowsOf = (person: Me, kind: EntryKind): readonly Row[] => (person[kind.path] ?? []).map((entry, number) => ({ number, entry }))

export function OwnForm({ person, etag, elements, onSaved }: Props) {
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
    const attributes = changedAttributes(elements, person.attributes, values)
    await api.changeMe({ ...texts, ...(Object.keys(attributes ?? {}).length > 0 ? { attributes } : {}), phoneNumbers: entries(phones, numbers, values), addresses: filled(entries(postal, places, values)) as Me['addresses'] }, etag)
    await client.invalidateQueries(me)
    onSaved()
  }
  const explain = ({ code, problems }: Refusal) => elements.flatMap(({ name, displayName = name }) => {
    const field = customField(name)
    if (!problems.some(({ path }) => path === field || path?.startsWith(`${field}[`))) return []
    return [{ field, message: code === 'required_attribute' ? words.profile.needValue(displayName) : words.profile.wrongValue(displayName) }]
  })
  return (
    <Form submit={words.save} check={check} send={send} explain={explain}>
      {(field) => (
        <>
          <div className="fields">
            {own.map(({ path, label, length }) => {
              const props = { ...field(path), label: words.attributes[path] ?? label, defaultValue: textOf(person[path]) }
              return path === 'preferredLanguage' ? <MailLanguage key={path} {...props} /> : <TextInput key={path} {...props} maxLength={length ?? 100} />
            })}
          </div>
          {elements.length > 0 ? <CustomFields elements={elements} before={person.attributes} field={field} /> : null}
          <h3>{words.profile.phones}</h3>
          <EntryFields kind={phones} rows={numbers} title={words.profile.phone} add={words.profile.addPhone} onChange={setNumbers} field={field} />
          <h3>{words.profile.addresses}</h3>
          <EntryFields kind={postal} rows={places} title={words.profile.address} add={words.profile.addAddress} onChange={setPlaces} field={field} />
        </>
      )}
    </Form>
  )
}

/** The languages that there are texts in, each by its own name, and whatever stands there already. */
function MailLanguage({ defaultValue, ...props }: ReturnType<FieldProps> & { label: string; defaultValue: string }) {
  const { words } = useWords()
  const known: readonly string[] = defaultValue === '' || languages.some((one) => one === defaultValue) ? languages : [defaultValue, ...languages]
  return <NativeSelect {...props} description={words.profile.languageHint} defaultValue={defaultValue} data={[{ value: '', label: words.profile.noValue }, ...known.map((value) => ({ value, label: nameOf(value) }))]} />
}

function nameOf(tag: string): string {
  try {
    return new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag
  } catch {
    return tag
  }
}
