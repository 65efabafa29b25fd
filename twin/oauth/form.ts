/** Bodies of OAuth requests: forms, each parameter once. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { OAuthError } from './oauth-error.ts'

export type Form = Readonly<Record<string, string | undefined>>

const formType = 'application/x-www-form-urlencoded'

/** Lets the routes of this scope take forms. */
export function addFormParser(app: FastifyInstance): void {
  app.addContentTypeParser(formType, { parseAs: 'string' }, (_, text, done) => {
    const parameters = new URLSearchParams(String(text))
    const form = Object.fromEntries(parameters)
    if (Object.keys(form).length !== parameters.size) done(new OAuthError('invalid_request', 'A parameter is given twice.'))
    else done(null, form)
  })
}

/** The form of a body; empty where there is none, refused when it is anything else. */
export function readForm(request: FastifyRequest): Form {
  if (request.body === undefined || request.body === null) return {}
  if (!request.headers['content-type']?.startsWith(formType)) throw new OAuthError('invalid_request', `The body has to be ${formType}.`)
  return request.body as Form
}

/** The parameters of a query, each once. */
export function readQuery(request: FastifyRequest): Form {
  const query = request.query as Record<string, string | string[] | undefined>
  if (Object.values(query).some((value) => Array.isArray(value))) throw new OAuthError('invalid_request', 'A parameter is given twice.')
  return query as Form
}
