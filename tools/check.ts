/**
 * `npm run check`: types, lint, the rules of the house, sizes against the ratchet, licences, holes of parts that are open past
 * their time. Ends with 1 when anything was found. `--shrink` lowers the ratchet to today's sizes instead.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { houseFindings, root } from './house-rules.ts'
import { lintFindings, ratchetFile, ratchetFindings, readRatchet, shrink, tooLong } from './house-sizes.ts'
import { licenceFindings } from './licences.ts'
import { vulnerabilityFindings } from './vulnerabilities.ts'

/** The pages are a project of their own: another target, with the DOM. */
const typeFindings = () => [root, join(root, 'console')].flatMap(findingsOfProject)

function findingsOfProject(project: string): string[] {
  const { stdout, status, error } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['--noEmit', '--pretty', 'false', '-p', project], { cwd: root, encoding: 'utf8' })
  if (error) throw error
  const lines = stdout.split('\n').filter((line) => line !== '')
  return status !== 0 && lines.length === 0 ? [`tsc ended with ${status}`] : lines
}

const checks: Record<string, () => string[]> = {
  types: typeFindings,
  lint: lintFindings,
  'house rules': houseFindings,
  sizes: () => ratchetFindings(tooLong(), readRatchet()),
  licences: licenceFindings,
  vulnerabilities: vulnerabilityFindings,
}

if (process.argv.includes('--shrink')) {
  writeFileSync(ratchetFile, `${JSON.stringify(shrink(tooLong(), readRatchet()), null, 2)}\n`)
} else {
  let found = 0
  for (const [name, check] of Object.entries(checks)) {
    const findings = check()
    found += findings.length
    console.log(`${name}: ${findings.length === 0 ? 'fine' : `${findings.length} to mend`}`)
    for (const finding of findings) console.log(`  ${finding}`)
  }
  process.exitCode = found === 0 ? 0 : 1
}
