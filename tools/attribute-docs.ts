/** `docs/attributes.md`: every attribute of the API with its type, limits and column, from the lists in src/model. */
import { group, resource, right, role } from '../src/model/access-records.ts'
import { eventAttributes } from '../src/audit/event-resource.ts'
import type { Attribute, Collection, Resource } from '../src/model/attribute.ts'
import {
  apiKeyAttributes, messageAttributes, policyDecisionAttributes, undecidedAttributes, oktaErrorAttributes, organizationChildAttributes, planAttributes, planStepAttributes, portalAttributes, portalUserAttributes, queuedAccountAttributes,
  sessionAttributes,
} from '../src/model/listings.ts'
import { managedSystem } from '../src/model/managed-system.ts'
import { metadataElement, metadataType } from '../src/model/metadata-records.ts'
import { clientAttributes } from '../src/model/oidc-client.ts'
import { organizationType } from '../src/model/organization-type.ts'
import { organization } from '../src/model/organization.ts'
import { resourceType } from '../src/model/resource-type.ts'
import { questionGroup, securityQuestion } from '../src/model/security-questions.ts'
import { contentProvider, itPolicy, itPolicyVersion } from '../src/model/site-records.ts'
import { user } from '../src/model/user.ts'
import { code, page, table } from './markdown.ts'

export function attributesPage(): string {
  return page('Attributes', 'the attribute lists in src/model',
    '"On request" are attributes that answers show only when `attributes=` names them. Sortable attributes of people and organisations each have an index; the other lists are short. What is sortable by letters stands without regard to case and accents (Ä beside A), and gt, ge, lt and le go by that order; other texts go by code points without case. Lengths '
    + 'are characters. Instants are UTC, dates are plain days, periods are half-open.',
    ...resourceChapter(user), ...[organization, group, role, resource, right].flatMap(resourceChapter),
    ...collectionChapter('MetadataType', metadataType), ...collectionChapter('MetadataElement', metadataElement),
    ...collectionChapter('OrganizationType', organizationType), ...collectionChapter('ResourceType', resourceType), ...collectionChapter('ManagedSystem', managedSystem), ...collectionChapter('ContentProvider', contentProvider), ...collectionChapter('ItPolicy', itPolicy),
    ...collectionChapter('ItPolicyVersion', itPolicyVersion), ...collectionChapter('QuestionGroup', questionGroup), ...collectionChapter('SecurityQuestion', securityQuestion), ...Object.entries(listings).flatMap(([title, [path, attributes]]) => listChapter(title, path, attributes)))
}

/** What has no document of its own to be written, and is listed. */
const listings: Record<string, [path: string, attributes: readonly Attribute[]]> = {
  OrganizationChild: ['/organizations/{id}/children', organizationChildAttributes],
  Plan: ['/plans', planAttributes],
  PlanStep: ['/plans/{id}/steps', planStepAttributes],
  Portal: ['/portals', portalAttributes],
  PortalUser: ['/portals/{id}/users', portalUserAttributes],
  QueuedAccount: ['/portals/unassignment-queue', queuedAccountAttributes],
  OktaError: ['/okta/errors', oktaErrorAttributes],
  ApiKey: ['/keys', apiKeyAttributes],
  Client: ['/oidc/clients', clientAttributes],
  Session: ['/users/{id}/sessions', sessionAttributes],
  PolicyDecision: ['/users/{id}/it-policies', policyDecisionAttributes],
  UndecidedPerson: ['/it-policy-versions/{id}/undecided', undecidedAttributes],
  Message: ['/messages', messageAttributes],
  AuditEvent: ['/audit', eventAttributes],
}

function listChapter(title: string, path: string, attributes: readonly Attribute[]): string[] {
  return [`## ${title}`, `What the list at \`${path}\` can be filtered and sorted by.`, attributeTable(attributes)]
}

function resourceChapter(resource: Resource): string[] {
  return [
    `## ${resource.name}`,
    `Address: \`/${resource.segment}\`. Table: \`${resource.table}\`.${resource.custom ? ' Custom attributes stand under `attributes`, by name.' : ''}`,
    attributeTable(resource.attributes),
    ...resource.collections.flatMap((collection) => collectionChapter(`${resource.name}: ${collection.path}`, collection, resource)),
  ]
}

function collectionChapter(title: string, collection: Collection, resource?: Resource): string[] {
  const facts = resource === undefined ? [] : [
    `Address: \`/${resource.segment}/{id}/${collection.segment}\`.`,
    `At most ${collection.limit}.`,
    collection.returned === 'request' ? 'On request.' : '',
    collection.onePrimary ? 'One of them may be primary.' : '',
    collection.period ? `Periods of the same ${collection.period.target} must not overlap.` : '',
    collection.selfEditable ? 'People may change their own.' : '',
    collection.custom ? 'Custom attributes stand under `attributes`.' : '',
  ]
  return [
    `## ${title}`,
    [collection.doc, ...facts, `Table: \`${collection.table}\`.`].filter((one) => one !== '').join(' '),
    attributeTable(collection.attributes),
  ]
}

function attributeTable(attributes: readonly Attribute[]): string {
  return table(['attribute', 'type', '', 'column', 'meaning'], attributes.map((one) => [code(one.path), typeCell(one), facts(one), columnCell(one), meaning(one)]))
}

function typeCell({ type, length, references, grouping, side }: Attribute): string {
  const target = references === undefined ? '' : ` → ${references}${grouping === undefined ? '' : ` of ${grouping}`}`
  const size = length === undefined || type === 'reference' ? '' : ` ≤ ${length}`
  return `${side && !side.single ? 'list of ' : ''}${type}${size}${target}`
}

function facts(one: Attribute): string {
  const words = [
    one.required ? 'required' : '',
    one.mutability === 'readWrite' ? '' : { readOnly: 'read-only', immutable: 'set at creation', writeOnly: 'write-only' }[one.mutability],
    one.returned === 'request' ? 'on request' : '',
    one.uniqueness === 'server' ? 'unique' : '',
    one.byLetters ? 'sortable by letters' : one.sortable ? 'sortable' : '',
    one.filterable ? '' : 'no filter',
    one.caseExact && one.type === 'string' ? 'case counts' : '',
    one.sensitivity === 'normal' ? '' : one.sensitivity,
  ]
  return words.filter((word) => word !== '').join(', ')
}

function columnCell({ column, expression, side }: Attribute): string {
  if (side) return code(side.single ? column : `${side.table}.${side.column}`)
  return expression === undefined ? code(column) : 'derived'
}

function meaning({ doc, canonical, default: value, scim }: Attribute): string {
  const parts = [
    doc,
    canonical ? `One of ${canonical.map(code).join(', ')}.` : '',
    value === undefined ? '' : `Default ${code(String(value))}.`,
    scim === undefined ? '' : `SCIM: ${code(scim)}.`,
  ]
  return parts.filter((part) => part !== '').join(' ')
}
