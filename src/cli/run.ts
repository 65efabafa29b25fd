/** What commands share: the database for as long as they work, answers for people or for machines, progress. */
import type { Context } from '../context.ts'
import { open, type Opened } from '../main.ts'

/** Who runs the command: the account of the operating system, as far as it is known. */
function operator(): string {
  return process.env.SUDO_USER ?? process.env.USER ?? process.env.LOGNAME ?? 'operator'
}

/** Opens the database, does the work in the name of the operator, and closes it again, whatever happens. */
export async function withDatabase<T>(work: (opened: Opened, ctx: Context) => Promise<T>): Promise<T> {
  const opened = await open(process.env, 'client')
  try {
    return await work(opened, opened.context({ source: 'CLI', principal: operator() }))
  } finally {
    await opened.close()
  }
}

/** Prints an answer: the object itself for machines, the lines for people. */
export function print(json: boolean | undefined, object: unknown, lines: () => readonly string[]): void {
  console.log(json ? JSON.stringify(object) : lines().join('\n'))
}

/** A line that tells how far a long command has come, on a terminal only. */
export function progressLine(label: string): { show: (done: number, of?: number) => void; end: () => void } {
  const terminal = process.stderr.isTTY
  let shownAt = 0
  const write = (text: string) => process.stderr.write(`\r\u001b[K${text}`)
  return {
    show(done, of) {
      const now = performance.now()
      if (!terminal || (now - shownAt < 100 && done !== of)) return
      shownAt = now
      write(of === undefined ? `${label} ${done.toLocaleString('en')}` : `${label} ${done.toLocaleString('en')} of ${of.toLocaleString('en')} (${Math.floor((done / Math.max(of, 1)) * 100)} %)`)
    },
    end: () => void (terminal && write('')),
  }
}

/** A table for people: columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly unknown[])[]): string[] {
  const cells = [head, ...rows].map((row) => row.map((cell) => String(cell ?? '')))
  const widths = head.map((_, column) => Math.max(...cells.map((row) => [...row[column]!].length)))
  return cells.map((row) => row.map((cell, column) => cell + ' '.repeat(widths[column]! - [...cell].length)).join('  ').trimEnd())
}
