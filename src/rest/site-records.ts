/** Routes of sites and usage policies, of what people decided on these, and of who has not. */
import type { SmallRecord, SmallVerbs } from '../records/small-records.ts'
import { policies, policyVersions, questionGroups, questions, sites } from '../signin/site-records.ts'
import { checkUser } from '../signin/sessions.ts'
import { itPolicyVersion } from '../model/site-records.ts'
import { decisionListing, undecidedAt, undecidedListing } from '../store/it-policies.ts'
import type { Listing } from '../store/list-rows.ts'
import { reachSql } from '../store/reach.ts'
import { readSiteRecord, siteListings } from '../store/site-records.ts'
import { listed } from './listing.ts'
import { guarded, urlOf, type Answer, type Route, type UnguardedRoute } from './route.ts'

interface Place {
  verbs: SmallVerbs
  listing: Listing
  path: string
  one: string
  many: string
  removable: string
}

const places: readonly Place[] = [
  { verbs: sites, listing: siteListings.contentProvider, path: '/content-providers', one: 'a site', many: 'the sites that people sign in to', removable: 'with nothing that belongs to it alone' },
  { verbs: policies, listing: siteListings.itPolicy, path: '/it-policies', one: 'a usage policy', many: 'usage policies', removable: 'that has no versions' },
  { verbs: policyVersions, listing: siteListings.itPolicyVersion, path: '/it-policy-versions', one: 'a version of a usage policy', many: 'versions of usage policies', removable: 'that nobody has decided on' },
  { verbs: questionGroups, listing: siteListings.questionGroup, path: '/question-groups', one: 'a group of security questions', many: 'groups of security questions', removable: 'that has no questions' },
  { verbs: questions, listing: siteListings.securityQuestion, path: '/security-questions', one: 'a security question', many: 'security questions', removable: 'that nobody has answered' },
]

const tag = 'Sites and policies'
const writes = { scope: 'admin', needs: [{ resource: 'system', right: 'UPDATE' }] } as const
const reads = { scope: 'read', needs: [{ resource: 'system', right: 'READ' }] } as const

function routesOf({ verbs, listing, path, one, many, removable }: Place): UnguardedRoute[] {
  const { name } = verbs
  const shape = { component: name }
  const shown = ({ document, version }: SmallRecord): Answer => ({ body: document, version })
  return [
    { ...reads, tag, method: 'GET', path, operation: `list${name}s`, summary: `Lists ${many}.`, answer: { ...shape, list: true }, ...listed(listing) },
    { ...writes, tag, method: 'POST', path, operation: `create${name}`, summary: `Makes ${one}.`, body: shape, answer: shape, status: 201,
      handle: async ({ ctx, body }) => {
        const made = await verbs.create(ctx, body)
        return { ...shown(made), location: urlOf(ctx, path, made.document.id) }
      } },
    { ...reads, tag, method: 'GET', path: `${path}/:id`, operation: `read${name}`, summary: `Reads ${one}.`, answer: shape,
      handle: async ({ ctx, params }) => shown(await verbs.read(ctx.db, params.id!)) },
    { ...writes, tag, method: 'PUT', path: `${path}/:id`, operation: `replace${name}`, summary: `Replaces ${one}.`, body: shape, answer: shape,
      handle: async ({ ctx, params, body, versions }) => shown(await verbs.replace(ctx, params.id!, body, versions)) },
    { ...writes, tag, method: 'PATCH', path: `${path}/:id`, operation: `patch${name}`, summary: `Changes ${one} by JSON Merge Patch.`, body: shape, answer: shape,
      handle: async ({ ctx, params, body, versions }) => shown(await verbs.patch(ctx, params.id!, body, versions)) },
    { ...writes, tag, method: 'DELETE', path: `${path}/:id`, operation: `delete${name}`, summary: `Removes ${one} ${removable}.`, status: 204,
      handle: async ({ ctx, params, versions }) => {
        await verbs.remove(ctx, params.id!, versions)
        return {}
      } },
  ]
}

export const siteRoutes: readonly Route[] = [
  ...guarded('system', places.flatMap(routesOf), 'free'),
  ...guarded('people', [
    { tag, scope: 'read', method: 'GET', path: '/it-policy-versions/:id/undecided', needs: [{ resource: 'people', right: 'READ' }, { resource: 'system', right: 'READ' }], operation: 'listUndecidedPeople',
      summary: 'Lists people who may sign in and have not accepted a version, or not again in its time.', answer: { component: 'UndecidedPerson', list: true }, reach: 'query',
      ...listed(undecidedListing, {
        where: async ({ ctx, params }) => {
          await readSiteRecord(ctx.db, itPolicyVersion, params.id!)
          return { version_id: params.id }
        },
        scope: ({ authority, now }) => (first) => {
          const due = undecidedAt(now())(first)
          if (!authority?.reach) return due
          const within = reachSql(authority.reach, 't.user_id', first + due.params.length)
          return { sql: `${due.sql} and (${within.sql})`, params: [...due.params, ...within.params] }
        },
      }) },
    { tag, scope: 'read', method: 'GET', path: '/users/:id/it-policies', operation: 'listUserPolicyDecisions', summary: 'Lists what a person decided on usage policies, the newest first.', answer: { component: 'PolicyDecision', list: true },
      ...listed(decisionListing, {
        where: async ({ ctx, params }) => {
          await checkUser(ctx.db, params.id!)
          return { user_id: params.id }
        },
      }) },
  ]),
]
