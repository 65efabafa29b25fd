/** Which paths of the user document an account may be filled from (pure); `store/account-sources.ts` makes SQL of them. */
import type { Attribute, Collection } from './attribute.ts'
import { user } from './user.ts'

export type AccountSource =
  | { kind: 'id' }
  | { kind: 'plain'; attribute: Attribute }
  | { kind: 'custom'; name: string }
  | { kind: 'entry'; collection: Collection; filter: Attribute; equals: string | boolean; value: string }

/** Collections whose entries change with the person's document only, and so are always noticed. */
const collections = ['emails', 'phoneNumbers', 'addresses']

const narrowed = /^(\w+)\[(\w+) eq (true|false|"[^"\\]{1,100}")\]\.(\w+)$/
const customName = /^attributes\.([^\0"'\\]{1,100})$/

/** What a path names, or null. What is secret, or written only, can be no source. */
export function accountSource(path: string): AccountSource | null {
  if (path === user.idColumn || path === 'id') return { kind: 'id' }
  const attribute = user.attributes.find((one) => one.path === path && !one.expression)
  if (attribute) return isShown(attribute) ? { kind: 'plain', attribute } : null
  const name = customName.exec(path)?.[1]
  if (name !== undefined) return { kind: 'custom', name }
  const parts = narrowed.exec(path)
  const collection = parts && collections.includes(parts[1]!) && user.collections.find((one) => one.path === parts[1])
  const filter = collection ? collection.attributes.find((one) => one.path === parts![2] && !one.expression) : undefined
  const value = parts?.[4]
  if (!parts || !collection || !filter || value === undefined || !isShown(filter)) return null
  const isFormatted = collection.path === 'phoneNumbers' && value === 'formatted'
  const attributeThere = collection.attributes.find((one) => one.path === value && !one.expression)
  if (!isFormatted && !(attributeThere && isShown(attributeThere))) return null
  const given = parts[3]!
  const equals = given.startsWith('"') ? given.slice(1, -1) : given === 'true'
  return (typeof equals === 'boolean') === (filter.type === 'boolean') ? { kind: 'entry', collection, filter, equals, value } : null
}

/** What a source is called where people read of it. */
export function sourceLabel(path: string): string {
  const source = accountSource(path)
  switch (source?.kind) {
    case 'plain':
      return source.attribute.label
    case 'custom':
      return source.name
    case 'entry':
      return [source.collection.label, ...(source.filter.path === 'primary' ? [] : [String(source.equals)])].join(' ')
    default:
      return 'Id'
  }
}

function isShown({ path, sensitivity, returned, mutability, side }: Attribute): boolean {
  // Bookkeeping changes without the person having changed.
  if (path.startsWith('meta.') || path === 'lastModified' || path === 'lastUpdatedBy') return false
  return sensitivity !== 'secret' && returned !== 'never' && mutability !== 'writeOnly' && side === undefined
}
