/** gatehouse efs: a running EFS moves in. */
import type { Command } from 'commander'
import { openSource } from '../connectors/efs/source.ts'
import { readSourceAddress } from '../connectors/efs/source-address.ts'
import { counted } from '../model/counted.ts'
import type { Config } from '../config.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { applyPlan } from '../plans/apply.ts'
import { listSteps, readPlan, type Plan, type PlanStep } from '../store/plans.ts'
import { runAdoption } from '../transfer/adopt-apply.ts'
import { adoptionKind, planAdoption, type AdoptionOptions } from '../transfer/adopt-plan.ts'
import { verifyAdoption, type Verified } from '../transfer/adopt-verify.ts'
import { loadEfsMapping } from '../transfer/efs-mapping.ts'
import { applyLine, tellWhenBrokenOff, tellWhenPlanBrokenOff } from './plan-ways.ts'
import { exitCodeOf, planLines } from './plans.ts'
import { print, progressLine, table, withDatabase } from './run.ts'

interface AdoptOptions {
  map?: string
  plan?: boolean
  apply?: string | true
  timeZone?: string
  json?: boolean
}

export function addEfsCommands(gatehouse: Command): void {
  const efs = gatehouse.command('efs').description('A running EFS: moving in.')
  efs.command('adopt').description('Takes over administrators, panelists, portals, links to Okta, queue and error log of a running EFS: planned row by row, then applied, then compared. EFS is only read.')
    .argument('[address]', 'its database, such as mysql://reader@db.example.com:3306/efs; default: EFS_DATABASE_URL. Put the password into EFS_DATABASE_PASSWORD or EFS_DATABASE_PASSWORD_FILE')
    .option('--map <file>', 'which columns of users and panelists mean what (JSON); without it, columns with usual names are taken')
    .option('--plan', 'makes a plan and shows it; nothing else is written')
    .option('--apply [planId]', 'applies a plan, or goes on with it; without its id, plans first and applies that')
    .option('--time-zone <zone>', 'the zone in which DATETIME columns were written; default: what the server says')
    .option('--json', 'answer for machines')
    .action(adopt)
}

async function adopt(given: string | undefined, options: AdoptOptions): Promise<void> {
  if ((options.plan === true) === (options.apply !== undefined)) throw new GatehouseError('invalid_parameter', 'Say either --plan or --apply.')
  const mapping = options.map === undefined ? {} : await loadEfsMapping(options.map)
  await withDatabase(async ({ config }, operator) => {
    const ctx: Context = { ...operator, actor: { ...operator.actor, source: 'IMPORT' } }
    const planId = typeof options.apply === 'string' ? options.apply : await plan(ctx, config, given, mapping, options.timeZone)
    const verified = options.plan ? undefined : await apply(ctx, planId)
    await report(ctx, planId, verified, options.json)
  })
}

async function plan(ctx: Context, config: Config, given: string | undefined, mapping: Awaited<ReturnType<typeof loadEfsMapping>>, zone: string | undefined): Promise<string> {
  const text = given ?? config.EFS_DATABASE_URL
  if (text === undefined) throw new GatehouseError('invalid_parameter', 'Name the database of EFS, or set EFS_DATABASE_URL.')
  const address = readSourceAddress(text, { password: config.EFS_DATABASE_PASSWORD, passwordFile: config.EFS_DATABASE_PASSWORD_FILE })
  const source = await openSource(address, zone)
  const progress = progressLine('rows read')
  try {
    // What was typed may hold a password.
    return (await tellWhenPlanBrokenOff(ctx, 'the same command', () => planAdoption(ctx, source, address.shown, mapping, (rows) => progress.show(rows)))).id
  } finally {
    progress.end()
    await source.close()
  }
}

async function apply(ctx: Context, planId: string): Promise<Verified> {
  const found = await readPlan(ctx.db, planId)
  if (found.kind !== adoptionKind) throw new GatehouseError('plan_state', `The plan ${planId} is no adoption of EFS.`)
  const progress = progressLine('rows applied')
  await tellWhenBrokenOff(found, (show) => applyPlan(ctx, planId, runAdoption, { progress: show }), progress.show)
  progress.end()
  return verifyAdoption(ctx, planId)
}

async function report(ctx: Context, planId: string, verified: Verified | undefined, json: boolean | undefined): Promise<void> {
  const found = await readPlan(ctx.db, planId)
  const notable = json ? [] : await notTaken(ctx, found)
  print(json, { ...found, verified }, () => [...notable, ...planLines(found), ...totals(found), ...verifiedLines(verified), ...outcome(found)])
  process.exitCode = verified && !verified.agrees ? 1 : exitCodeOf(found)
}

const mostShown = 20

/** What did not come along, row by row: table, number, column, value, reason. */
async function notTaken(ctx: Context, found: Plan): Promise<string[]> {
  const lines: string[] = []
  for (const action of ['error', 'conflict'] as const) {
    const steps = await listSteps(ctx.db, found.id, { count: mostShown, action })
    lines.push(...steps.flatMap(problemLines))
    if ((found.counts[action] ?? 0) > steps.length) lines.push(`… and ${found.counts[action]! - steps.length} more: npx gatehouse plan steps ${found.id} --action ${action}`)
  }
  const failed = await listSteps(ctx.db, found.id, { count: mostShown, failed: true })
  return [...lines, ...failed.map((step) => `${placeOf(step)}: failed: ${(step.result as { detail?: string } | undefined)?.detail ?? ''}`)]
}

const placeOf = ({ source, resource, line, label }: PlanStep) => `${source ?? resource}${line === undefined ? '' : ` ${line}`}${label === undefined ? '' : ` (${label})`}`

function problemLines(step: PlanStep): string[] {
  const problems = (step.problems ?? []) as { column?: string; value?: string; message: string }[]
  return problems.map(({ column, value, message }) => `${step.action} ${placeOf(step)}: ${[column, value === undefined ? undefined : JSON.stringify(value), message].filter((part) => part !== undefined).join(' ')}`)
}

function totals({ options }: Plan): string[] {
  const { tables = {}, tokens = 0, loose = [], source, version, timeZone } = options as unknown as AdoptionOptions
  return [
    '', `From ${source} (${version}), DATETIME in ${timeZone}:`,
    ...table(['table', 'rows', 'taken over'], Object.entries(tables).map(([name, one]) => [name, one.rows, one.taken])),
    ...(loose.length > 0 ? [`${loose.join(', ')}: no InnoDB tables, so that they were not read as of one moment. Let nobody write while you move in.`] : []),
    ...(tokens > 0 ? [`iam_token_data: ${counted(tokens, 'row stays', 'rows stay')} behind, as ${tokens === 1 ? 'a session' : 'sessions'} that somebody could use. People sign in again.`] : []),
  ]
}

function verifiedLines(verified: Verified | undefined): string[] {
  if (!verified) return []
  const { tables, people, agrees } = verified
  return [
    '', 'Compared:',
    ...table(['table', 'taken over', 'here', 'checksum', 'checksum here', ''], tables.map((one) => [one.table, one.taken, one.here, one.checksum.slice(0, 12), one.checksumHere.slice(0, 12), one.agrees ? 'agrees' : `differs: ${one.differing.join(', ') || 'rows are missing'}`])),
    `${counted(people.compared, 'person', 'people')} compared field by field, ${people.differing.length === 0 ? 'none differs' : `these differ: ${people.differing.join(', ')}`}.`,
    agrees ? 'Both sides agree.' : 'Both sides do not agree: rows named above have failed, or have changed here since.',
  ]
}

function outcome(found: Plan): string[] {
  const work = (found.counts.create ?? 0) + (found.counts.update ?? 0)
  if (work === 0) return ['', 'Nothing to do: everything that can be taken over is here already.']
  return found.status === 'planned' ? ['', applyLine(found)] : []
}
