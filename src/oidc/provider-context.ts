/** What the OpenID door is made of: given by main.ts, the same for every provider that is built. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Context } from '../context.ts'
import type { MasterKey } from '../store/master-key.ts'
import type { Pages } from './pages.ts'

/** Who has signed in at a browser, as the provider asks sign-in about it. */
export interface SignedIn {
  userId: string
  /** AUTH_STATE.SESSION_ID. */
  sessionId: string
  /** How strongly they did at `authTime` (AUTH_STATE.PROVED_LEVEL): their session may have reached more before. */
  level: number
  /** When they last proved who they are (AUTH_STATE.PROVED_AT), which may be long after the session began. */
  authTime: Date
  /** How, in the words of RFC 8176. */
  methods: readonly string[]
}

export type SessionOf = (headers: IncomingHttpHeaders) => Promise<SignedIn | undefined>

export interface Door {
  base: Omit<Context, 'actor' | 'authority'>
  masterKey: MasterKey
  sessionOf: SessionOf
  /** The theme of a page at a host, of the site that is asked for where that has one. */
  themeAt: (host: string, asked: () => Promise<string | undefined>) => Promise<string | undefined>
  /** Told of what went wrong on our side. */
  log: (error: unknown, message: string) => void
}

/** What is known once the provider is built. */
export interface DoorState extends Door {
  /** Encrypts what is kept, signs cookies, makes pairwise subjects. */
  dataKey: MasterKey
  levels: readonly { id: string; level: number }[]
  /** Who has signed in at the browser of a request, asked once for each. */
  signedIn: (request: IncomingMessage) => Promise<SignedIn | undefined>
  /** PUBLIC_URL, and what stands below it. */
  publicUrl: string
  /** The pages that the provider makes itself. */
  pages: Pages
  /** The names of the claims that clients have of their own: the provider knows no others. */
  ownClaims: readonly string[]
  /** True once a client has been met that has others: the provider is to be built anew for the next request. */
  isOutdated?: boolean
  /** Notes in the audit that a code or a refresh token of a client was shown a second time. */
  noteReuse: (clientId: string) => void
}

/** The context in which a verb works that was called by this door. */
export function contextOf({ base }: Pick<Door, 'base'>, userId: string | null, principal: string, ip: string | null = null): Context {
  return { ...base, actor: { userId, principal, source: 'REST', ip, correlationId: base.newId() } }
}

/** The name of the strongest level that is reached: the acr. */
export function acrOf(levels: DoorState['levels'], level: number): string | undefined {
  return levels.findLast((one) => one.level <= level)?.id
}

/** The amr, which says nothing where nothing is known: somebody else vouches for the person. */
export const methodsOf = (methods: readonly string[]): string[] | undefined => (methods.length === 0 ? undefined : [...methods])

/** The least level that a request wants: the client's, and the weakest of the `acr_values` that we know. */
export function leastLevel(levels: DoorState['levels'], client: number, acrValues: string | undefined): number {
  const asked = (acrValues ?? '').split(' ').flatMap((name) => levels.find(({ id }) => id === name)?.level ?? [])
  return Math.max(client, asked.length === 0 ? 0 : Math.min(...asked))
}

export const seconds = (instant: Date): number => Math.floor(instant.getTime() / 1000)

/** Where a request comes from and what it is called in the log, as far as a trusted proxy says. Set by `mount.ts`. */
export const origins = new WeakMap<IncomingMessage, { ip: string; requestId: string }>()

/** What a request is about to prove by a secret: whether it is looked at, and what came of it. Set by `mount.ts`. */
export interface SecretGuess {
  isOpen: (clientId: string, secret: string) => boolean
  note: (clientId: string, secret: string, right: boolean) => void
  /** True once one was not looked at. */
  refused?: boolean
}

/** The most characters of a request to sign in, in an address or pushed: it is kept until it is answered. */
export const longestRequest = 8192

/** Whether one more request may be pushed from where it comes by somebody who proves nothing; counts it. Set by `mount.ts`. */
export interface Push {
  admit: () => boolean
  /** True once one was not taken. */
  refused?: boolean
}

export const pushes = new WeakMap<IncomingMessage, Push>()

export const secretGuesses = new WeakMap<IncomingMessage, SecretGuess>()
