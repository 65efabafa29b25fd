/**
 * Security questions: IDENTITY_QUEST_GRP and IDENTITY_QUESTION as documents of the API, and how an answer is compared. They
 * prove little, since others know the answers or find them: nothing here lets anybody in by an answer alone.
 */
import { flag, identifier, integer, readOnly, reference, text, type Collection } from './attribute.ts'

const standalone = { segment: '', parentColumn: '', returned: 'default', onePrimary: false, limit: 0 } as const
const madeId = (column: string) => identifier('id', column, 'Id', 'Made by the server.', { ...readOnly, returned: 'always', sortable: true })

export const questionGroup: Collection = {
  ...standalone,
  path: 'questionGroup',
  label: 'group of security questions',
  table: 'identity_quest_grp',
  idColumn: 'identity_quest_grp_id',
  doc: 'Security questions that are offered together, where a policy names them.',
  attributes: [
    madeId('identity_quest_grp_id'),
    text('name', 'name', 60, 'Name', 'One of a kind.', { required: true, sortable: true, byLetters: true }),
    text('status', 'status', 20, 'Status', 'ACTIVE while it is offered.', { canonical: ['ACTIVE', 'INACTIVE'], default: 'ACTIVE' }),
    reference('companyOwnerId', 'company_owner_id', 'Organization', 'Organisation', 'The organisation whose people it is for; absent means everyone.'),
  ],
}

export const securityQuestion: Collection = {
  ...standalone,
  path: 'securityQuestion',
  label: 'security question',
  table: 'identity_question',
  idColumn: 'identity_question_id',
  doc: 'A security question to choose.',
  attributes: [
    madeId('identity_question_id'),
    reference('groupId', 'identity_quest_grp_id', 'QuestionGroup', 'Group', 'The group it belongs to.', { required: true, mutability: 'immutable' }),
    text('text', 'question_text', 2000, 'Question', 'The question.', { required: true, caseExact: true }),
    flag('active', 'active', 'Offered', 'False once it is no longer offered; answers given stay valid.', { default: true }),
    integer('order', 'display_order', 'Place', 'Its place in the list.', { default: 0 }),
  ],
}

/** The most questions somebody may answer. */
export const mostQuestions = 10
/** Rounds of wrong answers after which none is looked at any more. */
export const mostWrongRounds = 5
export const longestAnswer = 200
const leastLetters = 3

/** An answer as it is hashed and compared: neither case nor spaces nor signs between words count. */
export const plainAnswer = (answer: string): string => answer.normalize('NFKC').toLowerCase().replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, '')

/** What is wrong with an answer by itself; undefined when nothing is. */
export function answerFault(answer: string, question: string): string | undefined {
  const plain = plainAnswer(answer)
  if (answer.length > longestAnswer) return `must have at most ${longestAnswer} characters`
  if ([...plain].length < leastLetters) return `must have at least ${leastLetters} letters or digits`
  return plainAnswer(question).includes(plain) ? 'must not stand in the question' : undefined
}
