/** What SECURITY.md promises, and which open hole of a part breaks it: a row of its table that is incomplete, promises too much time, or is past its day. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './house-rules.ts'

export const severities = ['critical', 'high', 'moderate', 'low'] as const

const dayMs = 86_400_000

/** The heads of the tables of the page. */
const heads = {
  severity: ['severity', 'at the latest after'],
  part: ['part', 'advisory', 'severity', 'published', 'mended until', 'what it means here'],
  day: ['day', 'what was found'],
} as const

type Table = keyof typeof heads

const isCells = (line: string) => line.startsWith('|')
const cellsOf = (line: string) => line.replace(/^\|/, '').replace(/(?<!\\)\|$/, '').split(/(?<!\\)\|/).map((cell) => cell.trim())

/** The rows of each table without its head, and lines of cells that stand in none. As Markdown has it, blanks may stand before a row, and nothing but an empty line ends a table. */
function tablesOf(text: string): { rows: Map<Table, string[][]>; astray: string[] } {
  const rows = new Map<Table, string[][]>()
  const astray: string[] = []
  let open: string[][] | undefined
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '') open = undefined
    else if (open) open.push(cellsOf(line))
    else if (isCells(line)) {
      const table = (Object.keys(heads) as Table[]).find((one) => !rows.has(one) && heads[one].join('|') === cellsOf(line).join('|'))
      if (table) rows.set(table, (open = []))
      else astray.push(line)
    }
  }
  for (const [table, all] of rows) rows.set(table, all.filter((row) => !row.every((cell) => /^:?-+:?$/.test(cell))))
  return { rows, astray }
}

/** Days by severity, as the page has them; of one that it does not name, nothing. */
export function daysOf(text: string): Map<string, number> {
  return new Map((tablesOf(text).rows.get('severity') ?? []).flatMap(([severity = '', after = '']) => {
    const days = /^(\d+) days$/.exec(after)?.[1]
    return days === undefined ? [] : [[severity, Number(days)] as const]
  }))
}

/** What is wrong with the open holes at a day, `YYYY-MM-DD`, and what of the page cannot be read. */
export function openFindings(text: string, today: string): string[] {
  const days = daysOf(text)
  const { rows, astray } = tablesOf(text)
  const unread = [
    ...(Object.keys(heads) as Table[]).filter((one) => !rows.has(one)).map((one) => `the table | ${heads[one].join(' | ')} | is missing`),
    ...astray.map((line) => `${line} stands in none of the tables`),
  ]
  return [...unread, ...(rows.get('part') ?? []).flatMap((row): string[] => {
    const [part, advisory, severity = '', published = '', until = ''] = row
    const name = `${part}, ${advisory}`
    const most = days.get(severity)
    const isDay = (one: string) => /^\d{4}-\d\d-\d\d$/.test(one) && !Number.isNaN(Date.parse(one))
    if (row.length !== 6 || row.includes('') || most === undefined || !isDay(published) || !isDay(until)) return [`${name}: needs a part, an advisory, a severity of the table above, two days, and what it means here`]
    if (Date.parse(until) - Date.parse(published) > most * dayMs) return [`${name}: ${until} is more than ${most} days after ${published}, which is what ${severity} has`]
    return until < today ? [`${name}: was to be mended until ${until}`] : []
  })]
}

/** Of the page as it is, today. */
export const vulnerabilityFindings = (): string[] => openFindings(readFileSync(join(root, 'SECURITY.md'), 'utf8'), new Date().toISOString().slice(0, 10))
