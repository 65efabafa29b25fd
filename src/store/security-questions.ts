/** SQL on USER_IDENTITY_ANS and the questions that are offered. */
import type { Database, Transaction } from './database.ts'

type Reader = Pick<Database, 'query' | 'first'>

export interface Question {
  id: string
  question: string
}

/** Questions that a person may choose from: of the group, unless it is another organisation's. */
export function offeredQuestions(db: Reader, userId: string, groupId: string): Promise<Question[]> {
  return db.query(
    `select q.identity_question_id as id, q.question_text as question from identity_question q join identity_quest_grp g using (identity_quest_grp_id)
     where g.identity_quest_grp_id = $2 and g.status = 'ACTIVE' and q.active = 'Y' and (g.company_owner_id is null
       or exists (select from user_affiliation a where a.user_id = $1 and a.company_id = g.company_owner_id)
       or exists (select from users u where u.user_id = $1 and u.company_owner_id = g.company_owner_id))
     order by q.display_order, q.identity_question_id`, [userId, groupId])
}

export interface Answer {
  id: string
  /** The question chosen from the list; null when the person wrote one. */
  questionId: string | null
  question: string
  hash: string
}

/** What somebody has answered, by hashes of ours; what older systems left there is nothing that can be judged. */
export function answersOf(db: Reader, userId: string): Promise<Answer[]> {
  return db.query(
    `select a.identity_ans_id as id, a.identity_question_id as "questionId", coalesce(a.question_text, q.question_text) as question, a.question_answer as hash
     from user_identity_ans a left join identity_question q using (identity_question_id)
     where a.user_id = $1 and a.question_answer like '$argon2id$%' order by a.identity_ans_id`, [userId])
}

/** Puts these in the place of all that were there, and begins the count of wrong ones anew. */
export async function writeAnswers(tx: Transaction, userId: string, answers: readonly (Omit<Answer, 'question'> & { own: string | null })[], now: Date): Promise<void> {
  await tx.execute('delete from user_identity_ans where user_id = $1', [userId])
  for (const { id, questionId, own, hash } of answers) {
    await tx.execute(`insert into user_identity_ans (identity_ans_id, identity_question_id, user_id, question_answer, is_encrypted, question_text) values ($1, $2, $3, $4, 'Y', $5)`, [id, questionId, userId, hash, own])
  }
  await tx.execute('update users set date_challenge_resp_changed = $2 where user_id = $1', [userId, now])
  await forgetWrongRounds(tx, userId)
}

/** Counts a round before it is looked at; whether it may be. */
export async function claimRound(tx: Pick<Database, 'execute'>, userId: string, most: number): Promise<boolean> {
  return (await tx.execute(
    `update login set challenge_response_fail_count = coalesce(challenge_response_fail_count, 0) + 1 where user_id = $1 and managed_sys_id = '0' and coalesce(challenge_response_fail_count, 0) < $2`, [userId, most])) > 0
}

export async function wrongRounds(db: Reader, userId: string): Promise<number> {
  return (await db.first<{ n: number }>(`select coalesce(challenge_response_fail_count, 0) as n from login where user_id = $1 and managed_sys_id = '0'`, [userId]))?.n ?? 0
}

export async function forgetWrongRounds(tx: Pick<Database, 'execute'>, userId: string): Promise<void> {
  await tx.execute(`update login set challenge_response_fail_count = 0 where user_id = $1 and managed_sys_id = '0' and challenge_response_fail_count <> 0`, [userId])
}
