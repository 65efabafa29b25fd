/** The Okta double's lifecycle: every operation from every status, as a table, and once more over HTTP. */
import { describe, expect, it } from 'vitest'
import { lifecycleOperations, transition, userStatuses } from '../twin/lifecycle.ts'
import type { LifecycleOperation, UserStatus } from '../twin/lifecycle.ts'
import { harness } from './twin-harness.ts'
import type { Wire } from './twin-harness.ts'

const columns: UserStatus[] = [
  'STAGED', 'PROVISIONED', 'ACTIVE', 'RECOVERY', 'PASSWORD_EXPIRED', 'LOCKED_OUT', 'SUSPENDED', 'DEPROVISIONED',
]

/** One row an operation, one column a status: what a user without a password becomes, or the code of the refusal. */
const table = `
activate      PROVISIONED 16 16 16 16 16 16 PROVISIONED
reactivate    38 PROVISIONED 38 RECOVERY 38 38 38 38
deactivate    DEPROVISIONED DEPROVISIONED DEPROVISIONED DEPROVISIONED DEPROVISIONED DEPROVISIONED DEPROVISIONED 1
suspend       1 1 SUSPENDED 1 1 1 1 1
unsuspend     1 1 1 1 1 1 ACTIVE 1
unlock        32 32 32 32 32 ACTIVE 32 32
reset_password 38 38 RECOVERY RECOVERY RECOVERY RECOVERY 38 38
expire_password 38 38 PASSWORD_EXPIRED PASSWORD_EXPIRED PASSWORD_EXPIRED PASSWORD_EXPIRED 38 38
expire_password_with_temp_password 38 38 PASSWORD_EXPIRED PASSWORD_EXPIRED PASSWORD_EXPIRED PASSWORD_EXPIRED 38 38
reset_factors STAGED PROVISIONED ACTIVE RECOVERY PASSWORD_EXPIRED LOCKED_OUT SUSPENDED 38
delete        DEPROVISIONED DEPROVISIONED DEPROVISIONED DEPROVISIONED DEPROVISIONED DEPROVISIONED DEPROVISIONED GONE
`

const cells = table.trim().split('\n').flatMap((line) => {
  const [operation, ...outcomes] = line.split(/\s+/)
  return columns.map((status, index) => ({
    operation: operation as LifecycleOperation, status, outcome: outcomes[index]!,
  }))
})

describe('the transition table', () => {
  it('covers every operation and every status', () => {
    expect([...new Set(cells.map((cell) => cell.operation))]).toEqual([...lifecycleOperations])
    expect(new Set(columns)).toEqual(new Set(userStatuses))
    expect(cells).toHaveLength(lifecycleOperations.length * userStatuses.length)
  })

  it.each(cells)('$operation from $status: $outcome', ({ operation, status, outcome }) => {
    const result = transition(operation, status, false)
    if (/^\d+$/.test(outcome)) expect(result).toMatchObject({ refused: `E00000${outcome.padStart(2, '0')}` })
    else expect(result).toEqual({ to: outcome })
  })

  it('activates to ACTIVE where there is a password', () => {
    expect(transition('activate', 'STAGED', true)).toEqual({ to: 'ACTIVE' })
  })
})

describe('the transition table over HTTP', () => {
  const { call, user, force } = harness()
  const statusOf: Record<string, number> = { '1': 400, '16': 403, '32': 403, '38': 403 }

  it.each(cells)('$operation from $status: $outcome', async ({ operation, status, outcome }) => {
    const { id } = await user(`${operation}.${status}@example.com`)
    await force(id, status)
    const answer = operation === 'delete'
      ? await call('DELETE', `/api/v1/users/${id}`)
      : await call('POST', `/api/v1/users/${id}/lifecycle/${operation}`)
    const after = await call('GET', `/api/v1/users/${id}`)
    if (/^\d+$/.test(outcome)) {
      expect(answer.status).toBe(statusOf[outcome])
      expect(answer.body.errorCode).toBe(`E00000${outcome.padStart(2, '0')}`)
      expect(after.body.status).toBe(status)
    } else if (outcome === 'GONE') {
      expect(answer.status).toBe(204)
      expect(after.status).toBe(404)
    } else {
      expect(answer.status).toBe(operation === 'delete' ? 204 : 200)
      expect(after.body.status).toBe(outcome)
    }
  })
})

describe('what operations answer and do besides', () => {
  it('gives an activation link only when no mail is sent', async () => {
    const { call, user } = harness()
    const staged = await user('a.one@example.com', { activate: false })
    const quiet = await call('POST', `/api/v1/users/${staged.id}/lifecycle/activate?sendEmail=false`)
    expect(quiet.body.activationUrl).toMatch(/^http:\/\/localhost.*\/welcome\/\w{20}$/)
    expect(quiet.body.activationToken).toMatch(/^\w{20}$/)
    const again = await call('POST', `/api/v1/users/${staged.id}/lifecycle/reactivate`)
    expect(again.body).toEqual({})
  })

  it('deactivation takes the password and keeps the groups', async () => {
    const { call, user } = harness()
    const { id } = await user('a.one@example.com', { password: 'Correct-Horse-7' })
    const group = await call('POST', '/api/v1/groups', { profile: { name: 'Readers' } })
    await call('PUT', `/api/v1/groups/${group.body.id}/users/${id}`)
    await call('POST', `/api/v1/users/${id}/lifecycle/deactivate`)
    const after = await call('GET', `/api/v1/users/${id}`)
    expect(after.body.credentials).toEqual({ provider: { type: 'OKTA', name: 'OKTA' } })
    const groups = await call('GET', `/api/v1/users/${id}/groups`)
    expect(groups.body.map((each: Wire) => each.profile.name)).toEqual(['Everyone', 'Readers'])
    await call('POST', `/api/v1/users/${id}/lifecycle/activate`)
    expect((await call('GET', `/api/v1/users/${id}`)).body.status).toBe('PROVISIONED')
  })

  it('a temporary password is answered, works, and has to be changed', async () => {
    const { call, user } = harness()
    const { id } = await user('a.one@example.com', { password: 'Correct-Horse-7' })
    const answer = await call('POST', `/api/v1/users/${id}/lifecycle/expire_password?tempPassword=true`)
    const check = await call('POST', `/_twin/users/${id}/check-password`, { password: answer.body.tempPassword })
    expect(check.body).toEqual({ matches: true })
    expect((await call('GET', `/api/v1/users/${id}`)).body.status).toBe('PASSWORD_EXPIRED')
  })

  it('expire_password answers with the user', async () => {
    const { call, user } = harness()
    const { id } = await user('a.one@example.com', { password: 'Correct-Horse-7' })
    const answer = await call('POST', `/api/v1/users/${id}/lifecycle/expire_password`)
    expect(answer.body).toMatchObject({ id, status: 'PASSWORD_EXPIRED' })
  })

  it('a password set by an administrator ends recovery', async () => {
    const { call, user } = harness()
    const { id } = await user('a.one@example.com', { password: 'Correct-Horse-7' })
    const reset = await call('POST', `/api/v1/users/${id}/lifecycle/reset_password?sendEmail=false`)
    expect(reset.body.resetPasswordUrl).toMatch(/reset_password/)
    const set = { credentials: { password: { value: 'Another-Horse-8' } } }
    expect((await call('POST', `/api/v1/users/${id}`, set)).body.status).toBe('ACTIVE')
  })

  it('with an activation that takes time, the user is in between and cannot be written', async () => {
    const { call, user, wait } = harness({ options: { activationSeconds: 30 } })
    const created = await user('a.one@example.com', { password: 'Correct-Horse-7' })
    expect(created).toMatchObject({ status: 'STAGED', transitioningToStatus: 'ACTIVE' })
    const url = `/api/v1/users/${created.id}`
    const early = await call('POST', url, { profile: { title: 'Countess' } })
    expect([early.status, early.body.errorCode]).toEqual([409, 'E0000112'])
    expect((await call('POST', `${url}/lifecycle/activate`)).body.errorCode).toBe('E0000112')
    await wait(30)
    const late = await call('GET', url)
    expect(late.body.status).toBe('ACTIVE')
    expect(late.body.transitioningToStatus).toBeUndefined()
  })

  it('answers a repeated deactivate as the org is set', async () => {
    const { call, user } = harness({ options: { repeatedDeactivate: 'accept' } })
    const { id } = await user('a.one@example.com')
    await call('POST', `/api/v1/users/${id}/lifecycle/deactivate`)
    expect((await call('POST', `/api/v1/users/${id}/lifecycle/deactivate`)).status).toBe(200)
  })

  it('knows neither other operations nor other users', async () => {
    const { call, user } = harness()
    const { id } = await user('a.one@example.com')
    expect((await call('POST', `/api/v1/users/${id}/lifecycle/promote`)).status).toBe(404)
    expect((await call('POST', `/api/v1/users/${id}/lifecycle/delete`)).status).toBe(404)
    expect((await call('POST', '/api/v1/users/00unobody/lifecycle/suspend')).body.errorCode).toBe('E0000007')
  })
})
