/**
 * The sender: takes what is due, one at a time, hands it over and records that. Safe on several servers, since each
 * message is leased; killed in between, the message goes once more with the same id when its lease is over, because what
 * was handed over and not recorded cannot be told from what was not.
 */
import type { Config } from '../config.ts'
import { kindOf, type Channel, type MessageName } from '../model/message-kinds.ts'
import type { Database } from '../store/database.ts'
import type { MasterKey } from '../store/master-key.ts'
import { expireMessages, leaseMessage, markFailed, markSent, secretsOf, type Lease, type QueuedMessage } from '../store/messages.ts'
import { DeliveryFailure, type ChannelSender } from './channel.ts'
import { connectMail } from './send-mail.ts'
import { connectSms } from './send-sms.ts'

export interface SenderContext {
  db: Database
  config: Config
  masterKey: MasterKey
  now: () => Date
}

export interface Sent {
  sent: number
  failed: number
}

/** Longer than one attempt can take: connecting, waiting for the greeting, and each answer have their limits. */
const leaseMs = 10 * 60_000
const attemptMs = 2 * 60_000
const minute = 60_000
/** How long until the next attempt, after each that failed; after the last one the message is dead. */
const pauses = [1, 5, 15, 60, 180, 360, 720].map((minutes) => minutes * minute)
const batch = 1000
/**
 * Links and codes go before notices: of ten thousand reminders the last goes minutes later, when a code has lapsed. But of so many one is the
 * oldest of all, so that a stream of them, which strangers can ask for, keeps nothing back for good.
 */
const inTurnEvery = 5
/** What is left then is left to the next minute: other work waits for this one. */
const drainMs = 5 * minute

/** The channels that this installation has; none for whoever only tries out. */
export function channelsOf(config: Config, now: () => Date): Partial<Record<Channel, () => ChannelSender>> {
  if (config.OUTBOX_TOKEN !== undefined) return {}
  return {
    ...(config.SMTP_URL === undefined ? {} : { EMAIL: () => connectMail(config) }),
    ...(config.SMS_WEBHOOK_URL === undefined ? {} : { SMS: () => connectSms(config, now) }),
  }
}

/** Sends everything that is due, and gives up what has come too late. A channel that is down is left until next time. */
export async function sendMessages(ctx: SenderContext, channels = channelsOf(ctx.config, ctx.now)): Promise<Sent> {
  while ((await expireMessages(ctx.db, ctx.now().toISOString(), batch)) === batch);
  const done: Sent = { sent: 0, failed: 0 }
  for (const [channel, connect] of Object.entries(channels) as [Channel, () => ChannelSender][]) await drain(ctx, channel, connect, done)
  return done
}

async function drain(ctx: SenderContext, channel: Channel, connect: () => ChannelSender, done: Sent): Promise<void> {
  let sender: ChannelSender | undefined
  try {
    const end = performance.now() + drainMs
    for (let taken = 1; performance.now() < end; taken++) {
      const message = await lease(ctx, channel, taken % inTurnEvery === 0 ? 'oldest' : 'awaited')
      if (!message) return
      const failure = await attempt(ctx, message, (sender ??= connect()))
      if (!failure) {
        await markSent(ctx.db, message, ctx.now().toISOString())
        done.sent++
        continue
      }
      done.failed++
      await markFailed(ctx.db, message, oneReason(failure.message), nextAttempt(ctx.now(), message, failure))
      if (failure.scope === 'channel') return
    }
  } finally {
    sender?.close()
  }
}

async function lease({ db, now }: SenderContext, channel: Channel, first: Lease['first']): Promise<QueuedMessage | undefined> {
  const at = now()
  return leaseMessage(db, channel, { now: at.toISOString(), until: new Date(at.getTime() + leaseMs).toISOString(), first })
}

async function attempt({ masterKey }: SenderContext, message: QueuedMessage, sender: ChannelSender): Promise<DeliveryFailure | undefined> {
  const { id, template, recipient: to, locale, content, name, createdAt } = message
  if (!kindOf(template)) return new DeliveryFailure('later', 'this version does not know the message')
  try {
    const values = { ...content, ...secretsOf(message, masterKey) }
    const letter = { template: template as MessageName, locale, values, ...(name === null ? {} : { name }) }
    await withinTime(sender.send({ id, to, letter, createdAt }))
    return undefined
  } catch (error) {
    // Whatever else went wrong is a defect of the message or of ours; its text may hold what must not be kept.
    return error instanceof DeliveryFailure ? error : new DeliveryFailure('later', 'the message could not be made', error)
  }
}

async function withinTime(sending: Promise<void>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new DeliveryFailure('channel', `not handed over within ${attemptMs / 1000} s`)), attemptMs)
  await Promise.race([sending, late]).finally(() => clearTimeout(timer))
}

/** Undefined when there is no use in another attempt. */
function nextAttempt(now: Date, { attempts, expiresAt }: QueuedMessage, failure: DeliveryFailure): string | undefined {
  const pause = failure.scope === 'message' ? undefined : pauses[attempts - 1]
  const due = pause === undefined ? undefined : new Date(now.getTime() + pause).toISOString()
  return due === undefined || due >= expiresAt ? undefined : due
}

/** A server's words as one line that can be kept. */
const oneReason = (text: string) => [...text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')].slice(0, 500).join('')
