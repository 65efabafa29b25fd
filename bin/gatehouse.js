#!/usr/bin/env -S node --max-semi-space-size=8
// Starts the command line under the Node that this package pins, whichever Node was found first: the sources are
// TypeScript, which that Node runs as it is.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const entry = new URL('../src/cli/gatehouse.ts', import.meta.url)

// A small young generation, as the first line asks for, keeps the process under 300 MB where streams of rows would let
// it grow; measured, the work takes as long.
const heapFlag = '--max-semi-space-size=8'

if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(entry.href)
} else {
  const packageFile = createRequire(import.meta.url).resolve('node/package.json')
  const child = spawn(join(dirname(packageFile), 'bin', 'node'), [heapFlag, fileURLToPath(entry), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`gatehouse: the Node that comes with it does not start (${error.message}); "npm ci" brings it.`)
    process.exit(2)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}
