/** The people of a thing that hundreds of nodes give: the same, page by page, whether many have it or few, now and at a past moment. */
import { expect, test } from 'vitest'
import { giversOf, holdersPage } from '../src/store/access-people.ts'
import { momentOf } from '../src/store/access-walk.ts'
import { testContext } from './context.ts'

const { db } = await testContext()

// 300 roles give each thing. Of 900 people two thirds have one of them that gives `often`, every 45th one that gives `seldom`.
await db.execute(`
  insert into users (user_id, last_name, status) select lpad(n::text, 4, '0'), 'P', case when n % 10 = 0 then 'TERMINATED' else 'ACTIVE' end from generate_series(1, 900) n;
  insert into role (role_id, role_name) select k || n, k || n from generate_series(1, 300) n, unnest(array['often', 'seldom']) k;
  insert into res (resource_id, resource_type_id, name) values ('often', 'WEBSERVICE', 'often'), ('seldom', 'WEBSERVICE', 'seldom');
  insert into resource_role (membership_id, resource_id, role_id) select 'e' || k || n, k, k || n from generate_series(1, 300) n, unnest(array['often', 'seldom']) k;
  insert into res_role_membership_rights (membership_id, access_right_id) select 'e' || k || n, 'READ' from generate_series(1, 300, 2) n, unnest(array['often', 'seldom']) k;
  insert into user_role (user_id, role_id, membership_id, end_date) select lpad(n::text, 4, '0'), 'often' || 1 + n % 300, 'o' || n, case when n % 7 = 0 then now() - interval '1 day' end from generate_series(1, 900) n where n % 3 <> 0;
  insert into user_role (user_id, role_id, membership_id) select lpad(n::text, 4, '0'), 'seldom' || 1 + n % 300, 's' || n from generate_series(1, 900, 45) n;
  insert into resource_user (user_id, resource_id, membership_id) select lpad(n::text, 4, '0'), 'seldom', 'r' || n from generate_series(31, 39) n;
  insert into user_res_membership_rights (membership_id, access_right_id) select 'r' || n, 'READ' from generate_series(31, 33) n;
`)

async function everybodyWith(thing: string, right: string | undefined, at: string | undefined, count: number): Promise<string[]> {
  const moment = momentOf(new Date(), at)
  const givers = (await giversOf(db, `s${thing}`, right, moment))!
  const all: string[] = []
  for (let after = ''; ;) {
    const { people, next } = await holdersPage(db, givers, right, moment, after, count)
    expect(people.length).toBeLessThanOrEqual(count)
    all.push(...people.map(({ id }) => id))
    if (next === undefined) return all
    after = next
  }
}

const four = (n: number) => String(n).padStart(4, '0')
const numbers = Array.from({ length: 900 }, (_, n) => n + 1).filter((n) => n % 10 !== 0)
const often = (right: boolean) => numbers.filter((n) => n % 3 !== 0 && n % 7 !== 0 && (!right || (1 + n % 300) % 2 === 1)).map(four)
const seldom = (right: boolean) => numbers.filter((n) => ((n - 1) % 45 === 0 && (!right || (1 + n % 300) % 2 === 1)) || (n >= 31 && n <= (right ? 33 : 39))).map(four)

test.each([7, 100, 899])('pages of %i people hold each once, in order', async (count) => {
  expect(await everybodyWith('often', undefined, undefined, count)).toEqual(often(false))
  expect(await everybodyWith('often', 'READ', undefined, count)).toEqual(often(true))
  expect(await everybodyWith('seldom', undefined, undefined, count)).toEqual(seldom(false))
  expect(await everybodyWith('seldom', 'READ', undefined, count)).toEqual(seldom(true))
})

test('a past moment knows who had it then, those deleted since among them', async () => {
  const [{ then }] = (await db.query<{ then: string }>('select clock_timestamp()::text as then')) as [{ then: string }]
  await db.execute(`select pg_sleep(0.005); delete from user_role where user_id < '0500'; delete from users where user_id in ('0002', '0031'); update users set secondary_status = 'DISABLED' where user_id = '0899'`)
  expect(await everybodyWith('often', undefined, then, 50)).toEqual(often(false))
  expect(await everybodyWith('seldom', 'READ', then, 50)).toEqual(seldom(true))
  expect(await everybodyWith('often', undefined, undefined, 50)).toEqual(often(false).filter((id) => id >= '0500' && id !== '0899'))
})
