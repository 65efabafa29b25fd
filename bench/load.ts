/**
 * The load generator, in a process of its own: takes a job by message, answers with what it measured, and waits for the
 * next. Started by `startLoad`.
 */
import autocannon from 'autocannon'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface LoadJob {
  url: string
  paths: string[]
  headers: Record<string, string>
  connections: number
  seconds: number
}

export interface LoadResult {
  requestsPerSecond: number
  p50: number
  p99: number
  /** Answers that were not 2xx, and requests without an answer. */
  failed: number
}

export interface Load {
  run: (job: LoadJob) => Promise<LoadResult>
  stop: () => void
}

export function startLoad(): Load {
  const child = fork(fileURLToPath(import.meta.url), ['generate'])
  return {
    async run(job) {
      child.send(job)
      const [result] = (await once(child, 'message')) as [LoadResult]
      if (result.failed > 0) throw new Error(`${result.failed} requests to ${job.url} failed: nothing was measured`)
      return result
    },
    stop: () => child.disconnect(),
  }
}

async function generate({ url, paths, headers, connections, seconds }: LoadJob): Promise<LoadResult> {
  const requests = paths.map((path) => ({ method: 'GET' as const, path }))
  const result = await autocannon({ url, connections, duration: seconds, headers, requests })
  const { errors, timeouts, non2xx, latency } = result
  return { requestsPerSecond: result['2xx'] / result.duration, p50: latency.p50, p99: latency.p99, failed: errors + timeouts + non2xx }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.on('message', (job: LoadJob) => void generate(job).then((result) => process.send!(result)))
}
