/** Documents as JSON Lines: exactly as the API shows them, one a line. The format for moving a directory. */
import type { Document } from '../model/attribute.ts'
import { inBatches } from './write-batches.ts'

/** The text of a file; give it to `pipeline` with a stream. */
export function jsonlText(documents: AsyncIterable<Document>): AsyncGenerator<string> {
  return inBatches(lines(documents))
}

async function* lines(documents: AsyncIterable<Document>): AsyncGenerator<string> {
  for await (const document of documents) yield `${JSON.stringify(document)}\n`
}
