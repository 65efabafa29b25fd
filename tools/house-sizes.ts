/**
 * How long files and functions may be: 500 and 70 lines. `tools/ratchet.json` lists those that are longer today, with
 * their sizes; the list may shrink and never grow. oxlint counts, since it parses every file anyway.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './house-rules.ts'

const most = { file: 500, function: 70 }

// Tests hold cases in `describe` callbacks, which are lists more than functions.
const counting = {
  plugins: ['eslint'],
  categories: { correctness: 'off' },
  rules: { 'eslint/max-lines': ['error', { max: most.file }], 'eslint/max-lines-per-function': ['error', { max: most.function, IIFEs: true }] },
  overrides: [{ files: ['**/test/**', '**/*.test.ts'], rules: { 'eslint/max-lines-per-function': 'off' } }],
}

/** Lines by what is too long: `twin/search-index.ts createSearchIndex` or a file's path. */
export type Ratchet = Record<string, number>

export const ratchetFile = join(root, 'tools/ratchet.json')

export function readRatchet(): Ratchet {
  return JSON.parse(readFileSync(ratchetFile, 'utf8')) as Ratchet
}

interface Diagnostic {
  message: string
  filename: string
}

/** What is too long in the code below `folder`. */
export function tooLong(folder: string = root): Ratchet {
  const temporary = mkdtempSync(join(tmpdir(), 'gatehouse-sizes-'))
  try {
    const config = join(temporary, 'oxlint.json')
    writeFileSync(config, JSON.stringify(counting))
    return Object.fromEntries(diagnose(folder, ['-c', config]).flatMap(sizeOf).toSorted())
  } finally {
    rmSync(temporary, { recursive: true })
  }
}

function sizeOf({ message, filename }: Diagnostic): [string, number][] {
  const inFunction = /^The (?:function|method) ?(?:`([^`]*)`)?.* too many lines \((\d+)\)/.exec(message)
  if (inFunction) return [[`${filename} ${inFunction[1] ?? '(anonymous)'}`, Number(inFunction[2])]]
  const inFile = /^File has too many lines \((\d+)\)/.exec(message)
  return inFile ? [[filename, Number(inFile[1])]] : []
}

/** What stands against the list: something long that is not on it, something that has grown, an entry to lower or strike out. */
export function ratchetFindings(today: Ratchet, listed: Ratchet): string[] {
  const grown = Object.entries(today).flatMap(([what, lines]) => {
    const before = listed[what]
    if (before === undefined) return [`${what}: has ${lines} lines; split it (files ${most.file}, functions ${most.function} at most)`]
    return lines > before ? [`${what}: has grown from ${before} to ${lines} lines; split it`] : []
  })
  const shrunk = Object.entries(listed).flatMap(([what, before]) => {
    const lines = today[what]
    return lines === undefined || lines < before ? [`tools/ratchet.json: ${what} has shrunk; run node tools/check.ts --shrink`] : []
  })
  return [...grown, ...shrunk]
}

/** The list with lower numbers and without what is no longer too long; nothing is added. */
export function shrink(today: Ratchet, listed: Ratchet): Ratchet {
  return Object.fromEntries(Object.entries(listed).flatMap(([what, before]) =>
    today[what] === undefined ? [] : [[what, Math.min(before, today[what])]]))
}

/** What oxlint says of the code below `folder`: `path:line:column: message [rule]`. */
export function lintFindings(folder: string = root): string[] {
  const output = run(folder, ['-c', join(root, '.oxlintrc.json'), '--format', 'unix'])
  return output.split('\n').filter((line) => /^[^ ]+:\d+:\d+: /.test(line))
}

function diagnose(folder: string, options: string[]): Diagnostic[] {
  return (JSON.parse(run(folder, [...options, '--format', 'json'])) as { diagnostics: Diagnostic[] }).diagnostics
}

/** oxlint's output, whether it found anything (and so failed) or not. */
function run(folder: string, options: string[]): string {
  try {
    return execFileSync(join(root, 'node_modules/.bin/oxlint'), options, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 })
  } catch (error) {
    const { stdout, status } = error as { stdout?: string; status?: number }
    if (status === 1 && stdout) return stdout
    throw error
  }
}
