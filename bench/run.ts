/** `npm run bench -- NAME [--json] [--people N] [--small N]`; without a name, all of them. `bench/RESULTS.md` holds past results. */
import { execFileSync } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { access } from './access.ts'
import type { Bench, BenchOptions, Figure } from './bench.ts'
import { create } from './create.ts'
import { filter } from './filter.ts'
import { importStream } from './import-stream.ts'
import { importPeople, importWhole } from './import.ts'
import { list } from './list.ts'
import { massDeleteBench } from './mass-delete.ts'
import { mining } from './mining.ts'
import { oidc } from './oidc.ts'
import { oktaRate } from './okta-rate.ts'
import { readUser } from './read-user.ts'
import { search } from './search.ts'
import { serve } from './serve.ts'
import { signInBench } from './sign-in.ts'
import { syncPlan } from './sync-plan.ts'

const benches: readonly Bench[] = [serve, readUser, filter, search, list, create, importPeople, importWhole, importStream, access, mining, signInBench, oidc, syncPlan, oktaRate, massDeleteBench]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, people: { type: 'string', default: '1000000' }, small: { type: 'string', default: '10000' } },
})
const unknown = positionals.filter((name) => !benches.some((bench) => bench.name === name))
const options: BenchOptions = { people: Number(values.people), small: Number(values.small) }
const usable = Number.isInteger(options.people) && Number.isInteger(options.small) && options.small >= 100 && options.people >= options.small
if (unknown.length > 0 || !usable) {
  console.error(`Usage: npm run bench -- [NAME…] [--json] [--people N] [--small N]\n${benches.map(({ name, doc }) => `  ${name.padEnd(13)} ${doc}`).join('\n')}`)
  process.exit(2)
}

for (const bench of benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  const began = new Date()
  const figures = await bench.run(options)
  const report = { bench: bench.name, date: began.toISOString().slice(0, 16), machine: machine(), commit: commit(), ...options, figures }
  console.log(values.json ? JSON.stringify(report) : lines(bench, report).join('\n'))
  if (figures.some(({ met }) => met === false)) process.exitCode = 1
}

function lines(bench: Bench, report: { date: string; machine: string; commit: string; figures: Figure[] }): string[] {
  return [
    `## ${bench.name}: ${bench.doc}`, '', `${report.date} UTC, ${report.machine}, ${report.commit}`, '',
    '| what | measured | target | |', '|---|---|---|---|',
    ...report.figures.map(({ what, measured, target, met }) => `| ${what} | ${measured} | ${target ?? ''} | ${met === undefined ? '' : met ? 'met' : 'missed'} |`), '',
  ]
}

function machine(): string {
  const [cpu] = cpus()
  return `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`
}

/** The commit that was measured, marked when files differ from it. */
function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=7'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return 'no commit'
  }
}
