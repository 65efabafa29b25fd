/** Operations over everyone a filter finds: planned person by person, applied exactly so, resumed, cancelled, refused. */
import { describe, expect, test } from 'vitest'
import { planBulk, bulkRequest, runBulk } from '../src/directory/bulk.ts'
import type { Document } from '../src/model/attribute.ts'
import { applyPlan, type StepRunner } from '../src/plans/apply.ts'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()
const { db } = ctx

let counter = 0
/** People whom only their job title ties together. */
async function crew(size: number, more: (index: number) => Document = () => ({})) {
  const title = `Crew ${++counter}`
  const people: (Document & { id: string })[] = []
  for (let i = 0; i < size; i++) people.push((await ask('POST', '/users', { userName: `bulk${++counter}`, title, status: 'ACTIVE', ...more(i) })).body)
  return { title, filter: `title eq "${title}"`, ids: people.map((one) => one.id) }
}
const plan = async (operation: string, filter: string, options?: Document) => {
  const { status, body } = await ask('POST', '/plans', { kind: 'bulk', operation, filter, ...(options ? { options } : {}) })
  expect(status, JSON.stringify(body)).toBe(201)
  return body as { id: string; counts: object; steps: number }
}
const steps = async (id: string, query = '') => (await ask('GET', `/plans/${id}/steps${query}`)).body.items as Document[]
const apply = (id: string) => ask('POST', `/plans/${id}/apply`)
const statuses = async (ids: string[]) => (await db.query<{ status: string }>('select status from users where user_id = any($1) order by user_id', [ids])).map((one) => one.status)

describe('a plan', () => {
  test('tells for each person what would change, or why it cannot', async () => {
    const given = ['ACTIVE', 'TERMINATED', 'DECEASED', 'LEAVE', 'ACTIVE']
    const { filter, ids } = await crew(5, (i) => ({ status: given[i], ...(i === 4 ? { isVisible: false } : {}) }))
    const { id, ...made } = await plan('terminate', filter, { lastDate: '2026-03-31' })
    expect(made).toMatchObject({ kind: 'bulk', status: 'planned', title: `terminate 4 people: ${filter}`, steps: 4, counts: { update: 2, unchanged: 1, conflict: 1 }, options: { options: { lastDate: '2026-03-31' } } })
    expect(await steps(id)).toEqual([
      { step: 1, action: 'update', resource: 'User', targetId: ids[0], label: expect.any(String), status: 'planned', changes: [{ path: 'status', before: 'ACTIVE', after: 'TERMINATED' }, { path: 'lastDate', after: '2026-03-31' }] },
      { step: 2, action: 'unchanged', resource: 'User', targetId: ids[1], label: expect.any(String), status: 'planned' },
      { step: 3, action: 'conflict', resource: 'User', targetId: ids[2], label: expect.any(String), status: 'planned', problems: [{ message: expect.stringContaining('DECEASED') }] },
      expect.objectContaining({ step: 4, action: 'update', targetId: ids[3] }),
    ])
    expect(await statuses(ids)).toEqual(given)
    expect((await apply(id)).body).toMatchObject({ status: 'applied', failed: 0, appliedThrough: 4 })
    expect(await statuses(ids)).toEqual(['TERMINATED', 'TERMINATED', 'DECEASED', 'TERMINATED', 'ACTIVE'])
  })

  test('is paged, and its steps by action', async () => {
    const { filter, ids } = await crew(5, (i) => ({ status: i === 2 ? 'DECEASED' : 'ACTIVE' }))
    const { id } = await plan('disable', filter)
    const seen: unknown[] = []
    for (let cursor = '', pages = 0; pages < 4; pages++) {
      const { body } = await ask('GET', `/plans/${id}/steps?count=2${cursor}`)
      seen.push(...body.items.map((one: Document) => one.targetId))
      if (body.next === undefined) break
      cursor = `&cursor=${body.next}`
    }
    expect(seen).toEqual(ids)
    expect((await steps(id, '?action=conflict')).map((one) => one.targetId)).toEqual([ids[2]])
    for (const cursor of ['x', '-1', '1.5', '99999999999']) expect((await ask('GET', `/plans/${id}/steps?cursor=${cursor}`)).body.code).toBe('invalid_cursor')
    expect((await ask('GET', '/plans/none/steps')).status).toBe(404)
    const listed = await ask('GET', '/plans?kind=bulk&status=planned&count=1')
    expect(listed.body.items[0]).toMatchObject({ id })
    const older = await ask('GET', `/plans?kind=bulk&cursor=${(await ask('GET', '/plans?kind=bulk&count=1')).body.next}`)
    expect(older.body.items.map((one: Document) => one.id)).not.toContain(id)
  })

  test('may find nobody', async () => {
    const { id, steps: count } = await plan('disable', 'title eq "Nobody at all"')
    expect(count).toBe(0)
    expect((await apply(id)).body).toMatchObject({ status: 'applied', failed: 0 })
  })

  test.each([
    ['no operation', { filter: 'title pr' }, 'invalid_value'],
    ['an unknown operation', { operation: 'promote', filter: 'title pr' }, 'invalid_value'],
    ['no filter', { operation: 'disable' }, 'required_attribute'],
    ['an empty filter', { operation: 'delete', filter: '  ' }, 'required_attribute'],
    ['an empty search', { operation: 'delete', q: '' }, 'required_attribute'],
    ['a filter that is none', { operation: 'disable', filter: 'title' }, 'invalid_filter'],
    ['a filter that is no text', { operation: 'disable', filter: 5, q: 'x' }, 'invalid_value'],
    ['a search that is no text', { operation: 'disable', filter: 'title pr', q: 5 }, 'invalid_value'],
    ['options that are none', { operation: 'disable', filter: 'title pr', options: [] }, 'invalid_body'],
    ['an option of another operation', { operation: 'disable', filter: 'title pr', options: { paid: true } }, 'unknown_attribute'],
    ['a date that is none', { operation: 'terminate', filter: 'title pr', options: { lastDate: '2026-13-01' } }, 'invalid_value'],
    ['options for a deletion', { operation: 'delete', filter: 'title pr', options: { sure: true } }, 'unknown_attribute'],
    ['an unknown member', { operation: 'disable', filter: 'title pr', colour: 'red' }, 'unknown_attribute'],
  ])('with %s is refused', async (_what, body, code) => {
    expect(await ask('POST', '/plans', { kind: 'bulk', ...body })).toMatchObject({ status: 400, body: { code } })
  })

  test('of an unknown kind is refused', async () => {
    for (const body of [{ kind: 'sync' }, {}, []]) expect(await ask('POST', '/plans', body)).toMatchObject({ status: 400 })
  })
})

describe('applied', () => {
  test('does to each what the operation does to one, each with an event', async () => {
    const { filter, ids } = await crew(3)
    const [session] = [ctx.newId()]
    await db.execute(`insert into auth_state (user_id, session_id, expires_at, last_seen) values ($1, $2, now() + interval '1 hour', now())`, [ids[0], session])
    const { id } = await plan('disable', filter)
    await apply(id)
    expect(await db.query('select 1 from auth_state where session_id = $1', [session])).toEqual([])
    const events = await db.query<{ action: string; count: number }>(
      'select action, count(*)::int as count from gatehouse.audit_event where target_id = any($1) group by 1 order by 1', [ids])
    expect(events).toEqual([{ action: 'user.create', count: 3 }, { action: 'user.disable', count: 3 }])
    expect((await ask('GET', `/plans/${id}`)).body).toMatchObject({ status: 'applied', applied: expect.any(String), appliedBy: 'GATEHOUSE_API_KEY' })
  })

  test('deletes, but no record of the system', async () => {
    const { filter, ids } = await crew(3)
    await db.execute(`update users set system_flag = 'Y' where user_id = $1`, [ids[1]])
    const { id, counts } = await plan('delete', filter)
    expect(counts).toEqual({ delete: 2, conflict: 1 })
    await apply(id)
    expect(await db.query('select user_id as id from users where user_id = any($1)', [ids])).toEqual([{ id: ids[1] }])
  })

  test('converts with its options', async () => {
    const { filter, ids } = await crew(2)
    const { id } = await plan('convert', filter, { typeId: 'EXTERNAL_USER', employeeType: 'CONTRACTOR' })
    expect((await steps(id))[0]!.changes).toContainEqual({ path: 'typeId', before: 'DEFAULT_USER', after: 'EXTERNAL_USER' })
    await apply(id)
    expect((await ask('GET', `/users/${ids[1]}`)).body).toMatchObject({ typeId: 'EXTERNAL_USER', employeeType: 'CONTRACTOR', conversionDate: expect.any(String) })
  })

  test('converts nobody who lacks what the new type requires, and says so beforehand', async () => {
    const { filter, ids } = await crew(2)
    const element = (more: object) => ask('POST', '/metadata/elements', { typeId: 'EXTERNAL_USER', ...more })
    const required = (await element({ name: 'agency', required: true })).body
    const filled = (await element({ name: 'pass', required: true, defaultValue: 'grey' })).body
    const lacking = await plan('convert', filter, { typeId: 'EXTERNAL_USER' })
    expect(lacking.counts).toEqual({ conflict: 2 })
    expect((await steps(lacking.id))[0]).toMatchObject({ action: 'conflict', problems: [{ path: 'attributes.agency', message: 'is required' }] })
    const whole = await plan('convert', filter, { typeId: 'EXTERNAL_USER', attributes: { agency: 'Ox' } })
    expect(whole.counts).toEqual({ update: 2 })
    expect((await steps(whole.id))[0]!.changes).toEqual(expect.arrayContaining([{ path: 'attributes.agency', after: 'Ox' }, { path: 'attributes.pass', after: 'grey' }]))
    await apply(whole.id)
    expect((await ask('GET', `/users/${ids[0]}`)).body).toMatchObject({ typeId: 'EXTERNAL_USER', attributes: { agency: 'Ox', pass: 'grey' } })
    for (const one of [required, filled]) await ask('PATCH', `/metadata/elements/${one.id}`, { required: false })
  })

  test('takes by q whom q finds', async () => {
    const { ids } = await crew(2, (i) => ({ name: { familyName: `Quartermaine${i}` } }))
    const { body } = await ask('POST', '/plans', { kind: 'bulk', operation: 'lock', q: 'quarterm' })
    expect(body.steps).toBe(2)
    await apply(body.id)
    expect((await ask('GET', `/users/${ids[0]}`)).body.secondaryStatus).toBe('LOCKED_ADMIN')
  })

  test('one who cannot be done is told apart, and stops nobody else', async () => {
    const { filter, ids } = await crew(3, (i) => (i === 1 ? { startDate: '2026-01-01' } : {}))
    // The new last day lies before this person's first.
    const { id } = await plan('terminate', filter, { lastDate: '2025-12-31' })
    expect((await apply(id)).body).toMatchObject({ status: 'applied', failed: 1, appliedThrough: 3 })
    expect(await statuses(ids)).toEqual(['TERMINATED', 'ACTIVE', 'TERMINATED'])
    expect(await steps(id, '?failed=true')).toEqual([expect.objectContaining({ step: 2, targetId: ids[1], status: 'failed', result: expect.objectContaining({ code: 'invalid_value' }) })])
  })
})

describe('stale', () => {
  test.each([
    ['changed', (id: string) => ask('PATCH', `/users/${id}`, { nickName: 'N' })],
    ['got an address', (id: string) => ask('POST', `/users/${id}/emails`, { value: 'a@example.org' })],
    ['gone', (id: string) => ask('DELETE', `/users/${id}`)],
  ])('is a plan once one of its people has %s, and nothing is written', async (_what, change) => {
    const { filter, ids } = await crew(3)
    const { id } = await plan('disable', filter)
    await change(ids[2]!)
    expect(await apply(id)).toMatchObject({ status: 409, body: { code: 'plan_stale', problems: [{ path: `User ${ids[2]}` }], detail: expect.stringContaining('nothing was written') } })
    expect(await db.query('select 1 from users where user_id = any($1) and secondary_status is not null', [ids])).toEqual([])
    expect((await ask('GET', `/plans/${id}`)).body).toMatchObject({ status: 'planned', appliedThrough: 0 })
    expect((await ask('POST', `/plans/${id}/cancel`)).body.status).toBe('cancelled')
  })

  test('is no plan by sign-in counters', async () => {
    const { filter, ids } = await crew(1)
    const { id } = await plan('disable', filter)
    await db.execute('update login set auth_fail_count = 3, last_login = now() where user_id = $1', [ids[0]])
    expect((await apply(id)).body).toMatchObject({ status: 'applied', failed: 0 })
  })
})

/** Applies in batches of two and dies before the given one. */
async function interrupted(planId: string, before: number) {
  let batches = 0
  const dying: StepRunner = (...args) => {
    if (batches++ >= before) throw new Error('killed')
    return runBulk(...args)
  }
  await expect(applyPlan(ctx, planId, dying, { batch: 2 })).rejects.toThrow('killed')
}

describe('interrupted', () => {
  const started = async (operation: string, size = 5, more?: (index: number) => Document) => {
    const people = await crew(size, more)
    const made = await planBulk(ctx, bulkRequest({ operation, filter: people.filter }))
    return { ...people, id: made.id }
  }

  test.each(['disable', 'terminate', 'delete'])('a plan to %s goes on where it stopped', async (operation) => {
    const { id, ids } = await started(operation)
    await interrupted(id, 2)
    expect((await ask('GET', `/plans/${id}`)).body).toMatchObject({ status: 'applying', appliedThrough: 4 })
    const progress: [number, number][] = []
    expect(await applyPlan(ctx, id, runBulk, { batch: 2, progress: (done, of) => progress.push([done, of]) })).toMatchObject({ status: 'applied', failed: 0 })
    expect(progress).toEqual([[5, 5], [5, 5]])
    const events = await db.query<{ target_id: string }>(`select target_id from gatehouse.audit_event where action = 'user.' || $2 and target_id = any($1)`, [ids, operation])
    expect(events.map((one) => one.target_id).sort()).toEqual(ids)
  })

  test('it goes on though it has changed people itself whose turn comes later', async () => {
    const admin = await crew(1)
    const { id, ids } = await started('terminate', 4, (i) => (i === 0 ? { relations: [{ user: admin.ids[0], type: 'ADMIN_ACCOUNT' }] } : {}))
    await ask('PATCH', `/users/${ids[0]}`, { relations: [{ user: ids[3], type: 'ADMIN_ACCOUNT' }] })
    await ask('POST', `/plans/${id}/cancel`)
    const filter = (await ask('GET', `/plans/${id}`)).body.options.filter
    const again = await planBulk(ctx, bulkRequest({ operation: 'terminate', filter }))
    await interrupted(again.id, 1)
    expect(await statuses(ids)).toEqual(['TERMINATED', 'TERMINATED', 'ACTIVE', 'TERMINATED'])
    expect(await applyPlan(ctx, again.id, runBulk)).toMatchObject({ status: 'applied', failed: 0 })
  })

  test('it goes on though others have changed those that are behind it', async () => {
    const { id, ids } = await started('disable')
    await interrupted(id, 1)
    await ask('PATCH', `/users/${ids[0]}`, { nickName: 'N' })
    await ask('DELETE', `/users/${ids[1]}`)
    expect(await applyPlan(ctx, id, runBulk)).toMatchObject({ status: 'applied', failed: 0 })
  })

  test('it is refused when others have changed those ahead of it, and then cancelled', async () => {
    const { id, ids } = await started('disable')
    await interrupted(id, 1)
    await ask('PATCH', `/users/${ids[4]}`, { nickName: 'N' })
    expect(await apply(id)).toMatchObject({ status: 409, body: { code: 'plan_stale', detail: expect.stringContaining('2 steps') } })
    expect((await ask('POST', `/plans/${id}/cancel`)).body.status).toBe('cancelled')
    expect((await apply(id)).body.code).toBe('plan_state')
  })

  test('none of a batch that dies half-way is done', async () => {
    const { id, ids } = await started('disable', 4)
    const half: StepRunner = async (...args) => {
      await runBulk(...args)
      throw new Error('killed')
    }
    await expect(applyPlan(ctx, id, half, { batch: 2 })).rejects.toThrow('killed')
    expect(await db.query('select 1 from users where user_id = any($1) and secondary_status is not null', [ids])).toEqual([])
  })

  test('two who apply it at once do each step once', async () => {
    const { id, ids } = await started('disable', 6)
    const results = await Promise.allSettled([applyPlan(ctx, id, runBulk, { batch: 2 }), applyPlan(ctx, id, runBulk, { batch: 2 })])
    expect(results.some((one) => one.status === 'fulfilled')).toBe(true)
    const events = await db.query(`select 1 from gatehouse.audit_event where action = 'user.disable' and target_id = any($1)`, [ids])
    expect(events).toHaveLength(6)
  })
})

describe('given up', () => {
  test('before it begins, a plan changes nothing', async () => {
    const { filter, ids } = await crew(1)
    const { id } = await plan('disable', filter)
    expect((await ask('POST', `/plans/${id}/cancel`)).body.status).toBe('cancelled')
    expect((await apply(id)).body.code).toBe('plan_state')
    expect((await ask('POST', `/plans/${id}/cancel`)).body.code).toBe('plan_state')
    expect((await ask('GET', `/users/${ids[0]}`)).body.active).toBe(true)
  })

  test('while it is applied, it ends after the batch', async () => {
    const { filter, ids } = await crew(6)
    const { id } = await plan('disable', filter)
    let cancelled: Promise<unknown> | undefined
    const result = await applyPlan(ctx, id, runBulk, { batch: 2, progress: () => (cancelled ??= ask('POST', `/plans/${id}/cancel`)) })
    await cancelled
    expect(result.status).toBeOneOf(['cancelled', 'applied'])
    const plan_ = (await ask('GET', `/plans/${id}`)).body
    const done = await db.query(`select 1 from users where user_id = any($1) and secondary_status = 'DISABLED'`, [ids])
    expect(done).toHaveLength(plan_.appliedThrough)
  })

  test('after it was applied, it cannot be, nor undone', async () => {
    const { filter } = await crew(1)
    const { id } = await plan('disable', filter)
    await apply(id)
    for (const [action, body] of [['apply'], ['cancel'], ['undo'], ['release', { reason: 'because' }]] as const) expect(await ask('POST', `/plans/${id}/${action}`, body)).toMatchObject({ status: 409, body: { code: 'plan_state' } })
    expect((await ask('POST', '/plans/none/apply')).status).toBe(404)
  })
})
