/** gatehouse delegations: to which people somebody who administers is restricted. */
import type { Command } from 'commander'
import { addDelegation, removeDelegation } from '../access/delegations.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { readThings } from '../store/access-edges.ts'
import { listDelegations, type Delegation } from '../store/delegations.ts'
import { idOf } from './find-by-name.ts'
import { print, table, withDatabase } from './run.ts'

interface AddOptions {
  org?: string
  group?: string
  reports?: boolean
  /** Without what is below. */
  alone?: boolean
  json?: boolean
}

const kinds = { ORGANIZATION: 'the people of', GROUP: 'the members of', REPORTS: 'their own reports' } as const

/** In words, for people. */
function told({ kind, target, withDescendants }: Delegation, names: ReadonlyMap<string, string>): string {
  const below = kind === 'REPORTS' ? 'and whom those supervise' : 'and what is below'
  return [kinds[kind], target === undefined ? undefined : names.get(target) ?? target, withDescendants ? below : 'alone'].filter((part) => part !== undefined).join(' ')
}

/** What the organisations and groups of some delegations are called. */
async function namesOf(ctx: Context, some: readonly Delegation[]): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  for (const [kind, letter] of [['ORGANIZATION', 'o'], ['GROUP', 'g']] as const) {
    const ids = some.flatMap((one) => (one.kind === kind ? one.target ?? [] : []))
    for (const [id, { name }] of await readThings(ctx.db, letter, ids)) names.set(id, name ?? id)
  }
  return names
}

async function read(ctx: Context, { org, group, reports, alone }: AddOptions): Promise<object> {
  if ([org, group, reports].filter((one) => one !== undefined).length !== 1) throw new GatehouseError('invalid_value', 'Say to whom by exactly one of --org, --group, --reports.')
  const withDescendants = alone !== true
  if (reports) return { kind: 'REPORTS', withDescendants }
  return org === undefined
    ? { kind: 'GROUP', target: await idOf(ctx, 'g', group!), withDescendants }
    : { kind: 'ORGANIZATION', target: await idOf(ctx, 'o', org), withDescendants }
}

export function addDelegationCommands(gatehouse: Command): void {
  const delegations = gatehouse.command('delegations').description('To which people somebody who administers is restricted; without any they administer everybody.')
  delegations.command('list').description('Lists the delegations of a person.').argument('<user>', 'their user name or id').option('--json', 'answer for machines')
    .action((user: string, options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const found = await listDelegations(ctx.db, await idOf(ctx, 'u', user))
      const names = await namesOf(ctx, found)
      print(options.json, found, () => (found.length === 0 ? ['None: whoever has rights here has them about everybody.'] : table(['id', 'restricts to', 'since'], found.map((one) => [one.id, told(one, names), one.created]))))
    }))
  delegations.command('add').description('Restricts a person to the people of an organisation, of a group, or to their own reports.').argument('<user>', 'their user name or id')
    .option('--org <name>', 'the people of an organisation').option('--group <name>', 'the members of a group').option('--reports', 'whom they supervise')
    .option('--alone', 'without what is below: organisations, groups, or the reports of reports').option('--json', 'answer for machines')
    .action((user: string, options: AddOptions) => withDatabase(async (_opened, ctx) => {
      const made = await addDelegation(ctx, await idOf(ctx, 'u', user), await read(ctx, options))
      const names = await namesOf(ctx, [made])
      print(options.json, made, () => [`${user} may administer ${told(made, names)}; as far as their other delegations go.`, `Take it away: npx gatehouse delegations remove ${user} ${made.id}`])
    }))
  delegations.command('remove').description('Takes a delegation away; without the last one they administer everybody.').argument('<user>', 'their user name or id').argument('<id>', 'the id of the delegation')
    .option('--json', 'answer for machines')
    .action((user: string, id: string, options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const userId = await idOf(ctx, 'u', user)
      await removeDelegation(ctx, userId, id)
      const left = await listDelegations(ctx.db, userId)
      print(options.json, { id, removed: true, left: left.length }, () => [left.length === 0 ? `${user} is restricted no longer and may administer everybody that their roles allow.` : `Removed; ${left.length} left.`])
    }))
}
