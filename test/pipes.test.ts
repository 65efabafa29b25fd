/** Lists that come by a pipe (`<(…)`, a FIFO): read whole however late and slowly they come, and no signal waits for who writes them. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { openText } from '../src/transfer/text-source.ts'
import { memoryFolder } from './memory-folder.ts'
import { cleanEnv, eventually, pinnedNode, processesIn, removeFolders, startServer } from './server-process.ts'

const folder = memoryFolder('gatehouse-pipes-')
afterAll(() => removeFolders(folder))

function pipe(name: string): string {
  const path = join(folder, name)
  execFileSync('mkfifo', [path])
  return path
}

/** A program of its own that reads a path to its end: a thread of the tests would close a second time what a pipe was opened as. */
function reader(name: string, path: string) {
  const from = (file: string) => JSON.stringify(join(import.meta.dirname, '..', file))
  const program = join(folder, `${name}.ts`)
  writeFileSync(program, `
    import { interruptible } from ${from('src/cli/run.ts')}
    import { openText } from ${from('src/transfer/text-source.ts')}
    const closed = { close: async () => {} }
    console.error('reads')
    const parts = await interruptible(Promise.resolve(closed), closed.close, async () => Array.fromAsync(openText(process.argv[2]).chunks))
    process.stdout.write(parts.join(''))
  `)
  return spawn(pinnedNode, [program, path], { stdio: ['ignore', 'pipe', 'pipe'] })
}

test('who writes late and in pieces is heard to the end', { timeout: 30_000 }, async () => {
  const path = pipe('late')
  const child = reader('late', path)
  const said = child.stdout.setEncoding('utf8').toArray()
  await once(child.stderr, 'data')
  await sleep(300)
  const writer = await open(path, 'w')
  for (const part of ['\ufeffAda\nGr', 'ace\n', 'é'.repeat(300_000)]) {
    await writer.writeFile(part)
    await sleep(100)
  }
  await writer.close()
  expect((await said).join('')).toBe(`Ada\nGrace\n${'é'.repeat(300_000)}`)
})

test('what is not there is told as ever', async () => {
  await expect(openText(join(folder, 'none')).chunks.next()).rejects.toMatchObject({ code: 'invalid_file', message: expect.stringContaining('ENOENT') })
})

test.for(['nobody', 'silent'])('Ctrl-C while %s writes ends the process', { timeout: 30_000 }, async (who) => {
  const path = pipe(who)
  const child = reader(who, path)
  try {
    await once(child.stderr, 'data')
    const writer = who === 'silent' ? await open(path, 'w') : undefined
    await sleep(500)
    child.kill('SIGINT')
    const ended = await Promise.race([once(child, 'exit'), sleep(10_000, 'still there', { ref: false })])
    expect(ended).toEqual([130, null])
    await writer?.close()
  } finally {
    child.kill('SIGKILL')
  }
})

test('whom nobody reads any more gives the database back', { timeout: 60_000 }, async () => {
  const data = join(folder, 'unread')
  const child = spawn(pinnedNode, [join(import.meta.dirname, '..', 'bin/gatehouse.js'), 'serve'], { env: cleanEnv({ GATEHOUSE_DATA: data, PORT: '0' }), stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.stdout.destroy()
  expect((await once(child, 'exit'))[0]).toBe(0)
  await eventually(async () => expect(processesIn(data)).toEqual([]))
})

test('whoever breaks off an answer of the server ends nothing but their connection', { timeout: 60_000 }, async () => {
  const server = await startServer({ GATEHOUSE_DATA: join(folder, 'broken'), PORT: '0' })
  const { hostname, port } = new URL(server.url)
  for (let round = 0; round < 5; round++) {
    const client = connect(Number(port), hostname)
    await once(client, 'connect')
    // It reads nothing, says that it asks no more, and goes: what the server writes then breaks its pipe.
    client.pause().end('GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(40))
    await sleep(200)
    client.destroy()
    await sleep(200)
  }
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
  expect((await server.stop('SIGTERM')).code).toBe(0)
})
