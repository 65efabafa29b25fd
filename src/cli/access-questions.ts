/** gatehouse access: may they, what do they have, who has it, why, why not, what if. The answers of REST, read on a terminal. */
import { InvalidArgumentError, type Command } from 'commander'
import { readFileSync } from 'node:fs'
import { accessOf, allPeopleOf, askedMoment, mayAccess, thingLetter, thingTypes, type Held } from '../access/effective.ts'
import { why, whyNot, type Explanation, type ShownStep, type Thing } from '../access/explain.ts'
import { whatIf, type Effect } from '../access/what-if.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { counted } from '../model/counted.ts'
import { isObject } from '../model/attribute.ts'
import { nodeTypes, type Letter, type NodeType } from '../model/access-edges.ts'
import type { Check } from '../store/access-of-person.ts'
import { userNamesOf } from '../store/sessions.ts'
import { namedId, namedIdAt, namedNode } from './find-by-name.ts'
import { answeredBy, exitCodeOption, print, readInstant, table, withDatabase, type AnswerOptions } from './run.ts'

interface Options {
  type?: NodeType
  right?: string
  at?: string
  json?: boolean
}

/** Asks in the name of the operator; what is not found was not found by its name either. */
const asked = <T>(question: (ctx: Context) => Promise<T>): Promise<T> => withDatabase((_opened, ctx) => question(ctx).catch((error: unknown) => {
  if (!(error instanceof GatehouseError) || error.code !== 'not_found') throw error
  throw new GatehouseError('not_found', error.message.replace('User with the id ', 'User with the user name or id ').replace(/(?<=(Group|Role|Organization|Resource)) with the id (?!or)/, ' with the name or id '), { cause: error })
}))

/** Below `gatehouse access`. */
export function addAccessQuestionCommands(access: Command): void {
  const question = (name: string, doc: string) => access.command(name).description(doc).argument('<person>', 'the user name or id of the person').argument('<resource>', 'the name or id of the resource, or of what else --type says')
    .option('--type <type>', `one of ${thingTypes.join(', ')}; Resource when absent`, readType).option('--right <id>', 'a right that the last edge must carry').option('--at <instant>', 'the moment asked about; now when absent', readInstant).option('--json', 'answer for machines')
  const checkOf = async (ctx: Context, user: string, given: string, { right, type, at }: Options): Promise<Check> => {
    const letter = thingLetter(type) ?? 's'
    // A resource is asked about by its name in the letters that it has; here in any.
    const resource = letter === 's' ? await namedIdAt(ctx, 's', given, askedMoment(ctx, at)) : given
    return { user: await namedId(ctx, 'u', user), resource, letter, ...(right === undefined ? {} : { right }) }
  }
  question('check', 'Says whether a person has a resource, role, group or organisation.').option(...exitCodeOption)
    .action((user: string, resource: string, options: Options & AnswerOptions) => asked(async (ctx) => {
      const allowed = await mayAccess(ctx, await checkOf(ctx, user, resource, options), askedMoment(ctx, options.at))
      print(options.json, { allowed }, () => [allowed ? 'yes' : 'no'])
      answeredBy(options, allowed)
    }))
  for (const [name, doc, explain] of [['why', 'Says why a person has a resource: every path that gives it.', why], ['why-not', 'Says why a person does not have a resource: the nearest paths, and what is missing.', whyNot]] as const) {
    question(name, doc).action((user: string, resource: string, options: Options) => asked(async (ctx) => {
      const answer = await explain(ctx, await checkOf(ctx, user, resource, options), askedMoment(ctx, options.at))
      print(options.json, answer, () => explained(answer))
    }))
  }
  addListCommands(access)
}

function addListCommands(access: Command): void {
  access.command('list').description('Lists everything a person has.').argument('<person>', 'the user name or id of the person').option('--type <type>', `only one of ${thingTypes.join(', ')}`, readType)
    .option('--at <instant>', 'the moment asked about; now when absent', readInstant).option('--json', 'answer for machines')
    .action((given: string, options: Options & { type?: NodeType }) => asked(async (ctx) => {
      const user = await namedId(ctx, 'u', given)
      const moment = askedMoment(ctx, options.at)
      const items: Held[] = []
      let [active, cursor]: [boolean, string | undefined] = [true, undefined]
      do {
        const page = await accessOf(ctx, user, moment, { count: 10_000, ...(options.type ? { type: options.type } : {}), ...(cursor === undefined ? {} : { cursor }) })
        items.push(...page.items)
        ;({ active, next: cursor } = page)
      } while (cursor !== undefined)
      print(options.json, { active, items }, () => active ? table(['kind', 'name', 'id', 'how', 'rights'], items.map((one) => [one.type, one.name, one.id, howOf(one), one.rights.join(' ')])) : ['The person was not there or not active at this moment, and so has nothing.'])
    }))
  access.command('people').description('Lists the people who have a resource, or something else; as lines of JSON for machines.').argument('<thing>', 'its name or id').option('--type <type>', `one of ${thingTypes.join(', ')}; Resource when absent`, readType)
    .option('--right <id>', 'a right that the last edge must carry').option('--at <instant>', 'the moment asked about; now when absent', readInstant).option('--json', 'answer for machines')
    .action((given: string, options: Options & { type?: NodeType }) => asked(async (ctx) => {
      const letter = thingLetter(options.type) ?? 's'
      // Whatever it is, it is found by the name that it had at the moment asked about.
      const thing = await namedIdAt(ctx, letter, given, askedMoment(ctx, options.at))
      for await (const lines of await allPeopleOf(ctx, letter, thing, options)) {
        if (options.json) process.stdout.write(lines)
        else {
          const people = lines.trimEnd().split('\n').map((line) => JSON.parse(line) as { id: string; displayName?: string })
          const userNames = await userNamesOf(ctx.db, people.map(({ id }) => id))
          print(false, undefined, () => people.map(({ id, displayName }) => `${userNames.get(id) ?? id}  ${displayName ?? ''}`.trimEnd()))
        }
      }
    }))
  access.command('what-if').description('Says who would gain and lose what; nothing is changed.').argument('[file]', 'JSON: {"changes": […]} as POST /access/what-if takes it; - for standard input')
    .option('--delete <type:id>', 'as if something were deleted, such as Role:Clerk, by its name or id; may be given again', (text: string, before: string[] = []) => [...before, text])
    .option('--at <instant>', 'the moment ahead that is asked about; now when absent', readInstant).option('--json', 'answer for machines')
    .action((file: string | undefined, options: { delete?: string[]; at?: string; json?: boolean }) => asked(async (ctx) => {
      const body = await proposed(ctx, file, await Promise.all((options.delete ?? []).map((text) => namedNode(ctx, text))))
      const effect = await whatIf(ctx, options.at === undefined ? body : { ...body, at: options.at })
      print(options.json, effect, () => foretold(effect))
    }))
}

const howOf = ({ direct, inherited, everyone }: Held) => [direct && 'direct', inherited && 'inherited', everyone && 'everyone'].filter(Boolean).join(', ')

function readType(text: string): NodeType {
  const type = thingTypes.find((one) => one.toLowerCase() === text.toLowerCase())
  if (!type) throw new InvalidArgumentError(`must be one of ${thingTypes.join(', ')}.`)
  return type
}

async function proposed(ctx: Context, file: string | undefined, deleted: readonly string[]): Promise<object> {
  const deletions = deleted.map((text) => {
    const at = text.indexOf(':')
    return { op: 'delete', type: text.slice(0, at), id: text.slice(at + 1) }
  })
  if (file === undefined) return { changes: deletions }
  const body = readChanges(file)
  if (!isObject(body) || (body.changes !== undefined && !Array.isArray(body.changes))) throw new GatehouseError('invalid_file', `${file}: must be {"changes": […]}.`)
  const named: unknown[] = []
  for (const change of body.changes ?? []) named.push(await withIds(ctx, change))
  return { ...body, changes: [...named, ...deletions] }
}

function readChanges(file: string): { changes?: unknown[] } {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8')) as { changes?: unknown[] }
  } catch (error) {
    throw new GatehouseError('invalid_file', `${file}: ${(error as Error).message}.`, { cause: error })
  }
}

/** A change with ids for the names in it, of itself and of its two ends; what cannot be read so is left to be refused. */
async function withIds(ctx: Context, one: unknown): Promise<unknown> {
  if (!isObject(one)) return one
  const { type, id } = one
  const letter = (Object.keys(nodeTypes) as Letter[]).find((each) => nodeTypes[each] === type)
  const own = letter !== undefined && typeof id === 'string' ? { id: await namedId(ctx, letter, id) } : {}
  const ends: Record<string, unknown> = {}
  for (const end of ['source', 'target']) if (end in one) ends[end] = await withIds(ctx, one[end])
  return { ...one, ...ends, ...own }
}

/** An explanation as lines: each path in one line, and below it what is known of each of its edges. */
function explained({ allowed, person, resource, right, missing = [], paths, more }: Explanation): string[] {
  const asked = `${nameOf(resource)}${right === undefined ? '' : ` with the right ${right}`}`
  const head = `${person.displayName ?? person.id} ${allowed ? 'has' : 'does not have'} ${asked}.`
  const drawn = paths.flatMap((path, place) => ['', `${String(place + 1).padStart(3)}  ${drawnPath(path)}`, ...path.flatMap(detailsOf)])
  return [head, ...missing.map(({ message }) => `     ! ${message}`), ...drawn, ...(more ? ['', 'There are more paths than these.'] : [])]
}

const nameOf = ({ id, name }: Thing) => name ?? id
const arrow = ({ rights = [], missing = [], everyone }: ShownStep) => (missing.length > 0 ? '─ ✗ ─▶' : everyone ? '─everyone▶' : rights.length > 0 ? `─[${rights.join(' ')}]▶` : '─▶')
const drawnPath = (path: readonly ShownStep[]) => path.reduce((line, step) => `${line} ${arrow(step)} ${nameOf(step.target)}`, nameOf(path[0]!.source))

/** When something was given, by whom, and with which note. */
function givenOf({ created, createdBy, grantedBy, description }: Pick<ShownStep, 'created' | 'createdBy' | 'grantedBy' | 'description'>): string[] {
  const by = [grantedBy, createdBy && (createdBy.name ?? createdBy.id)].filter((one, place, all) => one && all.indexOf(one) === place).join(', ')
  return [...(created || by ? [`given${created ? ` on ${created}` : ''}${by ? ` by ${by}` : ''}`] : []), ...(description ? [`note: ${description}`] : [])]
}

function detailsOf(step: ShownStep): string[] {
  const { source, target, membershipId, start, end, since, earlier = [], everyone, missing = [] } = step
  const facts = [
    everyone && 'everybody has it',
    membershipId && `from ${start ?? 'ever'} to ${end ?? 'open'}`,
    ...givenOf(step),
    earlier.length > 0 && since !== undefined && `held since ${since}`,
  ].filter(Boolean)
  return [
    ...(facts.length > 0 ? [`       ${nameOf(source)} ▶ ${target.type} ${nameOf(target)}: ${facts.join('; ')}`] : []),
    ...earlier.map((one) => `         before, until ${one.until}: from ${one.start ?? 'ever'} to ${one.end ?? 'open'}; ${givenOf(one).join('; ')}`),
    ...missing.map(({ message }) => `       ! ${message}`),
  ]
}

function foretold({ people, memberships, pairs, rights, groups, roles, organizations, resources, examples, more }: Effect): string[] {
  const number = (count: number) => count.toLocaleString('en')
  const touched = [...groups.map((one) => ({ ...one, thing: one.group })), ...roles.map((one) => ({ ...one, thing: one.role })), ...organizations.map((one) => ({ ...one, thing: one.organization })), ...resources.map((one) => ({ ...one, thing: one.resource }))]
  const rightOf = (one: object) => ('right' in one ? (one.right as string) : undefined)
  const told = examples.slice(0, 20).map(({ user, group, role, organization, resource, right, change }) => {
    const thing = (group ?? role ?? organization ?? resource)!
    return [user.displayName ?? user.id, change, thing.type, nameOf(thing), right]
  })
  return [
    `${counted(people.losing, 'person', 'people')} would lose something, ${number(people.gaining)} would gain something.`,
    `Groups, roles and organisations: ${number(memberships.lost)} lost, ${number(memberships.gained)} gained. Resources: ${number(pairs.lost)} lost, ${number(pairs.gained)} gained. Rights: ${number(rights.lost)} lost, ${number(rights.gained)} gained.`,
    ...(touched.length > 0 ? ['', ...table(['kind', 'name', 'right', 'lost', 'gained'], touched.slice(0, 50).map((one) => [one.thing.type, nameOf(one.thing), rightOf(one), number(one.lost), number(one.gained)]))] : []),
    ...(told.length > 0 ? ['', ...table(['person', '', 'kind', 'name', 'right'], told)] : []),
    ...(more || examples.length > 20 || touched.length > 50 ? ['', 'There is more than this; --json lists the first 1,000 of each kind and 100 examples.'] : []),
  ]
}
