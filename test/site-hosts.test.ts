/** Which site a host belongs to: the one that says it most exactly, however many others there are. */
import { expect, test } from 'vitest'
import { patternsOf } from '../src/model/site-records.ts'
import { sitesThatCount, themeOfHost } from '../src/store/site-records.ts'
import { testDatabase } from './database.ts'

test.each([
  ['people.example.com', ['*', 'people.example.com', '*.example.com', '*.com']],
  ['People.Example.com:8080', ['*', 'people.example.com:8080', 'people.example.com', '*.example.com:8080', '*.com:8080', '*.example.com', '*.com']],
  ['localhost', ['*', 'localhost']],
  ['[::1]:8080', ['*', '[::1]:8080', '[::1]']],
  ['a.'.repeat(5000), ['*']],
])('the patterns of %s', (host, patterns) => expect(patternsOf(host)).toEqual(patterns))

test('the most exact of thousands counts, and beside it the one that is named', async () => {
  const db = await testDatabase()
  await db.execute(`insert into content_provider (content_provider_id, content_provider_name, domain_pattern, ui_theme_id, min_auth_level)
    select 'n' || n, 'n' || n, 'a-very-long-name-that-nobody-has-' || n || '.example.com', 'other', null from generate_series(1, 1500) n`)
  await db.execute(`insert into content_provider (content_provider_id, content_provider_name, domain_pattern, ui_theme_id, min_auth_level)
    values ('wide', 'wide', '*.example.com', 'wide', 'TWO_FACTOR_AUTH'), ('own', 'own', 'Me.example.com', null, 'PASSKEY_AUTH')`)
  // The one that every installation has.
  const { id: all } = (await db.first<{ id: string }>(`update content_provider set ui_theme_id = 'plain' where domain_pattern = '*' returning content_provider_id as id`))!
  const seen = async (host: string, named: string | null = null) => {
    const { own, named: also } = await sitesThatCount(db, host, named)
    return [own?.id, also?.id, await themeOfHost(db, host)]
  }
  expect(await seen('me.example.com:443')).toEqual(['own', undefined, 'wide'])
  expect(await seen('you.example.com', 'n7')).toEqual(['wide', 'n7', 'wide'])
  expect(await seen('example.org', all)).toEqual([all, all, 'plain'])
  expect((await sitesThatCount(db, 'me.example.com', null)).own!.level).toBeGreaterThan((await sitesThatCount(db, 'x.example.com', null)).own!.level)
})
