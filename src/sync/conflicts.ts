/**
 * What becomes of a field that differs, by the mapping's word on who has the say (pure): ours is pushed, theirs is taken
 * over, and what is only to be reported is written on neither side.
 */
import type { Mapping, MappingRule } from '../model/account-mapping.ts'
import { user } from '../model/user.ts'
import type { Connector, FieldChange, Profile, RemoteAccount } from './connector.ts'
import type { Person, RemoteView } from './plan.ts'
import { linkStatus } from '../model/link-statuses.ts'
import type { Action, SyncStep, TakenField } from './steps.ts'

type Comparing = Pick<Connector, 'differences'>

/** The differences that we push. */
export function pushedDifferences({ differences }: Comparing, mapping: Mapping, profile: Profile, account: RemoteAccount): FieldChange[] {
  const rules = byTarget(mapping)
  return differences(profile, account, mapping).filter(({ field }) => (rules.get(field)?.conflict ?? 'ours') === 'ours')
}

/** The rest of the differences between a person and their account, as actions: what to take over, what to report. */
export function conflictsOf({ differences }: Comparing, mapping: Mapping, profile: Profile, account: RemoteAccount): Action[] {
  const rules = byTarget(mapping)
  const taken: TakenField[] = []
  const reported: FieldChange[] = []
  for (const change of differences(profile, account, mapping)) {
    const rule = rules.get(change.field)
    const path = rule?.conflict === 'theirs' ? plainSource(rule) : null
    if (path !== null) taken.push({ path, field: change.field, before: change.after, after: change.before })
    else if (rule?.conflict === 'theirs' || rule?.conflict === 'report') reported.push(change)
  }
  return [
    ...(taken.length > 0 ? [{ kind: 'takeOver' as const, fields: taken, reason: `${taken.map(({ field }) => field).join(', ')} as the account has it` }] : []),
    ...reported.map(({ field, before, after }): Action => ({ kind: 'report', field, reason: `${field} is ${shown(after)} here and ${shown(before)} there` })),
  ]
}

/** A person's step with what is to be taken over or reported; of accounts that live, and of people who are wanted. */
export function withConflicts(
  step: SyncStep | null, person: Person, { account, profile, rivals }: Pick<RemoteView, 'account' | 'profile' | 'rivals'>, connector: Comparing, mapping: Mapping,
): SyncStep | null {
  if (!account || !person.wanted || account.state === 'deactivated') return step
  const second = rivals.map((id): Action => ({
    kind: 'report', reason: `the person is linked to a second account, ${id}: remove the one there that is not theirs, and the next full run links them to the other`,
  }))
  const conflicts = [...second, ...conflictsOf(connector, mapping, profile, account)]
  if (conflicts.length === 0) return step
  if (step) {
    // The plan goes by the first action: that a mark is cleared says least.
    const settling = step.actions.every(({ kind }) => kind === 'settle')
    return { ...step, actions: settling ? [...conflicts, ...step.actions] : [...step.actions, ...conflicts] }
  }
  return localStep(person, account, conflicts)
}

/** A step of its own, which leaves the links as they are. */
export function localStep({ personId, version }: Pick<SyncStep, 'personId' | 'version'>, account: RemoteAccount, actions: Action[]): SyncStep {
  return { personId, version, label: account.login || account.id, login: null, accountId: account.id, links: [], outcome: linkStatus.ASSIGNED, queued: null, actions }
}

function byTarget(mapping: Mapping): Map<string, MappingRule> {
  return new Map(mapping.map((rule) => [rule.target, rule]))
}

/** The attribute that a value can be written to: the one source, when it is an ordinary attribute that may be changed. */
function plainSource(rule: MappingRule): string | null {
  const source = rule.value
  if (typeof source !== 'string') return null
  const attribute = user.attributes.find((one) => one.path === source && !one.expression)
  return attribute && attribute.mutability !== 'readOnly' && attribute.type === 'string' ? source : null
}

function shown(value: string | null): string {
  return value === null ? 'empty' : `"${value.length > 100 ? `${value.slice(0, 100)}…` : value}"`
}
