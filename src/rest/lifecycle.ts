/** Routes of the lifecycle operations: POST /users/{id}/activate and its sisters. */
import { operate } from '../directory/lifecycle.ts'
import { needOf, operations, rules } from '../model/lifecycle.ts'
import { selectionOf } from '../model/project.ts'
import { user } from '../model/user.ts'
import { shown } from './records.ts'
import { guarded, type Route } from './route.ts'

export const lifecycleRoutes: readonly Route[] = guarded('people', operations.map((operation) => ({
  method: 'POST',
  path: `/users/:id/${operation}`,
  scope: 'write',
  needs: [needOf(operation)],
  tag: 'Lifecycle',
  operation: `${operation}User`,
  summary: rules[operation].doc,
  body: { component: 'Operation' },
  bodyRequired: false,
  answer: { component: 'User' },
  handle: async ({ ctx, params, body, versions }) => shown(ctx, user, await operate(ctx, params.id!, operation, body, versions), selectionOf(user, undefined)),
})))
