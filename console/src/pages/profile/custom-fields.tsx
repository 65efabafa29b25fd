/** Fields of the custom attributes that are one's own to change; values are texts, one a line where there may be several. */
import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import type { Me, OwnAttribute } from '../../api.ts'
import type { FieldProps, Values } from '../../ui/form.tsx'
import { useWords } from '../../words/words.tsx'

export const customField = (name: string) => `attributes.${name}`

const textOf = (value: string | readonly string[] | null | undefined) => (typeof value === 'string' ? value : (value ?? []).join('\n'))

/** Of what was typed the part of a merge patch that says what is new; an empty field takes its value away. */
export function changedAttributes(elements: readonly OwnAttribute[], before: Me['attributes'], values: Values): Me['attributes'] {
  const changed = elements.flatMap(({ name, multiValued }) => {
    const typed = (values[customField(name)] ?? '').replaceAll('\r', '').trim()
    if (typed === textOf(before?.[name])) return []
    return [[name, typed === '' ? null : multiValued ? typed.split('\n').map((one) => one.trim()).filter((one) => one !== '') : typed] as const]
  })
  return Object.fromEntries(changed)
}

export function CustomFields({ elements, before, field }: { elements: readonly OwnAttribute[]; before: Me['attributes']; field: FieldProps }) {
  return <div className="fields">{elements.map((one) => <CustomField key={one.name} element={one} value={textOf(before?.[one.name])} field={field} />)}</div>
}

function CustomField({ element: { name, displayName, description, dataType, multiValued, maxLength, validValues }, value, field }: { element: OwnAttribute; value: string; field: FieldProps }) {
  const { words: { profile: words } } = useWords()
  const props = { ...field(customField(name)), label: displayName ?? name, defaultValue: value }
  if (multiValued) return <Textarea {...props} description={[description, words.aLine].filter(Boolean).join(' ')} rows={3} />
  const choices = validValues ?? (dataType === 'BOOLEAN' ? ['true', 'false'] : undefined)
  if (choices !== undefined) {
    const known = value === '' || choices.includes(value) ? choices : [value, ...choices]
    return <NativeSelect {...props} description={description} data={[{ value: '', label: words.noValue }, ...known.map((one) => ({ value: one, label: validValues === undefined ? words.truth[one as 'true' | 'false'] ?? one : one }))]} />
  }
  if (dataType === 'DATE') return <TextInput {...props} description={description} type="date" />
  return <TextInput {...props} description={description} maxLength={maxLength ?? 4000} inputMode={dataType === 'INTEGER' ? 'numeric' : dataType === 'DECIMAL' ? 'decimal' : 'text'} />
}
