import { useEffect, useState } from 'react'

/** Seconds that are left, by the clock: a page in the background is told the time less often. */
export function useCountdown(): [number, (seconds: number) => void] {
  const [end, setEnd] = useState(0)
  const [now, setNow] = useState(0)
  const left = Math.max(0, Math.ceil((end - now) / 1000))
  useEffect(() => {
    if (left === 0) return undefined
    const timer = setInterval(() => setNow(performance.now()), 250)
    return () => clearInterval(timer)
  }, [left])
  return [left, (seconds) => {
    setNow(performance.now())
    setEnd(performance.now() + seconds * 1000)
  }]
}
