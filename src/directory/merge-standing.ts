/**
 * Where the two who become one stand in their lives: the survivor's standing stays, so what the duplicate has must not end
 * by it, nor the survivor by what the duplicate was.
 */
import type { Document } from '../model/attribute.ts'
import { rules } from '../model/lifecycle.ts'
import { hasLeft, type Status } from '../model/user-statuses.ts'

/** The statuses of both, for the plan. */
export const standings = (survivor: Document, duplicate: Document) => ({ survivor: standing(survivor), duplicate: standing(duplicate) })

const standing = ({ status, secondaryStatus }: Document) => ({ status, ...(secondaryStatus === undefined ? {} : { secondaryStatus }) })

/** Why somebody who is here is not merged into somebody who is not, and what to do; undefined where nothing stands against it. */
export function leftBehind(survivor: Document, duplicate: Document): string | undefined {
  if (!hasLeft(survivor.status) || hasLeft(duplicate.status)) return undefined
  const rehire = rules.rehire.from!.includes(survivor.status as Status) ? ', or rehire the survivor first' : ''
  return `The survivor is ${String(survivor.status)} and the duplicate ${String(duplicate.status)}: merged, somebody who is here would be gone. Swap the two${rehire}; then plan the merge again.`
}

/** Days that are no gaps of the survivor's to fill: the nightly jobs start and end people by them. */
export const standingDates: readonly string[] = ['startDate', 'lastDate']

const begins: readonly unknown[] = ['PENDING_START_DATE', 'PENDING_APPROVAL', 'PENDING_USER_VALIDATION', 'APPROVAL_DECLINED'] satisfies Status[]

/** Why a date of the duplicate's is not to be taken, and what to do; undefined where nothing stands against it. */
export function datesAgainst({ status }: Document, duplicate: Document, take: readonly string[], today: string): string | undefined {
  if (hasLeft(status)) return undefined
  const taken = (path: string) => (take.includes(path) ? (duplicate[path] as string | undefined) : undefined)
  const [first, last] = [taken('startDate'), taken('lastDate')]
  const [path, why] = last !== undefined && last < today ? ['lastDate', `would be terminated by the last date ${last}`]
    : first !== undefined && first > today && !begins.includes(status) ? ['startDate', `is here before the start date ${first}`] : []
  return path && `The survivor is ${String(status)} and ${why} of the duplicate. Leave ${path} out of \`take\`; then plan the merge again.`
}
