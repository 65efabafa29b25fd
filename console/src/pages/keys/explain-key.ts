import type { Refusal } from '../../api.ts'
import type { Failure } from '../../ui/error-summary.tsx'
import type { Words } from '../../words/en.ts'

const fields = ['name', 'value', 'scope', 'expires']

/** A taken name is told at the name; what else is wrong, at the field it is about. */
export const explainKey = (words: Words['errors']) => ({ code, problems }: Refusal): Failure[] => {
  if (code === 'already_exists') return [{ field: 'name', message: words.already_exists ?? code }]
  return problems.map(({ path, message }) => ({ field: fields.find((one) => path?.split('.').at(-1)?.startsWith(one)), message }))
}
