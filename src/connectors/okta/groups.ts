/** Groups in Okta: looking them up by id or name, making one, and their members. */
import type { Connector } from '../../sync/connector.ts'
import type { OktaClient } from './client.ts'
import { isMissing, OktaError } from './errors.ts'
import type { OktaUser } from './lookup.ts'

type GroupCalls = Pick<
  Connector, 'findGroup' | 'groupProblem' | 'createGroup' | 'groupMembers' | 'groupsOf' | 'addToGroup' | 'removeFromGroup'
>

interface OktaGroup {
  id: string
  type: string
  profile: { name: string }
}

/** What the engine asks about groups. Ids found are remembered, so that each group is looked up once a run. */
export function createGroupCalls(client: OktaClient): GroupCalls {
  const known = new Map<string, Pick<OktaGroup, 'id' | 'type'>>()

  async function find(group: string): Promise<Pick<OktaGroup, 'id' | 'type'> | null> {
    const found = known.get(group) ?? (await lookUp(client, group))
    if (found !== null) known.set(group, found)
    return found
  }

  const findGroup = async (group: string): Promise<string | null> => (await find(group))?.id ?? null

  async function membersPath(group: string): Promise<string> {
    const id = await findGroup(group)
    if (id !== null) return `/api/v1/groups/${id}/users`
    const facts = { status: 404, code: 'E0000007', requestId: null, request: 'GET /api/v1/groups' }
    throw new OktaError(`There is no group "${group}" in Okta.`, facts)
  }

  return {
    findGroup,
    async groupProblem(group) {
      const found = await find(group)
      return found === null ? null : typeProblem(found.type)
    },
    async createGroup(name) {
      known.set(name, await createGroup(client, name))
    },
    async *groupMembers(group) {
      const path = await membersPath(group)
      for await (const page of client.pages<OktaUser>(path, { limit: '200' })) yield page.map((user) => user.id)
    },
    async groupsOf(accountId) {
      const found: string[] = []
      const path = `/api/v1/users/${encodeURIComponent(accountId)}/groups`
      for await (const page of client.pages<OktaGroup>(path)) found.push(...page.map((one) => one.id))
      return found
    },
    async addToGroup(group, accountId) {
      await client.request('PUT', `${await membersPath(group)}/${encodeURIComponent(accountId)}`)
    },
    async removeFromGroup(group, accountId) {
      const path = `${await membersPath(group)}/${encodeURIComponent(accountId)}`
      await client.request('DELETE', path).catch((error: unknown) => {
        if (!isMissing(error)) throw error
      })
    },
  }
}

/** Ids of groups look like this; anything else is a name. */
const groupId = /^00g[A-Za-z0-9]{17}$/

/** Types of groups whose memberships Okta refuses to change (`Unsupported operation`, E0000060), and who says who is in them. */
const whoseMembers: Readonly<Record<string, string>> = { BUILT_IN: 'Okta itself says', APP_GROUP: 'the application that it was imported from says' }

function typeProblem(type: string): string | null {
  const whose = whoseMembers[type]
  return whose === undefined ? null : `is of the type ${type}: ${whose} who is in it, and nobody can be put into it or taken out of it`
}

/** The group with this id or exactly this name. */
async function lookUp(client: OktaClient, group: string): Promise<OktaGroup | null> {
  if (groupId.test(group)) {
    try {
      return { ...(await client.request<OktaGroup>('GET', `/api/v1/groups/${group}`)).body, id: group }
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }
  for await (const page of client.pages<OktaGroup>('/api/v1/groups', { q: group, limit: '200' })) {
    const found = page.find((one) => one.profile.name === group)
    if (found) return found
  }
  return null
}

/** A group may be there already, made by another run or by a create whose answer was lost. */
async function createGroup(client: OktaClient, name: string): Promise<OktaGroup> {
  const body = { profile: { name, description: 'Members are kept by Gatehouse.' } }
  try {
    return (await client.request<OktaGroup>('POST', '/api/v1/groups', { body, repeatable: false, expects: 'something' })).body
  } catch (error) {
    const found = error instanceof OktaError ? await lookUp(client, name) : null
    if (found === null) throw error
    return found
  }
}
