/** Files that appear under their name when they are whole, and not at all otherwise. */
import { createWriteStream, existsSync, renameSync, rmSync, type WriteStream } from 'node:fs'
import { GatehouseError } from '../errors.ts'

/**
 * Writes `file` (mode 600) by way of FILE.partial, which goes with whatever ends the work: an error, or a signal that ends the
 * process. `open` begins it, anew each time. Errors: `already_exists`, and those of the system, which name the file.
 */
export async function writeWholeFile<T>(file: string, write: (open: () => WriteStream) => Promise<T>): Promise<T> {
  if (existsSync(file)) throw new GatehouseError('already_exists', `${file} is there already; name another file.`)
  const partial = `${file}.partial`
  const remove = () => rmSync(partial, { force: true })
  process.on('exit', remove)
  try {
    const result = await write(() => createWriteStream(partial, { mode: 0o600, flush: true }))
    renameSync(partial, file)
    return result
  } catch (error) {
    remove()
    // A write that fails does not say where.
    if (error instanceof Error && ['write', 'open', 'fsync'].includes((error as NodeJS.ErrnoException).syscall ?? '')) Object.assign(error, { path: file })
    throw error
  } finally {
    process.off('exit', remove)
  }
}
