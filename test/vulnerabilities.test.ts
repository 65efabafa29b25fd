/** SECURITY.md: within which times holes of parts are mended, how they are looked for, and that what is open past its time does not pass. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../tools/house-rules.ts'
import { daysOf, openFindings, severities } from '../tools/vulnerabilities.ts'

const page = readFileSync(join(root, 'SECURITY.md'), 'utf8')
const head = '| part | advisory | severity | published | mended until | what it means here |\n|---|---|---|---|---|---|\n'
const open = (...cells: string[]) => page.replace(head, `${head}| ${cells.join(' | ')} |\n`)

test('a time is promised for every severity, the shorter the worse it is', () => {
  const days = severities.map((severity) => daysOf(page).get(severity) ?? 0)
  expect(days.every((one) => one > 0)).toBe(true)
  expect(days).toEqual(days.toSorted((a, b) => a - b))
  expect([daysOf(page).get('critical'), daysOf(page).get('high')]).toEqual([7, 30])
})

test('the page says how holes and newer versions are looked for, and the pages that readers begin with lead to it', () => {
  for (const command of ['npm audit', 'npm outdated', 'npm sbom', 'npm run check']) expect(page).toContain(`\n    ${command}`)
  for (const file of ['README.md', 'docs/security.md']) expect(readFileSync(join(root, file), 'utf8')).toContain('SECURITY.md)')
})

test('what is open passes within its time and no longer', () => {
  const row = (severity: string, until: string) => open('pad', 'GHSA-1', severity, '2026-11-01', until, 'nothing reaches it')
  expect(page).toContain(head)
  expect(openFindings(row('critical', '2026-11-08'), '2026-11-08')).toEqual([])
  expect(openFindings(row('critical', '2026-11-08'), '2026-11-09')).toEqual(['pad, GHSA-1: was to be mended until 2026-11-08'])
  expect(openFindings(row('critical', '2026-11-09'), '2026-11-02')).toEqual(['pad, GHSA-1: 2026-11-09 is more than 7 days after 2026-11-01, which is what critical has'])
  expect(openFindings(row('low', '2027-01-30'), '2026-11-30')).toEqual([])
  for (const wrong of [row('dreadful', '2026-11-08'), row('high', 'soon'), row('high', '2026-13-08'), open('pad', 'GHSA-1', 'high', '2026-11-01', '2026-11-08', ''), open('pad')]) expect(openFindings(wrong, '2026-11-02')).toHaveLength(1)
})

test('no row is passed over in silence', () => {
  const past = '| pad | GHSA-1 | critical | 2026-11-01 | 2026-11-08 | nothing reaches it |'
  const isPast = 'pad, GHSA-1: was to be mended until 2026-11-08'
  const at = (rows: string) => openFindings(page.replace(head, head + rows), '2026-11-09')
  expect(openFindings(page, '2026-11-09')).toEqual([])
  const fine = past.replaceAll('-08', '-09').replaceAll('-01', '-02').replace('pad', 'other')
  expect(at(`${fine}\n  ${past}\n`)).toEqual([isPast])
  expect(at(`${past.slice(0, -2)}\n`)).toEqual([isPast])
  expect(at(`${past}\r\n`)).toEqual([isPast])
  expect(at(`\n${past}\n`)).toEqual([`${past} stands in none of the tables`])
  expect(at(`\n  ${past}\n`)).toEqual([`${past} stands in none of the tables`])
  expect(at(`pad, GHSA-1, critical\n`)).toMatchObject([expect.stringContaining('needs a part')])
  // The table at the end of the file, without a newline.
  const days = page.slice(0, page.indexOf('| part |'))
  const last = page.slice(page.indexOf('| day |'))
  expect(openFindings(`${last}\n${days}${head}${past}`, '2026-11-09')).toEqual([isPast])
})

test('a head that is missing or reworded is told', () => {
  for (const one of ['| severity | at the latest after |', head.split('\n')[0]!, '| day | what was found |']) {
    expect(openFindings(page.replace(one, one.replace('| ', '| the ')), '2026-11-09')).toEqual(expect.arrayContaining([`the table ${one} is missing`, `${one.replace('| ', '| the ')} stands in none of the tables`]))
    expect(openFindings(page.replace(one, ''), '2026-11-09')).toContain(`the table ${one} is missing`)
  }
})
