/** docs/rights.md: what there is to administer, the shipped roles, and what each route needs, also those outside the REST list. */
import type { Caller } from '../src/access/authorize.ts'
import { pagePaths } from '../src/pages/page-paths.ts'
import type { Route } from '../src/rest/route.ts'
import { liftingBesides, needOf } from '../src/model/lifecycle.ts'
import { ownId, ownResources, ownRights, ownRoles, type Need, type OwnResource, type OwnRight } from '../src/model/own-access.ts'
import { code, page, table } from './markdown.ts'

const rightsText = (needs: readonly Need[]): string => needs.map(({ resource, right }) => `${resource} ${right}`).join(', ')

const callers = { everyone: 'no key', 'signing-in': 'a session, also before its sign-in is complete', 'signed-in': 'a session' } as const satisfies Record<Caller, string>

/** What a route asks of who calls it: `people READ`, one after the other, or who else may. Scopes are those of keys, and count only where a key will do. */
export function accessCells({ caller, scope, needs }: Pick<Route, 'caller' | 'scope' | 'needs'>): [scope: string, needs: string] {
  return caller === undefined ? [scope, rightsText(needs) || 'any key or session'] : ['', callers[caller]]
}

/** Routes outside the REST list, and what each asks instead of a key. */
export const outsideRoutes: Record<string, string> = {
  '/health/live': 'nothing',
  '/health/ready': 'nothing',
  '/metrics': 'nothing; keep it from the outside where the numbers are nobody\'s business',
  '/api/v1/openapi.json': 'nothing',
  '/api/v1/docs': 'nothing',
  '/api/v1/docs/page.css': 'nothing',
  '/api/v1/docs/page.js': 'nothing',
  '/.well-known/oauth-authorization-server/oidc': 'nothing',
  '/.well-known/change-password': 'nothing',
  '/oidc/*': 'what OpenID Connect says of each endpoint: nothing, the client\'s own secret or key, or an access token',
  '/oidc/interaction/:uid': 'the browser that was asked, by its cookie',
  '/api/v1/interactions/:uid': 'the browser that was asked, by its cookie',
  '/api/v1/interactions/:uid/:what': 'the browser that was asked, by its cookie, from our own pages; consent and login also a session that is signed in',
  '/hooks/okta': 'the secret `OKTA_HOOK_SECRET` in Authorization; absent without that setting',
  '/outbox/:token': 'the token `OUTBOX_TOKEN` in the address, asked for as localhost; absent without that setting',
  '/outbox/:token/:id': 'the same',
  ...Object.fromEntries(pagePaths.map((path) => [path, 'nothing: the page is the same for everybody and asks REST for the rest'])),
  '/assets/:name': 'nothing',
  '/themes/:name': 'nothing',
}

export const routeCell = ({ method, path }: Pick<Route, 'method' | 'path'>): string => code(`${method} ${braced(path)}`)

const braced = (path: string) => path.replaceAll(/:(\w+)/g, '{$1}')

function rolesTable(): string {
  const names = Object.keys(ownResources)
  return table(['role', ...names], Object.entries(ownRoles).map(([role, { rights }]) =>
    [code(role), ...names.map((name) => (rights[name as OwnResource] ?? []).map((right) => letters[right]).join(''))]))
}

const letters = { READ: 'r', CREATE: 'c', UPDATE: 'u', DELETE: 'd', RESET: 's', GRANT: 'g' } as const satisfies Record<OwnRight, string>

function routesTable(routes: readonly Route[]): string {
  const restricted = { path: 'the person in the path', query: 'narrowed down', free: 'not narrowed down' } as const
  return table(['operation', 'scope', 'needs', 'for those who are restricted'], routes.map((route) => [
    routeCell(route), ...accessCells(route), route.reach === undefined ? 'closed' : restricted[route.reach],
  ]))
}

/** The whole page, from the lists the server runs on. */
export function rightsPage(routes: readonly Route[]): string {
  return page('Rights', 'src/model/own-access.ts and the route lists in src/rest',
    'Administering Gatehouse is access like any other: what there is to administer are resources, roles carry rights on them, and '
    + 'people have roles, directly or by their groups and organisations. [how-to-administer.md](how-to-administer.md) shows how to give and '
    + 'take them. A key can do what its scope allows and its person has the right to. The key of the setting `GATEHOUSE_API_KEY` and the '
    + 'command line have every right.',
    '## What there is to administer',
    table(['resource', 'id', 'rights', 'meaning'], Object.entries(ownResources).map(([name, { doc, rights }]) => [name, code(ownId(name)), rights.join(' '), doc])),
    '## Rights',
    table(['right', 'meaning'], Object.entries(ownRights).map(([name, doc]) => [code(name), doc])),
    '## Roles that are shipped',
    table(['id', 'name', 'for whom'], Object.entries(ownRoles).map(([name, { name: label, doc }]) => [code(ownId(name)), label, doc])),
    'What each carries: r read, c create, u update, d delete, s reset, g grant.',
    rolesTable(),
    '## Routes',
    'Below `/api/v1`. All rights that are named are needed, of a key also the scope; a session has every scope. Where a session is '
    + 'needed, a key will not do; where no key is needed, none is looked at, and what proves something (a password, a token of a mail, '
    + 'the secret of a hook) is part of the request. Applying a plan also needs the rights to what the plan does. Setting `active` needs '
    + `${rightsText([needOf('enable')])} as well, and so do ${liftingBesides.map(code).join(', ')} of somebody who is locked or disabled. Somebody `
    + 'restricted to some people (by delegations) is let into what keeps to those.',
    routesTable(routes),
    '## Routes outside the list',
    'From the root of the server. No key opens these, and none is needed.',
    table(['address', 'needs'], Object.entries(outsideRoutes).map(([path, needs]) => [code(braced(path)), needs])))
}
