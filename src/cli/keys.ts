/** gatehouse keys: API keys for programs. */
import { InvalidArgumentError, type Command } from 'commander'
import { createKey, listKeys, revokeKey, scopes, type Scope } from '../access/api-keys.ts'
import { GatehouseError } from '../errors.ts'
import { knownRights, ownId } from '../model/own-access.ts'
import { user } from '../model/user.ts'
import { listIds } from '../store/list-records.ts'
import { findOwnRights } from '../store/own-access.ts'
import { addSshCommand } from './ssh-keys.ts'
import { print, table, withDatabase } from './run.ts'

function readScopes(text: string): Scope[] {
  const given = text.split(',').map((one) => one.trim())
  const wrong = given.find((one) => !(scopes as readonly string[]).includes(one))
  if (wrong !== undefined) throw new InvalidArgumentError(`${wrong} is not one of ${scopes.join(', ')}.`)
  return given as Scope[]
}

function readDays(text: string): number {
  const days = Number(text)
  if (!Number.isInteger(days) || days < 1 || days > 3650) throw new InvalidArgumentError('must be a number of days from 1 to 3650.')
  return days
}

export function addKeyCommands(gatehouse: Command): void {
  const keys = gatehouse.command('keys').description('API keys: bearer tokens for programs; SSH keys of people, for sshd.')
  addSshCommand(keys)
  keys
    .command('create')
    .description('Makes a key for a person and prints it, once.')
    .requiredOption('--user <userName>', 'the person the key acts for')
    .requiredOption('--name <name>', 'a name to know it by')
    .option('--scopes <list>', `what it may do, comma separated: ${scopes.join(', ')}`, readScopes, ['read'] as Scope[])
    .option('--days <n>', 'how long it works', readDays)
    .option('--json', 'answer for machines')
    .action((options: { user: string; name: string; scopes: Scope[]; days?: number; json?: boolean }) =>
      withDatabase(async (_opened, ctx) => {
        const { ids } = await listIds(ctx.db, user, { filter: `userName eq ${JSON.stringify(options.user)} and (isVisible eq true or isVisible eq false)`, count: 1 })
        if (!ids[0]) throw new GatehouseError('not_found', `Nobody signs in as ${options.user}.`)
        const expires = options.days === undefined ? null : new Date(ctx.now().getTime() + options.days * 86_400_000).toISOString()
        const made = await createKey(ctx, { userId: ids[0], name: options.name, scopes: options.scopes, expires })
        print(options.json, { ...made, expires }, () => [made.token])
        const rights = await findOwnRights(ctx.db, ids[0], ctx.now().toISOString())
        if (knownRights(rights).size === 0) console.error(`The key can do nothing yet: ${options.user} has no rights in Gatehouse. Give them a role such as ${ownId('HELP_DESK')} (docs/how-to-administer.md).`)
      }))
  keys
    .command('list')
    .description('Lists keys; their tokens are not kept anywhere.')
    .option('--json', 'answer for machines')
    .action((options: { json?: boolean }) =>
      withDatabase(async (_opened, ctx) => {
        const found = await listKeys(ctx)
        print(options.json, found, () => table(['id', 'name', 'scopes', 'person', 'expires'], found.map((one) => [one.id, one.name, (one.scopes as string[]).join(' '), one.userId, one.expires])))
      }))
  keys
    .command('revoke')
    .description('Revokes a key at once.')
    .argument('<id>', 'the id of the key')
    .option('--json', 'answer for machines')
    .action((id: string, options: { json?: boolean }) =>
      withDatabase(async (_opened, ctx) => {
        await revokeKey(ctx, id)
        print(options.json, { id, revoked: true }, () => [`The key ${id} works no longer.`])
      }))
}
