/**
 * One process at a time starts or stops the embedded server of a data folder. The lock is a file, linked into place, that
 * names its holder (process id and start time, so that a recycled id is not mistaken for the holder). It is held for
 * the moments of starting and stopping only; a holder that was killed leaves a file behind, which the next one removes.
 */
import { readFileSync, renameSync, rmSync, writeFileSync, linkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { GatehouseError } from '../errors.ts'

const patienceMs = 120_000

/** Runs `work` while no other process holds the lock file `path`. Errors: `unavailable` after two minutes' waiting. */
export async function withLockFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  const mine = `${process.pid} ${startOf(process.pid) ?? ''} ${Math.random()}`
  for (let waited = 0; !take(path, mine); waited += 20) {
    if (waited > patienceMs) {
      const holder = read(path)?.split(' ')[0]
      throw new GatehouseError('unavailable', `Process ${holder} has held ${path} for two minutes.`)
    }
    await sleep(20)
  }
  try {
    return await work()
  } finally {
    if (read(path) === mine) rmSync(path, { force: true })
  }
}

/** The file appears with its content or, on a full disk, not at all: an empty one would have no holder to outlive. */
function take(path: string, mine: string): boolean {
  const draft = `${path}.${mine.replaceAll(' ', '-')}.new`
  try {
    writeFileSync(draft, mine, { mode: 0o600 })
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
  const theirs = read(path)
  if (theirs !== undefined && !isHeld(theirs)) remove(path, theirs)
  return false
}

/**
 * Removes a stale lock. Another process may have done so a moment ago and hold a fresh one by now: what we moved away
 * is looked at once more, and put back if it is not the stale one.
 */
function remove(path: string, stale: string): void {
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
    if (read(aside) !== stale) linkSync(aside, path)
  } catch {
    // Somebody was quicker; the next round sees what there is now.
  }
  rmSync(aside, { force: true })
}

function isHeld(content: string): boolean {
  const [pid, start] = content.split(' ')
  return isAlive(Number(pid)) && (!start || startOf(Number(pid)) === start)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** True when the process exists and runs (a zombie does not). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return statOf(pid)?.state !== 'Z'
}

function startOf(pid: number): string | undefined {
  return statOf(pid)?.start
}

/** From /proc/PID/stat (proc(5)), where there is one. The name in parentheses may itself hold spaces. */
function statOf(pid: number): { state: string | undefined; start: string | undefined } | undefined {
  const text = read(`/proc/${pid}/stat`)
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields && { state: fields[0], start: fields[19] }
}
