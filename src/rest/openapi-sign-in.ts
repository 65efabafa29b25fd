/** Schemas of signing in, of sessions, and of what people see of themselves. */
import { sessionAttributes } from '../model/listings.ts'
import { changeReasons } from '../model/password-state.ts'
import { stepNames } from '../model/session.ts'
import { objectSchema, refTo, type Schema } from './openapi-attributes.ts'
import { factorComponents } from './openapi-factors.ts'
import { flag, instant, integer, list, object, readOnly, text } from './openapi-words.ts'

/** A password as it is sent, never as it is kept. */
const password = (description: string): Schema => ({ ...text(description, 1024), minLength: 1, format: 'password', writeOnly: true })

/** Where and how a person is signed in. */
export function sessionSchema(): Schema {
  const { properties, ...rest } = objectSchema(sessionAttributes)
  const current = readOnly(flag('True for the session that asks; only under /me.'))
  return { title: 'Session', description: 'Where and how a person is signed in.', ...rest, properties: { ...properties, current } }
}

const anything = (description: string): Schema => ({ description })

export const signInComponents: Record<string, Schema> = {
  SignIn: object('Sign-in', 'A user name and its password.', {
    userName: { ...text('The user name; capitals and small letters are the same.', 220), minLength: 1 },
    password: password('The password.'),
    site: text('The site one signs in for, beside that of this address, which always counts: its usage policies are asked for, and the level it wants at least.', 32),
  }, ['userName', 'password']),
  SiteChoice: object('Site to go on to', 'A site that somebody who is signed in goes on to.', { site: text('The site; absent for what belongs to none.', 32) }),
  PolicyAnswer: object('Answer to a usage policy', 'Whether a person accepts a version that is shown to them.', { policy: text('The id of the version.', 32), accepted: flag('False signs them out.') }, ['policy', 'accepted']),
  ...factorComponents,
  PasswordChange: object('Password change', 'A new password, and the one it replaces.', {
    current: password('The password so far.'),
    next: password('The new one.'),
  }, ['current', 'next']),
  PasswordRules: object('Rules for a password', 'What is told of them before one is chosen.', { passwordLength: integer('The characters that a new password must have at least.') }, ['passwordLength']),
  SignInState: object('State of a sign-in', 'Where a sign-in stands. Until `next` is done, the session can only go on or sign out.', {
    next: { ...text('What comes next; `done` when the person is in.'), enum: [...stepNames, 'done', 'signed_out'] },
    level: { type: 'number', description: 'How strongly the person has signed in: 1 a password, 1.5 with a code by SMS, 2 with a second factor, 3 with a passkey.' },
    userId: text('Who it is.', 32),
    userName: text('Their user name; until they are in.', 320),
    started: instant('When the session began.'),
    expires: instant('When it ends, however much it is used.'),
    factors: list('For the step `factor`: the ways that are open.', object('Way', 'A factor that may be proved.', { id: text('Its id.', 32), type: text('Its kind.', 20), name: text('Its name.', 60), hint: text('The end of the number.', 10), credentialId: text('Of a passkey: what the browser calls it.', 1400) }, ['id', 'type', 'name'])),
    policies: list('For the step `accept_policy`: what has to be accepted.', object('Policy to accept', 'A version of a usage policy.', { id: text('The id of the version.', 32), name: text('Its name.', 128), content: text('Its text.', 100_000), confirmation: text('What is confirmed.', 255) }, ['id', 'name', 'content'])),
    reason: { ...text('For the step `change_password`: why. `temporary`: somebody else set the password; `expired`: it is too old; `demanded`: others may know it, or only its beginning was kept where it came from.'), enum: [...changeReasons] },
    passwordLength: { type: 'integer', description: 'For the step `change_password`: the characters that the new one must have at least.' },
    passwordExpires: instant('When the password expires, or did; only when it is time to change it.'),
    newDevice: flag('True when the device is new for the person; in the answer to a sign-in.'),
    newNetwork: flag('True when the network is new for the person; in the answer to a sign-in.'),
  }, ['next', 'level', 'userId', 'started', 'expires']),
  SignInEvent: object('What an attempt came to', 'An attempt to sign in or to recover, or a lock, of a person.', {
    at: instant('When.'),
    action: text('What it was: `user.sign-in`, `user.lock`, `user.recovery.send` and the like, as in the audit.', 60),
    result: text('What it came to; of a sign-in the true reason, which the one who asked may not have been told: `SUCCESS`, `INVALID_PASSWORD`, `LOGIN_LOCKED` and so on.', 60),
    code: { type: 'integer', description: 'The code of a sign-in, the step that it waits at among them.' },
    recovery: text('What was sent, of a recovery.', 60),
    ip: text('The address it came from.', 60),
  }, ['at', 'action', 'result']),
  OwnExport: object('Everything about oneself', 'All that is kept about whoever is signed in, but hashes, tokens and other secrets, and what is forgotten within minutes.', {
    exported: instant('When it was put together.'),
    person: refTo('User'),
    sessions: list('Where one is signed in.', refTo('Session')),
    factors: list('One\'s factors, without what is secret of them.', refTo('Factor')),
    devices: list('Browsers that are not asked for a second factor for a while.', refTo('RememberedDevice')),
    securityQuestions: list('Security questions that one has answered, without the answers.', refTo('AnsweredQuestion')),
    consents: list('What one has allowed applications.', refTo('Consent')),
    policyDecisions: list('Usage policies accepted and declined, the newest first.', refTo('PolicyDecision')),
    signInPlaces: list('Devices and networks that one is known to come from: when each was last seen, and nothing by which it is known.', anything('A DEVICE or a NETWORK.')),
    access: list('What one has in force.', anything('A group, role, organisation or resource.')),
    memberships: list('What one was given: as it stands, past and future periods too; then what stood before, the oldest first, with `recordedTo`.', anything('A group, role, organisation or resource, the period and the rights.')),
    statuses: list('How one stood before, the oldest first.', anything('A status, and until when it was so.')),
    delegations: list('Whom one may administer, where that is restricted.', refTo('Delegation')),
    clients: list('OpenID clients that act as oneself, without their secrets.', refTo('Client')),
    portals: list('Portals that one belongs to, with the account in Okta.', anything('A portal by its number, and the link to the account.')),
    portalAdministration: list('One\'s account as an administrator of portals; one at most.', refTo('EfsAdmin')),
    accountRemovals: list('Accounts in Okta that are being taken from one.', anything('The account, and since when.')),
    plans: list('Steps about oneself of plans (imports, bulk operations, syncs) that were applied. What they did is in eventsAboutMe; what others would do is whose plan it is to tell.', anything('The plan, its kind, what the step does and what came of it.')),
    messages: list('Mail and SMS to oneself, the newest first, without the links and codes.', anything('A message, with what was put into it.')),
    namedIn: list('Records that name one, by their ids.', anything('As what one is named, and in which record.')),
    eventsAboutMe: list('What was done to one\'s record.', refTo('AuditEvent')),
    eventsByMe: list('What one did.', refTo('AuditEvent')),
  }, ['exported', 'person']),
}
