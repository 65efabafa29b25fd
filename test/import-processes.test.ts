/** `gatehouse import` as a process: killed and resumed, its memory, and what it prints. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { user } from '../src/model/user.ts'
import type { Document } from '../src/model/attribute.ts'
import type { Database } from '../src/store/database.ts'
import { connectionOf, migratedDatabase, open } from './database.ts'
import { csv, everything, importFolder, jsonl } from './import-harness.ts'
import { running, type Running } from './server-process.ts'

interface Place {
  db: Database
  env: Record<string, string>
}

async function place(): Promise<Place> {
  const options = await migratedDatabase()
  return { db: open({ ...options, poolSize: 2 }), env: { DATABASE_URL: connectionOf(options), GATEHOUSE_DATA: importFolder() } }
}

/** The old space is wide enough for no collection to be forced, and what is measured is what the program keeps. */
const gatehouse = ({ env }: Place, args: readonly string[], before: readonly string[] = []): Running =>
  running(args, env, { flags: ['--max-semi-space-size=4', '--max-old-space-size=512', ...before], cwd: env.GATEHOUSE_DATA! })

/** The same numbers for the same seed, from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Who supervises whom, forwards and backwards in the file: a tree over an order in which neighbours stand far apart. */
const chiefOf = (at: number, count: number) => {
  const place = Array.from({ length: count }, (_, one) => (one * 7 + 1300) % count)
  return place[Math.floor(place.indexOf(at) / 3)]!
}

const people = (count: number): Document[] => Array.from({ length: count }, (_, at) => ({
  id: `proc${String(at).padStart(5, '0')}`, userName: `proc${at}`, name: { familyName: `Person ${at}` }, employeeNumber: String(at),
  emails: [{ id: `mail${at}`, value: `proc${at}@proc.example`, type: 'WORK_EMAIL', primary: true }],
  supervisors: [{ id: `sup${at}`, supervisor: `proc${String(chiefOf(at, count)).padStart(5, '0')}`, primary: true }].filter(() => chiefOf(at, count) !== at),
}))

const progressOf = async (db: Database) => (await db.first<{ through: number }>('select coalesce(max(applied_through), 0) as through from gatehouse.plan'))!.through

/** Without what differs between any two runs: the clock. */
const timeless = (text: string) => text.replaceAll(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"…"')

async function stateOf(db: Database): Promise<string[]> {
  return [...await everything(db, user)].map(([, document]) => timeless(JSON.stringify(document)))
}

describe('killed and resumed', () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)

  test(`the end is as if nothing had happened (seed ${seed})`, { timeout: 120_000 }, async () => {
    const random = randomFrom(seed)
    const [quiet, disturbed] = [await place(), await place()]
    const file = jsonl(...people(2200))
    const first = await gatehouse(quiet, ['import', file, '--apply', '--json']).ended
    expect([first.code, first.stderr]).toEqual([0, ''])

    // Once while it plans: nothing is written, and that plan is good for nothing.
    const planning = gatehouse(disturbed, ['import', file, '--apply'])
    while (!planning.over() && !(await disturbed.db.first('select from gatehouse.plan_step limit 1'))) await sleep(5)
    planning.kill()
    expect((await planning.ended).signal).toBe('SIGKILL')
    expect(await disturbed.db.first<Document>('select plan_id, status, applied_through from gatehouse.plan')).toMatchObject({ applied_through: 0 })

    const made = await gatehouse(disturbed, ['import', file, '--plan', '--json']).ended
    const { id } = JSON.parse(made.stdout) as { id: string }
    for (let kills = 0, seen = 0; kills < 3; kills++) {
      const run = gatehouse(disturbed, ['import', '--apply', id])
      while (!run.over() && (await progressOf(disturbed.db)) <= seen) await sleep(5)
      await sleep(random() * 150)
      run.kill()
      await run.ended
      seen = await progressOf(disturbed.db)
      const half = await disturbed.db.query(
        `select u.user_id from users u where u.user_id like 'proc%' and (not exists (select from login l where l.user_id = u.user_id and l.managed_sys_id = '0')
           or not exists (select from email_address e where e.parent_id = u.user_id and e.is_default = 'Y'))`)
      expect([kills, half]).toEqual([kills, []])
    }
    const last = await gatehouse(disturbed, ['import', '--apply', id, '--json']).ended
    // Already applied to its end by the last killed run: that is told, and no fault.
    if (last.code === 0) expect(JSON.parse(last.stdout)).toMatchObject({ status: 'applied', failed: 0 })
    expect(await disturbed.db.first('select status, failed from gatehouse.plan where plan_id = $1', [id])).toEqual({ status: 'applied', failed: 0 })
    expect(await stateOf(disturbed.db)).toEqual(await stateOf(quiet.db))
    const events = (db: Database) => db.query(`select action, count(*) as count, count(distinct target_id) as targets from gatehouse.audit_event where target_type = 'User' group by 1 order by 1`)
    expect(await events(disturbed.db)).toEqual(await events(quiet.db))
  })
})

/** Loaded into a process, writes its largest size, in MB, to the file PEAK_FILE. */
const peakProbe = join(import.meta.dirname, '..', 'bench/peak-memory.ts')

describe('memory and time', () => {
  test('do not grow with the rows: planning 30,000 takes what 5,000 take', { timeout: 180_000 }, async () => {
    const peaks: number[] = []
    for (const rows of [5000, 30_000]) {
      const where = await place()
      where.env.PEAK_FILE = join(importFolder(), 'peak')
      const lines = Array.from({ length: rows }, (_, at) => `flat${at},Flat ${at},E${at}`)
      const { code, stdout } = await gatehouse(where, ['import', csv('userName,name.familyName,employeeNumber', ...lines), '--plan', '--json'], ['--import', peakProbe]).ended
      expect([code, (JSON.parse(stdout) as Document).counts]).toEqual([0, { create: rows }])
      peaks.push(Number(readFileSync(where.env.PEAK_FILE, 'utf8')))
    }
    console.log(`peak memory in MB: ${peaks.map(Math.round).join(', ')}`)
    expect(peaks[1]! - peaks[0]!).toBeLessThan(90)
  })
})

describe('rows as long as a row may be', () => {
  test('are planned a few at a time', { timeout: 120_000 }, async () => {
    const where = await place()
    where.env.PEAK_FILE = join(importFolder(), 'peak')
    const rows = Array.from({ length: 60 }, (_, at) => ({ userName: `wide${at}`, name: { familyName: 'Wide' }, birthdate: '2001-02-29', title: 'x'.repeat(3_000_000) }))
    // A heap that the rows together would burst, and the process with it. What buffers lie beside it before Node collects
    // them is up to how busy the machine is.
    const { stdout } = await gatehouse(where, ['import', jsonl(...rows), '--plan', '--json'], ['--max-old-space-size=160', '--import', peakProbe]).ended
    expect((JSON.parse(stdout) as Document).counts).toEqual({ error: 60 })
    console.log(`peak memory in MB: ${Math.round(Number(readFileSync(where.env.PEAK_FILE, 'utf8')))}`)
  })
})

describe('what it says', () => {
  test('of a plan that was broken off: how far it has come, and the way on or out', { timeout: 120_000 }, async () => {
    const where = await place()
    const shown = async (id: string) => (await gatehouse(where, ['plan', 'show', id]).ended).stdout
    const file = jsonl(...people(3000))
    const planning = gatehouse(where, ['import', file, '--plan'])
    while (!planning.over() && !(await where.db.first('select from gatehouse.plan_step limit 1'))) await sleep(5)
    planning.kill()
    await planning.ended
    const { id: broken } = (await where.db.first<{ id: string }>('select plan_id as id from gatehouse.plan'))!
    const refused = await gatehouse(where, ['import', '--apply', broken]).ended
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('cancel it and plan again')])
    expect(await shown(broken)).toContain('If nobody is at work on it any more, it was broken off: give it up')

    const { id } = JSON.parse((await gatehouse(where, ['import', file, '--plan', '--json']).ended).stdout) as { id: string }
    const run = gatehouse(where, ['import', '--apply', id])
    while (!run.over() && (await progressOf(where.db)) === 0) await sleep(5)
    process.kill(run.pid, 'SIGINT')
    const { code, stderr } = await run.ended
    expect([code, stderr]).toEqual([130, expect.stringMatching(new RegExp(`^Broken off: (?:none of [\\d,]+ steps is done|\\d+ of [\\d,]+ steps are done, and stay done)\\. Go on with: npx gatehouse import --apply ${id}\n$`))])
    const through = await progressOf(where.db)
    expect(await shown(id)).toContain(`steps, applying, ${through} of them done`)
    expect(await shown(id)).toContain(`Go on with it: npx gatehouse import --apply ${id}`)
    expect((await gatehouse(where, ['plan', 'list']).ended).stdout).toMatch(new RegExp(`^${id} .* applying +${through} of \\d+ `, 'm'))
    expect((await gatehouse(where, ['plan', 'cancel', id]).ended).stdout).toContain(`steps, cancelled, ${through} of them done`)
  })

  test.each(['--plan', '--apply'])('of %s that a signal ended while it planned: nothing is written, the plan is given up, and how to begin again', { timeout: 120_000 }, async (how) => {
    const where = await place()
    const file = jsonl(...people(3000))
    const run = gatehouse(where, ['import', file, how])
    while (!run.over() && !(await where.db.first('select from gatehouse.plan_step limit 1'))) await sleep(5)
    process.kill(run.pid, 'SIGINT')
    const { code, stdout, stderr } = await run.ended
    expect([code, stdout, stderr]).toEqual([130, '', `Broken off while planning: the plan was not finished and is given up, and nothing else was written. Begin again with: npx gatehouse import ${file} ${how}\n`])
    expect(await where.db.query('select status from gatehouse.plan')).toEqual([{ status: 'cancelled' }])
    expect(await where.db.query(`select action from gatehouse.audit_event where target_type <> 'ApiKey' order by event_id`)).toEqual([{ action: 'plan.create' }, { action: 'plan.cancel' }])
  })

  test('totals, what needs a person\'s eye, where the rejected rows are, and what to do next', { timeout: 60_000 }, async () => {
    const where = await place()
    const file = csv('userName,name.familyName,birthdate', 'fine,Fine,2000-02-29', 'wrong,Wrong,2001-02-29')
    const planned = await gatehouse(where, ['import', file, '--plan']).ended
    expect([planned.code, planned.stderr]).toEqual([1, ''])
    expect(planned.stdout).toMatch(/error +User wrong +line 3\n +birthdate "2001-02-29" /)
    expect(planned.stdout).toMatch(/1 {2}create\n/)
    const id = /Apply it: npx gatehouse import --apply (\S+)/.exec(planned.stdout)![1]!
    const applied = await gatehouse(where, ['import', '--apply', id]).ended
    expect(applied.code).toBe(1)
    expect(applied.stdout).toMatch(/applied, 0 failed/)
    const rejects = /1 rejected row is in (\S+)/.exec(applied.stdout)![1]!
    expect(existsSync(rejects) && readFileSync(rejects, 'utf8')).toContain('2001-02-29')
    const twice = await gatehouse(where, ['import', '--apply', id]).ended
    expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('applied')])
    const exported = join(importFolder(), 'all.csv')
    const written = await gatehouse(where, ['export', exported, '--all']).ended
    expect([written.code, written.stdout]).toEqual([0, `1 record is in ${exported}.\n`])
    expect(readFileSync(exported, 'utf8')).toContain('fine,')
    const over = await gatehouse(where, ['export', exported]).ended
    expect([over.code, over.stderr]).toEqual([2, expect.stringContaining('is there already')])
    const both = await gatehouse(where, ['import', file, '--plan', '--apply']).ended
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('--plan or --apply')])
  })
})
