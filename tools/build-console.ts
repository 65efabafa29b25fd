/**
 * `npm run console`, and the beginning of `npm start`, `npm run demo` and the tests of the pages: makes the bundle of
 * console/ unless the one that is there was made of these very sources. Bundles lie side by side under the hash of what
 * they were made of, so that two builds at once, and a server that still reads an old one, do not disturb each other.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { bundlesFolder, noncePlace } from '../src/pages/bundle.ts'
import { root } from './house-rules.ts'

const consoleFolder = join(root, 'console')

/** The files that a bundle is made of: the pages, the facts of the server's that they may import, and the versions of packages. */
function sources(): string[] {
  const below = (folder: string) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return [...below('console/src'), ...below('src/model'), ...below('src/pages'), ...['console/index.html', 'console/package.json', 'package-lock.json', 'src/errors.ts', 'tools/build-console.ts'].map((one) => join(root, one))].sort()
}

function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file.slice(root.length)}\0`).update(readFileSync(file)).update('\0')
  return hash.digest('hex').slice(0, 16)
}

const currentFile = join(bundlesFolder, 'current')
const currentBundle = () => (existsSync(currentFile) ? readFileSync(currentFile, 'utf8').trim() : undefined)

/**
 * Makes the bundle when it is not there, in a process of its own, whose memory goes with it. Where the bundler is not
 * installed, what is there is kept, and the server does without pages.
 */
export function ensureConsole(): 'kept' | 'made' | 'impossible' {
  if (currentBundle() === hashOf(sources())) return 'kept'
  if (!canBuild()) return 'impossible'
  // Whoever asks for it, a test too, gets what people get: without this a test would be given React for development.
  const env = { ...process.env, NODE_ENV: 'production' }
  const { status, stderr } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--build'], { cwd: root, encoding: 'utf8', env })
  if (status !== 0) throw new Error(`The pages cannot be made: ${stderr}`)
  return 'made'
}

function canBuild(): boolean {
  try {
    createRequire(join(consoleFolder, 'package.json')).resolve('vite')
    return true
  } catch {
    return false
  }
}

async function build(): Promise<void> {
  const hash = hashOf(sources())
  const [place, own] = [join(bundlesFolder, hash), join(bundlesFolder, `${hash}.${process.pid}`)]
  mkdirSync(bundlesFolder, { recursive: true })
  await bundle(own)
  await compress(join(own, 'assets'))
  try {
    renameSync(own, place)
  } catch {
    // Somebody else was as quick, with the same result.
    rmSync(own, { recursive: true })
  }
  const before = currentBundle()
  writeFileSync(`${currentFile}.${process.pid}`, hash)
  renameSync(`${currentFile}.${process.pid}`, currentFile)
  const old = readdirSync(bundlesFolder).filter((name) => /^[0-9a-f]{16}$/.test(name) && name !== hash && name !== before)
  for (const name of old) rmSync(join(bundlesFolder, name), { recursive: true, force: true })
}

async function bundle(outDir: string): Promise<void> {
  const vite = await import('vite')
  await vite.build({
    root: consoleFolder, configFile: false, logLevel: 'warn', publicDir: false,
    // Nothing is inlined: the policy of the pages refuses data: addresses.
    build: { outDir, emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false, target: 'es2022' },
    html: { cspNonce: noncePlace },
  })
}

async function compress(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    const body = readFileSync(join(folder, name))
    writeFileSync(join(folder, `${name}.br`), await promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }))
    writeFileSync(join(folder, `${name}.gz`), await promisify(gzip)(body, { level: 9 }))
  }
}

if (import.meta.main) {
  if (process.argv.includes('--build')) await build()
  else if (ensureConsole() === 'impossible') console.error('The pages are not made: what makes them comes with `npm ci`, without --omit=dev.')
}
