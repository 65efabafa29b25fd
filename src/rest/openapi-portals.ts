/** Schemas of the EFS world: portals, their settings and people. */
import { conflicts } from '../model/account-mapping.ts'
import { linkStatus } from '../model/link-statuses.ts'
import { portalSettings } from '../model/portal-settings.ts'
import { queueStates } from '../model/queue-states.ts'
import { refTo, type Schema } from './openapi-attributes.ts'
import { oktaComponents } from './openapi-okta.ts'
import { portalSignInComponents } from './openapi-portal-sign-in.ts'
import { flag, instant, integer, list, object, readOnly, text } from './openapi-words.ts'

const id: Schema = { type: 'integer', minimum: 1, maximum: 2_147_483_647 }

const settings = object('Portal settings', 'How a portal signs in, and what becomes of its accounts.', Object.fromEntries(
  Object.entries(portalSettings).map(([key, setting]): [string, Schema] => [key, {
    ...text(`${setting.doc} It takes ${setting.expects}.`, 255), minLength: 1, ...('default' in setting ? { default: setting.default } : {}),
  }]),
))

const portal = object('Portal', 'A portal whose people are kept in step with a group in Okta.', {
  id: { ...id, description: 'The number of the portal; given by the server when absent.', 'x-immutable': true },
  name: { ...text('The name, one of a kind.', 100), minLength: 1 },
  description: { ...text('What the portal is for.', 255), minLength: 1 },
  settings: refTo('PortalSettings'),
  meta: readOnly(object('Meta', 'About the record itself; ignored when sent.', {
    resourceType: { const: 'Portal', type: 'string', description: 'What kind of record this is.' },
    created: instant('When the portal was made.'),
    lastModified: instant('When it was last changed.'),
    version: integer('Counts the changes; the ETag.'),
  })),
}, ['name'])

const linked = (uid: string) => ({
  uid: readOnly(integer(uid)),
  personId: readOnly({ ...text('The person.'), 'x-references': 'User' }),
  displayName: readOnly(text('What the person is called.')),
  uuid: readOnly(text('The id of the account in Okta, once it is linked.')),
  status: readOnly({ ...text('Where the link stands.'), enum: Object.keys(linkStatus) }),
  hasDataChanges: readOnly(flag('True when the next sync has something to push.')),
  created: readOnly(instant('When the person was added.')),
})

const portalUser = object('Portal user', 'A person of a portal and the link to their account.', linked('The number of the panelist.'), ['uid', 'personId'])
const efsAdmin = object('EFS administrator', 'An administrator of EFS and the link to their account.', linked('The number of the administrator.'), ['uid', 'personId'])

const queued = object('Queued account', 'An account that waits to be unassigned in Okta.', {
  id: readOnly(integer('Its place in the queue.')),
  userId: readOnly({ ...integer('The number of the panelist, or administrator, it belonged to.'), type: ['integer', 'null'] }),
  uuid: readOnly({ ...text('The id of the account in Okta.'), type: ['string', 'null'] }),
  email: readOnly({ ...text('The e-mail address of the account.'), type: ['string', 'null'] }),
  personId: readOnly({ ...text('The person, who may be gone.'), 'x-references': 'User' }),
  state: readOnly({ ...text('queued: not tried yet; begun: being worked off; waiting: failed, and tried again later; dead: given up until it is retried.'), enum: [...queueStates] }),
  attempts: readOnly(integer('How often working it off has failed.')),
  nextAttempt: readOnly(instant('When it is tried again.')),
  lastError: readOnly(text('Why the last attempt failed.')),
  created: readOnly(instant('When it was queued.')),
}, ['id', 'state', 'attempts'])

const counts = object('Queue counts', 'How a queue of accounts to unassign stands.', {
  queued: readOnly(integer('Accounts that were not tried yet.')),
  waiting: readOnly(integer('Accounts that failed and are tried again.')),
  dead: readOnly(integer('Accounts that were given up until they are retried.')),
  due: readOnly(integer('Accounts whose turn has come.')),
  next: readOnly(instant('When the next one is tried that has to wait.')),
  oldest: readOnly(instant('Since when the first one has been waiting.')),
}, ['queued', 'waiting', 'dead', 'due'])

const retriedAccounts = object('Retried accounts', 'How many accounts are tried again.', { retried: readOnly(integer('So many.')) }, ['retried'])

const row = text('A number of a panelist, an id of a person, a user name or an e-mail address.', 400)
const massDelete = object('Mass delete', 'Whom to take out of the portal, in exactly one way. A panelist whose last portal it is goes altogether.', {
  uids: { ...list('Numbers of panelists.', id), minItems: 1 },
  ids: { ...list('Ids of people.', { ...text('The id of a person.', 400), 'x-references': 'User' }), minItems: 1 },
  users: { ...list('Rows as in a file: each a number of a panelist, an id of a person, a user name or an e-mail address; `uid:`, `id:`, `userName:` or `email:` before it says which.', row), minItems: 1 },
  filter: text('A SCIM filter over the people of the portal.'),
  deletePersons: flag('Whether the persons go too, for good; not those who are in another portal or administer EFS.'),
})

const part = refTo('MappingExpression')
const expression: Schema = {
  title: 'Mapping expression',
  description: 'What a field is made of: the path of an attribute, or an object with exactly one of constant, first, join, lower, upper, email, substring and map.',
  oneOf: [{ type: 'string' }, {
    type: 'object',
    properties: {
      constant: text('Always this text.', 1000),
      first: list('The first of these that has a value.', part),
      join: list('Those of these that have a value, in a row.', part),
      with: text('What stands between them.', 1000),
      lower: part, upper: part,
      email: { ...part, description: 'The value where it is shaped like an e-mail address, else none.' },
      substring: part, start: { type: 'integer', minimum: 0 }, length: { type: 'integer', minimum: 1 },
      map: part, values: { type: 'object', additionalProperties: { type: 'string' } }, otherwise: part,
    },
  }],
}

const conflicting = object('Field with a say', 'A field that Okta has a say about as well.', {
  value: part,
  conflict: { ...text('Who wins where the account has another value: ours is written there (as it is without this), report writes neither side and says so, theirs is taken into the directory.'), enum: [...conflicts] },
}, ['value', 'conflict'])

const accountMapping = object('Account mapping', 'Which attribute of a person goes into which field of their account.', {
  own: readOnly(flag('False where nothing was set and the standard counts.')),
  fields: { type: 'object', description: 'By field of the Okta profile. `login` and `email` are needed; `gatehouseId` is filled in any case.', additionalProperties: { oneOf: [part, conflicting] } },
  marked: readOnly(integer('How many links the change has marked to be pushed.')),
}, ['fields'])

const finding = object('Portal finding', 'One thing that was looked at when a portal was held against Okta.', {
  subject: readOnly({ ...text('What was looked at.'), enum: ['schema', 'mapping', 'group', 'client', 'issuer'] }),
  result: readOnly({ ...text('Whether it is as it should be.'), enum: ['good', 'note', 'problem'] }),
  message: readOnly(text('What was found, and what to do.')),
  declare: readOnly({ type: 'object', description: 'What has to be declared in the user schema, in Okta\'s own words.', additionalProperties: true }),
}, ['subject', 'result', 'message'])

export const portalComponents: Record<string, Schema> = {
  Portal: portal,
  PortalSettings: settings,
  PortalUser: portalUser,
  EfsAdmin: efsAdmin,
  PersonIds: {
    ...list('The ids of people.', { ...text('The id of a person.', 32), 'x-references': 'User' }), title: 'Ids of people', minItems: 1, maxItems: 100_000,
  },
  MappingExpression: expression,
  AccountMapping: accountMapping,
  PortalFinding: finding,
  QueuedAccount: queued,
  ...oktaComponents,
  ...portalSignInComponents,
  QueueCounts: counts,
  RetriedAccounts: retriedAccounts,
  MassDelete: massDelete,
}
