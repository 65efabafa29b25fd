/** Types of organisations and the nesting they allow. The id is the caller's, a word such as FACULTY. */
import { GatehouseError } from '../errors.ts'
import { organizationType } from '../model/organization-type.ts'
import { smallVerbs } from '../records/small-records.ts'
import { deleteOrganizationType, misplacedBelow, readOrganizationType, writeOrganizationType } from '../store/organization-types.ts'
import { lockHierarchy } from '../store/organizations.ts'

/** Changing what may stand below a type: `conflict` while organisations stand as they then may not. */
export const organizationTypes = smallVerbs({
  collection: organizationType, name: 'OrganizationType', action: 'organization.type', lock: lockHierarchy,
  read: readOrganizationType, insert: (tx, type) => writeOrganizationType(tx, type, true), update: (tx, type) => writeOrganizationType(tx, type, false), remove: deleteOrganizationType,
  checkWritten: async (tx, { id }) => {
    const wrong = await misplacedBelow(tx, id as string)
    if (wrong) throw new GatehouseError('conflict', `members: ${wrong.member}, a ${wrong.type}, stands below ${wrong.parent}; move it first.`)
  },
})
