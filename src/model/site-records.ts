/**
 * The sites people sign in to, and the usage policies they are asked to accept there: CONTENT_PROVIDER, IT_POLICY and
 * IT_POLICY_VERSION as documents of the API.
 */
import { dateTime, flag, identifier, readOnly, reference, text, type Collection } from './attribute.ts'

const standalone = { segment: '', parentColumn: '', returned: 'default', onePrimary: false, limit: 0 } as const
const madeId = (column: string) => identifier('id', column, 'Id', 'Made by the server.', { ...readOnly, returned: 'always', sortable: true })

export const contentProvider: Collection = {
  ...standalone,
  path: 'contentProvider',
  label: 'site',
  table: 'content_provider',
  idColumn: 'content_provider_id',
  doc: 'A site that people sign in to by this server.',
  attributes: [
    madeId('content_provider_id'),
    text('name', 'content_provider_name', 100, 'Name', 'What people call it; one of a kind.', { required: true, sortable: true, byLetters: true, form: 'name' }),
    text('domainPattern', 'domain_pattern', 100, 'Host names', 'The host names that belong to it; * stands for any part.', { required: true }),
    flag('isSsl', 'is_ssl', 'https', 'True for https only, false for http only; absent means both.'),
    flag('isPublic', 'is_public', 'Public', 'True when it may be opened without signing in.', { default: false }),
    reference('minAuthLevel', 'min_auth_level', 'AuthLevel', 'Least sign-in', 'How strongly one must have signed in to use it.'),
    text('themeId', 'ui_theme_id', 32, 'Theme', 'How its pages look.', { caseExact: true }),
    text('locale', 'locale', 35, 'Language', 'The language of its pages for who has chosen none, as in BCP 47.', { caseExact: true }),
    reference('resourceId', 'resource_id', 'Resource', 'Resource', 'The resource whose holders may use the site.'),
    reference('managedSystem', 'managed_sys_id', 'ManagedSystem', 'Managed system', 'The system whose accounts sign in there.'),
    flag('showOnAppPage', 'show_on_app_page', 'Shown', 'True when it appears among a person\'s applications.', { default: true }),
    text('loginUrl', 'login_url', 300, 'Sign-in page', 'Where its own sign-in page is.', { caseExact: true, form: 'address' }),
  ],
}

export const itPolicy: Collection = {
  ...standalone,
  path: 'itPolicy',
  label: 'usage policy',
  table: 'it_policy',
  idColumn: 'it_policy_id',
  doc: 'A usage policy that people must accept.',
  attributes: [
    madeId('it_policy_id'),
    text('approveType', 'approve_type', 20, 'Accepted', 'ONCE, or ANNUALLY when it must be accepted again after 365 days.', { canonical: ['ONCE', 'ANNUALLY'], default: 'ONCE' }),
    flag('active', 'active', 'In force', 'True while it is asked for.', { default: false }),
    text('confirmation', 'confirmation', 255, 'Confirmation', 'What the person confirms by clicking.'),
    dateTime('inForceSince', 'create_date', 'In force since', 'When it was put into force; acceptance before that does not count.', readOnly),
    dateTime('changed', 'update_date', 'Changed', 'When it was last changed.', readOnly),
  ],
}

export const itPolicyVersion: Collection = {
  ...standalone,
  path: 'itPolicyVersion',
  label: 'version of a usage policy',
  table: 'it_policy_version',
  idColumn: 'version_id',
  doc: 'A text of a usage policy; once somebody has decided on it, it stays as it is.',
  attributes: [
    madeId('version_id'),
    reference('policyId', 'it_policy_id', 'ItPolicy', 'Policy', 'The policy.', { required: true, mutability: 'immutable' }),
    text('name', 'name', 128, 'Name', 'What the version is called, one of a kind in its policy.', { required: true, sortable: true, byLetters: true, form: 'name' }),
    text('content', 'content', 100_000, 'Text', 'Its text.', { required: true, caseExact: true }),
    reference('contentProviderId', 'content_provider_id', 'ContentProvider', 'Site', 'The site it is asked for on; absent means all.', { mutability: 'immutable' }),
    flag('active', 'active', 'Asked for', 'True for the one that is asked for now; setting it takes the place of the one before.', { default: false }),
    dateTime('created', 'create_date', 'Made', 'When it was made.', readOnly),
  ],
}

/** The patterns, in small letters, that a host belongs to; one without a port means any. What is no host belongs to `*` alone. */
export function patternsOf(host: string): string[] {
  if (host.length > 255) return ['*']
  const whole = host.toLowerCase()
  const names = [...new Set([whole, whole.replace(/:\d+$/, '')])]
  return ['*', ...names, ...names.flatMap((name) => [...name.matchAll(/\./g)].map(({ index }) => `*${name.slice(index)}`))]
}
