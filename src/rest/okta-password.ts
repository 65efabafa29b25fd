/** The password import hook that Okta calls: is this the password of that person? Off unless OKTA_PASSWORD_HOOK_SECRET is set. */
import { GatehouseError } from '../errors.ts'
import { isObject } from '../model/attribute.ts'
import { isFromOkta, judgeForOkta, type HookQuestion } from '../signin/okta-password.ts'
import { failureLimiter } from './limits.ts'
import type { Answer, Call, Route } from './route.ts'

const hookType = 'com.okta.user.credential.password.import'
const longest = { username: 220, password: 1024 }

/** Okta's own words (inline hooks, password import): a command that verifies the credential or does not. */
const verdict = (good: boolean) => ({ commands: [{ type: 'com.okta.action.update', value: { credential: good ? 'VERIFIED' : 'UNVERIFIED' } }] })

/** Errors: `invalid_body`, without anything of what it holds. */
function questionOf(body: unknown): HookQuestion {
  const wrong = () => new GatehouseError('invalid_body', `The body must be that of Okta's password import hook (${hookType}).`)
  const at = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined)
  const data = at(body, 'data')
  const [username, password] = [at(at(data, 'credential'), 'username'), at(at(data, 'credential'), 'password')]
  const isText = (value: unknown, most: number): value is string => typeof value === 'string' && value !== '' && value.length <= most && !value.includes('\0') && value.isWellFormed()
  if (at(body, 'eventType') !== hookType || !isText(username, longest.username) || !isText(password, longest.password)) throw wrong()
  const address = at(at(at(data, 'context'), 'request'), 'ipAddress')
  return { username, password, address: typeof address === 'string' ? address : undefined }
}

export function oktaPasswordRoutes(): Route[] {
  let failures: ReturnType<typeof failureLimiter> | undefined

  async function answer({ ctx, body, shown = '' }: Call): Promise<Answer> {
    const secret = ctx.config.OKTA_PASSWORD_HOOK_SECRET
    if (secret === undefined) throw new GatehouseError('not_found', 'The password hook is off: OKTA_PASSWORD_HOOK_SECRET is not set.')
    failures ??= failureLimiter(ctx.config)
    const ip = ctx.actor.ip ?? ''
    failures.check(ip, shown)
    if (!isFromOkta(secret, shown)) {
      failures.count(ip, shown)
      throw new GatehouseError('unauthenticated', 'The header Authorization does not hold the secret of the hook.')
    }
    failures.accept(shown)
    const { good, refused } = await judgeForOkta(ctx, questionOf(body))
    return { body: verdict(good), ...(refused ? { refused } : {}) }
  }

  return [{
    method: 'POST', path: '/okta/password-import', tag: 'Portals', scope: 'write', needs: [], reach: 'free', caller: 'everyone', operation: 'verifyImportedPassword', secretBody: true, unversioned: true,
    summary: 'Answers Okta\'s password import hook: whether a password is that of the person whom Okta names. The header Authorization holds the hook\'s secret.', body: { component: 'OktaPasswordHook' }, answer: { component: 'OktaPasswordVerdict' }, handle: answer,
  }]
}
