/** Groups, roles, resources, rights and the edges between them come in row by row, as people do: judged, applied, refused, resumed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import { createUser } from '../src/directory/users.ts'
import { applyPlan } from '../src/plans/apply.ts'
import { runImport } from '../src/transfer/apply-import.ts'
import { collectRejects } from '../src/transfer/collect-rejects.ts'
import { parseMapping, type Mapping } from '../src/transfer/mapping.ts'
import { testContext } from './context.ts'
import { actionsOf, against, apply, applyWhile, csv, eventCount, importFolder, imported, jsonl, plan, stepsOf } from './import-harness.ts'

const grants = (more: object = {}): Mapping => parseMapping(JSON.stringify({
  format: 'csv',
  records: [{
    resource: 'Edge', source: { type: 'User', column: 'login', by: 'userName' }, target: { type: 'Role', column: 'role', by: 'name' },
    set: { start: { column: 'from', date: 'DD.MM.YYYY' }, end: { column: 'to', date: 'DD.MM.YYYY' }, rights: { column: 'rights', split: '|', by: 'name' }, description: 'ticket' }, ...more,
  }],
}))
const head = 'login,role,from,to,rights,ticket'

async function world(): Promise<Context> {
  const ctx = await testContext()
  for (const userName of ['ann', 'bob', 'gus']) await createUser(ctx, { userName })
  await ctx.db.execute(`
    update users set status = 'TERMINATED' where user_name = 'gus';
    insert into role (role_id, role_name, max_user_number) values ('clerk', 'Clerk', null), ('chief', 'Chief', 1);
    insert into role (role_id, role_name, membership_duration_seconds) values ('guest', 'Guest', 3600);
    insert into role (role_id, role_name, status) values ('old', 'Old', 'DELETED');
    insert into access_rights (access_right_id, name) values ('SIGN', 'Sign'), ('SEE', 'See')`)
  return ctx
}

const held = (ctx: Context) => ctx.db.query<{ who: string; role: string; start: string | null; end: string | null; rights: string[]; description: string | null }>(
  `select u.user_name as who, r.role_name as role, m.start_date as start, m.end_date as end, m.description,
     coalesce((select array_agg(access_right_id order by 1) from user_role_membership_rights x where x.membership_id = m.membership_id), '{}') as rights
   from user_role m join users u using (user_id) join role r using (role_id) where r.role_id !~ '^(GATEHOUSE|[A-Z_]+$)' order by 1, 2, 3 nulls first`)

describe('edges by a mapping', () => {
  test('are made with dates, rights and a description, and again change nothing', async () => {
    const ctx = await world()
    const file = csv(head, 'ann,Clerk,01.02.2024,01.03.2090,Sign|see,INC-1', 'bob,clerk,,,,')
    const first = await plan(ctx, file, grants())
    expect(first.counts).toEqual({ create: 2 })
    expect((await stepsOf(ctx.db, first.id))[0]).toMatchObject({ resource: 'Membership', line: 2, label: 'ann has Role Clerk', source: 'people.csv' })
    expect(await apply(ctx, first.id)).toMatchObject({ status: 'applied', failed: 0 })
    expect(await held(ctx)).toEqual([
      { who: 'ann', role: 'Clerk', start: '2024-02-01T00:00:00.000Z', end: '2090-03-01T00:00:00.000Z', rights: ['SEE', 'SIGN'], description: 'INC-1' },
      { who: 'bob', role: 'Clerk', start: null, end: null, rights: [], description: null },
    ])
    const events = await eventCount(ctx.db)
    expect((await imported(ctx, file, grants())).counts).toEqual({ unchanged: 2 })
    expect(await eventCount(ctx.db)).toBe(events)
  })

  test('a row changes what it speaks of, field by field, and leaves the rest', async () => {
    const ctx = await world()
    await imported(ctx, csv(head, 'ann,Clerk,01.02.2024,,Sign,INC-1'), grants())
    const { id, counts } = await plan(ctx, csv(head, 'ann,Clerk,01.02.2024,01.03.2090,,'), grants())
    expect(counts).toEqual({ update: 1 })
    expect((await stepsOf(ctx.db, id))[0]!.changes).toMatchObject({ fields: [{ path: 'end', after: '2090-03-01T00:00:00.000Z' }], before: { description: 'INC-1' } })
    await apply(ctx, id)
    expect(await held(ctx)).toMatchObject([{ end: '2090-03-01T00:00:00.000Z', rights: ['SIGN'], description: 'INC-1' }])
    // Without a start a row means the period in force.
    expect((await plan(ctx, csv('login,role', 'ann,Clerk'), grants({ set: {} }))).counts).toEqual({ unchanged: 1 })
  })

  test('whoever had it before has it again from now on', async () => {
    const ctx = await world()
    await imported(ctx, csv(head, 'ann,Clerk,01.02.2004,01.03.2005,,'), grants())
    expect((await imported(ctx, csv('login,role', 'ann,Clerk'), grants({ set: {} }))).counts).toEqual({ create: 1 })
    expect((await held(ctx)).map(({ end }) => end)).toEqual(['2005-03-01T00:00:00.000Z', null])
  })

  test('what cannot be is told with its line, column and reason, and stands in a file to mend', async () => {
    const ctx = await world()
    await imported(ctx, csv(head, 'ann,Clerk,01.01.2024,01.01.2099,,'), grants())
    const path = csv(head, 'bob,Chief,,,,', 'ann,Chief,,,,', 'nobody,Clerk,,,,', 'bob,Nothing,,,,', 'ann,Clerk,01.01.2025,,,', 'bob,Clerk,31.02.2024,,,', 'bob,Clerk,01.01.2025,01.01.2024,,', 'gus,Clerk,,,,', 'bob,Old,,,,', 'bob,Guest,,,Fly,', 'bob,Chief,,,,', ',Clerk,,,,')
    const { id, counts } = await plan(ctx, path, grants())
    expect(counts).toEqual({ create: 1, conflict: 5, error: 6 })
    const steps = await stepsOf(ctx.db, id)
    expect(steps.slice().sort((a, b) => a.line! - b.line!).map((step) => [step.line, step.action, against(step)])).toEqual([
      [2, 'create', ''],
      [3, 'conflict', expect.stringContaining('for 1 person at most')],
      [4, 'error', 'login nobody there is no User whose userName is "nobody", neither in the directory nor earlier in the import'],
      [5, 'error', expect.stringContaining('role Nothing there is no Role whose name is "Nothing"')],
      [6, 'conflict', expect.stringContaining('for part of this time: from 2024-01-01')],
      [7, 'error', 'from 31.02.2024 It is no date that exists, written as DD.MM.YYYY.'],
      [8, 'error', expect.stringMatching(/^to 2024-01-01.* must lie after start/)],
      [9, 'conflict', expect.stringContaining('who has left can be given nothing')],
      [10, 'conflict', expect.stringContaining('only an active one')],
      [11, 'error', expect.stringContaining('rights Fly there is no Right whose name is "Fly"')],
      [12, 'conflict', 'line 2 of the import already means this edge'],
      [13, 'error', 'login The row does not say which source is meant.'],
    ])
    expect(await apply(ctx, id)).toMatchObject({ status: 'applied', failed: 0 })
    const target = join(importFolder(), 'rejected.csv')
    expect(await collectRejects(ctx.db, id, { path, mapping: grants() }, 'people.csv', target)).toBe(11)
    expect(readFileSync(target, 'utf8').split('\r\n').slice(0, 2)).toEqual([`${head},_line,_reason`, expect.stringMatching(/^ann,Chief,,,,,3,/)])
    expect((await plan(ctx, target, grants())).counts).toMatchObject({ error: 6 })
  })

  test('the world that moved is refused: a whole plan for an edge that changed or came, a row for one that comes meanwhile', async () => {
    const ctx = await world()
    await imported(ctx, csv(head, 'ann,Clerk,01.02.2024,,,'), grants())
    const changing = await plan(ctx, csv(head, 'bob,Clerk,,,,', 'ann,Clerk,01.02.2024,01.03.2090,,'), grants())
    await ctx.db.execute(`update user_role set description = 'by hand'`)
    await expect(apply(ctx, changing.id)).rejects.toMatchObject({ code: 'plan_stale' })
    expect(await held(ctx)).toHaveLength(1)
    const adding = await plan(ctx, csv(head, 'bob,Clerk,,,,one', 'bob,Guest,,01.01.2090,,'), grants())
    const bobIsClerk = () => ctx.db.execute(`insert into user_role (membership_id, user_id, role_id) select 'x', user_id, 'clerk' from users where user_name = 'bob'`)
    // Found by the first batch, it refuses all; found by a later one, the row.
    await expect(applyWhile(ctx, adding.id, bobIsClerk)).rejects.toMatchObject({ code: 'plan_stale' })
    expect(await held(ctx)).toHaveLength(2)
    await ctx.db.execute(`delete from user_role where membership_id = 'x'`)
    const late = await plan(ctx, csv(head, 'bob,Guest,,01.01.2090,,', 'bob,Clerk,,,,one'), grants())
    let batches = 0
    const meddled = Object.assign(async (...args: Parameters<typeof runImport>) => {
      if (batches++ === 1) await bobIsClerk()
      return runImport(...args)
    }, { moved: runImport.moved })
    expect(await applyPlan(ctx, late.id, meddled, { batch: 1 })).toMatchObject({ status: 'applied', failed: 1 })
    expect(await stepsOf(ctx.db, late.id)).toMatchObject([{ status: 'done' }, { status: 'failed', result: { code: 'plan_stale' } }])
    const coming = await plan(ctx, csv(head, 'ann,Chief,,,,'), grants())
    await ctx.db.execute(`insert into user_role (membership_id, user_id, role_id) select 'y', user_id, 'chief' from users where user_name = 'ann'`)
    await expect(apply(ctx, coming.id)).rejects.toMatchObject({ code: 'plan_stale' })
    const leaving = await plan(ctx, csv(head, 'ann,Guest,,01.01.2090,,'), grants())
    await ctx.db.execute(`update role set status = 'DELETED', version = version + 1 where role_id = 'guest'`)
    await expect(apply(ctx, leaving.id)).rejects.toMatchObject({ code: 'plan_stale' })
  })

  test('who was stopped in the middle goes on, and does nothing twice', async () => {
    const ctx = await testContext()
    await ctx.db.execute(`
      insert into users (user_id, user_name, last_name, status) select 'p' || n, 'p' || n, 'P', 'ACTIVE' from generate_series(1, 60) n;
      insert into role (role_id, role_name) values ('clerk', 'Clerk')`)
    const { id } = await plan(ctx, csv('login,role', ...Array.from({ length: 60 }, (_, at) => `p${at + 1},Clerk`)), grants({ set: {} }))
    const stop = () => { throw new Error('killed') }
    await expect(applyPlan(ctx, id, runImport, { batch: 20, progress: stop })).rejects.toThrow('killed')
    const count = async () => (await ctx.db.first<{ n: number }>(`select count(*)::int as n from user_role where role_id = 'clerk'`))!.n
    expect(await count()).toBe(20)
    expect(await applyPlan(ctx, id, runImport, { batch: 20 })).toMatchObject({ status: 'applied', failed: 0 })
    expect(await count()).toBe(60)
    expect((await ctx.db.first<{ n: number }>(`select count(*)::int as n from gatehouse.audit_event where action = 'user.roles.add'`))!.n).toBe(60)
  })
})

describe('records and edges of one import', () => {
  test('edges count what rows before them make: limits, durations, statuses and circles', async () => {
    const ctx = await testContext()
    const edge = (source: object, target: object, more: object = {}) => ({ source, target, ...more })
    const [user, role, group] = [(name: string) => ({ type: 'User', name }), (id: string) => ({ type: 'Role', id }), (name: string) => ({ type: 'Group', name })]
    const meta = (resourceType: string) => ({ meta: { resourceType } })
    const file = jsonl(
      { ...meta('User'), userName: 'ann', status: 'ACTIVE' }, { ...meta('User'), userName: 'gus', status: 'RETIRED' },
      { ...meta('Right'), id: 'SIGN', name: 'Sign' },
      { ...meta('Role'), id: 'r1', name: 'One', maxUserNumber: 1 }, { ...meta('Role'), id: 'r2', name: 'Two', membershipDurationSeconds: 3600 },
      { ...meta('Group'), displayName: 'G1', adminResourceId: 's1' }, { ...meta('Group'), displayName: 'G2' },
      { ...meta('Resource'), id: 's1', name: 'S1', resourceType: 'WEBSERVICE' },
      edge(user('ann'), role('r1'), { rights: ['SIGN'] }), edge(user('gus'), role('r1')), edge(user('ann'), role('r2')),
      edge(group('G1'), group('G2')), edge(group('G2'), group('G1')), edge(group('G1'), role('r1')), edge(role('r1'), { type: 'Resource', name: 's1' }, { end: '2090-01-01T00:00:00Z' }),
      edge(role('r1'), group('G1')), edge(user('ann'), { type: 'Organization', id: 'x' }), edge(user('ann'), { type: 'Role' }),
    )
    const made = await plan(ctx, file)
    const steps = await stepsOf(ctx.db, made.id)
    expect(steps.filter(({ action }) => action === 'conflict' || action === 'error').sort((a, b) => a.line! - b.line!).map((step) => [step.line, against(step)])).toEqual([
      [10, expect.stringContaining('who has left')], [13, expect.stringContaining('would stand below itself')],
      [16, expect.stringContaining('There are no edges from Role to Group')], [17, expect.stringContaining('Affiliation')], [18, expect.stringContaining('must have the id or the name')],
    ])
    expect(await apply(ctx, made.id)).toMatchObject({ status: 'applied', failed: 0 })
    const [two] = await ctx.db.query<{ end: string | null }>(`select end_date as end from user_role where role_id = 'r2'`)
    expect(Date.parse(two!.end!) - Date.now()).toBeGreaterThan(3_500_000)
    expect(await ctx.db.query(`select admin_resource_id as by from grp where grp_name = 'G1'`)).toEqual([{ by: 's1' }])
    const again = await plan(ctx, file)
    expect([again.counts.create, again.counts.update]).toEqual([undefined, undefined])
  })

  test('records are found by id, else by name; a name that is another\'s is a conflict; what Gatehouse relies on stays so', async () => {
    const ctx = await testContext()
    await ctx.db.execute(`insert into role (role_id, role_name, description) values ('r1', 'One', 'first'), ('r2', 'Two', null)`)
    const { id, counts } = await plan(ctx, jsonl(
      { meta: { resourceType: 'Role' }, name: 'ONE', description: 'changed' }, { meta: { resourceType: 'Role' }, id: 'r2', name: 'One' },
      { meta: { resourceType: 'Role' }, id: 'SUPER_X', name: 'Three', isSystem: true }, { meta: { resourceType: 'Role' }, name: 'Four', colour: 'red' }, { meta: { resourceType: 'Right' }, id: 'A', name: 'A', typeId1: 'nothing' },
      { meta: { resourceType: 'Planet' }, name: 'X' },
    ))
    expect(counts).toEqual({ update: 1, conflict: 1, create: 1, error: 3 })
    expect((await stepsOf(ctx.db, id)).find(({ action }) => action === 'update')).toMatchObject({ targetId: 'r1', changes: { fields: [{ path: 'name' }, { path: 'description', before: 'first', after: 'changed' }] } })
    await apply(ctx, id)
    expect(await ctx.db.query(`select role_name as name, is_system from role where role_id in ('r1', 'SUPER_X') order by 1`)).toEqual([{ name: 'ONE', is_system: 'N' }, { name: 'Three', is_system: 'N' }])
    expect(await actionsOf(ctx.db, id)).toContain('conflict Role')
  })

  test('whoever has not every right gives by an import no more than they have', async () => {
    const ctx = await world()
    const file = csv('login,role', 'ann,Clerk', 'ann,SUPER')
    await ctx.db.execute(`update role set role_name = 'SUPER' where role_id = 'GATEHOUSE_SUPER_ADMIN'`)
    const { id } = await plan(ctx, file, grants({ set: {} }))
    const some: Context = { ...ctx, authority: { rights: new Set(['access GRANT']) }, db: ctx.db.withActorRights(['ACCESS GRANT']) }
    expect(await apply(some, id)).toMatchObject({ status: 'applied', failed: 1 })
    expect((await held(ctx)).map(({ role }) => role)).toEqual(['Clerk'])
  })
})

describe('a mapping of edges', () => {
  const wrong = (rule: object) => {
    try {
      parseMapping(JSON.stringify({ format: 'csv', records: [rule] }))
    } catch (error) {
      return (error as { problems: { path: string; message: string }[] }).problems.map(({ path, message }) => `${path}: ${message}`).join('\n')
    }
    return ''
  }
  const end = (type: string, by = 'id') => ({ type, column: 'a', by })
  test.each<[string, object, RegExp]>([
    ['without an end', { resource: 'Edge', source: end('User') }, /lacks "target"/],
    ['between what has no edges', { resource: 'Edge', source: end('Role'), target: end('User') }, /no edges from Role to User/],
    ['into an organisation', { resource: 'Edge', source: end('User'), target: end('Organization') }, /Affiliation/],
    ['to what is no type', { resource: 'Edge', source: end('User'), target: end('Right') }, /target.type: must be one of/],
    ['by what finds nothing', { resource: 'Edge', source: end('User', 'nose'), target: end('Role') }, /cannot be found by "nose"/],
    ['that sets its ends', { resource: 'Edge', source: end('User'), target: end('Role'), set: { source: 'a' } }, /no such attribute/],
    ['with keys', { resource: 'Edge', source: end('User'), target: end('Role'), correlate: ['id'] }, /does not apply/],
    ['once', { resource: 'Edge', source: end('User'), target: end('Role'), once: true }, /once/],
    ['that sets what we make', { resource: 'Edge', source: end('User'), target: end('Role'), set: { grantedBy: 'a' } }, /made by the server/],
  ])('%s is refused', (_what, rule, message) => expect(wrong(rule)).toMatch(message))
})
