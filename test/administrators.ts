/** People who administer Gatehouse, in tests: with one of the shipped roles and a key of their own. */
import { createKey, type Scope } from '../src/access/api-keys.ts'
import type { Context } from '../src/context.ts'
import { ownId } from '../src/model/own-access.ts'
import { insertOwnRole } from '../src/store/own-access.ts'
import type { TestServer } from './rest-server.ts'

export type Ask = TestServer['ask']

/** Gives somebody a shipped role (`HELP_DESK`), as the command line would. */
export async function giveRole(ctx: Context, userId: string, role: string): Promise<string> {
  const id = ctx.newId()
  await ctx.db.transaction((tx) => insertOwnRole(tx, { id, userId, roleId: ownId(role), at: ctx.now(), grantedBy: 'test' }))
  return id
}

/** Asks with a key of somebody's own. */
export async function askAs({ ctx, ask }: TestServer, userId: string, ...scopes: Scope[]): Promise<Ask> {
  const { token } = await createKey(ctx, { userId, name: ctx.newId(), scopes: scopes.length > 0 ? scopes : ['admin'], expires: null })
  return (method, path, body, headers) => ask(method, path, body, { authorization: `Bearer ${token}`, ...headers })
}

/** Makes a person. */
export async function makePerson({ ask }: TestServer, userName: string, more: object = {}): Promise<string> {
  const { status, body } = await ask('POST', '/users', { userName, name: { familyName: userName }, ...more })
  if (status !== 201) throw new Error(`${userName}: ${JSON.stringify(body)}`)
  return body.id as string
}

/** A person with shipped roles, and their key. */
export async function administrator(server: TestServer, userName: string, ...roles: string[]): Promise<{ id: string; ask: Ask }> {
  const id = await makePerson(server, userName)
  for (const role of roles) await giveRole(server.ctx, id, role)
  return { id, ask: await askAs(server, id) }
}
