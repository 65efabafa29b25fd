/** Routes of the lifecycle operations: POST /users/{id}/activate and its sisters. */
import { operate } from '../directory/lifecycle.ts'
import { operations, rules } from '../model/lifecycle.ts'
import { selectionOf } from '../model/project.ts'
import { user } from '../model/user.ts'
import { shown } from './records.ts'
import type { Route } from './route.ts'

export const lifecycleRoutes: readonly Route[] = operations.map((operation) => ({
  method: 'POST',
  path: `/users/:id/${operation}`,
  scope: 'write',
  tag: 'Lifecycle',
  operation: `${operation}User`,
  summary: rules[operation].doc,
  body: { component: 'Operation' },
  bodyRequired: false,
  answer: { component: 'User' },
  handle: async ({ ctx, params, body, versions }) => shown(ctx, user, await operate(ctx, params.id!, operation, body, versions), selectionOf(user, undefined)),
}))
