/** Whoever follows a wrong link with a browser gets a page under a strict policy; programs get the problem. */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { application, callback, oidcServer } from './oidc-harness.ts'
import { testServer } from './rest-server.ts'

const { server } = await testServer()
const { server: oidc } = await oidcServer()
const get = (url: string, accept?: string) => server.inject({ url, headers: accept === undefined ? {} : { accept } })
const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

test('a browser sees a page, escaped, with its one style and nothing else allowed', async () => {
  const page = await get('/nonsense&x', browser)
  expect([page.statusCode, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
  expect(page.body).toContain('No page of this server has the address /nonsense&amp;x.')
  expect(page.body).toContain(`Request ${String(page.headers['x-request-id'])}`)
  const style = /<style>([\s\S]*)<\/style>/.exec(page.body)![1]!
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'/)
  expect(page.headers['content-security-policy']).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`)
})

test.for([
  ['de-AT,de;q=0.9,en;q=0.5', 'de', 'Hier ist nichts', 'Keine Seite dieses Servers hat die Adresse /x.'], ['fr,en-GB,de', 'en', 'There is nothing here', 'No page of this server has the address /x.'],
  [`xx,${'y'.repeat(5000)},de`, 'en', 'There is nothing here', 'To the start page'],
] as const)('in the language of the browser (%#)', async ([languages, lang, title, text]) => {
  const page = await server.inject({ url: '/x', headers: { accept: browser, 'accept-language': languages } })
  expect(page.body).toContain(`<html lang="${lang}">`)
  expect(page.body).toContain(`<h1>${title}</h1>`)
  expect(page.body).toContain(text)
  expect(page.headers['vary']).toContain('accept-language')
})

test.each([['/nonsense', undefined], ['/nonsense', '*/*'], ['/nonsense', 'application/json, text/html'], ['/api/v1/nonsense', browser]])('%s asked for as %s is a problem', async (url, accept) => {
  const answer = await get(url, accept)
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8'])
  expect(answer.json()).toMatchObject({ code: 'not_found', detail: `There is nothing at GET ${url}.` })
})

test.each([
  ['/oidc/interaction/dead', 'en', 404, 'This sign-in cannot go on', 'en'], ['/oidc/interaction/dead', 'de', 404, 'Diese Anmeldung kann nicht weitergehen', 'de'],
  [`/oidc/auth?state=${'s'.repeat(9000)}`, 'en', 431, 'The application has sent too much', 'en'], [`/oidc/auth?state=${'s'.repeat(9000)}`, 'de-CH', 431, 'Die Anwendung hat zu viel geschickt', 'de'],
])('whom an application has sent here reads what stands against it (%#)', async (url, languages, status, title, lang) => {
  const page = await oidc.inject({ url, headers: { accept: browser, 'accept-language': languages } })
  expect([page.statusCode, page.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8'])
  expect(page.body).toContain(`<html lang="${lang}">`)
  expect(page.body).toContain(`<h1>${title}</h1><p role="alert" lang="${lang}">`)
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'/)
  const answer = await oidc.inject({ url, headers: { accept: '*/*' } })
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'application/problem+json; charset=utf-8'])
})

test('a refusal that has no words of its own is a page, too, with its title', async () => {
  const { server: own, ctx } = await oidcServer({ OIDC_QUESTIONS_PER_MINUTE: '1' })
  const { id } = await application(ctx, 'Own', { firstParty: true })
  const asked = new URLSearchParams({ client_id: id, response_type: 'code', scope: 'openid', redirect_uri: callback, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' })
  const ask = () => own.inject({ url: `/oidc/auth?${asked}`, headers: { accept: browser, 'accept-language': 'de' } })
  for (let n = 0; n < 2; n++) await ask()
  const page = await ask()
  expect([page.statusCode, page.headers['content-type'], page.headers['retry-after']]).toEqual([429, 'text/html; charset=utf-8', '60'])
  expect(page.body).toContain('<h1>Zu viele Anfragen. Bitte warten Sie einen Augenblick.</h1>')
})
