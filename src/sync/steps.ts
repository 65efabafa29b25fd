/**
 * What a sync plan is made of: one step a person (or queued account, or thing to prepare), each a short list of
 * actions that are carried out in order. Steps are plain JSON, so that a plan can be stored and applied later.
 */
import type { Problem } from '../errors.ts'
import type { LinkStatus } from '../model/link-statuses.ts'
import type { AccountState, Activation, FieldChange, Profile } from './connector.ts'

export type Action =
  | { kind: 'declareFields'; fields: string[]; reason: string }
  | { kind: 'createGroup'; group: string; reason: string }
  /** `replaces`: the account that was linked and has vanished. */
  | { kind: 'create'; profile: Profile; activation: Activation; reason: string; replaces?: string }
  /** The account is to ask for the password here at its owner's first sign-in. */
  | { kind: 'hookPassword'; reason: string; from: AccountState }
  /** Ties an account that exists already to the person. Nothing is written there. */
  | { kind: 'adopt'; accountId: string; reason: string }
  | { kind: 'update'; fields: FieldChange[]; reason: string }
  /** `from`: the state of the account when the plan was made, for undoing, and to see whether it is still so. */
  | { kind: 'activate'; activation: Activation; reason: string; from?: AccountState }
  | { kind: 'unsuspend' | 'suspend' | 'deactivate' | 'delete'; reason: string; from?: AccountState }
  /** `portalIds`: whose member the person is, where no link of the step says so. */
  | { kind: 'groupAdd'; group: string; reason: string; portalIds?: number[] }
  /** `portalIds`: those that the group opens, where the account leaves because it belongs to none of them. */
  | { kind: 'groupRemove'; group: string; reason: string; portalIds?: number[] }
  /** The account is gone on the other side: the link to it goes as well. */
  | { kind: 'unlink'; reason: string }
  /** Nothing differs; only the mark is cleared. */
  | { kind: 'settle'; reason: string }
  /** What differs, or should not be there, and is left alone: for somebody to look at. */
  | { kind: 'report'; reason: string; field?: string }
  /** The other side's values, taken into the directory. */
  | { kind: 'takeOver'; fields: TakenField[]; reason: string }
  /** Not done, and why; the person stays marked, so that every run says so until it is decided. */
  | { kind: 'blocked'; reason: string; problems?: Problem[] }

/** An attribute of a person that becomes what a field of the account says. */
export interface TakenField {
  /** Of the user document. */
  path: string
  field: string
  before: string | null
  after: string | null
}

export type ActionKind = Action['kind']

/** Actions that change something in the connected system. */
export const remoteActions: readonly ActionKind[] = [
  'declareFields', 'createGroup', 'create', 'hookPassword', 'update', 'activate', 'unsuspend', 'suspend', 'deactivate', 'delete',
  'groupAdd', 'groupRemove',
]

/** Actions that close an account. */
export const closingActions: readonly ActionKind[] = ['suspend', 'deactivate', 'delete']

export type Population = 'panelist' | 'admin'

/** A reference row that the step writes. */
export interface StepLink {
  population: Population
  uid: number
  /** Null for administrators. */
  portalId: number | null
  /** How often the row had been marked when the plan read it; null when there was no row. */
  changes: number | null
  /** Its status then, for undoing. */
  before?: number | null
  /** What this one becomes, where that is not the outcome of the step. */
  becomes?: LinkStatus
}

/** An entry of an unassignment queue that the step closes. */
export interface QueueEntry {
  population: Population
  id: number
  uid: number | null
  uuid: string | null
  /** Which queueing it was that the step read; absent in plans of older versions. */
  generation?: number
  /** The portals whose policies decided; absent where none closes the account. */
  portals?: readonly number[]
}

export interface SyncStep {
  personId: string | null
  /** The person's version when the plan read them; a step whose person has changed since is not carried out. */
  version: number | null
  /** How people know them: login or e-mail, for reports. */
  label: string
  /** The login that the account is to have; null when the step does not say. */
  login: string | null
  /** The account, where there is one already. */
  accountId: string | null
  links: StepLink[]
  /** What the links become when every action succeeds. `gone`: the reference rows go, because the account does. */
  outcome: LinkStatus | 'gone'
  queued: QueueEntry | null
  /** The same account's entry in the other queue, which the step closes as well. */
  queuedToo?: QueueEntry
  actions: Action[]
  /** The step of an earlier plan that this one takes back. */
  undoes?: { planId: string; step: number }
}

export type Counts = Partial<Record<ActionKind, number>>

/** Whether there is anything to do, or was: what is only reported, or waits for a decision, is left as it is, run after run. */
export const doesAnything = (counts: Counts): boolean => Object.entries(counts).some(([kind, count]) => count > 0 && kind !== 'report' && kind !== 'blocked')

/** How many actions of each kind some steps hold. */
export function countActions(steps: Iterable<{ actions: readonly Action[] }>, counts: Counts = {}): Counts {
  for (const step of steps) {
    for (const action of step.actions) counts[action.kind] = (counts[action.kind] ?? 0) + 1
  }
  return counts
}
