/** The help desk's spoken secret: kept as an argon2id hash (OWASP's minimum parameters), of its folded form. */
import { hash } from '@node-rs/argon2'
import type { Document } from '../model/attribute.ts'

/** Replaces a secret word in the clear by its hash; a document without one is returned as it is. */
export async function hashSecretWord(document: Document): Promise<Document> {
  if (typeof document.secretWord !== 'string') return document
  const spoken = document.secretWord.normalize('NFKC').trim().toLowerCase()
  return { ...document, secretWord: await hash(spoken, { memoryCost: 19456, timeCost: 2, parallelism: 1 }) }
}
