/**
 * The verbs on mappings of accounts: of a portal's people, and of administrators. Setting one marks everybody whom it
 * concerns, since their account may differ from now on.
 */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { isObject } from '../model/attribute.ts'
import { defaultMapping, type Mapping } from '../model/account-mapping.ts'
import { checkSourceTypes } from '../records/check-metadata.ts'
import { checkSources } from '../records/veil.ts'
import { markEverybody, readMappings, writeMapping, type MappingOwner } from '../store/account-mappings.ts'
import type { Database } from '../store/database.ts'
import { loadMetadata } from '../store/metadata.ts'
import { checkMapping, mappingDocument, type MappedField } from './check-mapping.ts'
import { lockedPortal, readPortalDocument } from './portals.ts'

/** A mapping as the API shows it. */
export interface AccountMapping {
  /** False where nothing was set and the standard counts. */
  own: boolean
  fields: Record<string, MappedField>
}

/** Errors: `not_found`. */
export async function readMapping(db: Pick<Database, 'query' | 'first'>, owner: MappingOwner): Promise<AccountMapping> {
  if (owner !== 'admins') await readPortalDocument(db, owner)
  const { portals, admins } = await readMappings(db)
  const own = owner === 'admins' ? admins : (portals.get(owner) ?? null)
  return { own: own !== null, fields: mappingDocument(own ?? defaultMapping) }
}

/** Sets the whole mapping; null goes back to the standard. Errors: `not_found`, `invalid_body`, `invalid_mapping`, `forbidden`. */
export async function setMapping(ctx: Context, owner: MappingOwner, input: unknown): Promise<AccountMapping & { marked: number }> {
  const rules = input === null ? null : checkMapping(input)
  if (rules) await checkSources(ctx, rules)
  if (rules) checkSourceTypes(rules, await loadMetadata(ctx.db, ctx.db))
  return ctx.db.transaction(async (tx) => {
    if (owner !== 'admins') await lockedPortal(tx, owner)
    const before = await readMapping(tx, owner)
    const fields = mappingDocument(rules ?? defaultMapping)
    const own = rules !== null
    const isSame = ordered(fields) === ordered(before.fields)
    if (own === before.own && isSame) return { ...before, marked: 0 }
    await writeMapping(tx, owner, rules as Mapping | null, ctx.actor.principal, ctx.now().toISOString())
    // Setting the standard in so many words changes no account.
    const marked = isSame ? 0 : await markEverybody(tx, owner)
    const target = owner === 'admins' ? { targetType: 'Setting', targetId: 'admins.mapping' } : { targetType: 'Portal', targetId: String(owner) }
    await recordEvents(tx, ctx, [{ action: 'portal.setMapping', ...target, changes: [{ path: 'mapping', before: before.fields, after: fields }] }])
    return { own, fields, marked }
  })
}

/** As text, whatever the order in which the database keeps the keys of an object. */
function ordered(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (
    isObject(part) ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1))) : part
  ))
}
