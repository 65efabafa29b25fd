/** What is exported and imported into another database is the same there, in each format; and again, nothing changes. */
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import fc from 'fast-check'
import type { Context } from '../src/context.ts'
import { createElement, createType } from '../src/directory/metadata.ts'
import { createOrganization, createOrganizations, newOrganization } from '../src/directory/organizations.ts'
import { createUser, createUsers, newUser, patchUser } from '../src/directory/users.ts'
import type { Document, Resource } from '../src/model/attribute.ts'
import { organization } from '../src/model/organization.ts'
import { user } from '../src/model/user.ts'
import { exportRecords } from '../src/transfer/export-records.ts'
import { generateOrganizations, generatePeople } from '../src/transfer/generate.ts'
import { generatedElements, generatedTypes } from '../src/transfer/generate-vocabulary.ts'
import { csvColumns, csvText } from '../src/transfer/write-csv.ts'
import { jsonlText } from '../src/transfer/write-jsonl.ts'
import { ldifText } from '../src/transfer/write-ldif.ts'
import type { Format } from '../src/transfer/mapping.ts'
import { testContext } from './context.ts'
import { against, apply, eventCount, everything, importFolder, jsonl, plan, stepsOf, writeText } from './import-harness.ts'

async function declared(): Promise<Context> {
  const ctx = await testContext()
  for (const type of generatedTypes) await createType(ctx, type)
  for (const element of generatedElements) await createElement(ctx, element)
  return ctx
}

async function write(ctx: Context, resource: Resource, path: string, format: Format): Promise<string> {
  const query = { includeHidden: true }
  const columns = format === 'csv' ? await exportRecords(ctx.db, resource, query, csvColumns) : []
  return exportRecords(ctx.db, resource, query, (documents) =>
    writeText(path, format === 'csv' ? csvText(documents, columns) : format === 'ldif' ? ldifText(documents) : jsonlText(documents)))
}

/** What must be equal: everything but when and how often the record was written here. */
function comparable(document: Document): Document {
  const { meta: _meta, ...rest } = document
  const lists = Object.fromEntries(user.collections.map(({ path }) => [path, rest[path]]).filter(([, entries]) => Array.isArray(entries)).map(([path, entries]) => [
    path, (entries as Document[]).map(({ created: _created, createdBy: _by, lastModified: _modified, lastUpdatedBy: _last, ...entry }) => entry),
  ]))
  const { created: _created, createdBy: _by, lastUpdatedBy: _last, ...own } = rest
  return { ...own, ...lists }
}

async function sameIn(target: Context, resource: Resource, source: Context): Promise<void> {
  const [there, here] = [await everything(target.db, resource), await everything(source.db, resource)]
  expect([...there.keys()].sort()).toEqual([...here.keys()].sort())
  for (const [id, document] of here) expect(comparable(there.get(id)!), id).toEqual(comparable(document))
}

/** Texts that formats stumble over. */
const awkward = fc.stringMatching(/^[A-Za-zÀ-ɏ一-龥 ,;"'=+@\\#<>:|{}-]{1,40}$/).map((text) => `${text.trim()}x`)
const lines = fc.array(awkward, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('\n'))
const instant = fc.date({ min: new Date('1990-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }).map((date) => date.toISOString())

const oddPeople = fc.array(fc.record({
  family: awkward, title: awkward, note: lines, street: awkward, hidden: fc.boolean(), skills: fc.array(awkward, { minLength: 0, maxLength: 3 }), since: instant,
  formula: fc.constantFrom('=1+1', '@SUM(A1)', '+49 30', '-5', '\'quoted', ' plain', 'plain '),
}), { minLength: 8, maxLength: 8 })

function oddDocuments(seed: number, organizationId: string): Document[] {
  const [odd] = fc.sample(oddPeople, { numRuns: 1, seed })
  return odd!.map((one, at): Document => ({
    id: `odd-${at}`, userName: `odd ${at}, ou=x+"y"@example`, name: { familyName: one.family, givenName: one.formula.trim() }, title: one.title,
    employeeNumber: `=${at}`, isVisible: !one.hidden,
    emails: [{ value: `odd${at}@odd.example`, type: 'WORK_EMAIL', primary: false }, { value: `second${at}@odd.example`, primary: true }],
    addresses: [{ address1: one.street, locality: one.formula.trim() }],
    notes: [{ type: 'remark', description: one.note }],
    affiliations: [{ organization: organizationId, start: one.since, end: '2031-01-01T00:00:00.000Z', description: one.title }],
    attributes: { department: one.note, ...(one.skills.length > 0 ? { oddities: one.skills } : {}) },
    // The first refers to the last, which an export in id order writes later.
    supervisors: [{ supervisor: `odd-${(at + 7) % 8}`, primary: true }].filter(() => at !== 3),
    relations: at === 5 ? [{ user: 'odd-6', type: 'SERVICE_ACCOUNT' }] : [],
  }))
}

describe('export and import', () => {
  let source: Context
  const world = { people: 140, seed: 'round trip' }
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  beforeAll(async () => {
    source = await declared()
    await createElement(source, { typeId: 'DEFAULT_USER', name: 'oddities', displayName: 'Oddities', dataType: 'STRING', multiValued: true })
    const organizations = generateOrganizations(world)
    await createOrganizations(source, organizations.map((one) => newOrganization(source, one, true)))
    const documents: Document[] = []
    for (const { document } of generatePeople(world)) documents.push(await newUser(source, document, true))
    await createUsers(source, documents)
    const odd = await Promise.all(oddDocuments(seed, organizations[0]!.id).map((one) => newUser(source, one, true)))
    await createUsers(source, odd)
  })

  test.each(['jsonl', 'csv', 'ldif'] as const)('%s: the same there, and again nothing changes', async (format) => {
    const target = await declared()
    await createElement(target, { typeId: 'DEFAULT_USER', name: 'oddities', displayName: 'Oddities', dataType: 'STRING', multiValued: true })
    const folder = importFolder()
    for (const resource of [organization, user]) {
      const path = await write(source, resource, join(folder, `${resource.segment.slice(1)}.${format}`), format)
      const made = await plan(target, path)
      const wrong = (await stepsOf(target.db, made.id)).filter(({ action }) => action === 'error' || action === 'conflict')
      expect(wrong.slice(0, 3).map((step) => [step.line, step.label, against(step)]), `seed ${seed}`).toEqual([])
      const done = await apply(target, made.id)
      const failed = (await stepsOf(target.db, made.id)).filter(({ status }) => status === 'failed')
      expect([done.status, failed.slice(0, 3).map((step) => step.result)], `seed ${seed}`).toEqual(['applied', []])
      await sameIn(target, resource, source)
      const events = await eventCount(target.db)
      const again = await plan(target, path)
      expect(again.counts, `seed ${seed}`).toEqual({ unchanged: (await everything(source.db, resource)).size })
      await apply(target, again.id)
      expect(await eventCount(target.db)).toBe(events)
    }
  })

  test('an export leaves hidden people out unless all are asked for', async () => {
    const ids = (includeHidden: boolean) => exportRecords(source.db, user, { includeHidden }, async (documents) => {
      const found: unknown[] = []
      for await (const { id } of documents) found.push(id)
      return found
    })
    const hidden = (await source.db.query<{ user_id: string }>(`select user_id from users where is_visible = 'N' and system_flag is distinct from 'Y'`)).map((row) => row.user_id)
    expect(hidden.length).toBeGreaterThan(0)
    const [shown, all] = [await ids(false), await ids(true)]
    expect(hidden.some((id) => shown.includes(id))).toBe(false)
    expect(hidden.every((id) => all.includes(id))).toBe(true)
    expect(all.length).toBe(shown.length + hidden.length)
  })
})

describe('an empty text among several values', () => {
  const refusedAt = (path: string) => ({ code: 'invalid_value', problems: [{ path, message: 'must not be empty: leave the value out' }] })

  test('is refused by every door; alone, of an attribute of one value, it is none of the business of a file', async () => {
    const ctx = await testContext()
    for (const typeId of ['DEFAULT_USER', 'DEFAULT_ORGANIZATION']) await createElement(ctx, { typeId, name: 'many', dataType: 'STRING', multiValued: true, defaultValue: '' })
    await createElement(ctx, { typeId: 'DEFAULT_USER', name: 'one', dataType: 'STRING' })
    await expect(createUser(ctx, { userName: 'e1', attributes: { many: ['a', '', 'b'] } })).rejects.toMatchObject(refusedAt('attributes.many[1]'))
    await expect(createUser(ctx, { userName: 'e1', attributes: { many: '' } })).rejects.toMatchObject(refusedAt('attributes.many[0]'))
    await expect(createOrganization(ctx, { name: 'E', attributes: { many: [''] } })).rejects.toMatchObject(refusedAt('attributes.many[0]'))
    const { id } = await plan(ctx, jsonl({ userName: 'e2', attributes: { many: ['a', ''] } }))
    expect(against((await stepsOf(ctx.db, id))[0])).toBe('attributes.many[1]  must not be empty: leave the value out')
    const made = await createUser(ctx, { userName: 'e1', attributes: { one: '' } })
    expect(made.attributes).toEqual({ one: '' })
    const path = await write(ctx, user, join(importFolder(), 'one.csv'), 'csv')
    expect((await plan(ctx, path)).counts).toEqual({ unchanged: 1 })
  })

  test.each(['csv', 'jsonl', 'ldif'] as const)('of before is read, written to a %s file, and stays when that is imported again', async (format) => {
    const ctx = await testContext()
    await createElement(ctx, { typeId: 'DEFAULT_USER', name: 'many', dataType: 'STRING', multiValued: true })
    for (const [userName, many] of [['old1', ['a', 'a', 'b', '-']], ['old2', ['-']], ['old3', ['-', 'a']]] as const) await createUser(ctx, { userName, attributes: { many } })
    await ctx.db.execute(`update user_attribute_values set attr_value = '' where attr_value = '-'`)
    const many = async () => [...(await everything(ctx.db, user)).values()].map(({ userName, attributes }) => [userName, (attributes as Document).many])
    const before = await many()
    expect(before).toContainEqual(['old1', ['a', 'a', 'b', '']])
    const path = await write(ctx, user, join(importFolder(), `old.${format}`), format)
    expect((await plan(ctx, path)).counts).toEqual({ unchanged: 3 })
    // Whoever changes the list is asked for one without it; what else they change is free.
    const [{ id }] = await ctx.db.query<{ id: string }>(`select user_id as id from users where user_name = 'old1'`) as [{ id: string }]
    await patchUser(ctx, id, { title: 'Any' })
    await expect(patchUser(ctx, id, { attributes: { many: ['a', ''] } })).rejects.toMatchObject(refusedAt('attributes.many[1]'))
    expect(await many()).toEqual(before)
  })
})
