/** Passwords in imports: hashes stay as they are, clear ones are hashed at once and stand nowhere; rejected rows. */
import { lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { verify } from '@node-rs/argon2'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import type { Database } from '../src/store/database.ts'
import { collectRejects } from '../src/transfer/collect-rejects.ts'
import type { Format, Mapping } from '../src/transfer/mapping.ts'
import { formatOf } from '../src/transfer/read-records.ts'
import { apply, applyWhile, csv, fileOf, imported, importFolder, jsonl, plan } from './import-harness.ts'
import { testServer, type TestServer } from './rest-server.ts'

let ctx: Context
let ask: TestServer['ask']
beforeAll(async () => {
  ({ ctx, ask } = await testServer())
})

const password = async (userName: string) =>
  (await ctx.db.first<{ password: string | null }>(`select l.password from login l where l.managed_sys_id = '0' and lower(l.login) = $1`, [userName]))?.password

/** Every row of every table as text. */
async function dump(db: Database): Promise<string> {
  const tables = await db.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname in ('public', 'efs', 'gatehouse', 'graphile_worker')`)
  const texts: string[] = []
  for (const { name } of tables) {
    for (const { row } of await db.query<{ row: string }>(`select row_to_json(t)::text as row from ${name} t`)) texts.push(row)
  }
  // Bytes appear as hex: those of secrets are read as text too.
  const secrets = await db.query<{ secret: Buffer }>('select secret from gatehouse.plan_step where secret is not null')
  return [...texts, ...secrets.map(({ secret }) => secret.toString())].join('\n')
}

const mapping: Mapping = {
  format: 'csv',
  records: [{
    resource: 'User', correlate: ['userName'],
    set: { userName: 'login', 'name.familyName': 'last', birthdate: { column: 'born', date: 'YYYY-MM-DD' }, password: 'pw' },
  }],
}

const hashes = [
  `{SSHA}${Buffer.from('0123456789012345678901234567').toString('base64')}`,
  '{CRYPT}$6$abcdefgh$' + 'x'.repeat(86),
  '{PBKDF2}10000:' + Buffer.alloc(36, 7).toString('base64'),
  '$2b$10$' + 'a'.repeat(53),
]

describe('passwords', () => {
  test('that are hashes are taken as they are', async () => {
    const done = await imported(ctx, csv('login,last,born,pw', ...hashes.map((hash, at) => `hash${at},Hash,,${hash}`)), mapping)
    expect([done.counts, done.failed]).toEqual([{ create: hashes.length }, 0])
    expect(await Promise.all(hashes.map((_, at) => password(`hash${at}`)))).toEqual(hashes)
  })

  test('that come with a row which puts somebody without one back to the beginning are those to begin with; nobody else gets one', async () => {
    const standing: Mapping = { format: 'csv', records: [{ resource: 'User', correlate: ['userName'], set: { userName: 'login', status: 'status', password: 'pw' } }] }
    const [first, second] = hashes as [string, string]
    const again = async (status: string, pw: string) => expect((await imported(ctx, csv('login,status,pw', `beginner,${status},${pw}`), standing)).failed).toBe(0)
    await again('ACTIVE', '')
    await again('PENDING_INITIAL_LOGIN', first)
    expect(await password('beginner')).toBe(first)
    const login = () => ctx.db.first(`select first_time_login as first, reset_pwd as reset from login where lowercase_login = 'beginner'`)
    expect(await login()).toEqual({ first: 'Y', reset: '1' })
    await again('ACTIVE', '')
    // An import replaces no password, and the account goes back to its beginning all the same.
    await again('PENDING_INITIAL_LOGIN', second)
    expect(await password('beginner')).toBeNull()
    const events = await ctx.db.query<{ action: string; changes: { path: string }[] }>(
      `select action, changes from gatehouse.audit_event where action = 'user.reset' and target_id = (select user_id from login where lowercase_login = 'beginner') order by event_id`)
    expect(events.map(({ changes }) => changes.some(({ path }) => path === 'password'))).toEqual([true, true])
  })

  test('are told of in the event, by path alone, and let nobody wait for what was guessed before', async () => {
    await imported(ctx, csv('login,last,born,pw', 'told,Told,,'), mapping)
    await ctx.db.execute(`update login set wrong_in_a_row = 100 where lowercase_login = 'told'`)
    await imported(ctx, csv('login,last,born,pw', `told,Told,,${hashes[0]}`, `anew,Anew,,${hashes[1]}`), mapping)
    const events = await ctx.db.query(
      `select l.login, e.action, e.changes from gatehouse.audit_event e join login l on l.user_id = e.target_id and l.managed_sys_id = '0' where l.lowercase_login in ('told', 'anew') order by e.event_id`)
    const passwords = (events as { login: string; action: string; changes: { path: string }[] }[]).map(({ login, action, changes }) => [login, action, changes.filter(({ path }) => path === 'password')])
    expect(passwords).toEqual(expect.arrayContaining([['told', 'user.create', []], ['told', 'user.update', [{ path: 'password' }]], ['anew', 'user.create', [{ path: 'password' }]]]))
    expect(await ctx.db.first(`select wrong_in_a_row as n from login where lowercase_login = 'told'`)).toEqual({ n: 0 })
  })

  test('in the clear are hashed at once and stand nowhere', async () => {
    const clear = ['tr0ub4dor-and-3', 'correct horse', 'Ünïcödé-Geheim', 'x1y2z3-verysecret']
    const file = csv('login,last,born,pw', `clear0,Clear,,${clear[0]}`, `clear1,Clear,,{CLEAR}${clear[1]}`, `clear2,Clear,,${clear[2]}`, `clear3,Clear,1999-02-31,${clear[3]}`)
    const made = await plan(ctx, file, mapping)
    const planned = await dump(ctx.db)
    const done = await apply(ctx, made.id)
    expect(done.counts).toEqual({ create: 3, error: 1 })
    for (const [at, word] of clear.slice(0, 3).entries()) {
      const hash = await password(`clear${at}`)
      expect(hash).toMatch(/^\$argon2id\$/)
      expect(await verify(hash!, word.normalize('NFC'))).toBe(true)
    }
    const rejects = join(importFolder(), 'rejects.csv')
    // What somebody else has put in its place is neither written through nor lends it its mode.
    const elsewhere = join(importFolder(), 'elsewhere')
    writeFileSync(elsewhere, 'theirs', { mode: 0o644 })
    symlinkSync(elsewhere, rejects)
    expect(await collectRejects(ctx.db, made.id, { path: file, mapping }, 'people.csv', rejects)).toBe(1)
    expect([readFileSync(elsewhere, 'utf8'), lstatSync(rejects).mode & 0o777, lstatSync(rejects).isFile()]).toEqual(['theirs', 0o600, true])
    const answers = await Promise.all(['', '/steps'].map((path) => ask('GET', `/plans/${made.id}${path}`)))
    expect(answers.map((one) => one.status)).toEqual([200, 200])
    const bodies = answers.map((one) => JSON.stringify(one.body))
    const texts = [planned, await dump(ctx.db), readFileSync(rejects, 'utf8'), ...bodies]
    for (const word of clear) for (const text of texts) expect(text.includes(word)).toBe(false)
    for (const body of bodies) expect(body).not.toMatch(/argon2id|\{SSHA\}/)
    expect(readFileSync(rejects, 'utf8')).toContain('1999-02-31')
  })

  test('stay out of errors of every format', async () => {
    const word = 'sup3r-hidden-w0rd'
    const files = [
      jsonl({ userName: 'wrong', name: { familyName: 'W' }, password: `{NOPE}${word}` }, { userName: 'wrong2', nope: 1, password: word }, { userName: 3, password: [word] }, { userName: 'wrong4', logins: [{ login: 'x', managedSystem: '0', password: word }] }),
      fileOf('broken.jsonl', `{"userName": "cut", "password": "${word}"\n`),
      fileOf('people.ldif', `version: 1\n\ndn: uid=w,dc=example\nobjectClass: inetOrgPerson\nuid: ${'w'.repeat(300)}\nsn: W\ncn: W\nuserPassword: ${word}\n`),
      csv('userName,name.familyName,password', `"unclosed,W,${word}`, `more,W,${word},extra`),
    ]
    for (const path of files) {
      const { id, counts } = await plan(ctx, path)
      expect([path, counts.create]).toEqual([path, undefined])
      const rejects = join(importFolder(), `rejects.${path.split('.').at(-1)}`)
      await collectRejects(ctx.db, id, { path, mapping: formatOf(path) }, path.split('/').at(-1)!, rejects)
      expect([path, readFileSync(rejects, 'utf8').includes(word)]).toEqual([path, false])
    }
    expect((await dump(ctx.db)).includes(word)).toBe(false)
  })

  test('and what stands in for them stay out of the plan and its reject file', async () => {
    const path = jsonl({ userName: 'k15', recoveryCode: 'LEAKPWB9', bogus: 1 }, { userName: 'k16', backupCodes: ['LEAKPWB9'], answer: 'LEAKPWB9', questions: { securityAnswer: 'LEAKPWB9' } })
    const { id, counts } = await plan(ctx, path)
    const target = join(importFolder(), 'rejected.jsonl')
    expect([counts, await collectRejects(ctx.db, id, { path, mapping: 'jsonl' }, 'people.jsonl', target)]).toEqual([{ error: 2 }, 2])
    expect(`${await dump(ctx.db)}${readFileSync(target, 'utf8')}`).not.toContain('LEAKPWB9')
    expect(readFileSync(target, 'utf8')).toContain('was left out')
  })

  test('are left alone by the next import, and given to who has none', async () => {
    const file = csv('login,last,born,pw', 'keep,Keep,,first-password')
    await imported(ctx, file, mapping)
    const before = await password('keep')
    expect((await imported(ctx, file, mapping)).counts).toEqual({ unchanged: 1 })
    expect((await imported(ctx, csv('login,last,born,pw', 'keep,Keep,,other-password'), mapping)).counts).toEqual({ unchanged: 1 })
    expect(await password('keep')).toBe(before)
    await imported(ctx, csv('login,last,born,pw', 'bare,Bare,,'), mapping)
    expect(await password('bare')).toBeNull()
    expect((await imported(ctx, csv('login,last,born,pw', `bare,Bare,,${hashes[0]}`), mapping)).counts).toEqual({ update: 1 })
    expect(await password('bare')).toBe(hashes[0])
  })

  test('do not stay in the plan once they have reached their logins', async () => {
    expect(await ctx.db.query(`select from gatehouse.plan_step s join gatehouse.plan p using (plan_id) where s.secret is not null and s.status <> 'failed' and p.status = 'applied'`)).toEqual([])
  })
})

describe('rejected rows', () => {
  async function rejectsOf(path: string, planId: string, given: Mapping | Format = formatOf(path)): Promise<{ path: string; text: string; rows: number }> {
    const name = path.split('/').at(-1)!
    const folder = importFolder()
    const target = join(folder, name)
    const rows = await collectRejects(ctx.db, planId, { path, mapping: given }, name, target)
    return { path: target, rows, text: readdirSync(folder).length === 0 ? '' : readFileSync(target, 'utf8') }
  }

  test('are in the format of their file; mended, they are imported', async () => {
    const file = csv('login,last,born,pw', 'fine,Fine,2000-01-01,', 'wrong,Wrong,2001-02-29,geheim', ',Nameless,,')
    const done = await imported(ctx, file, mapping)
    expect(done.counts).toEqual({ create: 1, error: 2 })
    const rejected = await rejectsOf(file, done.id, mapping)
    expect(rejected.rows).toBe(2)
    expect(rejected.text).not.toContain('geheim')
    const mended = fileOf('people.csv', rejected.text.replace('2001-02-29', '2001-02-28').replace(',Nameless', 'named,Nameless'))
    const again = await imported(ctx, mended, mapping)
    expect([again.counts, again.failed]).toEqual([{ create: 2 }, 0])
    expect((await rejectsOf(mended, again.id, mapping)).rows).toBe(0)
  })

  test.each([
    ['jsonl', '{"userName":"rj1","name":{"familyName":"R"},"birthdate":"2001-02-29"}\n{"userName":"rj2","name":{"familyName":"R"}}\n'],
    ['ldif', 'version: 1\n\ndn: uid=rl1,dc=example\nobjectClass: inetOrgPerson\nuid: rl1\nsn: R\ncn: R\nmanager: uid=missing,dc=example\n\ndn: uid=rl2,dc=example\nobjectClass: inetOrgPerson\nuid: rl2\nsn: R\ncn: R\n'],
  ])('of %s files too', async (format, text) => {
    const file = fileOf(`people.${format}`, text)
    const done = await imported(ctx, file)
    expect(done.counts).toMatchObject({ create: 1, error: 1 })
    const rejected = await rejectsOf(file, done.id)
    expect(rejected.rows).toBe(1)
    const mended = fileOf(`people.${format}`, rejected.text.replace('2001-02-29', '2001-02-28').replace('uid=missing', 'uid=rl2'))
    expect((await imported(ctx, mended)).counts).toEqual({ create: 1 })
  })

  test('that failed when applied are among them', async () => {
    const file = csv('login,last,born,pw', 'overtaken,Overtaken,,', 'afterwards,Afterwards,,')
    const made = await plan(ctx, file, mapping)
    expect((await applyWhile(ctx, made.id, () => imported(ctx, csv('login,last,born,pw', 'OVERTAKEN,First,,'), mapping))).failed).toBe(1)
    const rejected = await rejectsOf(file, made.id, mapping)
    expect([rejected.rows, rejected.text.includes('overtaken'), rejected.text.includes('afterwards')]).toEqual([1, true, false])
  })

  test('a clean import makes no file', async () => {
    const file = csv('login,last,born,pw', 'clean,Clean,,')
    const done = await imported(ctx, file, mapping)
    expect(await rejectsOf(file, done.id, mapping)).toMatchObject({ rows: 0, text: '' })
  })
})
