/** The door of the pages: what it serves, under which headers, and what it does not. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { addPages } from '../src/pages/serve-pages.ts'
import { pagePaths } from '../src/pages/page-paths.ts'
import { createServer } from '../src/rest/server.ts'
import { ensureConsole } from '../tools/build-console.ts'
import { root } from '../tools/house-rules.ts'
import { testServer } from './rest-server.ts'

ensureConsole()
const { server, ctx } = await testServer()
const shared = testServer({ THEMES_FOLDER: join(root, 'examples/themes') })
const get = (url: string, headers: Record<string, string> = {}) => server.inject({ url, headers: { host: 'localhost:8080', ...headers } })
const html = (await get('/')).body
const assets = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!)

describe('the pages', () => {
  test.each(pagePaths)('%s is HTML that allows only its own scripts, and nobody to frame it', async (path) => {
    const { statusCode, headers } = await get(path)
    expect([statusCode, headers['content-type'], headers['cache-control']]).toEqual([200, 'text/html; charset=utf-8', 'no-store'])
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin' })
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'; script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("base-uri 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:/)
  })

  test('are found by a manager of passwords that looks for where one is changed', async () => {
    const { statusCode, headers } = await get('/.well-known/change-password')
    expect([statusCode, headers.location]).toEqual([302, '/password'])
    expect((await get(String(headers.location))).statusCode).toBe(200)
    // As the specification wants to tell that an answer to the above means something.
    expect((await get('/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200')).statusCode).toBe(404)
  })

  test('say in their head how the help desk is reached, escaped, where the setting does', async () => {
    const told = await testServer({ HELP_DESK_CONTACT: '"><b>Desk</b> $& help@example.com' })
    const meta = async (of: typeof server) => /<meta name="help-desk"[^>]*>/.exec((await of.inject({ url: '/', headers: { host: 'localhost:8080' } })).body)?.[0]
    expect([await meta(told.server), await meta(server)]).toEqual(['<meta name="help-desk" content="&#34;&#62;&#60;b&#62;Desk&#60;/b&#62; $&#38; help@example.com">', undefined])
  })

  test('have the theme of the site that their host belongs to, where there is such a file', async () => {
    const themed = await testServer({ THEMES_FOLDER: join(root, 'examples/themes') })
    const page = async (host: string) => /\/themes\/[^"]+/.exec((await themed.server.inject({ url: '/', headers: { host } })).body)?.[0]
    expect(await page('id.example.com')).toBeUndefined()
    expect((await themed.ask('PATCH', '/content-providers/DEFAULT_CP', { themeId: 'missing' })).status).toBe(200)
    for (const [name, domainPattern, themeId] of [['sub', '*.example.com', 'plum'], ['one', 'plain.example.com', '../../package']]) {
      expect((await themed.ask('POST', '/content-providers', { name, domainPattern, themeId })).status).toBe(201)
    }
    expect(await Promise.all(['id.example.com', 'ID.example.com:8443', 'example.com', 'plain.example.com', 'id.example.com.evil.test'].map(page))).toEqual(['/themes/plum.css', '/themes/plum.css', undefined, undefined, undefined])
    const css = await themed.server.inject({ url: '/themes/plum.css' })
    expect([css.statusCode, css.headers['content-type']]).toEqual([200, 'text/css; charset=utf-8'])
    for (const url of ['/themes/missing.css', '/themes/plum', '/themes/..%2f..%2fpackage.json', '/themes/..%2fthemes%2fplum.css']) expect((await themed.server.inject({ url })).statusCode).toBe(404)
    expect((await get('/themes/plum.css')).statusCode).toBe(404)
  })

  test('carry a nonce that is new each time, and the policy names it', async () => {
    const [one, other] = [await get('/'), await get('/')]
    const nonceOf = (reply: typeof one) => /'nonce-([^']+)'/.exec(String(reply.headers['content-security-policy']))![1]!
    expect(nonceOf(one)).not.toBe(nonceOf(other))
    expect(Buffer.from(nonceOf(one), 'base64')).toHaveLength(16)
    expect(one.body).toContain(`<meta property="csp-nonce" nonce="${nonceOf(one)}">`)
    expect(one.body).not.toContain('__NONCE__')
  })

  test('hold no script and no style of their own', () => {
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/)
  })

  test('send those who typed the number to the name, where requests with a session have to come from', async () => {
    const sent = async (host: string, path = '/sessions') => {
      const { statusCode, headers } = await get(path, { host })
      return [statusCode, headers.location]
    }
    expect(await sent('127.0.0.1:8080')).toEqual([307, 'http://localhost:8080/sessions'])
    expect(await sent('[::1]:8080', '/?next=//evil.example')).toEqual([307, 'http://localhost:8080/'])
    expect(await sent('127.0.0.1:9000')).toEqual([200, undefined])
    expect(await sent('127.0.0.1.example.com:8080')).toEqual([200, undefined])
  })

  test('are not there where nobody put any', async () => {
    for (const path of ['/console', '/sign-up', '/sessions/', '/sessions/x', '/Password', '/api', '/api/v1/nothing', '/index.html']) {
      const { statusCode, headers } = await get(path)
      expect([path, statusCode, headers['content-type']]).toEqual([path, 404, 'application/problem+json; charset=utf-8'])
    }
    expect((await server.inject({ method: 'POST', url: '/' })).statusCode).toBe(404)
  })
})

describe('every answer', () => {
  const kept: [string, string][] = [
    ['/', 'no-store'], ['/nothing', 'no-store'], ['/api/v1/me', 'no-store'], ['/api/v1/users', 'no-store'], ['/health/live', 'no-store'], ['/metrics', 'no-store'],
    ['/api/v1/openapi.json', 'no-cache'], ['/api/v1/docs', 'no-cache'], ['/api/v1/docs/page.js', 'no-cache'], ['/themes/plum.css', 'public, max-age=60'], [assets[0]!, 'public, max-age=31536000, immutable'],
  ]
  test.each(kept)('%s says how long it may be kept: %s', async (url, cached) => {
    const themed = (await shared).server
    const { headers } = await themed.inject({ url, headers: { host: 'localhost:8080' } })
    expect(headers).toMatchObject({ 'cache-control': cached, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'content-security-policy': expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'/) })
  })
})

describe('what they load', () => {
  test('is kept for good, under names that change with what it is', async () => {
    expect(assets.length).toBeGreaterThan(2)
    for (const path of assets) {
      const { statusCode, headers } = await get(path)
      expect([path, statusCode, headers['cache-control'], headers.vary]).toEqual([path, 200, 'public, max-age=31536000, immutable', 'accept-encoding'])
      expect(headers['content-type']).toMatch(path.endsWith('.js') ? /^text\/javascript/ : path.endsWith('.css') ? /^text\/css/ : /^image\/svg\+xml$/)
      expect(headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'")
    }
  })

  test('comes as small as the browser can take it', async () => {
    const script = assets.find((path) => path.endsWith('.js'))!
    const plain = (await get(script)).rawPayload
    const as = async (accepted: string) => {
      const { headers, rawPayload } = await get(script, { 'accept-encoding': accepted })
      return { encoding: headers['content-encoding'], body: rawPayload }
    }
    const [br, gzip] = [await as('gzip, deflate, br'), await as('gzip')]
    expect([br.encoding, gzip.encoding, (await as('br;q=0, identity')).encoding, (await as('deflate')).encoding]).toEqual(['br', 'gzip', undefined, undefined])
    expect(brotliDecompressSync(br.body).equals(plain)).toBe(true)
    expect(gunzipSync(gzip.body).equals(plain)).toBe(true)
    expect(br.body.length).toBeLessThan(plain.length / 2)
  })

  test('is a list of files and not a folder', async () => {
    for (const path of ['/assets/', '/assets/nothing.js', '/assets/..%2findex.html', '/assets/../package.json', '/assets/%2e%2e%2f%2e%2e%2fpackage.json', '/assets/..%5c..%5cpackage.json', '/assets/__proto__', '/assets/constructor', `${assets[0]}.br`, '/assets/%00']) {
      const { statusCode, headers } = await get(path)
      expect([path, statusCode, headers['content-type']]).toEqual([path, 404, 'application/problem+json; charset=utf-8'])
    }
  })

  test('is small enough for a phone: what signing in needs, at most 140 KB', async () => {
    const sizes = await Promise.all(assets.map(async (path) => (await get(path, { 'accept-encoding': 'br' })).rawPayload.length))
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(140_000)
  })
})

describe('without a bundle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-no-pages-'))
  const bare = createServer(ctx)
  addPages(bare, ctx, async () => undefined, folder)
  afterAll(async () => {
    await bare.close()
    rmSync(folder, { recursive: true })
  })

  test('a page says how to make them, and everything else goes on', async () => {
    const page = await bare.inject({ url: '/' })
    expect([page.statusCode, page.body]).toEqual([503, expect.stringContaining('npm run console')])
    expect((await bare.inject({ url: '/assets/x.js' })).statusCode).toBe(404)
  })
})
