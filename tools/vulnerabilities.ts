/** What SECURITY.md promises, and which open hole of a part breaks it: a row of its table that is incomplete, promises too much time, or is past its day. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './house-rules.ts'

export const severities = ['critical', 'high', 'moderate', 'low'] as const

const dayMs = 86_400_000

/** The rows of the table that begins with these words, without its head. */
function tableOf(text: string, head: string): string[][] {
  const lines = text.slice(text.indexOf(`\n| ${head} |`) + 1).split('\n')
  const end = lines.findIndex((line) => !line.startsWith('|'))
  return lines.slice(2, end).map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim()))
}

/** Days by severity, as the page has them; of one that it does not name, nothing. */
export function daysOf(text: string): Map<string, number> {
  return new Map(tableOf(text, 'severity').flatMap(([severity = '', after = '']) => {
    const days = /^(\d+) days$/.exec(after)?.[1]
    return days === undefined ? [] : [[severity, Number(days)] as const]
  }))
}

/** What is wrong with the open holes at a day, `YYYY-MM-DD`. */
export function openFindings(text: string, today: string): string[] {
  const days = daysOf(text)
  return tableOf(text, 'part').flatMap((row): string[] => {
    const [part, advisory, severity = '', published = '', until = ''] = row
    const name = `${part}, ${advisory}`
    const most = days.get(severity)
    const isDay = (one: string) => /^\d{4}-\d\d-\d\d$/.test(one) && !Number.isNaN(Date.parse(one))
    if (row.length !== 6 || row.includes('') || most === undefined || !isDay(published) || !isDay(until)) return [`${name}: needs a part, an advisory, a severity of the table above, two days, and what it means here`]
    if (Date.parse(until) - Date.parse(published) > most * dayMs) return [`${name}: ${until} is more than ${most} days after ${published}, which is what ${severity} has`]
    return until < today ? [`${name}: was to be mended until ${until}`] : []
  })
}

/** Of the page as it is, today. */
export const vulnerabilityFindings = (): string[] => openFindings(readFileSync(join(root, 'SECURITY.md'), 'utf8'), new Date().toISOString().slice(0, 10))
