/** Security questions: off until a policy says otherwise, never enough by themselves, counted, and given back to nobody. */
import { describe, expect, test } from 'vitest'
import { recoverAccounts } from '../src/signin/recovery.ts'
import { administrator } from './administrators.ts'
import { password, personWithPassword } from './browser.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer()
const { ctx, ask, masterKey, fresh, signedIn, withTotp, sentTo, later, codeOf } = shared
const next = 'another horse, another battery'
const mailOf = (name: string) => `${name}@example.com`

/** A role whose people answer two questions, one of which may be wrong. */
const role = (await ask('POST', '/roles', { name: 'ASKED' })).body.id as string
expect((await ask('POST', '/password-policies', {
  name: 'With questions', priority: 5, appliesTo: [{ level: 'ROLE', id: role }],
  rules: { length: { min: 15 }, securityQuestions: true, questionCount: 3, questionsCorrect: 2, questionSource: 'USER' },
})).status).toBe(201)

async function asked(name: string, further: object = {}) {
  const one = await signedIn(name, { emails: [{ value: mailOf(name), primary: true }], ...further })
  expect((await ask('PUT', `/roles/${role}/members/${one.id}`, {})).status).toBeLessThan(300)
  return one
}

const own = 'What stood on the door of the old shed?'
const answers = [{ question: 'Q02', answer: 'Bello the 2nd' }, { question: 'Q11', answer: 'Abbey Road' }, { question: own, answer: 'KEEP  OUT!' }]

async function answered(name: string, further: object = {}) {
  const one = await asked(name, further)
  expect((await one.ask('PUT', '/me/security-questions', { answers })).status).toBe(200)
  return one
}

async function linkTo(name: string): Promise<string> {
  later(2)
  expect((await fresh().ask('POST', '/recovery/password', { userName: name })).status).toBe(202)
  await recoverAccounts(ctx, masterKey)
  return new URL((await sentTo(mailOf(name))).find(({ template }) => template === 'password-reset')!.link!).hash.slice(1)
}

const complete = (body: object) => fresh().ask('POST', '/recovery/password/complete', { next, ...body })
const ownId = async (id: string) => (await ask('GET', `/users/${id}/security-questions`)).body.items.find((one: { own: boolean }) => one.own).id as string

describe('answers', () => {
  test('are for nobody without a policy, and a link needs none', async () => {
    const one = await signedIn('ada', { emails: [{ value: mailOf('ada'), primary: true }] })
    expect((await one.ask('GET', '/me/security-questions')).body).toEqual({ enabled: false, count: 3, ownAllowed: false, offered: [], answered: [], locked: false })
    expect(await one.ask('PUT', '/me/security-questions', { answers })).toMatchObject({ status: 409, body: { code: 'conflict' } })
    expect((await complete({ token: await linkTo('ada') })).status).toBe(200)
  })

  test('are set with a fresh proof, kept as argon2id, noted without what they say, and given back to nobody', async () => {
    const one = await asked('bea')
    expect((await one.ask('GET', '/me/security-questions')).body).toMatchObject({ enabled: true, count: 3, ownAllowed: true, answered: [] })
    later(11)
    expect((await one.ask('PUT', '/me/security-questions', { answers })).body.code).toBe('step_up_required')
    await one.ask('POST', '/me/step-up', { password })
    const { status, body } = await one.ask('PUT', '/me/security-questions', { answers })
    expect(status).toBe(200)
    expect(body.answered.map(({ question, own: mine }: { question: string; own: boolean }) => [question, mine]).toSorted()).toEqual([
      [own, true], ['What was the name of the first animal you kept?', false], ['What was the title of the first record you bought?', false],
    ].toSorted())
    const kept = await ctx.db.query<{ hash: string }>('select question_answer as hash from user_identity_ans where user_id = $1', [one.id])
    expect(kept).toHaveLength(3)
    for (const { hash } of kept) expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    const seen = JSON.stringify([body, (await ask('GET', `/users/${one.id}/security-questions`)).body, (await ask('GET', `/users/${one.id}`)).body, (await one.ask('GET', '/me/export')).body, await ctx.db.query('select changes::text from gatehouse.audit_event')])
    for (const secret of ['Bello', 'bello', 'Abbey', 'abbey', 'KEEP', 'keepout', '$argon2id']) expect(seen).not.toContain(secret)
    expect((await ctx.db.first<{ at: string }>('select date_challenge_resp_changed as at from users where user_id = $1', [one.id]))!.at).not.toBeNull()
  })

  test('that are empty, in the question, twice the same, too few, or to no question are refused, all at once', async () => {
    const one = await asked('cal')
    const reply = await one.ask('PUT', '/me/security-questions', { answers: [{ question: 'Q02', answer: '. a-' }, { question: 'Q11', answer: 'record' }, { question: 'Q11', answer: 'Elvis' }, { question: 'Q99', answer: 'elvis!' }] })
    expect(reply.status).toBe(400)
    expect(reply.body.problems.map(({ path }: { path: string }) => path)).toEqual(['answers.0.answer', 'answers.1.answer', 'answers.2.question', 'answers.3.question', 'answers.3.answer'])
    expect((await one.ask('PUT', '/me/security-questions', { answers: answers.slice(1) })).body.problems).toMatchObject([{ path: 'answers' }])
    expect((await one.ask('PUT', '/me/security-questions', { answers: 'Bello' })).status).toBe(400)
    expect((await one.ask('GET', '/me/security-questions')).body.answered).toEqual([])
  })

  test('are looked at and removed by the help desk with the right to reset, and by nobody else', async () => {
    const one = await answered('dot')
    const other = await signedIn('stranger')
    expect((await other.ask('GET', `/users/${one.id}/security-questions`)).status).toBe(403)
    const { ask: desk } = await administrator(shared, 'desk', 'HELP_DESK')
    expect((await desk('GET', `/users/${one.id}/security-questions`)).body.items).toHaveLength(3)
    expect((await desk('DELETE', `/users/${one.id}/security-questions`)).status).toBe(204)
    expect((await one.ask('GET', '/me/security-questions')).body.answered).toEqual([])
    const actions = await ctx.db.query<{ action: string }>(`select action from gatehouse.audit_event where target_id = $1 and action like 'user.security%' order by event_id`, [one.id])
    expect(actions.map(({ action }) => action)).toEqual(['user.security-questions.set', 'user.security-questions.remove'])
  })
})

describe('recovery', () => {
  test('by a link needs the answers besides, however they are written, and the link stays good meanwhile', async () => {
    const one = await answered('eli')
    const token = await linkTo('eli')
    const first = await complete({ token })
    expect(first).toMatchObject({ status: 403, body: { code: 'answers_required' } })
    expect(first.body.problems.map(({ path, message }: { path: string; message: string }) => [path, message]).toSorted()).toEqual([
      [await ownId(one.id), own], ['Q02', 'What was the name of the first animal you kept?'], ['Q11', 'What was the title of the first record you bought?'],
    ].toSorted())
    expect((await complete({ token, answers: [{ question: 'Q02', answer: 'bello the 2nd' }] })).body.code).toBe('recovery_refused')
    expect((await fresh().signIn('eli')).status).toBe(200)
    const given = [{ question: 'Q02', answer: ' BELLO, the 2nd. ' }, { question: 'Q11', answer: 'Let It Be' }, { question: await ownId(one.id), answer: 'keep out' }]
    expect((await complete({ token, answers: given })).status).toBe(200)
    expect((await fresh().signIn('eli', next)).status).toBe(200)
  })

  test('answers alone open nothing: without a link, or with a wrong one, they are not looked at', async () => {
    const one = await answered('fay')
    expect((await complete({ token: 'A'.repeat(43), answers })).body.code).toBe('recovery_refused')
    expect((await complete({ answers })).status).toBe(400)
    expect((await ctx.db.first<{ n: number }>(`select coalesce(challenge_response_fail_count, 0) as n from login where user_id = $1`, [one.id]))!.n).toBe(0)
    expect((await fresh().signIn('fay')).status).toBe(200)
  })

  test('five wrong rounds, however many come at once, and none is looked at any more: not by another link either', async () => {
    const one = await answered('gil')
    const wrong = answers.map(({ question }) => ({ question, answer: 'wrong' }))
    const token = await linkTo('gil')
    await Promise.all(Array.from({ length: 8 }, () => complete({ token, answers: wrong })))
    const right = [...answers.slice(0, 2), { question: await ownId(one.id), answer: 'keep out' }]
    expect((await complete({ token, answers: right })).body.code).toBe('recovery_refused')
    expect((await complete({ token: await linkTo('gil'), answers: right })).body.code).toBe('recovery_refused')
    expect((await one.ask('GET', '/me/security-questions')).body.locked).toBe(true)
    expect((await ctx.db.query(`select from gatehouse.audit_event where target_id = $1 and action = 'user.sign-in' and result = 'ANSWERS_WRONG'`, [one.id])).length).toBe(10)
    await one.ask('POST', '/me/step-up', { password })
    expect((await one.ask('PUT', '/me/security-questions', { answers })).body.locked).toBe(false)
    expect((await complete({ token: await linkTo('gil'), answers: answers.slice(0, 2) })).status).toBe(200)
  })

  test('by a code needs them too', async () => {
    const one = await answered('hal')
    const { secret } = await withTotp(one)
    const { body } = await one.ask('POST', '/me/factors', { type: 'SMS', value: '+43 660 1234567' })
    expect((await one.ask('POST', `/me/factors/${body.id}/confirm`, { code: (await sentTo('+436601234567'))[0]!.code })).status).toBe(200)
    later(2)
    await fresh().ask('POST', '/recovery/password', { userName: 'hal', channel: 'SMS' })
    await recoverAccounts(ctx, masterKey)
    const { code } = (await sentTo('+436601234567')).find(({ template }) => template === 'reset-code')!
    expect((await complete({ userName: 'hal', code })).body.code).toBe('answers_required')
    expect((await complete({ userName: 'hal', code, answers: answers.slice(0, 1) })).body.code).toBe('recovery_refused')
    expect((await complete({ userName: 'hal', code, answers: answers.slice(0, 2) })).status).toBe(200)
    expect((await fresh().signIn('hal', next)).body.next).toBe('factor')
    expect(codeOf(secret)).toMatch(/^\d{6}$/)
  })

  test('of who has answered fewer than are asked for, and of who left the policy, needs none', async () => {
    const one = await answered('ida')
    await ctx.db.execute('delete from user_identity_ans where user_id = $1 and identity_question_id = $2', [one.id, 'Q02'])
    expect((await complete({ token: await linkTo('ida') })).status).toBe(200)
    await answered('jim')
    const id = await personWithPassword(shared, 'kim', { emails: [{ value: mailOf('kim'), primary: true }] })
    await ctx.db.execute(`update user_identity_ans set user_id = $1 where user_id = (select user_id from users where user_name = 'jim')`, [id])
    expect((await complete({ token: await linkTo('kim') })).status).toBe(200)
  })
})

test('questions and groups of them are administered, and one that was answered stays', async () => {
  const group = (await ask('POST', '/question-groups', { name: 'Of the factory' })).body
  const made = await ask('POST', '/security-questions', { groupId: group.id, text: 'Which gate did you come in by on your first day?' })
  expect(made).toMatchObject({ status: 201, body: { active: true, order: 0 } })
  expect((await ask('PATCH', `/security-questions/${made.body.id}`, { active: false })).body.active).toBe(false)
  expect((await ask('DELETE', `/question-groups/${group.id}`)).body.code).toBe('still_referenced')
  expect((await ask('DELETE', `/security-questions/${made.body.id}`)).status).toBe(204)
  expect((await ask('DELETE', `/question-groups/${group.id}`)).status).toBe(204)
  expect((await ask('DELETE', '/security-questions/Q11')).body.code).toBe('still_referenced')
})
