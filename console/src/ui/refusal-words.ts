import { Refusal } from '../api.ts'
import type { Words } from '../words/en.ts'

/** What a refusal says to a person: our words for its code where there are any, else the server's. */
export function wordsOf(error: unknown, words: Words): string {
  if (!(error instanceof Refusal)) return words.failed
  if (error.code === 'unreachable') return words.unreachable
  if (error.code === 'passkey_not_given') return words.factors.passkeyNotGiven
  if (error.code === 'passkey_known') return words.factors.passkeyKnown
  const text = words.errors[error.code] ?? error.message
  return error.code === 'internal_error' && error.requestId !== undefined ? `${text} ${words.requestId(error.requestId)}` : text
}
