/** Ways of writing code that open a door, and the places where they are allowed all the same. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rulesOf } from '../src/connectors/okta/field-rules.ts'
import { safePattern } from '../src/transfer/safe-pattern.ts'
import { dateReader } from '../src/transfer/value-date.ts'
import { codeFiles, projectFiles, root } from '../tools/house-rules.ts'

const shipped = codeFiles(projectFiles()).filter(({ path }) => /^(?:src|twin|bin|console)\//.test(path))
const using = (pattern: RegExp) => shipped.filter(({ text }) => pattern.test(text)).map(({ path }) => path).toSorted()

test('programs are started with lists of arguments, in three places, and never by a shell', () => {
  expect(using(/node:child_process/)).toEqual(['bin/gatehouse.js', 'src/store/embedded-binaries.ts', 'src/store/embedded-cluster.ts'])
  expect(using(/(?<![.\w])exec(?:Sync)?\(|\bshell:|['"](?:\/bin\/)?(?:ba)?sh['"],\s*\[/)).toEqual([])
})

test('regular expressions are made of our own words; where of what came in, its signs are letters, or only harmless ones are taken', () => {
  const ours = [
    'src/audit/secrets.ts', 'src/model/auth-type.ts', 'src/model/filter-condition.ts', 'src/model/filter-match.ts', 'src/model/filter.ts', 'src/model/fold.ts', 'src/model/name-order.ts', 'src/model/shown-name.ts', 'src/notify/tell-people.ts', 'src/pages/serve-pages.ts',
    'src/portals/mass-delete-request.ts', 'src/store/catalogue.ts', 'src/transfer/document-path.ts', 'src/transfer/secret-names.ts',
  ]
  const ofOthers = ['src/connectors/okta/field-rules.ts', 'src/transfer/safe-pattern.ts', 'src/transfer/value-date.ts']
  expect(using(/\bRegExp\(/).filter((path) => !path.startsWith('twin/'))).toEqual([...ours, ...ofOthers].toSorted())
  // A form of dates, with signs that mean something elsewhere.
  const read = dateReader('YYYY.MM.DD (a+)+$|[x]*')!
  expect([read('2026.11.27 (a+)+$|[x]*'), read('2026x11x27 aaaa'), read('2026.11.27 ')]).toEqual(['2026-11-27', undefined, undefined])
  const rules = (pattern: string) => rulesOf({ definitions: { base: { properties: { login: { type: 'string', pattern } } } } }).rules.login?.pattern
  expect([rules('[a-z]+')?.source, rules('.+')?.source, rules('(a+)+$'), rules('[a]+|.*')]).toEqual(['^[a-z]+$', '^.+$', undefined, undefined])
  expect([safePattern('(a+)+b'), safePattern('^(\\w+)$')]).toEqual([expect.any(String), expect.any(RegExp)])
})

test('neither HTML nor code is made of text in a browser, nor code in the server', () => {
  expect(using(/dangerouslySetInnerHTML|\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write\b/)).toEqual([])
  expect(using(/\beval\(|new Function\(|from 'node:vm'/)).toEqual([])
  expect(using(/window\.(?:parent|opener|postMessage)|addEventListener\('message'/)).toEqual([])
})

test('SHA-1 and MD5 make ETags, ids and the codes of apps, or judge what others have hashed', () => {
  expect(using(/['"](?:sha1|md5|rmd160)['"]|[ (]md5\(/i)).toEqual([
    'src/rest/server.ts', 'src/signin/password-crypt.ts', 'src/signin/password-foreign.ts', 'src/signin/totp.ts', 'src/store/managed-systems.ts', 'src/store/metadata-records.ts', 'src/store/password-policies.ts',
    'src/store/plan-settle.ts', 'src/store/plans.ts', 'src/store/resource-types.ts',
    // The double judges what Okta does.
    'twin/credentials.ts',
  ])
  expect(using(/createCipheriv\('(?!aes-256-gcm')|Math\.random\(\)\.toString/)).toEqual([])
})

test('every package that is installed is locked by what it contains', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, { integrity?: string; link?: boolean }> }
  const foreign = Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && link !== true)
  expect(foreign.length).toBeGreaterThan(100)
  expect(foreign.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true).map(([path]) => path)).toEqual([])
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
  expect(Object.values(dependencies).filter((version) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([])
})
