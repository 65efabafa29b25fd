/** Which scope of the management API a request needs. `manage` includes `read`. */

/** Longest first; what is not named here cannot be reached with an access token. */
const areas: readonly (readonly [RegExp, string])[] = [
  [/^\/api\/v1\/apps\/[^/]+\/grants(\/|$)/, 'appGrants'],
  [/^\/oauth2\/v1\/clients\/[^/]+\/roles(\/|$)/, 'roles'],
  [/^\/oauth2\/v1\/clients(\/|$)/, 'clients'],
  [/^\/api\/v1\/meta\/schemas(\/|$)/, 'schemas'],
  [/^\/api\/v1\/users(\/|$)/, 'users'],
  [/^\/api\/v1\/groups(\/|$)/, 'groups'],
  [/^\/api\/v1\/apps(\/|$)/, 'apps'],
  [/^\/api\/v1\/logs(\/|$)/, 'logs'],
  [/^\/api\/v1\/eventHooks(\/|$)/, 'eventHooks'],
  [/^\/api\/v1\/inlineHooks(\/|$)/, 'inlineHooks'],
  [/^\/api\/v1\/sessions(\/|$)/, 'sessions'],
  [/^\/api\/v1\/authorizationServers(\/|$)/, 'authorizationServers'],
]

const areaNames = areas.map(([, name]) => name)

/** Scopes any one of which is enough. */
export function scopesFor(method: string, path: string): string[] {
  const area = areas.find(([pattern]) => pattern.test(path))?.[1]
  if (area === undefined) return []
  return method === 'GET' ? [`okta.${area}.read`, `okta.${area}.manage`] : [`okta.${area}.manage`]
}

/** Whether there is such a scope of the management API. */
export function isManagementScope(scope: string): boolean {
  const [, area, kind] = /^okta\.(\w+)\.(read|manage)$/.exec(scope) ?? []
  return area !== undefined && areaNames.includes(area) && !(area === 'logs' && kind === 'manage')
}
