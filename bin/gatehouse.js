#!/usr/bin/env -S node --max-semi-space-size=4 --max-old-space-size=512
// Starts the command line under the Node that this package pins, whichever Node was found first: the sources are
// TypeScript, which that Node runs as it is.
import { spawn } from 'node:child_process'
import module, { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// What a process was started with, everybody on its machine can read: the password in an address goes at once.
if (process.argv.some((one) => /^(?:mysql|mariadb):\/\/[^@]*:[^@]*@/.test(one))) process.title = 'gatehouse efs'

const entry = new URL('../src/cli/gatehouse.ts', import.meta.url)

// A small heap, as the first line asks for, keeps the process at some 200 MB where streams of rows would let it grow.
const heapFlags = ['--max-semi-space-size=4', '--max-old-space-size=512']

if (Number(process.versions.node.split('.')[0]) >= 24) {
  // Kept between runs, what became of the sources halves the time to start; where it cannot be kept, nothing is lost.
  module.enableCompileCache?.(fileURLToPath(new URL('../node_modules/.cache/gatehouse', import.meta.url)))
  await import(entry.href)
} else {
  const packageFile = createRequire(import.meta.url).resolve('node/package.json')
  const child = spawn(join(dirname(packageFile), 'bin', 'node'), [...heapFlags, fileURLToPath(entry), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`gatehouse: the Node that comes with it does not start (${error.message}); "npm ci" brings it.`)
    process.exit(2)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}
