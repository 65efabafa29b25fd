/**
 * A database whose disk runs full, really: the data folder is a small file system of its own in memory, in a mount
 * namespace that ends with the server.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { dataFolder, databaseOf, eventually, pinnedNode, processesIn, removeFolders, startServer, type ServerProcess } from './server-process.ts'

const data = dataFolder()
afterAll(() => removeFolders(data))

const mount = `mount -t tmpfs -o size=192m,mode=700 tmpfs '${data}'`

const nothingMounted = 'nothing may be mounted here; run as root, or allow user namespaces'

/** The words that give what follows a namespace in which the data folder is small; undefined where none is allowed. */
function smallDisk(): string[] | undefined {
  const ways = [['unshare', '--mount'], ['unshare', '--user', '--map-root-user', '--mount']]
  const way = ways.find(([program = '', ...args]) => spawnSync(program, [...args, 'sh', '-c', mount]).status === 0)
  return way && [...way, 'sh', '-c', `${mount} && exec "$@"`, 'sh']
}

/** Writes until nothing more fits. */
function fill(file: string): void {
  const out = openSync(file, 'w')
  try {
    for (let size = 2 ** 20; size >= 1;) {
      try {
        writeSync(out, Buffer.alloc(size, 1))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        size /= 4
      }
    }
  } finally {
    closeSync(out)
  }
}

interface Written {
  kept: string[]
  refused: Response[]
}

async function write(server: ServerProcess, written: Written, name: string): Promise<boolean> {
  const reply = await server.ask('POST', '/users', { userName: name, name: { familyName: name }, title: 'x'.repeat(100) })
  if (reply.status === 201) written.kept.push(name)
  else written.refused.push(reply)
  return reply.status === 201
}

const roomForRows = 6 * 2 ** 20

/** Uses up the write-ahead log that is there already, so that PostgreSQL needs a new piece of it. */
async function useUpLog(inside: string): Promise<void> {
  const db = databaseOf(inside)
  const message = () => db.query(`select pg_logical_emit_message(true, 'test', repeat('x', 4000000))`)
  await expect((async () => {
    for (let n = 0; n < 50; n++) await message()
  })()).rejects.toMatchObject({ code: 'disk_full' })
  await db.close()
}

test.for(['rows', 'the log'])('a write for which there is no room (%s) is refused with 507, loses nothing, and works again once there is room', { timeout: 60_000 }, async (what, { skip }) => {
  const prefix = smallDisk()
  if (!prefix) skip(nothingMounted)
  const server = await startServer({ GATEHOUSE_DATA: data }, pinnedNode, prefix)
  const inside = join('/proc', String(server.child.pid), 'root', data)
  const filler = join(inside, 'filler')
  const written: Written = { kept: [], refused: [] }
  for (let n = 0; n < 20; n++) expect(await write(server, written, `before-${n}`)).toBe(true)

  fill(filler)
  if (what === 'the log') {
    truncateSync(filler, statSync(filler).size - roomForRows)
    await useUpLog(inside)
  }
  for (let n = 0; written.refused.length === 0; n++) {
    expect(n).toBeLessThan(500)
    await Promise.all(Array.from({ length: 20 }, (_, index) => write(server, written, `during-${n}-${index}`)))
  }
  for (let n = 0; n < 5; n++) await write(server, written, `full-${n}`)
  const answers = new Set(written.refused.map((reply) => `${reply.status} ${reply.headers.get('content-type')}`))
  expect([...answers]).toEqual(['507 application/problem+json; charset=utf-8'])
  expect(await written.refused[0]!.json()).toMatchObject({ code: 'disk_full', status: 507 })

  rmSync(filler)
  await eventually(async () => expect(await write(server, written, `after-${Math.random()}`)).toBe(true))
  const reply = await server.ask('GET', '/users?count=1000&attributes=userName')
  const { items } = (await reply.json()) as { items: { userName: string }[] }
  const there = new Set(items.map((one) => one.userName))
  expect(written.kept.slice(0, 900).filter((name) => !there.has(name))).toEqual([])
  expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(processesIn(data)).toEqual([])
})

test('a server that is told to stop while its disk is full ends, and leaves no process behind', { timeout: 60_000 }, async ({ skip }) => {
  const prefix = smallDisk()
  if (!prefix) skip(nothingMounted)
  const server = await startServer({ GATEHOUSE_DATA: data }, pinnedNode, prefix)
  const inside = join('/proc', String(server.child.pid), 'root', data)
  expect(processesIn(data)).not.toEqual([])
  fill(join(inside, 'filler'))
  await useUpLog(inside)
  expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(processesIn(data)).toEqual([])
})
