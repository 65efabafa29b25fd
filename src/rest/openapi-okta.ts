/** Schemas about the sync with Okta: how it stands, its runs, and what came back from there. */
import { refTo, type Schema } from './openapi-attributes.ts'
import { instant, integer, list, object, readOnly, text } from './openapi-words.ts'

const bucket = object('Rate', 'How fast one bucket of Okta\'s limits is used.', {
  lastMinute: integer('Requests within the last minute.'),
  limit: integer('Okta\'s limit a minute, once an answer has named it.'),
  allowance: integer('What we allow ourselves of it.'),
}, ['lastMinute'])

const run = object('Okta run', 'A run of the sync with Okta.', {
  id: readOnly(text('The id of the run.')),
  kind: readOnly(text('delta, full, reconcile, plan, apply, undo or drain.')),
  portalId: readOnly(integer('The portal, where it is about one.')),
  planId: readOnly({ ...text('The plan that it made or applied.'), 'x-references': 'Plan' }),
  status: readOnly({ ...text('How it stands, or how it ended.'), enum: ['running', 'done', 'failed', 'stopped', 'skipped', 'interrupted'] }),
  step: readOnly(text('What it is at, or was at last.')),
  done: readOnly(integer('How far it has come in that step.')),
  total: readOnly(integer('How far it has to go, where that is known.')),
  requests: readOnly(integer('Requests sent to Okta.')),
  rates: readOnly({ type: 'object', description: 'By bucket of Okta\'s limits.', additionalProperties: bucket }),
  result: readOnly({ type: 'object', description: 'What came of it, in figures.', additionalProperties: true }),
  reason: readOnly(text('Why it failed, was stopped, skipped or interrupted.')),
  started: readOnly(instant('When it began.')),
  heartbeat: readOnly(instant('When it last told how far it is.')),
  ended: readOnly(instant('When it ended.')),
  startedBy: readOnly(text('Who started it.')),
  source: readOnly(text('By which door: CLI, REST or JOB.')),
  correlationId: readOnly(text('Ties it to its audit events.')),
}, ['id', 'kind', 'status', 'step', 'done', 'requests', 'started', 'startedBy', 'source'])

const held = object('Held plan', 'A plan that a guard has stopped: until somebody releases or cancels it, nothing runs by itself there.', {
  planId: readOnly({ ...text('The plan.'), 'x-references': 'Plan' }),
  portalId: readOnly({ ...integer('The portal; null for a comparison of everything.'), type: ['integer', 'null'] }),
  reason: readOnly(text('What the guard found.')),
  since: readOnly(instant('When it was made.')),
}, ['planId', 'reason', 'since'])

const portal = object('Portal standing', 'What waits in a portal.', {
  id: readOnly(integer('The portal.')),
  name: readOnly(text('What it is called.')),
  changed: readOnly(integer('People with changes to be pushed.')),
  newcomers: readOnly(integer('Members without an account.')),
  held,
}, ['id', 'name', 'changed', 'newcomers'])

const failed = object('Failed step', 'What failed in the last plan of a portal. It is still marked.', {
  planId: readOnly({ ...text('The plan.'), 'x-references': 'Plan' }),
  step: readOnly(integer('The step in it.')),
  personId: readOnly({ ...text('The person.'), type: ['string', 'null'], 'x-references': 'User' }),
  label: readOnly({ ...text('How people know them.'), type: ['string', 'null'] }),
  action: readOnly(text('What the step was to do first.')),
  result: readOnly({ type: 'object', description: 'The action that failed, Okta\'s status and code, and its words.', additionalProperties: true }),
}, ['planId', 'step', 'action', 'result'])

const status = object('Okta status', 'How the sync with Okta stands.', {
  running: refTo('OktaRun'),
  portals: readOnly(list('What waits, portal by portal.', portal)),
  waiting: readOnly(object('Waiting', 'What waits beside them.', {
    administrators: integer('Administrators with changes to be pushed.'),
    queued: integer('Accounts of panelists to be unassigned.'),
    queuedAdministrators: integer('Accounts of administrators to be unassigned.'),
    hints: integer('Accounts that Okta says have changed.'),
  }, ['administrators', 'queued', 'queuedAdministrators', 'hints'])),
  queues: readOnly(object('Unassignment queues', 'How the queues of accounts to unassign stand.', { panelist: refTo('QueueCounts'), admin: refTo('QueueCounts') }, ['panelist', 'admin'])),
  heldQueue: readOnly(text('Why the worker of the queues leaves alone what no plan has let go; absent while it does not.')),
  held,
  failed: readOnly(list('What failed last, at most twenty.', failed)),
  nextRun: readOnly(instant('When what waits, and what failed, is taken up by itself; absent: when somebody starts a run.')),
  nextReconcile: readOnly(instant('When everything is compared next; absent: when somebody starts it.')),
  last: readOnly(list('The last run of each kind and portal.', refTo('OktaRun'))),
}, ['portals', 'waiting', 'queues', 'failed', 'last'])

const oktaError = object('Okta error', 'An error received from Okta.', {
  id: readOnly(integer('Its number.')),
  created: readOnly(instant('When it came.')),
  message: readOnly(text('What Okta said.')),
  statusCode: readOnly(integer('The HTTP status; 0 when no answer came.')),
  errorCode: readOnly(text('Okta\'s code.')),
  trace: readOnly({ description: 'The request, Okta\'s id of it, the causes, and the step of the run.' }),
}, ['id', 'message', 'statusCode', 'errorCode'])

const counts = object('Okta error counts', 'How many errors of each kind were received.', {
  items: readOnly(list('By status and code, the most frequent first.', object('Okta error count', 'Errors of one kind.', {
    statusCode: integer('The HTTP status; 0 when no answer came.'),
    errorCode: text('Okta\'s code.'),
    count: integer('How many.'),
    first: instant('When the first of them came.'),
    last: instant('When the last one came.'),
  }, ['statusCode', 'errorCode', 'count', 'first', 'last']))),
}, ['items'])

export const oktaComponents: Record<string, Schema> = { OktaRun: run, OktaStatus: status, OktaError: oktaError, OktaErrorCounts: counts }
