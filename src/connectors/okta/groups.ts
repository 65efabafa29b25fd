/** Groups in Okta: looking them up by id or name, making one, and their members. */
import type { Connector } from '../../sync/connector.ts'
import type { OktaClient } from './client.ts'
import { isMissing, OktaError } from './errors.ts'
import type { OktaUser } from './lookup.ts'

type GroupCalls = Pick<
  Connector, 'findGroup' | 'createGroup' | 'groupMembers' | 'groupsOf' | 'addToGroup' | 'removeFromGroup'
>

interface OktaGroup {
  id: string
  profile: { name: string }
}

/** What the engine asks about groups. Ids found are remembered, so that each group is looked up once a run. */
export function createGroupCalls(client: OktaClient): GroupCalls {
  const ids = new Map<string, string>()

  async function findGroup(group: string): Promise<string | null> {
    const id = ids.get(group) ?? (await findGroupId(client, group))
    if (id !== null) ids.set(group, id)
    return id
  }

  async function membersPath(group: string): Promise<string> {
    const id = await findGroup(group)
    if (id !== null) return `/api/v1/groups/${id}/users`
    const facts = { status: 404, code: 'E0000007', requestId: null, request: 'GET /api/v1/groups' }
    throw new OktaError(`There is no group "${group}" in Okta.`, facts)
  }

  return {
    findGroup,
    async createGroup(name) {
      ids.set(name, await createGroup(client, name))
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

/** The group with this id or exactly this name. */
async function findGroupId(client: OktaClient, group: string): Promise<string | null> {
  if (groupId.test(group)) {
    try {
      return (await client.request<OktaGroup>('GET', `/api/v1/groups/${group}`)).body.id
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }
  for await (const page of client.pages<OktaGroup>('/api/v1/groups', { q: group, limit: '200' })) {
    const found = page.find((one) => one.profile.name === group)
    if (found) return found.id
  }
  return null
}

/** A group may be there already, made by another run or by a create whose answer was lost. */
async function createGroup(client: OktaClient, name: string): Promise<string> {
  const body = { profile: { name, description: 'Members are kept by Gatehouse.' } }
  try {
    return (await client.request<OktaGroup>('POST', '/api/v1/groups', { body, repeatable: false, expects: 'something' })).body.id
  } catch (error) {
    const id = error instanceof OktaError ? await findGroupId(client, name) : null
    if (id === null) throw error
    return id
  }
}
