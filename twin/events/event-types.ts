/**
 * The events this double writes into its System Log: display message, and whether an event hook may ask for them
 * (Okta's catalogue marks some as not eligible).
 */
export const eventTypes = {
  'user.lifecycle.create': ['Create Okta user', true],
  'user.lifecycle.activate': ['Activate Okta user', true],
  'user.lifecycle.deactivate': ['Deactivate Okta user', true],
  'user.lifecycle.suspend': ['Suspend Okta user', true],
  'user.lifecycle.unsuspend': ['Unsuspend Okta user', true],
  'user.lifecycle.reactivate': ['Reactivate Okta user', true],
  'user.lifecycle.delete.initiated': ['Delete Okta user initiated', true],
  'user.lifecycle.delete.completed': ['Delete Okta user completed', false],
  'user.account.update_profile': ['Update user profile for Okta', true],
  'user.account.update_primary_email': ['User primary email updated', false],
  'user.account.update_password': ['User update password for Okta', true],
  'user.account.reset_password': ['Fired when the user\'s Okta password is reset', true],
  'user.account.expire_password': ['Expire user password for Okta', false],
  'user.account.lock': ['Max sign in attempts exceeded', true],
  'user.account.unlock': ['User account unlock', true],
  'user.account.unlock_by_admin': ['Unlock user account for Okta', true],
  'user.session.start': ['User login to Okta', true],
  'user.session.end': ['User logout from Okta', true],
  'user.session.clear': ['Clear user session', true],
  'user.authentication.sso': ['User single sign on to app', true],
  'user.import.password': ['User password import', true],
  'group.lifecycle.create': ['Create Okta group', true],
  'group.lifecycle.delete': ['Delete Okta group', true],
  'group.profile.update': ['Okta group profile update', true],
  'group.user_membership.add': ['Add user to group membership', true],
  'group.user_membership.remove': ['Remove user from group membership', true],
  'group.application_assignment.add': ['Add group to application assignment', true],
  'group.application_assignment.remove': ['Remove group from application assignment', true],
  'application.user_membership.add': ['Add user to application membership', true],
  'application.user_membership.remove': ['Remove user\'s application membership', true],
  'application.user_membership.update': ['Update user\'s application membership', true],
  'application.lifecycle.create': ['Create application', true],
  'application.lifecycle.update': ['Update application', true],
  'application.lifecycle.activate': ['Activate application', true],
  'application.lifecycle.deactivate': ['Deactivate application', true],
  'application.lifecycle.delete': ['Delete application', true],
  'app.oauth2.token.grant': ['OAuth2 token request', false],
  'app.oauth2.token.revoke': ['OAuth2 token revocation request', false],
  'event_hook.created': ['Event hook created', false],
  'event_hook.updated': ['Event hook updated', false],
  'event_hook.activated': ['Event hook activated', false],
  'event_hook.deactivated': ['Event hook deactivated', false],
  'event_hook.deleted': ['Event hook deleted', false],
  'event_hook.verified': ['Event hook verified', false],
  'event_hook.delivery': ['Event hook delivery', false],
  'inline_hook.executed': ['Inline hook executed', false],
  'system.org.rate_limit.warning': ['Rate limit warning', true],
  'system.org.rate_limit.violation': ['Rate limit violation', true],
  'core.concurrency.org.limit.violation': ['Concurrency limit violation', true],
} as const satisfies Record<string, readonly [string, boolean]>

export type EventType = keyof typeof eventTypes

/** Whether a hook may name this type; of types the double does not write itself the catalogue's shape decides. */
export function mayBeHooked(type: string): boolean {
  if (Object.hasOwn(eventTypes, type)) return eventTypes[type as EventType][1]
  return /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/.test(type)
}
