/** gatehouse portal mass-delete and portal queue: taking thousands out of a portal, and what becomes of their accounts. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Option, type Command } from 'commander'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { counted } from '../model/counted.ts'
import { harmless } from '../model/harmless.ts'
import type { QueuePopulation } from '../model/queue-states.ts'
import { applyMassDelete } from '../portals/apply-mass-delete.ts'
import { checkFilter, type MassDeleteRequest, type RowText } from '../portals/mass-delete-request.ts'
import { massDeleteKind, planMassDelete } from '../portals/mass-delete.ts'
import { retryQueued } from '../portals/unassignment-queue.ts'
import { documentOfRow, listRows } from '../store/list-rows.ts'
import { readPlan, type Plan } from '../store/plans.ts'
import { countQueue, queueListings } from '../store/unassignment-queue.ts'
import { drainInSlices } from '../sync/drain.ts'
import { countLines } from './sync-report.ts'
import { lineSplitter } from '../transfer/text-lines.ts'
import { openText } from '../transfer/text-source.ts'
import { nextLines, tellWhenBrokenOff } from './plan-ways.ts'
import { exitCodeOf, planLines, queueLines } from './plans.ts'
import { print, progressLine, readWhole, table, wholeServer, withDatabase } from './run.ts'

interface MassDeleteOptions {
  file?: string
  filter?: string
  deletePersons?: boolean
  plan?: boolean
  apply?: string | true
  json?: boolean
}

/** Both below `gatehouse portal`. */
export function addMassDeleteCommands(portals: Command, readPortalId: (text: string) => number): void {
  portals.command('mass-delete').description('Takes everyone whom a file or a filter names out of a portal, at once or not at all; their accounts wait in the queue.')
    .argument('<portal>', 'the number of the portal', readPortalId)
    .option('--file <path>', 'a file with one number of a panelist, id of a person, user name or e-mail address a line; - reads standard input')
    .option('--filter <filter>', 'a SCIM filter over the people of the portal')
    .option('--delete-persons', 'the persons go too, for good; not those who are in another portal or administer EFS')
    .option('--plan', 'makes a plan and shows it; nothing else is written')
    .option('--apply [planId]', 'applies a plan; without its id, plans first and applies that')
    .option('--json', 'answer for machines')
    .action((portalId: number, options: MassDeleteOptions) => withDatabase((_opened, ctx) => massDelete(ctx, portalId, options)))
  addQueueCommands(portals)
}

async function massDelete(ctx: Context, portalId: number, options: MassDeleteOptions): Promise<void> {
  if ((options.plan === true) === (options.apply !== undefined)) throw new GatehouseError('invalid_parameter', 'Say either --plan or --apply.')
  const made = typeof options.apply === 'string' ? await ownPlan(ctx, options.apply, portalId) : await planMassDelete(ctx, portalId, requestOf(options))
  const isApplied = options.apply !== undefined && made.status !== 'stopped'
  const plan = isApplied ? await tellWhenBrokenOff(made, () => applyMassDelete(ctx, made.id)) : made
  const waiting = await queueLines(ctx, plan)
  print(options.json, plan, () => [...planLines(plan), ...unknownLines(plan), ...waiting, ...nextLines(plan), ...(plan.status === 'applied' ? [`Undo it: npx gatehouse plan undo ${plan.id}`] : [])])
  process.exitCode = exitCodeOf(plan)
}

async function ownPlan(ctx: Context, id: string, portalId: number): Promise<Plan> {
  const plan = await readPlan(ctx.db, id)
  if (plan.kind === massDeleteKind && plan.options.portalId === portalId) return plan
  throw new GatehouseError('plan_state', `The plan ${id} is no mass delete of portal ${portalId}.`)
}

function requestOf({ file, filter, deletePersons = false }: MassDeleteOptions): MassDeleteRequest {
  if ((file === undefined) === (filter === undefined)) throw new GatehouseError('invalid_parameter', 'Say whom: either --file or --filter.')
  if (file === undefined) return { filter: checkFilter(filter), deletePersons }
  return { rows: readRows(file), source: file === '-' ? 'standard input' : file, deletePersons }
}

async function* readRows(file: string): AsyncGenerator<RowText[]> {
  const splitter = lineSplitter(1000)
  for await (const chunk of openText(file === '-' ? process.stdin : file).chunks) yield splitter.push(chunk)
  yield splitter.end()
}

function unknownLines({ id, counts }: Plan): string[] {
  return counts.error ? [`${counted(counts.error, 'row names', 'rows name')} nobody to take out: npx gatehouse plan steps ${id} --action error`] : []
}

interface QueueOptions {
  admins?: boolean
  json?: boolean
}

const populationOf = ({ admins }: QueueOptions): QueuePopulation => (admins ? 'admin' : 'panelist')

const option = {
  admins: () => new Option('--admins', 'the queue of administrators, who are numbered apart'),
  json: () => new Option('--json', 'answer for machines'),
}

function addQueueCommands(portals: Command): void {
  const queue = portals.command('queue').description('Accounts that wait to be unassigned in Okta, since their panelist or administrator is gone.')
  queue.command('list', { isDefault: true }).description('Lists them, with what failed and when it is tried again.')
    .addOption(option.admins()).option('--filter <filter>', 'a filter such as \'state eq "dead"\'').option('--count <n>', 'how many at most', readWhole(1, 1000), 100).addOption(option.json())
    .action((options: QueueOptions & { filter?: string; count: number }) => withDatabase(async ({ db }) => {
      const listing = queueListings[populationOf(options)]
      const { rows } = await listRows(db, listing, { filter: options.filter, count: options.count })
      const counts = await countQueue(db, populationOf(options))
      const items = rows.map((row) => documentOfRow(listing, row))
      print(options.json, { counts, items }, () => [
        `${counts.queued} not tried yet, ${counts.waiting} waiting for another attempt, ${counts.dead} given up${counts.next === undefined ? '' : `; the next attempt at ${counts.next}`}`,
        ...(items.length > 0 ? table(['id', 'number', 'account', 'e-mail', 'state', 'attempts', 'next attempt', 'error'], items.map((one) =>
          [one.id, one.userId, one.uuid, one.email, one.state, one.attempts, one.nextAttempt, harmless(one.lastError)])) : []),
      ])
    }))
  queue.command('retry').description('Has accounts tried again that failed or were given up.')
    .argument('[id...]', 'their places in the queue', (text: string, before: number[] | undefined) => [...(before ?? []), readWhole(1, 2_147_483_647)(text)])
    .option('--all', 'all that failed').addOption(option.admins()).addOption(option.json())
    .action((ids: number[] | undefined, options: QueueOptions & { all?: boolean }) => withDatabase(async (_opened, ctx) => {
      const given = ids ?? []
      if ((given.length > 0) === (options.all === true)) throw new GatehouseError('invalid_parameter', 'Say which: their places in the queue, or --all.')
      let retried = 0
      for (const id of options.all ? [null] : given) retried += await retryQueued(ctx, populationOf(options), id)
      print(options.json, { retried }, () => [`${counted(retried, 'account is', 'accounts are')} tried again.`])
    }))
  queue.command('drain').description('Works off what is due, as a running server does every minute (OKTA_ORG_URL, OKTA_API_TOKEN).').addOption(option.json())
    .action((options: QueueOptions) => withDatabase((_opened, ctx) => drain(ctx, options)))
}

const daysMs = 30 * 86_400_000

async function drain(ctx: Context, { json }: QueueOptions): Promise<void> {
  const run = await (await wholeServer()).connectedRun(ctx)
  const progress = progressLine('unassigning')
  let drained = 0
  const report = await drainInSlices(run, {
    sliceMs: 5_000, pauseMs: 250, forMs: daysMs, now: () => performance.now(), sleep: async (ms) => void (await sleep(ms)), onSlice: (slice) => progress.show((drained += slice.drained)),
  })
  progress.end()
  print(json, report, () => [
    `${counted(report.drained, 'account')} dealt with, ${report.failed} failed, ${report.dead} given up`, ...countLines(report.done, 'done'), ...(report.stopped === null ? [] : [`Stopped: ${harmless(report.stopped)}. What was not done stays in the queue.`]),
    ...(report.held === null ? [] : [`Held: ${report.held}.`]),
  ])
  process.exitCode = report.stopped !== null || report.held !== null ? 2 : report.failed > 0 ? 1 : 0
}
