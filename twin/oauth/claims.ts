/** What is said of a person, by scope: few claims in an ID token that comes with an access token, all at userinfo. */
import type { OktaUser, Org } from '../state.ts'

type Claims = Record<string, unknown>

export function profileClaims(org: Org, user: OktaUser, scopes: readonly string[], all: boolean): Claims {
  const { profile } = user
  const claims: Claims = {}
  if (scopes.includes('profile')) {
    const name = [profile['firstName'], profile['lastName']].filter(Boolean).join(' ')
    Object.assign(claims, { name, preferred_username: profile['login'] }, all ? moreOf(user) : {})
  }
  if (scopes.includes('email')) Object.assign(claims, { email: profile['email'], email_verified: true })
  if (scopes.includes('phone') && all) Object.assign(claims, { phone_number: profile['primaryPhone'] })
  if (scopes.includes('address') && all) Object.assign(claims, { address: addressOf(profile) })
  if (scopes.includes('groups')) claims['groups'] = groupNames(org, user)
  return claims
}

function moreOf({ profile, lastUpdated }: OktaUser): Claims {
  return {
    given_name: profile['firstName'], family_name: profile['lastName'], middle_name: profile['middleName'], nickname: profile['nickName'],
    profile: profile['profileUrl'], locale: profile['locale'] ?? 'en_US', zoneinfo: profile['timezone'] ?? 'America/Los_Angeles',
    updated_at: Math.floor(Date.parse(lastUpdated) / 1000),
  }
}

function addressOf(profile: OktaUser['profile']): Claims {
  return { street_address: profile['streetAddress'], locality: profile['city'], region: profile['state'], postal_code: profile['zipCode'], country: profile['countryCode'] }
}

function groupNames(org: Org, user: OktaUser): string[] {
  return [org.everyone, ...(org.memberships.get(user.id) ?? [])].map((id) => org.groups.get(id)!.profile.name)
}
