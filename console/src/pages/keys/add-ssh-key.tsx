import { TextInput } from '@mantine/core'
import { api } from '../../api.ts'
import { client } from '../../query.ts'
import { Form, type Values } from '../../ui/form.tsx'
import { useWords } from '../../words/words.tsx'
import { explainKey } from './explain-key.ts'

export function AddSshKey() {
  const { words: { keys: words, ...all } } = useWords()
  const check = ({ name, value }: Values) => [
    ...(name?.trim() === '' ? [{ field: 'name', message: words.needName }] : []),
    ...(value?.trim() === '' ? [{ field: 'value', message: words.needValue }] : []),
  ]
  const send = async ({ name = '', value = '' }: Values) => {
    await api.addKey({ type: 'SSH', name: name.trim(), value: value.trim() })
    await client.invalidateQueries({ queryKey: ['keys'] })
  }
  return (
    <Form submit={words.add} check={check} send={send} explain={explainKey(all.errors)} empties>
      {(field) => (
        <>
          <TextInput {...field('name')} label={words.name} description={words.nameHint} maxLength={40} autoComplete="off" />
          <TextInput {...field('value')} label={words.value} description={words.valueHint} maxLength={2048} autoComplete="off" spellCheck={false} />
        </>
      )}
    </Form>
  )
}
