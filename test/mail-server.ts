/** A real SMTP server for tests, which keeps what it is given and refuses what it is told to. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll } from 'vitest'

export interface Received {
  from: string
  to: string[]
  /** The whole message as it came over the wire. */
  raw: string
}

export interface MailServer {
  url: string
  received: Received[]
  /** How a recipient is answered: an SMTP code, or undefined to accept. */
  refuse: (address: string) => number | undefined
  /** The same of the sender, and of a message when it is in. */
  refuseSender: number | undefined
  refuseMessage: number | undefined
  /** Called when a message is in, before it is answered. */
  taken: (() => Promise<void>) | undefined
}

export async function mailServer(): Promise<MailServer> {
  const state: MailServer = { url: '', received: [], refuse: () => undefined, refuseSender: undefined, refuseMessage: undefined, taken: undefined }
  const answer = (code: number | undefined) => (code === undefined ? null : Object.assign(new Error('refused by the test'), { responseCode: code }))
  const server = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS'], logger: false,
    onRcptTo({ address }, _session, done) {
      done(answer(state.refuse(address)))
    },
    onMailFrom(_address, _session, done) {
      done(answer(state.refuseSender))
    },
    onData(stream, { envelope }, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', async () => {
        if (state.refuseMessage !== undefined) {
          done(answer(state.refuseMessage))
          return
        }
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom!.address
        state.received.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw: Buffer.concat(parts).toString() })
        await state.taken?.()
        done()
      })
    },
  })
  server.on('error', () => {})
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())))
  state.url = `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`
  return state
}

/** The headers of a message by lower-case name, unfolded; a name that comes twice has two values. */
export function headersOf(raw: string): Map<string, string[]> {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]+/g, ' ')
  const headers = new Map<string, string[]>()
  for (const line of head.split('\r\n')) {
    const [, name, value] = /^([^:]+): ?(.*)$/.exec(line) ?? [undefined, line, '']
    headers.set(name!.toLowerCase(), [...(headers.get(name!.toLowerCase()) ?? []), value!])
  }
  return headers
}

/** The body parts of a message, decoded. */
export function partsOf(raw: string): { text: string; html: string } {
  const [boundary] = headersOf(raw).get('content-type')!.flatMap((one) => /boundary="([^"]+)"/.exec(one)?.[1] ?? [])
  const decoded = raw.split(`--${boundary}`).slice(1, -1).map((part) => {
    const [head = '', ...body] = part.split('\r\n\r\n')
    const text = body.join('\r\n\r\n')
    if (/base64/i.test(head)) return Buffer.from(text, 'base64').toString()
    if (!/quoted-printable/i.test(head)) return text
    return Buffer.from(text.replaceAll('=\r\n', '').replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString()
  })
  return { text: decoded[0]!, html: decoded[1]! }
}
