/**
 * A number that is on none of somebody's phones any more is no factor of theirs. The database sees to that by itself
 * (migration 0041); where a verb writes the phones, it takes what removing a factor takes, and is told as that is.
 */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { factorKinds, takenWith, withStandIns } from '../model/factor-kinds.ts'
import { may } from '../records/guard.ts'
import type { Written } from '../records/record-kind.ts'
import type { Transaction } from '../store/database.ts'
import { deleteFactors, factorsOf, factorsOfLostNumbers, noteFactors, type LostNumber } from '../store/factors.ts'
import { deleteSessionsByFactors } from '../store/sessions.ts'

/** Removes the factors whose numbers went by what was written. Errors: `forbidden` for who may not remove factors. */
export async function dropLostNumbers(tx: Transaction, ctx: Context, written: readonly Written[]): Promise<void> {
  const lost = written.flatMap(lostBy)
  if (lost.length === 0) return
  const people = Map.groupBy(await factorsOfLostNumbers(tx, lost), ({ userId }) => userId)
  if (people.size === 0) return
  if (!may(ctx.authority, { resource: 'people', right: 'RESET' })) {
    throw new GatehouseError('forbidden', 'phoneNumbers: codes to sign in go to the number, so taking it away removes a factor, which needs the right RESET on people.')
  }
  for (const [userId, found] of people) {
    const factors = await factorsOf(tx, userId)
    const gone = withStandIns(factors, factors.filter(({ id }) => found.some((one) => one.id === id)))
    const ended = await deleteSessionsByFactors(tx, userId, takenWith(factors, gone))
    await deleteFactors(tx, gone.map(({ id }) => id))
    await noteFactors(tx, [userId])
    await recordEvents(tx, ctx, [{ action: 'user.factor.remove', targetType: 'User', targetId: userId, changes: [...gone.map(({ id, type, name }) => ({ path: `factors[${id}]`, before: { type, name: name ?? factorKinds[type].label } })), ...ended.map((id) => ({ path: `sessions[${id}]`, before: id }))] }])
  }
}

const what = ({ countryCd, areaCd, value, active, isForSms }: Document) => JSON.stringify([countryCd, areaCd, value, active, isForSms])

/** Numbers for SMS whose phone is not there any more, or was in use and is another one now. */
function lostBy({ id, before, after, paths }: Written): LostNumber[] {
  if (!before || !paths.some((path) => path.startsWith('phoneNumbers'))) return []
  const now = new Map(((after.phoneNumbers ?? []) as Document[]).map((phone) => [phone.id, what(phone)]))
  const isLost = (phone: Document) => phone.isForSms === true && (!now.has(phone.id) || (phone.active !== false && now.get(phone.id) !== what(phone)))
  return ((before.phoneNumbers ?? []) as Document[]).filter(isLost).map(({ countryCd, areaCd, value }) => (
    { userId: id, country: (countryCd as string | undefined) ?? null, area: (areaCd as string | undefined) ?? null, number: value as string }))
}
