/** `gatehouse serve` as a process: what it prints, whom it refuses, how it ends, and what it survives. */
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { workersBehind } from '../src/signin/worker-priority.ts'
import { newMasterKey } from '../src/store/master-key.ts'
import {
  command, dataFolder, databaseOf, eventually, postgresFolder, postmasterOf, processesIn, removeFolders, running, startServer,
  systemNode, type ServerProcess,
} from './server-process.ts'

const folders: string[] = []
/** The folder of a server that was started once and stopped; copied for whoever wants to skip the first start. */
const seasoned = dataFolder()
let firstSaid = ''

beforeAll(async () => {
  const server = await startServer({ GATEHOUSE_DATA: seasoned })
  firstSaid = server.said()
  expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null })
})
afterAll(() => removeFolders(seasoned, ...folders))

function fresh(): string {
  const folder = dataFolder()
  folders.push(folder)
  return folder
}

function used(): string {
  const folder = fresh()
  cpSync(seasoned, folder, { recursive: true })
  chmodSync(postgresFolder(folder)!, 0o700)
  return folder
}

async function addPerson(server: ServerProcess, userName: string): Promise<Response> {
  return server.ask('POST', '/users', { userName, name: { familyName: userName } })
}

async function names(server: ServerProcess): Promise<string[]> {
  const reply = await server.ask('GET', '/users?count=1000')
  expect(reply.status).toBe(200)
  return ((await reply.json()) as { items: { userName: string }[] }).items.map((one) => one.userName)
}

describe('a first start', () => {
  test('prints the one-time password once, and never again', async () => {
    const [, password] = /first administrator is admin; one-time password, shown once: (\S{20})$/m.exec(firstSaid)!
    expect(firstSaid.split(password!)).toHaveLength(2)
    // Nobody finds the server before; and nothing else stands among these lines, of which a pipe gets the same.
    expect(firstSaid.split('\n').map((line) => line.split(' ', 2).join(' '))).toEqual(['The first', 'Gatehouse listens', 'The pages', ''])
    expect(firstSaid).toMatch(/^The pages are at http:\/\/localhost:\d+$/m)
    const server = await startServer({ GATEHOUSE_DATA: used() })
    expect(server.said()).not.toMatch(/password/)
    expect(await names(server)).toEqual(['admin'])
    expect(await server.stop('SIGINT')).toEqual({ code: 0, signal: null })
  })

  test.runIf(process.platform === 'linux')('puts the threads that hash passwords behind the event loop', async () => {
    const server = await startServer({ GATEHOUSE_DATA: used() })
    const { pid } = server.child
    const threads = readdirSync(`/proc/${pid}/task`).map((id) => {
      const name = readFileSync(`/proc/${pid}/task/${id}/comm`, 'utf8').trim()
      return { name, priority: getPriority(Number(id)) - getPriority(pid) }
    })
    expect(threads.filter(({ priority }) => priority !== 0)).toEqual(Array.from({ length: 4 }, () => ({ name: 'libuv-worker', priority: workersBehind })))
    await server.stop('SIGTERM')
  })

  test('leaves no process and no lock when it has been stopped', () => {
    expect(processesIn(seasoned)).toEqual([])
    expect(readdirSync(seasoned).toSorted()).toEqual(['master.key', expect.stringMatching(/^postgres-\d+$/)])
  })

  test('names its own port in addresses when any free one was asked for', async () => {
    const server = await startServer({ GATEHOUSE_DATA: used() })
    const { port } = new URL(server.url)
    expect(Number(port)).toBeGreaterThan(0)
    const reply = await addPerson(server, 'somebody')
    expect(reply.headers.get('location')).toMatch(new RegExp(`^http://localhost:${port}/api/v1/users/`))
    await server.stop('SIGTERM')
  })
})

test('a second server on the folder is refused; commands work beside the server, and without it', async () => {
  const data = used()
  const server = await startServer({ GATEHOUSE_DATA: data })
  const second = await command(['serve'], { GATEHOUSE_DATA: data })
  expect(second).toMatchObject({ code: 2, stdout: '' })
  expect(second.stderr.split('\n')).toEqual([expect.stringMatching(new RegExp(`process ${server.child.pid}\\) already uses .*${data}/postgres`)), ''])

  const inspect = async (file: string) => {
    const made = await command(['keys', 'create', '--user', 'admin', '--name', file, '--json'], { GATEHOUSE_DATA: data })
    const others = await Promise.all([['plan', 'list'], ['backup', join(data, file)], ['doctor']].map((args) => command(args, { GATEHOUSE_DATA: data })))
    for (const { code, stderr } of [made, ...others]) expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(others[2]!.stdout).toMatch(/\nAll is well\.\n$/)
    expect(existsSync(join(data, file))).toBe(true)
    return (JSON.parse(made.stdout) as { token: string }).token
  }
  const token = await inspect('beside')
  expect((await server.ask('GET', '/users', undefined, token)).status).toBe(200)
  await server.stop('SIGTERM')
  await inspect('alone')
  expect(processesIn(data)).toEqual([])
  // Ten processes, one after the other and side by side.
}, 120_000)

describe('told to stop', () => {
  test('twice at once, as a terminal and npm do, and with requests under way', async () => {
    const data = used()
    const server = await startServer({ GATEHOUSE_DATA: data })
    const underway = Array.from({ length: 20 }, (_, index) => addPerson(server, `person-${index}`).then((reply) => reply.status, () => 0))
    await Promise.race(underway)
    expect(await server.stop('SIGINT', 'SIGINT', 'SIGTERM')).toEqual({ code: 0, signal: null })
    expect(processesIn(data)).toEqual([])
    const answered = (await Promise.all(underway)).filter((status) => status === 201).length
    const again = await startServer({ GATEHOUSE_DATA: data })
    expect((await names(again)).length).toBeGreaterThan(answered)
    await again.stop('SIGTERM')
  })

  test('while it still starts', async () => {
    const data = used()
    const starting = command(['serve'], { GATEHOUSE_DATA: data })
    const pid = await eventually(async () => {
      const pidFile = join(postgresFolder(data)!, 'postmaster.pid')
      return Number(readFileSync(pidFile, 'utf8').split('\n')[0])
    })
    const server = serverUsing(data)
    expect(pid).toBeGreaterThan(0)
    process.kill(server, 'SIGTERM')
    expect(await starting).toMatchObject({ code: 0 })
    expect(processesIn(data)).toEqual([])
  })

  test('in the middle of its first start, together with what it has started, as Ctrl-C does', async () => {
    const data = fresh()
    const starting = running(['serve'], { GATEHOUSE_DATA: data }, { ownGroup: true })
    await eventually(async () => expect(readdirSync(data)).toContainEqual(expect.stringMatching(/\.new-\d+$/)))
    process.kill(-starting.pid, 'SIGINT')
    expect(await starting.ended).toMatchObject({ code: 0, stderr: '' })
    expect(processesIn(data)).toEqual([])
    const again = await startServer({ GATEHOUSE_DATA: data })
    expect(await names(again)).toEqual(['admin'])
    await again.stop('SIGTERM')
  })

  test('a command gives the database back', async () => {
    const data = used()
    const busy = command(['generate', '--people', '200000'], { GATEHOUSE_DATA: data })
    await eventually(async () => {
      const db = databaseOf(data)
      await db.first('select 1').finally(() => db.close())
    })
    process.kill(serverUsing(data), 'SIGINT')
    expect(await busy).toMatchObject({ code: 130 })
    expect(processesIn(data)).toEqual([])
  })
})

/** The process of ours that was started with this data folder. */
function serverUsing(data: string): number {
  const pid = readdirSync('/proc').find((one) => {
    try {
      return /^\d+$/.test(one) && readFileSync(`/proc/${one}/environ`, 'utf8').split('\0').includes(`GATEHOUSE_DATA=${data}`)
    } catch {
      return false
    }
  })
  return Number(pid)
}

describe('kill -9', () => {
  test('of the server: the next one takes over what it left', async () => {
    const data = used()
    const killed = await startServer({ GATEHOUSE_DATA: data })
    expect((await addPerson(killed, 'kept')).status).toBe(201)
    expect(await killed.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' })
    const next = await startServer({ GATEHOUSE_DATA: data })
    expect(await names(next)).toEqual(['admin', 'kept'])
    await next.stop('SIGTERM')
    expect(processesIn(data)).toEqual([])
  })

  test('of PostgreSQL under load: 503 for a while, then all is well again, jobs included, without a restart', async () => {
    const data = used()
    const server = await startServer({ GATEHOUSE_DATA: data })
    const refused: Response[] = []
    const made: string[] = []
    let stop = false
    const load = Array.from({ length: 4 }, async (_, worker) => {
      for (let n = 0; !stop; n++) {
        const reply = await addPerson(server, `p-${worker}-${n}`)
        if (reply.status === 201) made.push(`p-${worker}-${n}`)
        else refused.push(reply)
        if (reply.status !== 201) await sleep(20)
      }
    })
    await eventually(async () => expect(made.length).toBeGreaterThan(20))
    process.kill(postmasterOf(data), 'SIGKILL')
    await eventually(async () => expect(refused.length).toBeGreaterThan(0))
    const before = made.length
    await eventually(async () => expect(made.length).toBeGreaterThan(before + 20))
    stop = true
    await Promise.all(load)

    const kinds = new Set(refused.map((reply) => [reply.status, reply.headers.get('content-type'), reply.headers.get('retry-after')].join(' ')))
    expect([...kinds]).toEqual(['503 application/problem+json; charset=utf-8 1'])
    expect(await refused[0]!.json()).toMatchObject({ code: 'unavailable', status: 503 })
    const there = new Set(await allNames(data))
    expect(made.filter((name) => !there.has(name))).toEqual([])
    await jobsRun(data)
    // Whatever a driver hangs onto its errors stays out of the log.
    expect(server.said()).not.toMatch(/connectionParameters|parsedStatements/)
    expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(processesIn(data)).toEqual([])
  })
})

async function allNames(data: string): Promise<string[]> {
  const db = databaseOf(data)
  const rows = await db.query<{ user_name: string }>('select user_name from users').finally(() => db.close())
  return rows.map((row) => row.user_name)
}

async function jobsRun(data: string): Promise<void> {
  const db = databaseOf(data)
  try {
    await db.query(`select graphile_worker.add_job('seal-audit')`)
    await eventually(async () => expect(await db.first('select count(*) as n from graphile_worker.jobs')).toEqual({ n: 0 }))
  } finally {
    await db.close()
  }
}

describe('what stops a start, in one line and with exit code 2', () => {
  const refusal = async (env: Record<string, string>) => {
    const { code, stdout, stderr } = await command(['serve'], env)
    expect({ code, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 2, stdout: '', lines: 1 })
    return stderr
  }

  test('a wrong master key, and a missing one', async () => {
    const data = used()
    const key = newMasterKey()
    const wrong = await refusal({ GATEHOUSE_DATA: data, GATEHOUSE_MASTER_KEY: key })
    expect(wrong).toMatch(/master key of GATEHOUSE_MASTER_KEY is the wrong one/)
    expect(wrong).not.toContain(key)
    rmSync(join(data, 'master.key'))
    expect(await refusal({ GATEHOUSE_DATA: data })).toMatch(/master key is missing.*master\.key/)
    expect(processesIn(data)).toEqual([])
  })

  test('settings that cannot be used, all of them named, no secret shown', async () => {
    const said = await refusal({
      GATEHOUSE_DATA: fresh(), PORT: '80a', TIME_ZONE: 'Mars/Base', LOG_LEVEL: 'loud', TRUST_PROXY: '10.0.0.0/99',
      PUBLIC_URL: 'people.example.com', GATEHOUSE_API_KEY: 'short-secret', DATABASE_POOL_SIZE: '1', TERMINATE_RELATED_USERS: 'yes',
    })
    for (const name of ['PORT', 'TIME_ZONE', 'LOG_LEVEL', 'TRUST_PROXY', 'PUBLIC_URL', 'GATEHOUSE_API_KEY', 'DATABASE_POOL_SIZE', 'TERMINATE_RELATED_USERS']) {
      expect(said).toContain(`${name} must`.replace('TIME_ZONE must', 'TIME_ZONE is not'))
    }
    expect(said).not.toContain('short-secret')
  })

  test('a master key that is none', async () => {
    expect(await refusal({ GATEHOUSE_DATA: used(), GATEHOUSE_MASTER_KEY: 'bad' })).toMatch(/GATEHOUSE_MASTER_KEY must be the Base64 of 32 random bytes/)
  })

  test('a port that is taken, and an address that is not ours', async () => {
    const data = used()
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    expect(await refusal({ GATEHOUSE_DATA: data, PORT: String(port), LOG_LEVEL: 'silent' })).toMatch(new RegExp(`HOST 127.0.0.1, PORT ${port}: another program`))
    taken.close()
    expect(await refusal({ GATEHOUSE_DATA: data, HOST: '192.0.2.1', LOG_LEVEL: 'silent' })).toMatch(/HOST 192\.0\.2\.1.*EADDRNOTAVAIL/)
    expect(processesIn(data)).toEqual([])
  })

  test('a data folder that is a file', async () => {
    const file = join(fresh(), 'file')
    writeFileSync(file, '')
    expect(await refusal({ GATEHOUSE_DATA: file })).toMatch(/GATEHOUSE_DATA/)
  })
})

test('started by whichever Node comes first: exit codes and signals pass through', async () => {
  const data = used()
  expect(await command(['--version'], { GATEHOUSE_DATA: data }, systemNode)).toMatchObject({ code: 0 })
  expect(await command(['plan', 'show', 'none'], { GATEHOUSE_DATA: data }, systemNode)).toMatchObject({ code: 2 })
  const server = await startServer({ GATEHOUSE_DATA: data }, systemNode)
  expect(await names(server)).toEqual(['admin'])
  expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(processesIn(data)).toEqual([])
})
