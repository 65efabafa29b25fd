/**
 * Where the embedded PostgreSQL puts its unix socket. The data folder itself is best: nobody else may enter it. The
 * system limits a socket's path to about a hundred bytes, so a longer folder gets a private one among the temporary
 * files, whose name is remembered in the data folder.
 */
import { chownSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Launch } from './embedded-binaries.ts'

// 104 bytes on macOS with the closing zero, 108 on Linux; "/.s.PGSQL.5432.lock" comes behind the folder.
const longestFolder = 84

/** The folder for the socket of `folder`, made when need be: the same one at every start as long as it exists. */
export function socketFolderFor(folder: string, launch: Launch): string {
  if (Buffer.byteLength(folder) <= longestFolder) return folder
  const memory = join(folder, 'socket-folder')
  const before = remembered(memory)
  if (before !== undefined && isPrivate(before, launch)) return before
  const fresh = mkdtempSync(join(tmpdir(), 'gatehouse-'))
  writeFileSync(memory, fresh)
  if (launch.owner && process.getuid?.() === 0) {
    for (const path of [fresh, memory]) chownSync(path, launch.owner.uid, launch.owner.gid)
  }
  return fresh
}

/** Removes the temporary folder, when there is one; the server must have stopped. */
export function forgetSocketFolder(folder: string): void {
  const memory = join(folder, 'socket-folder')
  const before = remembered(memory)
  if (before?.startsWith(join(tmpdir(), 'gatehouse-'))) rmSync(before, { recursive: true, force: true })
  rmSync(memory, { force: true })
}

function remembered(memory: string): string | undefined {
  try {
    return readFileSync(memory, 'utf8')
  } catch {
    return undefined
  }
}

/** Anybody may make folders among the temporary files: only one that is ours and closed to others will do. */
function isPrivate(path: string, launch: Launch): boolean {
  try {
    const stat = lstatSync(path)
    return stat.isDirectory() && (stat.mode & 0o077) === 0 && stat.uid === (launch.owner?.uid ?? process.getuid?.())
  } catch {
    return false
  }
}
