/** Writes a generated world through the verbs, as any other people come in: organisations, people, portals, panelists. */
import { createElement, createType } from '../directory/metadata.ts'
import { createOrganizations, newOrganization } from '../directory/organizations.ts'
import { createUsers, newUser } from '../directory/users.ts'
import { GatehouseError } from '../errors.ts'
import type { Context } from '../context.ts'
import { isObject, type Document, type Resource } from '../model/attribute.ts'
import { organization } from '../model/organization.ts'
import { user } from '../model/user.ts'
import { addPortalUsers } from '../portals/portal-users.ts'
import { createPortal } from '../portals/portals.ts'
import { findByKey } from '../store/find-by-key.ts'
import { findAnybodyElse } from '../store/first-administrator.ts'
import { listPortals } from '../store/portals.ts'
import { generateOrganizations, generatePeople, generatePortals } from './generate.ts'
import type { GenerateOptions } from './generate-documents.ts'
import { layoutOf } from './generate-layout.ts'
import { entryIdOf, idOf } from './generate-random.ts'
import { generatedElements, generatedTypes } from './generate-vocabulary.ts'

export interface Generated {
  organizations: number
  people: number
  portals: number
  panelists: number
}

const batch = 1000

const elsewhere = 'Generate into an empty directory: with another GATEHOUSE_DATA or DATABASE_URL, or after removing this one.'

/** People that are real, and those of another run, must not mix with generated ones. Errors: `conflict`. */
async function refuseInUse(ctx: Context, { seed, people }: { seed: number; people: number }, portals: readonly { id: number }[]): Promise<void> {
  const isThere = async (resource: Resource, id: string) => (await findByKey(ctx.db, resource, 'id', [id])).size > 0
  if (await isThere(organization, idOf(seed, 'organization', 0))) {
    const whole = await isThere(user, idOf(seed, 'person', people - 1))
    throw new GatehouseError('conflict', `${whole ? 'These people are here already.' : 'A run with this seed has been here before, and seems to have been broken off, or was for fewer people; it cannot be gone on with.'} ${elsewhere}`)
  }
  const somebody = await findAnybodyElse(ctx.db)
  if (somebody !== undefined) throw new GatehouseError('conflict', `There are people here already, such as ${somebody}, and generated ones would mix with them. ${elsewhere}`)
  const taken = (await listPortals(ctx.db, 0, portals.length)).find((one) => portals.some(({ id }) => id === one.portal_id))
  if (taken) throw new GatehouseError('conflict', `There is a portal ${taken.portal_id} already; generated people need portals 1 to ${portals.length} for themselves. ${elsewhere}`)
}

/**
 * Writes everything that `options` describe into a directory that is not in use. Errors: `conflict`, before anything is written,
 * when people are there besides the first administrator, or a portal with one of their numbers.
 */
export async function writeGenerated(ctx: Context, options: GenerateOptions, progress?: (done: number, of: number) => void): Promise<Generated> {
  const portals = generatePortals(options)
  const organizations = generateOrganizations(options)
  const { seed } = layoutOf(options)
  await refuseInUse(ctx, { seed, people: options.people }, portals)
  for (const type of generatedTypes) await unlessThere(() => createType(ctx, type))
  for (const element of generatedElements) await unlessThere(() => createElement(ctx, element))
  // Parents stand before their children; one batch may hold both.
  const numbered = organizations.map((one, index) => withEntryIds({ ...one }, (entry) => entryIdOf(seed, 'organization', index, entry)))
  await inBatches(numbered, async (some) => void (await createOrganizations(ctx, some.map((one) => newOrganization(ctx, one, true)))))
  const members = new Map<number, string[]>()
  for (const portal of portals) {
    members.set(portal.id, [])
    await createPortal(ctx, portal)
  }
  let panelists = 0
  const flush = async (portalId: number) => {
    panelists += (await addPortalUsers(ctx, portalId, members.get(portalId)!.splice(0))).length
  }
  let done = 0
  await inBatches(generatePeople(options), async (some) => {
    const documents: Document[] = []
    for (const [at, { document }] of some.entries()) documents.push(await newUser(ctx, withEntryIds({ ...document }, (entry) => entryIdOf(seed, 'person', done + at, entry)), true))
    await createUsers(ctx, documents)
    for (const { document, portals: own } of some) for (const portalId of own) members.get(portalId)!.push(document.id)
    for (const { id: portalId } of portals) if (members.get(portalId)!.length >= batch) await flush(portalId)
    progress?.((done += some.length), options.people)
  })
  for (const { id: portalId } of portals) if (members.get(portalId)!.length > 0) await flush(portalId)
  return { organizations: organizations.length, people: options.people, portals: portals.length, panelists }
}

/** The entries of a document's lists get ids that come from the seed as well. */
function withEntryIds(document: Document, idOf: (entry: number) => string): Document {
  let entry = 0
  const lists = Object.entries(document).filter(([, value]) => Array.isArray(value) && value.every(isObject)) as [string, Document[]][]
  return { ...document, ...Object.fromEntries(lists.map(([path, entries]) => [path, entries.map((one) => ({ ...one, id: idOf(entry++) }))])) }
}

async function unlessThere(create: () => Promise<unknown>): Promise<void> {
  await create().catch((error: unknown) => {
    if (!(error instanceof GatehouseError) || error.code !== 'already_exists') throw error
  })
}

async function inBatches<T>(items: Iterable<T>, write: (some: T[]) => Promise<void>): Promise<void> {
  let some: T[] = []
  for (const item of items) {
    some.push(item)
    if (some.length === batch) {
      await write(some)
      some = []
    }
  }
  if (some.length > 0) await write(some)
}
