/**
 * The verbs on security questions. A policy switches them on; people answer with a fresh proof; and then a link or code that
 * recovers their password needs the answers besides. By themselves answers open nothing, and no door gives them back.
 */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError, type Problem } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { answerFault, longestAnswer, mostQuestions, mostWrongRounds, plainAnswer } from '../model/security-questions.ts'
import { guardPeople } from '../records/guard.ts'
import { answersOf, claimRound, forgetWrongRounds, offeredQuestions, wrongRounds, writeAnswers, type Question } from '../store/security-questions.ts'
import type { SessionRow } from '../store/sessions.ts'
import { refuseStale } from './factors.ts'
import { costOf, hashPassword, isPasswordOf, verifyPassword, withRoomToHash } from './password-hash.ts'
import { policyOf } from './password-policy.ts'
import { eventOf } from './prove-password.ts'
import { checkUser } from './sessions.ts'

const changed = 'securityQuestions'

/** Which questions somebody has answered: what the help desk and they themselves see of it. Errors: `not_found`. */
export async function answeredQuestions(ctx: Pick<Context, 'db'>, userId: string): Promise<Document[]> {
  await checkUser(ctx.db, userId)
  return (await answersOf(ctx.db, userId)).map(({ id, questionId, question }) => ({ id: questionId ?? id, question, own: questionId === null }))
}

/** What of this is asked of a person, and what they have done of it. */
export async function ownQuestions(ctx: Context, userId: string): Promise<Document> {
  const { recovery: { questions } } = await policyOf(ctx.db, userId, ctx.now())
  const offered = questions.on ? await offeredQuestions(ctx.db, userId, questions.group) : []
  return {
    enabled: questions.on, count: questions.count, ownAllowed: questions.on && questions.own, offered: offered.map(({ id, question }) => ({ id, question })),
    answered: await answeredQuestions(ctx, userId), locked: (await wrongRounds(ctx.db, userId)) >= mostWrongRounds,
  }
}

/** An answer that is given: to a question by its id, or to one that the person writes. */
export interface GivenAnswer {
  question: string
  answer: string
}

/**
 * Sets the answers anew, all of them. Errors: `conflict` where no policy switches questions on, `invalid_value` with every fault,
 * `step_up_required`, `busy`.
 */
export async function setAnswers(ctx: Context, session: SessionRow, given: readonly GivenAnswer[]): Promise<void> {
  const { userId } = session
  await refuseStale(ctx, session)
  const { recovery: { questions } } = await policyOf(ctx.db, userId, ctx.now())
  if (!questions.on) throw new GatehouseError('conflict', 'Security questions are not switched on.')
  const offered = await offeredQuestions(ctx.db, userId, questions.group)
  refuseFaults(given, offered, questions)
  const answers = await withRoomToHash(async () => {
    const made = []
    for (const { question, answer } of given) {
      const known = offered.find(({ id }) => id === question)
      made.push({ id: ctx.newId(), questionId: known?.id ?? null, own: known ? null : question.trim(), hash: await hashPassword(plainAnswer(answer), costOf(ctx.config)) })
    }
    return made
  })
  await ctx.db.transaction(async (tx) => {
    await writeAnswers(tx, userId, answers, ctx.now())
    await recordEvents(tx, ctx, [{ action: 'user.security-questions.set', targetType: 'User', targetId: userId, changes: [{ path: changed, after: { count: answers.length } }] }])
  })
}

function refuseFaults(given: readonly GivenAnswer[], offered: readonly Question[], { count, own }: { count: number; own: boolean }): void {
  const problems: Problem[] = []
  const fault = (path: string, message: string) => void problems.push({ path, message })
  if (given.length < count || given.length > mostQuestions) fault('answers', `must be from ${count} to ${mostQuestions}`)
  const [asked, said] = [new Set<string>(), new Set<string>()]
  for (const [at, { question, answer }] of given.entries()) {
    const known = offered.find(({ id }) => id === question)
    if (!known && (!own || [...plainAnswer(question)].length < 10)) fault(`answers.${at}.question`, own ? 'must be one of those offered, or a question of your own of ten letters or more' : 'must be one of those that are offered')
    if (asked.has(plainAnswer(question))) fault(`answers.${at}.question`, 'stands there twice')
    const wrong = answerFault(answer, known?.question ?? question) ?? (said.has(plainAnswer(answer)) ? 'is the same as another one' : undefined)
    if (wrong !== undefined) fault(`answers.${at}.answer`, wrong)
    asked.add(plainAnswer(question))
    said.add(plainAnswer(answer))
  }
  if (problems.length > 0) throw new GatehouseError('invalid_value', `${problems.map(({ path, message }) => `${path}: ${message}`).join('; ')}.`, { problems })
}

async function remove(ctx: Context, userId: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await guardPeople(tx, ctx, [userId])
    const before = await answersOf(tx, userId)
    await writeAnswers(tx, userId, [], ctx.now())
    if (before.length > 0) await recordEvents(tx, ctx, [{ action: 'user.security-questions.remove', targetType: 'User', targetId: userId, changes: [{ path: changed, before: { count: before.length } }] }])
  })
}

/** Removes one's own answers. Errors: `step_up_required`. */
export async function removeOwnAnswers(ctx: Context, session: SessionRow): Promise<void> {
  await refuseStale(ctx, session)
  await remove(ctx, session.userId)
}

/** The help desk removes the answers of who has forgotten them; the person is told. Errors: `not_found`, `forbidden`. */
export async function removeAnswers(ctx: Context, userId: string): Promise<void> {
  await checkUser(ctx.db, userId)
  await remove(ctx, userId)
}

/**
 * Lets a recovery go on whose link or code is right. Who has answered enough questions has to answer them here as well; a round
 * is counted before it is looked at. Errors: `answers_required`, with the questions, while none are given; `recovery_refused`.
 */
export async function refuseWithoutAnswers(ctx: Context, userId: string, given: readonly GivenAnswer[] | undefined): Promise<void> {
  const { recovery: { questions } } = await policyOf(ctx.db, userId, ctx.now())
  const set = questions.on ? await answersOf(ctx.db, userId) : []
  if (set.length === 0 || set.length < questions.count) return
  if (given === undefined) {
    throw new GatehouseError('answers_required', 'Answer your security questions as well.', { problems: set.map(({ id, questionId, question }) => ({ path: questionId ?? id, message: question })) })
  }
  if (await areRight(ctx, userId, set, given, Math.min(questions.correct, set.length))) return
  await ctx.db.transaction((tx) => recordEvents(tx, ctx, [eventOf('ANSWERS_WRONG', userId)]))
  throw new GatehouseError('recovery_refused', 'The answers are not right. After five wrong ones the help desk has to help.')
}

/** Every question costs one hash, whatever is given. */
function areRight(ctx: Context, userId: string, set: Awaited<ReturnType<typeof answersOf>>, given: readonly GivenAnswer[], least: number): Promise<boolean> {
  return withRoomToHash(async () => {
    if (!(await claimRound(ctx.db, userId, mostWrongRounds))) return verifyPassword(null, '', costOf(ctx.config)).then(() => false)
    let right = 0
    for (const { id, questionId, hash } of set) {
      const answer = plainAnswer((given.find(({ question }) => question === (questionId ?? id))?.answer ?? '').slice(0, longestAnswer))
      if (await isPasswordOf(hash, answer)) right++
    }
    if (right < least) return false
    await forgetWrongRounds(ctx.db, userId)
    return true
  })
}
