/**
 * The outbox of the demo at /outbox/TOKEN: every message that waits, as its reader would see it, links and codes included.
 * There only with the setting OUTBOX_TOKEN, which needs a loopback HOST; what does not name the token is not found.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { GatehouseError } from '../errors.ts'
import { kindOf, type MessageName } from '../model/message-kinds.ts'
import { renderMail, renderSms, settingOf, type Letter } from '../notify/render.ts'
import type { MasterKey } from '../store/master-key.ts'
import { secretsOf, waitingMessages, type QueuedMessage } from '../store/messages.ts'
import { html, type Html } from './docs-html.ts'
import { apiPrefix, type BaseContext } from './server.ts'

const pagePolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
// A mail is shown as mail programs do: its own styles, nothing loaded, nothing run.
const mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups allow-top-navigation-by-user-activation"
const most = 200

/** Adds the two pages, where the setting asks for them. */
export function addOutbox(server: FastifyInstance, base: BaseContext, masterKey: MasterKey): void {
  const { OUTBOX_TOKEN: token } = base.config
  const setting = settingOf(base.config)
  if (token === undefined) return
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const expected = digest(token)
  const admit = (request: FastifyRequest) => {
    // A page elsewhere that has its own name resolve to this machine comes with that name.
    const own = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/.test(request.headers.host ?? '')
    if (!own || !timingSafeEqual(digest((request.params as { token: string }).token), expected)) throw new GatehouseError('not_found', 'There is nothing here.')
  }
  const waiting = async () => (await waitingMessages(base.db, base.now().toISOString(), most)).filter(({ template }) => kindOf(template)).map((message) => ({ message, letter: letterOf(message, masterKey) }))
  server.get('/outbox/:token', async (request, reply) => {
    admit(request)
    const items = (await waiting()).map(({ message, letter }) => item(message, message.channel === 'SMS' ? { text: renderSms(letter, setting) } : renderMail(letter, setting), token))
    return reply.header('content-type', 'text/html; charset=utf-8').header('content-security-policy', pagePolicy).send(page(items))
  })
  server.get('/outbox/:token/:id', async (request, reply) => {
    admit(request)
    const found = (await waiting()).find(({ message }) => message.channel === 'EMAIL' && message.id === (request.params as { id: string }).id)
    if (!found) throw new GatehouseError('not_found', 'There is no such mail.')
    return reply.header('content-type', 'text/html; charset=utf-8').header('content-security-policy', mailPolicy).send(renderMail(found.letter, setting).html)
  })
}

function letterOf(message: QueuedMessage, masterKey: MasterKey): Letter {
  const { template, locale, content, name } = message
  return { template: template as MessageName, locale, values: { ...content, ...secretsOf(message, masterKey) }, ...(name === null ? {} : { name }) }
}

function item({ id, channel, recipient, createdAt }: QueuedMessage, { subject, text }: { subject?: string; text: string }, token: string): Html {
  const parts = text.split(/(https?:\/\/[^\s]+)/).map((part, index) => (index % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`))
  const asMail = channel === 'EMAIL' ? html` · <a href="/outbox/${token}/${id}">as HTML</a>` : html``
  return html`<section aria-labelledby="m-${id}"><h2 id="m-${id}">${subject ?? 'SMS'}</h2>
<p>To ${recipient} · ${createdAt.slice(0, 16).replace('T', ' ')} UTC${asMail}</p>
<pre>${parts}</pre></section>
`
}

function page(items: readonly Html[]): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>Outbox</title><link rel="stylesheet" href="${apiPrefix}/docs/page.css"></head>
<body><header><h1>Outbox</h1><p>Nothing is sent from here. These messages wait, the newest first; reload to see new ones.</p></header>
<main>${items.length === 0 ? html`<p>Nothing waits.</p>` : items}</main></body></html>
`.markup
}
