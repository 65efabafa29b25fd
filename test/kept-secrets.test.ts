/** A second factor outlives a new master key while its person is merged away, and comes back with them. */
import { expect, test } from 'vitest'
import { parseMasterKey, newMasterKey } from '../src/store/master-key.ts'
import { rotateMasterKey } from '../src/store/open-master-key.ts'
import { buildServer } from '../src/main.ts'
import { browser } from './browser.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer()
const { ctx, ask, signedIn, withTotp, codeOf, masterKey } = shared

test('what a merge keeps for its undo is encrypted anew, twice, and what cannot be read any more is left', async () => {
  const [survivor, one, lost] = [await signedIn('survivor'), await signedIn('merged'), await signedIn('lost')]
  const { id: factor, secret } = await withTotp(one)
  await withTotp(lost)
  await ctx.db.execute(`update user_auth_param set secret_encrypted = $2 where user_id = $1`, [lost.id, parseMasterKey(newMasterKey(), 'another').encrypt('x', 'factor', 'x')])
  const merge = async (duplicate: string) => {
    const { id } = (await ask('POST', '/plans', { kind: 'merge', survivor: survivor.id, duplicate })).body
    expect((await ask('POST', `/plans/${id}/apply`)).body.status).toBe('applied')
    return id as string
  }
  await merge(lost.id)
  const plan = await merge(one.id)
  const [second, third] = [parseMasterKey(newMasterKey(), 'second'), parseMasterKey(newMasterKey(), 'third')]
  await ctx.db.execute(`delete from gatehouse.setting where name = 'master_key'`)
  await rotateMasterKey(ctx.db, masterKey, second)
  await rotateMasterKey(ctx.db, second, third)
  expect((await ask('POST', `/plans/${plan}/undo`)).body.status).toBe('undone')
  const rotated = buildServer(ctx, third)
  const two = browser(rotated)
  await two.signIn('merged')
  expect(await two.ask('POST', '/sign-in/factor', { factor, code: codeOf(secret, 1) })).toMatchObject({ status: 200, body: { next: 'done', level: 2 } })
  await rotated.close()
})
