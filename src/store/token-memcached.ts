/** Tokens in memcached: what is there may be gone at any moment, and what cannot be reached counts as gone. */
import type { MemcacheClient } from 'memcache-client'
import { GatehouseError } from '../errors.ts'
import type { TokenPlace } from './token-place.ts'

const commandMs = 2_000
/** A lifetime of more seconds than these is taken for an instant. */
const longestLifetime = 30 * 86_400

const clients = new Map<string, Promise<MemcacheClient>>()

/** One client an address for the whole process; it connects anew by itself. Loaded when somebody asks for it. */
function clientOf(address: string): Promise<MemcacheClient> {
  const known = clients.get(address)
  if (known) return known
  const made = import('memcache-client').then(({ MemcacheClient: Client }) => {
    const client = new Client({ server: address.slice('memcached://'.length), cmdTimeout: commandMs, ignoreNotStored: false })
    // Whoever waits for an answer is told; what happens in between concerns nobody.
    client.on('error', () => {})
    client.on('connection-error', () => {})
    return client
  })
  clients.set(address, made)
  return made
}

/** Lets go of every connection. */
export async function closeMemcached(): Promise<void> {
  const open = [...clients.values()]
  clients.clear()
  for (const client of open) (await client).shutdown()
}

export function memcachedPlace(address: string, now: () => Date): TokenPlace {
  const ask = async <T>(work: (client: MemcacheClient) => Promise<T>): Promise<T> => {
    try {
      return await work(await clientOf(address))
    } catch (error) {
      throw new GatehouseError('tokens_unavailable', undefined, { cause: error })
    }
  }
  return {
    async put(name, value, expires) {
      const seconds = Math.ceil((expires.getTime() - now().getTime()) / 1000)
      const lifetime = seconds > longestLifetime ? Math.ceil(expires.getTime() / 1000) : Math.max(seconds, 1)
      await ask((client) => client.set(name, value, { lifetime }))
    },
    async get(name) {
      const found = await ask((client) => client.get<Buffer>(name)) as { value?: unknown } | undefined
      return Buffer.isBuffer(found?.value) ? found.value : undefined
    },
    async remove(name) {
      // What was not there is gone as well.
      await ask((client) => client.delete(name).catch((error: Error) => {
        if (error.message !== 'NOT_FOUND') throw error
      }))
    },
  }
}
