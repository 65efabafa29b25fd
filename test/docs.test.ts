/** Documents made from the code say what the code says today; `npm run docs` brings them up to date. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pagePaths } from '../src/pages/page-paths.ts'
import { generatedDocs } from '../tools/docs.ts'
import { root } from '../tools/house-rules.ts'

const documents = generatedDocs()

test.each(Object.keys(documents))('%s is up to date (npm run docs)', (path) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(documents[path])
})

test('there is a document for errors, settings, routes, attributes, tables and commands', () => {
  expect(documents['docs/errors.md']).toMatch(/\| `version_mismatch` \| 412 \| {2}\|/)
  expect(documents['docs/configuration.md']).toMatch(/\| `PORT` \| integer, 0 to 65535 \| `8080` \|/)
  expect(documents['docs/api.md']).toMatch(/\| `PATCH \/users\/\{id\}` \| write \|/)
  expect(documents['docs/attributes.md']).toMatch(/\| `name.familyName` \| string ≤ 100 \| sortable by letters \| `last_name` \|/)
  expect(documents['docs/data-model.md']).toContain('### public.users')
  expect(documents['docs/cli.md']).toContain('## gatehouse backup')
})

test('an address that a how-to names by itself is a page, a route, or a path of the machine', () => {
  const routes = new Set([...documents['docs/api.md']!.matchAll(/`[A-Z]+ \/([\w-]+)/g)].map(([, first]) => first))
  const isThere = (path: string) => (pagePaths as readonly string[]).includes(path) || routes.has(path.split('/')[1]) || /^\/(?:api\/v1|metrics|health|oidc|usr|etc)(?:\/|$)/.test(path)
  const named = readdirSync(join(root, 'docs')).filter((name) => name.startsWith('how-to-')).flatMap((name) => [...readFileSync(join(root, 'docs', name), 'utf8').matchAll(/`(\/[\w/-]*)`/g)].map(([, path]) => `${name}: ${path}`))
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((one) => !isThere(one.split(': ')[1]!))).toEqual([])
})
