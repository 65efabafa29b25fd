/** The command line's entry: parse, run, and end with 0 (all done), 1 (some items failed) or 2 (refused or wrong use). */
import { CommanderError } from 'commander'
import { GatehouseError } from '../errors.ts'

/** What stands against a file that was named, in the words of people. */
const fileTroubles: Record<string, string> = {
  ENOENT: 'is not there',
  EEXIST: 'is there already',
  EACCES: 'may not be opened by you',
  EPERM: 'may not be changed by you',
  EISDIR: 'is a folder',
  ENOTDIR: 'lies below something that is no folder',
  ENOSPC: 'finds no room on its disk',
  EFBIG: 'would be larger than a file may be here',
  EROFS: 'lies on a disk that cannot be written to',
}

// A reader that has seen enough (`| head`) is no error. Whatever is open is given back first, as when told to end. By SIGTERM: a
// listener of SIGPIPE would hear of every connection that anybody breaks off.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exitCode = error.code === 'EPIPE' ? 0 : 2
  if (!process.emit('SIGTERM', 'SIGTERM')) process.exit()
})

try {
  const [first, second] = process.argv.slice(2)
  const program = first === 'keys' && second === 'ssh' ? (await import('./ssh-program.ts')).sshProgram() : (await import('./program.ts')).program()
  await program.parseAsync(process.argv)
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
  const { code = '', path } = error as NodeJS.ErrnoException
  if (path !== undefined && fileTroubles[code] !== undefined) return `gatehouse: ${path} ${fileTroubles[code]}. [${code}]`
  if (path === undefined && code === 'ENOSPC') return `gatehouse: a disk has no room left: that of the data folder (GATEHOUSE_DATA), of the temporary files, or the one that is written to. Make room and repeat the command. [${code}]`
  if (!(error instanceof GatehouseError)) return `gatehouse: something went wrong: ${(error as Error).message} (DEBUG=gatehouse shows more)`
  const problems = error.problems.filter((one) => !error.message.includes(one.message)).map((one) => `  ${one.path ?? ''} ${one.message}`.trimEnd())
  return [`gatehouse: ${error.message} [${error.code}]`, ...problems.slice(0, 20)].join('\n')
}
