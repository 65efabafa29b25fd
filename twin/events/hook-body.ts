/** Reading the parts that event hooks and inline hooks have in common: a name, and the channel to the receiver. */
import { isRecord } from '../credentials.ts'
import { OktaError, validationError } from '../errors.ts'
import type { Channel } from './hook-store.ts'

export interface HookInput {
  body: Record<string, unknown>
  name: string
  channel: Channel
}

/** Name and channel of a body; further problems are the caller's, and all are reported together. */
export function readHook(input: unknown, before: Channel | null, more: (body: Record<string, unknown>) => string[]): HookInput {
  if (!isRecord(input)) throw new OktaError('E0000003')
  const problems: string[] = []
  const { name } = input
  if (typeof name !== 'string' || name.trim() === '' || name.length > 255) problems.push('name: The field cannot be left blank')
  const channel = readChannel(input['channel'], before, problems)
  problems.push(...more(input))
  if (problems.length > 0) throw validationError(problems)
  return { body: input, name: name as string, channel }
}

function readChannel(input: unknown, before: Channel | null, problems: string[]): Channel {
  const config = isRecord(input) && isRecord(input['config']) ? input['config'] : {}
  if (!isRecord(input) || input['type'] !== 'HTTP') problems.push('channel.type: Has to be HTTP')
  const uri = String(config['uri'] ?? '')
  if (!isReceiver(uri)) problems.push('channel.config.uri: Has to be an https address')
  return { uri, headers: readHeaders(config['headers'], problems), authScheme: readScheme(config['authScheme'], before, problems) }
}

/** Okta asks for https; plain http is let through to this machine, where receivers under test live. */
function isReceiver(uri: string): boolean {
  if (uri.length > 1024 || !URL.canParse(uri)) return false
  const { protocol, hostname } = new URL(uri)
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
}

function readHeaders(input: unknown, problems: string[]): Record<string, string> {
  if (input === undefined || input === null) return {}
  if (!Array.isArray(input) || input.length > 20) {
    problems.push('channel.config.headers: Must be an array of at most 20')
    return {}
  }
  return Object.fromEntries(input.map((header): [string, string] => {
    const [key, value] = isRecord(header) ? [header['key'], header['value']] : []
    const good = isHeader(key, value)
    if (!good) problems.push('channel.config.headers: Each needs a key and a value')
    return good ? [key as string, value as string] : ['x-none', '']
  }))
}

function isHeader(key: unknown, value: unknown): boolean {
  return typeof key === 'string' && /^[A-Za-z0-9-]{1,100}$/.test(key) && typeof value === 'string' && /^[\x20-\x7e]{0,4096}$/.test(value)
}

/** The secret is never shown again, so a body without one keeps the one before. */
function readScheme(input: unknown, before: Channel | null, problems: string[]): Channel['authScheme'] {
  if (input === undefined || input === null) return null
  const { type, key, value = before?.authScheme?.value } = isRecord(input) ? input : {}
  if (type !== 'HEADER' || !isHeader(key, value)) problems.push('channel.config.authScheme: Needs type HEADER, a key and a value')
  return { key: String(key), value: String(value) }
}

/** The channel as it is shown: with the name of the secret's header, without the secret. */
export function channelJson({ uri, headers, authScheme }: Channel): Record<string, unknown> {
  return {
    type: 'HTTP',
    version: '1.0.0',
    config: {
      uri,
      headers: Object.entries(headers).map(([key, value]) => ({ key, value })),
      method: 'POST',
      authScheme: authScheme === null ? null : { type: 'HEADER', key: authScheme.key },
    },
  }
}
