/**
 * SMS by a webhook: whoever has a contract with a carrier takes `{id, to, text}` and sends it. The signature is the HMAC
 * (RFC 2104, SHA-256) of the second and the body, as `t=1763712000,v1=hex`; the id is the same at every attempt.
 */
import { createHmac } from 'node:crypto'
import type { Config } from '../config.ts'
import { DeliveryFailure, type ChannelSender, type Delivery } from './channel.ts'
import { renderSms } from './render.ts'

const patienceMs = 10_000

export function connectSms(config: Pick<Config, 'SMS_WEBHOOK_URL' | 'SMS_WEBHOOK_SECRET' | 'PRODUCT_NAME' | 'TIME_ZONE'>, now: () => Date): ChannelSender {
  const send = async ({ id, to, letter }: Delivery) => {
    const body = JSON.stringify({ id, to, text: renderSms(letter, { product: config.PRODUCT_NAME, timeZone: config.TIME_ZONE }) })
    const reply = await fetch(config.SMS_WEBHOOK_URL!, {
      method: 'POST', body, redirect: 'error', signal: AbortSignal.timeout(patienceMs),
      headers: { 'content-type': 'application/json', 'gatehouse-signature': signature(body, config.SMS_WEBHOOK_SECRET!, now()), 'idempotency-key': id },
    }).catch((error: Error) => {
      throw new DeliveryFailure('channel', error.name === 'TimeoutError' ? `no answer within ${patienceMs / 1000} s` : 'cannot be reached', error)
    })
    await reply.body?.cancel()
    if (reply.ok) return
    const own = reply.status >= 400 && reply.status < 500 && ![401, 403, 404, 408, 429].includes(reply.status)
    throw new DeliveryFailure(own ? 'message' : 'channel', `answered with ${reply.status}`)
  }
  return { send, close: () => {} }
}

/** The header of a body; who takes it refuses what is older than some minutes. */
export function signature(body: string, secret: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000)
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
}
