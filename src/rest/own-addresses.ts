/** Routes of one's own e-mail addresses: showing that one is one's own. Which there are stands in /me. */
import { entryOf } from '../directory/entries.ts'
import { readUser } from '../directory/users.ts'
import { emails } from '../model/contacts.ts'
import { projectEntry } from '../model/project.ts'
import { user } from '../model/user.ts'
import { proveAddress, sendAddressCode } from '../signin/own-addresses.ts'
import type { MasterKey } from '../store/master-key.ts'
import { entryComponent } from './openapi-attributes.ts'
import type { Answer, Call, Route } from './route.ts'
import { moved, textsOf } from './sign-in.ts'

const base = { tag: 'My account', scope: 'write', needs: [], reach: 'free', caller: 'signed-in', unversioned: true } as const

async function prove(masterKey: MasterKey, { ctx, params, body, session, visit }: Call): Promise<Answer> {
  const { userId } = session!
  const { cookies } = await moved(ctx, await proveAddress(ctx, masterKey, session!, params.emailId!, textsOf(body, { code: 40 }).code, visit))
  const entry = entryOf(await readUser(ctx.db, userId, [emails.path]), emails, params.emailId!)
  return { body: projectEntry(emails.attributes, entry, emails.path, undefined), ...(cookies ? { cookies } : {}) }
}

export function ownAddressRoutes(masterKey: MasterKey): Route[] {
  return [
    { ...base, method: 'POST', path: '/me/emails/:emailId/code', operation: 'sendAddressCode', summary: 'Sends a code to one of one\'s e-mail addresses that is in use and not proved; it works once, in this session, for ten minutes. Needs a fresh proof.', status: 202,
      handle: async ({ ctx, params, session }) => {
        await sendAddressCode(ctx, masterKey, session!, params.emailId!)
        return {}
      } },
    { ...base, method: 'POST', path: '/me/emails/:emailId/confirm', operation: 'proveMyAddress', secretBody: true, summary: 'Proves one\'s e-mail address by the code that went there: notices about the security of the account go to it too from now on. Needs a fresh proof.', body: { component: 'FactorCode' }, answer: { component: entryComponent(user, emails) },
      handle: (call) => prove(masterKey, call) },
  ]
}
