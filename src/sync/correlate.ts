/**
 * Which existing account, if any, belongs to a person (pure). An account that carries another person's id, or is
 * linked to another person here, is never taken; where several could be meant, nobody guesses: whoever writes the
 * person's id on the right one has decided.
 */
import { externalIdField } from '../model/account-mapping.ts'
import { comparedText } from '../model/text.ts'
import type { CorrelationKeys, RemoteAccount } from './connector.ts'

export type Correlation =
  | { kind: 'none' }
  | { kind: 'found'; account: RemoteAccount; reason: string }
  | { kind: 'conflict'; reason: string }

/**
 * Judges the accounts that match one of the keys.
 * @param taken ids of accounts that belong to other people here
 */
export function correlate(
  keys: CorrelationKeys, candidates: readonly RemoteAccount[], taken: ReadonlySet<string>,
): Correlation {
  const own = candidates.filter((account) => account.externalId === keys.externalId)
  const linked = own.find((account) => taken.has(account.id))
  if (linked) return { kind: 'conflict', reason: `the account ${linked.id} carries this person's id and is linked to another person here: clear ${externalIdField} on it there if it is theirs` }
  if (own.length === 1) return found(own[0]!, 'the account carries this person\'s id')
  if (own.length > 1) return conflict('carry this person\'s id', own, `clear ${externalIdField} there on all but the right one`)
  const byLogin = candidates.filter((account) => same(account.login, keys.login))
  const foreign = byLogin.find((account) => !isFree(account, taken))
  if (foreign) {
    const isLinked = taken.has(foreign.id)
    return { kind: 'conflict', reason: `the login ${keys.login} is taken by another person's account ${foreign.id}${isLinked ? '' : `: if it is this person's after all, ${decision(keys)}`}` }
  }
  if (byLogin.length === 1) return found(byLogin[0]!, 'an account with the same login exists')
  const byEmail = candidates.filter((account) => same(account.email, keys.email) && isFree(account, taken))
  if (byEmail.length === 1) return found(byEmail[0]!, 'an account with the same e-mail address exists')
  return byEmail.length > 1 ? conflict(`have the e-mail address ${keys.email}`, byEmail, `${decision(keys)} on the right one`) : { kind: 'none' }
}

function isFree(account: RemoteAccount, taken: ReadonlySet<string>): boolean {
  return account.externalId === null && !taken.has(account.id)
}

function same(left: string | null, right: string | null): boolean {
  return left !== null && right !== null && comparedText(left) === comparedText(right)
}

function found(account: RemoteAccount, reason: string): Correlation {
  return { kind: 'found', account, reason }
}

function decision({ externalId }: CorrelationKeys): string {
  return `set ${externalIdField} there to ${externalId}`
}

function conflict(what: string, accounts: readonly RemoteAccount[], decide: string): Correlation {
  const ids = accounts.slice(0, 5).map((account) => account.id).join(', ')
  return { kind: 'conflict', reason: `${accounts.length} accounts ${what} (${ids}): ${decide}` }
}
