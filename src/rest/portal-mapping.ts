/** Routes of how accounts are filled, for a portal's people and for administrators, and of checking a portal against Okta. */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { isObject } from '../model/attribute.ts'
import { isPortalId } from '../portals/check-portal.ts'
import { readMapping, setMapping } from '../portals/mapping.ts'
import type { MappingOwner } from '../store/account-mappings.ts'
import type { PortalFinding } from '../sync/check-portal.ts'
import { settled } from './portals.ts'
import { guarded, type Call, type Route, type UnguardedRoute } from './route.ts'

const base = { tag: 'Portals', unversioned: true } as const
const mapping = { component: 'AccountMapping' }

function portalOf({ params }: Call): number {
  const id = Number(params.id)
  if (!isPortalId(id)) throw new GatehouseError('not_found', `There is no portal ${params.id}.`)
  return id
}

function fieldsOf(body: unknown): unknown {
  if (!isObject(body)) throw new GatehouseError('invalid_body', 'A mapping must be a JSON object with `fields`.')
  const unknown = Object.keys(body).find((key) => !['fields', 'own', 'marked'].includes(key))
  if (unknown !== undefined) throw new GatehouseError('unknown_attribute', `${unknown}: is not part of a mapping.`)
  return body.fields
}

function mappingRoutes(path: string, whose: string, name: string, owner: (call: Call) => MappingOwner): UnguardedRoute[] {
  return [
    { ...base, method: 'GET', path, scope: 'read', operation: `read${name}`, reach: 'free', summary: `Reads how the accounts of ${whose} are filled.`, answer: mapping,
      handle: async (call) => ({ body: await readMapping(call.ctx.db, owner(call)) }) },
    { ...base, method: 'PUT', path, scope: 'admin', operation: `replace${name}`, needs: settled('UPDATE'), summary: `Sets how the accounts of ${whose} are filled; everybody whom that concerns is pushed at the next run.`, body: mapping, answer: mapping,
      handle: async (call) => ({ body: await setMapping(call.ctx, owner(call), fieldsOf(call.body)) }) },
    { ...base, method: 'DELETE', path, scope: 'admin', operation: `delete${name}`, needs: settled('UPDATE'), summary: `Goes back to the standard for the accounts of ${whose}.`, answer: mapping,
      handle: async (call) => ({ body: await setMapping(call.ctx, owner(call), null) }) },
  ]
}

/** The routes, given how a portal is held against the connected system. */
export function portalMappingRoutes(check: (ctx: Context, portalId: number) => Promise<PortalFinding[]>): readonly Route[] {
  return guarded('portals', [
    ...mappingRoutes('/portals/admins/mapping', 'administrators', 'AdminMapping', () => 'admins'),
    ...mappingRoutes('/portals/:id/mapping', 'a portal\'s people', 'PortalMapping', portalOf),
    { ...base, method: 'POST', path: '/portals/:id/check', scope: 'write', operation: 'checkPortal', summary: 'Holds a portal against Okta: its client, group, addresses and issuer, and whether the mapping fits the user schema. Changes nothing.',
      answer: { component: 'PortalFinding', list: true }, needs: [{ resource: 'portals', right: 'UPDATE' }],
      handle: async (call) => ({ body: { items: await check(call.ctx, portalOf(call)) } }) },
  ])
}
