/** gatehouse sync: keeps the people of a portal in step with Okta; and the Okta double to try it on. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { GatehouseError } from '../errors.ts'
import { readPlan, type Plan } from '../store/plans.ts'
import type { ApplyReport } from '../sync/apply.ts'
import { describePlan, describeRun, exitCodeOfRun } from './sync-report.ts'
import { planReconcile, reconcileOrg } from '../sync/reconcile.ts'
import { applySync, planSync, planUndo, syncPortal, undoSync, type SyncRun } from '../sync/run.ts'
import type { TwinProgram } from '../../twin/main.ts'
import { tellWhenBrokenOff, tellWhenPlanBrokenOff, tellWhenRunBrokenOff } from './plan-ways.ts'
import { namePeople } from './name-people.ts'
import { readPortalId } from './portals.ts'
import { asTyped, print, progressLine, readWhole, wholeServer, withDatabase } from './run.ts'
import { addSyncStatusCommands } from './sync-status.ts'

interface SyncOptions {
  portal?: number
  plan?: boolean
  apply?: string | true
  full?: boolean
  reconcile?: boolean
  wait: number
  undo?: string
  json?: boolean
}

export function addSyncCommands(gatehouse: Command, okta: Command): void {
  const command = gatehouse.command('sync').enablePositionalOptions().description('Keeps the people of a portal in step with Okta (OKTA_ORG_URL, OKTA_API_TOKEN).')
    .option('--portal <n>', 'the portal', readPortalId)
    .option('--plan', 'makes a plan and shows it; nothing else is written')
    .option('--apply [planId]', 'applies a plan; without its id, plans first and applies that')
    .option('--full', 'looks at everyone, not only at those with changes')
    .option('--reconcile', 'compares everything with Okta, all portals together')
    .option('--wait <minutes>', 'waits so long for its turn while another run works', readWhole(0, 1440), 0)
    .option('--undo <planId>', 'takes back what a plan did instead; with --plan or --apply')
    .option('--json', 'answer for machines')
    .action(sync)
  addSyncStatusCommands(okta, command)
  gatehouse.command('twin').description('Starts the Okta double: a server that answers as Okta does, to practise on.')
    .requiredOption('--port <n>', 'the port it listens on', readPort)
    .requiredOption('--token <token>', 'the SSWS token it accepts')
    .option('--host <address>', 'the address it listens on', '127.0.0.1')
    .option('--seed <file>', 'what is there from the start (JSON)')
    .option('--faults <file>', 'what goes wrong (JSON)')
    .addOption(new Option('--limits <plan>', 'refuses as an org of this kind would: figures, share of a token, requests at once').choices(['free', 'one-app', 'enterprise', 'workforce']))
    .option('--speed <n>', 'how fast its clock runs: 60 makes a minute of every second', readSpeed, 1)
    .option('--json', 'answer for machines')
    .action(twin)
}

interface TwinOptions {
  port: number
  token: string
  host: string
  seed?: string
  faults?: string
  limits?: TwinProgram['limits']
  speed: number
  json?: boolean
}

async function twin({ seed, faults, json, ...options }: TwinOptions): Promise<void> {
  // No other command needs what the double is made of.
  const { runTwin } = await import('../../twin/main.ts')
  const { url } = await runTwin({ ...options, seedFile: seed, faultsFile: faults }).catch((error: NodeJS.ErrnoException & { causes?: readonly string[] }) => {
    if (error.syscall !== 'listen' && error.syscall !== 'getaddrinfo') throw new GatehouseError('invalid_value', `The double cannot take what it was given: ${[error.message, ...(error.causes ?? [])].join('; ')}`, { cause: error })
    throw new GatehouseError('configuration', `The double cannot listen on ${options.host}, port ${options.port}: ${error.code === 'EADDRINUSE' ? 'another program listens there' : error.code}. Choose another with --port.`, { cause: error })
  })
  print(json, { url }, () => [`The Okta double listens on ${url}`, 'It keeps everything in memory: when it stops, all of it is gone.'])
}

function readSpeed(text: string): number {
  const speed = Number(text)
  if (text === '' || !(speed >= 0 && speed <= 1e6)) throw new InvalidArgumentError('must be a number from 0 to 1000000.')
  return speed
}

function readPort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new InvalidArgumentError('must be a port.')
  return port
}

async function sync(options: SyncOptions): Promise<void> {
  if ((options.plan === true) === (options.apply !== undefined)) throw new GatehouseError('invalid_parameter', 'Say either --plan or --apply.')
  if (typeof options.apply !== 'string' && options.portal === undefined && options.undo === undefined && !options.reconcile) throw new GatehouseError('invalid_parameter', 'Say which portal: --portal N.')
  await withDatabase(async (_opened, ctx) => {
    const progress = progressLine('syncing')
    const run: SyncRun = { ...(await (await wholeServer()).connectedRun(ctx)), turn: { waitMs: options.wait * 60_000 }, onProgress: ({ step, done, of }) => progress.show(done, of, step) }
    if (options.plan) {
      const plan = await tellWhenPlanBrokenOff(ctx, asTyped(), () => plannedAs(run, options))
      progress.end()
      print(options.json, plan, () => [describePlan(plan)])
      process.exitCode = plan.status === 'planned' ? 0 : 2
      return
    }
    const report = await appliedAs(run, options)
    progress.end()
    const named = { ...report, failures: await namePeople(run.ctx, report.failures) }
    print(options.json, report, () => [describeRun(named)])
    process.exitCode = exitCodeOfRun(report)
  })
}

const modeOf = ({ full }: SyncOptions) => (full ? 'full' : 'delta')

function plannedAs(run: SyncRun, options: SyncOptions): Promise<Plan> {
  if (options.undo !== undefined) return planUndo(run, options.undo)
  return options.reconcile ? planReconcile(run) : planSync(run, options.portal!, modeOf(options))
}

async function appliedAs(run: SyncRun, options: SyncOptions): Promise<ApplyReport> {
  const stored = typeof options.apply === 'string' ? await readPlan(run.ctx.db, options.apply) : undefined
  if (stored) return tellWhenBrokenOff(stored, (show) => applySync({ ...run, onProgress: (one) => (one.of === undefined ? run.onProgress!(one) : show(one.done, one.of)) }, stored.id), (done, of) => run.onProgress!({ done, of, failed: 0 }))
  return tellWhenRunBrokenOff(run.ctx, asTyped(), (onPlanned) => {
    const telling = { ...run, onPlanned }
    if (options.undo !== undefined) return undoSync(telling, options.undo)
    return options.reconcile ? reconcileOrg(telling) : syncPortal(telling, options.portal!, modeOf(options))
  })
}
