/** Schemas of administering Gatehouse itself. */
import { ownResources } from '../model/own-access.ts'
import { delegationKinds } from '../store/delegations.ts'
import { refTo, type Schema } from './openapi-attributes.ts'
import { flag, instant, list, object, readOnly, text } from './openapi-words.ts'

const delegation = object('Delegation', 'People to whom somebody who administers is restricted. Kinds narrow each other down, several of a kind add up.', {
  id: readOnly(text('The id of the delegation.')),
  kind: { ...text('The people of an organisation, the members of a group, or those whom the administrator supervises.'), enum: [...delegationKinds] },
  target: text('The id of the organisation or group; absent for REPORTS.', 32),
  withDescendants: { ...flag('Whether organisations, groups or reports below count as well.'), default: true },
  created: readOnly(instant('When it was made.')),
  createdBy: readOnly({ ...text('Who made it.'), 'x-references': 'User' }),
}, ['kind'])

const rights = Object.entries(ownResources).map(([name, { doc, rights: some }]): [string, Schema] => [name, list(doc, { type: 'string', enum: [...some] })])

const ownAccess = object('Own access', 'What the caller may do in Gatehouse itself.', {
  userId: readOnly({ ...text('The person of the key; absent for the key of the setting GATEHOUSE_API_KEY.'), 'x-references': 'User' }),
  scopes: list('The scopes of the key: the outer limit.', text('A scope.')),
  rights: object('Rights', 'Rights by what they are on; what is absent is not allowed.', Object.fromEntries(rights)),
  delegations: list('The people to whom the caller is restricted; empty means everybody.', refTo('Delegation')),
}, ['scopes', 'rights', 'delegations'])

export const ownAccessComponents: Record<string, Schema> = { Delegation: delegation, OwnAccess: ownAccess }
