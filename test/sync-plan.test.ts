/** The pure plan: what each state of an account asks for, case by case. */
import { describe, expect, test } from 'vitest'
import type { DeprovisioningPolicy } from '../src/model/portal-settings.ts'
import type { AccountState, RemoteAccount } from '../src/sync/connector.ts'
import { correlate } from '../src/sync/correlate.ts'
import { closing, planPerson, planQueued, type Person, type RemoteView, type Rules } from '../src/sync/plan.ts'

const words: Record<AccountState, string> = {
  staged: 'STAGED', pending: 'LOCKED_OUT', active: 'ACTIVE', suspended: 'SUSPENDED', deactivated: 'DEPROVISIONED',
}

function account(state: AccountState, more: Partial<RemoteAccount> = {}): RemoteAccount {
  const profile = { login: 'ada@example.com', email: 'ada@example.com' }
  return { id: 'acc1', state, status: words[state], externalId: 'p1', login: profile.login, email: profile.email, profile, ...more }
}

const rules: Rules = { group: 'panel', activation: 'mail', policyOf: () => 'deactivate', adminPolicy: 'suspend' }

/** Linked, assigned and marked, unless told otherwise. */
function person(more: Partial<Person> = {}, link: Partial<Person['links'][number]> = {}): Person {
  return {
    personId: 'p1', version: 3, wanted: true, values: {}, portals: [1], provStatus: 'CREATED', elsewhere: { uuid: null, portals: [], live: 0 },
    links: [{ population: 'panelist', uid: 7, portalId: 1, uuid: 'acc1', status: 1, changes: 2, marked: true, ...link }],
    ...more,
  }
}

function view(found: RemoteAccount | null, more: Partial<RemoteView> = {}): RemoteView {
  const profile = { login: 'ada@example.com', email: 'ada@example.com' }
  return { account: found, candidates: [], rivals: [], taken: new Set(), profile, problems: [], differences: () => [], ...more }
}

const kinds = (step: ReturnType<typeof planPerson>) => step?.actions.map((action) => action.kind)

describe('a wanted person', () => {
  const table: [AccountState, closedByUs: boolean, expected: string[]][] = [
    ['staged', false, ['activate']], ['pending', false, ['settle']], ['active', false, ['settle']],
    ['suspended', false, ['blocked']], ['suspended', true, ['unsuspend']],
    ['deactivated', false, ['blocked']], ['deactivated', true, ['activate']],
  ]
  test.for(table)('whose account is %s (closed by us: %s)', ([state, closedByUs, expected]) => {
    const provStatus = closedByUs ? 'DISABLED' : 'UPDATED'
    expect(kinds(planPerson(person({ provStatus }), view(account(state)), rules))).toEqual(expected)
  })

  test('with nothing marked and nothing different needs no step', () => {
    expect(planPerson(person({}, { marked: false }), view(account('active')), rules)).toBeNull()
    expect(planPerson(person({}, { marked: false, status: null }), view(account('active')), rules)).toBeNull()
  })

  test('is written before they join the group, and comes back to life before they are written', () => {
    const differences = () => [{ field: 'title', before: null, after: 'T' }]
    const step = planPerson(person({}, { status: 4 }), view(account('deactivated'), { differences }), rules)
    expect(kinds(step)).toEqual(['activate', 'update', 'groupAdd'])
  })

  test('without any link or membership has no step', () => {
    expect(planPerson(person({ links: [] }), view(null), rules)).toBeNull()
  })
})

describe('a person who is not wanted', () => {
  const table: [DeprovisioningPolicy, AccountState, string[], number | 'gone'][] = [
    ['nothing', 'active', [], 2], ['nothing', 'deactivated', [], 2],
    ['suspend', 'active', ['suspend'], 3], ['suspend', 'suspended', [], 3], ['suspend', 'pending', ['blocked'], 2],
    ['suspend', 'staged', [], 2], ['suspend', 'deactivated', [], 4],
    ['deactivate', 'staged', ['deactivate'], 4], ['deactivate', 'pending', ['deactivate'], 4],
    ['deactivate', 'suspended', ['deactivate'], 4], ['deactivate', 'deactivated', [], 4],
    ['delete', 'active', ['deactivate', 'delete'], 'gone'], ['delete', 'deactivated', ['delete'], 'gone'],
  ]
  test.for(table)('%s, account %s', ([policy, state, expected, outcome]) => {
    expect(closing(account(state), policy, 'r')).toMatchObject({ actions: expected.map((kind) => ({ kind })), outcome })
  })

  test('whose account was never claimed is deactivated where it would be suspended, which Okta refuses', () => {
    const unclaimed = account('pending', { status: 'PROVISIONED', isUnclaimed: true })
    expect(closing(unclaimed, 'suspend', 'r')).toMatchObject({ actions: [{ kind: 'deactivate', reason: expect.stringMatching(/^r; it never had a password/) }], outcome: 4 })
    expect(closing(unclaimed, 'nothing', 'r').actions).toEqual([])
  })

  test('is foreseen to lose the apps that were assigned directly, when deactivated or deleted', () => {
    for (const policy of ['deactivate', 'delete'] as const) {
      for (const action of closing(account('active'), policy, 'r').actions) expect(action).toMatchObject({ reason: expect.stringMatching(/^r; .*assigned to the account directly/) })
    }
    expect(closing(account('deactivated'), 'delete', 'r').actions).toMatchObject([{ kind: 'delete', reason: 'r' }])
    expect(closing(account('active'), 'suspend', 'r').actions).toMatchObject([{ reason: 'r' }])
  })

  test('leaves the group, and the account stays while another portal refers to it', () => {
    const elsewhere = { uuid: 'acc1', portals: [2], live: 1 }
    const step = planPerson(person({ wanted: false, elsewhere }), view(account('active')), rules)
    expect(step).toMatchObject({ outcome: 2, actions: [{ kind: 'groupRemove', group: 'panel' }] })
  })

  test.for([['FAIL_UPDATE', true, true], ['FAIL_DISABLE', true, true], ['PENDING_DISABLE', true, true], ['UPDATED', true, false], ['FAIL_UPDATE', false, false]] as const)(
    'and whose joining got no answer that was written down leaves the group too: %s, marked %s', ([provStatus, marked, leaves]) => {
      const step = planPerson(person({ wanted: false, provStatus }, { status: 2, marked }), view(account('active')), rules)
      expect(kinds(step)).toEqual([...(leaves ? ['groupRemove'] : []), 'deactivate'])
    })

  test('is judged by the mildest policy of all portals concerned', () => {
    const policyOf = (portalId: number) => (portalId === 2 ? 'suspend' as const : 'delete' as const)
    const elsewhere = { uuid: 'acc1', portals: [2], live: 0 }
    const step = planPerson(person({ wanted: false, elsewhere }), view(account('active')), { ...rules, policyOf })
    expect(kinds(step)).toEqual(['groupRemove', 'suspend'])
  })

  test('and was never linked needs nothing', () => {
    expect(planPerson(person({ wanted: false }, { uuid: null, changes: null, status: null, marked: false }), view(null), rules)).toBeNull()
  })

  test('loses the link when the account is gone', () => {
    expect(planPerson(person({ wanted: false }), view(null), rules)).toMatchObject({ outcome: 'gone', actions: [{ kind: 'unlink' }] })
  })
})

describe('an account is found', () => {
  const keys = { externalId: 'p1', login: 'ada@example.com', email: 'ada@example.com' }
  const free = { externalId: null }
  const cases: [string, RemoteAccount[], string[], string, string?][] = [
    ['not at all', [], [], 'none'],
    ['by the id it carries, before anything else', [account('active', { id: 'a', ...free }), account('active', { id: 'b', login: 'x', email: null })], [], 'found', 'b'],
    ['by login in any case', [account('active', { id: 'a', ...free, login: 'ADA@example.com', email: null })], [], 'found', 'a'],
    ['by e-mail', [account('active', { id: 'a', ...free, login: 'x' })], [], 'found', 'a'],
    ['twice by e-mail', [account('active', { id: 'a', ...free, login: 'x' }), account('active', { id: 'b', ...free, login: 'y' })], [], 'conflict'],
    ['but its login belongs to another id', [account('active', { externalId: 'p2' })], [], 'conflict'],
    ['but it is linked to somebody else here', [account('active', { ...free })], ['acc1'], 'conflict'],
    ['by the id it carries, but it is linked to somebody else here', [account('active')], ['acc1'], 'conflict'],
    ['by e-mail, but it is somebody else\'s', [account('active', { externalId: 'p2', login: 'x' })], [], 'none'],
  ]
  test('by several, and then by the one that somebody gives the person\'s id', () => {
    const several = [account('active', { id: 'a', ...free, login: 'x' }), account('active', { id: 'b', ...free, login: 'y' })]
    expect(correlate(keys, several, new Set())).toMatchObject({ reason: '2 accounts have the e-mail address ada@example.com (a, b): set gatehouseId there to p1 on the right one' })
    const both = several.map((one) => ({ ...one, externalId: 'p1' }))
    expect(correlate(keys, both, new Set())).toMatchObject({ kind: 'conflict', reason: expect.stringContaining('clear gatehouseId there on all but the right one') })
    expect(correlate(keys, [several[0]!, both[1]!], new Set())).toMatchObject({ kind: 'found', account: { id: 'b' } })
  })

  test('whichever way accents are written', () => {
    const candidates = [account('active', { id: 'a', ...free, login: 'Rene\u0301@example.com', email: null })]
    expect(correlate({ ...keys, login: 'ren\u00e9@example.com' }, candidates, new Set())).toMatchObject({ kind: 'found', account: { id: 'a' } })
    expect(correlate({ ...keys, login: 'x', email: 'ren\u00e9@example.com' }, [{ ...candidates[0]!, login: 'y', email: 'rene\u0301@example.com' }], new Set())).toMatchObject({ kind: 'found', account: { id: 'a' } })
  })

  test.for(cases)('%s', ([, candidates, taken, kind, id]) => {
    const result = correlate(keys, candidates, new Set(taken))
    expect(result.kind).toBe(kind)
    if (result.kind === 'found') expect(result.account.id).toBe(id)
  })
})

describe('a queued account', () => {
  const queued = {
    entry: { population: 'panelist' as const, id: 1, uid: 7, uuid: 'acc1' }, uuid: 'acc1', email: 'ada@example.com',
    account: account('active'), personId: 'p1', groups: [{ group: 'one', portalIds: [1] }, { group: 'two', portalIds: [2] }], left: [],
    portals: [] as number[], wanted: false, twin: null,
  }
  const all = { ...rules, allPortals: [1, 2, 3] }

  test('leaves every portal\'s group and then follows the policy', () => {
    expect(planQueued(queued, all).actions.map((action) => action.kind)).toEqual(['groupRemove', 'groupRemove', 'deactivate'])
  })

  test('keeps the groups and the life that somebody still needs', () => {
    expect(planQueued({ ...queued, portals: [2], wanted: true }, all).actions).toMatchObject([{ kind: 'groupRemove', group: 'one' }])
    expect(planQueued({ ...queued, portals: [1, 2], wanted: true }, all).actions).toMatchObject([{ kind: 'settle' }])
  })

  test('that is gone is done with', () => {
    expect(planQueued({ ...queued, account: null, groups: [] }, all).actions).toMatchObject([{ kind: 'settle' }])
  })

  test('of an administrator follows the administrators\' policy', () => {
    const step = planQueued({ ...queued, entry: { ...queued.entry, population: 'admin' }, groups: [] }, all)
    expect(step.actions).toMatchObject([{ kind: 'suspend' }])
  })

  test('of an administrator who is in a portal\'s group as well follows the milder policy', () => {
    const step = planQueued({ ...queued, entry: { ...queued.entry, population: 'admin' } }, all)
    expect(step.actions.map((action) => action.kind)).toEqual(['groupRemove', 'groupRemove', 'suspend'])
  })

  const twin = { population: 'admin' as const, id: 9, uid: 4, uuid: 'acc1', generation: 2, portals: [], isOfRuns: true }
  test('that is in both queues is dealt with once, by the mildest policy of all', () => {
    const step = planQueued({ ...queued, twin }, all)
    expect(step.actions.at(-1)).toMatchObject({ kind: 'suspend' })
    expect(step).toMatchObject({ queued: queued.entry, queuedToo: { population: 'admin', id: 9, generation: 2 } })
    const other = { ...queued, entry: { ...queued.entry, population: 'admin' as const }, twin: { ...twin, population: 'panelist' as const, portals: [2] } }
    expect(planQueued(other, all)).toMatchObject({ actions: [{ kind: 'settle' }], queued: null, accountId: null })
    const later = planQueued({ ...other, groups: [], twin: { ...other.twin, isOfRuns: false } }, { ...all, policyOf: (id) => (id === 2 ? 'nothing' : 'delete') })
    expect(later).toMatchObject({ actions: [{ kind: 'settle' }], queued: { population: 'admin' }, queuedToo: { population: 'panelist' } })
  })
})
