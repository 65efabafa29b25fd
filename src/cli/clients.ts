/** gatehouse clients: applications that sign people in by OpenID Connect, their secrets, and the keys that sign for them. */
import { InvalidArgumentError, type Command } from 'commander'
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { authenticationMethods, clientAttributes, clientLists, grantTypes } from '../model/oidc-client.ts'
import { allScopes } from '../model/oidc-scopes.ts'
import { user } from '../model/user.ts'
import { createClient, deleteClient, patchClient, readClientWithSecrets, rotateSecret } from '../signin/oidc-clients.ts'
import { rotateProviderKeys, withdrawProviderKeys } from '../signin/oidc-keys.ts'
import { listIds } from '../store/list-records.ts'
import { listRows } from '../store/list-rows.ts'
import { clientListing, clientOfRow } from '../store/oidc-clients.ts'
import type { Context } from '../context.ts'
import { print, readWhole, table, withDatabase } from './run.ts'

const listOf = (text: string): string[] => text.split(',').map((one) => one.trim()).filter((one) => one !== '')
const collect = (text: string, before: string[] = []): string[] => [...before, text]

interface CreateOptions {
  name: string
  description?: string
  redirectUri?: string[]
  logoutUri?: string[]
  grants: string[]
  scopes: string[]
  authentication: string
  native?: boolean
  firstParty?: boolean
  user?: string
  json?: boolean
}

async function personNamed(ctx: Context, userName: string): Promise<string> {
  const { ids } = await listIds(ctx.db, user, { filter: `userName eq ${JSON.stringify(userName)} and (isVisible eq true or isVisible eq false)`, count: 1 })
  if (!ids[0]) throw new GatehouseError('not_found', `Nobody signs in as ${userName}.`)
  return ids[0]
}

async function clientFrom(ctx: Context, options: CreateOptions): Promise<Document> {
  const given = { description: options.description, redirectUris: options.redirectUri, postLogoutRedirectUris: options.logoutUri, userId: options.user === undefined ? undefined : await personNamed(ctx, options.user) }
  return {
    name: options.name, grantTypes: options.grants, scopes: options.scopes, authentication: options.authentication, applicationType: options.native ? 'native' : 'web', firstParty: options.firstParty ?? false,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  }
}

/** What a client is, line by line. */
function lines(client: Document): string[] {
  return Object.entries(client).filter(([name, value]) => name !== 'meta' && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => `${name.padEnd(24)} ${Array.isArray(value) && value.every((one) => typeof one === 'string') ? value.join(' ') : typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
}

export function addClientCommands(gatehouse: Command): void {
  const clients = gatehouse.command('clients').description('OpenID clients: applications that sign people in here.')
  clients
    .command('create')
    .description('Makes a client and prints it with its secret, once.')
    .requiredOption('--name <name>', 'what people see when it asks for something')
    .option('--description <text>', 'what it is for')
    .option('--redirect-uri <uri>', 'where people may be sent with a code; repeat for more', collect)
    .option('--logout-uri <uri>', 'where people may be sent after signing out; repeat for more', collect)
    .option('--grants <list>', `how it may come to tokens: ${grantTypes.join(', ')}`, listOf, ['authorization_code'])
    .option('--scopes <list>', `what it may ask for: ${allScopes.join(', ')}`, listOf, ['openid', 'profile', 'email'])
    .option('--authentication <method>', `how it proves who it is: ${authenticationMethods.filter((one) => one !== 'private_key_jwt').join(', ')}`, 'client_secret_basic')
    .option('--native', 'a program on a device')
    .option('--first-party', 'one of our own, which people are not asked to consent to')
    .option('--user <userName>', 'the service account that it acts as by client_credentials')
    .option('--json', 'answer for machines')
    .action((options: CreateOptions) => withDatabase(async (_opened, ctx) => {
      const made = await createClient(ctx, await clientFrom(ctx, options))
      print(options.json, made, () => lines(made))
    }))
  clients
    .command('list')
    .description('Lists clients by name.')
    .option('--json', 'answer for machines')
    .action((options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const found = (await listRows(ctx.db, clientListing, { count: 1000 })).rows.map(clientOfRow)
      print(options.json, found, () => table(['id', 'name', 'grants', 'scopes', 'active'], found.map((one) => [one.id, one.name, (one.grantTypes as string[]).join(' '), (one.scopes as string[]).join(' '), one.active])))
    }))
  clients
    .command('show')
    .description('Shows a client, and when its secrets were made.')
    .argument('<id>', 'the id of the client')
    .option('--json', 'answer for machines')
    .action((id: string, options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const client = await readClientWithSecrets(ctx, id)
      print(options.json, client, () => lines(client))
    }))
  addChanges(clients)
}

const settable = [...clientAttributes.filter(({ mutability }) => mutability !== 'readOnly').map(({ path }) => path), ...clientLists.map(({ path }) => path), 'keys', 'claims']

/** `attribute=value` as a merge patch: lists by commas, keys and claims as JSON, nothing for the default. */
function readChange(pair: string, before: Document = {}): Document {
  const at = pair.indexOf('=')
  const [path, text] = [pair.slice(0, at), pair.slice(at + 1)]
  if (at < 1 || !settable.includes(path)) throw new InvalidArgumentError(`${pair} must be attribute=value, of ${settable.join(', ')}.`)
  return { ...before, [path]: text === '' ? null : valueFrom(path, text) }
}

function valueFrom(path: string, text: string): unknown {
  if (clientLists.some((list) => list.path === path)) return listOf(text)
  const type = clientAttributes.find((attribute) => attribute.path === path)?.type
  if (type === 'decimal') return Number(text)
  if (type !== 'boolean' && path !== 'keys' && path !== 'claims') return text
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidArgumentError(`${path} must be ${type === 'boolean' ? 'true or false' : 'JSON'}.`)
  }
}

function addChanges(clients: Command): void {
  clients.command('set').description(`Changes a client: ${settable.join(', ')}. Tokens given under looser terms end; a new redirect address, or a new claim, asks people for their consent again.`).argument('<id>', 'the id of the client')
    .argument('<attribute=value...>', 'what to change; lists with commas, an empty value for the default', readChange).option('--json', 'answer for machines')
    .action((id: string, changes: Document, options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const client = await patchClient(ctx, id, changes)
      print(options.json, client, () => lines(client))
    }))
  for (const [name, active, doc] of [['disable', false, 'Stops a client, and every token it has, at once.'], ['enable', true, 'Lets a client work again.']] as const) {
    clients.command(name).description(doc).argument('<id>', 'the id of the client').option('--json', 'answer for machines')
      .action((id: string, options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
        await patchClient(ctx, id, { active })
        print(options.json, { id, active }, () => [`The client ${id} ${active ? 'works again' : 'works no longer'}.`])
      }))
  }
  clients
    .command('rotate-secret')
    .description('Makes a new secret for a client and prints it, once; those before work on for a while.')
    .argument('<id>', 'the id of the client')
    .option('--overlap-hours <n>', 'how long those before work on', readWhole(0, 2160), 24)
    .option('--json', 'answer for machines')
    .action((id: string, options: { overlapHours: number; json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const made = await rotateSecret(ctx, id, options.overlapHours)
      print(options.json, made, () => [made.secret])
    }))
  clients
    .command('delete')
    .description('Removes a client, its tokens, and what people allowed it.')
    .argument('<id>', 'the id of the client')
    .option('--json', 'answer for machines')
    .action((id: string, options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      await deleteClient(ctx, id)
      print(options.json, { id, deleted: true }, () => [`The client ${id} is gone.`])
    }))
  clients
    .command('rotate-keys')
    .description('Makes new keys for ID tokens. They sign in five minutes; those before stay published for two weeks.')
    .option('--withdraw', 'a key may be in other hands: the new ones sign at once, and those before are published no more')
    .option('--json', 'answer for machines')
    .action((options: { withdraw?: boolean; json?: boolean }) => withDatabase(async (opened, ctx) => {
      if (options.withdraw) {
        const { keys, withdrawn } = await withdrawProviderKeys(ctx, opened.masterKey)
        return print(options.json, { keys, withdrawn }, () => [
          `${keys} new keys sign from now on, and ${withdrawn} of before are withdrawn; servers that run see it within ten seconds.`,
          'Applications that have kept the keys of before believe them until they read them anew: have them do so.',
        ])
      }
      const keys = await rotateProviderKeys(ctx, opened.masterKey)
      print(options.json, { keys }, () => [`${keys} new keys are published, and will sign in five minutes.`])
    }))
}
