/**
 * Who asks may do what: the one place where doors decide it. A key's scopes are the outer limit (a session has them all,
 * once its sign-in has come to its end), the rights of its person the inner one, and their reach says about whom. Rights are found by the same walk as any access, along with the
 * key, at every request: nothing is kept, so that what is taken from somebody is gone at the next one.
 *
 *     key ─▶ scope of the route? ─▶ rights it needs? ─▶ person in its path within reach? ─▶ the verb ─▶ the database's guard
 */
import type { Authority, Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { Need } from '../model/own-access.ts'
import { givenRights, guardReach, refuseUnless } from '../records/guard.ts'
import type { SessionRow } from '../store/sessions.ts'
import type { Scope } from './api-keys.ts'

/** How a route keeps to the people whom somebody restricted may administer. */
export type ReachRule =
  /** It is about the one person in its path; others are answered as if they were not there. */
  | 'path'
  /** Its handler narrows down what it reads and writes. */
  | 'query'
  /** It tells nothing of people. */
  | 'free'

/** Who may call a route that is about nobody but the caller. */
export type Caller =
  /** Whoever comes: it is about signing in. */
  | 'everyone'
  /** Somebody with a session, also while their sign-in has steps before it. */
  | 'signing-in'
  /** Somebody who is signed in, whatever their rights. */
  | 'signed-in'

/** What a route asks of whoever calls it. */
export interface Guarded {
  /** Absent: those who have its rights, by key or session. */
  caller?: Caller
  scope: Scope
  /** All of these; none means that any key or session will do. With a caller none are asked, nor is the scope. */
  needs: readonly Need[]
  /** Absent: closed to those who are restricted. */
  reach?: ReachRule
}

/** Errors: `forbidden`, saying what is missing; `sign_in_incomplete`. */
export function authorize(caller: { scopes: readonly Scope[]; authority: Authority; session?: Pick<SessionRow, 'nextStep'> }, route: Guarded): void {
  const step = caller.session?.nextStep
  if (typeof step === 'string' && route.caller !== 'signing-in') {
    throw new GatehouseError('sign_in_incomplete', `The next step of this sign-in is ${step}; until it is done, the session can only do that or sign out.`)
  }
  if (route.caller !== undefined) {
    if (!caller.session) throw new GatehouseError('forbidden', 'This is for people who are signed in with a session; a key cannot do it.')
    return
  }
  if (!caller.scopes.includes(route.scope)) {
    throw new GatehouseError('forbidden', `This needs a key with the scope ${route.scope}; the key has ${caller.scopes.join(', ')}.`)
  }
  refuseUnless(caller.authority, route.needs)
  if (caller.authority.reach && route.reach === undefined) {
    throw new GatehouseError('forbidden', 'Whoever asks may administer some people only, and this concerns more than those.')
  }
}

/** Errors: `not_found` when the route is about one person and they are not within the caller's reach. */
export async function keepWithinReach(ctx: Context, { reach }: Guarded, person: string | undefined): Promise<void> {
  if (reach === 'path' && person !== undefined) await guardReach(ctx.db, ctx, [person])
}

/** The context in which a caller's verbs work: they know the authority, and so does the database, about what may be given. */
export function actingContext(ctx: Omit<Context, 'authority'>, authority: Authority): Context {
  const given = givenRights(authority)
  return { ...ctx, authority, db: given === undefined ? ctx.db : ctx.db.withActorRights(given) }
}
