/** Routes of organisations beside those of every record: what stands below one, which one an e-mail means. */
import { readOrganization } from '../directory/organizations.ts'
import { GatehouseError } from '../errors.ts'
import { domainFault } from '../model/mail-address.ts'
import { childListing, proposeOrganization } from '../store/organizations.ts'
import { listed } from './listing.ts'
import { guarded, type Route } from './route.ts'

const tag = 'Organisations'

const children = listed(childListing, {
  where: async ({ ctx, params }) => {
    await readOrganization(ctx.db, params.id!, [])
    return { company_id: params.id }
  },
})

export const organizationRoutes: readonly Route[] = guarded('organizations', [
  { method: 'GET', path: '/organizations/:id/children', scope: 'read', tag, operation: 'listOrganizationChildren', summary: 'Lists the organisations directly below one, by name.',
    answer: { component: 'OrganizationChild', list: true }, ...children },
  { method: 'GET', path: '/organizations/proposal', scope: 'read', tag, operation: 'proposeOrganization', summary: 'Proposes the organisation whose domain an e-mail address has, of several with the same domain the one whose id comes first; null when there is none.',
    query: [{ name: 'email', type: 'string', required: true, doc: 'The e-mail address.' }], answer: { component: 'OrganizationProposal' },
    handle: async ({ ctx, query }) => {
      const email = query.email as string
      const at = email.lastIndexOf('@')
      const message = 'must be an e-mail address such as ada@example.com'
      if (at < 1 || domainFault(email.slice(at + 1)) !== undefined) throw new GatehouseError('invalid_value', `email: ${message}.`, { problems: [{ path: 'email', message }] })
      return { body: { organization: (await proposeOrganization(ctx.db, email)) ?? null } }
    } },
], 'free')
