/** gatehouse access mine and findings: roles that could replace single grants, and what is out of order. */
import { counted } from '../model/counted.ts'
import { InvalidArgumentError, type Command } from 'commander'
import { findings } from '../access/findings.ts'
import { planMining } from '../access/mining-plan.ts'
import { miningNumbers, miningRequest, miningSources, minimiseWords } from '../access/mining-request.ts'
import { proposeRoles, type Proposal } from '../access/mining.ts'
import { findingKinds, findingNames, type FindingKind } from '../model/access-findings.ts'
import { planLines } from './plans.ts'
import { print, readWhole, table, withDatabase } from './run.ts'

const oneOf = (words: readonly string[]) => (text: string) => {
  if (!words.includes(text)) throw new InvalidArgumentError(`must be one of ${words.join(', ')}.`)
  return text
}

/** Below `gatehouse access`. */
export function addMiningCommands(access: Command): void {
  const mine = access.command('mine').description('Proposes roles that give exactly what people were given one by one; changes nothing by itself.')
    .option('--filter <filter>', 'a SCIM filter: whose grants; without it everybody\'s').option('--source <source>', `resources, roles or both: ${miningSources.join(', ')}`, (text: string) => oneOf([...miningSources, 'both'])(text), 'resources')
    .option('--minimise <what>', 'roles: as few as can be; complexity: roles, assignments and contents together', oneOf(minimiseWords), 'roles')
  for (const [name, { default: usual, min, max, doc }] of Object.entries(miningNumbers)) {
    mine.option(`--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} <n>`, doc, readWhole(min, max), usual)
  }
  mine.option('--plan', 'makes a plan of it, to be looked at and applied with `gatehouse plan`').option('--json', 'answer for machines').action(({ json, source, plan, ...options }: { json?: boolean; source: string; plan?: boolean }) => withDatabase(async (_opened, ctx) => {
    const request = miningRequest({ ...options, sources: source === 'both' ? miningSources : [source] })
    if (plan) {
      const made = await planMining(ctx, request)
      return print(json, made, () => planLines(made))
    }
    const found = await proposeRoles(ctx, request)
    print(json, found, () => proposalLines(found))
  }))
  access.command('findings').description('Lists what is needless, empty, unreachable, left behind or out of the ordinary.')
    .argument('<kind>', findingNames.map((name) => `${name}: ${findingKinds[name]}`).join(' '), oneOf(findingNames)).option('--json', 'one JSON object a line')
    .action((kind: FindingKind, options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      let found = 0
      for (let cursor: string | undefined; ;) {
        const { items, next } = await findings(ctx, { kind, count: 1000, cursor })
        found += items.length
        for (const item of items) print(options.json, item, () => [`${item.node}${item.name === undefined ? '' : ` ${item.name}`}: ${item.reason}`])
        if (next === undefined) break
        cursor = next
      }
      if (found === 0 && !options.json) print(false, undefined, () => ['Nothing found.'])
    }))
}

function proposalLines(found: Proposal): string[] {
  if (found.grants === 0) return [`No grants of what can be mined without an end${found.dated === 0 ? '' : ` (${found.dated} with one, left alone)`}: nothing to propose.`]
  const proved = found.atLeast === found.roles.length ? ', the fewest there can be' : `; no exact set has fewer than ${found.atLeast}`
  return [
    `${counted(found.grants, 'single grant')} of ${counted(found.things, 'thing')} to ${counted(found.people, 'person', 'people')}${found.dated === 0 ? '' : ` (and ${found.dated} with an end, left alone)`}.`,
    `${counted(found.roles.length, 'role')}${found.left.length === 0 ? proved : ''}${found.complete ? '' : ' (the time ran out)'}.`,
    `${counted(found.assignments, 'assignment')}, ${counted(found.contents, 'content')}, ${counted(found.left.length, 'grant')} left: ${found.saved} fewer; ${(found.coverage * 100).toFixed(1)} % of the grants are replaced.`, '',
    ...table(['role', 'people', 'holds', 'saves', 'for example'], found.roles.map((one) =>
      [one.name, one.people.length, one.holds.length, one.saves, one.holds.slice(0, 3).map(({ node, name }) => name ?? node).join(', ')])),
  ]
}
