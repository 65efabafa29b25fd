/** Proposals of roles from what people were given one by one: nothing is changed. */
import { Worker } from 'node:worker_threads'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { showNode } from '../model/access-graph.ts'
import type { Grant } from '../model/grant-matrix.ts'
import type { MinedRoles } from '../model/role-mining.ts'
import { user } from '../model/user.ts'
import { checkQuery } from '../records/veil.ts'
import { directGrants, nodeNames, type DirectGrant } from '../store/direct-grants.ts'
import { allIds } from '../store/list-records.ts'
import type { MiningRequest } from './mining-request.ts'
import type { MiningReply, MiningTask } from './mining-worker.ts'

export const mostGrants = 200_000
const mostPeople = 100_000

export interface ProposedRole {
  /** A name to begin with. */
  name: string
  people: string[]
  holds: { node: string; name?: string; rights: string[] }[]
  /** Single grants that it replaces, less what it needs itself. */
  saves: number
}

export interface Proposal {
  /** Grants that were read, of so many people and things. */
  grants: number
  people: number
  things: number
  /** Grants with an end, which no role is proposed for. */
  dated: number
  roles: ProposedRole[]
  /** People's assignments to the roles, and what the roles hold. */
  assignments: number
  contents: number
  /** Grants that stay as they are. */
  left: { userId: string; node: string; rights: string[] }[]
  /** The share of grants that the roles replace. */
  coverage: number
  /** Grants, less assignments, contents and what is left. */
  saved: number
  /** No exact set of roles has fewer; when it equals the number of roles, theirs is proved to be the least. */
  atLeast: number
  /** False when the time ran out. */
  complete: boolean
}

/** Errors: those of filters, `forbidden` for one that asks about hidden data, `invalid_value` for too many grants, `too_many_requests` while another one is under way. */
export async function proposeRoles(ctx: Context, request: MiningRequest): Promise<Proposal> {
  await checkQuery(ctx, user, request)
  const ids = request.filter === undefined ? undefined : await allIds(ctx.db, user, { filter: request.filter }, mostPeople + 1)
  if (ids && ids.length > mostPeople) throw new GatehouseError('invalid_value', `filter: finds more than ${mostPeople} people; narrow it.`)
  const letters = request.sources.map((source) => (source === 'resources' ? 's' : 'r'))
  const found = await directGrants(ctx.db, letters, ids, ctx.now().toISOString(), mostGrants + 1)
  if (found.length > mostGrants) throw new GatehouseError('invalid_value', `filter: these people have more than ${mostGrants} grants; narrow it.`)
  const open = found.filter(({ dated }) => !dated)
  // What is given with other rights is another thing: a role gives rights too.
  const things = numbered(open.map(thingOf))
  const people = numbered(open.map(({ userId }) => userId))
  const grants = open.map((one): Grant => [people.number.get(one.userId)!, things.number.get(thingOf(one))!])
  const { seconds, minimise, seed, leastPeople, leastThings } = request
  const mined = await inThread({ people: people.list.length, things: things.list.length, grants, seconds, options: { minimise, seed, leastPeople, leastThings } })
  const names = await nodeNames(ctx.db, [...new Set(open.map(({ node }) => node))])
  return { dated: found.length - open.length, ...proposalOf(mined, people.list, things.list, grants.length, names) }
}

const thingOf = ({ node, rights }: DirectGrant) => [node, ...rights].join(' ')

function numbered(values: readonly string[]): { list: string[]; number: Map<string, number> } {
  const list = [...new Set(values)].toSorted()
  return { list, number: new Map(list.map((value, index) => [value, index])) }
}

function proposalOf(mined: MinedRoles, people: readonly string[], things: readonly string[], grants: number, names: ReadonlyMap<string, string>): Omit<Proposal, 'dated'> {
  const show = (thing: string) => {
    const [node, ...rights] = thing.split(' ')
    const name = names.get(node!)
    return { node: showNode(node!), ...(name === undefined ? {} : { name }), rights }
  }
  const roles = mined.roles.map((role, index): ProposedRole => ({
    name: `Mined role ${index + 1}`, people: role.people.map((person) => people[person]!), holds: role.things.map((thing) => show(things[thing]!)),
    saves: role.people.length * role.things.length - role.people.length - role.things.length,
  }))
  const left = mined.left.map(([person, thing]) => ({ userId: people[person]!, node: show(things[thing]!).node, rights: show(things[thing]!).rights }))
  const assignments = roles.reduce((sum, role) => sum + role.people.length, 0)
  const contents = roles.reduce((sum, role) => sum + role.holds.length, 0)
  return {
    grants, people: people.length, things: things.length, roles, assignments, contents, left,
    coverage: grants === 0 ? 1 : (grants - left.length) / grants, saved: grants - assignments - contents - left.length, atLeast: mined.atLeast, complete: mined.complete,
  }
}

/** One at a time in a process: each takes a core and some memory. */
let underWay = false

async function inThread(task: MiningTask): Promise<MinedRoles> {
  if (underWay) throw new GatehouseError('too_many_requests', 'Roles are being mined at the moment; try again in a minute.')
  underWay = true
  const worker = new Worker(new URL('mining-worker.ts', import.meta.url), { workerData: task })
  try {
    return await answerOf(worker, task.seconds)
  } finally {
    await worker.terminate()
    underWay = false
  }
}

async function answerOf(worker: Worker, seconds: number): Promise<MinedRoles> {
  const { promise, resolve, reject } = Promise.withResolvers<MiningReply>()
  worker.on('message', resolve)
  worker.on('error', reject)
  worker.on('exit', (code) => reject(new Error(`the thread that mines roles ended with ${code}`)))
  // The time limit ends the search; what comes before and after it takes a while too.
  const patience = setTimeout(() => reject(new GatehouseError('too_slow', 'These grants take too long to be mined; narrow the filter.')), (seconds * 2 + 10) * 1000)
  const reply = await promise.finally(() => clearTimeout(patience))
  if ('refusal' in reply) throw new GatehouseError('invalid_value', reply.refusal)
  return reply.mined
}
