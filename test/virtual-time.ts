/**
 * Time that passes only while everybody waits: sleeps of minutes take no time, and the order of things is as it would be. What
 * goes over a network meanwhile is waited for.
 */
export interface VirtualTime {
  now: () => number
  sleep: (ms: number) => Promise<void>
  /** fetch, during which no time passes but what `latency` says, before the request arrives. */
  fetch: typeof fetch
}

export function virtualTime(start: number, latency: () => number = () => 0): VirtualTime {
  let now = start
  let busy = 0
  let isScheduled = false
  const waiting: { at: number; wake: () => void }[] = []

  function settle(): void {
    if (isScheduled) return
    isScheduled = true
    setImmediate(() => setImmediate(() => {
      isScheduled = false
      if (busy > 0 || waiting.length === 0) return
      waiting.sort((left, right) => left.at - right.at)
      const next = waiting.shift()!
      now = Math.max(now, next.at)
      next.wake()
      settle()
    }))
  }

  const sleep = (ms: number) => new Promise<void>((wake) => {
    waiting.push({ at: now + ms, wake })
    settle()
  })

  return {
    now: () => now,
    sleep,
    async fetch(input, init) {
      await sleep(latency())
      busy++
      try {
        const response = await fetch(input, init)
        const body = await response.arrayBuffer()
        return new Response(body.byteLength === 0 ? null : body, { status: response.status, headers: response.headers })
      } finally {
        busy--
        settle()
      }
    },
  }
}
