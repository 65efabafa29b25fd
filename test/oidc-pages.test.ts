/** The pages that the provider makes itself look as the others do. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { expect, test } from 'vitest'
import { pagesWith } from '../src/oidc/pages.ts'
import { root } from '../tools/house-rules.ts'

const variablesIn = (css: string) => new Map([...css.matchAll(/(--gatehouse-[\w-]+): ([^;]+);/g)].map(([, name, value]) => [name!, value!]))

test('their colours, corners and letters are those of the console, by light and by dark', async () => {
  const theme = readFileSync(join(root, 'console/src/ui/theme.css'), 'utf8')
  const [light, dark] = theme.split(':root[').map(variablesIn) as [Map<string, string>, Map<string, string>]
  expect([light.size > 10, dark.size > 10]).toEqual([true, true])
  const shown = { acceptsLanguages: () => 'en' } as unknown as KoaContextWithOIDC
  await pagesWith(async () => undefined).logoutDone(shown)
  const page = String(shown.body)
  const own = variablesIn(page)
  expect([...own]).toEqual([...own.keys()].map((name) => [name, dark.has(name) ? `light-dark(${light.get(name)}, ${dark.get(name)})` : light.get(name)]))
  // Every one that is used has a value, and every value is used.
  expect(new Set([...page.matchAll(/var\((--gatehouse-[\w-]+)\)/g)].map(([, name]) => name))).toEqual(new Set(own.keys()))
})
