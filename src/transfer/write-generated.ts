/** Writes a generated world through the verbs, as any other people come in: organisations, people, portals, panelists. */
import { createElement, createType } from '../directory/metadata.ts'
import { createOrganizations, newOrganization } from '../directory/organizations.ts'
import { createUsers, newUser } from '../directory/users.ts'
import { GatehouseError } from '../errors.ts'
import type { Context } from '../context.ts'
import { isObject, type Document } from '../model/attribute.ts'
import { addPortalUsers } from '../portals/portal-users.ts'
import { createPortal } from '../portals/portals.ts'
import { listPortals } from '../store/portals.ts'
import { generateOrganizations, generatePeople, generatePortals } from './generate.ts'
import type { GenerateOptions } from './generate-documents.ts'
import { layoutOf } from './generate-layout.ts'
import { entryIdOf } from './generate-random.ts'
import { generatedElements, generatedTypes } from './generate-vocabulary.ts'

export interface Generated {
  organizations: number
  people: number
  portals: number
  panelists: number
}

const batch = 1000

/**
 * Writes everything that `options` describe. Errors: `conflict`, before anything is written, when a portal with one of
 * their numbers exists; `already_exists` when these people have been written before.
 */
export async function writeGenerated(ctx: Context, options: GenerateOptions, progress?: (done: number, of: number) => void): Promise<Generated> {
  const portals = generatePortals(options)
  const taken = (await listPortals(ctx.db, 0, portals.length)).find((one) => portals.some(({ id }) => id === one.portal_id))
  if (taken) throw new GatehouseError('conflict', `There is a portal ${taken.portal_id} already; generated people need portals 1 to ${portals.length} for themselves.`)
  for (const type of generatedTypes) await unlessThere(() => createType(ctx, type))
  for (const element of generatedElements) await unlessThere(() => createElement(ctx, element))
  const organizations = generateOrganizations(options)
  // Parents stand before their children; one batch may hold both.
  const { seed } = layoutOf(options)
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
