/** Mail by SMTP (RFC 5321). What goes into headers is ours or was checked; recipients are never parsed out of a text. */
import { createTransport } from 'nodemailer'
import type { Config } from '../config.ts'
import { GatehouseError } from '../errors.ts'
import { isMailAddress } from '../model/mail-address.ts'
import { DeliveryFailure, type ChannelSender, type Delivery } from './channel.ts'
import { renderMail, settingOf } from './render.ts'

interface Mailbox {
  name: string
  address: string
}

/** `People <people@example.com>` or the address alone. Errors: `configuration`. */
export function senderOf(text: string): Mailbox {
  const [, name = '', inner] = /^([^<]*)<([^>]+)>$/.exec(text) ?? []
  const address = (inner ?? text).trim()
  if (!isMailAddress(address)) throw new GatehouseError('configuration', 'MAIL_FROM holds no address that mail can come from.')
  return { name: name.trim(), address }
}

/** A connection to the mail server, kept while messages go out. */
export function connectMail(config: Pick<Config, 'SMTP_URL' | 'MAIL_FROM' | 'PRODUCT_NAME' | 'TIME_ZONE' | 'HELP_DESK_CONTACT'>): ChannelSender {
  const url = new URL(config.SMTP_URL!)
  const from = senderOf(config.MAIL_FROM!)
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1)
  const own = /^(localhost|127\.|\[?::1)/.test(url.hostname)
  const transport = createTransport({
    url: url.href, pool: true, maxConnections: 1, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000, dnsTimeout: 10_000,
    // Passwords and links do not go over the network in the clear; `?requireTLS=false` is for who must.
    ...(url.protocol === 'smtp:' && !own && !url.searchParams.has('requireTLS') && !url.searchParams.has('ignoreTLS') ? { requireTLS: true } : {}),
    disableFileAccess: true, disableUrlAccess: true,
  })
  const send = async ({ id, to, letter, createdAt }: Delivery) => {
    if (!isMailAddress(to)) throw new DeliveryFailure('message', 'this is no address that mail can go to')
    const { subject, text, html } = renderMail(letter, settingOf(config))
    await transport.sendMail({
      from: { ...from, name: from.name === '' ? config.PRODUCT_NAME : from.name },
      to: { name: '', address: to },
      envelope: { from: from.address, to: [to] },
      // The same at every attempt: whoever gets it twice can tell.
      messageId: `<${id}@${domain}>`, date: new Date(createdAt),
      subject, text, html,
      // RFC 3834: nobody's holiday notice answers.
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    }).catch((error: unknown) => {
      throw failureOf(error)
    })
  }
  return { send, close: () => transport.close() }
}

/**
 * What a mail server's refusal means for the message and for those behind it. Only what is said of the recipient (RCPT) or of
 * the message itself (DATA) is said of this message: a sender that may not send (MAIL FROM) would be refused for all of them.
 */
function failureOf(error: unknown): DeliveryFailure {
  const { code = '', command = '', responseCode = 0, message } = error as { code?: string; command?: string; responseCode?: number; message: string }
  const text = `${code} ${message}`.trim()
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return new DeliveryFailure('channel', text, error)
  // What nodemailer finds fault with by itself, before it says a word to the server.
  if (responseCode === 0) return new DeliveryFailure('message', text, error)
  if (command !== 'RCPT TO' && command !== 'DATA') return new DeliveryFailure('channel', text, error)
  return new DeliveryFailure(responseCode >= 500 && responseCode < 600 ? 'message' : 'later', text, error)
}
