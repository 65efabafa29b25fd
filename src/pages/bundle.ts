/** What `tools/build-console.ts` made of console/, read once and kept: it is small, and asked for by name, never by path. */
import { readFile, readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where bundles lie: a folder each, named after what it was made of, and a file that says which one counts. */
export const bundlesFolder = fileURLToPath(new URL('../../console/dist', import.meta.url))

export type Encoding = 'br' | 'gzip' | 'identity'

export interface Asset {
  type: string
  bodies: Partial<Record<Encoding, Buffer>> & { identity: Buffer }
}

export interface Bundle {
  /** The HTML, with `noncePlace` wherever the nonce of an answer belongs. */
  html: string
  assets: ReadonlyMap<string, Asset>
}

export const noncePlace = '__NONCE__'

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.png': 'image/png',
}

/** Undefined where none was made. */
export async function readBundle(folder: string): Promise<Bundle | undefined> {
  const current = await readFile(join(folder, 'current'), 'utf8').catch(() => undefined)
  if (current === undefined) return undefined
  const place = join(folder, current.trim())
  const files = new Set(await readdir(join(place, 'assets')))
  const names = [...files].filter((name) => types[extname(name)] !== undefined)
  const assets = await Promise.all(names.map(async (name) => [name, await readAsset(join(place, 'assets'), name, files)] as const))
  return { html: await readFile(join(place, 'index.html'), 'utf8'), assets: new Map(assets) }
}

async function readAsset(folder: string, name: string, files: ReadonlySet<string>): Promise<Asset> {
  const read = (suffix: string) => (suffix === '' || files.has(name + suffix) ? readFile(join(folder, name + suffix)) : undefined)
  const [identity, br, gzip] = await Promise.all([read('')!, read('.br'), read('.gz')])
  return { type: types[extname(name)]!, bodies: { identity, ...(br ? { br } : {}), ...(gzip ? { gzip } : {}) } }
}
