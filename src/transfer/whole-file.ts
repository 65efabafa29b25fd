/** Files that appear under their name when they are whole, and not at all otherwise. */
import { randomBytes } from 'node:crypto'
import { createWriteStream, existsSync, linkSync, renameSync, rmSync, type WriteStream } from 'node:fs'
import { GatehouseError } from '../errors.ts'

/** A name beside a file that nobody else has or could know: what stands under a known one may be a link, or be written by two at once. */
export const besideFile = (file: string, what: string): string => `${file}.${randomBytes(4).toString('hex')}.${what}`

/**
 * Writes `file` (mode 600) by way of one beside it, FILE.….partial, which goes with whatever ends the work: an error, or a signal that ends
 * the process. `open` begins it, anew each time. Errors: `already_exists`, also for one that came meanwhile, and those of the system, which
 * name the file.
 */
export async function writeWholeFile<T>(file: string, write: (open: () => WriteStream) => Promise<T>): Promise<T> {
  if (existsSync(file)) throw isThere(file)
  const partial = besideFile(file, 'partial')
  const remove = () => rmSync(partial, { force: true })
  process.on('exit', remove)
  try {
    const result = await write(() => {
      remove()
      return createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true })
    })
    nameFile(partial, file)
    return result
  } catch (error) {
    // A write that fails does not say where.
    if (error instanceof Error && ['write', 'open', 'fsync'].includes((error as NodeJS.ErrnoException).syscall ?? '')) Object.assign(error, { path: file })
    throw error
  } finally {
    remove()
    process.off('exit', remove)
  }
}

const isThere = (file: string) => new GatehouseError('already_exists', `${file} is there already; name another file.`)

/** Renaming would take the place of a file that has come meanwhile; a second name cannot. */
function nameFile(partial: string, file: string): void {
  try {
    linkSync(partial, file)
  } catch {
    // There are file systems without second names.
    if (existsSync(file)) throw isThere(file)
    renameSync(partial, file)
  }
}
