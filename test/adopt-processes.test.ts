/** `gatehouse efs adopt` as a process: killed and resumed, where the password does not appear, TLS, what it prints. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Database } from '../src/store/database.ts'
import { efsServer } from './adopt-harness.ts'
import { connectionOf, migratedDatabase, open } from './database.ts'
import { fillEfs } from './efs-world.ts'
import { fileOf, importFolder } from './import-harness.ts'
import { hasMariadb, withoutMariadb } from './mariadb.ts'
import { running, type Running } from './server-process.ts'

const certificate = hasMariadb && existsSync('/usr/bin/openssl') ? makeCertificate() : undefined
const server = efsServer(certificate ? [`--ssl-cert=${certificate.cert}`, `--ssl-key=${certificate.key}`] : [])

function makeCertificate(): { cert: string; key: string } {
  const folder = importFolder()
  chmodSync(folder, 0o755)
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  execFileSync('/usr/bin/openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert], { stdio: 'pipe' })
  chmodSync(key, 0o644)
  return { cert, key }
}

interface Place {
  db: Database
  env: Record<string, string>
}

async function place(): Promise<Place> {
  const options = await migratedDatabase()
  return { db: open({ ...options, poolSize: 2 }), env: { DATABASE_URL: connectionOf(options), GATEHOUSE_DATA: importFolder() } }
}

const gatehouse = ({ env }: Place, args: readonly string[], more: Record<string, string> = {}): Running =>
  running(['efs', 'adopt', ...args], { ...env, ...more }, { flags: ['--max-semi-space-size=4', '--max-old-space-size=512'], cwd: env.GATEHOUSE_DATA! })

const through = async (db: Database) => (await db.first<{ through: number }>('select coalesce(max(applied_through), 0) as through from gatehouse.plan'))!.through

/** Everything that came along, without the ids that are made anew each time. */
async function stateOf(db: Database): Promise<unknown> {
  const rows = (sql: string) => db.query(sql)
  return {
    people: await rows(`select e.uid as admin, p.uid as panelist, u.user_name, u.last_name, u.primary_email, u.version, (select count(*) from login l where l.user_id = u.user_id) as logins
      from users u left join efs.users e on e.person_id = u.user_id left join efs.panelists p on p.person_id = u.user_id order by 1, 2, 3`),
    links: await rows('select * from efs.iam_portal_user_reference order by id'), admins: await rows('select * from efs.iam_user_reference order by id'),
    members: await rows('select * from efs.portal_panelist order by 1, 2'), settings: await rows('select * from efs.iam_portal_settings order by id'),
    queue: await rows('select * from efs.iam_portal_user_group_unassignment_queue order by id'), errors: await rows('select * from efs.iam_error_log order by id'),
    adopted: await rows('select table_name, row_id, target_id, digest from efs.adopted_row order by 1, 2'),
    events: await rows(`select action, count(*) as count from gatehouse.audit_event where target_type <> 'Plan' group by 1 order by 1`),
  }
}

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)

describe('as a process', () => {
  test(`killed again and again, it ends as if nothing had happened (seed ${seed})`, { timeout: 900_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    const efs = await server().efs('killed')
    await fillEfs(efs, { administrators: 20, panelists: 600, portals: 3, queued: 50, errors: 50 })
    const url = server().url('killed')
    const [quiet, disturbed] = [await place(), await place()]
    const undisturbed = await gatehouse(quiet, [url, '--apply']).ended
    expect(undisturbed).toMatchObject({ code: 0, said: expect.stringContaining('Both sides agree.') })

    const planned = await gatehouse(disturbed, [url, '--plan', '--json']).ended
    const plan = JSON.parse(planned.said) as { id: string; steps: number }
    let state = seed
    const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
    let kills = 0
    for (let at = 0; kills < 3 && at < plan.steps; kills++) {
      const goal = at + 1 + Math.floor(random() * 700)
      const run = gatehouse(disturbed, ['--apply', plan.id])
      let over = false
      void run.ended.then(() => (over = true))
      while (!over && await through(disturbed.db) < goal) await sleep(5)
      await sleep(random() * 60)
      run.kill()
      await run.ended
      at = await through(disturbed.db)
    }
    const last = await gatehouse(disturbed, ['--apply', plan.id]).ended
    if (last.code !== 0) expect(last.said).toContain('The plan is applied')
    expect(kills).toBeGreaterThan(0)
    expect(await stateOf(disturbed.db)).toEqual(await stateOf(quiet.db))
    const again = await gatehouse(disturbed, [url, '--apply']).ended
    expect(again).toMatchObject({ code: 0, said: expect.stringContaining('Nothing to do: everything that can be taken over is here already.') })
    expect(await stateOf(disturbed.db)).toEqual(await stateOf(quiet.db))
  })

  test('killed while it plans, it leaves nothing that stands in the way', { timeout: 900_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    const efs = await server().efs('unplanned')
    await fillEfs(efs, { panelists: 1000 })
    const here = await place()
    const run = gatehouse(here, [server().url('unplanned'), '--plan'])
    while ((await here.db.query('select from gatehouse.plan_step limit 1')).length === 0) await sleep(5)
    run.kill()
    await run.ended
    expect(await gatehouse(here, [server().url('unplanned'), '--apply']).ended).toMatchObject({ code: 0, said: expect.stringContaining('Both sides agree.') })
  })

  test('the password stands in no output, no plan, no error and no title of a process', { timeout: 900_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    const efs = await server().efs('secret')
    await fillEfs(efs, { panelists: 400 })
    const here = await place()
    const { password } = server()
    const shapes = [password, encodeURIComponent(password)]
    const run = gatehouse(here, [server().url('secret'), '--plan', '--json'])
    while ((await here.db.query('select from gatehouse.plan').catch(() => [])).length === 0) await sleep(5)
    const title = readFileSync(`/proc/${run.pid}/cmdline`, 'utf8')
    expect(title).toMatch(/^gatehouse efs/)
    const said = [title, (await run.ended).said]
    said.push((await gatehouse(here, [server().url('secret').replace('secret', 'elsewhere'), '--plan'], { DEBUG: 'gatehouse' }).ended).said)
    said.push((await gatehouse(here, [server().url('secret').replace(/:\d+\//, ':1/'), '--plan'], { DEBUG: 'gatehouse' }).ended).said)
    said.push((await gatehouse(here, [`${server().url('secret')}?nothing=1`, '--plan'], { DEBUG: 'gatehouse' }).ended).said)
    said.push((await gatehouse(here, [server().url('secret').replace('reader', 'nobody'), '--plan'], { DEBUG: 'gatehouse' }).ended).said)
    expect(said.slice(2).join('\n')).toMatch(/elsewhere[^]*refused or did not answer[^]*option that is not known[^]*Access denied/)
    said.push(JSON.stringify([await here.db.query('select * from gatehouse.plan'), await here.db.query('select * from gatehouse.plan_step'), await here.db.query('select * from gatehouse.audit_event')]))
    for (const text of said) for (const shape of shapes) expect(text.includes(shape)).toBe(false)
  })

  test('the password comes from a variable or a file, and a wrong one is refused', { timeout: 900_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    await server().efs('named')
    const here = await place()
    const url = server().url('named', { password: false })
    expect(await gatehouse(here, ['--plan'], { EFS_DATABASE_URL: url, EFS_DATABASE_PASSWORD: server().password }).ended).toMatchObject({ code: 0 })
    expect(await gatehouse(here, [url, '--plan'], { EFS_DATABASE_PASSWORD_FILE: fileOf('password', `${server().password}\n`) }).ended).toMatchObject({ code: 0 })
    expect(await gatehouse(here, [url, '--plan'], { EFS_DATABASE_PASSWORD: 'wrong' }).ended).toMatchObject({ code: 2, said: expect.stringContaining('Access denied for user \'reader\'') })
    expect(await gatehouse(here, [url, '--plan']).ended).toMatchObject({ code: 2, said: expect.stringContaining('Access denied') })
    expect(await gatehouse(here, ['--plan']).ended).toMatchObject({ code: 2, said: expect.stringContaining('Name the database of EFS') })
  })

  test('TLS as the address asks for it', { timeout: 900_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    if (!certificate) skip('there is no openssl; apt-get install openssl')
    await server().efs('sealed')
    const here = await place()
    const url = (host: string, query: string) => server().url('sealed', { query: `?${query}` }).replace('127.0.0.1', host)
    const other = fileOf('other.pem', readFileSync(makeCertificate().cert))
    expect(await gatehouse(here, [url('127.0.0.1', 'ssl-mode=REQUIRED'), '--plan']).ended).toMatchObject({ code: 0 })
    expect(await gatehouse(here, [url('localhost', `ssl-mode=VERIFY_IDENTITY&ssl-ca=${certificate!.cert}`), '--plan']).ended).toMatchObject({ code: 0 })
    expect(await gatehouse(here, [url('localhost', `ssl-mode=VERIFY_CA&ssl-ca=${other}`), '--plan']).ended).toMatchObject({ code: 2, said: expect.stringMatching(/certificate/) })
    expect(await gatehouse(here, [url('localhost.localdomain', `ssl-mode=VERIFY_IDENTITY&ssl-ca=${certificate!.cert}`), '--plan']).ended).toMatchObject({ code: 2 })
    expect(await gatehouse(here, [url('127.0.0.1', `ssl-mode=VERIFY_IDENTITY&ssl-ca=${certificate!.cert}`), '--plan']).ended).toMatchObject({ code: 2, said: expect.stringContaining('write its name instead of the number') })
    expect(await gatehouse(here, [url('localhost', 'ssl-mode=MAYBE'), '--plan']).ended).toMatchObject({ code: 2, said: expect.stringContaining('ssl-mode must be one of') })
  })

  test('a server whose zone says nothing has to be told', { timeout: 900_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    const efs = await server().efs('zoned')
    await efs.query(`insert into panelists (uid, account, created_at) values (1, 'summer', '2024-07-01 12:00:00'), (2, 'winter', '2024-01-01 12:00:00'), (3, 'gap', '2024-03-31 02:30:00'), (4, 'twice', '2024-10-27 02:30:00')`)
    const here = await place()
    expect(await gatehouse(here, [server().url('zoned'), '--apply', '--time-zone', 'Europe/Berlin']).ended).toMatchObject({ code: 0 })
    expect(await here.db.query('select uid, created_at as at from efs.panelists order by 1')).toEqual([
      { uid: 1, at: '2024-07-01T10:00:00.000Z' }, { uid: 2, at: '2024-01-01T11:00:00.000Z' }, { uid: 3, at: '2024-03-31T01:30:00.000Z' }, { uid: 4, at: '2024-10-27T00:30:00.000Z' },
    ])
    expect(await gatehouse(here, [server().url('zoned'), '--plan', '--time-zone', 'Nowhere']).ended).toMatchObject({ code: 2 })
  })
})
