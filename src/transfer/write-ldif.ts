/**
 * Documents as LDIF (RFC 2849). Each entry has what LDAP tools understand and, in gatehouseDocument, the whole document
 * as JSON, since no LDAP schema holds all of it; that is what an import of the file reads (own-documents.ts).
 */
import type { Document } from '../model/attribute.ts'
import { defaultSuffix, entryAttributes, entryDn } from './ldap-entry.ts'
import { documentAttribute } from './reject-columns.ts'
import { inBatches } from './write-batches.ts'

export interface LdifWriting {
  /** The DN below which the entries stand. */
  suffix?: string
  /** False leaves gatehouseDocument out: a file for LDAP servers, that doesn't hold everything. */
  whole?: boolean
}

/** The text of a file; give it to `pipeline` with a stream. */
export function ldifText(documents: AsyncIterable<Document>, options: LdifWriting = {}): AsyncGenerator<string> {
  return inBatches(entries(documents, options))
}

async function* entries(documents: AsyncIterable<Document>, options: LdifWriting): AsyncGenerator<string> {
  const { suffix = defaultSuffix, whole = true } = options
  yield 'version: 1\n'
  if (whole) yield `# ${documentAttribute} holds the whole record and is what an import reads.\n# To import edited attributes, take it out of the entry.\n`
  for await (const document of documents) {
    let entry = `\n${ldifLine('dn', entryDn(document, suffix))}`
    for (const [name, value] of entryAttributes(document)) entry += ldifLine(name, value)
    if (whole) entry += ldifLine(documentAttribute, JSON.stringify(document))
    yield entry
  }
}

/** SAFE-STRING of RFC 2849 without a space at its end (note 8), which base64 must hold. */
const safe = /^(?:[\x01-\x09\x0b\x0c\x0e-\x1f!-9;=-\x7f](?:[\x01-\x09\x0b\x0c\x0e-\x7f]*[\x01-\x09\x0b\x0c\x0e-\x1f!-\x7f])?)?$/

const width = 76

/** One attribute value, in base64 where the RFC wants it, folded. Bytes are always base64. */
export function ldifLine(name: string, value: string | Buffer): string {
  const plain = typeof value === 'string' && safe.test(value)
  const line = plain ? `${name}: ${value}` : `${name}:: ${Buffer.from(value as string).toString('base64')}`
  if (line.length <= width) return `${line}\n`
  let folded = line.slice(0, width)
  for (let at = width; at < line.length; at += width - 1) folded += `\n ${line.slice(at, at + width - 1)}`
  return `${folded}\n`
}
