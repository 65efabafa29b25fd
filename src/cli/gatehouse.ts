/** The command line's entry: parse, run, and end with 0 (all done), 1 (some items failed) or 2 (refused or wrong use). */
import { CommanderError } from 'commander'
import { GatehouseError } from '../errors.ts'
import { program } from './program.ts'

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2))

try {
  await program().parseAsync(process.argv)
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else {
    console.error(describe(error))
    process.exitCode = 2
  }
}

/** What went wrong, in a sentence and its parts; never a stack trace. DEBUG=gatehouse shows where it came from. */
function describe(error: unknown): string {
  if (process.env.DEBUG === 'gatehouse') return String((error as Error).stack ?? error)
  if (!(error instanceof GatehouseError)) return `gatehouse: something went wrong: ${(error as Error).message} (DEBUG=gatehouse shows more)`
  const problems = error.problems.filter((one) => !error.message.includes(one.message)).map((one) => `  ${one.path ?? ''} ${one.message}`.trimEnd())
  return [`gatehouse: ${error.message} [${error.code}]`, ...problems.slice(0, 20)].join('\n')
}
