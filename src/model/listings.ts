/** The attributes of records that are listed and not edited as documents: what of them lists can be filtered and sorted by. */
import { dateTime, flag, identifier, integer, readOnly, reference, text, type Attribute } from './attribute.ts'
import { linkStatus } from './link-statuses.ts'
import { queueStates } from './queue-states.ts'
import { stepNames } from './session.ts'

const exact = { ...readOnly, caseExact: true }
const sorted = { ...readOnly, sortable: true }

export const planAttributes: readonly Attribute[] = [
  identifier('id', 'plan_id', 'Id', 'The id of the plan; later plans have later ones.', sorted),
  text('kind', 'kind', 20, 'Kind', 'import, bulk, merge, sync or mass-delete.', { ...exact, sortable: true }),
  text('status', 'status', 20, 'Status', 'Where the plan stands.', {
    ...exact, sortable: true, canonical: ['planning', 'planned', 'stopped', 'applying', 'applied', 'cancelled', 'undone'],
  }),
  text('title', 'title', 255, 'Title', 'What it is, in one line.', sorted),
  integer('steps', 'steps', 'Steps', 'Steps in all.', sorted),
  integer('appliedThrough', 'applied_through', 'Applied through', 'The last step that is behind.', readOnly),
  integer('failed', 'failed', 'Failed', 'Steps that could not be done.', sorted),
  text('stopReason', 'stop_reason', 4000, 'Reason', 'Why a guard has stopped it.', readOnly),
  dateTime('created', 'created_at', 'Made', 'When it was made.', sorted),
  text('createdBy', 'created_by', 255, 'Made by', 'Who made it.', readOnly),
  dateTime('applied', 'applied_at', 'Applied', 'When it was applied.', sorted),
  text('appliedBy', 'applied_by', 255, 'Applied by', 'Who applied it.', readOnly),
  text('correlationId', 'correlation_id', 64, 'Correlation', 'Ties it to its audit events.', exact),
  reference('actorId', 'actor_id', 'User', 'Asked for by', 'The person who asked for it, when it was one.', readOnly),
  text('releaseReason', 'release_reason', 1000, 'Released because', 'Why it was let go although a guard had stopped it.', readOnly),
  dateTime('released', 'released_at', 'Released', 'When it was let go.', readOnly),
  text('releasedBy', 'released_by', 255, 'Released by', 'Who let it go.', readOnly),
]

export const portalAttributes: readonly Attribute[] = [
  integer('id', 'portal_id', 'Number', 'The number of the portal.', sorted),
  text('name', 'name', 100, 'Name', 'The name, one of a kind.', { sortable: true, byLetters: true }),
  text('description', 'description', 255, 'Description', 'What the portal is for.'),
  dateTime('meta.created', 'created_at', 'Made', 'When the portal was made.', sorted),
  dateTime('meta.lastModified', 'updated_at', 'Changed', 'When it was last changed.', sorted),
  integer('meta.version', 'version', 'Version', 'Counts the changes; the ETag.', readOnly),
]

export const portalUserAttributes: readonly Attribute[] = [
  integer('uid', 'uid', 'Panelist', 'The number of the panelist.', sorted),
  reference('personId', 'person_id', 'User', 'Person', 'The person.', readOnly),
  text('displayName', 'display_name', 400, 'Display name', 'What the person is called.', readOnly),
  text('uuid', 'uuid', 20, 'Account', 'The id of the account in Okta, once it is linked.', exact),
  text('status', 'status', 20, 'Status', 'Where the link stands.', { ...exact, canonical: Object.keys(linkStatus) }),
  flag('hasDataChanges', 'has_data_changes', 'To be pushed', 'True when the next sync has something to push.', readOnly),
  dateTime('created', 'created_at', 'Added', 'When the person was added.', readOnly),
]

export const efsAdminAttributes: readonly Attribute[] = [
  integer('uid', 'uid', 'Administrator', 'The number of the administrator.', sorted),
  ...portalUserAttributes.slice(1),
]

export const queuedAccountAttributes: readonly Attribute[] = [
  integer('id', 'id', 'Place', 'Its place in the queue.', sorted),
  integer('userId', 'user_id', 'Number', 'The number of the panelist, or administrator, it belonged to.', readOnly),
  text('uuid', 'uuid', 20, 'Account', 'The id of the account in Okta.', exact),
  text('email', 'email', 255, 'E-mail', 'The e-mail address of the account.', readOnly),
  reference('personId', 'person_id', 'User', 'Person', 'The person, who may be gone.', readOnly),
  text('state', 'state', 10, 'State', 'queued: not tried yet; begun: being worked off; waiting: failed, and tried again later; dead: given up until it is retried.', { ...exact, canonical: queueStates }),
  integer('attempts', 'attempts', 'Attempts', 'How often working it off has failed.', sorted),
  dateTime('nextAttempt', 'next_attempt_at', 'Next attempt', 'When it is tried again.', sorted),
  text('lastError', 'last_error', 500, 'Last error', 'Why the last attempt failed.', readOnly),
  dateTime('created', 'created_at', 'Queued', 'When it was queued.', readOnly),
]

/** Newest first by number, which is the order of time; their texts and traces are read, not searched. */
export const oktaErrorAttributes: readonly Attribute[] = [
  integer('id', 'id', 'Number', 'Its number.', sorted),
  dateTime('created', 'created_at', 'When', 'When it came.', readOnly),
  text('message', 'message', 4000, 'Message', 'What Okta said.', readOnly),
  integer('statusCode', 'status_code', 'HTTP status', 'The HTTP status; 0 when no answer came.', readOnly),
  text('errorCode', 'error_code', 36, 'Code', "Okta's code.", exact),
]

export const syncRunAttributes: readonly Attribute[] = [
  identifier('id', 'run_id', 'Id', 'The id of the run.', sorted),
  text('kind', 'kind', 20, 'Kind', 'delta, full, reconcile, plan, apply, undo or drain.', exact),
  integer('portalId', 'portal_id', 'Portal', 'The portal, where it is about one.', readOnly),
  reference('planId', 'plan_id', 'Plan', 'Plan', 'What it was to do, step by step.', readOnly),
  text('status', 'status', 20, 'Status', 'How it stands, or how it ended.', { ...exact, canonical: ['running', 'done', 'failed', 'stopped', 'skipped', 'interrupted'] }),
  text('step', 'step', 40, 'Step', 'What it is at, or was at last.', readOnly),
  integer('done', 'done', 'Done', 'How far it has come in that step.', readOnly),
  integer('total', 'total', 'Of', 'How far it has to go, where that is known.', readOnly),
  integer('requests', 'requests', 'Requests', 'Requests sent to the other side.', readOnly),
  text('reason', 'reason', 4000, 'Reason', 'Why it failed, was stopped, skipped or interrupted.', readOnly),
  dateTime('started', 'started_at', 'Began', 'When it began.', sorted),
  dateTime('heartbeat', 'heartbeat_at', 'Last heard of', 'When it last told how far it is.', readOnly),
  dateTime('ended', 'ended_at', 'Ended', 'When it ended.', readOnly),
  text('startedBy', 'started_by', 255, 'Started by', 'Who started it.', readOnly),
  text('source', 'source', 10, 'By way of', 'CLI, REST or JOB.', exact),
  text('correlationId', 'correlation_id', 64, 'Correlation', 'Ties it to its audit events.', exact),
]

export const apiKeyAttributes: readonly Attribute[] = [
  identifier('id', 'user_key_id', 'Id', 'The id of the key.', sorted),
  reference('userId', 'user_id', 'User', 'Person', 'The person the key acts for.'),
  text('name', 'name', 40, 'Name', 'A name for the key, one of a kind for this person.', { sortable: true, byLetters: true }),
  text('scopes', 'scopes', 40, 'Scopes', 'What the key may do, in one text: read write.', exact),
  dateTime('expires', 'expires_at', 'Expires', 'When the key ceases to work; absent means never.', { sortable: true }),
  dateTime('created', 'create_date', 'Made', 'When the key was made.', sorted),
  identifier('createdBy', 'created_by', 'Made by', 'Who made it.', readOnly),
  dateTime('lastUsed', 'last_used_at', 'Last used', 'When it was last used, to the hour.', sorted),
]

export const sessionAttributes: readonly Attribute[] = [
  identifier('id', 'session_id', 'Id', 'Names the session; what the browser holds is another value, which is not kept.', readOnly),
  { ...integer('level', 'auth_state', 'Level', 'How strongly the person has signed in: 0 is signed out, 1 a password, 1.5 with a code by SMS, 2 with a second factor, 3 with a passkey.', readOnly), type: 'decimal' },
  dateTime('started', 'last_login', 'Began', 'When the session began.', sorted),
  dateTime('lastSeen', 'last_seen', 'Last used', 'When it was last used, to the minute.', sorted),
  dateTime('expires', 'expires_at', 'Ends', 'When it ends, however much it is used.', readOnly),
  text('nextStep', 'next_step', 30, 'Next step', 'What the person has still to do before they are in; absent once they are.', { ...exact, canonical: stepNames }),
  text('ip', 'ip_address', 60, 'Address', 'The address it was begun from.', exact),
  text('device', 'device', 100, 'Device', 'The program and system it was begun from.', readOnly),
  reference('contentProviderId', 'content_provider_id', 'ContentProvider', 'Site', 'The site signed in through.', readOnly),
  flag('newDevice', 'new_device', 'New device', 'True when the device was new for the person.', readOnly),
  flag('newNetwork', 'new_network', 'New network', 'True when the network was new for the person.', readOnly),
]

export const organizationChildAttributes: readonly Attribute[] = [
  identifier('id', 'membership_id', 'Id', 'The id of the edge.', readOnly),
  reference('organization', 'member_company_id', 'Organization', 'Organisation', 'The organisation below.', readOnly),
  text('name', 'company_name', 200, 'Name', 'Its name.', { ...sorted, byLetters: true }),
  dateTime('start', 'start_date', 'Start', 'When the edge begins; absent means always.', sorted),
  dateTime('end', 'end_date', 'End', 'When it ends (that instant excluded); absent means open.', sorted),
  text('description', 'description', 255, 'Description', 'A note on the edge.', readOnly),
]

export const planStepAttributes: readonly Attribute[] = [
  integer('step', 'step_no', 'Number', 'Its number, from 1.', sorted),
  text('action', 'action', 20, 'Action', 'create, update, delete, unchanged, conflict, error, waiting, skipped; a sync has actions of its own.', exact),
  text('resource', 'resource', 40, 'Kind', 'The kind of record.', exact),
  text('targetId', 'target_id', 64, 'Record', 'The id of the record, once it has one.', exact),
  text('source', 'source', 255, 'File', 'The file it comes from.', exact),
  integer('line', 'line', 'Line', 'The line of that file.', readOnly),
  text('label', 'label', 255, 'Name', 'What people call the record.', readOnly),
  text('status', 'status', 10, 'Status', 'Whether it is done.', { ...exact, canonical: ['planned', 'sent', 'done', 'failed', 'undone'] }),
]

export const messageAttributes: readonly Attribute[] = [
  identifier('id', 'message_id', 'Id', 'The id of the message; its Message-ID is made of it.', sorted),
  text('template', 'template', 40, 'Message', 'Which message it is: password-reset, email-changed, …', exact),
  text('channel', 'channel', 10, 'Channel', 'How it goes.', { ...exact, canonical: ['EMAIL', 'SMS'] }),
  reference('userId', 'user_id', 'User', 'Person', 'Whom it is for, when that is a person known here.', readOnly),
  text('recipient', 'recipient', 320, 'Recipient', 'The address or number it goes to.', readOnly),
  text('locale', 'locale', 35, 'Language', 'The language it is written in.', readOnly),
  text('status', 'status', 10, 'Status', 'Whether it waits, was handed over, or was given up.', { ...exact, canonical: ['QUEUED', 'SENT', 'DEAD'] }),
  integer('attempts', 'attempts', 'Attempts', 'How often sending was tried.', readOnly),
  dateTime('due', 'due_at', 'Due', 'When it is tried next.', readOnly),
  dateTime('expires', 'expires_at', 'Expires', 'When it is of no use any more.', readOnly),
  dateTime('created', 'created_at', 'Written', 'When it was written.', sorted),
  dateTime('sent', 'sent_at', 'Sent', 'When it was handed over.', sorted),
  text('lastError', 'last_error', 500, 'Last error', 'Why the last attempt failed.', readOnly),
]

export const policyDecisionAttributes: readonly Attribute[] = [
  identifier('id', 'id', 'Id', 'The id of the decision.', sorted),
  reference('versionId', 'version_id', 'ItPolicyVersion', 'Version', 'The version decided on.', readOnly),
  text('name', 'name', 128, 'Name', 'What the version was called then.', readOnly),
  flag('accepted', 'accepted', 'Accepted', 'False when the person declined.', readOnly),
  dateTime('decided', 'submit_date', 'When', 'When they decided.', sorted),
  reference('contentProviderId', 'content_provider_id', 'ContentProvider', 'Site', 'On which site; absent when on none in particular.', readOnly),
]

export const undecidedAttributes: readonly Attribute[] = [
  identifier('id', 'user_id', 'Person', 'The id of the person.', sorted),
  text('userName', 'user_name', 220, 'User name', 'The name they sign in with.', readOnly),
  text('displayName', 'display_name', 400, 'Name', 'Their name in one line.', readOnly),
  dateTime('declined', 'declined_at', 'Declined', 'When they last declined; absent when they have not decided, or have accepted since.', readOnly),
  dateTime('accepted', 'accepted_at', 'Accepted', 'When they last accepted, where that does not count any more.', readOnly),
]
