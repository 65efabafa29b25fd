/**
 * PostgreSQL's programs look for one another by access(2), which knows no capabilities: where they run as another user
 * than root, they must lie where everybody may enter. A checkout in root's home is no such place, so they are copied.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The programs' folder, or that of a copy below `copies` (made when need be) if others cannot reach it. */
export function reachableFolder({ folder, build }: { folder: string; build: string }, copies: string): string {
  if (isOpenToAll(folder)) return folder
  const copy = join(copies, `postgres-${build}`)
  if (!existsSync(copy)) {
    const fresh = `${copy}.new-${process.pid}`
    mkdirSync(copies, { recursive: true })
    chmodSync(copies, 0o755)
    rmSync(fresh, { recursive: true, force: true })
    cpSync(dirname(folder), fresh, { recursive: true, verbatimSymlinks: true })
    openToAll(fresh)
    renameSync(fresh, copy)
  }
  return join(copy, 'bin')
}

/** True when everybody may enter the folder and all those above it. */
function isOpenToAll(folder: string): boolean {
  return (statSync(folder).mode & 0o001) !== 0 && (folder === dirname(folder) || isOpenToAll(dirname(folder)))
}

/** Whatever our umask was: everybody may read, and run what could be run. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) openToAll(path)
    else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644)
  }
}
