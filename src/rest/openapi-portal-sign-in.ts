/** Schemas of signing in to portals through Okta, and of Okta's password hook. */
import type { Schema } from './openapi-attributes.ts'
import { flag, instant, integer, object, text } from './openapi-words.ts'

const secret: Schema = { ...text('The secret that Okta shows for the client, 8 to 512 ASCII characters.', 512), minLength: 1, format: 'password', writeOnly: true }

export const portalSignInComponents: Record<string, Schema> = {
  PortalSessionState: object('Session at a portal', 'Where a session stands that was begun by signing in to a portal through Okta.', {
    portalId: integer('The portal.'),
    userId: text('The person.', 32),
    started: instant('When the session began.'),
    expires: instant('When it ends, however much it is used.'),
    tokensExpire: instant('When Okta\'s access token ends.'),
    refreshable: flag('Whether it can be exchanged for a new one.'),
  }, ['portalId', 'userId', 'started', 'expires', 'tokensExpire', 'refreshable']),
  PortalSignedOut: object('Signed out of a portal', 'Where to go next, if anywhere.', { redirectTo: { ...text('The address at Okta that ends the session there.'), format: 'uri' } }),
  PortalSecret: object('Client secret', 'What the portal\'s client shows Okta.', { secret }, ['secret']),
  PortalSecretState: object('State of a client secret', 'Whether there is one.', { set: flag('Whether a secret is kept.'), created: instant('When it was set.') }, ['set']),
  OktaPasswordHook: object('Password import hook', 'What Okta\'s password import hook asks; what is not named here is passed over.', {
    eventType: { const: 'com.okta.user.credential.password.import', type: 'string', description: 'The kind of hook.' },
    data: object('Data', 'The question.', {
      context: object('Context', 'Of the sign-in at Okta.', { request: object('Request', 'The request that Okta got.', { ipAddress: text('Where the person is.', 60) }) }),
      credential: object('Credential', 'What the person typed.', { username: { ...text('The login.', 220), minLength: 1 }, password: { ...text('The password.', 1024), minLength: 1, format: 'password', writeOnly: true } }, ['username', 'password']),
    }, ['credential']),
  }, ['eventType', 'data']),
  OktaPasswordVerdict: object('Verdict', 'Okta\'s words for yes and no.', {
    commands: { type: 'array', description: 'One command.', items: object('Command', 'What Okta is to do.', {
      type: { const: 'com.okta.action.update', type: 'string', description: 'The kind of command.' },
      value: object('Value', 'With what.', { credential: { ...text('Whether the password is the right one.'), enum: ['VERIFIED', 'UNVERIFIED'] } }, ['credential']),
    }, ['type', 'value']) },
  }, ['commands']),
}
