/** Everything that OAuth and OpenID Connect need, in a scope of its own: forms are taken here and nowhere else. */
import type { FastifyInstance } from 'fastify'
import type { Org } from '../state.ts'
import { authorizeRoutes } from './authorize.ts'
import { addFormParser } from './form.ts'
import { logoutRoutes } from './logout.ts'
import { signInPageRoutes } from './sign-in-page.ts'
import { tokenRoutes } from './token-endpoint.ts'
import { tokenUseRoutes } from './token-use.ts'

/** Registers them on `app`. */
export function oauthRoutes(app: FastifyInstance, org: Org): void {
  void app.register(async (scope) => {
    addFormParser(scope)
    for (const register of [signInPageRoutes, authorizeRoutes, tokenRoutes, tokenUseRoutes, logoutRoutes]) register(scope, org)
  })
}
