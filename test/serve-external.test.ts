/** `gatehouse serve` on a PostgreSQL of somebody else: nothing else changes, and several servers share one. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Database } from '../src/store/database.ts'
import { newMasterKey } from '../src/store/master-key.ts'
import { externalPostgres, type ExternalPostgres } from './external-postgres.ts'
import { command, dataFolder, eventually, postgresFolder, removeFolders, startServer } from './server-process.ts'

const folder = dataFolder()
const [one, two] = [dataFolder(), dataFolder()]
let postgres: ExternalPostgres

beforeAll(async () => {
  postgres = await externalPostgres(folder)
})
afterAll(async () => {
  removeFolders(one, two)
  await postgres?.stop()
  removeFolders(folder)
})

test('two servers that start at once on an empty database both serve, and do each job once', async () => {
  expect(postgres.major).toBeGreaterThanOrEqual(15)
  const shared = { DATABASE_URL: postgres.url, GATEHOUSE_MASTER_KEY: newMasterKey() }
  const servers = await Promise.all([one, two].map((data) => startServer({ ...shared, GATEHOUSE_DATA: data })))
  // One of them made the administrator; the password was shown once.
  expect(servers.map((server) => server.said()).join('').match(/one-time password/g)).toHaveLength(1)

  const made = await servers[0]!.ask('POST', '/users', { userName: 'late', name: { familyName: 'Late' }, status: 'PENDING_START_DATE', startDate: '2020-01-01' })
  expect(made.status).toBe(201)
  const { id } = (await made.json()) as { id: string }
  const seen = await servers[1]!.ask('GET', `/users/${id}`)
  expect(await seen.json()).toMatchObject({ userName: 'late', status: 'PENDING_START_DATE' })

  const db = new Database({ connectionString: postgres.url, poolSize: 1 })
  try {
    await db.query(`select graphile_worker.add_job('start-people') from generate_series(1, 8)`)
    await eventually(async () => expect(await db.first('select count(*) as n from graphile_worker.jobs')).toEqual({ n: 0 }))
    const events = await db.query(`select action from gatehouse.audit_event where target_id = $1 and source = 'JOB'`, [id])
    expect(events).toHaveLength(1)
    expect(await db.query(`select count(*) as n from pg_stat_activity where application_name = 'gatehouse-jobs' having count(*) > 1`)).toHaveLength(1)
  } finally {
    await db.close()
  }

  const doctor = await command(['doctor', '--json'], { ...shared, GATEHOUSE_DATA: one })
  expect({ code: doctor.code, stderr: doctor.stderr, stdout: JSON.parse(doctor.stdout) }).toEqual({ code: 0, stderr: '', stdout: [expect.objectContaining({ where: 'setting fsync' })] })
  const file = join(folder, 'backup')
  await command(['backup', file], { ...shared, GATEHOUSE_DATA: one })
  const restored = await command(['restore', file, '--replace'], { ...shared, GATEHOUSE_DATA: one })
  expect({ code: restored.code, stderr: restored.stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/A Gatehouse server on .* is connected to the database.*\[conflict\]/) })
  for (const server of servers) expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(await command(['restore', file, '--replace'], { ...shared, GATEHOUSE_DATA: one })).toMatchObject({ code: 0, stderr: '' })
  expect([one, two].map(postgresFolder)).toEqual([undefined, undefined])
  expect(existsSync(one) && readdirSync(one)).toEqual([])
}, 90_000)

test('an address that is none of PostgreSQL is refused as a setting', async () => {
  const { code, stderr } = await command(['doctor'], { DATABASE_URL: 'mysql://somebody:secret-word@db/x', GATEHOUSE_DATA: one })
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/DATABASE_URL must be an address such as postgres:/) })
  expect(stderr).not.toContain('secret-word')
})

test('one that is not there stops the start, and its password is not shown', async () => {
  const url = new URL(postgres.url)
  url.pathname = '/missing'
  const { code, stderr } = await command(['serve'], { DATABASE_URL: url.href, GATEHOUSE_DATA: one })
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^gatehouse: .*"missing" does not exist.*\n$/) })
  expect(stderr).not.toContain(url.password)
})
