/** docs/rights.md: what there is to administer, the shipped roles, and which right each route needs. */
import type { Route } from '../src/rest/route.ts'
import { liftingBesides, needOf } from '../src/model/lifecycle.ts'
import { ownId, ownResources, ownRights, ownRoles, type Need, type OwnResource, type OwnRight } from '../src/model/own-access.ts'
import { code, page, table } from './markdown.ts'

/** `people READ`, one after the other; a route that needs none says so. */
export const needsText = (needs: readonly Need[]): string => needs.map(({ resource, right }) => `${resource} ${right}`).join(', ') || 'any key'

function rolesTable(): string {
  const names = Object.keys(ownResources)
  return table(['role', ...names], Object.entries(ownRoles).map(([role, { rights }]) =>
    [code(role), ...names.map((name) => (rights[name as OwnResource] ?? []).map((right) => letters[right]).join(''))]))
}

const letters = { READ: 'r', CREATE: 'c', UPDATE: 'u', DELETE: 'd', RESET: 's', GRANT: 'g' } as const satisfies Record<OwnRight, string>

function routesTable(routes: readonly Route[]): string {
  const restricted = { path: 'the person in the path', query: 'narrowed down', free: 'tells nothing of people' } as const
  return table(['operation', 'scope', 'rights', 'for those who are restricted'], routes.map((route) => [
    code(`${route.method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`), route.scope, needsText(route.needs), route.reach === undefined ? 'closed' : restricted[route.reach],
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
    'All rights that are named are needed. Applying a plan also needs the rights to what the plan does. Setting `active` needs '
    + `${needsText([needOf('enable')])} as well, and so do ${liftingBesides.map(code).join(', ')} of somebody who is locked or disabled. Somebody `
    + 'restricted to some people (by delegations) is let into what keeps to those.',
    routesTable(routes))
}
