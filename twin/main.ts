/** The double as a program: reads its seed and fault files, listens, and stops on SIGINT or SIGTERM. */
import { readFile } from 'node:fs/promises'
import { publishedLimits } from './rate-limit.ts'
import type { Plan, RateLimitOptions } from './rate-limit.ts'
import type { Seed } from './seed.ts'
import { createTwin } from './server.ts'
import type { Twin } from './server.ts'

export interface TwinProgram {
  /** 0 picks a free one. */
  port: number
  host?: string
  token: string
  /** A JSON file `{schema, users, groups, memberships, apps}`. */
  seedFile?: string
  /** A JSON file: a list of faults, or `{seed, faults}`. */
  faultsFile?: string
  rateLimits?: Partial<RateLimitOptions>
  /** Everything that Okta last published for a plan; `rateLimits` overrules it. */
  limits?: Plan
  /** Virtual seconds a real one. */
  speed?: number
  /** Close on SIGINT and SIGTERM; false when the caller does that itself. */
  signals?: boolean
}

export interface RunningTwin {
  url: string
  twin: Twin
  close(): Promise<void>
}

/** Starts the double; throws when a file cannot be read, is not JSON, or holds something the double refuses. */
export async function runTwin(program: TwinProgram): Promise<RunningTwin> {
  const twin = createTwin({
    token: program.token,
    seed: (await readJson(program.seedFile)) as Seed,
    faults: await readJson(program.faultsFile),
    rateLimits: { ...(program.limits ? publishedLimits(program.limits) : {}), ...program.rateLimits },
  })
  if (program.speed !== undefined) twin.org.clock.setSpeed(program.speed)
  const url = await twin.listen(program.port, program.host)
  if (program.signals !== false) {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void twin.close())
  }
  return { url, twin, close: () => twin.close() }
}

async function readJson(file: string | undefined): Promise<unknown> {
  if (file === undefined) return undefined
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
