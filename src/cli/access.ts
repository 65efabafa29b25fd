/** gatehouse access, groups, roles, resources: giving and taking access, and the things that are given. */
import type { Command } from 'commander'
import { createAccessRecord, groupKind, readAccessRecord, resourceKind, roleKind } from '../access/access-records.ts'
import { putEdge, removeEdge } from '../access/edges.ts'
import { grantRequest, planGrants } from '../access/grants.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { edgeKinds, nodeTypes, type EdgeKind, type Letter } from '../model/access-edges.ts'
import type { Document } from '../model/attribute.ts'
import { periodOf } from '../model/edge-terms.ts'
import { documentOf } from '../model/rows.ts'
import type { RecordKind } from '../records/record-kind.ts'
import { momentOf } from '../store/access-walk.ts'
import { listEdges } from '../store/list-edges.ts'
import { listIds } from '../store/list-records.ts'
import { readPlan } from '../store/plans.ts'
import { loadRecords } from '../store/records.ts'
import { allResourceTypes } from '../store/resource-types.ts'
import { idOf, namePath } from './find-by-name.ts'
import { nextLines, tellWhenBrokenOff } from './plan-ways.ts'
import { exitCodeOf, planLines } from './plans.ts'
import { print, progressLine, readInstant, table, wholeServer, withDatabase } from './run.ts'

interface Ends {
  user?: string
  group?: string
  role?: string
  resource?: string
  org?: string
  filter?: string
  toGroup?: string
  toRole?: string
  toResource?: string
  toOrg?: string
}

interface GrantOptions extends Ends {
  start?: string
  /** An instant, or `never`. */
  end?: string
  right?: string[]
  description?: string
  all?: boolean
  apply?: boolean
  json?: boolean
}

const sources = [['user', 'u'], ['group', 'g'], ['role', 'r'], ['resource', 's'], ['org', 'o']] as const
const targets = [['toGroup', 'g'], ['toRole', 'r'], ['toResource', 's']] as const

/** People are put into organisations where they are administered; many at once here too. */
const planTargets = [...targets, ['toOrg', 'o']] as const

function endOf(options: Ends, ends: readonly (readonly [keyof Ends, Letter])[], what: string): { letter: Letter; name: string } {
  const given = ends.filter(([option]) => options[option] !== undefined)
  if (given.length !== 1) throw new GatehouseError('invalid_value', `Say ${what} by exactly one of ${ends.map(([option]) => `--${option.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}`).join(', ')}.`)
  return { letter: given[0]![1], name: options[given[0]![0]]! }
}

async function pairOf(ctx: Context, options: Ends): Promise<{ kind: EdgeKind; source: string; target: string }> {
  const [source, target] = [endOf(options, sources, 'who it is about'), endOf(options, targets, 'what it is about')]
  const kind = edgeKinds.find((one) => one.kind === source.letter + target.letter)
  if (!kind) throw new GatehouseError('invalid_value', `A ${nodeTypes[source.letter]} cannot have a ${nodeTypes[target.letter]}.`)
  return { kind, source: await idOf(ctx, source.letter, source.name), target: await idOf(ctx, target.letter, target.name) }
}

const termsOf = ({ start, end, right, description }: GrantOptions): Document =>
  ({ ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end: end === 'never' ? null : end }), ...(right ? { rights: right } : {}), ...(description === undefined ? {} : { description }) })

/** The same for everyone a filter finds: a plan, applied when asked. */
async function planFor(ctx: Context, operation: 'assign' | 'unassign', options: GrantOptions): Promise<void> {
  const target = endOf(options, planTargets, 'what it is about')
  const named = { [nodeTypes[target.letter].toLowerCase()]: await idOf(ctx, target.letter, target.name) }
  const made = await planGrants(ctx, grantRequest({ kind: 'bulk', operation, filter: options.filter, includeHidden: options.all, options: { ...named, ...termsOf(options) } }))
  if (options.apply) {
    const progress = progressLine('applying')
    const { planKinds } = await wholeServer()
    await tellWhenBrokenOff(made, (show) => planKinds.grants!.apply(ctx, made.id, show), progress.show)
    progress.end()
  }
  const plan = await readPlan(ctx.db, made.id)
  print(options.json, plan, () => [...planLines(plan), ...(options.apply ? [] : nextLines(plan))])
  process.exitCode = exitCodeOf(plan)
}

function withEnds(command: Command): Command {
  return command
    .option('--user <userName>', 'a person').option('--filter <filter>', 'everyone a SCIM filter finds: makes a plan').option('--all', 'with --filter: hidden people too')
    .option('--group <name>', 'a group').option('--role <name>', 'a role').option('--resource <name>', 'a resource').option('--org <name>', 'an organisation')
    .option('--to-group <name>', 'the group').option('--to-role <name>', 'the role').option('--to-resource <name>', 'the resource').option('--to-org <name>', 'with --filter: the organisation')
    .option('--start <instant>', 'the period that begins then, such as 2026-11-21 or 2026-11-21T08:00:00Z', readInstant)
    .option('--apply', 'with --filter: apply the plan at once').option('--json', 'answer for machines')
}

/** Giving and taking, below `gatehouse access`; and the things that are given. */
export function addAccessCommands(gatehouse: Command, access: Command): void {
  withEnds(access.command('grant').description('Gives a group, role or resource to a person, group, role, resource or organisation, from when to when.'))
    .option('--end <instant>', 'when it ends, that instant excluded; never: not even after the duration that a group or role sets', (text: string) => (text === 'never' ? text : readInstant(text)))
    .option('--right <id...>', 'the rights it carries').option('--description <text>', 'a note, or the request that granted it')
    .action((options: GrantOptions) => withDatabase(async (_opened, ctx) => {
      if (options.filter !== undefined) return planFor(ctx, 'assign', options)
      const { kind, source, target } = await pairOf(ctx, options)
      const { edge, created } = await putEdge(ctx, kind.kind, source, target, termsOf(options))
      return print(options.json, { ...edge, isNew: created }, () => [`${created ? 'Made' : 'Already there, now as asked'}: ${kind.label}, ${periodOf(edge)}.`])
    }))
  withEnds(access.command('revoke').description('Takes it away: the period with that start, or the only one.'))
    .action((options: GrantOptions) => withDatabase(async (_opened, ctx) => {
      if (options.filter !== undefined) return planFor(ctx, 'unassign', options)
      const { kind, source, target } = await pairOf(ctx, options)
      const removed = await removeEdge(ctx, kind.kind, source, target, options.start)
      return print(options.json, { removed }, () => [removed ? `Removed: ${kind.label}.` : 'There was nothing to remove.'])
    }))
  for (const [name, letter, kind, noun] of [['groups', 'g', groupKind, 'group'], ['roles', 'r', roleKind, 'role'], ['resources', 's', resourceKind, 'resource']] as const) addRecordCommands(gatehouse, name, letter, kind, noun)
}

interface ListOptions {
  filter?: string
  q?: string
  json?: boolean
}

function addRecordCommands(gatehouse: Command, name: string, letter: 'g' | 'r' | 's', kind: RecordKind, noun: string): void {
  const path = namePath(letter)
  const records = gatehouse.command(name).description(`The ${name} that access is made of.`)
  records.command('list').description(`Lists ${name} by name.`).option('--filter <filter>', 'a SCIM filter').option('--q <words>', 'words that begin words of the name')
    .option('--json', 'one JSON object a line').action((options: ListOptions) => withDatabase(async (_opened, ctx) => listAll(ctx, kind, path, options)))
  const create = records.command('create').description(`Makes a ${noun}.`).requiredOption('--name <name>', 'its name').option('--description <text>', 'what it is for').option('--json', 'answer for machines')
  if (letter === 's') create.requiredOption('--type <id>', 'the id of a resource type (`resources types` lists them); NO-PROVISION-APP for what needs no accounts of its own')
  create.action((options: { name: string; description?: string; type?: string; json?: boolean }) => withDatabase(async (_opened, ctx) => {
    const made = await createAccessRecord(ctx, kind, { [path]: options.name, description: options.description, ...(options.type === undefined ? {} : { resourceType: options.type }) })
    print(options.json, made, () => [`${kind.resource.name} ${String(made.id)}: ${options.name}`])
  }))
  if (letter === 's') {
    records.command('types').description('Lists the types of resources that there are.').option('--json', 'answer for machines').action((options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const types = await allResourceTypes(ctx.db)
      print(options.json, types, () => table(['id', 'description', 'may stand below others'], types.map((one) => [one.id, one.description, one.supportsHierarchy])))
    }))
  }
  records.command('show').description(`Shows a ${noun}, and how many people have it directly.`).argument('<name>', 'its name or id').option('--json', 'answer for machines')
    .action((given: string, options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const record = await readAccessRecord(ctx.db, kind, await idOf(ctx, letter, given))
      const { total } = await listEdges(ctx.db, edgeKinds.find((one) => one.kind === `u${letter}`)!, 'target', record.id as string, { count: 1, total: true, moment: momentOf(ctx.now(), undefined) })
      print(options.json, { ...record, people: total }, () => table(['attribute', 'value'], [...Object.entries(record).filter(([key]) => key !== 'meta'), ['people', total]]))
    }))
}

async function listAll(ctx: Context, { resource }: RecordKind, path: string, { filter, q, json }: ListOptions): Promise<void> {
  const documents: Document[] = []
  for (let cursor: string | undefined; ;) {
    const page = await listIds(ctx.db, resource, { filter, q, sortBy: path, count: 500, cursor })
    const records = await loadRecords(ctx.db, resource, page.ids)
    for (const id of page.ids) {
      const document = records.has(id) ? documentOf(resource, records.get(id)!) : undefined
      if (document && json) print(true, document, () => [])
      else if (document) documents.push(document)
    }
    if (page.next === undefined) break
    cursor = page.next
  }
  if (!json) print(false, documents, () => table(['id', 'name', 'status', 'description'], documents.map((one) => [one.id, one[path], one.status, one.description])))
}
