/** Codes that are sent: eight digits, hashed here, for one session, once and for ten minutes. */
import { createHash } from 'node:crypto'
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { today } from '../model/today.ts'
import { GatehouseError } from '../errors.ts'
import { challengeMinutes, codeHash, newCode, type FactorRow } from '../model/factor.ts'
import { secondFactors } from '../model/factor-kinds.ts'
import type { Database, Transaction } from '../store/database.ts'
import { factorsOf, insertChallenge, noteSmsCode } from '../store/factors.ts'
import { lockLogin } from '../store/logins-sign-in.ts'
import type { MasterKey } from '../store/master-key.ts'
import { enqueueMessage, readersOf } from '../store/messages.ts'
import type { SessionRow } from '../store/sessions.ts'
import { claimSending } from './throttle.ts'

export const codeMark = (factorId: string, sessionId: string): Buffer => createHash('sha256').update(`code\0${factorId}\0${sessionId}`).digest()

type Template = 'sign-in-code' | 'address-code'

/** Sends a code to a factor and keeps its hash; one sent before is of no use any more. */
export async function sendCode(tx: Transaction, ctx: Context, masterKey: MasterKey, factor: Pick<FactorRow, 'id' | 'type' | 'value' | 'userId'>, sessionId: string, template: Template): Promise<void> {
  const code = newCode()
  await insertChallenge(tx, { mark: codeMark(factor.id, sessionId), kind: 'CODE', userId: factor.userId, factorId: factor.id, codeHash: codeHash(factor.id, code) }, ctx.now(), challengeMinutes)
  if (factor.type === 'SMS') await noteSmsCode(tx, factor.userId, new Date(ctx.now().getTime() + challengeMinutes * 60_000))
  const reader = (await readersOf(tx, [factor.userId], today(ctx))).get(factor.userId)
  await enqueueMessage(tx, ctx, {
    template, channel: factor.type === 'SMS' ? 'SMS' : 'EMAIL', to: factor.value!, userId: factor.userId, locale: reader?.language ?? null, values: { code, minutes: String(challengeMinutes) },
  }, masterKey)
}

/** Sends a code for signing in or stepping up. Errors: `not_found` for what is no number of theirs, `too_many_requests`. */
export async function sendSignInCode(ctx: Context, masterKey: MasterKey, session: SessionRow, factorId: string): Promise<void> {
  const numberIn = async (db: Pick<Database, 'query' | 'first'>) => {
    const factor = secondFactors(await factorsOf(db, session.userId)).find(({ id, type }) => id === factorId && type === 'SMS')
    if (!factor) throw new GatehouseError('not_found', 'You have no number of this id that codes go to.')
    return factor
  }
  // Where there is none nothing is sent, and no sending is used up.
  await numberIn(ctx.db)
  await claimSending(ctx, session.userId)
  await ctx.db.transaction(async (tx) => {
    await lockLogin(tx, session.userId)
    const factor = await numberIn(tx)
    await sendCode(tx, ctx, masterKey, factor, session.sessionId, 'sign-in-code')
    await recordEvents(tx, ctx, [{ action: 'user.factor.send-code', targetType: 'User', targetId: session.userId, changes: [{ path: `factors[${factor.id}].code`, after: 'sent' }] }])
  })
}
