/** Managed systems: where people have accounts besides this server. The id is the caller's, a word such as LINUX that stands in addresses. */
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { managedSystem, mostPort, ownSystems } from '../model/managed-system.ts'
import { smallVerbs } from '../records/small-records.ts'
import type { Transaction } from '../store/database.ts'
import { deleteManagedSystem, insertManagedSystem, lockedSystemAlike, readManagedSystem, updateManagedSystem, usesOfSystem } from '../store/managed-systems.ts'

const fault = (code: 'invalid_value' | 'already_exists' | 'read_only_attribute', path: string, message: string) => new GatehouseError(code, `${path}: ${message}.`, { problems: [{ path, message }] })

/** Errors: `invalid_value`, `already_exists` for an id in whatever case, `read_only_attribute`. */
async function settle(tx: Transaction, _ctx: unknown, system: Document, before?: Document): Promise<Document> {
  if (typeof system.port === 'number' && system.port > mostPort) throw fault('invalid_value', 'port', `must be a whole number from 1 to ${mostPort}`)
  const id = system.id as string
  if (before) refuseOwn(id, before, system)
  else await refuseId(tx, id)
  return system
}

async function refuseId(tx: Transaction, id: string): Promise<void> {
  const alike = await lockedSystemAlike(tx, id)
  if (alike !== undefined) throw fault('already_exists', 'id', alike === id ? 'there is such a managed system' : `there is the managed system ${alike}, which differs in nothing but case`)
}

/** What says from when and whether accounts are managed means nothing for the server itself, nor for Okta. */
function refuseOwn(id: string, before: Document, after: Document): void {
  if (!ownSystems.includes(id)) return
  const idle: Document = { status: 'ACTIVE', start: undefined, end: undefined }
  const path = Object.keys(idle).find((one) => after[one] !== before[one] && after[one] !== idle[one])
  if (path !== undefined) throw fault('read_only_attribute', path, `does not change for the managed system ${id}, on which Gatehouse itself relies`)
}

/** Errors: `system_record` for those that come with the server, `still_referenced` while somebody has an account there. */
async function remove(tx: Transaction, id: string): Promise<void> {
  if (ownSystems.includes(id)) throw new GatehouseError('system_record', `Gatehouse itself relies on the managed system ${id}; it cannot be deleted.`)
  const uses = await usesOfSystem(tx, id)
  if (uses.length > 0) throw new GatehouseError('still_referenced', `There are ${uses.join(', ')} of this system; remove or move them first.`)
  await deleteManagedSystem(tx, id)
}

export const managedSystems = smallVerbs({
  collection: managedSystem, name: 'ManagedSystem', action: 'managed.system', settle,
  read: readManagedSystem, insert: insertManagedSystem, update: updateManagedSystem, remove,
})
