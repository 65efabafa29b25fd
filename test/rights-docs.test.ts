/** docs/rights.md says of every route what a caller needs, and the server asks just that. */
import { expect, test } from 'vitest'
import { rightKey } from '../src/model/own-access.ts'
import { allRoutes } from '../src/main.ts'
import { rightsPage, routeCell } from '../tools/rights-docs.ts'
import { testMasterKey } from './master-key.ts'
import { testServer } from './rest-server.ts'

const { server, ask } = await testServer()
const routes = allRoutes(testMasterKey())
const rows = new Map(rightsPage(routes).split('\n').map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''))).map(([route, scope, needs]) => [route!, { scope, needs }]))

test('each route has its row, with its rights or with who else may call', () => {
  for (const route of routes) {
    const said = route.caller === undefined ? route.needs.map((need) => `${need.resource} ${need.right}`).join(', ') || 'any key or session' : expect.stringMatching(/^(no key|a session\b.*)$/)
    expect(rows.get(routeCell(route)), route.operation).toEqual({ scope: route.caller === undefined ? route.scope : '', needs: said })
  }
  expect(routes.flatMap(({ needs }) => needs.map(rightKey)).length).toBeGreaterThan(100)
})

const addressOf = (path: string) => path.replaceAll(/:\w+/g, 'nobody')

test('what needs no key answers without one, and all else does not', async () => {
  for (const { method, path, operation, ...route } of routes) {
    const { statusCode } = await server.inject({ method, url: `/api/v1${addressOf(path)}` })
    const { needs } = rows.get(routeCell({ method, path }))!
    expect(statusCode === 401, `${operation}: ${needs}, ${route.caller}`).toBe(needs !== 'no key')
  }
})

test('what needs a session refuses a key that may everything', async () => {
  for (const { method, path, operation } of routes) {
    const { needs } = rows.get(routeCell({ method, path }))!
    if (!needs!.startsWith('a session')) continue
    expect(await ask(method, addressOf(path)), operation).toMatchObject({ status: 403, body: { detail: expect.stringContaining('a key cannot do it') } })
  }
})
