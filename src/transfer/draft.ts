/** A row of an import on its way to becoming a step, and the steps of those that are refused. */
import type { Problem } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import type { Pending } from '../records/record-kind.ts'
import type { Kind, ResourceName } from './importable.ts'
import type { MappedRecord, Reference } from './map-record.ts'
import type { Late, NewStep } from './planning.ts'

export interface Draft {
  row: MappedRecord
  kind: ResourceName
  id: string
  isNew: boolean
  document: Document
  late?: Late
  /** What rows of the same batch make, and this one builds on: those may still be refused. */
  leans: { reference: Pick<Reference, 'resource' | 'by' | 'value' | 'column' | 'path'>; id: string }[]
  step?: NewStep
  /** An earlier row says already what the record is. */
  isRepeated?: true
  /** The line of the same batch that already means the record or the edge. */
  blockedBy?: number
  /** Refused for what another row, or another record of its own row, is refused for. */
  follows?: true
  pending?: Pending
  /** What the record is refused for so far: what else stands against it is still to be asked. */
  faults?: readonly Problem[]
  /** Its keys could not be read: whether it means somebody who is there, and whom, is not known. */
  isUnknown?: true
}

/** Records of the directory that rows mean, by kind and id. */
export type Existing = Record<Kind, Map<string, NonNullable<Pending['before']>>>

/** A problem of a row: which column it stood in, where it was to go, its value, and the reason. */
export interface RowProblem {
  column?: string | undefined
  path?: string | undefined
  value?: string | undefined
  message: string
}

export const isTaken = (step: NewStep): boolean => step.action === 'create' || step.action === 'update' || step.action === 'unchanged'
export const isRefused = (step: NewStep | undefined): boolean => step !== undefined && (step.action === 'error' || step.action === 'conflict')

/** What of the row could not be read is told first. */
export const refused = (row: MappedRecord, action: 'error' | 'conflict', ...problems: (RowProblem | Problem)[]): NewStep => ({
  action: row.unread ? 'error' : action, resource: row.resource, line: row.line, label: labelOf(row.document), problems: [...(row.unread ?? []), ...problems],
})

/** Whether something could not be read in one of these attributes of the row: what follows from them cannot be judged. */
export const isUnreadIn = ({ unread = [] }: MappedRecord, ...attributes: string[]): boolean =>
  unread.some(({ path }) => path !== undefined && attributes.includes(path.split(/[.[]/)[0]!))

/** The same for a reference that leads nowhere. */
export const noSuch = ({ resource, by, value, column, path }: Pick<Reference, 'resource' | 'by' | 'value' | 'column' | 'path'>, why: string): RowProblem =>
  ({ column, path, value, message: `there is no ${resource} whose ${by} is "${value}", ${why}` })

export function labelOf(document: Document): string | undefined {
  const label = document.displayName ?? document.userName ?? (typeof document.name === 'string' ? document.name : undefined) ?? document.employeeNumber ?? document.id
  return label === undefined ? undefined : String(label)
}
