/** Routes of security questions: one's own answers, which of them the help desk sees, and recovering with them. */
import { GatehouseError } from '../errors.ts'
import { isObject, type Document } from '../model/attribute.ts'
import { answeredQuestions, ownQuestions, removeAnswers, removeOwnAnswers, setAnswers, type GivenAnswer } from '../signin/security-questions.ts'
import { guarded, type Call, type Route } from './route.ts'
import { textsOf } from './sign-in.ts'

const tag = 'My account'
const mine = { tag, needs: [], reach: 'free', caller: 'signed-in', unversioned: true } as const
const reset = { tag: 'People', unversioned: true, needs: [{ resource: 'people', right: 'RESET' }] } as const

/** Answers of a body: each to a question, by its id or its text. Errors: `invalid_value`. */
export function answersIn(value: unknown): GivenAnswer[] {
  if (!Array.isArray(value) || value.length > 20) throw new GatehouseError('invalid_value', 'answers: must be a list of at most 20 answers.', { problems: [{ path: 'answers', message: 'must be a list of at most 20' }] })
  return value.map((one: unknown) => textsOf(one, { question: 500, answer: 500 }))
}

/** A body with answers beside texts. */
export function withAnswers(body: unknown): { texts: unknown; answers: GivenAnswer[] | undefined } {
  if (!isObject(body)) return { texts: body, answers: undefined }
  const { answers, ...texts } = body
  return { texts, answers: answers === undefined ? undefined : answersIn(answers) }
}

async function set(call: Call): Promise<{ body: Document }> {
  const { ctx, body, session } = call
  const { texts, answers } = withAnswers(body)
  textsOf(texts, {})
  if (answers === undefined) throw new GatehouseError('invalid_value', 'answers: must be there.', { problems: [{ path: 'answers', message: 'must be there' }] })
  await setAnswers(ctx, session!, answers)
  return { body: await ownQuestions(ctx, session!.userId) }
}

export const securityQuestionRoutes: readonly Route[] = [
  { ...mine, method: 'GET', path: '/me/security-questions', scope: 'read', operation: 'readMySecurityQuestions', summary: 'Says which security questions one may answer, where a policy switches them on, and which one has.', answer: { component: 'SecurityQuestions' },
    handle: async ({ ctx, session }) => ({ body: await ownQuestions(ctx, session!.userId) }) },
  { ...mine, method: 'PUT', path: '/me/security-questions', scope: 'write', secretBody: true, operation: 'setMySecurityQuestions', summary: 'Sets one\'s answers anew, all of them; they are never given back. Needs a fresh proof.', body: { component: 'SecurityAnswers' }, answer: { component: 'SecurityQuestions' }, handle: set },
  { ...mine, method: 'DELETE', path: '/me/security-questions', scope: 'write', operation: 'removeMySecurityQuestions', summary: 'Removes one\'s answers. Needs a fresh proof.', status: 204,
    handle: async ({ ctx, session }) => {
      await removeOwnAnswers({ ...ctx, authority: undefined }, session!)
      return {}
    } },
  ...guarded('people', [
    { ...reset, method: 'GET', path: '/users/:id/security-questions', scope: 'read', operation: 'listUserSecurityQuestions', summary: 'Lists the security questions that a person has answered, without the answers.', answer: { component: 'AnsweredQuestion', list: true },
      handle: async ({ ctx, params }) => ({ body: { items: await answeredQuestions(ctx, params.id!) } }) },
    { ...reset, method: 'DELETE', path: '/users/:id/security-questions', scope: 'write', operation: 'removeUserSecurityQuestions', summary: 'Removes a person\'s answers, who has forgotten them; they are told.', status: 204,
      handle: async ({ ctx, params }) => {
        await removeAnswers(ctx, params.id!)
        return {}
      } },
  ]),
]
