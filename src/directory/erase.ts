/** A person's right to be forgotten: the record goes, and what the audit tells of them is blanked for good. */
import { erasePerson } from '../audit/erase.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { isObject, type Document } from '../model/attribute.ts'
import type { FieldChange } from '../model/document-diff.ts'
import { user } from '../model/user.ts'
import { blankPlans, holdKept, type KnownName } from '../store/blank-plans.ts'
import { forgetAccessHistory } from '../store/access-history.ts'
import type { Transaction } from '../store/database.ts'
import { changesOf, hasEvents } from '../store/audit-events.ts'
import { eraseNames, mergedInto } from '../store/erase-names.ts'
import { blankAnswers } from '../store/idempotency.ts'
import { forgetUserNames } from '../store/messages.ts'
import { forgetLogouts } from '../store/oidc-logouts.ts'
import { blankQueue } from '../store/unassignment-queue.ts'
import { checkVersion, type Versions } from '../records/versions.ts'
import { deleteLockedUsers } from './delete-users.ts'
import { lockExisting } from '../records/write-records.ts'

/** What a person is known by. */
function namesOf({ userName, displayName, employeeNumber, name, emails, logins }: Document): KnownName[] {
  const all: [string, unknown][] = [
    ...Object.entries({ userName, displayName, employeeNumber, 'name.familyName': (name as Document | undefined)?.familyName }), ...((emails ?? []) as Document[]).map(({ value }): [string, unknown] => ['emails.value', value]),
    ...((logins ?? []) as Document[]).map(({ login }): [string, unknown] => ['logins.login', login]),
  ]
  return all.flatMap(([path, value]) => (typeof value === 'string' ? [{ path, value }] : []))
}

/** What a change of a person's record says that they are, or were, known by. */
function namesIn({ path, before, after }: FieldChange): KnownName[] {
  const values = [before, after].filter((value) => value !== undefined && value !== null)
  if (path === '') return (values as Document[]).flatMap(namesOf)
  if (['userName', 'displayName', 'employeeNumber'].includes(path)) return values.flatMap((value) => namesOf({ [path]: value }))
  if (path === 'name.familyName') return values.flatMap((value) => namesOf({ name: { familyName: value } }))
  const [, collection, inner] = /^(emails|logins)\[.*?\](?:\.(value|login))?$/.exec(path) ?? []
  if (collection === undefined) return []
  return values.flatMap((value) => namesOf({ [collection]: [inner !== undefined ? { [inner]: value } : isObject(value) ? value : {}] }))
}

/**
 * Deletes a person and erases them from the audit and from the history of access, in one transaction, with all records that were merged into theirs;
 * also somebody who was deleted, or merged into another record, before. Errors: `not_found`, `system_record`.
 */
export async function eraseUser(ctx: Context, id: string, versions?: Versions): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await holdKept(tx, id)
    const found = (await lockExisting(tx, user, [id])).get(id)
    if (found) checkVersion(found.document, versions)
    if (!found && !(await hasEvents(tx, 'User', id))) throw new GatehouseError('not_found', `There is no User with the id ${id}, and there never was.`)
    for (const one of [...await mergedInto(tx, id), id]) await eraseTraces(tx, ctx, one, one === id ? found?.document : undefined)
  })
}

async function eraseTraces(tx: Transaction, ctx: Context, id: string, document: Document | undefined): Promise<void> {
  await eraseNames(tx, id)
  // Before the audit forgets them as well.
  const names = [...(document ? namesOf(document) : []), ...(await changesOf(tx, 'User', id)).flatMap(namesIn)]
  if (document) await deleteLockedUsers(tx, ctx, [document])
  // Plans hold what they would have changed, kept answers whole records: personal data too.
  await blankPlans(tx, id, names)
  await blankQueue(tx, id)
  await blankAnswers(tx, id)
  await forgetUserNames(tx, names.flatMap(({ path, value }) => (path === 'emails.value' || path === 'logins.login' || path === 'userName' ? [value] : [])))
  await forgetLogouts(tx, id)
  await forgetAccessHistory(tx, id)
  await erasePerson(tx, ctx, id)
}
