/** Schemas of lifecycle operations and of plans. */
import { operations } from '../model/lifecycle.ts'
import { customAttributes, refTo, type Schema } from './openapi-attributes.ts'
import { date, flag, instant, integer, list, object, readOnly, text } from './openapi-words.ts'

const operation = object('Operation', 'What a lifecycle operation takes; each takes only what names it here, and the others no body.', {
  paid: flag('leave: true for a leave with pay.'),
  typeId: { ...text('convert: the type to change to.', 32), 'x-references': 'MetadataType' },
  subTypeId: { ...text('convert: the sub-type to change to; absent removes it.', 32), 'x-references': 'MetadataType' },
  employeeType: { ...text('convert: the employment type to change to.', 32), 'x-references': 'MetadataType' },
  attributes: { ...customAttributes, description: 'convert: custom attributes as a merge patch: what the new type requires, and null for what goes. What is not named stays.' },
  startDate: date('rehire: the new first day; one ahead is waited for.'),
  lastDate: date('rehire, terminate, retire: the last day, at rehire not before today, else not after it: who is to stay until a day gets it as lastDate by PATCH; rehire without it removes the old one.'),
  removeAccess: flag('terminate, retire: true removes memberships, false ends them now. Default: the setting TERMINATE_REMOVES_ACCESS.'),
  includeRelated: flag('terminate, retire, deactivate: whether related accounts end, or are deactivated, as well. Default: the setting TERMINATE_RELATED_USERS.'),
})

const bulk = object('Bulk operation', 'One operation over everyone a filter finds.', {
  kind: { type: 'string', const: 'bulk', description: 'Which kind of plan this asks for.' },
  operation: { ...text('What to do with each of them.'), enum: [...operations, 'delete'] },
  filter: text('A SCIM filter: whom; this or `q` is needed.'),
  q: text('Words that begin words of a name, login or e-mail address.'),
  includeHidden: flag('Whether hidden people (isVisible false) are meant too. Default: no, unless the filter asks about isVisible; the plan counts whom it leaves out (counts.hidden).'),
  options: refTo('Operation'),
}, ['kind', 'operation'])

const grant = object('What to assign', 'What to give or take: one of role, group, resource and organization. Taking it away needs a start only where there are several periods.', {
  group: { ...text('The group.', 32), 'x-references': 'Group' },
  role: { ...text('The role.', 32), 'x-references': 'Role' },
  resource: { ...text('The resource.', 32), 'x-references': 'Resource' },
  organization: { ...text('The organisation: an affiliation.', 32), 'x-references': 'Organization' },
  start: instant('When it begins; absent means always.'),
  end: instant('When it ends (that instant excluded); absent means open, or after the duration that the group or role sets.'),
  rights: list('The rights it carries.', text('The id of a right.', 32)),
  description: text('A note, or the request that granted it.', 255),
})

const bulkGrant = object('Bulk assignment', 'A group, role, resource or organisation given to, or taken from, everyone a filter finds; the plan is of the kind grants.', {
  kind: { type: 'string', const: 'bulk', description: 'Which kind of plan this asks for.' },
  operation: { ...text('Whether to give or to take.'), enum: ['assign', 'unassign'] },
  filter: text('A SCIM filter: whom; this or `q` is needed.'),
  q: text('Words that begin words of a name, login or e-mail address.'),
  includeHidden: flag('Whether hidden people (isVisible false) are meant too. Default: no, unless the filter asks about isVisible; the plan counts whom it leaves out (counts.hidden).'),
  options: refTo('Grant'),
}, ['kind', 'operation', 'options'])

const merge = object('Merge', 'Two records of one person become one.', {
  kind: { type: 'string', const: 'merge', description: 'Which kind of plan this asks for.' },
  survivor: { ...text('The record that stays.', 32), 'x-references': 'User' },
  duplicate: { ...text('The record that goes.', 32), 'x-references': 'User' },
  take: list('Paths whose value is taken from the duplicate even where the survivor has one.', text('The path of an attribute.')),
}, ['kind', 'survivor', 'duplicate'])

const mergeInto = object('Merge into a person', 'The duplicate of the person at this address.', {
  duplicate: { ...text('The record that goes.', 32), 'x-references': 'User' },
  take: list('Paths whose value is taken from the duplicate even where the person has one.', text('The path of an attribute.')),
}, ['duplicate'])

const plan = object('Plan', 'What an import, a bulk operation, a merge or a sync would do; applied as it stands or not at all.', {
  id: readOnly(text('The id of the plan.')),
  kind: readOnly(text('import, bulk, grants, merge, mining, sync or mass-delete.')),
  status: readOnly({
    ...text('Where the plan stands.'),
    enum: ['planning', 'planned', 'stopped', 'applying', 'applied', 'cancelled', 'undone'],
  }),
  title: readOnly(text('What it is, in one line.')),
  options: readOnly({ type: 'object', description: 'What was asked for.' }),
  counts: readOnly({ type: 'object', description: 'Steps by action. How many hidden people the filter finds as well, who are left out (hidden; no steps: includeHidden means them too). Of people who leave, also the related accounts that end with them as of now (relatedEnded) or stay open (relatedLeftOpen), added up over the steps; a mass delete leaves all open.', additionalProperties: { type: 'integer' } }),
  steps: readOnly(integer('Steps in all.')),
  appliedThrough: readOnly(integer('The last step that is behind.')),
  failed: readOnly(integer('Steps that could not be done.')),
  stopReason: readOnly(text('Why a guard has stopped it.')),
  created: readOnly(instant('When it was made.')),
  createdBy: readOnly(text('Who made it.')),
  applied: readOnly(instant('When it was applied.')),
  appliedBy: readOnly(text('Who applied it.')),
  correlationId: readOnly(text('Ties it to its audit events: of making it, of applying and undoing it, in whatever request, and of all that is changed by it.')),
  actorId: readOnly({ ...text('The person who asked for it, when it was one.'), 'x-references': 'User' }),
  releaseReason: readOnly(text('Why it was let go although a guard had stopped it.')),
  released: readOnly(instant('When it was let go.')),
  releasedBy: readOnly(text('Who let it go.')),
}, ['id', 'kind', 'status', 'title', 'counts', 'steps'])

const release = object('Release', 'Lets one stopped plan go, once.', {
  reason: { ...text('Why it is right to do what the guard has stopped; kept with the plan and in the audit.', 1000), minLength: 1 },
  by: { ...text('Who decides. Default: who makes the request; to be named where the key belongs to nobody.', 200), minLength: 1 },
}, ['reason'])

const planStep = object('Plan step', 'What a plan does with one record, and why.', {
  step: readOnly(integer('Its number, from 1.')),
  action: readOnly(text('create, update, delete, unchanged, conflict, error, waiting, skipped; a sync has actions of its own.')),
  resource: readOnly(text('The kind of record.')),
  targetId: readOnly(text('The id of the record, once it has one.')),
  source: readOnly(text('The file it comes from.')),
  line: readOnly(integer('The line of that file.')),
  label: readOnly(text('What people call the record.')),
  changes: readOnly({ description: 'What changes.' }),
  problems: readOnly({ description: 'What stands against it.' }),
  status: readOnly({ ...text('Whether it is done: planned until then, and for good where there is nothing to do (unchanged, conflict, error); sent where a remote system has been asked and has not been heard of.'), enum: ['planned', 'sent', 'done', 'failed', 'undone'] }),
  result: readOnly({ description: 'What came of it, where it failed.' }),
}, ['step', 'action', 'resource'])

const planRequest: Schema = {
  title: 'Plan request',
  description: 'What to plan. Imports and syncs are planned by the command line.',
  oneOf: [refTo('BulkRequest'), refTo('BulkGrantRequest'), refTo('MergeRequest'), refTo('MiningPlanRequest')],
}

export const planComponents: Record<string, Schema> = {
  Operation: operation, Plan: plan, PlanStep: planStep, Release: release, PlanRequest: planRequest, BulkRequest: bulk, BulkGrantRequest: bulkGrant, Grant: grant, MergeRequest: merge,
  MergeInto: mergeInto,
}
