/** Groups of an LDIF come in with their members, found in the file and in the directory; again, nothing changes. */
import { expect, test } from 'vitest'
import { actingContext } from '../src/access/authorize.ts'
import { createUser } from '../src/directory/users.ts'
import { listBatch } from '../src/store/plans.ts'
import { testContext } from './context.ts'
import { apply, applyWhile, fileOf, imported, jsonl, plan, stepsOf } from './import-harness.ts'

const person = (dn: string, ...more: string[]) => ['', `dn: ${dn}`, 'objectClass: inetOrgPerson', 'sn: X', ...more]
const file = () => fileOf('people.ldif', [
  'version: 1',
  '', 'dn: cn=Bakers,ou=Groups,dc=example', 'objectClass: groupOfNames', 'cn: Bakers', 'description: Who bakes', 'member: uid=ada,ou=People,dc=example', 'member: UID = Bob , ou=people, dc=Example', 'member: uid=ada,ou=People,dc=example', 'member: cn=nobody,dc=example',
  '', 'dn: cn=All,ou=Groups,dc=example', 'objectClass: groupOfUniqueNames', 'cn: All', 'uniqueMember: cn=Bakers,ou=Groups,dc=example', 'uniqueMember: cn=Carl Comma\\, Esq,ou=People,dc=example', 'uniqueMember: uid=dora,ou=Elsewhere,dc=example',
  '', 'dn: cn=wheel,ou=Groups,dc=example', 'objectClass: posixGroup', 'cn: wheel', 'gidNumber: 10', 'memberUid: bob',
  '', 'dn: cn=Found,ou=Groups,dc=example', 'objectClass: groupOfURLs', 'cn: Found', 'memberURL: ldap:///dc=example??sub?(title=Baker)',
  ...person('uid=ada,ou=People,dc=example', 'cn: Ada', 'uid: ada'),
  ...person('uid=bob,ou=People,dc=example', 'cn: Bob', 'uid: bob'),
  ...person('cn=Carl Comma\\, Esq,ou=People,dc=example', 'cn: Carl', 'uid: carl'),
  '',
].join('\n'))

test('with people of the file, people who were there, and each other', async () => {
  const ctx = await testContext()
  await createUser(ctx, { userName: 'Dora' })
  const path = file()
  const first = await plan(ctx, path)
  expect(first.counts).toEqual({ create: 12, skipped: 1, waiting: 1 })
  const skipped = (await stepsOf(ctx.db, first.id)).filter(({ action }) => action === 'skipped')
  expect(skipped).toMatchObject([{ resource: 'Membership', line: 3, problems: [{ message: expect.stringContaining('cn=nobody') }] }])
  expect(await apply(ctx, first.id)).toMatchObject({ status: 'applied', failed: 0 })
  const members = await ctx.db.query(`select g.grp_name as name, lower(u.user_name) as member from user_grp m join grp g using (grp_id) join users u using (user_id) order by 1, 2`)
  expect(members.map(({ name, member }) => `${String(name)} ${String(member)}`)).toEqual(['All carl', 'All dora', 'Bakers ada', 'Bakers bob', 'wheel bob'])
  expect(await ctx.db.query(`select a.grp_name as below, b.grp_name as above from grp_to_grp_membership m join grp a on a.grp_id = m.member_grp_id join grp b on b.grp_id = m.grp_id`)).toEqual([{ below: 'Bakers', above: 'All' }])
  expect(await ctx.db.query(`select group_desc from grp where grp_name = 'Bakers'`)).toEqual([{ group_desc: 'Who bakes' }])
  expect((await ctx.db.first<{ count: number }>(`select count(*)::int as count from gatehouse.audit_event where action in ('group.create', 'user.groups.add', 'group.parents.add')`))!.count).toBe(9)
  const again = await plan(ctx, path)
  expect(again.counts).toEqual({ unchanged: 12, skipped: 1, waiting: 1 })
})

test('whom the import refuses is in no group, and a name that two groups bear is nobody\'s', async () => {
  const ctx = await testContext()
  const path = fileOf('people.ldif', [
    'version: 1', ...person('uid=eve,dc=example', 'uid: eve', 'employeeNumber: 1'), ...person('uid=eve,ou=2,dc=example', 'uid: eve', 'employeeNumber: 2'),
    '', 'dn: cn=G,dc=example', 'objectClass: groupOfNames', 'cn: G', 'member: uid=eve,dc=example',
    '', 'dn: cn=g,ou=2,dc=example', 'objectClass: groupOfNames', 'cn: g', 'member: uid=eve,dc=example', '',
  ].join('\n'))
  const { counts, id } = await plan(ctx, path)
  expect(counts).toEqual({ create: 3, conflict: 2 })
  expect(await apply(ctx, id)).toMatchObject({ failed: 0 })
  expect(await ctx.db.query('select grp_name as name from grp')).toEqual([{ name: 'G' }])
})

test('a person who was taken out comes back with another import, from now on', async () => {
  const ctx = await testContext()
  const path = file()
  await imported(ctx, path)
  await ctx.db.execute(`update user_grp set start_date = '2020-01-01', end_date = '2021-01-01' where user_id = (select user_id from users where user_name = 'ada')`)
  const { counts, id } = await plan(ctx, path)
  expect(counts.create).toBe(1)
  expect(await apply(ctx, id)).toMatchObject({ failed: 0 })
  expect((await ctx.db.first<{ count: number }>(`select count(*)::int as count from user_grp m join users u using (user_id) where u.user_name = 'ada'`))!.count).toBe(2)
})

test('whoever carries it out without the right to make groups makes none', async () => {
  const ctx = await testContext()
  const applied = async (...rights: string[]) => {
    const { id } = await plan(ctx, file())
    await apply(actingContext(ctx, { rights: new Set(['people CREATE', 'sensitive UPDATE', ...rights]) }), id)
    return ctx.db.query('select grp_name as name from grp order by 1')
  }
  expect(await applied()).toEqual([])
  expect(await applied('access CREATE')).toEqual([{ name: 'All' }, { name: 'Bakers' }, { name: 'wheel' }])
})

test('groups that name each other, or themselves, are a conflict of the plan, also by way of what stands', async () => {
  const ctx = await testContext()
  const group = (name: string, ...members: string[]) => ['', `dn: cn=${name},dc=example`, 'objectClass: groupOfNames', `cn: ${name}`, ...members.map((one) => `member: cn=${one},dc=example`)]
  const first = await plan(ctx, fileOf('groups.ldif', ['version: 1', ...group('A', 'B', 'A'), ...group('B', 'C'), ...group('C', 'A'), ''].join('\n')))
  expect(first.counts).toEqual({ create: 5, conflict: 2 })
  const conflicts = (await stepsOf(ctx.db, first.id)).filter(({ action }) => action === 'conflict')
  expect(conflicts).toMatchObject([{ label: expect.stringContaining('in A'), problems: [{ message: expect.stringContaining('below itself') }] }, { label: expect.stringContaining('in C') }])
  expect(await apply(ctx, first.id)).toMatchObject({ status: 'applied', failed: 0 })
  const second = await plan(ctx, fileOf('more.ldif', ['version: 1', ...group('A'), ...group('B'), ...group('C', 'A', 'D'), ...group('D', 'A'), ''].join('\n')))
  expect(second.counts).toEqual({ unchanged: 3, create: 2, conflict: 2 })
  expect(await apply(ctx, second.id)).toMatchObject({ failed: 0 })
})

test('a member who left meanwhile is missed alone, however many there are; a second plan of the same groups is refused whole', async () => {
  const ctx = await testContext()
  await imported(ctx, jsonl(...Array.from({ length: 1200 }, (_, at) => ({ userName: `m${at}`, status: 'ACTIVE' }))))
  const path = fileOf('crew.ldif', ['version: 1', '', 'dn: cn=Crew,dc=example', 'objectClass: groupOfNames', 'cn: Crew', ...Array.from({ length: 1200 }, (_, at) => `member: uid=m${at},dc=example`), ''].join('\n'))
  const [made, again] = [await plan(ctx, path), await plan(ctx, path)]
  expect(made.counts).toEqual({ create: 1201 })
  const leave = () => ctx.db.execute(`update users set status = 'TERMINATED' where user_name = 'm7'`)
  expect(await applyWhile(ctx, made.id, leave)).toMatchObject({ status: 'applied', failed: 1, appliedThrough: 1201 })
  expect((await stepsOf(ctx.db, made.id)).filter(({ status }) => status === 'failed').map(({ label }) => label)).toEqual([expect.stringContaining('m7')])
  expect(await ctx.db.first('select count(*)::int as count from user_grp')).toEqual({ count: 1199 })
  await expect(apply(ctx, again.id)).rejects.toMatchObject({ code: 'plan_stale', message: expect.stringContaining('has come, with the displayName "crew"') as string })
  // No batch is all of a group.
  expect((await listBatch(ctx.db, made.id, 0, 10)).length).toBeLessThan(1100)
})
