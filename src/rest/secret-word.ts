/** The route by which the help desk checks a spoken word. */
import { verifySecretWord } from '../directory/secret-word.ts'
import { GatehouseError } from '../errors.ts'
import { isObject } from '../model/attribute.ts'
import { guarded, type Route } from './route.ts'

export const secretWordRoutes: readonly Route[] = guarded('people', [
  { method: 'POST', path: '/users/:id/verify-secret-word', scope: 'write', needs: [{ resource: 'people', right: 'RESET' }], tag: 'People', unversioned: true, secretBody: true, operation: 'verifySecretWord',
    summary: 'Says whether somebody on the phone knows the person\'s secret word; after five wrong ones in a row only a new word opens it.', body: { component: 'SecretWord' }, answer: { component: 'SecretWordAnswer' },
    handle: async ({ ctx, params, body }) => {
      const word = isObject(body) && Object.keys(body).length === 1 ? body.secretWord : undefined
      if (typeof word !== 'string' || word.trim() === '' || word.length > 255) throw new GatehouseError('invalid_value', 'secretWord: must be a text of 1 to 255 characters, and nothing else be there.')
      return { body: await verifySecretWord(ctx, params.id!, word) }
    } },
])
