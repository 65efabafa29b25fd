/** What commands share: the database for as long as they work, answers for people or for machines, progress. */
import { InvalidArgumentError } from 'commander'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { checkInstant } from '../model/values.ts'
import { open, type Opened } from './open.ts'

/** The whole server, loaded by the commands that need it and no others: most of the time that a short one would take. */
export const wholeServer = () => import('../main.ts')

/** Who runs the command: the account of the operating system, as far as it is known. */
function operator(): string {
  return process.env.SUDO_USER ?? process.env.USER ?? process.env.LOGNAME ?? 'operator'
}

/** A whole number from `min` to `max` on the command line. */
export function readWhole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max) throw new InvalidArgumentError(`must be a whole number from ${min} to ${max}.`)
    return value
  }
}

/** An instant on the command line, such as 2026-11-21T08:00:00Z; a date alone is its beginning in UTC. */
export function readInstant(text: string): string {
  const checked = checkInstant(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text)
  if ('message' in checked) throw new InvalidArgumentError(`${checked.message}.`)
  return checked.value as string
}

const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }

/** What is to be done when a signal ends the process in the middle of some work. */
interface BreakingOff {
  /** Said last, before the process ends. */
  tell: () => void
  /** Puts away what the work has begun, while the database is still there. */
  tidy?: () => Promise<unknown>
}

const underWay = new Set<BreakingOff>()
const tidyingMs = 3000

/** Does work that a signal may break off. */
export async function breakable<T>(onBreak: BreakingOff, work: () => Promise<T>): Promise<T> {
  underWay.add(onBreak)
  return work().finally(() => underWay.delete(onBreak))
}

/** The work itself may fail by what is done here, and is under way no longer then: what is to be said is kept first. */
async function breakOff(): Promise<void> {
  const broken = [...underWay]
  for (const { tell } of broken) process.once('exit', tell)
  const tidied = Promise.allSettled(broken.map(({ tidy }) => tidy?.()))
  if (broken.some(({ tidy }) => tidy)) await Promise.race([tidied, sleep(tidyingMs)])
}

/**
 * Opens something, works with it, and closes it, whatever happens. A signal gives the database back at once, so that no
 * embedded PostgreSQL stays behind; what was under way is rolled back there.
 */
export async function interruptible<O extends { close: () => Promise<void> }, T>(
  opening: Promise<O>, release: (opened: O) => Promise<void>, work: (opened: O) => Promise<T>,
): Promise<T> {
  let interrupted = false
  const onSignal = (signal: NodeJS.Signals) => {
    if (interrupted) return
    interrupted = true
    // Whom nobody reads any more has its exit code already (`gatehouse.ts`); but work that is broken off was not done.
    const own = signals[signal as keyof typeof signals]
    const exitCode = underWay.size > 0 ? own : process.exitCode ?? own
    const end = () => process.exit(exitCode)
    opening.then((opened) => breakOff().then(() => release(opened))).then(end, end)
  }
  const names = Object.keys(signals) as NodeJS.Signals[]
  for (const signal of names) process.on(signal, onSignal)
  try {
    const opened = await opening
    return await work(opened).finally(() => opened.close())
  } catch (error) {
    // The process ends in a moment; that its work was cut off is no news then.
    if (interrupted) await new Promise(() => {})
    throw error
  } finally {
    for (const signal of names) process.off(signal, onSignal)
  }
}

/** Opens the database, does the work in the name of the operator, and closes it again, whatever happens. */
export async function withDatabase<T>(work: (opened: Opened, ctx: Context) => Promise<T>): Promise<T> {
  return interruptible(open(process.env, 'client'), ({ database }) => database.release(),
    (opened) => {
      if (opened.made) console.error(newInstallation(opened))
      return work(opened, opened.context({ source: 'CLI', principal: operator() }))
    })
}

/** A command that was given no place, or a mistyped one, would otherwise answer for an empty directory as if it were the one that was meant. */
const newInstallation = ({ config, database }: Opened): string =>
  `Nothing was there yet, so a new, empty directory has been made in ${database.kind === 'embedded' ? `${config.GATEHOUSE_DATA} (GATEHOUSE_DATA)` : 'the database of DATABASE_URL'}.`

// What people are called must not move the cursor of whoever reads it.
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

// JSON leaves these as they are, and some terminals obey them.
const hidden = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Prints an answer: the object itself for machines, the lines for people. */
export function print(json: boolean | undefined, object: unknown, lines: () => readonly string[]): void {
  console.log(json ? JSON.stringify(object).replace(hidden, escaped) : lines().join('\n').replace(controls, '·'))
}

export interface AnswerOptions {
  exitCode?: boolean
}

/** Of questions that are answered yes or no. They have done what was asked of them either way, and end with 0. */
export const exitCodeOption = ['--exit-code', 'end with 1 when the answer is no'] as const

export function answeredBy({ exitCode }: AnswerOptions, yes: boolean): void {
  if (exitCode && !yes) process.exitCode = 1
}

/** The command as it was given, for a shell. Not for those that may have been given a secret. */
export const asTyped = (): string => ['npx gatehouse', ...process.argv.slice(2).map((one) => (/^[\w./:=@%+,-]+$/.test(one) ? one : `'${one.replaceAll("'", `'\\''`)}'`))].join(' ')

/** A line that tells how far a long command has come, with a bar where the end is known; on a terminal only. */
export function progressLine(label: string): { show: (done: number, of?: number, step?: string) => void; end: () => void } {
  const terminal = process.stderr.isTTY
  let shownAt = 0
  const write = (text: string) => process.stderr.write(`\r\u001b[K${text}`)
  return {
    show(done, of, step = label) {
      const now = performance.now()
      if (!terminal || (now - shownAt < 100 && done !== of)) return
      shownAt = now
      write(of === undefined ? `${step} ${done.toLocaleString('en')}` : `${step} ${bar(done, of)} ${done.toLocaleString('en')} of ${of.toLocaleString('en')}`)
    },
    end: () => void (terminal && write('')),
  }
}

const barWidth = 24

/** `[████████········]  50 %` */
export function bar(done: number, of: number): string {
  const share = of === 0 ? 1 : Math.min(done / of, 1)
  const full = Math.floor(share * barWidth)
  return `[${'█'.repeat(full)}${'·'.repeat(barWidth - full)}] ${String(Math.floor(share * 100)).padStart(3)} %`
}

/** A table for people: columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly unknown[])[]): string[] {
  const cells = [head, ...rows].map((row) => row.map((cell) => String(cell ?? '')))
  const widths = head.map((_, column) => Math.max(...cells.map((row) => [...row[column]!].length)))
  return cells.map((row) => row.map((cell, column) => cell + ' '.repeat(widths[column]! - [...cell].length)).join('  ').trimEnd())
}
