/** Mining in a thread of its own: it computes for seconds, and the server has other requests to answer meanwhile. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Grant } from '../model/grant-matrix.ts'
import { mineRoles, type MinedRoles, type MiningOptions } from '../model/role-mining.ts'

/** What the thread is given. */
export interface MiningTask {
  people: number
  things: number
  grants: Grant[]
  options: Omit<MiningOptions, 'expired'>
  seconds: number
}

/** What it answers: the roles, or the message of a refusal. */
export type MiningReply = { mined: MinedRoles } | { refusal: string }

const { people, things, grants, options, seconds } = workerData as MiningTask
const answer = (reply: MiningReply) => parentPort!.postMessage(reply, [])
const until = performance.now() + seconds * 1000
try {
  const mined = mineRoles(people, things, grants, { ...options, expired: () => performance.now() > until })
  answer({ mined })
} catch (error) {
  if ((error as { code?: string }).code !== 'invalid_value') throw error
  answer({ refusal: (error as Error).message })
}
