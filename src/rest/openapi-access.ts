/** Schemas of the questions of access and their answers. */
import { thingTypes } from '../access/effective.ts'
import { nodeTypes } from '../model/access-edges.ts'
import type { Schema } from './openapi-attributes.ts'
import { flag, instant, integer, list, object, readOnly, text } from './openapi-words.ts'

const thingType: Schema = { type: 'string', description: 'What kind of thing it is.', enum: Object.values(nodeTypes) }
const user: Schema = { ...text('The person.'), 'x-references': 'User' }
const right: Schema = { ...text('A right that the last edge into the resource must carry.'), 'x-references': 'Right' }

const check = object('Check', 'Whether a person has something.', { user, resource: text('The resource, or what else is asked about, by id or by name.'), type: { ...text('The kind of thing that `resource` names; Resource when absent.'), enum: [...thingTypes] }, right }, ['user', 'resource'])

const held = object('Something had', 'A group, organisation, role or resource that a person has.', {
  type: thingType,
  id: text('Its id.'),
  name: text('Its name.'),
  rights: list('The rights on every last edge by which the person has it.', text('The id of a right.')),
  direct: flag('True when it was given to the person itself.'),
  inherited: flag('True when it comes through something else that the person has.'),
  everyone: flag('True when everybody has it.'),
}, ['type', 'id', 'rights', 'direct', 'inherited', 'everyone'])

const thing = (description: string): Schema => object('Thing', description, { type: thingType, id: text('Its id.'), name: text('Its name.') }, ['type', 'id'])

const missing = list('What is missing; absent when nothing is.', object('Something missing', 'What stands against it.', {
  what: { type: 'string', description: 'What is missing.', enum: ['membership', 'date', 'status', 'right'] },
  message: text('The same in words.'),
}, ['what', 'message']))

const step = object('Step', 'One edge of a path.', {
  source: thing('Who or what has something.'),
  target: thing('What it has.'),
  everyone: flag('True when everybody has the target without an edge.'),
  membershipId: text('The id of the edge; absent when there is none.'),
  start: instant('When it begins; absent means it always has.'),
  end: instant('When it ends, that instant excluded; absent means never.'),
  rights: list('The rights it carries.', text('The id of a right.')),
  description: text('A note, or the request that granted it.'),
  created: instant('When it was made.'),
  createdBy: { ...object('Maker', 'Who made it, when that was a person.', { id: { ...text('The person.'), 'x-references': 'User' }, name: text('Their name.') }, ['id']) },
  grantedBy: text('What whoever made it showed: a login, the name of a key, a job.'),
  since: instant('Since when it has been in force without a gap, by whatever was given before; only where it is in force.'),
  earlier: list('What stood between the same two before, the last first, ten at most; absent when nothing is known of that.', object('Earlier edge', 'An edge as it stood before it was changed or taken away.', {
    start: instant('When it began.'), end: instant('When it was to end.'), rights: list('The rights it carried.', text('The id of a right.')), description: text('A note, or the request that granted it.'),
    created: instant('When it was made.'), createdBy: { ...object('Maker', 'Who made it, when that was a person.', { id: { ...text('The person.'), 'x-references': 'User' }, name: text('Their name.') }, ['id']) },
    grantedBy: text('What whoever made it showed.'), until: instant('When it was changed or taken away.'),
  }, ['rights', 'until'])),
  removed: instant('When it was taken away, for one that no longer stands.'),
  missing,
}, ['source', 'target'])

const explanation = object('Explanation', 'Why a person has something, or why not.', {
  allowed: flag('Whether the person has it.'),
  at: instant('The moment that is asked about.'),
  person: object('Person', 'The person, and how they stood then.', {
    id: user, displayName: text('Their name.'), active: flag('Whether they count.'), status: text('Their status.'), secondaryStatus: text('Their account status.'),
  }, ['id', 'active', 'status']),
  resource: thing('What is asked about.'),
  right,
  missing: { ...missing, description: 'What is missing of the person\'s own status; absent when they count.' },
  paths: list('The paths, the shortest or nearest first: steps from the person to what is asked about.', list('A path.', step)),
  more: flag('True when there are more paths than are shown, or when more lies near than is looked at.'),
}, ['allowed', 'at', 'person', 'resource', 'paths', 'more'])

const end = (description: string): Schema => object('End', description, { type: thingType, id: text('Its id.') }, ['type', 'id'])

const change = object('Change', 'One proposed change.', {
  op: { type: 'string', description: 'add an edge; remove or change one; set the status of something or delete it; make it public or not.', enum: ['add', 'remove', 'change', 'status', 'delete', 'public'] },
  source: end('For add: who or what is given something.'),
  target: end('For add: what it is given.'),
  membershipId: text('For remove and change: the edge.'),
  start: { ...instant('For add and change: when it begins.'), type: ['string', 'null'] },
  end: { ...instant('For add and change: when it ends.'), type: ['string', 'null'] },
  rights: list('For add and change: the rights it carries.', text('The id of a right.')),
  type: { ...thingType, description: 'For status, delete and public: what kind of thing.' },
  id: text('For status, delete and public: which.'),
  status: text('For status: the new one.'),
  secondaryStatus: { ...text('For status of a person: the new account status; absent means none.'), type: ['string', 'null'] },
  public: flag('For public: whether everybody is to have it.'),
}, ['op'])

const counts = (description: string, gained: string, lost: string): Schema => object('Counts', description, { [gained]: integer('How many more.'), [lost]: integer('How many fewer.') }, [gained, lost])

const touched = { gained: integer('People who would gain it.'), lost: integer('People who would lose it.') }

const effect = object('Effect', 'Who would gain and lose what.', {
  at: instant('The moment that is asked about.'),
  people: counts('People who would gain, or lose, something.', 'gaining', 'losing'),
  memberships: counts('Pairs of a person and a group, role or organisation.', 'gained', 'lost'),
  pairs: counts('Pairs of a person and a resource.', 'gained', 'lost'),
  rights: counts('Rights of a person on a resource.', 'gained', 'lost'),
  groups: list('Groups, with those that most would gain or lose first; 1,000 at most.', object('Group touched', 'How many people would gain and lose it.', { group: thing('The group.'), ...touched }, ['group', 'gained', 'lost'])),
  roles: list('Roles, likewise.', object('Role touched', 'How many people would gain and lose it.', { role: thing('The role.'), ...touched }, ['role', 'gained', 'lost'])),
  organizations: list('Organisations, likewise.', object('Organisation touched', 'How many people would gain and lose it.', { organization: thing('The organisation.'), ...touched }, ['organization', 'gained', 'lost'])),
  resources: list('Resources, and rights on them, with those that most would gain or lose first; 1,000 at most.', object('Resource touched', 'How many people would gain and lose it.', {
    resource: thing('The resource.'), right: text('The right on it; absent for the resource itself.'), ...touched,
  }, ['resource', 'gained', 'lost'])),
  examples: list('The first 100, by person.', object('Example', 'A person, and what would change for them.', {
    user: object('Person', 'The person.', { id: user, displayName: text('Their name.') }, ['id']),
    group: thing('The group, when it is one.'), role: thing('The role, when it is one.'), organization: thing('The organisation, when it is one.'), resource: thing('The resource, when it is one.'), right: text('The right on it.'), change: { type: 'string', description: 'Which way.', enum: ['gained', 'lost'] },
  }, ['user', 'change'])),
  more: flag('True when not everything is listed.'),
}, ['at', 'people', 'memberships', 'pairs', 'rights', 'groups', 'roles', 'organizations', 'resources', 'examples', 'more'])

export const accessComponents: Record<string, Schema> = {
  AccessCheck: object('Answer to a check', 'Yes or no.', { allowed: flag('Whether the person has it.') }, ['allowed']),
  AccessChecks: object('Checks', 'Many checks at one moment.', {
    checks: list('Up to 1,000 checks.', check),
    at: text('The instant asked about, or a date for its beginning in UTC; absent means now.'),
  }, ['checks']),
  AccessCheckAnswers: object('Answers to checks', 'In the order of the checks.', {
    results: list('One answer a check.', object('Answer', 'Yes, no, or no because something is not known.', {
      allowed: flag('Whether the person has it.'),
      unknown: list('What of the check is not known; absent when everything is.', { type: 'string', enum: ['user', 'resource', 'right'] }),
    }, ['allowed'])),
  }, ['results']),
  AccessList: object('Access of a person', 'One page of what a person has, by kind and id.', {
    active: flag('Whether the person counts at the moment; one who does not has nothing.'),
    items: list('What they have.', held),
    next: text('The cursor of the next page; absent on the last.'),
  }, ['active', 'items']),
  AccessExplanation: explanation,
  AccessChanges: object('Changes', 'Changes whose effect is asked for.', {
    changes: list('Up to 1,000 changes, made in their order.', change),
    at: text('The instant asked about, now or ahead, or a date for its beginning in UTC; absent means now.'),
  }, ['changes']),
  AccessEffect: effect,
  AccessHolder: object('Holder', 'A person who has something.', {
    id: readOnly({ ...text('The person.'), 'x-references': 'User' }), displayName: readOnly(text('Their name.')),
  }, ['id']),
}
