/** A real Chromium without a window, driven over its DevTools protocol; no package is needed for the little that tests ask. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Where Debian puts it. */
export const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))

export interface Page {
  /** A command of the protocol, to the page. */
  send: (method: string, params?: object) => Promise<unknown>
  /** Evaluates the body of an async function in the page; what it returns. */
  run: (body: string) => Promise<unknown>
  close: () => Promise<void>
}

export async function openPage(url: string): Promise<Page> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-chromium-'))
  const child = spawn(chromium!, ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-dev-shm-usage', '--remote-debugging-port=0', `--user-data-dir=${folder}`, 'about:blank'], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const close = async () => {
    child.kill()
    await ended
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    return await connect(url, folder, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function connect(url: string, folder: string, close: () => Promise<void>): Promise<Page> {
  const portFile = join(folder, 'DevToolsActivePort')
  for (let n = 0; n < 300 && !existsSync(portFile); n++) await sleep(100)
  const port = readFileSync(portFile, 'utf8').split('\n')[0]
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { type: string; webSocketDebuggerUrl: string }[]
  const socket = new WebSocket(targets.find(({ type }) => type === 'page')!.webSocketDebuggerUrl)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  const loaded = Promise.withResolvers<void>()
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error, method } = JSON.parse(String(data)) as { id?: number; result?: unknown; error?: { message: string }; method?: string }
    if (method === 'Page.loadEventFired') loaded.resolve()
    const one = waiting.get(id ?? -1)
    if (error) one?.reject(new Error(error.message))
    else one?.resolve(result)
  })
  let count = 0
  const send: Page['send'] = (method, params = {}) => new Promise((resolve, reject) => {
    waiting.set(++count, { resolve, reject })
    socket.send(JSON.stringify({ id: count, method, params }))
  })
  await send('Page.enable')
  await send('Page.navigate', { url })
  await loaded.promise
  const run: Page['run'] = async (body) => {
    const evaluated = await send('Runtime.evaluate', { expression: `(async () => { ${body} })()`, awaitPromise: true, returnByValue: true, userGesture: true })
    const { result, exceptionDetails } = evaluated as { result: { value: unknown }; exceptionDetails?: { text: string; exception?: { description?: string } } }
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }
  return { send, run, close: async () => {
    socket.close()
    await close()
  } }
}
