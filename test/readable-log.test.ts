/** The server's log: text on a terminal, JSON anywhere else. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readableLine, terminalLog } from '../src/rest/readable-log.ts'
import { root } from '../tools/house-rules.ts'
import { connectionOf, migratedDatabase } from './database.ts'
import { cleanEnv, dataFolder, pinnedNode } from './server-process.ts'

const common = { level: 30, time: Date.UTC(2026, 10, 27, 21, 4, 5), pid: 7, hostname: 'house' }

test('a line is what happened, and what came with it; nothing in it moves the cursor', () => {
  expect(readableLine(JSON.stringify({ ...common, msg: 'Server listening at http://127.0.0.1:8080' }))).toBe('21:04:05 info: Server listening at http://127.0.0.1:8080\n')
  const err = { type: 'Error', message: 'no \u001b[2J room', stack: 'Error: no room\n    at one (a.ts:1:2)\n    at two (b.ts:3:4)', code: 'ENOSPC' }
  expect(readableLine(JSON.stringify({ ...common, level: 50, reqId: 'r', requestId: 'r', more: { n: 1 }, err, msg: 'internal' })))
    .toBe('21:04:05 error: internal · no ·[2J room · requestId=r · more={"n":1}\n    at one (a.ts:1:2)\n    at two (b.ts:3:4)\n')
})

test('is JSON where nobody reads it', () => {
  expect(terminalLog({ isTTY: false, write: () => true })).toBeUndefined()
})

const terminal = '/usr/bin/script'

test.skipIf(!existsSync(terminal))('the start of a server on a terminal has no JSON in it', { timeout: 60_000 }, async () => {
  const env = { ...cleanEnv({ DATABASE_URL: connectionOf(await migratedDatabase()), GATEHOUSE_DATA: dataFolder() }), SHELL: '/bin/sh' }
  const child = spawn(terminal, ['-qefc', `exec ${pinnedNode} ${join(root, 'bin/gatehouse.js')} serve`, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  let text = ''
  const shown = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += String(chunk)
      if (text.includes('The pages are at')) resolve()
    })
    child.once('exit', () => resolve())
  })
  await shown
  // Ctrl-C, as the terminal passes it on.
  child.stdin.write('\u0003')
  await new Promise((resolve) => child.once('exit', resolve))
  expect(text).toContain('Gatehouse listens on http://127.0.0.1:')
  expect(text).not.toContain('{"')
})
