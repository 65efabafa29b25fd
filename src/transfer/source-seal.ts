/**
 * Whether the file that a plan was made of still stands under its name: the next export of a personnel system may have taken its place,
 * and its lines are other people's. What is kept of the file is an HMAC-SHA-256 under a key of this installation, for a plain digest of a
 * short file would let whoever reads the plan try out what may stand in it, passwords too.
 */
import { createHmac } from 'node:crypto'
import type { Context } from '../context.ts'
import { openDataKey } from '../store/data-keys.ts'
import type { MasterKey } from '../store/master-key.ts'
import { bytesOf } from './text-source.ts'

const purpose = 'import-source'

/** The key of the seals; it stays when the master key is replaced. */
export async function openSealKey(ctx: Context, masterKey: MasterKey): Promise<Buffer> {
  return (await openDataKey(ctx.db, masterKey, purpose, ctx.now())).derive(purpose)
}

export interface SealedSource {
  /** The bytes of the file, as they are read. */
  bytes: AsyncIterable<Uint8Array>
  /** Of the whole file, in hexadecimal; undefined until it has been read to its end. */
  seal: () => string | undefined
}

/** A file that is sealed while it is read. */
export function sealing(path: string, key: Buffer): SealedSource {
  let seal: string | undefined
  async function* read(): AsyncGenerator<Buffer> {
    const hmac = createHmac('sha256', key)
    for await (const chunk of bytesOf(path)) {
      hmac.update(chunk)
      yield chunk
    }
    seal = hmac.digest('hex')
  }
  return { bytes: read(), seal: () => seal }
}

/** The seal of a file as it is now; undefined of one that cannot be read any more. */
export async function sealOf(path: string, key: Buffer): Promise<string | undefined> {
  const { bytes, seal } = sealing(path, key)
  try {
    for await (const _ of bytes) continue
  } catch {
    return undefined
  }
  return seal()
}
