/** The rules of the house hold today, and each of them would notice an offender. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  barrels, circles, clocks, codeFiles, houseFindings, importOrder, importsOf, machinePaths, names, projectFiles, type SourceFile,
} from '../tools/house-rules.ts'
import { lintFindings, ratchetFindings, readRatchet, shrink, tooLong } from '../tools/house-sizes.ts'
import { isPermissive, licenceFindings } from '../tools/licences.ts'

const file = (path: string, ...imports: string[]): SourceFile => ({ path, text: imports.map((one) => `import { x } from '${one}'\n`).join('') })

describe('the project keeps the rules', () => {
  test('of the house', () => expect(houseFindings()).toEqual([]))
  test('of the linter', () => expect(lintFindings()).toEqual([]), 30_000)
  test('of size', () => expect(ratchetFindings(tooLong(), readRatchet())).toEqual([]), 30_000)
  test('of licences', () => expect(licenceFindings()).toEqual([]))
  test('over all of its code', () => {
    const paths = codeFiles(projectFiles()).map(({ path }) => path)
    expect(paths).toEqual(expect.arrayContaining(['src/main.ts', 'src/errors.ts', 'tools/check.ts', 'test/house.test.ts', 'twin/server.ts', 'console/src/gate.tsx', 'console/src/words/de.ts']))
  })
  test('not over what Git ignores', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-files-'))
    try {
      mkdirSync(join(folder, 'restored'))
      for (const name of ['restored/postmaster.opts', 'server.log', 'kept.ts', 'unrestored']) writeFileSync(join(folder, name), '')
      expect(projectFiles(folder).map(({ path }) => basename(path)).toSorted()).toEqual(['kept.ts', 'unrestored'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

test('the linter refuses what switches types off, default exports and waste', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-lint-'))
  try {
    const offences = ['export const a: any = 1', '// @ts-ignore\nexport const b = 1', 'export default 1', 'const unused = 1', 'export const c = (x: number) => x == 1']
    offences.forEach((text, index) => writeFileSync(join(folder, `offence-${index}.ts`), `${text}\n`))
    writeFileSync(join(folder, 'fine.ts'), 'export const a: unknown = 1\n')
    const offenders = new Set(lintFindings(folder).map((finding) => finding.split(':')[0]))
    expect([...offenders].toSorted()).toEqual(offences.map((_, index) => `offence-${index}.ts`))
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 30_000)

describe('import order', () => {
  const allowed: [string, string][] = [
    ['src/store/users.ts', '../model/user.ts'],
    ['src/audit/record.ts', '../store/audit-events.ts'],
    ['src/directory/users.ts', '../plans/apply.ts'],
    ['src/sync/run.ts', '../portals/portals.ts'],
    ['src/connectors/okta/client.ts', '../../sync/connector.ts'],
    ['src/rest/server.ts', '../transfer/export.ts'],
    ['src/model/id.ts', 'node:crypto'],
    ['src/context.ts', './store/database.ts'],
    ['src/model/values.ts', '../errors.ts'],
    ['src/main.ts', './rest/server.ts'],
    ['src/cli/program.ts', '../main.ts'],
    ['src/cli/twin.ts', '../../twin/server.ts'],
    ['test/a.test.ts', '../src/main.ts'],
    ['console/src/pages/profile/a.tsx', '../../../../src/model/user.ts'],
    ['console/src/api.ts', '../../src/errors.ts'],
    ['console/src/pages/profile/a.tsx', '../../ui/form.tsx'],
  ]
  test.each(allowed)('%s may import %s', (from, to) => expect(importOrder([file(from, to)])).toEqual([]))

  const refused: [string, string, RegExp][] = [
    ['src/model/user.ts', '../store/users.ts', /pure/],
    ['src/model/user.ts', 'node:fs', /pure/],
    ['src/model/user.ts', 'pg', /pure/],
    ['src/store/users.ts', '../audit/record.ts', /above/],
    ['src/plans/apply.ts', '../directory/users.ts', /above/],
    ['src/directory/users.ts', '../access/api-keys.ts', /side by side/],
    ['src/rest/server.ts', '../scim/server.ts', /side by side/],
    ['src/transfer/import.ts', '../rest/server.ts', /above/],
    ['src/sync/run.ts', '../connectors/okta/client.ts', /above/],
    ['src/connectors/okta/client.ts', '../ldap/client.ts', /each other/],
    ['src/rest/server.ts', '../main.ts', /wires/],
    ['src/store/users.ts', '../whatever/users.ts', /not in the plan/],
    ['src/config.ts', './store/database.ts', /foundation/],
    ['src/store/users.ts', '../../test/database.ts', /only src/],
    ['src/rest/server.ts', '../../twin/server.ts', /only src/],
    ['twin/server.ts', '../src/errors.ts', /double/],
    ['console/src/api.ts', '../../src/rest/route.ts', /ask REST/],
    ['console/src/api.ts', '../../src/pages/serve-pages.ts', /ask REST/],
    ['console/src/ui/form.tsx', '../pages/keys/keys.tsx', /know none/],
    ['src/pages/bundle.ts', '../../console/src/api.ts', /only src/],
    ['src/pages/bundle.ts', '../rest/server.ts', /side by side/],
  ]
  test.each(refused)('%s may not import %s', (from, to, why) => expect(importOrder([file(from, to)])).toEqual([expect.stringMatching(why)]))

  test('sees every form of import', () => {
    const text = `import type { A } from './a.ts'\nimport {\n  b,\n  c,\n} from './b.ts'\nexport { d } from './d.ts'\nimport './e.ts'\nconst f = await import('./f.ts')\n`
    expect(importsOf({ path: 'src/x/y.ts', text })).toEqual(['src/x/a.ts', 'src/x/b.ts', 'src/x/d.ts', 'src/x/e.ts', 'src/x/f.ts'])
  })
})

test('a circle of imports is found, however long', () => {
  const ring = [file('src/a.ts', './b.ts'), file('src/b.ts', './c.ts'), file('src/c.ts', './a.ts'), file('src/d.ts', './a.ts')]
  expect(circles(ring)).toEqual([expect.stringContaining('src/a.ts → src/b.ts → src/c.ts → src/a.ts')])
  expect(circles(ring.slice(1))).toEqual([])
})

test('names are kebab-case and say something', () => {
  expect(names([file('src/model/user-links.ts'), file('test/a-b.test.ts'), file('console/src/ui/page-title.tsx'), file('console/src/assets.d.ts')])).toEqual([])
  const bad = ['src/model/userLinks.ts', 'src/utils/x.ts', 'src/model/helpers.ts', 'src/services/x.ts', 'console/src/ui/PageTitle.tsx', 'console/src/helpers/x.tsx']
  expect(names(bad.map((path) => file(path)))).toHaveLength(bad.length)
})

test('barrels are refused', () => {
  const text = (path: string, content: string) => [{ path, text: content }]
  expect(barrels(text('src/a/index.ts', 'export const a = 1'))).toHaveLength(1)
  expect(barrels(text('src/a/b.ts', `export * from './c.ts'\nexport const a = 1`))).toHaveLength(1)
  expect(barrels(text('src/a/b.ts', `/** All. */\nexport { c } from './c.ts'\nexport type { d } from './d.ts'\n`))).toHaveLength(1)
  expect(barrels(text('src/a/b.ts', `import { c } from './c.ts'\nexport function d() { return c }\n`))).toEqual([])
})

test('the clock is read by the composition root alone', () => {
  const text = 'export const now = () => new Date()'
  expect(clocks([{ path: 'src/directory/users.ts', text }])).toHaveLength(1)
  expect(clocks([{ path: 'src/main.ts', text }, { path: 'test/x.ts', text }])).toEqual([])
})

test('places of one machine are found', () => {
  const found = (text: string) => machinePaths([{ path: 'docs/x.md', text }], '/srv/checkout', '/some/where/me').length
  const places = ['see /srv/checkout/src', ['', 'home', 'ann', 'x'].join('/'), ['', 'Users', 'ann', 'x'].join('/'), '/some/where/me']
  expect(places.map(found)).toEqual([1, 1, 1, 1])
  expect(found('GET /users/{id}/emails, /api/v1/users/abc/x and /usr/lib')).toBe(0)
})

test('the ratchet lets nothing grow, and notices what has shrunk', () => {
  expect(ratchetFindings({ 'a.ts': 501 }, {})).toEqual([expect.stringMatching(/split it/)])
  expect(ratchetFindings({ 'a.ts': 502 }, { 'a.ts': 501 })).toEqual([expect.stringMatching(/grown from 501 to 502/)])
  expect(ratchetFindings({ 'a.ts': 501 }, { 'a.ts': 502 })).toEqual([expect.stringMatching(/shrunk/)])
  expect(ratchetFindings({}, { 'a.ts': 502 })).toEqual([expect.stringMatching(/shrunk/)])
  expect(ratchetFindings({ 'a.ts': 501 }, { 'a.ts': 501 })).toEqual([])
  expect(shrink({ 'a.ts': 501, 'c.ts': 900 }, { 'a.ts': 600, 'b.ts': 700 })).toEqual({ 'a.ts': 501 })
})

test('licences are permissive', () => {
  expect(['MIT', '(MIT OR GPL-3.0)', 'Apache-2.0 AND MIT', 'BSD-3-Clause'].map(isPermissive)).toEqual([true, true, true, true])
  expect(['GPL-3.0', 'AGPL-3.0-only', 'MIT AND GPL-2.0', 'UNLICENSED', 'SEE LICENSE IN LICENSE'].map(isPermissive)).toEqual([false, false, false, false, false])
})
