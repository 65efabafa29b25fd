/**
 * The door for people with a browser: the HTML of the pages, the same for each, and what it loads. It knows nobody: who
 * is signed in, and everything about them, the pages ask of REST like any other client.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { randomBytes } from 'node:crypto'
import { publicUrl, type Config } from '../config.ts'
import { GatehouseError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { bundlesFolder, noncePlace, readBundle, type Bundle, type Encoding } from './bundle.ts'
import { pagePaths, type PagePath } from './page-paths.ts'
import { readTheme, themeFor } from './themes.ts'

type Settings = Pick<Config, 'PUBLIC_URL' | 'PORT' | 'THEMES_FOLDER' | 'HELP_DESK_CONTACT'>

/** Styles that the pages make as they run carry a nonce; scripts come from here or not at all. */
const policyOf = (nonce: string) => [
  "default-src 'none'", "script-src 'self'", `style-src 'self' 'nonce-${nonce}'`, "img-src 'self'", "font-src 'self'", "connect-src 'self'",
  "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
].join('; ')

const year = 365 * 86_400

/** The theme of the site whose application sent the browser to a page. */
export type AskedTheme = (request: FastifyRequest, reply: FastifyReply) => Promise<string | undefined>

export function addPages(server: FastifyInstance, { config, db }: { config: Settings; db?: Pick<Database, 'first'> }, asked: AskedTheme, folder: string = bundlesFolder): void {
  let bundle: Bundle | undefined
  const read = async () => (bundle ??= await readBundle(folder))
  for (const path of pagePaths) {
    server.get(path, async (request, reply) => {
      const named = byName(config, request)
      if (named !== undefined) return reply.redirect(named + path, 307)
      return sendPage(reply, (await read())?.html, headOf(config, await themeFor(config, db, request.host, () => asked(request, reply))))
    })
  }
  // W3C, A Well-Known URL for Changing Passwords: where managers of passwords send people.
  server.get('/.well-known/change-password', async (_request, reply) => reply.header('cache-control', 'no-store').redirect('/password' satisfies PagePath, 302))
  server.get<{ Params: { name: string } }>('/themes/:name', async (request, reply) => {
    const text = request.params.name.endsWith('.css') ? await readTheme(config, request.params.name.slice(0, -4)) : undefined
    if (text === undefined) throw new GatehouseError('not_found')
    return reply.header('content-type', 'text/css; charset=utf-8').header('cache-control', 'public, max-age=60').send(text)
  })
  server.get<{ Params: { name: string } }>('/assets/:name', async (request, reply) => {
    const asset = (await read())?.assets.get(request.params.name)
    if (!asset) throw new GatehouseError('not_found')
    const encoding = encodingFor(request.headers['accept-encoding'] ?? '', asset.bodies)
    reply.header('cache-control', `public, max-age=${year}, immutable`).header('vary', 'accept-encoding').header('content-type', asset.type)
    if (encoding !== 'identity') reply.header('content-encoding', encoding)
    return reply.send(asset.bodies[encoding])
  })
}

function sendPage(reply: FastifyReply, page: string | undefined, head: string): FastifyReply {
  const nonce = randomBytes(16).toString('base64')
  reply.header('content-type', 'text/html; charset=utf-8').header('cache-control', 'no-store')
    .header('content-security-policy', policyOf(nonce)).header('cross-origin-opener-policy', 'same-origin')
  return page === undefined ? reply.code(503).send(notBuilt) : reply.send(page.replaceAll(noncePlace, nonce).replace('</head>', () => `${head}</head>`))
}

/** What the pages of this installation have in their head: the theme is last, so that what it sets counts. */
const headOf = ({ HELP_DESK_CONTACT: contact }: Settings, theme: string | undefined): string => [
  ...(contact === undefined ? [] : [`<meta name="help-desk" content="${contact.replaceAll(/[&<>"]/g, (one) => `&#${one.codePointAt(0)};`)}">`]),
  ...(theme === undefined ? [] : [`<link rel="stylesheet" href="/themes/${theme}.css">`]),
].join('')

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Gatehouse</title><h1>The pages have not been made</h1>
<p><code>npm start</code> makes them when it starts; <code>npm run console</code> makes them beside a running server, which needs no restart.</p></html>
`

const encodingFor = (accepted: string, bodies: Partial<Record<Encoding, Buffer>>): Encoding =>
  (['br', 'gzip'] as const).find((one) => bodies[one] !== undefined && new RegExp(`(?:^|[,\\s])${one}(?!\\s*;\\s*q=0(?:\\.0*)?\\s*(?:,|$))(?=$|[\\s,;])`).test(accepted)) ?? 'identity'

/**
 * The server says that it listens on 127.0.0.1; requests with a session have to come from localhost, its name without
 * PUBLIC_URL, where passkeys work too. Whoever typed the number is sent to the name.
 */
function byName(config: Settings, request: FastifyRequest): string | undefined {
  const own = new URL(publicUrl(config))
  const named = request.host.replace(/^(?:127(?:\.\d{1,3}){3}|\[::1\])(?=:|$)/, 'localhost')
  return named !== request.host && named === own.host ? own.origin : undefined
}
