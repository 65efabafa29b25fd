/** Putting and removing edges of access of every kind: what the verbs allow, what they refuse, what they leave behind. */
import { describe, expect, test } from 'vitest'
import { createAccessRecord, groupKind, resourceKind, rightKind, roleKind } from '../src/access/access-records.ts'
import { putEdge, removeEdge } from '../src/access/edges.ts'
import { createOrganization } from '../src/directory/organizations.ts'
import { createUser } from '../src/directory/users.ts'
import type { Context } from '../src/context.ts'
import { edgeKinds, nodeTypes, type Letter } from '../src/model/access-edges.ts'
import { group } from '../src/model/access-records.ts'
import type { Document } from '../src/model/attribute.ts'
import { testContext } from './context.ts'

let clock = new Date('2026-05-01T08:00:00Z')
const ctx = await testContext({}, () => clock)
const { db } = ctx

let counter = 0
const makers: Record<Letter, (more?: Document) => Promise<Document>> = {
  u: (more) => createUser(ctx, { userName: `edge${++counter}`, status: 'ACTIVE', ...more }),
  g: (more) => createAccessRecord(ctx, groupKind, { displayName: `Group ${++counter}`, ...more }),
  r: (more) => createAccessRecord(ctx, roleKind, { name: `Role ${++counter}`, ...more }),
  s: (more) => createAccessRecord(ctx, resourceKind, { name: `Resource ${++counter}`, resourceType: 'NO-PROVISION-APP', ...more }),
  o: (more) => createOrganization(ctx, { name: `Organisation ${++counter}`, ...more }),
}
const make = async (letter: Letter, more?: Document) => (await makers[letter](more)).id as string
await createAccessRecord(ctx, rightKind, { id: 'EDIT', name: 'Edit' })
await createAccessRecord(ctx, rightKind, { id: 'SEE', name: 'See' })

const events = (id: string) => db.query<{ action: string; target_type: string; changes: unknown }>(
  `select action, target_type, changes::json as changes from gatehouse.audit_event where target_id = $1 and action not like '%.create' order by event_id`, [id])
const code = (work: Promise<unknown>) => work.then(() => 'done', (error: { code?: string }) => error.code ?? String(error))
const own = edgeKinds.filter(({ kind }) => kind !== 'uo' && kind !== 'oo')

describe.each(own)('$kind', ({ kind, source, target, table, segment, sourceColumn }) => {
  test('comes, changes and goes, each with one event and its giver', async () => {
    const [from, to] = [await make(source), await make(target)]
    const input = { start: '2026-05-02T00:00:00+02:00', end: '2026-06-01T00:00:00Z', rights: ['SEE', 'EDIT', 'SEE'], description: 'request 7' }
    const put = await putEdge(ctx, kind, from, to, input)
    const terms = { start: '2026-05-01T22:00:00.000Z', end: '2026-06-01T00:00:00.000Z', rights: ['EDIT', 'SEE'], description: 'request 7' }
    expect(put).toMatchObject({ created: true, edge: { ...terms, source: from, target: to, grantedBy: 'test', created: clock.toISOString() } })
    expect(await putEdge(ctx, kind, from, to, input)).toMatchObject({ created: false, edge: { id: put.edge.id } })
    const other: Context = { ...ctx, actor: { ...ctx.actor, principal: 'someone else' } }
    expect((await putEdge(other, kind, from, to, { ...terms, rights: ['SEE'], description: null })).edge.grantedBy).toBe('test')
    expect((await putEdge(other, kind, from, to, { start: terms.start, rights: ['SEE'] })).edge.grantedBy).toBe('someone else')
    expect(await db.query(`select membership_id, end_date, granted_by from ${table} where membership_id = $1`, [put.edge.id]))
      .toEqual([{ membership_id: put.edge.id, end_date: null, granted_by: 'someone else' }])
    expect(await removeEdge(ctx, kind, from, to)).toBe(true)
    expect(await removeEdge(ctx, kind, from, to)).toBe(false)
    const type = nodeTypes[source]
    const path = `${segment}[${to}]`
    expect(await events(from)).toEqual([
      { action: `${type.toLowerCase()}.${segment}.add`, target_type: type, changes: [{ path, after: terms }] },
      { action: `${type.toLowerCase()}.${segment}.update`, target_type: type, changes: [{ path, before: terms, after: { start: terms.start, end: terms.end, rights: ['SEE'] } }] },
      { action: `${type.toLowerCase()}.${segment}.update`, target_type: type, changes: [{ path, before: { start: terms.start, end: terms.end, rights: ['SEE'] }, after: { start: terms.start, rights: ['SEE'] } }] },
      { action: `${type.toLowerCase()}.${segment}.remove`, target_type: type, changes: [{ path, before: { start: terms.start, rights: ['SEE'] } }] },
    ])
  })

  test('has periods that do not overlap, each named by its start', async () => {
    const [from, to] = [await make(source), await make(target)]
    await putEdge(ctx, kind, from, to, { end: '2026-01-01T00:00:00Z' })
    await putEdge(ctx, kind, from, to, { start: '2026-01-01T00:00:00Z', end: '2026-07-01T00:00:00Z' })
    expect(await code(putEdge(ctx, kind, from, to, { start: '2026-06-30T00:00:00Z' }))).toBe('period_overlap')
    await expect(removeEdge(ctx, kind, from, to)).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(/2 periods.*always until 2026-01-01.*from 2026-01-01/) })
    expect(await removeEdge(ctx, kind, from, to, '2026-03-01T00:00:00.000Z')).toBe(false)
    expect(await removeEdge(ctx, kind, from, to, '2026-01-01T00:00:00.000Z')).toBe(true)
    expect(await db.query(`select end_date from ${table} where ${sourceColumn} = $1`, [from])).toEqual([{ end_date: '2026-01-01T00:00:00.000Z' }])
  })

  test('is refused when wrong', async () => {
    const [from, to] = [await make(source), await make(target)]
    expect(await code(putEdge(ctx, kind, 'nobody', to, {}))).toBe('not_found')
    expect(await code(putEdge(ctx, kind, from, 'nothing', {}))).toBe('not_found')
    expect(await code(removeEdge(ctx, kind, from, 'nothing'))).toBe('not_found')
    await expect(putEdge(ctx, kind, from, to, { rights: ['EDIT', 'FLY'] })).rejects.toMatchObject({ code: 'invalid_reference', problems: [{ path: 'rights', message: expect.stringContaining('FLY') }] })
    for (const wrong of [{ start: 'tomorrow' }, { start: '2026-05-02T00:00:00Z', end: '2026-05-02T00:00:00Z' }, { rights: 'EDIT' }, { rights: [5] }, { description: 'x'.repeat(256) }, { description: 'a\u0000' }]) {
      expect(await code(putEdge(ctx, kind, from, to, wrong)), JSON.stringify(wrong)).toBe('invalid_value')
    }
    expect(await code(putEdge(ctx, kind, from, to, { colour: 'red' }))).toBe('unknown_attribute')
    expect(await code(putEdge(ctx, kind, from, to, []))).toBe('invalid_body')
    expect(await events(from)).toEqual([])
  })
})

describe.each(own.filter(({ source, target }) => source === target))('$kind', ({ kind, source, target, table }) => {
  test('closes no circle, whatever the dates', async () => {
    const [a, b, c] = [await make(source), await make(source), await make(source)]
    await putEdge(ctx, kind, a, b, { end: '2020-01-01T00:00:00Z' })
    await putEdge(ctx, kind, b, c, {})
    expect(await code(putEdge(ctx, kind, c, a, { start: '2030-01-01T00:00:00Z' }))).toBe('circular_dependency')
    expect(await code(putEdge(ctx, kind, a, a, {}))).toBe('circular_dependency')
    expect((await db.first<{ count: number }>(`select count(*)::int as count from ${table} m where m.membership_id in (select membership_id from gatehouse.access_edge where source = $1 and recorded_to is null)`, [source + c]))!.count).toBe(0)
  })

  test('closes none by two writers at once', async () => {
    for (let i = 0; i < 5; i++) {
      const nodes = await Promise.all([make(source), make(target), make(source)])
      const results = await Promise.all(nodes.map((node, index) => code(putEdge(ctx, kind, node, nodes[(index + 1) % 3]!, {}))))
      expect(results.toSorted()).toEqual(['circular_dependency', 'done', 'done'])
    }
  })
})

describe.each(['g', 'r'] as const)('a limited %s', (letter) => {
  const kind = `u${letter}`
  test('takes so many people and no more, whoever ends and comes back counted once', async () => {
    const target = await make(letter, { maxUserNumber: 2 })
    const people = await Promise.all([make('u'), make('u'), make('u')])
    await putEdge(ctx, kind, people[0]!, target, { end: '2026-04-01T00:00:00Z' })
    await putEdge(ctx, kind, people[0]!, target, { start: '2026-06-01T00:00:00Z', end: '2026-07-01T00:00:00Z' })
    await putEdge(ctx, kind, people[0]!, target, { start: '2026-08-01T00:00:00Z' })
    await putEdge(ctx, kind, people[1]!, target, {})
    await expect(putEdge(ctx, kind, people[2]!, target, {})).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(/for 2 people at most and has 2; 1 more/) })
    await putEdge(ctx, kind, people[2]!, target, { end: '2026-05-01T00:00:00Z' })
    await putEdge(ctx, kind, people[1]!, target, { end: '2026-05-01T00:00:00Z' })
    expect(await code(putEdge(ctx, kind, people[2]!, target, { start: '2026-05-01T00:00:00Z' }))).toBe('done')
  })

  test('counts whom it was given to directly, as its doc says', async () => {
    const target = await make(letter, { maxUserNumber: 1 })
    const [below, person, other] = [await make('g'), await make('u'), await make('u')]
    await putEdge(ctx, `g${letter}`, below, target, {})
    for (const one of [person, other]) await putEdge(ctx, 'ug', one, below, {})
    expect(await code(putEdge(ctx, kind, person, target, {}))).toBe('done')
    expect(await code(putEdge(ctx, kind, other, target, {}))).toBe('conflict')
    expect(group.attributes.find(({ path }) => path === 'maxUserNumber')!.doc).toMatch(/directly.*through a group, role or organisation is not counted/)
  })

  test('takes no more from many writers at once', async () => {
    const target = await make(letter, { maxUserNumber: 3 })
    const people = await Promise.all(Array.from({ length: 8 }, () => make('u')))
    const results = await Promise.all(people.map((person) => code(putEdge(ctx, kind, person, target, {}))))
    expect(results.filter((one) => one === 'done')).toHaveLength(3)
    expect(results.filter((one) => one === 'conflict')).toHaveLength(5)
  })

  test('gives an end when it has a duration, and does not move it when asked again', async () => {
    clock = new Date('2026-05-01T08:00:00Z')
    const target = await make(letter, { membershipDurationSeconds: 3600 })
    const [a, b] = [await make('u'), await make('u')]
    expect((await putEdge(ctx, kind, a, target, {})).edge.end).toBe('2026-05-01T09:00:00.000Z')
    clock = new Date('2026-05-01T08:30:00Z')
    expect((await putEdge(ctx, kind, a, target, {})).edge.end).toBe('2026-05-01T09:00:00.000Z')
    expect((await putEdge(ctx, kind, a, target, { end: '2026-05-01T10:00:00Z' })).edge.end).toBe('2026-05-01T10:00:00.000Z')
    expect((await putEdge(ctx, kind, b, target, { start: '2026-06-01T00:00:00Z' })).edge.end).toBe('2026-06-01T01:00:00.000Z')
  })

  test('has no end where one is said to be open, and none for other than people', async () => {
    const [target, person] = [await make(letter, { membershipDurationSeconds: 60 }), await make('u')]
    expect((await putEdge(ctx, kind, person, target, {})).edge.end).toBeDefined()
    expect((await putEdge(ctx, kind, person, target, { end: null })).edge.end).toBeUndefined()
    expect((await putEdge(ctx, `g${letter}`, await make('g'), target, {})).edge.end).toBeUndefined()
    expect((await putEdge(ctx, `o${letter}`, await make('o'), target, {})).edge.end).toBeUndefined()
  })

  test('that is not active is given to nobody, but can be taken away and cut back', async () => {
    const target = await make(letter)
    const person = await make('u')
    await putEdge(ctx, kind, person, target, {})
    await db.execute(`update ${letter === 'g' ? 'grp set status' : 'role set status'} = 'DELETED' where ${letter === 'g' ? 'grp_id' : 'role_id'} = $1`, [target])
    expect(await code(putEdge(ctx, kind, await make('u'), target, {}))).toBe('conflict')
    expect(await code(putEdge(ctx, kind, person, target, { rights: ['SEE'] }))).toBe('conflict')
    expect(await code(putEdge(ctx, kind, person, target, { end: '2026-06-01T00:00:00Z' }))).toBe('done')
    expect(await removeEdge(ctx, kind, person, target)).toBe(true)
  })
})

test('who has left is given nothing, but what they had may be noted and taken away', async () => {
  for (const status of ['TERMINATED', 'RETIRED', 'DECEASED', 'DELETED']) {
    const [person, role] = [await make('u', { status }), await make('r')]
    expect(await code(putEdge(ctx, 'ur', person, role, {}))).toBe('conflict')
    expect(await code(putEdge(ctx, 'ur', person, role, { end: '2026-04-01T00:00:00Z' }))).toBe('done')
    expect(await removeEdge(ctx, 'ur', person, role)).toBe(true)
  }
})

test('everybody is in a group that takes all, and may be put into it all the same', async () => {
  const group = await make('g', { assignToAll: true })
  expect(await code(putEdge(ctx, 'ug', await make('u'), group, {}))).toBe('done')
})

test('a resource whose type knows no hierarchy stands below no other', async () => {
  await db.execute(`insert into resource_type (resource_type_id, description, supports_hierarchy) values ('FLAT', 'Flat', 'N')`)
  const [flat, other] = [await make('s', { resourceType: 'FLAT' }), await make('s')]
  expect(await code(putEdge(ctx, 'ss', flat, other, {}))).toBe('conflict')
  expect(await code(putEdge(ctx, 'ss', other, flat, {}))).toBe('done')
})
