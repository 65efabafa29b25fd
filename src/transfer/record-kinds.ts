/** How records of each kind that a file may bring are written. */
import { groupKind, resourceKind, rightKind, roleKind } from '../access/access-records.ts'
import { organizationKind } from '../directory/organization-record.ts'
import { userKind } from '../directory/user-record.ts'
import type { RecordKind } from '../records/record-kind.ts'
import type { Kind } from './importable.ts'

export const recordKinds: Readonly<Record<Kind, RecordKind>> = {
  User: userKind, Organization: organizationKind, Group: groupKind, Role: roleKind, Resource: resourceKind, Right: rightKind,
}
