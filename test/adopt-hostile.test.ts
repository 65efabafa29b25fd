/** Rows of an EFS that cannot come along as they stand: each is named with table, number, column and reason, and costs nobody else. */
import { describe, expect, test } from 'vitest'
import { adopted, complaints, efsServer, planFrom } from './adopt-harness.ts'
import { testContext } from './context.ts'
import { fillEfs } from './efs-world.ts'
import { hasMariadb, withoutMariadb } from './mariadb.ts'

const server = efsServer()

describe('hostile rows', () => {
  test('are told of one by one, and everything else comes along', { timeout: 600_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    const efs = await server().efs('hostile')
    await fillEfs(efs, { administrators: 2, panelists: 20, portals: 2, queued: 2, errors: 2 })
    await efs.query(`set foreign_key_checks = 0, sql_mode = '';
      insert into iam_portal_settings (id, portal_id, \`key\`, value) values
        (101, 12, 'client_id', '0oaClient00000000000'), (102, 12, 'client_id', 'x y'), (103, 12, 'Branding', 'purple'), (104, 12, null, null), (105, -4, 'client_id', '0oaNegative'),
        (106, 10, 'access_group', 'another');
      insert into panelists (uid, account, firstname, lastname, email, birthday, remark, portal_id, created_at) values
        (1, 'long', '${'x'.repeat(255)}', 'Long', 'long@panel.example', '0000-00-00', null, 99, '0000-00-00 00:00:00'),
        (2, 'emoji', '🎉 Zoë', 'Zeta', 'emoji@panel.example', '2001-02-03', 0xc3a4, 10, '2024-03-31 02:30:00'),
        (3, 'bytes', 'Nul', 'Bytes', 'no address', null, 0xff00fe, null, null),
        (4, 'LONG', 'Two', 'Named', 'other@panel.example', null, null, null, null),
        (5, null, null, null, null, null, null, null, null),
        (6, 'nul', concat('A', char(0), 'B'), null, null, null, null, null, null),
        (7, 'dup1', 'Same', 'Mail', 'same@panel.example', null, null, null, null),
        (8, 'dup2', 'Same', 'Mail', 'same@panel.example', null, null, null, null);
      insert into iam_portal_user_reference (id, portal_id, user_id, uuid, created_at, updated_at, status, has_data_changes) values
        (9001, 77, 1, '00uPortalUnknown0001', '2022-01-02 03:04:05', '2022-01-02 03:04:05', 1, 0),
        (9002, 10, 2, '00uZeroDates00000002', '0000-00-00 00:00:00', '2022-01-02 03:04:05', 9, 2),
        (9003, 10, 3, 0xff, '2022-01-02 03:04:05', '2022-01-02 03:04:05', 1, 0),
        (9004, 10, 4, null, '2022-01-02 03:04:05', '2022-01-02 03:04:05', 1, 0),
        (9005, 10, 5, '00uShort', '2022-01-02 03:04:05', '2022-01-02 03:04:05', 4, null),
        (9006, 10, 5, '00uDuplicate00000006', '2022-01-02 03:04:05', '2022-01-02 03:04:05', 1, 0),
        (9007, 10, 31337, '00uOrphan0000000007', '2022-01-02 03:04:05', '2022-01-02 03:04:05', 1, 0),
        (9008, 10, null, '00uNobody0000000008', '2022-01-02 03:04:05', '2022-01-02 03:04:05', 1, 0),
        (9009, null, 6, '00uNoPortal000000009', '2022-01-02 03:04:05', '2022-01-02 03:04:05', 1, 0),
        (9010, 11, 6, '00uShort', '2022-01-02 03:04:05', '2022-01-02 03:04:05', 1, 0);
      insert into iam_user_reference (id, user_id, uuid) values (901, 1, '00uSecondOfAdmin0001');
      insert into iam_portal_user_group_unassignment_queue (id, user_id, uuid, email) values (91, 5, null, 'x@y.example'), (92, null, '00uNobodyQueued00001', null);
      insert into iam_error_log (id, created_at, message, status_code, trace, error_code) values
        (91, '0000-00-00 00:00:00', null, 0, null, ''),
        (92, '2024-10-27 02:30:00', '<script>alert(1)</script>', 429, concat('{"headers":{"Authorization":"SSWS 00secret-token-value"},"x":"', repeat('y', 80000), '"}'), 'platformsso_invalid_password_credent');
      insert into iam_token_data values ('s1', '{"access_token":"eyJhbGciOi.very.secret"}'), ('s1', null)`)
    const ctx = await testContext()
    const { plan, verified } = await adopted(ctx, server().url('hostile'), { panelists: { portal: 'portal_id', set: {
      userName: 'account', 'name.givenName': 'firstname', 'name.familyName': 'lastname', 'emails[0].value': 'email', birthdate: 'birthday', 'attributes.remark': 'remark', status: { value: 'ACTIVE' },
    } } })
    expect(plan).toMatchObject({ status: 'applied', failed: 0 })
    expect(verified.agrees).toBe(true)
    const told = await complaints(ctx, plan.id)
    expect(told.join('\n')).toMatchInlineSnapshot(`
      "error iam_portal_settings 105: portal_id -4 is no number that a portal may have
      conflict iam_portal_settings 101: value 0oaClient00000000000 is the client of portal 10 too: no two portals share one
      conflict iam_portal_settings 102: value of client_id must be 6 to 100 letters, digits, \`.\`, \`_\` or \`-\`
      create iam_portal_settings 103: key Branding is no setting known here: it is kept, and nothing reads it
      conflict iam_portal_settings 106: portal_id, key row 2 says the same setting
      conflict iam_user_reference 901: user_id row 1 is of the same administrator
      create panelists 1: birthday 0000-00-00 is no date that exists; created_at 0000-00-00 00:00:00 is no date that exists; name.givenName has 255 characters; at most 100 are allowed: it was left out; portal_id 99 is no portal that has settings: name it under "portals" in the mapping
      create panelists 2: firstname 🎉 Zoë holds characters of four bytes, which Okta does not take
      create panelists 3: remark ff00fe holds bytes that are no UTF-8; emails[0].value must be an e-mail address such as ada@example.com: one @, with something on either side: it was left out
      create panelists 4: userName LONG is somebody else's: they are called efs-panelist-4
      create panelists 6: firstname A␀B holds U+0000, which cannot be kept: it was taken over without
      error iam_portal_user_reference 9001: portal_id there is no portal 77: it has no settings; name it under "portals" in the mapping
      create iam_portal_user_reference 9002: created_at 0000-00-00 00:00:00 is no date that exists; has_data_changes 2 was taken over as 1; status 9 is no status known here, and was taken over as it is: name what it means under "statuses" in the mapping
      error iam_portal_user_reference 9003: uuid ff00000000000000000000000000000000000000 holds bytes that are no UTF-8; uuid names no account: nothing is linked, and the next sync looks for one
      error iam_portal_user_reference 9004: uuid names no account: nothing is linked, and the next sync looks for one
      conflict iam_portal_user_reference 9006: portal_id, user_id row 9005 is of the same panelist and portal
      error iam_portal_user_reference 9009: portal_id names no portal
      error iam_portal_user_reference 9007: user_id 31337 no row of panelists has this number: the account is nobody's
      error iam_portal_user_reference 9008: user_id no row of panelists has this number: the account is nobody's
      conflict iam_portal_user_reference: uuid 00uShort is the account of several panelists: 5, 6. The links are kept; the sync reports them until one goes
      conflict iam_portal_user_reference: user_id 5 is a panelist with several accounts: 00uDuplicate00000006, 00uShort. The links are kept; the sync reports them until one goes
      conflict iam_portal_user_reference: user_id 6 is a panelist with several accounts: 00uNoPortal000000009, 00uShort. The links are kept; the sync reports them until one goes
      create iam_portal_user_group_unassignment_queue 91: uuid names no account: the row comes along, and there is nothing that it could unassign
      create iam_error_log 91: created_at 0000-00-00 00:00:00 is no date that exists
      create iam_error_log 92: trace {"headers":{"Authorization":"SSWS ***"},"x":"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy… is longer than 65536 characters: it was cut; trace held what looks like a secret: it was taken out"
    `)
    // The secrets of traces and sessions are nowhere.
    const dump = JSON.stringify([await ctx.db.query('select * from gatehouse.plan_step'), await ctx.db.query('select * from efs.iam_error_log'), await ctx.db.query('select * from efs.iam_token_data')])
    expect(dump).not.toMatch(/secret-token-value|very\.secret/)
    expect(plan.options).toMatchObject({ tokens: 2 })
    expect(await ctx.db.query(`select uid, u.user_name as name from efs.panelists join users u on user_id = person_id where uid < 10 order by 1`)).toMatchInlineSnapshot(`
      [
        {
          "name": "long",
          "uid": 1,
        },
        {
          "name": "emoji",
          "uid": 2,
        },
        {
          "name": "bytes",
          "uid": 3,
        },
        {
          "name": "efs-panelist-4",
          "uid": 4,
        },
        {
          "name": "efs-panelist-5",
          "uid": 5,
        },
        {
          "name": "nul",
          "uid": 6,
        },
        {
          "name": "dup1",
          "uid": 7,
        },
        {
          "name": "dup2",
          "uid": 8,
        },
      ]
    `)
    expect(await ctx.db.query('select id, user_id, portal_id, uuid, status, has_data_changes, created_at from efs.iam_portal_user_reference where id > 9000 order by 1')).toMatchInlineSnapshot(`
      [
        {
          "created_at": "2022-01-02T01:04:05.000Z",
          "has_data_changes": 1,
          "id": 9002,
          "portal_id": 10,
          "status": 9,
          "user_id": 2,
          "uuid": "00uZeroDates00000002",
        },
        {
          "created_at": "2022-01-02T01:04:05.000Z",
          "has_data_changes": null,
          "id": 9005,
          "portal_id": 10,
          "status": 4,
          "user_id": 5,
          "uuid": "00uShort",
        },
        {
          "created_at": "2022-01-02T01:04:05.000Z",
          "has_data_changes": 0,
          "id": 9010,
          "portal_id": 11,
          "status": 1,
          "user_id": 6,
          "uuid": "00uShort",
        },
      ]
    `)
    const again = await planFrom(ctx, server().url('hostile'), { panelists: { portal: 'portal_id' } })
    expect(again.counts.create ?? 0).toBe(0)
    expect(again.counts.update ?? 0).toBe(0)
  })

  test('numbers that several rows have, in a copy that has lost its keys, are nobody\'s', { timeout: 600_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    const efs = await server().efs('keyless')
    await efs.query(`drop table iam_portal_user_reference; drop table panelists; drop table iam_portal_user_group_unassignment_queue;
      create table panelists (uid bigint null, login varchar(50)) engine=MyISAM;
      insert into panelists values (1, 'one'), (2, 'two'), (2, 'too'), (null, 'none'), (99999999999, 'big'), (0, 'zero');
      create table iam_portal_user_group_unassignment_queue (id int, user_id int null, uuid binary(20) null, email varchar(255) null, created_at datetime null, updated_at datetime null);
      insert into iam_portal_user_group_unassignment_queue values (1, 5, '00uA', null, null, null), (2, 5, '00uB', null, null, null)`)
    const ctx = await testContext()
    const { plan, verified } = await adopted(ctx, server().url('keyless'))
    expect(await complaints(ctx, plan.id)).toEqual([
      'conflict panelists 2: uid 2 2 rows have this number',
      'error panelists: uid 1 row has no number',
      'error panelists: uid 99999999999 is no number that can be kept',
      'conflict iam_portal_user_group_unassignment_queue 2: user_id 5 row 1 is of the same panelist',
    ])
    expect(await ctx.db.query('select uid from efs.panelists order by 1')).toEqual([{ uid: 0 }, { uid: 1 }])
    expect(plan.options).toMatchObject({ loose: ['panelists'] })
    expect(verified.agrees).toBe(true)
  })
})
