/** Routes of organisations beside those of every record: their types, what stands below one, which one an e-mail means. */
import { readOrganization } from '../directory/organizations.ts'
import { GatehouseError } from '../errors.ts'
import { createOrganizationType, patchOrganizationType, removeOrganizationType } from '../directory/organization-types.ts'
import { listOrganizationTypes, readOrganizationType } from '../store/organization-types.ts'
import { childrenOf, proposeOrganization } from '../store/organizations.ts'
import { guarded, pageParameters, type Answer, type Call, type Route } from './route.ts'

const tag = 'Organisations'

async function children({ ctx, params, query }: Call): Promise<Answer> {
  const id = params.id!
  await readOrganization(ctx.db, id, [])
  const count = (query.count as number | undefined) ?? 100
  const found = await childrenOf(ctx.db, id, count + 1, query.cursor === undefined ? undefined : readCursor(query.cursor as string))
  const items = found.slice(0, count)
  const last = found.length > count ? items.at(-1) : undefined
  return { body: { items, ...(last ? { next: Buffer.from(JSON.stringify([last.name, last.id])).toString('base64url') } : {}) } }
}

/** Where a page ended: the name and the id of its last edge. */
function readCursor(cursor: string): [string, string] {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    parts = undefined
  }
  const isText = (part: unknown) => typeof part === 'string' && !part.includes('\u0000') && part.isWellFormed()
  if (!Array.isArray(parts) || parts.length !== 2 || !parts.every(isText)) {
    throw new GatehouseError('invalid_cursor', 'cursor: is not one of ours; take it from `next` of the page before.')
  }
  return parts as [string, string]
}

const typePath = '/metadata/organization-types'
const type = { component: 'OrganizationType' }
const metadata = { tag: 'Metadata' } as const

export const organizationRoutes: readonly Route[] = guarded('organizations', [
  { method: 'GET', path: '/organizations/:id/children', scope: 'read', tag, operation: 'listOrganizationChildren', summary: 'Lists the organisations directly below one, by name.',
    query: pageParameters, answer: { component: 'OrganizationChild', list: true }, handle: children },
  { method: 'GET', path: '/organizations/proposal', scope: 'read', tag, operation: 'proposeOrganization', summary: 'Proposes the organisation whose domain an e-mail address has; null when there is none.',
    query: [{ name: 'email', type: 'string', required: true, doc: 'The e-mail address.' }], answer: { component: 'OrganizationProposal' },
    handle: async ({ ctx, query }) => ({ body: { organization: (await proposeOrganization(ctx.db, query.email as string)) ?? null } }) },
], 'free').concat(guarded('metadata', [
  { ...metadata, method: 'GET', path: typePath, scope: 'read', operation: 'listOrganizationTypes', summary: 'Lists types of organisations and what may stand below each.', answer: { ...type, list: true },
    handle: async ({ ctx }) => ({ body: { items: await listOrganizationTypes(ctx.db) } }) },
  { ...metadata, method: 'POST', path: typePath, scope: 'admin', operation: 'createOrganizationType', summary: 'Makes a type of organisations.', body: type, answer: type, status: 201,
    handle: async ({ ctx, body }) => ({ body: await createOrganizationType(ctx, body) }) },
  { ...metadata, method: 'GET', path: `${typePath}/:id`, scope: 'read', operation: 'readOrganizationType', summary: 'Reads a type of organisations.', answer: type,
    handle: async ({ ctx, params }) => ({ body: await readOrganizationType(ctx.db, params.id!) }) },
  { ...metadata, method: 'PATCH', path: `${typePath}/:id`, scope: 'admin', operation: 'patchOrganizationType', summary: 'Changes a type of organisations, or what may stand below it.', body: type, answer: type,
    handle: async ({ ctx, params, body }) => ({ body: await patchOrganizationType(ctx, params.id!, body) }) },
  { ...metadata, method: 'DELETE', path: `${typePath}/:id`, scope: 'admin', operation: 'deleteOrganizationType', summary: 'Removes a type that no organisation has.', status: 204,
    handle: async ({ ctx, params }) => {
      await removeOrganizationType(ctx, params.id!)
      return {}
    } },
], 'free'))
