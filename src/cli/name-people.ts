/** Who somebody is, where a plan knows their id alone: whoever has no user name yet is labelled with it. */
import type { Context } from '../context.ts'
import { documentOf, type LoadedRecord } from '../model/rows.ts'
import { user } from '../model/user.ts'
import { loadRecords } from '../store/records.ts'

interface Labelled {
  personId?: string | null
  label?: string | null
}

/** The same, with `display name (id)` for a label that is the id of a person. */
export async function namePeople<T extends Labelled>({ db }: Pick<Context, 'db'>, items: readonly T[]): Promise<T[]> {
  const ids = items.filter(isUnnamed).map(({ personId }) => personId!)
  if (ids.length === 0) return [...items]
  const people = await loadRecords(db, user, [...new Set(ids)], { collections: [], custom: false })
  return items.map((one) => {
    const name = isUnnamed(one) && (shownName(people.get(one.personId!)))
    return name ? { ...one, label: `${String(name)} (${one.personId})` } : one
  })
}

const shownName = (record: LoadedRecord | undefined) => record && (documentOf(user, record)['displayName'] ?? documentOf(user, record)['userName'])
const isUnnamed = ({ personId, label }: Labelled) => typeof personId === 'string' && label === personId
