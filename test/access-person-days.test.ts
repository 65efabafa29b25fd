/** First and last days of people, as access takes them: at a moment ahead by what stands, and a last day as soon as it is over. */
import { beforeAll, expect, test } from 'vitest'
import { Database } from '../src/store/database.ts'
import { personCounts } from '../src/store/access-walk.ts'
import { emptyDatabase } from './database.ts'
import { testServer } from './rest-server.ts'

const { ask, ctx: { db } } = await testServer()

beforeAll(() => db.execute(`
  insert into users (user_id, last_name, display_name, status, start_date, last_date, system_flag) values
    ('leaves', 'L', 'Lea', 'ACTIVE', null, current_date + 30, null), ('comes', 'C', 'Cy', 'PENDING_START_DATE', current_date + 30, null, null), ('left', 'X', 'Xi', 'ACTIVE', null, current_date - 30, null),
    ('system', 'S', 'Sys', 'ACTIVE', null, current_date - 30, 'Y'), ('late', 'T', 'Tim', 'PENDING_START_DATE', current_date - 1, null, null);
  insert into role (role_id, role_name) values ('clerk', 'Clerk');
  insert into res (resource_id, resource_type_id, name) values ('ledger', 'WEBSERVICE', 'Ledger');
  insert into resource_role (membership_id, resource_id, role_id) values ('e', 'ledger', 'clerk');
  insert into user_role (user_id, role_id, membership_id) select user_id, 'clerk', user_id from users where user_id in ('leaves', 'comes', 'left', 'system', 'late')`))

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
const allowed = async (user: string, days?: number) => (await ask('GET', `/users/${user}/access/check?resource=ledger${days === undefined ? '' : `&at=${inDays(days)}`}`)).body.allowed
const people = async (days?: number) => (await ask('GET', `/resources/ledger/people${days === undefined ? '' : `?at=${inDays(days)}`}`)).body.items.map(({ id }: { id: string }) => id)

test('a last day ends access at a moment behind it, and a first day begins it', async () => {
  expect(await Promise.all([allowed('leaves'), allowed('leaves', 29), allowed('leaves', 32)])).toEqual([true, true, false])
  expect(await Promise.all([allowed('comes'), allowed('comes', 29), allowed('comes', 32)])).toEqual([false, false, true])
  expect(await people(32)).toEqual(['comes', 'late', 'system'])
})

test('a last day that is over counts before the job has ended the person; a first day waits for the job', async () => {
  expect(await Promise.all([allowed('left'), allowed('system'), allowed('late')])).toEqual([false, true, false])
  expect(await people()).toEqual(['leaves', 'system'])
})

test('why-not says the day', async () => {
  const day = (days: number) => inDays(days).slice(0, 10)
  expect((await ask('GET', '/users/comes/access/why-not?resource=ledger')).body.missing).toEqual([{ what: 'date', message: `Cy is PENDING_START_DATE: the first day is ${day(30)}.` }])
  expect((await ask('GET', `/users/leaves/access/why-not?resource=ledger&at=${inDays(40)}`)).body.missing).toEqual([{ what: 'date', message: `Lea was here until ${day(30)}.` }])
})

test('days are those of the zone that is set', async () => {
  const east = new Database({ ...(await emptyDatabase()), poolSize: 1, timeZone: 'Pacific/Kiritimati' })
  const counts = (zone: Database, at: string) => zone.first<{ counts: boolean }>(`select ${personCounts('$1', false)} as counts from (select 'ACTIVE' as status, null as secondary_status, null::date as start_date, date '2026-05-01' as last_date, 'N' as system_flag) u`, [at])
  // 11 o'clock in UTC is the next day there.
  expect([await counts(db, '2026-05-01T11:00:00Z'), await counts(east, '2026-05-01T11:00:00Z'), await counts(east, '2026-05-01T09:00:00Z')]).toEqual([{ counts: true }, { counts: false }, { counts: true }])
  await east.close()
})
