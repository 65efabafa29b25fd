/** gatehouse portal: portals, their settings and the people in them. */
import { readFileSync } from 'node:fs'
import { InvalidArgumentError, type Command } from 'commander'
import { removePortalSecret, setPortalSecret } from '../portals/portal-secret.ts'
import { addAdminUsers, addPortalUsers, removeAdminUsers, removePortalUsers, type EfsUser } from '../portals/portal-users.ts'
import { createPortal, listPortalDocuments, readPortalDocument, updatePortalSettings } from '../portals/portals.ts'
import { limitedOperations } from '../model/plan-limits.ts'
import { portalSettings, type PortalSettingKey, type PortalSettings } from '../model/portal-settings.ts'
import { user } from '../model/user.ts'
import { allIds } from '../store/list-records.ts'
import { allRows, documentOfRow } from '../store/list-rows.ts'
import type { Database } from '../store/database.ts'
import type { Document } from '../model/attribute.ts'
import type { Context } from '../context.ts'
import { counted } from '../model/counted.ts'
import { readPortalSecret } from '../store/portal-sign-in.ts'
import { efsAdminListing, portalUserListing } from '../store/portals.ts'
import { addMassDeleteCommands } from './mass-delete.ts'
import { addMappingCommands } from './portal-mapping.ts'
import type { Opened } from './open.ts'
import { print, table, withDatabase } from './run.ts'

/** A portal's number on the command line. */
export function readPortalId(text: string): number {
  const id = Number(text)
  if (!Number.isInteger(id) || id < 1 || id > 2_147_483_647) throw new InvalidArgumentError('must be the number of a portal.')
  return id
}

/** `setting=value`, added to those before it. */
function readSetting(pair: string, before: [string, string | null][] = []): [string, string | null][] {
  const at = pair.indexOf('=')
  if (at < 1) throw new InvalidArgumentError(`${pair} must be setting=value.`)
  return [...before, [pair.slice(0, at), pair.slice(at + 1) || null]]
}

const limits = new Map<string, string>(Object.values(limitedOperations).map(({ setting, what }) => [setting, what]))

/** Every setting: its own value, or the default in brackets. */
function settingLines(settings: PortalSettings): string[] {
  const rows = Object.entries(portalSettings).map(([key, setting]) => {
    const standard = 'default' in setting ? `(${setting.default})` : ''
    return [key, settings[key as PortalSettingKey] ?? standard, limits.get(key) ?? setting.doc] as const
  })
  return [
    ...table(['setting', 'value', 'meaning'], rows.filter(([key]) => !limits.has(key))),
    '', 'So many of each may be in one plan before it is stopped for somebody to decide; where PLAN_LIMITS names a limit too, both hold:',
    ...table(['limit', 'value', 'of what'], rows.filter(([key]) => limits.has(key))),
  ]
}

/** Changes settings, and says what went with the client or the issuer that was there before. */
async function changeSettings({ db }: Opened, ctx: Context, id: number, changes: Record<string, string | null>, json: boolean | undefined): Promise<void> {
  const before = await readPortalSecret(db, id)
  const portal = await updatePortalSettings(ctx, id, changes)
  const isDropped = before !== undefined && (await readPortalSecret(db, id)) === undefined
  print(json, portal, () => [
    ...table(['setting', 'value'], Object.entries(portal.settings)),
    ...(isDropped ? [`The secret was for the client and issuer before, and is removed; the portal's sessions have ended. Set the new one: npx gatehouse portal secret ${id} --file FILE`] : []),
  ])
}

interface FilterOptions {
  filter: string
  json?: boolean
}

const most = 1_000_000
const batch = 1000

export function addPortalCommands(gatehouse: Command): void {
  const portals = gatehouse.command('portal').alias('portals').description('Portals whose people are kept in step with Okta.')
  portals.command('create').description('Makes a portal.').requiredOption('--name <name>', 'its name').option('--id <n>', 'its number, when it is taken over from elsewhere', readPortalId).option('--json', 'answer for machines')
    .action((options: { name: string; id?: number; json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const made = await createPortal(ctx, { name: options.name, ...(options.id === undefined ? {} : { id: options.id }) })
      print(options.json, made, () => [`Portal ${made.id}: ${made.name}`])
    }))
  portals.command('list').description('Lists portals.').option('--json', 'answer for machines')
    .action((options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const found = await listPortalDocuments(ctx.db, 0, 1000)
      print(options.json, found, () => table(['portal', 'name', 'settings'], found.map((one) => [one.id, one.name, JSON.stringify(one.settings)])))
    }))
  portals.command('set').description(`Sets settings of a portal: ${Object.keys(portalSettings).join(', ')}.`).argument('<portal>', 'the number of the portal', readPortalId).argument('<setting=value...>', 'settings; an empty value removes one', readSetting).option('--json', 'answer for machines')
    .action((id: number, pairs: [string, string | null][], options: { json?: boolean }) => withDatabase((opened, ctx) => changeSettings(opened, ctx, id, Object.fromEntries(pairs), options.json)))
  portals.command('show').description('Shows a portal with every setting it has, and those that count where it has none.').argument('<portal>', 'the number of the portal', readPortalId).option('--json', 'answer for machines')
    .action((id: number, options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const portal = await readPortalDocument(ctx.db, id)
      print(options.json, portal, () => [`Portal ${portal.id}: ${portal.name}`, ...settingLines(portal.settings)])
    }))
  portals.command('unset').description('Removes settings of a portal; the defaults count again.').argument('<portal>', 'the number of the portal', readPortalId).argument('<setting...>', 'names of settings').option('--json', 'answer for machines')
    .action((id: number, names: string[], options: { json?: boolean }) => withDatabase((opened, ctx) => changeSettings(opened, ctx, id, Object.fromEntries(names.map((name) => [name, null])), options.json)))
  portals.command('users').description('Lists the people of a portal and their links to Okta.').argument('<portal>', 'the number of the portal', readPortalId).option('--json', 'answer for machines')
    .action((id: number, options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      await readPortalDocument(ctx.db, id)
      const people = (await allRows(ctx.db, portalUserListing, { where: { portal_id: id } })).map((row) => documentOfRow(portalUserListing, row))
      print(options.json, people, () => linkTable(people))
    }))
  addMappingCommands(portals, readPortalId)
  addSecretCommands(portals)
  for (const [name, doc, change] of [['add', 'Makes everyone a filter finds a member of a portal.', addPortalUsers], ['remove', 'Takes everyone a filter finds out of a portal.', removePortalUsers]] as const) {
    portals.command(name).description(doc).argument('<portal>', 'the number of the portal', readPortalId).requiredOption('--filter <filter>', 'a SCIM filter').option('--json', 'answer for machines')
      .action((id: number, options: FilterOptions) => withDatabase((_opened, ctx) => changeFound(ctx, name, options, (ids) => change(ctx, id, ids))))
  }
  addAdminCommands(portals)
  addMassDeleteCommands(portals, readPortalId)
}

const linkTable = (people: readonly Document[]) => table(['uid', 'name', 'person', 'account', 'link', 'to be pushed'],
  people.map((one) => [one.uid, one.displayName, one.personId, one.uuid, one.status, one.hasDataChanges ? 'yes' : '']))

/** Does something with everyone a filter finds, in batches. */
async function changeFound({ db }: { db: Database }, name: 'add' | 'remove', { filter, json }: FilterOptions, change: (ids: string[]) => Promise<EfsUser[]>): Promise<void> {
  const ids = await allIds(db, user, { filter }, most)
  let changed = 0
  for (let from = 0; from < ids.length; from += batch) changed += (await change(ids.slice(from, from + batch))).length
  print(json, { found: ids.length, changed }, () => [`${counted(ids.length, 'person', 'people')} found, ${changed} ${name === 'add' ? 'added' : 'removed'}.`])
}

/** The administrators of EFS belong to no portal; a run of any portal keeps them in step as well. */
function addAdminCommands(portals: Command): void {
  const admins = portals.command('admins').description('Administrators of EFS, who belong to no portal; a run of any portal keeps them in step.')
  admins.command('list', { isDefault: true }).description('Lists them and their links to Okta.').option('--json', 'answer for machines')
    .action((options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const people = (await allRows(ctx.db, efsAdminListing, {})).map((row) => documentOfRow(efsAdminListing, row))
      print(options.json, people, () => linkTable(people))
    }))
  for (const [name, doc, change] of [['add', 'Makes everyone a filter finds an administrator.', addAdminUsers], ['remove', 'Ends the being an administrator of everyone a filter finds.', removeAdminUsers]] as const) {
    admins.command(name).description(doc).requiredOption('--filter <filter>', 'a SCIM filter').option('--json', 'answer for machines')
      .action((options: FilterOptions) => withDatabase((_opened, ctx: Context) => changeFound(ctx, name, options, (ids) => change(ctx, ids))))
  }
}

interface SecretOptions {
  file?: string
  remove?: boolean
  json?: boolean
}

/** A secret on the command line would be seen by whoever lists processes, and stay in the shell's history. */
function addSecretCommands(portals: Command): void {
  portals.command('secret').description('Sets the secret of a portal\'s client in Okta, from a file or the standard input; it is kept encrypted and never shown again.').argument('<portal>', 'the number of the portal', readPortalId)
    .option('--file <file>', 'the file that holds it; - reads the standard input', '-').option('--remove', 'removes it: the client is a public one').option('--json', 'answer for machines')
    .action(async (id: number, { file = '-', remove, json }: SecretOptions) => {
      const secret = remove ? '' : readFileSync(file === '-' ? 0 : file, 'utf8').trim()
      await withDatabase(async ({ masterKey }, ctx) => {
        if (remove) await removePortalSecret(ctx, id)
        else await setPortalSecret(ctx, masterKey, id, secret)
        print(json, { portal: id, set: !remove }, () => [remove ? `The portal ${id} shows Okta no secret any more.` : `The secret of the portal ${id} is set.`])
      })
    })
}
