/** Files that a command writes: whole under their name, or not there at all. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type * as Fs from 'node:fs'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll, expect, test, vi } from 'vitest'
import { writeWholeFile } from '../src/transfer/whole-file.ts'
import { fullDisk } from './full-disk.ts'
import { pinnedNode } from './server-process.ts'

vi.mock('node:fs', async (original) => (await import('./full-disk.ts')).withFullDisk(await original<typeof Fs>()))

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-whole-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a file takes its name when it is whole, and takes nobody else\'s', async () => {
  const file = join(folder, 'whole')
  await writeWholeFile(file, async (open) => {
    await pipeline(['all of it'], open())
    expect(existsSync(file)).toBe(false)
  })
  expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['all of it', ['whole']])
  await expect(writeWholeFile(file, async () => {})).rejects.toMatchObject({ code: 'already_exists' })
})

test('who comes first keeps the name, and two at once write no file together', async () => {
  const file = join(folder, 'two')
  const writing = (text: string) => writeWholeFile(file, (open) => pipeline([text.repeat(100_000)], open()))
  const both = await Promise.allSettled([writing('a'), writing('b')])
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(both.find((one) => one.status === 'rejected')!.reason).toMatchObject({ code: 'already_exists' })
  expect([new Set(readFileSync(file, 'utf8')).size, statSync(file).mode & 0o777]).toEqual([1, 0o600])
  const late = join(folder, 'late')
  await expect(writeWholeFile(late, async (open) => {
    await pipeline(['ours'], open())
    writeFileSync(late, 'theirs')
  })).rejects.toMatchObject({ code: 'already_exists' })
  expect([readFileSync(late, 'utf8'), readdirSync(folder).toSorted()]).toEqual(['theirs', ['late', 'two', 'whole']])
  for (const one of [file, late]) rmSync(one)
})

test.runIf(existsSync('/dev/full'))('where the disk is full nothing stays, and the error names the file', async () => {
  const file = join(folder, 'full')
  fullDisk.add(file)
  await expect(writeWholeFile(file, (open) => pipeline(['x'], open()))).rejects.toMatchObject({ code: 'ENOSPC', path: file })
  expect(readdirSync(folder)).toEqual(['whole'])
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s leaves no half file', { timeout: 20_000 }, async (signal) => {
  const [file, program] = [join(folder, signal), join(folder, 'program.ts')]
  const from = (path: string) => JSON.stringify(join(import.meta.dirname, '..', path))
  writeFileSync(program, `
    import { interruptible } from ${from('src/cli/run.ts')}
    import { writeWholeFile } from ${from('src/transfer/whole-file.ts')}
    const closed = { close: async () => {} }
    await interruptible(Promise.resolve(closed), closed.close, () => writeWholeFile(process.argv[2], async (open) => {
      open().write('half', () => console.log('written'))
      await new Promise((resolve) => setTimeout(resolve, 60_000))
    }))`)
  const child = spawn(pinnedNode, [program, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  expect(readdirSync(folder).filter((name) => name.startsWith(signal))).toEqual([expect.stringMatching(/\.partial$/)])
  child.kill(signal)
  expect((await ended)[0]).toBe(signal === 'SIGINT' ? 130 : 143)
  expect(readdirSync(folder).filter((name) => name.startsWith(signal))).toEqual([])
})
