/** Routes of policies: those for passwords and those for signing in, which one counts for a person, and whether a password would do. */
import { randomUUID } from 'node:crypto'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { isObject, type Document } from '../model/attribute.ts'
import { policyKinds, type PolicyKind } from '../model/password-policy-records.ts'
import { typedPolicy, type PasswordPolicy } from '../model/password-policy.ts'
import { guardReach, may } from '../records/guard.ts'
import { checkUser } from '../signin/sessions.ts'
import { createPolicy, patchPolicy, removePolicy, replacePolicy, type Versioned } from '../signin/password-policies.ts'
import { judgeAll, passwordContext, policyOf, serviceWords, type PasswordContext } from '../signin/password-policy.ts'
import { findPolicy, policyListing, policyOfRow, readPolicy } from '../store/password-policies.ts'
import { listed } from './listing.ts'
import { guarded, urlOf, type Answer, type Call, type Route, type UnguardedRoute } from './route.ts'

const tag = 'Policies'
const shown = ({ document, version }: Versioned): Answer => ({ body: document, version })

function routesOf(kind: PolicyKind): UnguardedRoute[] {
  const { path, component, label } = kind
  const answer = { component }
  return [
    { method: 'GET', path, scope: 'read', tag, operation: `list${component}s`, summary: `Lists the policies of this sort (${label}).`, answer: { component, list: true },
      ...listed(policyListing(kind), { show: (rows) => rows.map((row) => policyOfRow(kind, row)) }) },
    { method: 'POST', path, scope: 'admin', tag, operation: `create${component}`, summary: `Makes a ${label}.`, body: answer, answer, status: 201,
      handle: async ({ ctx, body }) => {
        const made = await createPolicy(ctx, kind, body)
        return { ...shown(made), location: urlOf(ctx, path, made.document.id) }
      } },
    { method: 'GET', path: `${path}/:id`, scope: 'read', tag, operation: `read${component}`, summary: `Reads a ${label}.`, answer,
      handle: async ({ ctx, params }) => shown(await readPolicy(ctx.db, kind, params.id!)) },
    { method: 'PUT', path: `${path}/:id`, scope: 'admin', tag, operation: `replace${component}`, summary: `Replaces a ${label}; rules that are left out are off.`, body: answer, answer,
      handle: async ({ ctx, params, body, versions }) => shown(await replacePolicy(ctx, kind, params.id!, body, versions)) },
    { method: 'PATCH', path: `${path}/:id`, scope: 'admin', tag, operation: `patch${component}`, summary: `Changes a ${label} by JSON Merge Patch; a rule set to null is off.`, body: answer, answer,
      handle: async ({ ctx, params, body, versions }) => shown(await patchPolicy(ctx, kind, params.id!, body, versions)) },
    { method: 'DELETE', path: `${path}/:id`, scope: 'admin', tag, operation: `delete${component}`, summary: `Removes a ${label} that no organisation, group or role names.`, status: 204,
      handle: async ({ ctx, params, versions }) => {
        await removePolicy(ctx, kind, params.id!, versions)
        return {}
      } },
  ]
}

function shownPolicy({ composition, advisory, ...rest }: PasswordPolicy): Document {
  return { ...rest, rules: composition, advisory: [...advisory] }
}

interface Asked {
  password: string
  userId?: string
  policyId?: string
}

/** Errors: `invalid_body`, `invalid_value`; neither repeats the password. */
function readAsked(body: unknown): Asked {
  if (!isObject(body)) throw new GatehouseError('invalid_body', 'The body must be a JSON object.')
  const { password, userId, policyId, ...others } = body
  const problems = [
    ...(typeof password === 'string' ? [] : [{ path: 'password', message: 'must be a text' }]),
    ...Object.entries({ userId, policyId }).flatMap(([path, id]) => (id === undefined || (typeof id === 'string' && id.length <= 32) ? [] : [{ path, message: 'must be an id' }])),
    ...Object.keys(others).map((path) => ({ path, message: 'is not one of password, userId, policyId' })),
  ]
  if (problems.length > 0) throw new GatehouseError('invalid_value', `${problems[0]!.path}: ${problems[0]!.message}.`, { problems })
  return { password: password as string, userId: userId as string | undefined, policyId: policyId as string | undefined }
}

async function askedPolicy(ctx: Context, { userId, policyId }: Asked): Promise<PasswordPolicy> {
  // Nobody has the id of nobody: what applies to everyone.
  if (policyId === undefined) return policyOf(ctx.db, userId ?? randomUUID(), ctx.now())
  const found = await findPolicy(ctx.db, policyKinds.password, policyId)
  if (!found) throw new GatehouseError('not_found', `There is no password policy with the id ${policyId}.`)
  return typedPolicy(found, undefined)
}

/** The password a person has, and those they had, are left out: whoever may ask could otherwise guess them here. */
async function checkPassword({ ctx, body }: Call): Promise<Answer> {
  const asked = readAsked(body)
  const { userId } = asked
  if (userId !== undefined) await guardReach(ctx.db, ctx, [userId])
  if (userId !== undefined) await checkUser(ctx.db, userId)
  const policy = await askedPolicy(ctx, asked)
  const known = userId === undefined ? undefined : await passwordContext(ctx, ctx.db, userId, policy, null, ctx.now())
  // Nor may birthdates and numbers be guessed here by who may not read them.
  const seen = known && !may(ctx.authority, { resource: 'sensitive', right: 'READ' }) ? { ...known, others: serviceWords(ctx) } : known
  const context: PasswordContext = { ...(seen ?? { logins: [], names: [], others: serviceWords(ctx) }), current: null, history: [] }
  const { violations, advice } = await judgeAll(policy, asked.password, context)
  return { body: { acceptable: violations.length === 0, policy: { id: policy.id, name: policy.name }, violations, advice } }
}

export const passwordPolicyRoutes: readonly Route[] = [
  ...guarded('policies', [policyKinds.password, policyKinds.signIn].flatMap(routesOf), 'free'),
  ...guarded('policies', [
    { method: 'POST', path: '/password-policies/check', scope: 'read', needs: [{ resource: 'policies', right: 'READ' }, { resource: 'people', right: 'READ' }], reach: 'query', tag, unversioned: true, secretBody: true,
      operation: 'checkPassword', summary: 'Tells whether a password would do, for a person or under a policy. Nothing of it is kept; passwords the person has or had are not looked at.',
      body: { component: 'PasswordCheck' }, answer: { component: 'PasswordVerdict' }, handle: checkPassword },
    { method: 'GET', path: '/users/:id/password-policy', scope: 'read', needs: [{ resource: 'policies', right: 'READ' }, { resource: 'people', right: 'READ' }], tag,
      operation: 'readPasswordPolicyOfUser', summary: 'Tells which policy counts for a person, by scope and priority.', answer: { component: 'EffectivePasswordPolicy' },
      handle: async ({ ctx, params }) => {
        await checkUser(ctx.db, params.id!)
        return { body: shownPolicy(await policyOf(ctx.db, params.id!, ctx.now())) }
      } },
  ]),
]
