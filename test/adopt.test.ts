import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSource } from '../src/connectors/efs/source.ts'
import { readSourceAddress } from '../src/connectors/efs/source-address.ts'
import { applyPlan } from '../src/plans/apply.ts'
import { runAdoption } from '../src/transfer/adopt-apply.ts'
import { planAdoption } from '../src/transfer/adopt-plan.ts'
import { verifyAdoption } from '../src/transfer/adopt-verify.ts'
import { testContext } from './context.ts'
import { mariadb, type Mariadb } from './mariadb.ts'
import { stepsOf } from './import-harness.ts'

let server: Mariadb
beforeAll(async () => { server = await mariadb() })
afterAll(() => server.stop())

test('smoke', async () => {
  const efs = await server.efs('smoke')
  await efs.query(`insert into users values (1,'anna','Anna','Ädams','anna@example.com','P1','2020-01-01 10:00:00'),(2,'ben','Ben','Bär','ben@example.com',null,null);
   insert into panelists values (1,'anna','Anna','Adams','anna@example.com','1990-02-03',null,7,0,'2021-01-01 12:00:00'),(5,null,'Zoë 🎉','Zeta','zoe@example.com','0000-00-00',0xff,7,0,'0000-00-00 00:00:00');
   insert into iam_portal_settings values (1,7,'client_id','0oaabcdefghij'),(2,7,'odd','x');
   insert into iam_user_reference (id,user_id,uuid) values (1,1,'00uAAAAAAAAAAAAAAAAA');
   insert into iam_portal_user_reference values (3,7,1,'00uBBBBBBBBBBBBBBBBB','2022-01-01 00:00:00','2022-01-02 00:00:00',null,1);
   insert into iam_portal_user_group_unassignment_queue values (1,99,'00uCCCCCCCCCCCCCCCCC','gone@example.com','2022-01-01 00:00:00',null);
   insert into iam_error_log values (4,'2022-01-01 00:00:00','Not found',404,'Authorization: SSWS abcdefghijk','E0000007');
   insert into iam_token_data values ('s1','{}');`)
  const ctx = await testContext()
  const source = await openSource(readSourceAddress(server.url('smoke')))
  const plan = await planAdoption(ctx, source, 'x')
  console.log(JSON.stringify(plan, null, 1))
  for (const s of await stepsOf(ctx.db, plan.id)) console.log(JSON.stringify(s))
  const applied = await applyPlan(ctx, plan.id, runAdoption)
  console.log(applied.status, applied.failed)
  for (const s of await stepsOf(ctx.db, plan.id)) if (s.status === 'failed') console.log(JSON.stringify(s))
  console.log(JSON.stringify(await verifyAdoption(ctx, plan.id), null, 1))
  const again = await planAdoption(ctx, source, 'x')
  console.log(JSON.stringify(again.counts))
  for (const s of await stepsOf(ctx.db, again.id)) if (s.action !== 'unchanged') console.log(JSON.stringify(s))
  await source.close()
  expect(1).toBe(1)
})
