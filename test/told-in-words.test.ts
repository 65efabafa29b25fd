/** What the database or a selection refuses is told in the words of the API, of what is meant, and all of it at once. */
import { expect, test } from 'vitest'
import { administrator } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ask, ctx } = shared

let counter = 0
const next = () => `told${++counter}`
async function made(path: string, body: object) {
  const reply = await ask('POST', path, body)
  expect(reply.status, JSON.stringify(reply.body)).toBeLessThan(300)
  return reply.body as { id: string; [key: string]: unknown }
}
const nowhere = (path: string, target: string, id: string) => ({ path, message: `there is no ${target} with the id ${id}` })

test('a login that is taken in another system is an account there, not a name to sign in by', async () => {
  const [ada, bob] = [await made('/users', { userName: next() }), await made('/users', { userName: 'bob' })]
  await made('/managed-systems', { id: 'MO', name: 'Mobile' })
  await made(`/users/${ada.id}/logins`, { login: 'foo, 0)', managedSystem: 'MO' })
  const refused = { status: 409, body: { code: 'already_exists', problems: [{ path: 'logins.login', message: 'Another account of the managed system MO has this login.' }] } }
  expect(await ask('POST', `/users/${bob.id}/logins`, { login: 'FOO, 0)', managedSystem: 'MO' })).toMatchObject(refused)
  await made(`/users/${bob.id}/logins`, { login: 'foo', managedSystem: 'MO' })
  expect(await ask('POST', '/users', { userName: 'BOB' })).toMatchObject({ status: 409, body: { problems: [{ path: 'userName', message: 'Another person signs in with this name.' }] } })
})

test('whatever still refers to what is removed is named as the API names it, by no table or constraint', async () => {
  const type = async (grouping: string) => (await made('/metadata/types', { id: next(), grouping })).id
  const [job, mail, kind, declared] = [await type('JOB_CODE'), await type('EMAIL'), await type('GROUP_TYPE'), await type('USER_OBJECT_TYPE')]
  await made('/users', { userName: next(), jobCode: job, emails: [{ value: 'a@b.example', type: mail }] })
  await made('/groups', { displayName: next(), typeId: kind })
  await made('/metadata/elements', { name: next(), typeId: declared })
  const right = await made('/rights', { name: next() })
  const role = await made('/roles', { name: next() })
  await ask('PUT', `/roles/${role.id}/members/${(await made('/users', { userName: next() })).id}`, { rights: [right.id] })
  for (const [path, detail] of [
    [`/metadata/types/${job}`, 'Records of the kind User still refer to this one by jobCode; change those first.'],
    [`/metadata/types/${mail}`, 'Records of the kind User still refer to this one by emails.type; change those first.'],
    [`/metadata/types/${kind}`, 'Records of the kind Group still refer to this one by typeId; change those first.'],
    [`/metadata/types/${declared}`, 'Custom attributes are declared for this type; remove those first.'],
    [`/rights/${right.id}`, expect.stringMatching(/^Memberships and affiliations, .* still name this right/)],
  ] as const) expect([path, await ask('DELETE', path)]).toMatchObject([path, { status: 409, body: { code: 'still_referenced', detail } }])
})

test('no refusal of the database shows a table or a constraint', async () => {
  const of = (text: string) => ctx.db.execute(text).then(() => 'nothing', (error: Error) => error.message)
  await ctx.db.execute(`create table public.told_of (id integer primary key, least integer not null check (least > 0), up integer references public.told_of)`)
  await ctx.db.execute('insert into public.told_of values (1, 1, null), (2, 1, 1)')
  for (const statement of [
    'insert into public.told_of values (1, 1, null)', 'insert into public.told_of values (3, 0, null)', 'insert into public.told_of values (3, null, null)',
    'insert into public.told_of values (3, 1, 9)', 'delete from public.told_of where id = 1',
  ]) expect(await of(statement)).toMatch(/^(?!nothing)(?!.*(?:told_of|least)).+\.$/)
  await ctx.db.execute('drop table public.told_of')
})

test('all references to nothing are named at once, whether or not something else is wrong', async () => {
  const four = { typeId: 'NONE', jobCode: 'NONE', companyOwnerId: 'nowhere', alternateId: 'nobody' }
  const { status, body } = await ask('POST', '/users', { userName: next(), ...four })
  expect([status, body.code, body.problems.map(({ path }: { path: string }) => path)]).toEqual([400, 'invalid_reference', ['typeId', 'jobCode', 'companyOwnerId', 'alternateId']])
  const entries = { affiliations: [{ organization: 'gone1' }, { organization: 'gone2' }], supervisors: [{ supervisor: 'nobody' }] }
  const all = [nowhere('companyOwnerId', 'Organization', 'nowhere'), nowhere('affiliations.organization', 'Organization', 'gone1'), nowhere('affiliations.organization', 'Organization', 'gone2'), nowhere('supervisors.supervisor', 'User', 'nobody')]
  const many = await ask('POST', '/users', { userName: next(), companyOwnerId: 'nowhere', ...entries })
  expect(many).toMatchObject({ status: 400, body: { code: 'invalid_reference', detail: 'companyOwnerId: there is no Organization with the id nowhere (and 3 more).' } })
  expect(many.body.problems).toEqual(expect.arrayContaining(all))
  expect(many.body.problems).toHaveLength(4)
  const { id } = await made('/users', { userName: next() })
  expect((await ask('PATCH', `/users/${id}`, { companyOwnerId: 'nowhere', alternateId: 'nobody' })).body.problems).toEqual([nowhere('companyOwnerId', 'Organization', 'nowhere'), nowhere('alternateId', 'User', 'nobody')])
  expect((await ask('POST', '/organizations', { name: 'O', certifierId: 'nobody', policyId: 'none', typeId: 'WORK_EMAIL' })).body.problems.map(({ path }: { path: string }) => path)).toEqual(['typeId', 'policyId', 'certifierId'])
  expect((await ask('POST', '/groups', { displayName: next(), policyId: 'none', managedSystem: 'NONE' })).body.problems.map(({ path }: { path: string }) => path).sort()).toEqual(['managedSystem', 'policyId'])
  expect((await ask('PATCH', `/users/${id}`, { companyOwnerId: 'nowhere' })).body.problems).toEqual([nowhere('companyOwnerId', 'Organization', 'nowhere')])
})

test('who is kept to some people learns of no others whether they are there', async () => {
  const company = (await made('/organizations', { name: 'Near' })).id
  const far = (await made('/users', { userName: next() })).id
  const near = await administrator(shared, 'kept.near', 'HUMAN_RESOURCES')
  await made(`/users/${near.id}/delegations`, { kind: 'ORGANIZATION', target: company })
  const asked = (alternateId: string) => near.ask('POST', '/users', { userName: next(), affiliations: [{ organization: company }], jobCode: 'NONE', alternateId })
  const [there, nowhere] = [await asked(far), await asked('nobody')]
  expect(there.body.problems).toEqual([{ path: 'jobCode', message: 'NONE is not a metadata type of the grouping JOB_CODE' }])
  expect(there.body.problems).toEqual(nowhere.body.problems)
})

test('a selection names what is not there as it was typed', async () => {
  const { id } = await made('/users', { userName: next() })
  for (const typed of ['secretWord', 'Emails.VALUES', 'phones.Nothing']) {
    expect(await ask('GET', `/users/${id}?attributes=userName,%20${typed}`)).toMatchObject({ status: 400, body: { code: 'unknown_attribute', detail: `attributes: ${typed} is not an attribute of User.` } })
  }
  expect((await ask('GET', `/users/${id}?attributes=USERNAME,phones`)).status).toBe(200)
})
