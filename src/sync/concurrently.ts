/** Does `work` for each item, at most `limit` at a time, and gives the results in the items' order. */
export async function concurrently<T, R>(
  items: readonly T[], limit: number, work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  let isFailed = false
  async function worker(): Promise<void> {
    while (next < items.length && !isFailed) {
      const index = next++
      try {
        results[index] = await work(items[index]!)
      } catch (error) {
        isFailed = true
        throw error
      }
    }
  }
  // All workers have stopped before an error goes on, so that nothing works on behind the caller's back.
  const ends = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed) throw failed.reason
  return results
}
