/** Planning and applying imports: what becomes of each row, correlation, references, and directories that move meanwhile. */
import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Context } from '../src/context.ts'
import { createOrganization } from '../src/directory/organizations.ts'
import { createUser, patchUser, readUser } from '../src/directory/users.ts'
import type { Document } from '../src/model/attribute.ts'
import { Transaction } from '../src/store/database.ts'
import { listBatch } from '../src/store/plans.ts'
import { applyPlan } from '../src/plans/apply.ts'
import { runImport } from '../src/transfer/apply-import.ts'
import type { Mapping } from '../src/transfer/mapping.ts'
import { planImport } from '../src/transfer/plan-import.ts'
import { testContext } from './context.ts'
import { actionsOf, against, apply, applyWhile, csv, eventCount, fileOf, imported, jsonl, plan, stepsOf } from './import-harness.ts'

let ctx: Context
beforeAll(async () => {
  ctx = await testContext()
})

/** The person with a user name, with everything. */
async function person(userName: string): Promise<Document> {
  const row = await ctx.db.first<{ user_id: string }>('select user_id from users where lower(user_name) = lower($1)', [userName])
  if (!row) throw new Error(`there is no ${userName}`)
  return readUser(ctx.db, row.user_id)
}

const count = async (table: string, where: string, values: unknown[]) =>
  (await ctx.db.first<{ count: number }>(`select count(*) as count from ${table} where ${where}`, values))!.count

/** Until somebody waits for a lock of this database that is no row's. */
async function untilWaiting(): Promise<void> {
  for (;;) {
    const row = await ctx.db.first(`select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`)
    if (row) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Personnel rows: `no` is the key, then the login, then the e-mail address. */
const personnel: Mapping = {
  format: 'csv',
  records: [{
    resource: 'User',
    when: { column: 'kind', equals: 'person' },
    correlate: ['employeeNumber', 'userName', 'emails.value'],
    set: {
      employeeNumber: 'no', userName: 'login', 'name.familyName': 'last', title: 'title',
      'emails[0].value': 'mail', 'emails[0].type': { value: 'WORK_EMAIL' },
      birthdate: { column: 'born', date: 'YYYY-MM-DD' },
      'supervisors[0].supervisor': { column: 'boss', by: 'employeeNumber' },
    },
  }],
  waiting: [{ when: { column: 'kind', equals: 'group' }, as: 'Group', name: 'login' }],
  skip: [{ when: { column: 'kind', equals: 'printer' }, reason: 'Printers are no people.' }],
}
const byNumber: Mapping = { ...personnel, records: [{ ...personnel.records[0]!, correlate: ['employeeNumber'] }] }
const head = 'kind,no,login,last,title,mail,born,boss'

test('a row of somebody who is not born yet is an error', async () => {
  await imported(ctx, csv(head, 'person,900,standing,Standing,,,,'), personnel)
  const { id, counts } = await plan(ctx, csv(head, 'person,900,standing,Standing,,,2999-01-01,', 'person,901,coming,Coming,,,2999-01-01,'), personnel)
  expect(counts).toEqual({ error: 2 })
  expect((await stepsOf(ctx.db, id))[0]!.problems).toMatchObject([{ column: 'born', path: 'birthdate', value: '2999-01-01' }])
})

describe('what becomes of a row', () => {
  test('is one of seven things, and says where and why', async () => {
    await imported(ctx, csv(head, 'person,10,ada,Lovelace,Countess,ada@one.example,,', 'person,11,grace,Hopper,,grace@one.example,,', 'person,14,mary,Shelley,,mary@one.example,,'), personnel)
    const file = csv(
      head,
      'person,12,alan,Turing,,alan@one.example,,',
      'person,10,ada,Lovelace,Analyst,ada@one.example,,',
      'person,11,grace,Hopper,,grace@one.example,,',
      'person,99,mary,Shelley,,mary@one.example,,',
      'person,13,kurt,Gödel,,kurt@one.example,1906-02-30,',
      'group,,everyone,,,,,',
      'printer,,lp0,,,,,',
      'fax,,f0,,,,,',
    )
    const { id, counts, steps } = await plan(ctx, file, personnel)
    const found = await stepsOf(ctx.db, id)
    expect(found.map((step) => [step.line, step.action, step.resource, step.label])).toEqual([
      [2, 'create', 'User', 'Turing'], [3, 'update', 'User', 'Lovelace'], [4, 'unchanged', 'User', 'Hopper'],
      [5, 'conflict', 'User', 'mary'], [6, 'error', 'User', 'kurt'], [7, 'waiting', 'Group', 'everyone'],
      [8, 'skipped', 'Row', undefined], [9, 'skipped', 'Row', undefined],
    ])
    expect({ counts, steps }).toEqual({ counts: { create: 1, update: 1, unchanged: 1, conflict: 1, error: 1, waiting: 1, skipped: 2 }, steps: 8 })
    expect(found.every((step) => step.source === 'people.csv')).toBe(true)
    expect((found[1]!.changes as { fields: unknown }).fields).toEqual([{ path: 'title', before: 'Countess', after: 'Analyst' }])
    expect(against(found[3])).toContain('employeeNumber')
    const [wrong] = found[4]!.problems as { column: string; value: string; message: string }[]
    expect(wrong).toMatchObject({ column: 'born', value: '1906-02-30' })
    expect(wrong!.message).toMatch(/date|day/i)
    expect(against(found[6])).toContain('Printers are no people.')
    expect(against(found[7])).toContain('No record of the mapping takes it')
  })

  test('apply does what the plan says, and nothing else', async () => {
    const file = csv(head, 'person,20,noether,Noether,,emmy@two.example,,', 'person,10,ada,Lovelace,Programmer,ada@one.example,,', `person,21,bad${'x'.repeat(230)},Bad,,bad@two.example,,`)
    const before = await eventCount(ctx.db)
    const made = await plan(ctx, file, personnel)
    expect(await eventCount(ctx.db)).toBe(before)
    expect(await count('users', 'user_name = $1', ['noether'])).toBe(0)
    const done = await apply(ctx, made.id)
    expect([done.status, done.failed, done.appliedThrough]).toEqual(['applied', 0, made.steps])
    expect(await eventCount(ctx.db)).toBe(before + 2)
    expect(await person('ada')).toMatchObject({ title: 'Programmer', meta: { version: 2 } })
    expect(await person('noether')).toMatchObject({ employeeNumber: '20', emails: [{ value: 'emmy@two.example', type: 'WORK_EMAIL', primary: true }] })
    expect(await count('users', 'employee_id = $1', ['21'])).toBe(0)
  })

  test('is unchanged when it is imported again: no version, no event', async () => {
    const file = csv(head, 'person,30,re1,One,A,re1@re.example,1990-01-02,', 'person,31,re2,Two,B,re2@re.example,,30')
    expect((await imported(ctx, file, personnel)).counts).toEqual({ create: 2 })
    const [versions, events] = [(await person('re2')).meta, await eventCount(ctx.db)]
    const again = await imported(ctx, file, personnel)
    expect(again.counts).toEqual({ unchanged: 2 })
    expect((await person('re2')).meta).toEqual(versions)
    expect(await eventCount(ctx.db)).toBe(events)
  })

  test('a value that only the verbs refuse is an error of the row with its path', async () => {
    const { id, counts } = await plan(ctx, jsonl({ userName: 'typed', name: { familyName: 'Typed' }, sex: 'X', emails: [{ value: 'a@b.example', type: 'NO_SUCH' }] }, { userName: 'typed2', nope: 1 }, { userName: 'typed3', emails: [{ value: 'not-an-address', primary: true }] }))
    expect(counts).toEqual({ error: 3 })
    const [first, second, third] = await stepsOf(ctx.db, id)
    expect(against(third)).toMatch(/emails.*must be an e-mail address/)
    expect(against(first)).toContain('sex')
    expect(against(second)).toContain('nope')
    expect([first!.line, second!.line, third!.line]).toEqual([1, 2, 3])
  })
})

describe('active', () => {
  test('alone disables and enables; beside a status it says nothing new', async () => {
    const row = (active: boolean, more: Document = {}) => jsonl({ userName: 'switch', name: { familyName: 'Switch' }, active, ...more })
    const states: unknown[] = []
    for (const file of [row(true), row(false), row(false), row(true), row(false, { status: 'LEAVE_OF_ABSENCE' })]) {
      const { counts } = await imported(ctx, file)
      const { active, status, secondaryStatus } = await person('switch')
      states.push([Object.keys(counts)[0], active, status, secondaryStatus])
    }
    expect(states).toEqual([
      ['create', true, 'PENDING_INITIAL_LOGIN', undefined], ['update', false, 'PENDING_INITIAL_LOGIN', 'DISABLED'], ['unchanged', false, 'PENDING_INITIAL_LOGIN', 'DISABLED'],
      ['update', true, 'PENDING_INITIAL_LOGIN', undefined], ['update', false, 'LEAVE_OF_ABSENCE', undefined]])
    // Somebody else's lock, or a leave, is not ended by that; who leaves meanwhile is kept out for good.
    const id = (await person('switch')).id as string
    await ctx.db.execute(`update users set status = 'ACTIVE', secondary_status = 'LOCKED_ADMIN' where user_id = $1`, [id])
    expect((await imported(ctx, row(true))).counts).toEqual({ unchanged: 1 })
    expect((await imported(ctx, row(false))).counts).toEqual({ update: 1 })
    expect(await person('switch')).toMatchObject({ status: 'ACTIVE', secondaryStatus: 'DISABLED' })
    await ctx.db.execute(`update users set status = 'LEAVE_OF_ABSENCE', secondary_status = null where user_id = $1`, [id])
    expect((await imported(ctx, row(true))).counts).toEqual({ unchanged: 1 })
    expect((await imported(ctx, row(false))).counts).toEqual({ update: 1 })
    await imported(ctx, jsonl({ userName: 'on-leave', name: { familyName: 'Leave' }, active: false, status: 'LEAVE_OF_ABSENCE' }))
    expect(await person('on-leave')).not.toHaveProperty('secondaryStatus')
  })
})

describe('correlation', () => {
  test('the first key of the mapping that finds somebody decides', async () => {
    await imported(ctx, csv(head, 'person,40,first,First,,first@c.example,,', 'person,,second,Second,,second@c.example,,', 'person,,third,Third,,third@c.example,,'), personnel)
    const ids = await Promise.all(['first', 'second', 'third'].map(async (name) => (await person(name)).id))
    const { id } = await plan(ctx, csv(head,
      'person,40,renamed,First,,first@c.example,,',
      'person,41,SECOND,Second,,new@c.example,,',
      'person,42,new-login,Third,,Third@C.example,,'), personnel)
    const found = await stepsOf(ctx.db, id)
    expect(found.map((step) => [step.action, step.targetId])).toEqual([['update', ids[0]], ['update', ids[1]], ['conflict', undefined]])
    // The address alone would give the third person a new login, and theirs says otherwise.
    expect(against(found[2])).toBe(`emails.value finds ${String(ids[2])}, whose userName is "third" and not "new-login"`)
  })

  test('a key that finds several is a conflict that names them', async () => {
    await imported(ctx, csv(head, 'person,50,twin1,Twin,,shared@t.example,,', 'person,51,twin2,Twin,,shared@t.example,,'), byNumber)
    const { id } = await plan(ctx, csv(head, 'person,,,Twin,,shared@t.example,,'), personnel)
    const [step] = await stepsOf(ctx.db, id)
    expect([step!.action, against(step)]).toEqual(['conflict', expect.stringContaining('emails.value finds 2 records')])
  })

  test('two rows that mean one record: the second is a conflict, today and the next time', async () => {
    const file = csv(head, 'person,60,dup,Dup,A,dup@d.example,,', 'person,60,dup,Dup,B,dup@d.example,,', 'person,61,dup,Other,,other@d.example,,')
    const first = await imported(ctx, file, personnel)
    expect(first.counts).toEqual({ create: 1, conflict: 2 })
    const steps = await stepsOf(ctx.db, first.id)
    expect([against(steps[1]), against(steps[2])]).toEqual(Array(2).fill('line 2 of the import already means this record'))
    expect((await imported(ctx, file, personnel)).counts).toEqual({ unchanged: 1, conflict: 2 })
    expect((await person('dup')).title).toBe('A')
  })

  test('two rows far apart that mean one record too', async () => {
    const between = Array.from({ length: 600 }, (_, at) => `person,far${at},far${at},Far,,far${at}@d.example,,`)
    const file = csv(head, 'person,F,far,Far,A,far@d.example,,', ...between, 'person,F,far,Far,B,far@d.example,,')
    expect((await imported(ctx, file, personnel)).counts).toEqual({ create: 601, conflict: 1 })
    expect((await plan(ctx, file, personnel)).counts).toEqual({ unchanged: 601, conflict: 1 })
  })

  test('two people may share an address, and a login that somebody else has is a conflict', async () => {
    await imported(ctx, csv(head, 'person,70,owner,Owner,,both@s.example,,'), byNumber)
    const { id } = await plan(ctx, csv(head, 'person,71,lodger,Lodger,,both@s.example,,', 'person,72,Owner,Thief,,thief@s.example,,', 'person,71,owner,Lodger,,,,'), byNumber)
    const steps = await stepsOf(ctx.db, id)
    expect(steps.map((step) => step.action)).toEqual(['create', 'conflict', 'conflict'])
    expect(against(steps[1])).toMatch(/userName "Owner" is that of /)
  })
})

describe('references', () => {
  test('lead backward and forward, within a batch and beyond it', async () => {
    const crowd = Array.from({ length: 700 }, (_, at) => `person,c${at},crowd${at},Crowd,,c${at}@crowd.example,,chief`)
    const file = csv(head, ...crowd, 'person,chief,chief,Chief,,chief@crowd.example,,president', 'person,late,late,Late,,late@crowd.example,,c0', 'person,president,president,President,,p@crowd.example,,')
    const done = await imported(ctx, file, personnel)
    expect([done.status, done.failed]).toEqual(['applied', 0])
    const chief = await person('chief')
    for (const name of ['crowd0', 'crowd499', 'crowd500', 'crowd699']) expect((await person(name)).supervisors, name).toMatchObject([{ supervisor: chief.id, primary: true }])
    expect((await person('late')).supervisors).toMatchObject([{ supervisor: (await person('crowd0')).id }])
    expect(chief.supervisors).toMatchObject([{ supervisor: (await person('president')).id }])
    const events = await eventCount(ctx.db)
    expect((await imported(ctx, file, personnel)).counts).toEqual({ unchanged: 703 })
    expect(await eventCount(ctx.db)).toBe(events)
  })

  test('to nobody are errors, and the row is not made at all', async () => {
    const file = csv(head, 'person,80,orphan,Orphan,,orphan@o.example,,nobody', 'person,81,child,Child,,child@o.example,,80')
    const { id } = await imported(ctx, file, personnel)
    const [orphan] = await stepsOf(ctx.db, id)
    expect([orphan!.action, against(orphan)]).toEqual(['error', expect.stringContaining('there is no User whose employeeNumber is "nobody"')])
    expect(await count('users', `user_name in ('orphan', 'child')`, [])).toBe(0)
    expect(await count('email_address', `email_address like '%@o.example'`, [])).toBe(0)
  })

  test('to a row that is refused are refused with it', async () => {
    const file = csv(head, `person,90,${'x'.repeat(230)},Refused,,,,`, 'person,91,follower,Follower,,f@f.example,,90', 'person,92,second,Second,,f2@f.example,,91')
    const { counts, id } = await plan(ctx, file, personnel)
    expect(counts.create ?? 0).toBe(0)
    expect((await stepsOf(ctx.db, id)).filter((step) => step.action === 'create')).toEqual([])
  })

  test('by id work the same way, forward too', async () => {
    const people = Array.from({ length: 600 }, (_, at) => ({ id: `fwd${at}`, userName: `fwd${at}`, name: { familyName: 'Forward' }, supervisors: [{ supervisor: at < 599 ? `fwd${at + 1}` : 'fwd-top', primary: true }] }))
    const done = await imported(ctx, jsonl(...people, { id: 'fwd-top', userName: 'fwd-top', name: { familyName: 'Top' } }))
    expect([done.status, done.failed]).toEqual(['applied', 0])
    expect((await readUser(ctx.db, 'fwd599')).supervisors).toMatchObject([{ supervisor: 'fwd-top' }])
    expect((await readUser(ctx.db, 'fwd0')).supervisors).toMatchObject([{ supervisor: 'fwd1' }])
    const wrong = await plan(ctx, jsonl({ userName: 'dangling', name: { familyName: 'D' }, supervisors: [{ supervisor: 'fwd-nobody' }] }))
    expect(wrong.counts).toEqual({ error: 1 })
  })

  test('parents of organisations, wherever they stand; ids are kept', async () => {
    const done = await imported(ctx, jsonl(
      { id: 'leaf', name: 'Leaf', organizationType: 'DEPARTMENT', parents: [{ organization: 'trunk' }], meta: { resourceType: 'Organization' } },
      { id: 'trunk', name: 'Trunk', organizationType: 'DIVISION', meta: { resourceType: 'Organization' } }))
    expect([done.status, done.failed]).toEqual(['applied', 0])
    expect(await ctx.db.query('select company_id, parent_id from company where company_id in ($1, $2) order by 1', ['leaf', 'trunk'])).toEqual([
      { company_id: 'leaf', parent_id: 'trunk' }, { company_id: 'trunk', parent_id: null }])
  })
})

const terms: Mapping = {
  format: 'csv',
  records: [{
    resource: 'Affiliation', user: { column: 'no', by: 'employeeNumber' }, organization: { column: 'org', by: 'id' },
    set: { start: { column: 'from', date: 'YYYY-MM-DD' }, end: { column: 'to', date: 'YYYY-MM-DD' }, description: 'as' },
  }],
}

describe('affiliations', () => {
  test('are dated, may follow each other, and overlap fails with a reason', async () => {
    await createOrganization(ctx, { name: 'Org', organizationType: 'ORGANIZATION' })
    await imported(ctx, jsonl({ id: 'term-org', name: 'Terms', meta: { resourceType: 'Organization' } }))
    await imported(ctx, csv(head, 'person,T1,term1,Term,,t1@t.example,,'), personnel)
    const file = csv('no,org,from,to,as', 'T1,term-org,2001-01-03,2003-01-03,first', 'T1,term-org,2003-01-03,2005-01-03,second', 'T1,term-org,2004-01-01,,third', 'T1,nowhere,2001-01-01,,', 'nobody,term-org,,,')
    const done = await imported(ctx, file, terms)
    expect([done.status, done.failed, done.counts]).toEqual(['applied', 0, { create: 2, conflict: 1, error: 2 }])
    const steps = await stepsOf(ctx.db, done.id)
    expect([steps[2]!.line, against(steps[2])]).toEqual([4, 'overlaps a period in the same organisation that an earlier row of the import brings'])
    expect([against(steps[3]), against(steps[4])]).toEqual([expect.stringContaining('there is no Organization whose id is "nowhere"'), expect.stringContaining('there is no User')])
    expect((await person('term1')).affiliations).toMatchObject([
      { organization: 'term-org', start: '2001-01-03T00:00:00.000Z', end: '2003-01-03T00:00:00.000Z', description: 'first' },
      { organization: 'term-org', start: '2003-01-03T00:00:00.000Z', end: '2005-01-03T00:00:00.000Z', description: 'second' }])
    const again = await plan(ctx, csv('no,org,from,to,as', 'T1,term-org,2001-01-03,2003-01-03,first', 'T1,term-org,2003-01-03,2006-01-03,longer'), terms)
    expect(again.counts).toEqual({ unchanged: 1, update: 1 })
  })
})

describe('custom attributes', () => {
  test('that nobody declared are declared by the plan, as steps one sees', async () => {
    const mapping: Mapping = {
      format: 'csv',
      declare: { User: { shoe: { displayName: 'Shoe size', dataType: 'INTEGER' } } },
      records: [{ resource: 'User', set: { userName: 'login', 'name.familyName': 'login', 'attributes.shoe': 'shoe', 'attributes.tags': { column: 'tags', split: ';' } } }],
    }
    const file = csv('login,shoe,tags', 'custom1,43,a;b', 'custom2,x,c')
    const made = await plan(ctx, file, mapping)
    const steps = await stepsOf(ctx.db, made.id)
    expect(steps.slice(0, 2).map((step) => [step.action, step.resource, step.label])).toEqual([['create', 'MetadataElement', 'shoe'], ['create', 'MetadataElement', 'tags']])
    expect(steps[3]).toMatchObject({ action: 'error', line: 3 })
    expect((await ctx.db.query(`select from metadata_element where attribute_name = 'shoe'`)).length > 0).toBe(false)
    expect(await apply(ctx, made.id)).toMatchObject({ status: 'applied', failed: 0 })
    expect((await person('custom1')).attributes).toEqual({ shoe: '43', tags: ['a', 'b'] })
    expect((await plan(ctx, csv('login,shoe,tags', 'custom1,43,a;b'), mapping)).counts).toEqual({ unchanged: 1 })
  })
})

describe('a directory that moves after the plan', () => {
  test('a record that was read and changed: the plan is refused whole, and nothing is written', async () => {
    await imported(ctx, csv(head, 'person,M1,moved,Moved,,m@m.example,,'), personnel)
    const made = await plan(ctx, csv(head, 'person,M2,fresh,Fresh,,fresh@m.example,,', 'person,M1,moved,Moved,New,m@m.example,,'), personnel)
    const { id } = await person('moved')
    await patchUser(ctx, id as string, { nickName: 'Mo' })
    const events = await eventCount(ctx.db)
    await expect(apply(ctx, made.id)).rejects.toMatchObject({ code: 'plan_stale', status: 409 })
    expect(await count('users', `user_name = 'fresh'`, [])).toBe(0)
    expect(await eventCount(ctx.db)).toBe(events)
    expect(await person('moved')).not.toHaveProperty('title')
  })

  test('somebody who came since: the plan is refused whole, and so is a second plan of the same file', async () => {
    const file = csv(head, 'person,S1,since1,Since,,,,', 'person,S2,since2,Since,,,,')
    const [first, second, third] = [await plan(ctx, file, personnel), await plan(ctx, file, personnel), await plan(ctx, file, personnel)]
    expect(await apply(ctx, first.id)).toMatchObject({ status: 'applied', failed: 0 })
    await expect(apply(ctx, second.id)).rejects.toMatchObject({ code: 'plan_stale', message: expect.stringMatching(/^User \w+ has come, with the employeeNumber "s1", since the plan was made; nothing was written\. Make the plan again\.$/i) as string })
    expect((await plan(ctx, file, personnel)).counts).toEqual({ unchanged: 2 })
    // Whoever has the name and another number is no less in the way.
    await ctx.db.execute(`update users set employee_id = 'other' where user_name = 'since1'`)
    await ctx.db.execute(`update users set employee_id = 'another' where user_name = 'since2'`)
    await expect(apply(ctx, third.id)).rejects.toMatchObject({ code: 'plan_stale', message: expect.stringContaining('with the userName') as string })
  })

  test('somebody who came meanwhile: their row fails with the reason, and the others are done', async () => {
    const made = await plan(ctx, csv(head, 'person,N1,newcomer,Newcomer,,n1@n.example,,', 'person,N2,numbered,Numbered,,n2@n.example,,', 'person,N3,plain,Plain,,n3@n.example,,'), personnel)
    const done = await applyWhile(ctx, made.id, async () => {
      await createUser(ctx, { userName: 'Newcomer', name: { familyName: 'Earlier' } })
      await createUser(ctx, { userName: 'by-number', employeeNumber: 'N2', name: { familyName: 'Earlier' } })
    })
    expect([done.status, done.failed]).toEqual(['applied', 2])
    const steps = await stepsOf(ctx.db, made.id)
    expect(steps.map((step) => [step.status, (step.result as { code: string } | undefined)?.code])).toEqual([['failed', 'already_exists'], ['failed', 'already_exists'], ['done', undefined]])
    expect(await count('users', `employee_id in ('N1', 'N2', 'N3')`, [])).toBe(2)
    expect(await person('plain')).toMatchObject({ employeeNumber: 'N3' })
    expect(await count('email_address', `email_address in ('n1@n.example', 'n2@n.example')`, [])).toBe(0)
  })

  test('a record that changes while the plan is applied fails alone', async () => {
    const rows = Array.from({ length: 600 }, (_, at) => [`person,W${at},while${at},While,`, `,w${at}@w.example,,`] as const)
    await imported(ctx, csv(head, ...rows.map(([a, b]) => a + b)), personnel)
    const made = await plan(ctx, csv(head, ...rows.map(([a, b]) => `${a}New${b}`)), personnel)
    const last = (await person('while599')).id as string
    let batches = 0
    const done = await applyPlan(ctx, made.id, async (tx, own, one, steps) => {
      if (batches++ === 0) await patchUser(ctx, last, { title: 'Mine' })
      return runImport(tx, own, one, steps)
    })
    expect([done.status, done.failed]).toEqual(['applied', 1])
    expect((await person('while599')).title).toBe('Mine')
    expect((await person('while598')).title).toBe('New')
  })

  test('two writers of one plan share the work, and each row is done once', async () => {
    const rows = Array.from({ length: 1200 }, (_, at) => `person,P${at},pair${at},Pair,,pair${at}@pair.example,,`)
    const made = await plan(ctx, csv(head, ...rows), personnel)
    const results = await Promise.all([apply(ctx, made.id), apply(ctx, made.id)])
    expect(results.map((one) => [one.status, one.failed])).toEqual([['applied', 0], ['applied', 0]])
    expect(await count('users', `user_name like 'pair%'`, [])).toBe(1200)
    expect(await count('gatehouse.audit_event', `action = 'user.create' and target_id in (select user_id from users where user_name like 'pair%')`, [])).toBe(1200)
  })

  test('two plans with one employee number: the second waits for the first, and then finds whom it made', async () => {
    const rowOf = (login: string) => csv(head, `person,TWIN1,${login},Twin,,${login}@twin.example,,`)
    const [one, other] = [await plan(ctx, rowOf('twin-a'), personnel), await plan(ctx, rowOf('twin-b'), personnel)]
    const [written, waited] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const first = applyPlan(ctx, one.id, async (tx, own, which, steps) => {
      const made = await runImport(tx, own, which, steps)
      written.resolve()
      await waited.promise
      return made
    })
    await written.promise
    const second = apply(ctx, other.id)
    await Promise.race([second, untilWaiting()])
    waited.resolve()
    expect([(await first).failed, (await second).failed]).toEqual([0, 1])
    expect((await stepsOf(ctx.db, other.id))[0]!.result).toMatchObject({ code: 'already_exists' })
    expect(await count('users', `employee_id = 'TWIN1'`, [])).toBe(1)
  })

  test('two plans of one file at once: nobody is made twice', async () => {
    const file = csv(head, ...Array.from({ length: 700 }, (_, at) => `person,R${at},race${at},Race,,race${at}@race.example,,`))
    const plans = await Promise.all([plan(ctx, file, personnel), plan(ctx, file, personnel)])
    const results = await Promise.all(plans.map((one) => apply(ctx, one.id)))
    expect(results.map((one) => one.status)).toEqual(['applied', 'applied'])
    expect(results[0]!.failed + results[1]!.failed).toBe(700)
    expect(await count('users', `user_name like 'race%'`, [])).toBe(700)
  })
})

describe('the work of a batch', () => {
  test('is less when its rows are long, and all of them are done', async () => {
    // Texts that do not become shorter where they are stored.
    const long = () => Array.from({ length: 10 }, () => randomBytes(48_000).toString('base64'))
    const file = jsonl(...Array.from({ length: 7 }, (_, at) => ({ userName: `long${at}`, name: { familyName: 'Long' }, attributes: { memoir: long() } })))
    const batches: number[] = []
    const made = await planImport(ctx, [{ path: file, mapping: 'jsonl' }], (rows) => batches.push(rows))
    expect([made.counts, batches.length > 1, batches.at(-1)]).toEqual([{ create: 8 }, true, 7])
    const first = await listBatch(ctx.db, made.id, 0, 500)
    expect(first.length).toBeGreaterThan(0)
    expect(first.length).toBeLessThan(8)
    expect(await apply(ctx, made.id)).toMatchObject({ status: 'applied', failed: 0, appliedThrough: 8 })
    expect(((await person('long6')).attributes as Document).memoir).toHaveLength(10)
  })

  test('takes as many statements for four hundred rows as for four', async () => {
    const statements = async (rows: number, mark: string) => {
      const file = csv(head, ...Array.from({ length: rows }, (_, at) => `person,${mark}${at},${mark}${at},Many,,${mark}${at}@many.example,,${at + 1 < rows ? `${mark}${at + 1}` : ''}`))
      const spies = [vi.spyOn(Transaction.prototype, 'query'), vi.spyOn(Transaction.prototype, 'execute'), vi.spyOn(Transaction.prototype, 'copyIn'), vi.spyOn(ctx.db, 'query'), vi.spyOn(ctx.db, 'execute')]
      try {
        const { id } = await plan(ctx, file, personnel)
        const planned = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0)
        expect(await apply(ctx, id)).toMatchObject({ status: 'applied', failed: 0 })
        return [planned, spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0) - planned]
      } finally {
        for (const spy of spies) spy.mockRestore()
      }
    }
    await statements(4, 'warm')
    const [few, many] = [await statements(4, 'few'), await statements(400, 'many')]
    expect(few[0]).toBeGreaterThan(5)
    expect(many[0]).toBe(few[0])
    // Many rows go by COPY, and events some dozens at a time; never a statement a row.
    expect(many[1]).toBeLessThan(few[1]! * 2)
  })
})

describe('a file that cannot be read', () => {
  test('leaves a cancelled plan and nothing else', async () => {
    const file = fileOf('people.csv', 'login,last\n')
    await expect(plan(ctx, file, personnel)).rejects.toMatchObject({ code: 'invalid_file' })
    expect(await ctx.db.first(`select status from gatehouse.plan order by plan_id desc limit 1`)).toEqual({ status: 'cancelled' })
  })

  test('files are read in their order, and rows know which one they stood in', async () => {
    const organizations = fileOf('same.jsonl', `${JSON.stringify({ id: 'two-files', name: 'Two files', meta: { resourceType: 'Organization' } })}\n`)
    const members = fileOf('same.jsonl', `${JSON.stringify({ userName: 'two-files', name: { familyName: 'T' }, affiliations: [{ organization: 'two-files' }] })}\n`)
    const made = await planImport(ctx, [{ path: organizations, mapping: 'jsonl' }, { path: members, mapping: 'jsonl' }])
    expect(await actionsOf(ctx.db, made.id)).toEqual(['create Organization', 'create User'])
    expect((await stepsOf(ctx.db, made.id)).map((step) => step.source)).toEqual([organizations, members])
    expect(await apply(ctx, made.id)).toMatchObject({ status: 'applied', failed: 0 })
  })
})
