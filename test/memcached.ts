/** A real memcached in a test, on a free port, as nobody; or why there is none. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const program = ['/usr/bin/memcached', '/usr/local/bin/memcached'].find((path) => existsSync(path))

/** Empty when memcached is there. */
export const memcachedMissing = program === undefined ? 'memcached is not there: apt-get install memcached' : ''

export interface Memcached {
  address: string
  port: number
  /** Ends it at once, with all that it holds. */
  kill: () => Promise<void>
  /** Starts it anew on the same port, empty. */
  start: () => Promise<void>
}

export async function startMemcached(): Promise<Memcached> {
  const port = await freePort()
  let child: ChildProcess | undefined
  const start = async () => {
    const asNobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
    const [command = program!, ...args] = [...asNobody, program!, '-l', '127.0.0.1', '-p', String(port), '-U', '0', '-m', '16']
    child = spawn(command, args, { stdio: 'ignore' })
    for (let waited = 0; !(await answers(port)); waited += 20) {
      if (waited > 10_000 || child.exitCode !== null) throw new Error('memcached does not start')
      await sleep(20)
    }
  }
  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child!.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }
  await start()
  return { address: `memcached://127.0.0.1:${port}`, port, kill, start }
}

/** Asks it something in its own words, as whoever else can reach it would. */
export async function tellMemcached(port: number, words: Buffer | string, until: RegExp): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  socket.on('data', (data) => (heard += data.toString('latin1')))
  socket.write(words)
  for (let waited = 0; !until.test(heard) && waited < 5_000; waited += 5) await sleep(5)
  socket.destroy()
  return heard
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => void probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

const answers = (port: number) => new Promise<boolean>((resolve) => {
  const socket = connect(port, '127.0.0.1')
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false)).once('close', () => resolve(false))
  socket.once('connect', () => socket.destroy())
})
