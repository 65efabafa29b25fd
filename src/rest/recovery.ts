/** Routes of recovery: for who cannot sign in, and for the help desk that helps them. */
import { GatehouseError } from '../errors.ts'
import { isObject } from '../model/attribute.ts'
import { demandPasswordChange } from '../signin/password-change.ts'
import { completeBySms } from '../signin/recovery-by-sms.ts'
import { lookAtLink, lookByCode } from '../signin/recovery-look.ts'
import { completeRecovery, completeUnlock, askForRecovery, startRecovery } from '../signin/recovery.ts'
import type { MasterKey } from '../store/master-key.ts'
import { guarded, type Call, type Route } from './route.ts'
import { withAnswers } from './security-questions.ts'
import { textsOf } from './sign-in.ts'

const base = { tag: 'Recovery', scope: 'write', needs: [], reach: 'free', caller: 'everyone', method: 'POST', unversioned: true } as const
const name = { userName: 320 } as const

const asking = (work: (call: Call) => Promise<void>) => async (call: Call) => {
  await work(call)
  return {}
}

export function recoveryRoutes(masterKey: MasterKey): Route[] {
  return [
    { ...base, path: '/recovery/password', operation: 'recoverPassword', summary: 'Sends a link for a new password, or a code to an enrolled number, if there is such a person and they may; the answer is the same if not.', body: { component: 'RecoveryRequest' }, status: 202,
      handle: asking(({ ctx, body }) => {
        const { channel = 'EMAIL' } = isObject(body) ? body : {}
        if (channel !== 'EMAIL' && channel !== 'SMS') throw new GatehouseError('invalid_value', 'channel: must be EMAIL or SMS.', { problems: [{ path: 'channel', message: 'must be EMAIL or SMS' }] })
        return askForRecovery(ctx, channel === 'SMS' ? 'PASSWORD_BY_SMS' : 'PASSWORD', textsOf(body, name, { channel: 5 }).userName)
      }) },
    { ...base, path: '/recovery/password/complete', operation: 'completeRecovery', summary: 'Sets a new password by the token of a link, or a user name and the code of an SMS, and with the answers to security questions where there are any. All sessions end; factors are asked for as ever.', body: { component: 'RecoveryCompletion' }, answer: { component: 'RecoveryCompleted' },
      secretBody: true, handle: async ({ ctx, body }) => {
        const { texts, answers } = withAnswers(body)
        if (isObject(texts) && 'code' in texts) return { body: await completeBySms(ctx, { ...textsOf(texts, { userName: 220, code: 40, next: 1024 }), answers }) }
        return { body: await completeRecovery(ctx, { ...textsOf(texts, { token: 43, next: 1024 }), answers }) }
      } },
    { ...base, path: '/recovery/password/look', operation: 'lookAtRecovery', summary: 'Says whose password the token of a link, or the code of an SMS, would set, and how long the new one has to be at least. Nothing is used up; a wrong code counts as one.', body: { component: 'RecoveryLook' }, answer: { component: 'RecoveryState' }, secretBody: true,
      handle: async ({ ctx, body }) => ({ body: isObject(body) && 'code' in body ? await lookByCode(ctx, textsOf(body, { userName: 220, code: 40 })) : await lookAtLink(ctx, textsOf(body, { token: 43 }).token) }) },
    { ...base, path: '/recovery/user-name', operation: 'recoverUserName', summary: 'Sends the user names that belong to an e-mail address to that address, if there are any.', body: { component: 'UserNameRequest' }, status: 202,
      handle: asking(({ ctx, body }) => askForRecovery(ctx, 'USER_NAME', textsOf(body, { email: 320 }).email)) },
    { ...base, path: '/recovery/unlock', operation: 'recoverLockedAccount', summary: 'Sends a link that opens an account which wrong passwords have locked.', body: { component: 'RecoveryRequest' }, status: 202,
      handle: asking(({ ctx, body }) => askForRecovery(ctx, 'UNLOCK', textsOf(body, name).userName)) },
    { ...base, path: '/recovery/unlock/complete', operation: 'completeUnlock', summary: 'Opens the account by the token of a link; the password stays as it is.', body: { component: 'UnlockCompletion' }, status: 204,
      handle: asking(({ ctx, body }) => completeUnlock(ctx, textsOf(body, { token: 43 }).token)) },
    ...guarded('people', [
      { method: 'POST', path: '/users/:id/recover', scope: 'write', needs: [{ resource: 'people', right: 'RESET' }], tag: 'People', unversioned: true, operation: 'startRecovery', status: 202,
        summary: 'Sends a person a link for a new password; who asks for it neither sees the link nor chooses the password.', handle: asking(({ ctx, params }) => startRecovery(ctx, masterKey, params.id!, 'password-reset')) },
      { method: 'POST', path: '/users/:id/invite', scope: 'write', needs: [{ resource: 'people', right: 'RESET' }], tag: 'People', unversioned: true, operation: 'inviteUser', status: 202,
        summary: 'Sends a person who has no password yet a link for their first one; it lives a week.', handle: asking(({ ctx, params }) => startRecovery(ctx, masterKey, params.id!, 'invitation')) },
      { method: 'POST', path: '/users/:id/demand-password-change', scope: 'write', needs: [{ resource: 'people', right: 'RESET' }], tag: 'People', unversioned: true, operation: 'demandPasswordChange', status: 204,
        summary: 'Has a person choose another password when they next sign in with theirs, which others may know; all else stays. Their sessions end, but the one that asks, and offline access of applications.',
        handle: asking(({ ctx, params, session }) => demandPasswordChange(ctx, params.id!, session?.userId === params.id ? session?.sessionId : undefined)) },
    ]),
  ]
}
