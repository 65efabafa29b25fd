/**
 * What the sync engine asks of a connected system. The one seam that is an interface from the start: a connector for
 * another system implements this, and the engine never learns which one it is talking to.
 */
import type { Problem } from '../errors.ts'
import type { MappingRule } from '../model/account-mapping.ts'

/**
 * What an account's own status means to the engine.
 * staged: made, never activated · pending: open, but waiting for its owner (activation, recovery, expired password,
 * locked out) · active: open · suspended · deactivated.
 */
export type AccountState = 'staged' | 'pending' | 'active' | 'suspended' | 'deactivated'

/** Field → value; an absent field has no value. */
export type Profile = Record<string, string>

export interface RemoteAccount {
  id: string
  state: AccountState
  /** The system's own word for the state. */
  status: string
  /** The id of our person that the account carries, if any. */
  externalId: string | null
  login: string
  email: string | null
  profile: Record<string, unknown>
  /** Open, and nobody has set a password yet: deactivating takes none. */
  isUnclaimed?: true
  /** When its owner last signed in there; absent when never, or not known. */
  lastLogin?: string
}

/** An app, as far as signing in by it needs. */
export interface RemoteApp {
  id: string
  label: string
  isActive: boolean
  redirectAddresses: string[]
}

/** That something has happened to accounts; what, nobody should believe an event: the accounts tell. */
export interface RemoteEvent {
  id: string
  /** When, by the other side's clock. */
  at: string
  accountIds: string[]
  /** Done by this sync itself. */
  isOurs: boolean
}

/** One field of a profile that differs. */
export interface FieldChange {
  field: string
  before: string | null
  after: string | null
}

/** What an account can be found by, in the order in which a find counts. */
export interface CorrelationKeys {
  externalId: string
  login: string
  email: string | null
}

/**
 * How a new account comes to life: with the system's activation mail, without one, not yet, or with the password here: the system
 * asks us for it at the first sign-in.
 */
export type Activation = 'mail' | 'silent' | 'staged' | 'hook'

export interface Connector {
  /** Its id in MANAGED_SYS. */
  systemId: string
  /** The mapping it fills profiles by where it is told no other. */
  mapping: readonly MappingRule[]
  /**
   * The profile for the values of a person (by source path), and what cannot be sent, per field: judged by the system's
   * schema where that has been read, else by what it usually is.
   */
  profileOf(values: Record<string, string | null>, mapping?: readonly MappingRule[]): { profile: Profile; problems: Problem[] }
  /** The mapped fields in which an account differs from a profile. Pure. */
  differences(profile: Profile, account: RemoteAccount, mapping?: readonly MappingRule[]): FieldChange[]

  /** Fields of a mapping that the system's schema does not know yet. Reads the schema. */
  undeclaredFields(mapping?: readonly MappingRule[]): Promise<string[]>
  /** Why a mapping cannot be pushed as the system's schema stands, fields that are not declared left out. */
  schemaProblems(mapping: readonly MappingRule[]): Promise<Problem[]>
  /** What has to be declared so that a field can be pushed, in the system's own words. Pure. */
  declarationOf(field: string): Record<string, unknown>
  declareFields(fields: string[]): Promise<void>

  /** The app that signs people in as this client, or null when there is none. */
  findApp(clientId: string): Promise<RemoteApp | null>
  /** Whether the members of a group have an app. */
  appHasGroup(appId: string, group: string): Promise<boolean>
  /** Why an issuer cannot be signed in with, or null. Asks the issuer itself, without any key of ours. */
  issuerProblem(issuer: string): Promise<string | null>

  /** The id of a group given by id or name, or null when there is none. */
  findGroup(group: string): Promise<string | null>
  /** Why nobody can be put into a group and taken out of it, said of the group; null where one can, or where there is none yet. */
  groupProblem(group: string): Promise<string | null>
  createGroup(name: string): Promise<void>
  /** The account ids of a group's members, page by page. */
  groupMembers(group: string): AsyncIterable<string[]>
  /** The ids of the groups that an account is in. */
  groupsOf(accountId: string): Promise<string[]>
  /** Both are safe to repeat. */
  addToGroup(group: string, accountId: string): Promise<void>
  removeFromGroup(group: string, accountId: string): Promise<void>

  /** The account as it is now, or null when there is none with this id. */
  read(accountId: string): Promise<RemoteAccount | null>
  /** Every account there is, deactivated ones too, in pages; one that moves meanwhile may be missed, or come twice. */
  accounts(): AsyncIterable<RemoteAccount[]>
  /**
   * What has happened to accounts, page by page up to now, from the cursor of an earlier page, or from an instant on.
   * Events come at least once.
   */
  events(from: { cursor: string } | { since: string }): AsyncIterable<{ events: RemoteEvent[]; cursor: string | null }>
  /** Many at once, by a search that may lag a second behind; those it does not find are absent. */
  readMany(accountIds: readonly string[]): Promise<Map<string, RemoteAccount>>
  /** For each set of keys, every account that matches any of them. */
  find(keys: readonly CorrelationKeys[]): Promise<RemoteAccount[][]>
  /**
   * Makes an account, with `silent` one that has still to be activated. An account of the same person that a lost answer left
   * behind is found and returned instead.
   */
  create(profile: Profile, activation: Activation): Promise<RemoteAccount>
  update(accountId: string, fields: readonly FieldChange[]): Promise<void>
  /** Has an account that is staged ask for the password here; one that has been activated since stays as it is. */
  hookPassword(accountId: string): Promise<void>
  activate(accountId: string, withMail: boolean): Promise<void>
  unsuspend(accountId: string): Promise<void>
  suspend(accountId: string): Promise<void>
  deactivate(accountId: string): Promise<void>
  /** Removes a deactivated account for good. */
  remove(accountId: string): Promise<void>
}

/** An error received from the connected system, or the lack of any answer (status 0). Never holds a secret. */
export class RemoteError extends Error {
  /** The HTTP status; 0 when no answer came. */
  readonly status: number
  /** The system's stable code, or a word of ours where it gave none. */
  readonly code: string
  /** The system's id of the request, for its own log. */
  readonly requestId: string | null
  /** What was asked: method and path, without query. */
  readonly request: string
  readonly causes: readonly string[]
  /** True when what was asked for may have been carried out all the same: no usable answer came, at one attempt or another. */
  isOutcomeUnknown: boolean

  constructor(
    message: string,
    facts: {
      status: number; code: string; requestId: string | null; request: string
      causes?: readonly string[]; cause?: unknown; isOutcomeUnknown?: boolean
    },
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'RemoteError'
    this.status = facts.status
    this.code = facts.code
    this.requestId = facts.requestId
    this.request = facts.request
    this.causes = facts.causes ?? []
    this.isOutcomeUnknown = facts.isOutcomeUnknown ?? false
  }
}
