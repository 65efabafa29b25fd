/** The embedded server's log is kept small: two files of ten megabytes at most, without a process to do it. */
import { copyFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

const limitBytes = 10 * 1024 * 1024

/** Moves a log that has grown too large aside, over the previous one. PostgreSQL goes on in the emptied file. */
export function limitLog(folder: string, limit = limitBytes): void {
  const file = join(folder, 'postgres.log')
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) <= limit) return
  try {
    copyFileSync(file, `${file}.1`)
  } catch {
    // No room for both on a full disk: then the newer one must not keep what is left of it.
  }
  truncateSync(file)
}
