/** Tokens in memcached: what is there may be gone at any moment, and what cannot be reached counts as gone. */
import { MemcacheClient } from 'memcache-client'
import { GatehouseError } from '../errors.ts'
import type { TokenPlace } from './token-place.ts'

const commandMs = 2_000
/** A lifetime of more seconds than these is taken for an instant. */
const longestLifetime = 30 * 86_400

const clients = new Map<string, MemcacheClient>()

/** One client an address for the whole process; it connects anew by itself. */
function clientOf(address: string): MemcacheClient {
  let client = clients.get(address)
  if (!client) {
    client = new MemcacheClient({ server: address.slice('memcached://'.length), cmdTimeout: commandMs, ignoreNotStored: false })
    // Whoever waits for an answer is told; what happens in between concerns nobody.
    client.on('error', () => {})
    client.on('connection-error', () => {})
    clients.set(address, client)
  }
  return client
}

/** Lets go of every connection. */
export function closeMemcached(): void {
  for (const client of clients.values()) client.shutdown()
  clients.clear()
}

export function memcachedPlace(address: string, now: () => Date): TokenPlace {
  const ask = async <T>(work: (client: MemcacheClient) => Promise<T>): Promise<T> => {
    try {
      return await work(clientOf(address))
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
