/** `npm run demo` as somebody uses it: it says where things are, its commands work when pasted, and it leaves nothing behind. */
import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { isAlive } from '../src/store/embedded-lock.ts'
import { root } from '../tools/house-rules.ts'
import { memoryFolder } from './memory-folder.ts'

const node = createRequire(import.meta.url).resolve('node/bin/node')
const folder = memoryFolder('gatehouse-try-')
// Whatever database the tests themselves use, the demo has its own.
const { DATABASE_URL: _url, GATEHOUSE_MASTER_KEY: _key, ...inherited } = process.env
const taken = createServer()
const hasCurl = spawnSync('curl', ['--version']).status === 0

afterAll(() => {
  taken.close()
  rmSync(folder, { recursive: true, force: true })
})

async function startDemo() {
  taken.listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const env = { ...inherited, TMPDIR: folder, PORT: String(port) }
  const child = spawn(node, ['tools/demo.ts', '--people', '150'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const lines: string[] = []
  for await (const line of createInterface(child.stdout)) {
    lines.push(line)
    if (line.startsWith('Ctrl-C')) break
  }
  child.stdout.resume()
  return { child, ended, lines, port }
}

async function paste(command: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: root, env: inherited })
  return stdout
}

/** What is told of the mass delete adds up, from line to line. */
function reconciled(lines: readonly string[]): void {
  const numbers = (what: string, pattern: RegExp) => {
    const line = lines.find((one) => one.startsWith(`    ${what} `))
    expect(line).toMatch(pattern)
    return pattern.exec(line!)!.slice(1).map(Number) as [number, number, number, number, number, number]
  }
  const [people, linked, open, theirs, others] = numbers('before', /(\d+) people are in the portal, (\d+) of them with an account; (\d+) accounts are open in Okta: those (\d+), and (\d+) of nobody in this portal$/)
  expect([theirs, theirs + others]).toEqual([linked, open])
  const [toGo] = numbers('stopped', /(\d+) people to take out of a portal at once, and the limit is \d/)
  numbers('released', /by demo, because: The survey is over/)
  const [left, all, stay, those, queued, without] = numbers('applied', /in one transaction: (\d+) of the (\d+) have left \((\d+) stays?: .*\); of those (\d+), (\d+) have an account, which waits in the queue, and (\d+) have none$/)
  expect([left, left + stay, those, queued + without]).toEqual([toGo, people, left, left])
  expect([all, queued > 0]).toEqual([people, true])
  const [out, closed, kept] = numbers('in Okta', /those (\d+) accounts are out of the portal's group: (\d+) deactivated, and (\d+) left open/)
  expect([out, closed + kept, closed > 0]).toEqual([queued, queued, true])
  expect(numbers('undone', /(\d+) people are in the portal under the same numbers, (\d+) of them with an account; (\d+) accounts are open in Okta: those (\d+), and (\d+) others, as before$/)).toEqual([people, linked, open, linked, others])
}

test('starts beside another server, works as printed, and leaves nothing behind', async ({ skip }) => {
  if (!hasCurl) skip('there is no curl; apt-get install curl')
  const { child, ended, lines, port } = await startDemo()
  try {
    expect(lines[0]).toMatch(/^The Okta double|^Port \d+ is in use/)
    expect(lines).toContainEqual(expect.stringMatching(`^Port ${port} is in use; \\d+ is taken instead`))
    expect(lines.filter((line) => /^The portal ".+" \(\d+ people\) in step/.test(line))).toHaveLength(2)
    reconciled(lines)
    const commands = lines.filter((line) => /^(curl|GATEHOUSE_DATA)/.test(line))
    expect(commands).toHaveLength(3)
    const [, name] = /^1\. Find (.+) by typing/.exec(lines.find((line) => line.startsWith('1.'))!)!
    const [found, changed, synced] = [await paste(commands[0]!), await paste(commands[1]!), await paste(commands[2]!)]
    expect(JSON.parse(found).items.map((one: { displayName: string }) => one.displayName)).toEqual([name])
    expect(JSON.parse(changed)).toMatchObject({ displayName: name, title: 'Keeper of the Gate' })
    const [report, done, account] = synced.split('\n')
    expect([report, done]).toEqual([expect.stringMatching(/: of 1 step, all done\.$/), '       1  account updated'])
    expect(JSON.parse(account!).profile).toMatchObject({ displayName: name, title: 'Keeper of the Gate' })
    const [, data] = /^ +data +(\S+)/.exec(lines.find((line) => /^ +data/.test(line))!)!
    const postgres = readdirSync(data!).find((one) => /^postgres-\d+$/.test(one))!
    const postmaster = Number(readFileSync(join(data!, postgres, 'postmaster.pid'), 'utf8').split('\n')[0])
    expect(isAlive(postmaster)).toBe(true)
    child.kill('SIGINT')
    expect(await ended).toEqual([0, null])
    expect(existsSync(data!)).toBe(false)
    expect(readdirSync(folder)).toEqual([])
    expect(isAlive(postmaster)).toBe(false)
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}, 120_000)
