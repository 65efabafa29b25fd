/**
 * The provider, as it is at the moment: built anew when its keys change, which all servers on one database see within
 * seconds, and when the claims that clients have of their own do: a request that meets one it was not built with is still
 * answered without it. Nothing else that a request depends on is kept in memory. What it is built of is loaded when it is
 * first asked for: commands and tests that need none of it do not wait for it.
 */
import { publicUrl } from '../config.ts'
import { GatehouseError } from '../errors.ts'
import { providerKeys, type ProviderKeys } from '../signin/oidc-keys.ts'
import { hasEndedSessions } from '../store/oidc-artifacts.ts'
import { ownClaims } from '../store/oidc-clients.ts'
import { hasDueLogouts } from '../store/oidc-logouts.ts'
import type { Built } from './build-provider.ts'
import type { Door } from './provider-context.ts'

const reloadMs = 10_000

export interface OpenIdProvider {
  /** The provider of this moment. Errors: `unavailable`, `forbidden` where PUBLIC_URL would send secrets in the clear. */
  current: () => Promise<Built>
  /** Tells the clients of sessions whose sign-in has ended, and once more those who could not be told before; how many sessions had ended. */
  tellOfEnded: (stop?: AbortSignal) => Promise<number>
}

export function createOpenIdProvider(door: Door): OpenIdProvider {
  let built: (Built & { keys: ProviderKeys; asked: number }) | undefined
  let building: Promise<Built> | undefined
  const build = async (): Promise<Built> => {
    const { base: { db, now }, masterKey } = door
    const asked = now().getTime()
    const [keys, claims] = [await providerKeys(db, masterKey, now(), built?.keys), await ownClaims(db)]
    if (built?.keys === keys && built.state.ownClaims.join() === claims.join()) {
      built.asked = asked
      built.state.isOutdated = false
    } else {
      const { buildProvider } = await import('./build-provider.ts')
      built = { ...(await buildProvider(door, publicUrlOf(door.base.config), keys, claims)), keys, asked }
    }
    return built
  }
  const current = async (): Promise<Built> => {
    const age = built && door.base.now().getTime() - built.asked
    if (built && built.state.isOutdated !== true && age !== undefined && age >= 0 && age < reloadMs) return built
    building ??= build().finally(() => (building = undefined))
    return building
  }
  // Where nobody uses the provider, the job does not build it.
  const tellOfEnded = async (stop?: AbortSignal) => {
    const { db, now } = door.base
    if (!(await hasEndedSessions(db)) && !(await hasDueLogouts(db, now()))) return 0
    return (await import('./tell-of-logout.ts')).tellOfEnded(await current(), stop)
  }
  return { current, tellOfEnded }
}

/** Errors: `forbidden`. */
export function publicUrlOf(config: Door['base']['config']): string {
  const address = publicUrl(config)
  const { protocol, hostname } = new URL(address)
  if (protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname)) {
    throw new GatehouseError('forbidden', `Nobody is signed in over ${address}: passwords and tokens would be sent in the clear. Set PUBLIC_URL to an address that begins with https://.`)
  }
  return address
}
