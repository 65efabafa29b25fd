/** Documents made from the code say what the code says today; `npm run docs` brings them up to date. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
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
  expect(documents['docs/attributes.md']).toMatch(/\| `name.familyName` \| string ≤ 100 \| sortable \| `last_name` \|/)
  expect(documents['docs/data-model.md']).toContain('### public.users')
  expect(documents['docs/cli.md']).toContain('## gatehouse backup')
})
