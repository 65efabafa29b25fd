/**
 * Which thread goes first where all cores are busy. Linux has a priority for each thread; elsewhere there is one for
 * the whole process, and nothing is changed.
 */
import { readFile, readdir } from 'node:fs/promises'
import { getPriority, setPriority } from 'node:os'

const ownThreads = '/proc/self/task'

/** How far behind, in steps of nice(2): a third of the time of others, where they want all of it. */
export const workersBehind = 5

/**
 * Puts libuv's threads, which hash passwords for most of their time, behind the event loop and the database. Both want a core for a moment
 * only, and would wait for a hash to give one up: with every core hashing, the delay of the event loop becomes less than half of it, and
 * more people sign in.
 */
export async function putWorkersBehind(): Promise<void> {
  if (process.platform !== 'linux') return
  try {
    // This reading is work for these threads: all of them are there when it comes back.
    for (const thread of await readdir(ownThreads)) {
      const name = await readFile(`${ownThreads}/${thread}/comm`, 'utf8')
      if (name.startsWith('libuv-worker')) setPriority(Number(thread), Math.min(19, getPriority() + workersBehind))
    }
  } catch {
    // Where a sandbox forbids it, or shows no /proc, threads are equal as before.
  }
}
