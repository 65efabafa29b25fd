/** Where the two who become one stand in their lives: the survivor's status stays, so what the duplicate has must not end by it. */
import type { Document } from '../model/attribute.ts'
import { rules } from '../model/lifecycle.ts'
import type { Status } from '../model/user-statuses.ts'

/** The statuses of both, for the plan. */
export const standings = (survivor: Document, duplicate: Document) => ({ survivor: standing(survivor), duplicate: standing(duplicate) })

const standing = ({ status, secondaryStatus }: Document) => ({ status, ...(secondaryStatus === undefined ? {} : { secondaryStatus }) })

const over: readonly unknown[] = ['TERMINATED', 'RETIRED', 'DECEASED', 'DELETED'] satisfies Status[]

/** Why somebody who is here is not merged into somebody who is not, and what to do; undefined where nothing stands against it. */
export function leftBehind(survivor: Document, duplicate: Document): string | undefined {
  if (!over.includes(survivor.status) || over.includes(duplicate.status)) return undefined
  const rehire = rules.rehire.from!.includes(survivor.status as Status) ? ', or rehire the survivor first' : ''
  return `The survivor is ${String(survivor.status)} and the duplicate ${String(duplicate.status)}: merged, somebody who is here would be gone. Swap the two${rehire}; then plan the merge again.`
}
