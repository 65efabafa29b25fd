/** Types of resources. The id is the caller's, a word such as DOOR. */
import { GatehouseError } from '../errors.ts'
import { edgeKind } from '../model/access-edges.ts'
import { resourceType } from '../model/resource-type.ts'
import { smallVerbs } from '../records/small-records.ts'
import { lockEdges } from '../store/access-edges.ts'
import type { Transaction } from '../store/database.ts'
import { misplacedResource, readResourceType, updateResourceType } from '../store/resource-types.ts'
import { deleteSiteRecord, insertSiteRecord } from '../store/site-records.ts'

/** Taking the hierarchy from a type: `conflict` while resources of it stand below others. */
export const resourceTypes = smallVerbs({
  collection: resourceType, name: 'ResourceType', action: 'resource.type',
  read: readResourceType, insert: (tx, type) => insertSiteRecord(tx, resourceType, type), update: updateResourceType, remove: (tx, id) => deleteSiteRecord(tx, resourceType, id),
  // Nobody puts a resource below another meanwhile.
  lock: (tx) => lockEdges(tx, edgeKind('ss')),
  checkWritten: async (tx, { id }, before) => {
    if (before.supportsHierarchy === true) await refuseMisplaced(tx, 'resource_type_id', [id as string])
  },
})

/** After a type or resources have been written. Errors: `conflict`, naming one that may not stand where it does. */
export async function refuseMisplaced(tx: Transaction, column: 'resource_type_id' | 'resource_id', ids: readonly string[]): Promise<void> {
  const wrong = ids.length === 0 ? undefined : await misplacedResource(tx, column, ids)
  if (wrong) throw new GatehouseError('conflict', `The resource ${wrong.name} stands below ${wrong.above}, and resources of the type ${wrong.type} stand below none; move it first.`)
}
