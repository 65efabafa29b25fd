/** The log for somebody at a terminal: a line an event, as everything else there; what came with it stands behind, a stack below. */
import { harmless } from '../model/harmless.ts'

const levels: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' }

/** One line of the JSON log (pino's names) as text, its instant in UTC. */
export function readableLine(line: string): string {
  const { level, time, msg, err, pid: _pid, hostname: _host, reqId: _id, ...rest } = JSON.parse(line) as Record<string, unknown> & { err?: { message?: string; stack?: string } }
  const more = [...(err === undefined ? [] : [err.message]), ...Object.entries(rest).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)]
  const stack = (err?.stack ?? '').split('\n').filter((one) => /^\s+at /.test(one)).map((one) => `    ${harmless(one.trim())}\n`)
  return `${new Date(Number(time)).toISOString().slice(11, 19)} ${levels[Number(level)] ?? level}: ${[msg, ...more].map(harmless).join(' · ')}\n${stack.join('')}`
}

/** Where the server's log goes: to a terminal as text; else undefined, and it stays JSON on standard output. */
export const terminalLog = (out: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>): { write: (line: string) => void } | undefined =>
  (out.isTTY ? { write: (line) => void out.write(readableLine(line)) } : undefined)
