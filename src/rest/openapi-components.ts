/** Every named schema of the OpenAPI document: those of the attribute lists, and those of the answers that have none. */
import { pieceKinds } from '../model/password-worth.ts'
import { eventAttributes } from '../audit/event-resource.ts'
import { scopes } from '../access/api-keys.ts'
import { errorTable } from '../errors.ts'
import { group, resource, right, role } from '../model/access-records.ts'
import type { Attribute, Resource } from '../model/attribute.ts'
import { messageAttributes, policyDecisionAttributes, undecidedAttributes } from '../model/listings.ts'
import { metadataElement, metadataType } from '../model/metadata-records.ts'
import { organizationType } from '../model/organization-type.ts'
import { organization } from '../model/organization.ts'
import { managedSystem } from '../model/managed-system.ts'
import { resourceType } from '../model/resource-type.ts'
import { questionGroup, securityQuestion } from '../model/security-questions.ts'
import { contentProvider, itPolicy, itPolicyVersion } from '../model/site-records.ts'
import { keys } from '../model/user-links.ts'
import { user } from '../model/user.ts'
import { graphComponents } from './openapi-access-graph.ts'
import { attributeSchema, customAttributes, entryComponent, entrySchema, objectSchema, refTo, resourceSchema, type Schema } from './openapi-attributes.ts'
import { accessComponents } from './openapi-access.ts'
import { ownAccessComponents } from './openapi-own-access.ts'
import { oidcComponents } from './openapi-oidc.ts'
import { planComponents } from './openapi-plans.ts'
import { policyComponents } from './openapi-policies.ts'
import { edgeComponents } from './openapi-edges.ts'
import { portalComponents } from './openapi-portals.ts'
import { sessionSchema, signInComponents } from './openapi-sign-in.ts'
import { instant, integer, list, object, readOnly, text } from './openapi-words.ts'

const problem = object('Problem details (RFC 9457)', 'What every refusal looks like, as application/problem+json.', {
  type: text('Where the code is explained: /api/v1/docs#error-CODE.'),
  title: text('What the code means.'),
  status: integer('The HTTP status.'),
  code: { ...text('The stable name of the error; programs go by this.'), enum: Object.keys(errorTable) },
  detail: text('What is wrong, where, and what to do.'),
  problems: list('Everything that is wrong with the input.', object('Problem', 'One thing that is wrong.', {
    path: text('Where: the path of an attribute, a column, a line.'),
    message: text('What is wrong there.'),
    reasons: list('Why, in stable words: of a password that is guessed early, what it is made of.', { type: 'string', enum: pieceKinds }),
  }, ['message'])),
  requestId: text('Names this request in the log of the server.'),
}, ['type', 'title', 'status', 'code', 'requestId'])

const apiKey = object('API key', 'A bearer key of a person. Its token is shown once, in the answer that makes it.', {
  id: readOnly(text('The id of the key.')),
  token: readOnly(text('What to send as `Authorization: Bearer …`; only in the answer that makes the key.')),
  userId: { ...text('The person the key acts for.', 32), 'x-references': 'User' },
  name: { ...text('A name for the key, one of a kind for this person.', 40), minLength: 1 },
  scopes: list('What the key may do: admin implies write, write implies read.', { type: 'string', enum: scopes }),
  expires: instant('When the key ceases to work; absent means never.'),
  created: readOnly(instant('When the key was made.')),
  createdBy: readOnly(text('Who made it.')),
  lastUsed: readOnly(instant('When it was last used, to the hour.')),
}, ['userId', 'name', 'scopes'])

const change = object('Change', 'One field before and after; secrets appear with their path only.', {
  path: { ...text('The path of the attribute; empty when the whole record was made or removed. Filters of the list name it changes.path.'), 'x-filterable': true },
  before: { description: 'The value before; absent when there was none.' },
  after: { description: 'The value after; absent when there is none.' },
  active: { type: 'boolean', const: false, description: 'Of the value of an entry, such as an e-mail address, that was out of use and stays so; absent otherwise.' },
}, ['path'])

function auditEvent(): Schema {
  const { properties, ...rest } = objectSchema(eventAttributes)
  const further = {
    changes: readOnly(list('The fields that changed. Absent once erased.', change)),
  }
  return { title: 'Audit event', description: 'What was done, by whom, when, from where, to what.', ...rest, properties: { ...properties, ...further } }
}

const auditBreak = object('Break', 'Where the chain of the audit is broken.', {
  kind: text('What is wrong: altered, missing, inserted, reordered, …'),
  blockNo: integer('The block it is in.'),
  eventId: text('The event, where it is one.'),
  message: text('What is wrong, in words.'),
}, ['kind', 'blockNo', 'message'])

const auditReport = object('Audit verification', 'Whether a range of the audit is what was written.', {
  ok: { type: 'boolean', description: 'True when nothing is broken.' },
  first: auditBreak,
  breaks: list('All breaks, in order, the first 100.', auditBreak),
  blocks: integer('Blocks checked.'),
  events: integer('Events checked.'),
  erased: integer('Events whose personal parts were erased, rightly.'),
  droppedBlocks: integer('Blocks whose events were dropped after their time, rightly.'),
  head: object('Head', 'The last block: whoever notes it can later prove that nothing was cut off behind it.', {
    blockNo: integer('Its number.'), hash: text('Its hash, in hex.'),
  }),
  keyIds: list('The ids of the signing keys that the blocks name.', text('An id.')),
  fromBlock: integer('The first block checked.'),
  toBlock: integer('The last block checked.'),
  unsealed: integer('Events not sealed yet; what is told of them cannot be proved so far.'),
  awaiting: list('Erased targets whose erasure is not sealed yet.', text('A target.')),
}, ['ok', 'breaks', 'blocks', 'events'])

const organizationChild = object('Child organisation', 'An organisation directly below another, and the edge between them.', {
  id: readOnly(text('The id of the edge.')),
  organization: readOnly({ ...text('The organisation below.'), 'x-references': 'Organization' }),
  name: readOnly(text('Its name.')),
  start: readOnly(instant('When the edge begins; absent means always.')),
  end: readOnly(instant('When it ends (that instant excluded); absent means open.')),
  description: readOnly(text('A note on the edge.')),
}, ['id', 'organization', 'name'])

const organizationProposal = object('Proposal', 'The organisation whose e-mail domain an address has.', {
  organization: { ...object('Organisation', 'The organisation, or null when no domain fits.', { id: text('Its id.'), name: text('Its name.') }, ['id', 'name']), type: ['object', 'null'] },
}, ['organization'])

const resourceDocs = {
  User: 'A person.',
  Organization: 'A company, or any other organisation.',
  Group: 'A group of people.',
  Role: 'A bundle of access named after a task.',
  Resource: 'Anything that access is given to.',
  Right: 'A tag on an edge that says what may be done there.',
} as const

function components(own: Resource): [string, Schema][] {
  const entries = own.collections.map((collection): [string, Schema] => [entryComponent(own, collection), entrySchema(collection)])
  return [[own.name, resourceSchema(own, resourceDocs[own.name])], ...entries]
}

/** All of them, by name. */
export function allComponents(): Record<string, Schema> {
  return {
    ...Object.fromEntries([user, organization, group, role, resource, right].flatMap(components)),
    CustomAttributes: customAttributes,
    OrganizationChild: organizationChild,
    OrganizationProposal: organizationProposal,
    OrganizationType: entrySchema(organizationType),
    ResourceType: entrySchema(resourceType),
    ManagedSystem: entrySchema(managedSystem),
    MetadataType: entrySchema(metadataType),
    MetadataElement: entrySchema(metadataElement),
    ...accessComponents,
    ...edgeComponents,
    ...graphComponents,
    ...planComponents,
    ...portalComponents,
    ...ownAccessComponents,
    ...policyComponents,
    ...oidcComponents,
    ApiKey: apiKey,
    Session: sessionSchema(),
    ...signInComponents,
    OwnKey: { ...object('Own key', 'A key of whoever is signed in: a public one, or an API key, whose token is shown once.', {
      ...(entrySchema(keys).properties as Record<string, Schema>), token: apiKey.properties!.token as Schema, userId: readOnly(text('Whose it is.', 32)), scopes: apiKey.properties!.scopes as Schema,
    }, ['type', 'name']) },
    ContentProvider: entrySchema(contentProvider),
    ItPolicy: entrySchema(itPolicy),
    ItPolicyVersion: entrySchema(itPolicyVersion),
    QuestionGroup: entrySchema(questionGroup),
    SecurityQuestion: entrySchema(securityQuestion),
    PolicyDecision: { title: 'Policy decision', description: 'That a person accepted or declined a version of a usage policy.', ...objectSchema(policyDecisionAttributes) },
    UndecidedPerson: { title: 'Undecided person', description: 'A person who has yet to accept a version of a usage policy.', ...objectSchema(undecidedAttributes) },
    SecretWord: object('Secret word', 'What somebody says on the phone.', { secretWord: { ...text('The word.', 255), minLength: 1, writeOnly: true } }, ['secretWord']),
    SecretWordAnswer: object('Secret word answer', 'Whether it was the right one.', {
      verified: { type: 'boolean', description: 'True when it is the person\'s secret word.' },
      locked: { type: 'boolean', description: 'True when no word will do until a new one is set.' },
    }, ['verified', 'locked']),
    Message: { title: 'Message', description: 'A mail or an SMS, without what stands in it.', ...objectSchema(messageAttributes) },
    AuditEvent: auditEvent(),
    AuditReport: auditReport,
    Problem: problem,
  }
}

/** A list of a component, as every list of the API looks. `paged` lists go on at `next`, `counted` ones may say how many there are. */
export function listSchema(component: string, paged: boolean, counted: boolean, besides?: Attribute): Schema {
  return object(`Page of ${component}`, 'One page of a list.', {
    items: { type: 'array', items: refTo(component) },
    ...(paged ? { next: text('The cursor of the next page; absent on the last.') } : {}),
    ...(besides ? { [besides.path]: attributeSchema(besides) } : {}),
    ...(counted ? { total: integer('How many match in all; only with `total=true`.') } : {}),
  }, ['items'])
}
